"""Haushalt: what a budget officer may do with the titles."""

from typing import Any

from services.review import budget as budgets
from services.review.api.common import BUDGET, amounts
from services.review.bodies import (
    BudgetBody,
)
from shared.decider import Decision
from shared.service import House
from shared.web import Action, Ask


def _opened(state: budgets.Budget, _ask: Ask) -> dict[str, Any]:
    return {"title": state.title, "year": state.year} if isinstance(state, budgets.Open) else {}


def budgeting(_house: House) -> list[Action]:
    """Opening a title's budget of a year."""

    async def open_budget(body: BudgetBody, _ask: Ask) -> Decision:
        authorised = amounts(body.authorisations)
        return budgets.open_next_budget(body.title, body.year, body.appropriation_cents, authorised)

    return [Action(
        name="open-budget", title="Haushaltstitel eröffnen", path="/review/budgets", roles=BUDGET, body=BudgetBody,
        decide=open_budget, creates=True, status=201, answer=_opened, location="/review/budgets/{title}/{year}",
    )]  # fmt: skip
