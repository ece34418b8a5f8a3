"""Vorzeitiger Vorhabensbeginn im Haus: what may be done about it, and what is read of it.

Apart from the cases, because it may be asked for and decided before review has the application.
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.review import early_start as early_starts
from services.review import handling as handlings
from services.review.early_start import (
    ApproveEarlyStart,
    Decided,
    EarlyStartApproved,
    EarlyStartRefused,
    Opened,
    ProposeEarlyStart,
    RefuseEarlyStart,
)
from services.review.early_start_list import EARLY_STARTS
from shared.access import Person, allowed_role
from shared.decider import Decision
from shared.identity import Role, is_id
from shared.operations import READERS
from shared.problems import Problem
from shared.service import House
from shared.store import Folded
from shared.web import PROBLEMS, Action, Ask, Body, Text, checked_cursor, etag

QUEUE = "/review/early-starts"
ROAD = "/review/cases/{case}/early-starts/{early_start}"


class EarlyStartProposalBody(Body):
    consent: bool = Field(title="Zustimmung vorschlagen")
    reasons: Text = Field(title="Begründung")


class EarlyStartApprovalBody(Body):
    may_begin_on: date | None = Field(default=None, title="Zustimmung gilt ab")


class EarlyStartRefusalBody(Body):
    reasons: Text = Field(title="Gründe für die Kommune")


class EarlyStartEntry(BaseModel):
    """An early start as the list shows it; `state` is open, proposed, approved, refused or withdrawn."""

    early_start: str
    case: str
    file_number: str
    applicant_key: str
    applicant_name: str
    title: str
    contract_on: date
    requested_on: date
    state: str


class EarlyStartFile(EarlyStartEntry):
    """One early start with its reasons; `etag` is what `If-Match` wants, `handling_etag` what a declared conflict of interest
    wants; `excluded` are those who declared one in the case.
    """

    description: str
    reason: str
    expenditure: list[dict[str, Any]]
    proposal: dict[str, Any] | None
    may_begin_on: date | None
    expires_on: date | None
    told: str
    etag: str
    handling_etag: str
    excluded: list[str]


class EarlyStartList(BaseModel):
    items: list[EarlyStartEntry]
    next: str


# ---- Actions --------------------------------------------------------------------------------------------------------


def actions(house: House) -> list[Action]:
    """What may be done about an early start."""

    async def decide(ask: Ask, command: ProposeEarlyStart | ApproveEarlyStart | RefuseEarlyStart) -> Decision:
        await found(house, ask.path["case"], ask.path["early_start"])
        return early_starts.act(ask.path["early_start"], ask.path["case"], command)

    async def propose(body: EarlyStartProposalBody, ask: Ask) -> Decision:
        return await decide(ask, ProposeEarlyStart(consent=body.consent, reasons=body.reasons))

    async def approve(body: EarlyStartApprovalBody, ask: Ask) -> Decision:
        return await decide(ask, ApproveEarlyStart(may_begin_on=body.may_begin_on))

    async def refuse(body: EarlyStartRefusalBody, ask: Ask) -> Decision:
        return await decide(ask, RefuseEarlyStart(reasons=body.reasons))

    officer, approver = frozenset({Role.CASE_OFFICER}), frozenset({Role.APPROVER})
    return [
        Action(
            name="propose-early-start", title="Entscheidung über den vorzeitigen Beginn vorschlagen",
            path=f"{ROAD}/proposal", roles=officer, body=EarlyStartProposalBody, decide=propose,
        ),
        Action(
            name="approve-early-start", title="Dem vorzeitigen Beginn zustimmen", path=f"{ROAD}/approval",
            roles=approver, body=EarlyStartApprovalBody, decide=approve,
        ),
        Action(
            name="refuse-early-start", title="Vorzeitigen Beginn ablehnen", path=f"{ROAD}/refusal", roles=approver,
            body=EarlyStartRefusalBody, decide=refuse,
        ),
    ]  # fmt: skip


async def found(house: House, case: str, early_start: str) -> Folded:
    """The early start of this case, or a 404 problem."""
    if is_id(case) and is_id(early_start):
        folded = await house.writer.state(early_starts.decider, early_start)
        if isinstance(folded.state, Opened | Decided) and folded.correlation == case:
            return folded
    raise Problem(404, "unknown-early-start", "Diesen vorzeitigen Beginn gibt es hier nicht.", field="early_start")


def steps_of(state: Opened | Decided) -> Sequence[str]:
    """What can be done about an early start, whoever may do it."""
    if isinstance(state, Decided):
        return ()
    decide = ("approve-early-start", "refuse-early-start") if state.proposal else ()
    return (*decide, "propose-early-start")


# ---- Reading --------------------------------------------------------------------------------------------------------


def reads(house: House) -> APIRouter:
    """The list, and one early start."""
    router = APIRouter(responses=PROBLEMS)

    @router.get(QUEUE, operation_id="list-early-starts")
    async def early_start_list(request: Request, after: str = "") -> EarlyStartList:
        """The early starts, oldest first."""
        permit(house, request, "list-early-starts")
        return await asyncio.to_thread(entries, house, checked_cursor(after))

    @router.get(ROAD, operation_id="read-early-start")
    async def one_early_start(request: Request, response: Response, case: str, early_start: str) -> EarlyStartFile:
        """An early start: what is asked for and why, what is proposed and decided."""
        permit(house, request, "read-early-start")
        told = await file_of(house, case, early_start)
        response.headers.update({"ETag": told.etag, "Vary": "Accept"})
        return told

    return router


def permit(house: House, request: Request, action: str) -> Person:
    """Who asks, if they may read what review has."""
    person = house.gate.person(request)
    allowed_role(person, READERS, action)
    return person


def entries(house: House, after: str) -> EarlyStartList:
    """A page of the list."""
    page_of = house.views.find(EARLY_STARTS, after=after, limit=50)
    return EarlyStartList(items=[EarlyStartEntry(**it.body) for it in page_of.entries], next=page_of.next)


async def file_of(house: House, case: str, early_start: str) -> EarlyStartFile:
    """One early start as it is told, or a 404 problem."""
    folded = await found(house, case, early_start)
    return _told(case, folded, await house.writer.state(handlings.decider, case))


def _told(case: str, folded: Folded, handling: Folded) -> EarlyStartFile:
    state: Opened | Decided = folded.state
    asked, proposal = state.request, state.proposal
    outcome = state.outcome if isinstance(state, Decided) else None
    approved = outcome if isinstance(outcome, EarlyStartApproved) else None
    return EarlyStartFile(
        early_start=asked.early_start,
        case=case,
        file_number=asked.file_number,
        applicant_key=asked.applicant_key,
        applicant_name=asked.applicant_name,
        title=asked.title,
        contract_on=asked.contract_on,
        requested_on=asked.requested_on,
        state=_state(state),
        description=asked.description,
        reason=asked.reason,
        expenditure=[{"description": it.description, "cents": it.cents} for it in asked.expenditure],
        proposal=proposal and {"consent": proposal.consent, "reasons": proposal.reasons},
        may_begin_on=approved and approved.may_begin_on,
        expires_on=approved and approved.expires_on,
        told=approved.text if approved else outcome.reasons if isinstance(outcome, EarlyStartRefused) else "",
        etag=etag(folded.version),
        handling_etag=etag(handling.version),
        excluded=[it.person for it in handling.state.conflicts],
    )


def _state(state: Opened | Decided) -> str:
    match state:
        case Opened():
            return "proposed" if state.proposal else "open"
        case Decided(outcome=EarlyStartApproved()):
            return "approved"
        case Decided(outcome=EarlyStartRefused()):
            return "refused"
        case Decided():
            return "withdrawn"
