"""Bekanntgabe: the notice is dispatched, counts as served, really arrives, or is not served and goes out again."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import assert_never

from services.review.award.acts import acts_of
from services.review.award.assigning import with_service, without_service
from services.review.award.commands import (
    Channel,
    DeemServed,
    DispatchNotice,
    FailureReason,
    RecordReceipt,
    RecordServiceFailure,
)
from services.review.award.errors import (
    AwardIsGone,
    DateNotValid,
    DecisionIsFinal,
    DecisionTakenAway,
    LawsuitPending,
    NotApproved,
    NotDispatched,
    NotYetServed,
    OtherLetterDispatched,
    ReceiptContradicted,
    ServiceFailed,
    UnknownNotice,
)
from services.review.award.events import (
    Event,
    NoticeDeemedServed,
    NoticeDispatched,
    NoticeReceived,
    NoticeServiceFailed,
)
from services.review.award.periods import RETRIEVAL_DAYS, remedy_of, service_of
from services.review.award.states import (
    Approved,
    Award,
    ChangeNotice,
    Final,
    Gone,
    HalfSigned,
    Notice,
    Notified,
    Refused,
    Unsigned,
)
from shared import duties
from shared.decider import Context


def outstanding(award: Award, proposal: int = 0) -> Notice | None:
    """The notice of a decision that is not final yet; None when it is, an error when none is out."""
    if proposal:
        change = change_notice(award, proposal)
        if change.notice is None:
            raise ServiceFailed if change.failed else NotDispatched
        return None if change.final else change.notice
    match award:
        case Notified():
            return award.notice
        case Refused(notice=Notice() as notice):
            return None if award.final else notice
        case Final():
            return None
        case Gone():
            raise AwardIsGone
        case Approved() | Refused():
            raise ServiceFailed if award.failed else NotDispatched
        case Unsigned() | HalfSigned():
            raise NotApproved
        case _ as missing:
            assert_never(missing)


def change_notice(award: Award, proposal: int) -> ChangeNotice:
    """The notice of the change decided on this proposal, or `UnknownNotice`."""
    if isinstance(award, Unsigned | HalfSigned):
        raise NotApproved
    found = None if isinstance(award, Refused) else award.course.notice(proposal)
    if found is None:
        raise UnknownNotice(field="proposal")
    return found


def dispatch(command: DispatchNotice, award: Award, context: Context) -> Sequence[Event]:
    sent, failed = _sent(award, command.proposal)
    if sent:
        if sent.letter.sha256 != command.letter.sha256:
            raise OtherLetterDispatched
        return []
    duties.refuse("dispatch-notice", acts_of(award), context)
    return [_dispatched(command, failed.number + 1 if failed else 1, context)]


def _sent(award: Award, proposal: int) -> tuple[Notice | None, NoticeServiceFailed | None]:
    """The notice that is out, and the dispatch that failed when none is."""
    if proposal:
        change = change_notice(award, proposal)
        return change.notice, change.failed
    match award:
        case Notified() | Final():
            return award.notice, None
        case Refused():
            return award.notice, award.failed
        case Approved():
            return None, award.failed
        case Gone():
            raise AwardIsGone
        case Unsigned() | HalfSigned():
            raise NotApproved
        case _ as missing:
            assert_never(missing)


def _failed_last(award: Award, proposal: int) -> NoticeServiceFailed | None:
    """The last dispatch, when it failed."""
    if proposal:
        return change_notice(award, proposal).failed
    return award.failed if isinstance(award, Approved | Refused) else None


def _dispatched(command: DispatchNotice, number: int, context: Context) -> NoticeDispatched:
    served_on, service_rule = service_of(
        command.channel, context.valid_on, on_working_day=command.service_on_working_day
    )
    last_day, remedy_rule = remedy_of(served_on, instructed=command.instructed)
    return NoticeDispatched(
        letter=command.letter,
        instructed=command.instructed,
        dispatched_by=context.actor,
        dispatched_on=context.valid_on,
        deemed_served_on=served_on,
        remedy_ends_on=last_day,
        channel=command.channel,
        number=number,
        service_rule=service_rule,
        remedy_rule=remedy_rule,
        proposal=command.proposal,
    )


def deem_served(command: DeemServed, award: Award, context: Context) -> Sequence[Event]:
    if _failed_last(award, command.proposal):
        return []
    notice = outstanding(award, command.proposal)
    if notice is None or notice.served or notice.received_on:
        return []
    if context.valid_on < notice.deemed_served_on:
        raise NotYetServed(f"Er ist der {notice.deemed_served_on:%d.%m.%Y}.")
    if notice.channel == Channel.PORTAL:
        ended_on = notice.dispatched_on + timedelta(days=RETRIEVAL_DAYS + 1)
        return [_failed(command, notice, FailureReason.NOT_RETRIEVED, ended_on, context)]
    served_on = notice.deemed_served_on
    served = NoticeDeemedServed(number=notice.number, served_on=served_on, proposal=command.proposal)
    return [served, *(() if command.proposal else with_service(award, context, "declare-final"))]


def receive(command: RecordReceipt, award: Award, context: Context) -> Sequence[Event]:
    notice = outstanding(award, command.proposal)
    if notice is None:
        raise DecisionIsFinal
    if notice.received_on:
        if notice.received_on != command.received_on:
            raise ReceiptContradicted(f"Es ist der {notice.received_on:%d.%m.%Y}.", field="received_on")
        return []
    if notice.taken_away:
        raise DecisionTakenAway
    require_between(command.received_on, notice, context, "received_on")
    duties.refuse("record-receipt", acts_of(award), context)
    if notice.channel == Channel.PORTAL:
        served_on = command.received_on + timedelta(days=1)
    else:
        # Earlier than deemed it changes nothing: the fiction is then the later, the recipient's, day.
        served_on = max(notice.deemed_served_on, command.received_on)
    last_day, rule = remedy_of(served_on, instructed=notice.instructed)
    return [
        NoticeReceived(
            number=notice.number,
            received_on=command.received_on,
            served_on=served_on,
            remedy_ends_on=last_day,
            remedy_rule=rule,
            recorded_by=context.actor,
            recorded_on=context.valid_on,
            proposal=command.proposal,
        ),
        *(() if command.proposal else with_service(award, context, "record-receipt")),
    ]


def fail(command: RecordServiceFailure, award: Award, context: Context) -> Sequence[Event]:
    before = _failed_last(award, command.proposal)
    if before and before.reason == command.reason:
        return []
    notice = outstanding(award, command.proposal)
    if notice is None:
        raise DecisionIsFinal
    if notice.contested:
        raise LawsuitPending
    if notice.taken_away:
        raise DecisionTakenAway
    if notice.received_on:
        raise ReceiptContradicted
    duties.refuse("record-service-failure", acts_of(award), context)
    failed = _failed(command, notice, command.reason, context.valid_on, context)
    return [failed, *(() if command.proposal else without_service(award, context))]


def _failed(
    command: DeemServed | RecordServiceFailure, notice: Notice, reason: FailureReason, failed_on: date, context: Context
) -> NoticeServiceFailed:
    return NoticeServiceFailed(
        number=notice.number, reason=reason, failed_on=failed_on, recorded_by=context.actor, proposal=command.proposal
    )


def require_between(day: date, notice: Notice, context: Context, field: str) -> None:
    """A fact about a notice lies between its dispatch and today."""
    if not notice.dispatched_on <= day <= context.valid_on:
        raise DateNotValid(field=field)
