"""Bekanntgabe und Rechtsbehelf: from the dispatch of the notice to its finality."""

from collections.abc import Sequence
from typing import assert_never

from services.review.award.acts import acts_of
from services.review.award.commands import DispatchNotice, RecordWaiver
from services.review.award.errors import (
    GrantIsRefused,
    NotApproved,
    NotDispatched,
    OtherLetterDispatched,
    RemedyPeriodRunning,
    WaiverDateNotValid,
)
from services.review.award.events import DecisionBecameFinal, Event, FundsAssigned, NoticeDispatched, RemedyWaived
from services.review.award.states import Approved, Award, Final, HalfSigned, Notified, Refused, Unsigned
from shared import duties
from shared.calendar import deemed_served_on, remedy_ends_on
from shared.contracts import Acted
from shared.decider import Context
from shared.identity import Role


def dispatch(command: DispatchNotice, award: Award, context: Context) -> Sequence[Event]:
    match award:
        case Notified(notice=notice) | Final(notice=notice):
            if notice.letter.sha256 != command.letter.sha256:
                raise OtherLetterDispatched
            return []
        case Approved():
            duties.refuse("dispatch-notice", acts_of(award), context)
            served_on = deemed_served_on(context.valid_on)
            return [
                NoticeDispatched(
                    letter=command.letter,
                    instructed=command.instructed,
                    dispatched_by=context.actor,
                    dispatched_on=context.valid_on,
                    deemed_served_on=served_on,
                    remedy_ends_on=remedy_ends_on(served_on, instructed=command.instructed),
                )
            ]
        case Unsigned() | HalfSigned():
            raise NotApproved
        case Refused():
            raise GrantIsRefused
        case _ as missing:
            assert_never(missing)


def _contestable(award: Award) -> Notified | None:
    """The notified award, or None when it is final already."""
    match award:
        case Notified():
            return award
        case Final():
            return None
        case Approved():
            raise NotDispatched
        case Unsigned() | HalfSigned():
            raise NotApproved
        case Refused():
            raise GrantIsRefused
        case _ as missing:
            assert_never(missing)


def waive(command: RecordWaiver, award: Award, context: Context) -> Sequence[Event]:
    if (notified := _contestable(award)) is None:
        return []
    if not notified.notice.dispatched_on <= command.declared_on <= context.valid_on:
        raise WaiverDateNotValid(field="declared_on")
    duties.refuse("record-waiver", acts_of(notified), context)
    waived = RemedyWaived(declared_on=command.declared_on, recorded_by=context.actor, recorded_on=context.valid_on)
    acted = duties.with_act(acts_of(notified), context.actor, Role.CASE_OFFICER, "record-waiver")
    return [waived, *_final(notified, context, by_waiver=True, acted=acted)]


def declare_final(award: Award, context: Context) -> Sequence[Event]:
    if (notified := _contestable(award)) is None:
        return []
    if context.valid_on <= notified.notice.remedy_ends_on:
        raise RemedyPeriodRunning(f"bis {notified.notice.remedy_ends_on:%d.%m.%Y}")
    duties.refuse("declare-final", acts_of(notified), context)
    acted = duties.with_act(acts_of(notified), context.actor, Role.CASE_OFFICER, "declare-final")
    return _final(notified, context, by_waiver=False, acted=acted)


def _final(notified: Notified, context: Context, *, by_waiver: bool, acted: tuple[Acted, ...]) -> Sequence[Event]:
    """Finality and the hand-over of the money are one: there is no final award whose money nobody owns."""
    grant = notified.grant
    return [
        DecisionBecameFinal(by_waiver=by_waiver, final_on=context.valid_on),
        FundsAssigned(
            award=grant.case,
            file_number=grant.file_number,
            title=grant.budget_title,
            applicant_key=grant.applicant_key,
            applicant_name=grant.applicant_name,
            by_year=grant.by_year,
            eligible_cents=grant.eligible_cents,
            rate_bp=grant.rate_bp,
            account_holder=grant.account_holder,
            iban=grant.iban,
            assigned_on=context.valid_on,
            acted=acted,
        ),
    ]
