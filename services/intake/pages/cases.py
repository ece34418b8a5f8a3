"""Intake's pages: the clerks' queue, an applicant's own applications, the form, a case as each side sees it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.intake import views
from services.intake.api.acts import actions, entries, record_of
from services.intake.api.drafting import PATH as DRAFTS
from services.intake.api.offers import names_in_programme
from services.intake.api.reading import readable
from services.intake.pages import showing, showing_project
from services.intake.pages.form_page import form_page
from services.intake.pages.forms import forms as forms_of
from services.intake.pages.register import PATH as REGISTER
from services.intake.pages.register import register_page
from services.intake.status import TITLES, StatusCode
from shared.access import Person, allowed_role
from shared.forms import Typed, submitted
from shared.identity import Role
from shared.operations import history_of
from shared.pages import form_errors, is_applicant, page, page_router
from shared.problems import Problem
from shared.service import House
from shared.web import Action, checked_cursor

PAGE = 25
_DONE = {
    "submitted": "Ihr Antrag ist eingegangen.",
    "declare-complete": "Die Vollständigkeit ist festgestellt. Der Antrag geht zur Prüfung.",
    "name-successor": "Die Rechtsnachfolge ist vermerkt.",
    "withdraw-application": "Der Antrag ist zurückgenommen.",
    "request-drawdown": "Ihr Mittelabruf ist eingegangen.",
    "request-documents": "Die Nachforderung ist bekannt gemacht.",
    "supply-documents": "Ihre Unterlage ist eingegangen.",
    "extend-deadline": "Die Frist ist verlängert.",
    "scan-paper-document": "Das Schriftstück liegt in der Akte.",
    "request-early-start": "Ihr Antrag auf vorzeitigen Beginn ist eingegangen.",
    "submit-proof": "Ihr Nachweis ist eingegangen.",
    "request-change": "Ihr Änderungsantrag ist eingegangen.",
}
_COLUMNS = [
    {"key": "case", "title": "Aktenzeichen", "kind": "link", "fit": True},
    {"key": "recipient", "title": "Kommune"},
    {"key": "heading", "title": "Vorhaben"},
    {"key": "status", "title": "Stand", "kind": "badge"},
    {"key": "submitted_on", "title": "Eingegangen", "kind": "date"},
    {"key": "cents", "title": "Beantragt", "kind": "money"},
]


def pages(house: House) -> APIRouter:
    """The pages under `/intake/`."""
    router = page_router(house)

    @router.get("/intake/")
    async def queue(request: Request, status: str = "", after: str = "") -> Response:
        person = house.gate.person(request)
        allowed_role(person, frozenset(Role) - {Role.SYSTEM}, "list-applications")
        return await asyncio.to_thread(_queue, house, request, person, _status(person, status), checked_cursor(after))

    @router.get("/intake/new")
    async def new(request: Request) -> Response:
        allowed_role(house.gate.person(request), {Role.APPLICANT}, "submit-application")
        return await form_page(house, request)

    @router.get("/intake/cases/{case}")
    async def case_page(request: Request, case: str) -> Response:
        return await _case(house, request, case)

    @router.get("/intake/register")
    async def register(request: Request) -> Response:
        return await register_page(house, request)

    for action in actions(house):
        if action.path.startswith(DRAFTS):
            continue
        path = f"/intake/forms{action.path.removeprefix('/intake')}"
        router.add_api_route(path, _form(house, action), methods=["POST"])
    return router


def _form(house: House, action: Action) -> Callable[[Request], Awaitable[Response]]:
    async def send(request: Request) -> Response:
        try:
            return await submitted(house, action, request)
        except Typed as typed:
            if typed.status in (401, 404):
                raise
            if action.path.startswith(REGISTER):
                return await register_page(house, request, action, typed)
            if action.creates and "case" not in request.path_params:
                return await form_page(house, request, typed)
            return await _case(house, request, request.path_params["case"], action, typed)

    return send


# ---- Lists ---------------------------------------------------------------------------------------------------------


def _status(person: Person, asked: str) -> StatusCode | None:
    """Which applications are shown: as asked, else what waits for a clerk, else all."""
    if not asked:
        return StatusCode.SUBMITTED if Role.INTAKE_CLERK in person.roles else None
    if asked == "all":
        return None
    try:
        return StatusCode(asked)
    except ValueError as error:
        raise Problem(422, "unknown-status", "Diesen Stand gibt es nicht.", field="status") from error


def _queue(house: House, request: Request, person: Person, status: StatusCode | None, after: str) -> Response:
    found = entries(house, person, status, after, PAGE)
    rows = [
        {
            "case": {"text": it.file_number, "url": f"/intake/cases/{it.case}"},
            "recipient": it.applicant_name,
            "heading": it.title,
            "status": showing.list_badge(it.status, it.status_title),
            "submitted_on": it.submitted_on,
            "cents": it.applied_cents,
        }
        for it in found.items
    ]
    chosen = status.value if status else "all"
    onward = urlencode({"status": chosen, "after": found.next}) if found.next else ""
    turned = {
        "previous": f"?status={chosen}" if after else None,
        "next": f"?{onward}" if onward else None,
        "text": f"{len(rows)} auf dieser Seite",
    }
    context: dict[str, Any] = {
        "columns": _COLUMNS,
        "groups": [{"title": "", "rows": rows}],
        "pages": turned if after or onward else None,
    }
    if is_applicant(person):
        context |= {
            "page_title": "Meine Anträge",
            "heading": "Meine Anträge",
            "lead": "Alle Anträge Ihrer Kommune und wo sie stehen.",
            "start": {"text": "Neue Zuwendung beantragen", "url": "/intake/new"},
            "links": [{"text": "Entwürfe", "url": DRAFTS}],
            "empty": "Sie haben noch keinen Antrag gestellt.",
        }
    else:
        note = "auf Papier eingegangene und gescannte Schriftstücke"
        context |= {
            "page_title": "Antragseingang",
            "heading": "Antragseingang",
            "filters": [_filter(house, chosen)],
            "links": [{"text": "Register der Antragsberechtigten", "url": REGISTER}],
            "tiles": [
                {"title": "Medienbrüche", "value": views.media_breaks(house.views), "kind": "number", "note": note}
            ],
        }
    return page(house, request, "queue.html", **context)


def _filter(house: House, chosen: str) -> dict[str, Any]:
    counts = {it.value: count for it, count in views.counts(house.views).items() if count or it.value == chosen}
    every = {"all": sum(counts.values()), **counts}
    return {
        "title": "Stand",
        "options": [
            {
                "text": "alle" if code == "all" else TITLES[StatusCode(code)],
                "url": f"?status={code}",
                "active": code == chosen,
                "count": count,
            }
            for code, count in every.items()
        ],
    }


# ---- A case --------------------------------------------------------------------------------------------------------


async def _case(
    house: House, request: Request, case: str, acted: Action | None = None, typed: Typed | None = None
) -> Response:
    person = house.gate.person(request)
    allowed_role(person, frozenset(Role) - {Role.SYSTEM}, "read-case")
    await readable(house, person, case)
    record = await record_of(house, person, case)
    own = is_applicant(person)
    named = await names_in_programme(house, record.item, record.submitted_on)
    past = await asyncio.to_thread(history_of, house, case, None)
    forms = [
        one
        for it in record.actions
        for one in forms_of(
            it, record,
            typed.typed if typed and acted and acted.name == it.name else {},
            form_errors(typed, acted.body) if typed and acted and acted.name == it.name else [],
        )
    ]  # fmt: skip
    context: dict[str, Any] = {
        "page_title": record.file_number,
        "file_number": record.file_number,
        "heading": record.title,
        "status": showing.badge(record.status),
        "facts": showing.facts(record, named.title),
        "money": showing.amounts(record.status),
        "actions": forms,
        "timeline": showing.timeline(past.events, for_applicant=own),
        "back": {"text": "Meine Anträge" if own else "Antragseingang", "url": "/intake/"},
        "flash": _flash(request, acted, typed, forms),
    }
    if own:
        at = past.events[0].at if past.events else None
        context |= {
            "next_step": showing.next_step(record),
            "steps": showing.steps(record),
            "drawdowns": showing.drawdown_rows(record.drawdowns),
            "receipt": {"sha256": record.submission_sha256, "at": at, "url": f"/intake/cases/{case}/receipt"},
            "letters": showing.letters(record),
            "tables": [
                *showing_project.findings(record.findings),
                *showing.demanded(record),
                *showing_project.tables(record, named.fields),
            ],
        }
    else:
        context |= {
            "recipient": record.applicant_name,
            "tables": [
                *showing_project.findings(record.findings),
                *showing_project.tables(record, named.fields),
                *showing.demanded(record),
                *showing.tables(record),
            ],
            "elsewhere": showing.elsewhere(record),
        }
    return page(
        house, request, "status.html" if own else "case.html", status_code=typed.status if typed else 200, **context
    )


def _flash(
    request: Request, acted: Action | None, typed: Typed | None, forms: list[dict[str, Any]]
) -> dict[str, str] | None:
    if typed is not None:
        shown = acted is not None and any(it["id"].startswith(acted.name) for it in forms)
        text = "Was nicht stimmt, steht unten beim Formular." if shown else typed.detail
        return {"tone": "danger", "title": typed.title, "text": text}
    done = _DONE.get(request.query_params.get("done", ""))
    return {"tone": "success", "title": done} if done else None
