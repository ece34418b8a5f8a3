"""Was mit einem Haushalt jetzt getan werden kann: the actions that a title's budget of a year allows, whoever may do them."""

from collections.abc import Sequence
from datetime import date

from services.review.budget import Budget, Open
from services.review.budget_acts import ALLOW, REPAY


def steps_of_budget(budget: Budget, today: date) -> Sequence[str]:
    """What makes sense for this budget now, in the order of its year."""
    if not isinstance(budget, Open):
        return ("open-budget",)
    if budget.closed_on:
        return ("hand-over-remainder",) if budget.opening.transferable else ()
    possible = (
        ("proclaim-budget", budget.provisional),
        (ALLOW, budget.provisional),
        ("freeze-funds", True),
        ("lift-freeze", any(it.left_cents for it in budget.freezes.values())),
        ("reallocate-funds", True),
        (REPAY, today.year == budget.year),
        ("close-budget", today.year > budget.year),
    )
    return [action for action, now in possible if now]
