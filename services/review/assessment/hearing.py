"""Anhörung (§ 28 VwVfG): what the applicant is told before a refusal or a deep cut, until when, and what it answered.

A part of the assessment's own stream. The period is set by the authority, so it may be extended, also after it has ended
(§ 31 VII VwVfG); its end closes the hearing, and a statement that comes later is still weighed as long as nothing is decided.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import assert_never

from services.review.assessment.hearing_service import (
    HearingRestarted,
    HearingServiceFailed,
    NoteHearingServiceFailure,
    RestartHearing,
)
from services.review.examination import ReasonMissing
from shared.calendar import Deadline, days_after
from shared.decider import Context, DomainError, event, replace, value


class HearingSubject(StrEnum):
    """What the applicant is heard on."""

    REFUSAL = "refusal"
    CUT = "cut"


class DispensationGround(StrEnum):
    """Why a hearing may be dispensed with, by the numbers of § 28 VwVfG."""

    DANGER_IN_DELAY = "danger-in-delay"
    PERIOD_AT_RISK = "period-at-risk"
    STATED_FACTS = "stated-facts"
    SIMILAR_DECISIONS = "similar-decisions"
    PUBLIC_INTEREST = "public-interest"


DISPENSATION_TITLES: Mapping[DispensationGround, str] = {
    DispensationGround.DANGER_IN_DELAY: "Gefahr im Verzug (§ 28 Abs. 2 Nr. 1 VwVfG)",
    DispensationGround.PERIOD_AT_RISK: "eine maßgebliche Frist wäre gefährdet (§ 28 Abs. 2 Nr. 2 VwVfG)",
    DispensationGround.STATED_FACTS: "von den Angaben der Kommune wird nicht abgewichen (§ 28 Abs. 2 Nr. 3 VwVfG)",
    DispensationGround.SIMILAR_DECISIONS: "gleichartige Bescheide in größerer Zahl (§ 28 Abs. 2 Nr. 4 VwVfG)",
    DispensationGround.PUBLIC_INTEREST: "zwingendes öffentliches Interesse (§ 28 Abs. 3 VwVfG)",
}

# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class OpenHearing:
    """`announced` are the facts that matter, in words for the applicant.

    `least_days` is the shortest period that policy allows; it holds when no other is asked for.
    """

    about: HearingSubject
    announced: str
    least_days: int
    days: int | None = None


@value
class RecordStatement:
    """`consideration` is how the statement is weighed."""

    received_on: date
    consideration: str


@value
class ExtendHearing:
    """The period counts so many days from today."""

    days: int


@value
class ExpireHearing:
    """The period for the statement has passed."""


@value
class DispenseWithHearing:
    about: HearingSubject
    ground: DispensationGround
    reasons: str


type HearingCommand = (
    OpenHearing
    | RecordStatement
    | ExtendHearing
    | ExpireHearing
    | DispenseWithHearing
    | NoteHearingServiceFailure
    | RestartHearing
)

# ---- Events ---------------------------------------------------------------------------------------------------------


@event("review.hearing-opened")
class HearingOpened:
    """The applicant is told what is intended, and may state its view until a day (Anhörung, § 28 VwVfG).

    `days` is the period's length, 0 in hearings from before it was kept.
    """

    number: int
    about: HearingSubject
    announced: str
    granted_cents: int
    deadline: Deadline
    opened_by: str
    opened_on: date
    days: int = 0

    @property
    def length(self) -> int:
        return self.days or (self.deadline.ends_on - self.opened_on).days


@event("review.statement-received")
class StatementReceived:
    """The applicant's statement came in and was weighed (Stellungnahme); `late` when its period had passed."""

    number: int
    received_on: date
    consideration: str
    late: bool
    recorded_by: str
    recorded_on: date


@event("review.hearing-extended")
class HearingExtended:
    """The applicant has longer to state its view (Fristverlängerung, § 31 VII VwVfG)."""

    number: int
    deadline: Deadline
    extended_by: str
    extended_on: date


