"""Lesen über HTTP, der Haushalt: titles, their list as of any day, and who waits for money."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.review.api.budget_reading import BudgetList, WaitingList, sheet_of, sheets, statement_of, waiting_list
from services.review.api.common import Position, Size, seen_by
from services.review.budget_ledger import Statement
from services.review.budget_sheet import BudgetSheet
from shared.access import allowed_role
from shared.operations import READERS
from shared.service import House
from shared.web import PROBLEMS, checked_cursor

Lines = Annotated[int, Query(ge=1, le=5_000)]
After = Annotated[int, Query(ge=0, le=2**53)]


def budget_reads(house: House) -> APIRouter:
    """Budgets, their statements, the waiting list."""
    router = APIRouter()

    def permit(request: Request, action: str) -> None:
        allowed_role(house.gate.person(request), READERS, action)

    @router.get("/review/budgets", operation_id="list-budgets", responses=PROBLEMS)
    async def budget_list(request: Request, after: str = "", limit: Size = 50, seen: Position = None) -> BudgetList:
        """The opened budgets with what is free in them."""
        permit(request, "list-budgets")
        await seen_by(house, seen)
        return await sheets(house, after=checked_cursor(after), limit=limit)

    @router.get("/review/budgets/{title}/{year}", operation_id="read-budget", responses=PROBLEMS)
    async def one_budget(request: Request, response: Response, title: str, year: str) -> BudgetSheet:
        """A title's budget of one year: what the plan gives, frozen, reserved, committed, paid, free, and what to look out for."""
        permit(request, "read-budget")
        found = await sheet_of(house, title, year)
        response.headers.update({"ETag": found.etag, "Vary": "Accept"})
        return found

    @router.get("/review/budgets/{title}/{year}/statement", operation_id="read-statement", responses=PROBLEMS)
    async def one_statement(
        request: Request, response: Response, title: str, year: str, on: date | None = None, after: After = 0,
        limit: Lines = 500,
    ) -> Statement:  # fmt: skip
        """The list of a budget (HÜL-A and HÜL-VE) as it stood at the end of a day, made again from the events recorded by then."""
        permit(request, "read-statement")
        response.headers["Vary"] = "Accept"
        return await statement_of(house, title, year, on, after=after, limit=limit)

    @router.get("/review/waiting-list", operation_id="list-waiting", responses=PROBLEMS)
    async def waiting(request: Request, after: str = "", limit: Size = 50, seen: Position = None) -> WaitingList:
        """The proposed grants without money, by the day on which the application was complete."""
        permit(request, "list-waiting")
        await seen_by(house, seen)
        return await waiting_list(house, after=checked_cursor(after), limit=limit)

    return router
