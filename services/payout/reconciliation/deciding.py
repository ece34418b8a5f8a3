"""Whether the three sides say the same, to the cent."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from services.payout.reconciliation.commands import (
    CloseDay,
    Command,
    ProposeDifference,
    SealYear,
    Sides,
)
from services.payout.reconciliation.errors import (
    BudgetDiffers,
    BudgetLate,
    DayDiffers,
    DayNotNext,
    DifferenceChanged,
    DifferenceReasonMissing,
    NothingBooked,
    NothingDiffers,
    NothingPaid,
    StatementsIncomplete,
    YearDifferenceUnnamed,
    YearNotReady,
)
from services.payout.reconciliation.events import (
    Difference,
    DifferenceProposed,
    Event,
    ReconciliationClosed,
    YearSealed,
)
from services.payout.reconciliation.states import Closings
from shared.decider import Context, RefusedAttempt, replace
from shared.money import euros

BY_TWO = "day-difference-by-two"
"""The rule that who names a difference does not close the day with it."""
YEAR_BY_TWO = "year-difference-by-two"
"""The rule that who named a difference does not seal a year with it."""


def differences(sides: Sides) -> Sequence[str]:
    """What does not agree on a day, as sentences; nothing when it can be closed."""
    found: list[str] = []
    out = sides.settled_cents + sides.listed_out_cents
    back = sides.returned_cents + sides.received_cents + sides.listed_in_cents
    if sides.debit_cents != out:
        found.append(f"Belastet wurden {euros(sides.debit_cents)}, erklärt sind {euros(out)}.")
    if sides.credit_cents != back:
        found.append(f"Gutgeschrieben wurden {euros(sides.credit_cents)}, erklärt sind {euros(back)}.")
    return found


def decide(command: Command, state: Closings, context: Context) -> Sequence[Event]:
    match command:
        case CloseDay():
            return _close(command, state, context)
        case ProposeDifference():
            return _propose(command, state, context)
        case SealYear():
            return _seal(command, state, context)
        case _ as missing:
            assert_never(missing)


def _close(command: CloseDay, state: Closings, context: Context) -> Sequence[ReconciliationClosed]:
    sides = command.sides
    if any(it.closed_on == command.closed_on for it in state.days):
        return []
    _require_account(command, state)
    difference = _difference(command, state, context)
    return [
        ReconciliationClosed(
            closed_on=command.closed_on,
            debit_cents=sides.debit_cents,
            credit_cents=sides.credit_cents,
            settled_cents=sides.settled_cents,
            returned_cents=sides.returned_cents,
            listed_out_cents=sides.listed_out_cents,
            listed_in_cents=sides.listed_in_cents,
            paid_cents=sides.paid_cents,
            budget_cents=sides.budget_cents,
            files=sides.files,
            statements=sides.statements,
            opening_cents=sides.opening_cents,
            closing_cents=sides.closing_cents,
            open_items=sides.open_items,
            closed_by=context.actor,
            received_cents=sides.received_cents,
            accounts=sides.accounts,
            difference=difference,
        )
    ]


def _require_account(command: CloseDay | ProposeDifference, state: Closings) -> None:
    """The statements are there, and say what our books say: of that no difference is ever accepted."""
    sides, last = command.sides, state.days[-1].closed_on if state.days else date.min
    if command.closed_on < last:
        raise DayNotNext(f"Abgeschlossen ist bereits der {last:%d.%m.%Y}.", field="closed_on")
    if not sides.statements:
        raise NothingBooked(field="closed_on")
    if sides.incomplete:
        raise StatementsIncomplete
    if wrong := differences(sides):
        raise DayDiffers(" ".join(wrong))


NAMED_BY_ONESELF = "Die Abweichung haben Sie selbst benannt; mit ihr schließt eine andere Person den Tag ab."


def _differs_from_budget(sides: Sides) -> bool:
    return bool(sides.unentered) or sides.paid_cents != sides.budget_cents


def _is_of(it: Difference, sides: Sides) -> bool:
    """Whether this is the very difference that these sides have."""
    return (it.cents, it.payments) == (sides.paid_cents - sides.budget_cents, sides.unentered_payments)


def _difference(command: CloseDay, state: Closings, context: Context) -> Difference | None:
    """None where the budget agrees; else what two persons named, on this day or on one before."""
    sides, proposed = command.sides, state.proposed
    if not _differs_from_budget(sides):
        return None
    if command.proposal:
        named = (command.closed_on, command.proposal)
        if proposed is None or (proposed.closed_on, proposed.difference.proposal) != named:
            raise DifferenceChanged(field="proposal")
        if not _is_of(proposed.difference, sides):
            raise DifferenceChanged(field="proposal")
        if proposed.difference.proposed_by == context.actor:
            raise RefusedAttempt(NAMED_BY_ONESELF, rule=BY_TWO, action="close-day")
        return proposed.difference
    carried = state.days[-1].difference if state.days else None
    if carried and _is_of(carried, sides):
        return carried
    if sides.unentered:
        raise BudgetLate(f"Es fehlen {sides.unentered}, zuerst {sides.first_unentered}.", field="closed_on")
    raise _other_sum(sides.paid_cents, sides.budget_cents)


def _propose(command: ProposeDifference, state: Closings, context: Context) -> Sequence[DifferenceProposed]:
    if state.proposed and state.proposed.difference.proposal == command.proposal:
        return []
    if any(it.closed_on == command.closed_on for it in state.days):
        raise DayNotNext("Dieser Tag ist abgeschlossen.", field="closed_on")
    _require_account(command, state)
    if not _differs_from_budget(command.sides):
        raise NothingDiffers
    if command.sealed_reason is None:
        raise DifferenceReasonMissing(field="reason")
    difference = Difference(
        proposal=command.proposal,
        cause=command.cause,
        cents=command.sides.paid_cents - command.sides.budget_cents,
        payments=command.sides.unentered_payments,
        proposed_by=context.actor,
        proposed_on=context.valid_on,
        sealed_reason=command.sealed_reason,
    )
    return [DifferenceProposed(closed_on=command.closed_on, difference=difference)]


def _other_sum(paid: int, budget: int) -> BudgetDiffers:
    return BudgetDiffers(f"Gezahlt sind {euros(paid)}, der Haushalt nennt {euros(budget)}.")


def _seal(command: SealYear, state: Closings, context: Context) -> Sequence[YearSealed]:
    if any((it.title, it.year) == (command.title, command.year) for it in state.years):
        return []
    if not command.booked_days:
        raise NothingPaid
    missing = [
        *([f"{command.unclosed_days} Tage sind nicht abgeschlossen."] if command.unclosed_days else []),
        *([f"{command.open_items} Klärungsfälle sind offen."] if command.open_items else []),
    ]
    if missing:
        raise YearNotReady(" ".join(missing))
    difference = _difference_of_year(command, state, context)
    return [
        YearSealed(
            title=command.title,
            year=command.year,
            paid_cents=command.paid_cents,
            budget_cents=command.budget_cents,
            files=len({one for it in state.days if it.closed_on.year == command.year for one in it.files}),
            sealed_by=context.actor,
            sealed_on=context.valid_on,
            difference=difference,
        )
    ]


def _difference_of_year(command: SealYear, state: Closings, context: Context) -> Difference | None:
    """None where the budget says what was paid; else what of the last closing's named difference is this title's."""
    both = (command.paid_cents, command.budget_cents)
    # What the named payments come to is all that differs: of anything else no year is sealed.
    if command.paid_cents - command.budget_cents != command.differing_cents:
        raise _other_sum(*both)
    if not command.differing:
        return None
    carried = state.days[-1].difference if state.days else None
    named = carried.payments if carried else ()
    unnamed = [it for it in command.differing if it not in named]
    if carried is None or unnamed:
        raise YearDifferenceUnnamed(f"{_other_sum(*both).detail} Nicht benannt ist {unnamed[0]}.")
    if carried.proposed_by == context.actor:
        told = "Die Abweichung haben Sie selbst benannt; mit ihr schließt eine andere Person das Jahr ab."
        raise RefusedAttempt(told, rule=YEAR_BY_TWO, action="seal-year")
    return replace(carried, cents=command.differing_cents, payments=command.differing)
