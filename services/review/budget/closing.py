"""A year's books are closed: what was promised for it and not paid lapses or moves on with its money."""

from collections.abc import Sequence

from services.review.budget.checks import check_amounts
from services.review.budget.commands import CarriedLine, CloseBudget
from services.review.budget.errors import BudgetYearNotOver, ReservationsStand
from services.review.budget.events import BudgetClosed, CommitmentLapsed, CommitmentMoved, Event
from services.review.budget.planning import check_transferable
from services.review.budget.states import Open, unspent_by_origin
from shared.contracts import YearAmount
from shared.decider import Context


def unpaid_lines(budget: Open, year: int) -> Sequence[CarriedLine]:
    """What the closing year still owes, case by case, as amounts of `year`."""
    owed = ((case, it, it.unpaid_cents(budget.year)) for case, it in sorted(budget.positions.items()))
    return [
        CarriedLine(case=case, by_year=(YearAmount(year=year, cents=cents),), basis=it.basis)
        for case, it, cents in owed
        if cents > 0
    ]


def moving_by_origin(budget: Open) -> tuple[YearAmount, ...]:
    """The cash that pays what the closing year still owes, by its origin."""
    own = budget.account(budget.year)
    before = unspent_by_origin(budget, own.paid_cents)
    after = unspent_by_origin(budget, own.paid_cents + own.committed_cents)
    return tuple(
        YearAmount(year=it.year, cents=it.cents - left.cents)
        for it, left in zip(before, after, strict=True)
        if it.cents > left.cents
    )


def close(command: CloseBudget, budget: Open, context: Context) -> Sequence[Event]:
    if budget.closed_on:
        return []
    if context.valid_on.year <= budget.year:
        raise BudgetYearNotOver
    if any(it.reserved_cents for it in budget.years):
        raise ReservationsStand
    lines = unpaid_lines(budget, budget.year)
    if command.moved_into and lines:
        check_transferable(budget, command.consent)
    events: list[Event] = [
        _ended(command, budget, line, entry) for entry, line in enumerate(lines, start=budget.entries + 1)
    ]
    own = budget.account(budget.year)
    unspent = own.voted_cents - own.paid_cents - (own.committed_cents if command.moved_into else 0)
    expired = tuple(
        YearAmount(year=it.year, cents=it.voted_cents - it.taken_cents)
        for it in budget.years
        if it.year != budget.year and it.voted_cents > it.taken_cents
    )
    check_amounts(expired)
    return [*events, BudgetClosed(closed_on=context.valid_on, unspent_cents=unspent, expired=expired)]


def _ended(command: CloseBudget, budget: Open, line: CarriedLine, entry: int) -> Event:
    counters, cents = budget.position(line.case).committed_entry, line.by_year[0].cents
    if not command.moved_into:
        return CommitmentLapsed(entry=entry, counters=counters, case=line.case, cents=cents)
    return CommitmentMoved(
        entry=entry,
        counters=counters,
        case=line.case,
        cents=cents,
        into=command.moved_into,
        consent=command.consent,
    )
