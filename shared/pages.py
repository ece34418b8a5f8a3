"""The frame of every page: who looks, what a refusal looks like, which headers go with it."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import quote, unquote
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.routing import Match
from starlette.types import Scope

from shared.access import Person
from shared.calendar import local_date
from shared.identity import ROLE_TITLES, Role
from shared.problems import Problem, invalid, of_error
from shared.rendering import CONTENT_SECURITY_POLICY, DISPLAY_NAME, OWN_NAVIGATION
from shared.web import etag

if TYPE_CHECKING:
    from shared.service import House

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}

type Handle = Callable[[Request], Coroutine[Any, Any, Response]]


def page_router(house: "House") -> APIRouter:
    """A router whose routes tell every problem as a page, and send who is not signed in to the sign-in.

    A case has one address: who accepts `text/html` gets the page, a program the JSON of the API's own route there.
    """

    class PageRoute(APIRoute):
        def matches(self, scope: Scope) -> tuple[Match, Scope]:
            match, child = super().matches(scope)
            if match is Match.FULL and scope["method"] != "POST" and not _wants_page(Headers(scope=scope)):
                return Match.PARTIAL, child  # taken only when no other route is there
            return match, child

        def get_route_handler(self) -> Handle:
            handle = super().get_route_handler()

            async def handled(request: Request) -> Response:
                try:
                    return await handle(request)
                except Problem as problem:
                    return problem_page(house, request, problem)
                except RequestValidationError as error:
                    return problem_page(house, request, invalid(error.errors()))

            return handled

    return APIRouter(route_class=PageRoute)


def page(house: "House", request: Request, template: str, *, status_code: int = 200, **context: Any) -> HTMLResponse:
    """A template in the frame of the person who looks."""
    text = house.pages.get_template(template).render({**_frame(house, request), **context})
    return HTMLResponse(text, status_code, headers=HEADERS)


def _frame(house: "House", request: Request) -> dict[str, Any]:
    found: dict[str, Any] = {"service": house.name}
    if house.settings.calendar is not None:
        found["simulated_today"] = local_date(house.now())
    try:
        person = house.gate.person(request)
    except Problem:
        return found
    found["person"] = {
        "name": unquote(request.headers.get(DISPLAY_NAME, ""))[:200] or person.id,
        "role_title": ", ".join(ROLE_TITLES[it] for it in sorted(person.roles)),
    }
    if is_applicant(person):
        found["navigation"] = OWN_NAVIGATION
    return found


def is_applicant(person: Person) -> bool:
    """Whether this person is on the other side of the desk: sees their own cases only."""
    return person.roles <= {Role.APPLICANT}


def problem_page(house: "House", request: Request, problem: Problem) -> Response:
    """A problem for people, with the same status; not signed in becomes the way to the sign-in."""
    if problem.status == 401:
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(asked if request.method == 'GET' else '/')}", 303)
    errors = [{"field": it.field, "text": it.message} for it in problem.errors]
    no_role = problem.code == "role-not-allowed"
    told = {
        "status": problem.status,
        "title": problem.title,
        "detail": "" if no_role else problem.detail,
        "code": problem.code,
        "errors": [it for it in errors if it["text"] != problem.title],
    }
    advice = (
        ["Melden Sie sich mit einer Rolle an, die das darf, oder bitten Sie eine zuständige Person."] if no_role else []
    )
    response = page(
        house, request, "problem.html", status_code=problem.status, problem=told, advice=advice,
        changed_nothing=request.method != "GET",
    )  # fmt: skip
    response.headers.update(problem.headers)
    return response


def told_by_page(house: "House") -> Callable[[Request, Exception], Coroutine[Any, Any, Response]]:
    """The answer to an exception outside the pages' own routes: a page for who asks for one, else problem+json."""

    async def told(request: Request, error: Exception) -> Response:
        problem = of_error(error)
        return problem_page(house, request, problem) if _wants_page(request.headers) else problem.response()

    return told


def _wants_page(headers: Headers) -> bool:
    return "text/html" in headers.get("accept", "")


def form_errors(problem: Problem, body: type[BaseModel] | None = None) -> list[dict[str, str]]:
    """What is wrong with a form, as the templates show it, with the field's name from its body; without a field it
    stands above the form. What weighs less than an error is told by `form_hints`."""
    named = [(it, field_title(body, it.field)) for it in problem.errors if not it.severity]
    return [
        {"field": it.field, "text": f"{title}: {it.message}" if title else it.message, "message": it.message}
        for it, title in named
    ] or [{"field": "", "text": f"{problem.title} {problem.detail}".strip()}]


def placed(errors: Sequence[Mapping[str, str]], fields: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Each error at its field and with its label; one that names a whole group at the group's first, else above the form."""
    labels = {str(it["name"]): str(it.get("label", "")) for it in fields if it.get("kind") != "hidden"}
    found: list[dict[str, str]] = []
    for it in errors:
        asked = it["field"]
        at = next((name for name in labels if asked and (name == asked or name.startswith(f"{asked}."))), "")
        told = f"{labels[at]}: {it['message']}" if at == asked and labels.get(at) and "message" in it else it["text"]
        found.append({"field": at, "text": told})
    return found


def form_hints(problem: Problem) -> list[str]:
    """What was found in a form beside its errors."""
    return [it.message for it in problem.errors if it.severity]


def field_title(body: type[BaseModel] | None, path: str) -> str:
    """The German name of a field given by its path (`lines.0.cents`), or nothing."""
    kind: Any = body
    title = ""
    for step in path.split("."):
        kind = next((it for it in get_args(kind) if it is not NoneType), kind) if isinstance(kind, UnionType) else kind
        if step.isdecimal() and get_args(kind):
            kind = get_args(kind)[0]
        elif isinstance(kind, type) and issubclass(kind, BaseModel) and step in kind.model_fields:
            title, kind = kind.model_fields[step].title or "", kind.model_fields[step].annotation
        else:
            return ""
    return title


def safeguards(version: int | None = None) -> dict[str, str]:
    """The hidden values of a shown form: what was seen, and a key so that sending it twice does it once."""
    seen = {"if_match": etag(version)} if version is not None else {}
    return {"idempotency_key": str(uuid4()), **seen}
