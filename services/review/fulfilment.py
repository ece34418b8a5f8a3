"""Erfüllung der Nebenbestimmungen: what an award demands, and how it stands with each: open, overdue, fulfilled, waived, violated.

A stream per case. It begins when the notice goes out, because only then is the day of service known from which periods run.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import assert_never

from services.review.examination import ReasonMissing
from services.review.side_condition import is_to_be_fulfilled
from shared import duties
from shared.contracts import Acted, SideCondition
from shared.decider import Context, Decider, DomainError, event, replace, value
from shared.identity import Role


class Standing(StrEnum):
    """How it stands with one side condition."""

    OPEN = "open"
    OVERDUE = "overdue"
    FULFILLED = "fulfilled"
    WAIVED = "waived"
    VIOLATED = "violated"
    NOTHING_TO_DO = "nothing-to-do"


FULFIL, WAIVE, VIOLATE = "record-fulfilment", "waive-side-condition", "find-violation"

# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class ImposeSideConditions:
    """The notice with this number went out; the days on which something is due are counted from its service."""

    notice: int
    conditions: tuple[SideCondition, ...]


@value
class RecordFulfilment:
    number: int
    evidence: str
    fulfilled_on: date


@value
class WaiveSideCondition:
    number: int
    reason: str


@value
class FindViolation:
    number: int
    findings: str


@value
class ExpireSideConditions:
    """A day has passed on which something was due."""


type Command = ImposeSideConditions | RecordFulfilment | WaiveSideCondition | FindViolation | ExpireSideConditions

# ---- Events ---------------------------------------------------------------------------------------------------------


@event("review.side-conditions-imposed")
class SideConditionsImposed:
    """The award's side conditions went out with the notice of this number (Nebenbestimmungen, § 36 VwVfG)."""

    notice: int
    conditions: tuple[SideCondition, ...]
    imposed_on: date


@event("review.side-condition-fulfilled")
class SideConditionFulfilled:
    """A person found a side condition fulfilled (Nebenbestimmung erfüllt); `evidence` refers to what shows it.

    `revision` counts what was found in the case.
    """

    number: int
    revision: int
    evidence: str
    fulfilled_on: date
    recorded_by: str
    recorded_on: date


@event("review.side-condition-waived")
class SideConditionWaived:
    """The authority does without a side condition, with a reason (Verzicht auf eine Nebenbestimmung); that stays so."""

    number: int
    revision: int
    reason: str
    waived_by: str
    waived_on: date


@event("review.side-condition-violated")
class SideConditionViolated:
    """A person found that a side condition is not observed (Verstoß gegen eine Nebenbestimmung)."""

    number: int
    revision: int
    findings: str
    found_by: str
    found_on: date


@event("review.side-condition-overdue")
class SideConditionOverdue:
    """The last day for a side condition passed without a fulfilment (Nebenbestimmung überfällig)."""

    number: int
    revision: int
    due_on: date
    noted_on: date


type Found = SideConditionFulfilled | SideConditionWaived | SideConditionViolated | SideConditionOverdue
type Event = SideConditionsImposed | Found

# ---- State ----------------------------------------------------------------------------------------------------------


@value
class Tracked:
    """One side condition; `told` is what was said when it was last looked at."""

    condition: SideCondition
    standing: Standing = Standing.OPEN
    told: str = ""
    since_on: date | None = None


@value
class Fulfilment:
    """`notice` is 0 while none went out."""

    notice: int = 0
    tracked: tuple[Tracked, ...] = ()
    revision: int = 0
    acted: tuple[Acted, ...] = ()

    @property
    def next_due_on(self) -> date | None:
        """The first day on which something that is open is due."""
        due = (it.condition.due_on for it in self.tracked if it.standing == Standing.OPEN)
        return min((it for it in due if it), default=None)


# ---- Errors ---------------------------------------------------------------------------------------------------------


