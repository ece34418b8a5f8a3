"""What a hearing answers; the service of its letter too."""

from collections.abc import Sequence
from typing import assert_never

from services.review.assessment.hearing.commands import (
    DispenseWithHearing,
    ExpireHearing,
    ExtendHearing,
    HearingCommand,
    NoteHearingServiceFailure,
    OpenHearing,
    RecordStatement,
    RestartHearing,
)
from services.review.assessment.hearing.errors import (
    HearingNotServed,
    HearingRunning,
    HearingTooShort,
    NoHearing,
    StatementDateNotValid,
    StatementIsReceived,
)
from services.review.assessment.hearing.events import (
    HearingDeadlineExpired,
    HearingDispensed,
    HearingEvent,
    HearingExtended,
    HearingOpened,
    HearingRestarted,
    HearingServiceFailed,
    StatementReceived,
)
from services.review.assessment.hearing.states import Hearing
from services.review.examination import ReasonMissing
from shared.calendar import days_after
from shared.decider import Context


def decide_hearing(
    command: HearingCommand, hearing: Hearing, context: Context, granted_cents: int = 0
) -> Sequence[HearingEvent]:
    """What a hearing answers; whether the case allows one at all is asked before. `granted_cents` is what would be granted."""
    match command:
        case OpenHearing():
            return _open(command, hearing, context, granted_cents)
        case RecordStatement():
            return _receive(command, hearing, context)
        case ExtendHearing():
            return _extend(command, hearing, context)
        case ExpireHearing():
            if not hearing.is_running or not hearing.ends_on or not hearing.deadline:
                return []
            if context.valid_on < hearing.deadline.expired_from:
                return []
            expired_on = hearing.deadline.expired_from
            return [HearingDeadlineExpired(number=_number(hearing), expired_on=expired_on, noted_on=context.valid_on)]
        case DispenseWithHearing():
            return _dispense(command, hearing, context)
        case NoteHearingServiceFailure():
            return _fail_service(command, hearing, context)
        case RestartHearing():
            return _restart(command, hearing, context)
        case _ as missing:
            assert_never(missing)


def _number(hearing: Hearing) -> int:
    return hearing.opened.number if hearing.opened else 0


def _open(command: OpenHearing, hearing: Hearing, context: Context, granted_cents: int) -> Sequence[HearingEvent]:
    asked = (command.about, command.announced, granted_cents)
    if hearing.is_running and hearing.opened:
        if (hearing.opened.about, hearing.opened.announced, hearing.opened.granted_cents) == asked:
            return []
        raise HearingRunning
    if not command.announced.strip():
        raise ReasonMissing("Die Kommune muss erfahren, worauf es ankommt (§ 28 VwVfG).", field="announced")
    days = command.least_days if command.days is None else command.days
    if days < command.least_days:
        raise HearingTooShort(f"mindestens {command.least_days} Tage", field="days")
    return [
        HearingOpened(
            number=_number(hearing) + 1,
            about=command.about,
            announced=command.announced,
            granted_cents=granted_cents,
            deadline=days_after(context.valid_on, days),
            opened_by=context.actor,
            opened_on=context.valid_on,
            days=days,
        )
    ]


def _receive(command: RecordStatement, hearing: Hearing, context: Context) -> Sequence[HearingEvent]:
    if hearing.opened is None or hearing.deadline is None:
        raise NoHearing
    if hearing.statement is not None:
        if (hearing.statement.received_on, hearing.statement.consideration) == (
            command.received_on,
            command.consideration,
        ):
            return []
        raise StatementIsReceived
    if not hearing.opened.opened_on <= command.received_on <= context.valid_on:
        raise StatementDateNotValid(field="received_on")
    if not command.consideration.strip():
        raise ReasonMissing("Die Stellungnahme ist zu würdigen.", field="consideration")
    return [
        StatementReceived(
            number=hearing.opened.number,
            received_on=command.received_on,
            consideration=command.consideration,
            late=hearing.ends_on is not None and command.received_on > hearing.ends_on,
            recorded_by=context.actor,
            recorded_on=context.valid_on,
        )
    ]


def _extend(command: ExtendHearing, hearing: Hearing, context: Context) -> Sequence[HearingEvent]:
    if hearing.opened is None or hearing.deadline is None:
        raise NoHearing
    if hearing.statement is not None:
        raise StatementIsReceived
    if hearing.unserved:
        raise HearingNotServed
    deadline = days_after(context.valid_on, command.days)
    if hearing.is_running and deadline == hearing.deadline:
        return []
    if deadline.ends_on <= hearing.deadline.ends_on:
        raise HearingTooShort(f"länger als bis {hearing.deadline.ends_on:%d.%m.%Y}", field="days")
    return [
        HearingExtended(
            number=hearing.opened.number,
            deadline=deadline,
            extended_by=context.actor,
            extended_on=context.valid_on,
        )
    ]


def _dispense(command: DispenseWithHearing, hearing: Hearing, context: Context) -> Sequence[HearingEvent]:
    known = hearing.dispensed
    if known and (known.about, known.ground, known.reasons) == (command.about, command.ground, command.reasons):
        return []
    if hearing.is_running:
        raise HearingRunning
    if not command.reasons.strip():
        raise ReasonMissing("Das Absehen von der Anhörung ist zu begründen (§ 39 VwVfG).", field="reasons")
    return [
        HearingDispensed(
            about=command.about,
            ground=command.ground,
            reasons=command.reasons,
            dispensed_by=context.actor,
            dispensed_on=context.valid_on,
        )
    ]


def _fail_service(
    command: NoteHearingServiceFailure, hearing: Hearing, context: Context
) -> Sequence[HearingServiceFailed]:
    if hearing.opened is None or hearing.opened.number != command.number:
        raise NoHearing
    if hearing.statement is not None:
        raise StatementIsReceived
    if hearing.unserved:
        return []
    return [HearingServiceFailed(number=command.number, failed_on=context.valid_on, recorded_by=context.actor)]


def _restart(command: RestartHearing, hearing: Hearing, context: Context) -> Sequence[HearingRestarted]:
    """The whole period again, and never less than was extended to before."""
    if hearing.opened is None or hearing.deadline is None or not hearing.unserved:
        return []
    if hearing.opened.number != command.number or hearing.statement is not None:
        return []
    deadline = days_after(command.served_on, hearing.opened.length)
    if deadline.ends_on < hearing.deadline.ends_on:
        deadline = hearing.deadline
    return [
        HearingRestarted(
            number=command.number,
            served_on=command.served_on,
            deadline=deadline,
            restarted_by=context.actor,
            restarted_on=context.valid_on,
        )
    ]
