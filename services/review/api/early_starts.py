"""Vorzeitiger Vorhabensbeginn im Haus: what may be done about it, what is read of it, its list and its page.

Apart from the cases, because it may be asked for and decided before review has the application.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.review import early_start as early_starts
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
from services.review.pages.forms import Form, Rejected, shown
from shared.access import Person, allowed_role
from shared.decider import Decision
from shared.identity import Role, is_id
from shared.operations import READERS
from shared.pages import form_errors, page
from shared.problems import Problem
from shared.service import House
from shared.store import Folded
from shared.web import PROBLEMS, Action, Ask, Body, Text, Typed, checked_cursor, etag, submitted

QUEUE = "/review/early-starts"
_ROAD = "/review/cases/{case}/early-starts/{early_start}"
_TITLES = {
    "open": "Vorschlag fehlt",
    "proposed": "Entscheidung fehlt",
    "approved": "Zugestimmt",
    "refused": "Abgelehnt",
    "withdrawn": "Antrag zurückgenommen",
}
_TONES = {"open": "warning", "proposed": "warning", "approved": "success", "refused": "danger", "withdrawn": "neutral"}
_COLUMNS = (
    {"key": "case", "title": "Aktenzeichen", "kind": "link", "fit": True},
    {"key": "recipient", "title": "Kommune"},
    {"key": "heading", "title": "Vorhaben"},
    {"key": "state", "title": "Stand", "kind": "badge"},
    {"key": "contract_on", "title": "Geplanter Vertrag", "kind": "date"},
)


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
    """One early start with its reasons; `etag` is what `If-Match` wants."""

    description: str
    reason: str
    expenditure: list[dict[str, Any]]
    proposal: dict[str, Any] | None
    may_begin_on: date | None
    expires_on: date | None
    told: str
    etag: str


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
            path=f"{_ROAD}/proposal", roles=officer, body=EarlyStartProposalBody, decide=propose,
        ),
        Action(
            name="approve-early-start", title="Dem vorzeitigen Beginn zustimmen", path=f"{_ROAD}/approval",
            roles=approver, body=EarlyStartApprovalBody, decide=approve,
        ),
        Action(
            name="refuse-early-start", title="Vorzeitigen Beginn ablehnen", path=f"{_ROAD}/refusal", roles=approver,
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
        _permit(house, request, "list-early-starts")
        return await asyncio.to_thread(_entries, house, checked_cursor(after))

    @router.get(_ROAD, operation_id="read-early-start")
    async def one_early_start(request: Request, response: Response, case: str, early_start: str) -> EarlyStartFile:
        """An early start: what is asked for and why, what is proposed and decided."""
        _permit(house, request, "read-early-start")
        told = _file(case, await found(house, case, early_start))
        response.headers.update({"ETag": told.etag, "Vary": "Accept"})
        return told

    return router


def _permit(house: House, request: Request, action: str) -> Person:
    person = house.gate.person(request)
    allowed_role(person, READERS, action)
    return person


def _entries(house: House, after: str) -> EarlyStartList:
    page_of = house.views.find(EARLY_STARTS, after=after, limit=50)
    return EarlyStartList(items=[EarlyStartEntry(**it.body) for it in page_of.entries], next=page_of.next)


def _file(case: str, folded: Folded) -> EarlyStartFile:
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


# ---- Pages ----------------------------------------------------------------------------------------------------------


def add_pages(house: House, router: APIRouter, timeline: Any) -> None:
    """The list and the page of an early start, with its forms; `timeline` tells a case's events in words."""

    async def queue(request: Request) -> Response:
        _permit(house, request, "list-early-starts")
        after = checked_cursor(request.query_params.get("after", ""))
        return _queue_page(house, request, await asyncio.to_thread(_entries, house, after))

    async def one(request: Request) -> Response:
        return await _page(house, request, timeline)

    router.add_api_route(QUEUE, queue, methods=["GET"], response_class=Response)
    router.add_api_route(_ROAD, one, methods=["GET"], response_class=Response)
    for action in actions(house):
        path = "/review/forms" + action.path.removeprefix("/review")
        router.add_api_route(path, _form_route(house, action, timeline), methods=["POST"], response_class=Response)


def _form_route(house: House, action: Action, timeline: Any) -> Any:
    async def send(request: Request) -> Response:
        try:
            return await submitted(house, action, request)
        except Typed as problem:
            if problem.status in (401, 404):
                raise
            await house.seen(house.writer.head.position)
            rejected = Rejected(action=action.name, errors=form_errors(problem, action.body), typed=problem.typed)
            return await _page(house, request, timeline, rejected, problem)

    return send


def _queue_page(house: House, request: Request, told: EarlyStartList) -> Response:
    rows = [
        {
            "case": {"text": it.file_number, "url": f"/review/cases/{it.case}/early-starts/{it.early_start}"},
            "recipient": it.applicant_name,
            "heading": it.title,
            "state": {"text": _TITLES[it.state], "tone": _TONES[it.state]},
            "contract_on": it.contract_on,
        }
        for it in told.items
    ]
    return page(
        house, request, "queue.html", page_title="Vorzeitiger Beginn", heading="Vorzeitiger Vorhabensbeginn",
        lead="Kommunen, die vor der Entscheidung beginnen wollen; älteste zuerst.", columns=_COLUMNS,
        groups=[{"title": "", "rows": rows}], links=[{"text": "Arbeitsvorrat", "url": "/review/"}],
        pages={"previous": None, "next": f"?after={told.next}", "text": ""} if told.next else None,
        empty="Zurzeit ist kein vorzeitiger Beginn beantragt.",
    )  # fmt: skip


