"""The pages of drafts: the list, the form as it was left, and what its buttons do for who has no script."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from services.intake.api.drafting import APPLICANT, PATH, DraftBody, DraftList, DraftRecord, drafting, listed, read
from services.intake.pages.form_page import form_page
from shared.access import allowed_role
from shared.decider import DomainError
from shared.forms import Typed, submitted
from shared.pages import page, page_router
from shared.problems import Problem
from shared.service import House
from shared.web import Action

_FORMS = "/intake/forms"
_BACK = {
    "begin-draft": f"{PATH}/{{id}}?done=saved",
    "save-draft": f"{PATH}/{{id}}?done=saved",
    "discard-draft": f"{PATH}?done=discarded",
    "remove-draft-file": f"{PATH}/{{id}}?done=saved",
}
_COLUMNS = [
    {"key": "draft", "title": "Vorhaben", "kind": "link"},
    {"key": "saved_on", "title": "Gespeichert", "kind": "date"},
    {"key": "kept_until_on", "title": "Aufbewahrt bis", "kind": "date"},
]
_CONTENT = ".content_base64"


def pages(house: House) -> APIRouter:
    """The pages under `/intake/drafts`."""
    router = page_router(house)

    @router.get(PATH)
    async def drafts(request: Request) -> Response:
        person = house.gate.person(request)
        allowed_role(person, APPLICANT, "list-drafts")
        return _list(house, request, await listed(house, person))

    @router.get(f"{PATH}/{{draft}}")
    async def draft_page(request: Request, draft: str) -> Response:
        person = house.gate.person(request)
        allowed_role(person, APPLICANT, "read-draft")
        return await form_page(house, request, draft=await read(house, person, draft))

    for action in drafting(house):
        path = f"{_FORMS}{action.path.removeprefix('/intake')}"
        router.add_api_route(path, _form(house, action), methods=["POST"])
    return router


def _form(house: House, action: Action) -> Callable[[Request], Awaitable[Response]]:
    shaped = _kept if issubclass(action.body, DraftBody) else None

    async def send(request: Request) -> Response:
        try:
            return await submitted(house, action, request, shaped=shaped, back=_BACK.get(action.name, ""))
        except Typed as typed:
            if typed.status in (401, 403, 404) or action.name in ("discard-draft", "remove-draft-file"):
                raise
            return await form_page(house, request, typed, await _still_there(house, request))

    return send


def _kept(body: type[BaseModel], typed: Mapping[str, str]) -> BaseModel:
    """All that is typed, exactly so, and the files that were chosen, each with what is typed about it."""
    files = [it.removesuffix(_CONTENT) for it in typed if it.endswith(_CONTENT)]
    chosen = [
        {name.removeprefix(f"{file}."): text for name, text in typed.items() if text and name.startswith(f"{file}.")}
        for file in files
    ]
    about = tuple(f"{file}." for file in files)
    fields = {name: text for name, text in typed.items() if text and not name.startswith(about)}
    return body.model_validate({"fields": fields, "attachments": chosen})


async def _still_there(house: House, request: Request) -> DraftRecord | None:
    """The draft as it is saved now; without one what was typed stands in a new form, and is not lost."""
    one = request.path_params.get("draft")
    try:
        return await read(house, house.gate.person(request), one) if one else None
    except (DomainError, Problem):
        return None


def _list(house: House, request: Request, found: DraftList) -> Response:
    rows: list[dict[str, Any]] = [
        {
            "draft": {
                "text": it.title or "Noch ohne Namen",
                "url": f"{PATH}/{it.draft}",
                "note": it.applicant_key,
            },
            "saved_on": it.saved_on,
            "kept_until_on": it.kept_until_on,
        }
        for it in found.items
    ]
    done = request.query_params.get("done") == "discarded"
    return page(
        house, request, "queue.html", page_title="Entwürfe", heading="Entwürfe", columns=_COLUMNS,
        lead="Angefangene Anträge Ihrer Kommune. Das Ministerium sieht sie nicht; sie wahren keine Frist.",
        start={"text": "Neue Zuwendung beantragen", "url": "/intake/new"}, groups=[{"title": "", "rows": rows}],
        links=[{"text": "Meine Anträge", "url": "/intake/"}], empty="Es gibt keinen Entwurf.",
        flash={"tone": "success", "title": "Der Entwurf ist verworfen und gelöscht."} if done else None,
    )  # fmt: skip
