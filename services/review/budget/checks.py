"""What several decisions of the budget look at first."""

from collections.abc import Sequence
from typing import Any

from services.review.budget.errors import AmountsNotValid, BudgetIsClosed, ReasonNotGiven, ReferenceContradicted
from services.review.budget.events import Event, Shortfall
from services.review.budget.states import Open
from shared.contracts import YearAmount
from shared.decider import Context
from shared.money import MAX_CENTS


def check_amounts(by_year: Sequence[YearAmount]) -> None:
    years = [it.year for it in by_year]
    if years != sorted(set(years)) or any(not 0 < it.cents <= MAX_CENTS for it in by_year):
        raise AmountsNotValid


def check_cents(cents: int) -> None:
    if not 0 < cents <= MAX_CENTS:
        raise AmountsNotValid(field="cents")


def check_reason(reason: str, field: str = "reason") -> None:
    if not reason.strip():
        raise ReasonNotGiven(field=field)


def check_not_closed(budget: Open) -> None:
    if budget.closed_on:
        raise BudgetIsClosed(f"abgeschlossen am {budget.closed_on:%d.%m.%Y}")


def is_repeated(known: Event | None, **asked: Any) -> bool:
    """Whether the same was entered under this reference before; `ReferenceContradicted` when it was something else."""
    if known is None:
        return False
    if any(getattr(known, name, None) != it for name, it in asked.items()):
        raise ReferenceContradicted
    return True


def year_over(budget: Open, context: Context) -> bool:
    """The authority to spend and to commit ends with the calendar year (HGrG § 27)."""
    return bool(budget.carried_into or budget.closed_on) or context.valid_on.year != budget.year


def shortfall(case: str, by_year: Sequence[YearAmount], budget: Open, context: Context) -> Shortfall | None:
    """Why so much cannot be set aside for the case; none when it can."""
    if year_over(budget, context):
        return Shortfall.YEAR_OVER
    if budget.provisional and case not in budget.overrides:
        return Shortfall.PROVISIONAL
    if not {it.year for it in by_year} <= {it.year for it in budget.years}:
        return Shortfall.AUTHORISATION_MISSING
    frozen = False
    for it in by_year:
        account = budget.account(it.year)
        if it.cents > account.voted_cents - account.taken_cents:
            return Shortfall.FUNDS_EXHAUSTED
        frozen = frozen or it.cents > max(0, account.available_cents - account.taken_cents)
    return Shortfall.FUNDS_FROZEN if frozen else None