class ConditionsNotImposed(DomainError):
    code = "side-conditions-not-imposed"
    title = "Nebenbestimmungen gelten erst, wenn der Bescheid versandt ist; bisher ist keine bekannt gegeben."


class UnknownSideCondition(DomainError):
    code = "unknown-condition-number"
    title = "Eine Nebenbestimmung mit dieser Nummer enthält der Bescheid nicht."
    status = 422


class NothingToFulfil(DomainError):
    code = "nothing-to-fulfil"
    title = "Diese Nebenbestimmung behält der Behörde nur etwas vor; zu erfüllen ist nichts."


class ConditionIsWaived(DomainError):
    code = "side-condition-is-waived"
    title = "Auf diese Nebenbestimmung ist verzichtet; dabei bleibt es."


class ConditionIsFulfilled(DomainError):
    code = "side-condition-is-fulfilled"
    title = "Diese Nebenbestimmung ist erfüllt; festzustellen wäre allenfalls ein späterer Verstoß."


class FulfilmentDateNotValid(DomainError):
    code = "fulfilment-date-not-valid"
    title = "Erfüllt wurde heute oder früher."
    status = 422


# ---- decide ---------------------------------------------------------------------------------------------------------


def decide(command: Command, fulfilment: Fulfilment, context: Context) -> Sequence[Event]:
    match command:
        case ImposeSideConditions():
            if command.notice <= fulfilment.notice or not command.conditions:
                return []
            return [
                SideConditionsImposed(notice=command.notice, conditions=command.conditions, imposed_on=context.valid_on)
            ]
        case RecordFulfilment():
            return _fulfil(command, fulfilment, context)
        case WaiveSideCondition():
            return _waive(command, fulfilment, context)
        case FindViolation():
            return _violate(command, fulfilment, context)
        case ExpireSideConditions():
            return _expire(fulfilment, context)
        case _ as missing:
            assert_never(missing)


def _find(number: int, fulfilment: Fulfilment) -> Tracked:
    """The condition, or why there is nothing to say of it."""
    if not fulfilment.tracked:
        raise ConditionsNotImposed
    found = next((it for it in fulfilment.tracked if it.condition.number == number), None)
    if found is None:
        raise UnknownSideCondition(field="number")
    if found.standing == Standing.NOTHING_TO_DO:
        raise NothingToFulfil
    return found


def _fulfil(command: RecordFulfilment, fulfilment: Fulfilment, context: Context) -> Sequence[Event]:
    match _find(command.number, fulfilment).standing:
        case Standing.FULFILLED:
            return []
        case Standing.WAIVED:
            raise ConditionIsWaived
        case _:
            pass
    duties.refuse(FULFIL, fulfilment.acted, context)
    if not command.evidence.strip():
        raise ReasonMissing("Was belegt die Erfüllung?", field="evidence")
    if command.fulfilled_on > context.valid_on:
        raise FulfilmentDateNotValid(field="fulfilled_on")
    return [
        SideConditionFulfilled(
            number=command.number,
            revision=fulfilment.revision + 1,
            evidence=command.evidence,
            fulfilled_on=command.fulfilled_on,
            recorded_by=context.actor,
            recorded_on=context.valid_on,
        )
    ]


def _waive(command: WaiveSideCondition, fulfilment: Fulfilment, context: Context) -> Sequence[Event]:
    match _find(command.number, fulfilment).standing:
        case Standing.WAIVED:
            return []
        case Standing.FULFILLED:
            raise ConditionIsFulfilled
        case _:
            pass
    duties.refuse(WAIVE, fulfilment.acted, context)
    if not command.reason.strip():
        raise ReasonMissing("Warum wird verzichtet?", field="reason")
    return [
        SideConditionWaived(
            number=command.number,
            revision=fulfilment.revision + 1,
            reason=command.reason,
            waived_by=context.actor,
            waived_on=context.valid_on,
        )
    ]


