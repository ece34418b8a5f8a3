"""Anhörung zum Bescheid (§ 28 VwVfG): what is intended, what the recipient says, and when the year of §§ 48, 49 begins."""

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from services.review.award.acts import acts_of
from services.review.award.commands import (
    BASES,
    CloseAwardHearing,
    NoteAwardHearingFailure,
    OpenAwardHearing,
    RecordAwardStatement,
    RestartAwardHearing,
)
from services.review.award.errors import (
    AwardIsGone,
    DateNotValid,
    GrantIsRefused,
    HearingOver,
    HearingRunning,
    LegalBasisNotValid,
    NotApproved,
    OtherHearing,
    ReasonNotGiven,
    StatementIsReceived,
)
from services.review.award.events import (
    AwardHearingClosed,
    AwardHearingExpired,
    AwardHearingOpened,
    AwardHearingRestarted,
    AwardHearingServiceFailed,
    AwardStatementReceived,
    Event,
)
from services.review.award.states import (
    Approved,
    Award,
    Final,
    Gone,
    HalfSigned,
    Hearing,
    Notified,
    Refused,
    Unsigned,
)
from shared import duties
from shared.calendar import days_after, months_after
from shared.decider import Context


def standing(award: Award) -> Approved | Notified | Final:
    """An award that is there and can be changed."""
    match award:
        case Approved() | Notified() | Final():
            return award
        case Gone():
            raise AwardIsGone
        case Refused():
            raise GrantIsRefused
        case Unsigned() | HalfSigned():
            raise NotApproved
        case _ as missing:
            assert_never(missing)


def require_text(**texts: str) -> None:
    """A decision says why."""
    for field, text in texts.items():
        if not text.strip():
            raise ReasonNotGiven(field=field)


def open_hearing(command: OpenAwardHearing, award: Award, context: Context) -> Sequence[Event]:
    it = standing(award)
    if command.legal_basis not in BASES[command.annulment]:
        raise LegalBasisNotValid(field="legal_basis")
    require_text(facts=command.facts)
    if known := it.course.hearing:
        asked = (known.opened.annulment, known.opened.legal_basis, known.opened.facts)
        if asked != (command.annulment, command.legal_basis, command.facts):
            raise OtherHearing
        return []
    duties.refuse("open-award-hearing", acts_of(award), context)
    return [
        AwardHearingOpened(
            number=it.course.hearings + 1,
            annulment=command.annulment,
            legal_basis=command.legal_basis,
            facts=command.facts,
            deadline=days_after(context.valid_on, command.days),
            limit_months=command.limit_months,
            opened_by=context.actor,
            opened_on=context.valid_on,
            days=command.days,
        )
    ]


def _hearing(award: Award) -> Hearing:
    found = standing(award).course.hearing
    if found is None:
        raise HearingOver
    return found


def state_received(command: RecordAwardStatement, award: Award, context: Context) -> Sequence[Event]:
    """A statement that comes late is taken, too; the year then runs already."""
    hearing = _hearing(award)
    if hearing.received_on:
        return []
    if not hearing.opened.opened_on <= command.received_on <= context.valid_on:
        raise DateNotValid("Die Äußerung liegt vor der Anhörung oder in der Zukunft.", field="received_on")
    duties.refuse("record-award-statement", acts_of(award), context)
    return [
        AwardStatementReceived(
            number=hearing.opened.number,
            received_on=command.received_on,
            limit=hearing.limit or months_after(command.received_on, hearing.opened.limit_months),
            recorded_by=context.actor,
            recorded_on=context.valid_on,
        )
    ]


def expire(award: Award, context: Context) -> Sequence[Event]:
    if not isinstance(award, Approved | Notified | Final) or award.course.hearing is None:
        return []
    hearing = award.course.hearing
    if hearing.limit or hearing.unserved:
        return []
    last = hearing.deadline
    if context.valid_on <= last.ends_on:
        raise HearingRunning(f"bis {last.ends_on:%d.%m.%Y}")
    # The day is the law's, however late the clock runs.
    expired_on = last.ends_on + timedelta(days=1)
    limit = months_after(last.ends_on, hearing.opened.limit_months)
    return [AwardHearingExpired(number=hearing.opened.number, expired_on=expired_on, limit=limit)]


def fail_service(command: NoteAwardHearingFailure, award: Award, context: Context) -> Sequence[Event]:
    """Nobody is heard by a letter that did not arrive: the end of its period is taken back, and the year with it."""
    hearing = _hearing(award)
    if hearing.opened.number != command.number:
        raise HearingOver
    if hearing.received_on:
        raise StatementIsReceived
    if hearing.unserved:
        return []
    return [AwardHearingServiceFailed(number=command.number, failed_on=context.valid_on, recorded_by=context.actor)]


def restart(command: RestartAwardHearing, award: Award, context: Context) -> Sequence[Event]:
    """The whole period again from the day of service."""
    if not isinstance(award, Approved | Notified | Final) or (hearing := award.course.hearing) is None:
        return []
    if not hearing.unserved or hearing.received_on or hearing.opened.number != command.number:
        return []
    deadline = days_after(command.served_on, hearing.opened.length)
    return [
        AwardHearingRestarted(
            number=command.number,
            restart=hearing.restarts + 1,
            served_on=command.served_on,
            deadline=deadline if deadline.ends_on > hearing.deadline.ends_on else hearing.deadline,
            restarted_by=context.actor,
            restarted_on=context.valid_on,
        )
    ]


def close(command: CloseAwardHearing, award: Award, context: Context) -> Sequence[Event]:
    it = standing(award)
    if it.course.hearing is None:
        if it.course.hearings:
            return []
        raise HearingOver
    require_text(reason=command.reason)
    duties.refuse("close-award-hearing", acts_of(award), context)
    return [
        AwardHearingClosed(
            number=it.course.hearing.opened.number,
            reason=command.reason,
            closed_by=context.actor,
            closed_on=context.valid_on,
        )
    ]