@event("review.hearing-deadline-expired")
class HearingDeadlineExpired:
    """The period ended without a statement (Anhörungsfrist abgelaufen); it may be decided now."""

    number: int
    expired_on: date
    noted_on: date


@event("review.hearing-dispensed")
class HearingDispensed:
    """No hearing is held, for a ground of the law and with reasons (Absehen von der Anhörung, § 28 II, III VwVfG)."""

    about: HearingSubject
    ground: DispensationGround
    reasons: str
    dispensed_by: str
    dispensed_on: date


type HearingEvent = (
    HearingOpened
    | StatementReceived
    | HearingExtended
    | HearingDeadlineExpired
    | HearingDispensed
    | HearingServiceFailed
    | HearingRestarted
)

# ---- State ----------------------------------------------------------------------------------------------------------


@value
class Hearing:
    """The case's last hearing with what came of it, and beside it a dispensation; `unserved` while its letter is not served."""

    opened: HearingOpened | None = None
    deadline: Deadline | None = None
    statement: StatementReceived | None = None
    expired_on: date | None = None
    dispensed: HearingDispensed | None = None
    unserved: bool = False

    @property
    def is_running(self) -> bool:
        return self.opened is not None and self.statement is None and self.expired_on is None

    @property
    def ends_on(self) -> date | None:
        """The last day for a statement; none while the letter is not served."""
        return None if self.unserved or self.deadline is None else self.deadline.ends_on

    def has_heard(self, about: HearingSubject, granted_cents: int = 0) -> bool:
        """Whether the law's demand is met: heard on this and no deeper cut, or dispensed with."""
        if self.dispensed is not None and self.dispensed.about == about:
            return True
        if self.opened is None or self.is_running or self.opened.about != about:
            return False
        return granted_cents >= self.opened.granted_cents


# ---- Errors ---------------------------------------------------------------------------------------------------------


class HearingMissing(DomainError):
    code = "hearing-missing"
    title = "Zuerst ist die Kommune anzuhören, oder von der Anhörung ist mit Begründung abzusehen (§ 28 VwVfG)."


class HearingRunning(DomainError):
    code = "hearing-running"
    title = "Die Anhörung läuft noch; abzuwarten ist die Stellungnahme oder der Ablauf der Frist."


class NoHearing(DomainError):
    code = "no-hearing"
    title = "In diesem Vorgang ist keine Anhörung eröffnet."


class HearingNotServed(DomainError):
    code = "hearing-not-served"
    title = "Das Schreiben der Anhörung ist nicht bekannt gegeben; ihre Frist läuft erst, wenn es erneut versandt ist."


class StatementIsReceived(DomainError):
    code = "statement-is-received"
    title = "Die Stellungnahme liegt bereits vor."


class HearingTooShort(DomainError):
    code = "hearing-too-short"
    title = "Die Frist zur Stellungnahme ist zu kurz."
    status = 422


class StatementDateNotValid(DomainError):
    code = "statement-date-not-valid"
    title = "Die Stellungnahme kann nicht vor der Anhörung oder in der Zukunft eingegangen sein."
    status = 422


# ---- decide ---------------------------------------------------------------------------------------------------------


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


# ---- evolve ---------------------------------------------------------------------------------------------------------


def evolve_hearing(hearing: Hearing, it: HearingEvent) -> Hearing:
    match it:
        case HearingOpened():
            return Hearing(opened=it, deadline=it.deadline, dispensed=hearing.dispensed)
        case StatementReceived():
            return replace(hearing, statement=it)
        case HearingExtended():
            return replace(hearing, deadline=it.deadline, expired_on=None)
        case HearingDeadlineExpired():
            return replace(hearing, expired_on=it.expired_on)
        case HearingDispensed():
            return replace(hearing, dispensed=it)
        case HearingServiceFailed():
            return replace(hearing, unserved=True, expired_on=None)
        case HearingRestarted():
            return replace(hearing, unserved=False, deadline=it.deadline)
        case _ as missing:
            assert_never(missing)