def _violate(command: FindViolation, fulfilment: Fulfilment, context: Context) -> Sequence[Event]:
    match _find(command.number, fulfilment).standing:
        case Standing.VIOLATED:
            return []
        case Standing.WAIVED:
            raise ConditionIsWaived
        case _:
            pass
    duties.refuse(VIOLATE, fulfilment.acted, context)
    if not command.findings.strip():
        raise ReasonMissing("Worin besteht der Verstoß?", field="findings")
    return [
        SideConditionViolated(
            number=command.number,
            revision=fulfilment.revision + 1,
            findings=command.findings,
            found_by=context.actor,
            found_on=context.valid_on,
        )
    ]


def _expire(fulfilment: Fulfilment, context: Context) -> Sequence[Event]:
    found: list[Event] = []
    for it in fulfilment.tracked:
        due_on = it.condition.due_on
        if it.standing == Standing.OPEN and due_on and due_on < context.valid_on:
            revision = fulfilment.revision + len(found) + 1
            found.append(
                SideConditionOverdue(
                    number=it.condition.number, revision=revision, due_on=due_on, noted_on=context.valid_on
                )
            )
    return found


# ---- evolve ---------------------------------------------------------------------------------------------------------

SETTLED = (Standing.FULFILLED, Standing.WAIVED, Standing.VIOLATED)


def evolve(fulfilment: Fulfilment, it: Event) -> Fulfilment:
    match it:
        case SideConditionsImposed():
            return _imposed(fulfilment, it)
        case SideConditionFulfilled():
            acted = duties.with_act(fulfilment.acted, it.recorded_by, Role.CASE_OFFICER, FULFIL)
            return _found(fulfilment, it, Standing.FULFILLED, it.evidence, it.fulfilled_on, acted)
        case SideConditionWaived():
            acted = duties.with_act(fulfilment.acted, it.waived_by, Role.APPROVER, WAIVE)
            return _found(fulfilment, it, Standing.WAIVED, it.reason, it.waived_on, acted)
        case SideConditionViolated():
            acted = duties.with_act(fulfilment.acted, it.found_by, Role.CASE_OFFICER, VIOLATE)
            return _found(fulfilment, it, Standing.VIOLATED, it.findings, it.found_on, acted)
        case SideConditionOverdue():
            return _found(fulfilment, it, Standing.OVERDUE, "", it.due_on, fulfilment.acted)
        case _ as missing:
            assert_never(missing)


def _imposed(fulfilment: Fulfilment, it: SideConditionsImposed) -> Fulfilment:
    """A later notice sets new days; what was found before still holds, but nothing is overdue any more."""
    known: Mapping[int, Tracked] = {one.condition.number: one for one in fulfilment.tracked if one.standing in SETTLED}
    tracked = tuple(
        replace(known[one.number], condition=one)
        if one.number in known
        else Tracked(condition=one, standing=_first(one))
        for one in it.conditions
    )
    return replace(fulfilment, notice=it.notice, tracked=tracked)


def _first(it: SideCondition) -> Standing:
    return Standing.OPEN if is_to_be_fulfilled(it) else Standing.NOTHING_TO_DO


def _found(
    fulfilment: Fulfilment, it: Found, standing: Standing, told: str, since_on: date, acted: tuple[Acted, ...]
) -> Fulfilment:
    tracked = tuple(
        replace(one, standing=standing, told=told, since_on=since_on) if one.condition.number == it.number else one
        for one in fulfilment.tracked
    )
    return replace(fulfilment, tracked=tracked, revision=it.revision, acted=acted)


decider = Decider[Command, Event, Fulfilment](
    name="fulfilment",
    initial=Fulfilment(),
    decide=decide,
    evolve=evolve,
    events=[
        SideConditionsImposed,
        SideConditionFulfilled,
        SideConditionWaived,
        SideConditionViolated,
        SideConditionOverdue,
    ],
)
