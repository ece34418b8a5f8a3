"""Zurückstellung: a case that cannot go on for now, why, and when it is looked at again (Wiedervorlage).

A part of the assessment's own stream. An application is never refused silently for want of money or an open item: it waits,
with a reason and a day, until a person takes it up again or decides.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import assert_never

from services.review.examination import ReasonMissing
from shared.calendar import Deadline
from shared.decider import Context, DomainError, event, replace, value


class HoldReason(StrEnum):
    """Why a case waits."""

    BUDGET_EXHAUSTED = "budget-exhausted"
    BUDGET_FREEZE = "budget-freeze"
    PROVISIONAL_BUDGET = "provisional-budget"
    PRACTICE_CLOSED = "practice-closed"
    OTHER_PROCEEDING = "other-proceeding"


HOLD_TITLES: Mapping[HoldReason, str] = {
    HoldReason.BUDGET_EXHAUSTED: "Die Haushaltsmittel sind ausgeschöpft.",
    HoldReason.BUDGET_FREEZE: "Es gilt eine Haushaltssperre.",
    HoldReason.PROVISIONAL_BUDGET: "Es gilt die vorläufige Haushaltsführung.",
    HoldReason.PRACTICE_CLOSED: "Der Fördergegenstand wird derzeit nicht bewilligt.",
    HoldReason.OTHER_PROCEEDING: "Ein anderes Verfahren ist abzuwarten.",
}

# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class PutOnHold:
    reason: HoldReason
    text: str
    resubmission_on: date


@value
class ResumeCase:
    reason: str


@value
class Resubmit:
    """The day has come on which the case is to be looked at again."""


type HoldCommand = PutOnHold | ResumeCase | Resubmit

# ---- Events ---------------------------------------------------------------------------------------------------------


@event("review.case-put-on-hold")
class CasePutOnHold:
    """The case waits, for a reason, and is looked at again on a day (Zurückstellung mit Wiedervorlage).

    `number` counts from 1; one that only moves the day counts, too.
    """

    number: int
    reason: HoldReason
    text: str
    deadline: Deadline
    put_by: str
    put_on: date


@event("review.case-resubmitted")
class CaseResubmitted:
    """The day has come on which the case is looked at again (Wiedervorlage); it stays on hold until a person acts."""

    number: int
    due_on: date
    noted_on: date


@event("review.case-resumed")
class CaseResumed:
    """The case goes on where it stood (Wiederaufnahme der Bearbeitung)."""

    number: int
    reason: str
    resumed_by: str
    resumed_on: date


type HoldEvent = CasePutOnHold | CaseResubmitted | CaseResumed

# ---- State ----------------------------------------------------------------------------------------------------------


@value
class Hold:
    """How often the case was put on hold, and the hold that stands."""

    number: int = 0
    standing: CasePutOnHold | None = None
    is_resubmitted: bool = False


# ---- Errors ---------------------------------------------------------------------------------------------------------


class CaseIsOnHold(DomainError):
    code = "case-is-on-hold"
    title = "Der Vorgang ist zurückgestellt; zuerst ist er wieder aufzunehmen."


class CaseIsNotOnHold(DomainError):
    code = "case-is-not-on-hold"
    title = "Der Vorgang ist nicht zurückgestellt."


class ResubmissionNotValid(DomainError):
    code = "resubmission-not-valid"
    title = "Die Wiedervorlage liegt in der Zukunft."
    status = 422


# ---- decide ---------------------------------------------------------------------------------------------------------


def decide_hold(command: HoldCommand, hold: Hold, context: Context) -> Sequence[HoldEvent]:
    """What a hold answers; whether the case can wait at all is asked before."""
    match command:
        case PutOnHold():
            return _put(command, hold, context)
        case ResumeCase():
            if hold.standing is None:
                if hold.number:
                    return []
                raise CaseIsNotOnHold
            if not command.reason.strip():
                raise ReasonMissing("Warum geht es weiter?", field="reason")
            return [
                CaseResumed(
                    number=hold.number, reason=command.reason, resumed_by=context.actor, resumed_on=context.valid_on
                )
            ]
        case Resubmit():
            due_on = hold.standing.deadline.ends_on if hold.standing else None
            if due_on is None or hold.is_resubmitted or context.valid_on < due_on:
                return []
            return [CaseResubmitted(number=hold.number, due_on=due_on, noted_on=context.valid_on)]
        case _ as missing:
            assert_never(missing)


def _put(command: PutOnHold, hold: Hold, context: Context) -> Sequence[HoldEvent]:
    known = hold.standing
    if known and (known.reason, known.text, known.deadline.ends_on) == (
        command.reason,
        command.text,
        command.resubmission_on,
    ):
        return []
    if not command.text.strip():
        raise ReasonMissing("Warum ist der Vorgang zurückzustellen?", field="text")
    if command.resubmission_on <= context.valid_on:
        raise ResubmissionNotValid(field="resubmission_on")
    deadline = Deadline(ends_on=command.resubmission_on, rule="Wiedervorlage, von der Bearbeitung gesetzt")
    return [
        CasePutOnHold(
            number=hold.number + 1,
            reason=command.reason,
            text=command.text,
            deadline=deadline,
            put_by=context.actor,
            put_on=context.valid_on,
        )
    ]


# ---- evolve ---------------------------------------------------------------------------------------------------------


def evolve_hold(hold: Hold, it: HoldEvent) -> Hold:
    match it:
        case CasePutOnHold():
            return Hold(number=it.number, standing=it)
        case CaseResubmitted():
            return replace(hold, is_resubmitted=True)
        case CaseResumed():
            return Hold(number=it.number)
        case _ as missing:
            assert_never(missing)