async def _page(
    house: House, request: Request, timeline: Any, rejected: Rejected | None = None, problem: Problem | None = None
) -> Response:
    person = _permit(house, request, "read-early-start")
    case, key = str(request.path_params["case"]), str(request.path_params["early_start"])
    told = _file(case, await found(house, case, key))
    forms = _forms(told, person, rejected)
    open_form = rejected is not None and any(it["id"] == rejected.action for it in forms)
    flash = problem and {"tone": "danger", "title": problem.title, "text": "Es wurde nichts verändert."}
    return page(
        house, request, "case.html", status_code=problem.status if problem else 200,
        flash=None if open_form else flash, page_title=told.file_number, file_number=told.file_number,
        heading=f"Vorzeitiger Beginn: {told.title}", recipient=told.applicant_name,
        status={"text": _TITLES[told.state], "tone": _TONES[told.state]}, facts=_facts(told), actions=forms,
        tables=[_expenditure(told)], timeline=await asyncio.to_thread(timeline, house, case),
        back={"text": "Vorzeitiger Beginn", "url": QUEUE},
        elsewhere=[{"text": "Antragseingang", "url": f"/intake/cases/{case}"}],
    )  # fmt: skip


def _facts(told: EarlyStartFile) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"key": "Gemeindeschlüssel", "value": told.applicant_key, "kind": "code"},
        {"key": "Beantragt", "value": told.requested_on, "kind": "date"},
        {"key": "Vorhaben", "value": told.description},
        {"key": "Sachlicher Grund", "value": told.reason},
        {"key": "Geplanter Vertragsschluss", "value": told.contract_on, "kind": "date"},
    ]
    if told.proposal:
        facts.append({"key": "Vorschlag", "value": "zustimmen" if told.proposal["consent"] else "ablehnen"})
        facts.append({"key": "Begründung", "value": told.proposal["reasons"]})
    if told.may_begin_on:
        facts.append({"key": "Zustimmung gilt ab", "value": told.may_begin_on, "kind": "date"})
    if told.expires_on:
        facts.append({"key": "Zustimmung gilt bis", "value": told.expires_on, "kind": "date"})
    if told.told:
        facts.append({"key": "Der Kommune mitgeteilt", "value": told.told})
    return facts


def _expenditure(told: EarlyStartFile) -> Mapping[str, Any]:
    return {
        "caption": "Geplante Ausgaben (grob)",
        "columns": [{"key": "description", "title": "Wofür"}, {"key": "cents", "title": "Betrag", "kind": "money"}],
        "rows": told.expenditure,
        "footer": {"description": "Summe", "cents": sum(it["cents"] for it in told.expenditure)},
    }


def _forms(told: EarlyStartFile, person: Person, rejected: Rejected | None) -> list[dict[str, Any]]:
    if told.state not in ("open", "proposed"):
        return []
    area = {"kind": "textarea", "required": True, "value": ""}
    offered: list[tuple[str, str, str, Role, Form]] = [
        (
            "propose-early-start", "Entscheidung vorschlagen", "proposal", Role.CASE_OFFICER,
            Form(
                fields=[
                    {"name": "consent", "label": "Ich schlage vor zuzustimmen.", "kind": "checkbox", "value": ""},
                    {"name": "reasons", "label": "Begründung", **area},
                ],
                submit="Vorschlagen", text="Liegt ein sachlicher Grund vor, der nicht bis zur Entscheidung warten kann?",
            ),
        ),
        (
            "approve-early-start", "Dem vorzeitigen Beginn zustimmen", "approval", Role.APPROVER,
            Form(
                fields=[
                    {
                        "name": "may_begin_on", "label": "Zustimmung gilt ab", "kind": "date", "value": "", "width": "date",
                        "hint": "Leer: ab heute.",
                    }
                ],
                submit="Zustimmen", consequence="Die Kommune darf ab diesem Tag auf eigenes Risiko beginnen.",
            ),
        ),
        (
            "refuse-early-start", "Vorzeitigen Beginn ablehnen", "refusal", Role.APPROVER,
            Form(fields=[{"name": "reasons", "label": "Gründe für die Kommune", **area}], submit="Ablehnen"),
        ),
    ]  # fmt: skip
    path = _ROAD.format(case=told.case, early_start=told.early_start)
    return [
        shown(
            name, title, f"{path}/{step}", form, back=path, safeguards={"if_match": told.etag, "idempotency_key": str(uuid4())},
            rejected=rejected if rejected and rejected.action == name else None, more={},
        )
        for name, title, step, role, form in offered
        if role in person.roles and (step == "proposal" or told.state == "proposed")
    ]  # fmt: skip
