"""Lesen über HTTP: queue, case, letter, budgets. `Foerderstrom-Position` makes a list wait until it shows that log position."""

import asyncio
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from services.review import views
from services.review.api import early_starts
from services.review.api.acts import actions
from services.review.api.budget_reads import budget_reads
from services.review.api.case_answers import CaseFile
from services.review.api.case_file import case_file
from services.review.api.common import Position, Size, seen_by
from services.review.api.letter_reading import PDF, letter_for, other_letter_for
from services.review.api.policy_reading import policy_reads
from services.review.api.procedure_file import handling_of
from services.review.api.reading import handling_actions, known, next_actions
from services.review.standing import Primary, Status
from shared.access import Person, allowed_role
from shared.calendar import local_date
from shared.operations import READERS
from shared.service import House
from shared.web import PROBLEMS, checked_cursor

# ---- Reading --------------------------------------------------------------------------------------------------------


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


def reads(house: House) -> APIRouter:
    """Queue, case, letter, budgets. `Foerderstrom-Position` makes a list wait until it shows that log position."""
    router, offered = APIRouter(), actions(house)
    router.include_router(early_starts.reads(house))

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
        await seen_by(house, seen)
        after = checked_cursor(after)
        page = await asyncio.to_thread(views.cases, house.views, status=status, after=after, limit=limit)
        return CaseList(items=[CaseRow(**it.body) for it in page.entries], next=page.next)

    @router.get("/review/cases/{case}", operation_id="read-case", responses=PROBLEMS)
    async def one_case(request: Request, response: Response, case: str) -> CaseFile:
        """A case with its `etags` and what can be done next."""
        person = permit(request, "read-case")
        it = await known(house, case)
        response.headers.update({"ETag": it.etags[Primary.ASSESSMENT], "Vary": "Accept"})
        handling = handling_of(it.handling, handling_actions(house, it, person, offered))
        following = next_actions(house, it, person, offered)
        return case_file(it, handling, following)

    @router.get("/review/successions", operation_id="list-successions", responses=PROBLEMS)
    async def succession_list(request: Request, seen: Position = None) -> CaseList:
        """Running cases whose recipient has ceased and that have no successor yet."""
        permit(request, "list-cases")
        await seen_by(house, seen)
        found = await asyncio.to_thread(views.of_dissolved, house.views, local_date(house.now()))
        return CaseList(items=[CaseRow(**it) for it in found], next="")

    @router.get(
        "/review/cases/{case}/letter", operation_id="read-letter", response_class=Response,
        responses={200: {"content": {PDF: {}}}, **PROBLEMS},
    )  # fmt: skip
    async def award_letter(request: Request, case: str) -> Response:
        """The award letter as PDF: dispatched, or a preview before."""
        content = await letter_for(house, house.gate.person(request), case)
        headers = {"Content-Disposition": 'inline; filename="zuwendungsbescheid.pdf"', "Cache-Control": "no-store"}
        return Response(content, media_type=PDF, headers=headers)

    @router.get(
        "/review/cases/{case}/letters/{letter}", operation_id="read-other-letter", response_class=Response,
        responses={200: {"content": {PDF: {}}}, **PROBLEMS},
    )  # fmt: skip
    async def other_letter(request: Request, case: str, letter: str) -> Response:
        """A letter beside the notices as PDF, of a hearing or a formal rejection: dispatched, or a preview before."""
        content = await other_letter_for(house, house.gate.person(request), case, letter)
        headers = {"Content-Disposition": 'inline; filename="schreiben.pdf"', "Cache-Control": "no-store"}
        return Response(content, media_type=PDF, headers=headers)

    router.include_router(budget_reads(house))
    router.include_router(policy_reads(house))
    return router
