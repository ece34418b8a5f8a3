"""Forms: what a person typed becomes the body of an action and goes the road of programs; nothing typed is lost."""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

from fastapi import Request
from fastapi.responses import RedirectResponse
from pydantic import (
    BaseModel,
    StrictBool,
    StrictInt,
    ValidationError,
)
from starlette.datastructures import FormData

from shared.decider import DomainError
from shared.problems import FieldError, Problem, invalid
from shared.records import replace
from shared.web import Action, Site, explained, perform, problem_of

_own_address = re.compile(r"/(?![/\\])")
"""An address in this house. Browsers read a backslash as a slash, and two slashes begin another host."""


class Typed(Problem):
    """A form that was not accepted, with what was typed, so that nothing is lost, and the page it was sent from."""

    def __init__(self, problem: Problem, typed: Mapping[str, str], back: str = "") -> None:
        super().__init__(
            problem.status, problem.code, problem.title,
            detail=problem.detail, errors=problem.errors, headers=problem.headers, possible=problem.possible,
        )  # fmt: skip
        self.typed = dict(typed)
        self.back = back


type Shaping = Callable[[type[BaseModel], Mapping[str, str]], BaseModel]


async def submitted(
    site: Site, action: Action, request: Request, *, shaped: Shaping | None = None, back: str = ""
) -> RedirectResponse:
    """A form of an action: the same road as JSON, then back to the page that `back` names (or the form itself), `{id}` in it
    being the id of what was made. `shaped` makes the body of what was typed, by default `form_body`. Raises `Typed`."""
    form = await request.form()
    typed = await _typed(form)
    headers = [(name.encode(), typed.pop(field, "").encode()) for field, name in _SAFEGUARDS.items()]
    told = typed.pop("back", "")
    back = back or told or "/"
    request.scope["headers"] = [*request.scope["headers"], *((name, it) for name, it in headers if it)]
    request = Request(request.scope, request.receive)
    try:
        body = (shaped or form_body)(action.body, typed)
        outcome, _ = await perform(site, action, request, body)
        if outcome.problem or outcome.refusal:
            raise problem_of(outcome)
    except ValidationError as error:
        raise Typed(_for_people(invalid(error.errors())), typed, back) from error
    except (Problem, DomainError) as error:
        raise Typed(await explained(site, action, request, error), typed, back) from error
    await site.seen(outcome.last)
    back = back.replace("{id}", outcome.stream.rpartition("-")[2])
    return RedirectResponse(back if _own_address.match(back) else "/", 303)


def _for_people(problem: Problem) -> Problem:
    """The same problem in the words of who types euros and days, and not those of who writes programs."""
    errors = [replace(it, message=_told_to_people(it)) for it in problem.errors]
    return Problem(problem.status, problem.code, problem.title, errors=errors)


def _told_to_people(it: FieldError) -> str:
    if it.code.startswith("int-"):
        return _AMOUNT if it.field.endswith("cents") else "Hier wird eine ganze Zahl erwartet."
    return _DAY if it.code.startswith("date-") else it.message


_AMOUNT = "Hier wird ein Betrag in Euro erwartet, zum Beispiel 1.234,50."
_DAY = "Hier wird ein Datum erwartet, zum Beispiel 31.12.2026."


async def _typed(form: FormData) -> dict[str, str]:
    """A form's flat fields; a file `attachments.0` becomes its name, its type and its content in Base64."""
    typed: dict[str, str] = {}
    for name, it in form.items():
        if isinstance(it, str):
            typed[name] = it
        elif it.size:
            typed[f"{name}.file_name"] = it.filename or name
            typed[f"{name}.media_type"] = it.content_type or ""
            typed[f"{name}.content_base64"] = b64encode(await it.read()).decode()
    return typed


_SAFEGUARDS = {"If-Match": "if-match", "Idempotency-Key": "idempotency-key"}


def form_body(model: type[BaseModel], typed: Mapping[str, str]) -> BaseModel:
    """A body from a form's flat fields (`lines.0.cents`); empty rows do not count, amounts may be typed as euros (`1.234,56`)."""
    tree: dict[str, Any] = {}
    for name, text in typed.items():
        if not text.strip():
            continue
        at = tree
        *parents, last = name.split(".")
        for step in parents:
            inner = at.setdefault(step, {})
            at = cast(dict[str, Any], inner) if isinstance(inner, dict) else {}
        at[last] = text
    return model.model_validate_json(json.dumps(_shaped(model, tree)))


def _shaped(model: type[BaseModel], tree: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, it in model.model_fields.items():
        value = tree.get(name)
        if value is None:
            if it.annotation is bool:
                found[name] = False
            elif isinstance(it.annotation, type) and issubclass(it.annotation, BaseModel) and it.is_required():
                found[name] = _shaped(it.annotation, {})
            continue
        found[name] = _shape(it.annotation, value, cents=name.endswith(("cents", "_bp")))
    return found


def _shape(annotation: Any, value: Any, *, cents: bool) -> Any:
    if get_origin(annotation) in (Union, UnionType):
        annotation = next((it for it in get_args(annotation) if it is not NoneType), annotation)
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (list, tuple) and isinstance(value, dict):
        rows = cast(dict[str, Any], value)
        return [_shape(inner[0], rows[row], cents=cents) for row in sorted(rows, key=_row_number)]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and isinstance(value, dict):
        return _shaped(annotation, cast(dict[str, Any], value))
    if not isinstance(value, str):
        return value
    if annotation in (bool, StrictBool):
        return value in ("yes", "on", "true", "1")
    if cents:
        return _cents(value)
    if annotation is date:
        return _day(value)
    if annotation is int or annotation == StrictInt or (origin is Annotated and inner and inner[0] is int):
        return int(value) if value.strip().isdecimal() else value
    return value


def _row_number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _day(text: str) -> str:
    """A day as browsers send it, or as people write it where a browser has no calendar to choose from."""
    written = _GERMAN_DAY.fullmatch(text.strip())
    return f"{written[3]}-{written[2]:0>2}-{written[1]:0>2}" if written else text


_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def _cents(text: str) -> Any:
    whole, _, rest = (
        text.replace("€", "").replace(".", "").replace(" ", "").replace("\N{NO-BREAK SPACE}", "").partition(",")
    )
    if whole.isdecimal() and (not rest or rest.isdecimal()) and len(rest) <= 2:
        return int(whole) * 100 + int((rest or "0").ljust(2, "0"))
    return text
