"""Vorzeitiger Vorhabensbeginn auf Seiten: the list, and the page of one with its forms."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.review.api.early_starts import (
    QUEUE,
    ROAD,
    EarlyStartFile,
    EarlyStartList,
    actions,
    entries,
    file_of,
    permit,
)
from services.review.api.handling import ACTING, handling
from services.review.handling import CONFLICT, Handling
from services.review.pages.forms import Form, Rejected, shown
from services.review.words.handling import form_of_handling
from shared.access import Person
from shared.forms import Typed, submitted
from shared.identity import Role
from shared.pages import form_errors, page
from shared.problems import Problem
from shared.service import House
from shared.web import Action, checked_cursor

CONFLICT_PATH = "conflict-of-interest"
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


def add_pages(house: House, router: APIRouter, timeline: Any) -> None:
    """The list and the page of an early start, with its forms; `timeline` tells a case's events in words."""

    async def queue(request: Request) -> Response:
        permit(house, request, "list-early-starts")
        after = checked_cursor(request.query_params.get("after", ""))
        return _queue_page(house, request, await asyncio.to_thread(entries, house, after))

    async def one(request: Request) -> Response:
        return await _page(house, request, timeline)

    router.add_api_route(QUEUE, queue, methods=["GET"], response_class=Response)
    router.add_api_route(ROAD, one, methods=["GET"], response_class=Response)
    for action in (*actions(house), _conflict(house)):
        path = "/review/forms" + action.path.removeprefix("/review")
        router.add_api_route(path, _form_route(house, action, timeline), methods=["POST"], response_class=Response)


def _conflict(house: House) -> Action:
    """A declared conflict of interest, sent from the page of an early start."""
    action = next(it for it in handling(house) if it.name == CONFLICT)
    return replace(action, path=f"{ROAD}/{CONFLICT_PATH}")


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
    person = permit(house, request, "read-early-start")
    case, key = str(request.path_params["case"]), str(request.path_params["early_start"])
    told = await file_of(house, case, key)
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
    if told.excluded:
        facts.append({"key": "Befangen", "value": ", ".join(told.excluded)})
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
    if told.state not in ("open", "proposed") or person.id in told.excluded:
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
    made = [
        _shown(told, name, title, step, form, told.etag, rejected)
        for name, title, step, role, form in offered
        if role in person.roles and (step == "proposal" or told.state == "proposed")
    ]
    declared = form_of_handling(CONFLICT, Handling(), person.id, told.requested_on)
    if declared and person.roles & ACTING:
        title = "Befangenheit erklären"
        made.append(_shown(told, CONFLICT, title, CONFLICT_PATH, declared, told.handling_etag, rejected))
    return made


def _shown(
    told: EarlyStartFile, name: str, title: str, step: str, form: Form, tag: str, rejected: Rejected | None
) -> dict[str, Any]:
    path = ROAD.format(case=told.case, early_start=told.early_start)
    return shown(
        name, title, f"{path}/{step}", form, back=path, safeguards={"if_match": tag, "idempotency_key": str(uuid4())},
        rejected=rejected if rejected and rejected.action == name else None, more={},
    )  # fmt: skip
