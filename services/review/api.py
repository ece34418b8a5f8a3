"""Die Schnittstelle der Prüfung: JSON bodies to the nouns' decisions, and what a client may read.

`If-Match` names the version of the decision's primary stream: the award's for notice, waiver and finality, the
assessment's for all else. Both stand in a case's `etags`, and per action in its `if_match`.
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from services.review import assessment as assessments
from services.review import award as awards
from services.review import budget as budgets
from services.review import views
from services.review.award import Approved, Final, HalfSigned, Notified, Refused, Unsigned
from services.review.bodies import (
    BudgetBody,
    ExpenditureBody,
    OpinionBody,
    ProposalBody,
    RefusalBody,
    RefusalProposalBody,
    ReleaseBody,
    ReservationBody,
    WaiverBody,
    YearCentsBody,
)
from services.review.case_file import BudgetSheet, CaseFile, case_file, facts_of
from services.review.examination import AssessedLine, ExaminationNote
from services.review.reading import (
    PDF,
    BudgetList,
    known,
    letter_for,
    next_actions,
    opened,
    sheet_of,
    sheets,
    stored_letter,
)
from services.review.settings import office
from services.review.standing import Primary, Status
from shared.access import Person, allowed_role
from shared.contracts import YearAmount
from shared.decider import Decision, decision, field_names
from shared.identity import Role
from shared.operations import READERS
from shared.service import House
from shared.web import PROBLEMS, Action, Ask, NoBody, checked_cursor

REFUSALS = {
    "funds-not-available": "Der Haushalt kann diese Mittel nicht vormerken; die Ablehnung ist festgehalten.",
    "funds-not-committable": "Die vorgemerkten Mittel lassen sich nicht festlegen; es ist nichts bewilligt.",
    "practice-changed-since-proposal": (
        "Seit dem Vorschlag hat sich Richtlinie oder Verwaltungspraxis geändert; der Vorgang ist zurück in der Prüfung."
    ),
}

# ---- Actions --------------------------------------------------------------------------------------------------------

_ROAD = "/review/cases/{case}"
_OFFICER, _APPROVER, _BUDGET = (
    frozenset({Role.CASE_OFFICER}),
    frozenset({Role.APPROVER}),
    frozenset({Role.BUDGET_OFFICER}),
)


async def _opened_case(house: House, ask: Ask) -> str:
    """The path's case, or a 404 problem."""
    await opened(house, ask.path["case"])
    return ask.path["case"]


def _amounts(rows: Sequence[YearCentsBody]) -> tuple[YearAmount, ...]:
    """The rows of a form that say something: a year with nothing in it is none."""
    return tuple(YearAmount(year=it.year, cents=it.cents) for it in rows if it.cents)


def _told(state: Any, _ask: Ask) -> dict[str, Any]:
    """What an answer tells of its primary stream."""
    return {"state": type(state).__name__.lower()}


def _opened(state: budgets.Budget, _ask: Ask) -> dict[str, Any]:
    return {"title": state.title, "year": state.year} if isinstance(state, budgets.Open) else {}


def actions(house: House) -> list[Action]:
    """What people may do in review."""
    return [_open_budget(), *_examining(house), *_deciding(house), *_notifying(house)]


def _open_budget() -> Action:
    async def open_budget(body: BudgetBody, _ask: Ask) -> Decision:
        authorised = _amounts(body.authorisations)
        return budgets.open_next_budget(body.title, body.year, body.appropriation_cents, authorised)

    return Action(
        name="open-budget", title="Haushaltstitel eröffnen", path="/review/budgets", roles=_BUDGET, body=BudgetBody,
        decide=open_budget, creates=True, status=201, answer=_opened, location="/review/budgets/{title}/{year}",
    )  # fmt: skip


