"""Decisions over two budgets: one year hands over to the next."""

from collections.abc import Sequence
from typing import Any

from services.review.budget.commands import CarriedLine, CarryOver, OpenBudget
from services.review.budget.deciding import decide
from services.review.budget.noun import decider
from services.review.budget.states import Budget, Unopened
from shared.contracts import YearAmount
from shared.decider import Context, Decided, Decision


def budget_id(title: str, year: int) -> str:
    """The id of a title's budget of one year, as in `budget-<title>-<year>`."""
    return f"{title}-{year}"


def preloads(previous: Budget) -> tuple[CarriedLine, ...]:
    """What a budget promised for the years after its own, case by case."""
    if isinstance(previous, Unopened):
        return ()
    lines = (
        CarriedLine(case=case, by_year=tuple(it for it in position.committed if it.year > previous.year))
        for case, position in sorted(previous.positions.items(), key=lambda it: it[0])
    )
    return tuple(line for line in lines if line.by_year)


def open_next_budget(
    title: str, year: int, appropriation_cents: int, authorisations: tuple[YearAmount, ...] = ()
) -> Decision:
    """Open a title's budget of a year, the first one too: the year before hands over its promises and takes no more.

    Not before the year has begun (`BudgetYearNotBegun`): the old year's last commitments would be missed.
    """
    opened, previous = (decider.stream(budget_id(title, it)) for it in (year, year - 1))

    def judge(states: Sequence[Any], context: Context) -> Decided:
        command = OpenBudget(
            title=title,
            year=year,
            appropriation_cents=appropriation_cents,
            authorisations=authorisations,
            preloads=preloads(states[1]),
        )
        return {
            opened: decide(command, states[0], context),
            previous: decide(CarryOver(into=year), states[1], context),
        }

    return Decision(reads={opened: decider, previous: decider}, judge=judge, action="OpenBudget", creates=True)
