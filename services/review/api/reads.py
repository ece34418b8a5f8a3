"""Lesen über HTTP: queue, case, letter, budgets. `Foerderstrom-Position` makes a list wait until it shows that log position."""

import asyncio
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from services.review import views
from services.review.api.acts import actions
from services.review.case_file import BudgetSheet, CaseFile, case_file
from services.review.reading import (
    PDF,
    BudgetList,
    known,
    letter_for,
    next_actions,
    sheet_of,
    sheets,
)
from services.review.standing import Primary, Status
from shared.access import Person, allowed_role
from shared.operations import READERS
from shared.service import House
from shared.web import PROBLEMS, checked_cursor

# ---- Reading --------------------------------------------------------------------------------------------------------


Position = Annotated[int | None, Header(alias="Foerderstrom-Position", ge=0, le=2**53)]
Size = Annotated[int, Query(ge=1, le=200)]


class CaseRow(BaseModel):
    """A case as the queue shows it. `due_on` is when a reservation expires or the period for remedies ends."""

    case: str
    file_number: str
    applicant_key: str
    applicant_name: str
    title: str
    status: Status
    since_on: date
    due_on: date | None
    submitted_on: date
    applied_cents: int
    granted_cents: int | None


class CaseList(BaseModel):
    items: list[CaseRow]
    next: str


async def _seen(house: House, position: int | None) -> None:
    """Wait for what this service has recorded; a position beyond its head is another's and never comes."""
    await house.seen(min(position or 0, house.writer.head.position))


def reads(house: House) -> APIRouter:
    """Queue, case, letter, budgets. `Foerderstrom-Position` makes a list wait until it shows that log position."""
    router, offered = APIRouter(), actions(house)

    def permit(request: Request, action: str) -> Person:
        person = house.gate.person(request)
        allowed_role(person, READERS, action)
        return person

    @router.get("/review/cases", operation_id="list-cases", responses=PROBLEMS)
    async def case_list(
        request: Request, status: Status | None = None, after: str = "", limit: Size = 50, seen: Position = None
    ) -> CaseList:
        """The cases, oldest first."""
        permit(request, "list-cases")
        await _seen(house, seen)
        after = checked_cursor(after)
        page = await asyncio.to_thread(views.cases, house.views, status=status, after=after, limit=limit)
        return CaseList(items=[CaseRow(**it.body) for it in page.entries], next=page.next)

    @router.get("/review/cases/{case}", operation_id="read-case", responses=PROBLEMS)
    async def one_case(request: Request, response: Response, case: str) -> CaseFile:
        """A case with its `etags` and what can be done next."""
        person = permit(request, "read-case")
        it = await known(house, case)
        response.headers.update({"ETag": it.etags[Primary.ASSESSMENT], "Vary": "Accept"})
        return case_file(it.case, it.assessment, it.award, it.etags, next_actions(house, it, person, offered))

    @router.get("/review/budgets", operation_id="list-budgets", responses=PROBLEMS)
    async def budget_list(request: Request, after: str = "", limit: Size = 50, seen: Position = None) -> BudgetList:
        """The opened budgets with what is free in them."""
        permit(request, "list-budgets")
        await _seen(house, seen)
        return await sheets(house, after=checked_cursor(after), limit=limit)

    @router.get("/review/budgets/{title}/{year}", operation_id="read-budget", responses=PROBLEMS)
    async def one_budget(request: Request, response: Response, title: str, year: str) -> BudgetSheet:
        """A title's budget of one year: Ansatz and VE, reserved, committed, paid, free."""
        permit(request, "read-budget")
        found = await sheet_of(house, title, year)
        response.headers.update({"ETag": found.etag, "Vary": "Accept"})
        return found

    @router.get(
        "/review/cases/{case}/letter", operation_id="read-letter", response_class=Response,
        responses={200: {"content": {PDF: {}}}, **PROBLEMS},
    )  # fmt: skip
    async def award_letter(request: Request, case: str) -> Response:
        """The award letter as PDF: dispatched, or a preview before."""
        content = await letter_for(house, house.gate.person(request), case)
        headers = {"Content-Disposition": 'inline; filename="zuwendungsbescheid.pdf"', "Cache-Control": "no-store"}
        return Response(content, media_type=PDF, headers=headers)

    return router