def _examining(house: House) -> list[Action]:
    async def opine(body: OpinionBody, ask: Ask) -> Decision:
        case = await _opened_case(house, ask)
        command = assessments.RecordExpertOpinion(
            opinion=body.opinion, reasons=body.reasons, conditions=body.conditions
        )
        return decision(assessments.decider, case, command)

    async def assess(body: ExpenditureBody, ask: Ask) -> Decision:
        case = await _opened_case(house, ask)
        lines = tuple(
            AssessedLine(line=one.line, eligible_cents=one.eligible_cents, reason=one.reason, text=one.text or "")
            for one in body.lines
        )
        return decision(assessments.decider, case, assessments.AssessExpenditure(lines=lines))

    async def propose(body: ProposalBody, ask: Ask) -> Decision:
        case = await _opened_case(house, ask)
        topics = {topic: getattr(body.note, topic) for topic in field_names(ExaminationNote)}
        return assessments.propose(
            case, office().programme, by_year=_amounts(body.by_year), starts_on=body.starts_on, ends_on=body.ends_on,
            note=ExaminationNote(**topics),
        )  # fmt: skip

    async def propose_refusal(body: RefusalProposalBody, ask: Ask) -> Decision:
        case = await _opened_case(house, ask)
        return decision(assessments.decider, case, assessments.ProposeRefusal(reasons=body.reasons))

    return [
        Action(
            name="record-expert-opinion", title="Fachliches Votum abgeben", path=f"{_ROAD}/opinion",
            roles=frozenset({Role.EXPERT}), body=OpinionBody, decide=opine, answer=_told,
        ),
        Action(
            name="assess-expenditure", title="Zuwendungsfähige Ausgaben feststellen", path=f"{_ROAD}/expenditure",
            roles=_OFFICER, body=ExpenditureBody, decide=assess, answer=_told,
        ),
        Action(
            name="propose-award", title="Bewilligung vorschlagen", path=f"{_ROAD}/proposal", roles=_OFFICER,
            body=ProposalBody, decide=propose, answer=_told,
        ),
        Action(
            name="propose-refusal", title="Ablehnung vorschlagen", path=f"{_ROAD}/refusal-proposal", roles=_OFFICER,
            body=RefusalProposalBody, decide=propose_refusal, answer=_told,
        ),
    ]  # fmt: skip


def _deciding(house: House) -> list[Action]:
    async def budget_of(case: str, today: date) -> str:
        """The budget that holds the reservation; without one any will do, because the noun then says what is missing."""
        reserved = facts_of((await known(house, case)).assessment).reserved
        return reserved.reservation.budget if reserved else budgets.budget_id(office().budget_title, today.year)

    async def reserve(body: ReservationBody, ask: Ask) -> Decision:
        case = await _opened_case(house, ask)
        return assessments.reserve(case, body.title, body.year or ask.today.year)

    async def release(body: ReleaseBody, ask: Ask) -> Decision:
        case = ask.path["case"]
        return assessments.release(case, await budget_of(case, ask.today), body.reason)

    async def approve(_body: NoBody, ask: Ask) -> Decision:
        case = ask.path["case"]
        return awards.approve(case, office().programme, await budget_of(case, ask.today))

    async def refuse(body: RefusalBody, ask: Ask) -> Decision:
        case = await _opened_case(house, ask)
        return awards.refuse(case, body.reasons)

    return [
        Action(
            name="reserve-funds", title="Mittel vormerken", path=f"{_ROAD}/reservation", roles=_BUDGET,
            body=ReservationBody, decide=reserve, answer=_told,
        ),
        Action(
            name="release-reservation", title="Vormerkung aufheben", path=f"{_ROAD}/reservation/release", roles=_BUDGET,
            body=ReleaseBody, decide=release, answer=_told,
        ),
        Action(
            name="approve-grant", title="Zuwendung bewilligen", path=f"{_ROAD}/approval", roles=_APPROVER,
            decide=approve, answer=_told,
            summary="Zuwendung bewilligen; über der Zeichnungsgrenze zeichnen zwei Personen.",
        ),
        Action(
            name="refuse-grant", title="Antrag ablehnen", path=f"{_ROAD}/refusal", roles=_APPROVER, body=RefusalBody,
            decide=refuse, answer=_told,
        ),
    ]  # fmt: skip


def _notifying(house: House) -> list[Action]:
    async def dispatch(_body: NoBody, ask: Ask) -> Decision:
        it = await known(house, ask.path["case"])
        match it.award:
            case Unsigned() | HalfSigned():
                raise awards.NotApproved
            case Refused():
                raise awards.GrantIsRefused
            case Notified() | Final():
                reference = it.award.notice.letter
            case Approved():
                reference = await stored_letter(house, it)
        return decision(awards.decider, it.case, awards.DispatchNotice(letter=reference))

    async def waive(body: WaiverBody, ask: Ask) -> Decision:
        case = await _opened_case(house, ask)
        return decision(awards.decider, case, awards.RecordWaiver(declared_on=body.declared_on))

    async def declare_final(_body: NoBody, ask: Ask) -> Decision:
        case = await _opened_case(house, ask)
        return decision(awards.decider, case, awards.DeclareFinal())

    return [
        Action(
            name="dispatch-notice", title="Zuwendungsbescheid versenden", path=f"{_ROAD}/notice", roles=_OFFICER,
            decide=dispatch, answer=_told,
        ),
        Action(
            name="record-waiver", title="Rechtsbehelfsverzicht vermerken", path=f"{_ROAD}/waiver", roles=_OFFICER,
            body=WaiverBody, decide=waive, answer=_told,
        ),
        Action(
            name="declare-final", title="Bestandskraft feststellen", path=f"{_ROAD}/finality", roles=_OFFICER,
            decide=declare_final, answer=_told,
        ),
    ]  # fmt: skip


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
