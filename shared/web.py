"""The HTTP edge: an action is described once and becomes a JSON endpoint, a form, a permission and a page of the OpenAPI.

One road for programs and people: both end in the same body model, the same translation to a decision, the same writer.
"""

import asyncio
import json
import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from hmac import digest as hmac
from inspect import Parameter, Signature
from typing import Annotated, Any, Protocol
from uuid import uuid4

import msgspec
from fastapi import APIRouter, Header, Request
from fastapi.responses import Response
from opentelemetry.trace import SpanKind
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
)

from shared.access import Gate, Person, allowed_role
from shared.calendar import local_date
from shared.commands import Outcome
from shared.commands import Request as Command
from shared.decider import Decision, DomainError
from shared.identity import Role, is_id
from shared.money import MAX_CENTS
from shared.observability import span
from shared.overlay import Caller
from shared.problems import CONTENT_TYPE, Possible, Problem, not_writing, of_domain_error
from shared.writer import NotWriting, Writer

_control_or_surrogate = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""The Unicode categories Cc and Cs but for line break and tab."""


def _clean(text: str) -> str:
    normal = unicodedata.normalize("NFC", text)
    if _control_or_surrogate.search(normal):
        raise ValueError("Der Text enthält unzulässige Zeichen.")
    return normal


def _ident(text: str) -> str:
    if not is_id(text):
        raise ValueError("Das ist keine gültige Kennung.")
    return text


Cents = Annotated[
    StrictInt, Field(ge=0, le=MAX_CENTS, description="Betrag in Cent", json_schema_extra={"format": "cents"})
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), AfterValidator(_clean)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_clean)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=63), AfterValidator(_ident)]
Year = Annotated[StrictInt, Field(ge=2000, le=2100)]


class Body(BaseModel):
    """A request body: unknown fields are errors, and no error repeats a value."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NoBody(Body):
    """An action that needs no particulars."""


class Site(Protocol):
    """What the edge needs of a service."""

    @property
    def name(self) -> str: ...
    @property
    def writer(self) -> Writer: ...
    @property
    def gate(self) -> Gate: ...
    @property
    def pepper(self) -> bytes: ...
    def now(self) -> datetime: ...
    async def seen(self, position: int) -> None: ...
    async def possible(self, action: str, path: Mapping[str, str]) -> Sequence[Possible] | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Who asks, when, for what: all that a translation to a decision may need beside the body."""

    person: Person
    role: Role
    now: datetime
    path: Mapping[str, str]
    request_id: str
    expected: int | None = None
    """The version that `If-Match` names."""

    @property
    def today(self) -> date:
        return local_date(self.now)

    def new_id(self, purpose: str) -> str:
        """An id that the same request always gets again: a retry after a crash names the same thing."""
        return sha256(f"{self.request_id}\x1f{purpose}".encode()).hexdigest()[:32]


MAX_KEY, MAX_IF_MATCH = 200, 40
"""Characters of the headers that safeguard an action."""

type Decide = Callable[[Any, Ask], Awaitable[Decision]]
type Answer = Callable[[Any, Ask], Mapping[str, Any]]


def _nothing_more(_state: Any, _ask: Ask) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something a person may do: one row of the permissions, one endpoint, one form.

    `case` names the path parameter that holds the case; `answer` tells the outcome from the primary stream's folded state;
    what a request made it names by the request's own ids, because a repeated one may come when the state has gone on.
    `judges_version` says that the decision itself judges what `If-Match` names (`Ask.expected`): the same again is no conflict.
    """

    name: str
    title: str
    path: str
    roles: frozenset[Role]
    decide: Decide
    body: type[Body] = NoBody
    creates: bool = False
    status: int = 200
    case: str = "case"
    answer: Answer = _nothing_more
    location: str = ""
    summary: str = ""
    method: str = "POST"
    judges_version: bool = False


class Recorded(BaseModel):
    """What was recorded: the stream with its new version, and the log position to wait for elsewhere."""

    model_config = ConfigDict(extra="allow")
    stream: str
    version: int
    position: int


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {CONTENT_TYPE: {"schema": {"type": "object"}}}}
    for status, text in {
        400: "malformed", 401: "not signed in", 403: "forbidden", 404: "unknown", 409: "conflict", 412: "stale version",
        413: "too large", 422: "invalid", 428: "version required", 503: "try again later",
    }.items()
}  # fmt: skip


def etag(version: int) -> str:
    return f'"{version}"'


def _version(if_match: str | None) -> int | None:
    if if_match is None or not if_match.strip():
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Problem(400, "malformed-if-match", "If-Match muss den Stand nennen, den Sie gelesen haben.")
    return int(text)


async def perform(site: Site, action: Action, request: Request, body: Any) -> tuple[Outcome, Ask]:
    """Check who may, translate, decide; the outcome of the first request with the same key is returned again."""
    person = site.gate.person(request)
    role = allowed_role(person, action.roles, action.name)
    key = request.headers.get("idempotency-key", "")
    expected = _version(request.headers.get("if-match"))
    if action.creates and not key:
        raise Problem(400, "idempotency-key-missing", "Der Idempotency-Key fehlt.")
    if len(key) > MAX_KEY or not key.isascii() or not key.isprintable():
        raise Problem(400, "idempotency-key-malformed", "Der Idempotency-Key ist nicht gültig.")
    if not action.creates and expected is None:
        raise Problem(428, "if-match-missing", "Bitte nennen Sie mit If-Match den Stand, den Sie gelesen haben.")
    path = {name: _path_id(name, str(it)) for name, it in request.path_params.items()}
    command_id = f"{person.id}:{key}" if key else ""
    ask = Ask(
        person=person, role=role, now=site.now(), path=path,
        request_id=f"{site.name}:{command_id}" if command_id else uuid4().hex, expected=expected,
    )  # fmt: skip
    body_hash = hmac(site.pepper, _fingerprint(action, path, body), "sha256").hex() if key else ""
    parent = request.headers.get("traceparent", "")
    parent = parent if len(parent) == 55 else ""
    with span(
        f"{action.method} {action.path}", parent, kind=SpanKind.SERVER, attributes={"action": action.name}
    ) as traced:
        try:
            decision = await action.decide(body, ask)
        except (Problem, DomainError):
            # What the first request did may be why this repetition makes no sense any more: it gets the first's answer.
            if first := await site.writer.recall(command_id, body_hash):
                return first, ask
            raise
        case = path.get(action.case, "") or decision.meta.get("case", "")
        command = Command(
            decision=decision,
            caller=Caller(actor=person.id, role=role, correlation=case, trace=traced.traceparent),
            id=command_id,
            body_hash=body_hash,
            expected=None if action.creates or action.judges_version else expected,
        )
        try:
            return await site.writer.execute(command), ask
        except NotWriting as error:
            raise not_writing(str(error)) from error


def _path_id(name: str, text: str) -> str:
    if not is_id(text):
        raise Problem(404, "not-found", "Das gibt es hier nicht.", field=name)
    return text


def _fingerprint(action: Action, path: Mapping[str, str], body: Any) -> bytes:
    content = body.model_dump(mode="json") if isinstance(body, BaseModel) else {}
    return _fingerprints.encode([action.name, sorted(path.items()), content]).encode()


_fingerprints = json.JSONEncoder(sort_keys=True, default=str)


async def answer(site: Site, action: Action, outcome: Outcome, ask: Ask) -> Response:
    """The outcome as HTTP: what was recorded, or the problem."""
    if outcome.problem or outcome.refusal:
        raise problem_of(outcome)
    content: dict[str, Any] = {"stream": outcome.stream, "version": outcome.version, "position": outcome.last}
    if action.answer is not _nothing_more:
        content |= action.answer(await _state(site.writer, outcome), ask)
    headers = {"ETag": etag(outcome.version), "Foerderstrom-Position": str(outcome.last)}
    if action.location:
        headers["Location"] = action.location.format(**{**ask.path, "id": outcome.stream.rpartition("-")[2], **content})
    return Response(msgspec.json.encode(content), action.status, headers, "application/json")


async def _state(writer: Writer, outcome: Outcome) -> Any:
    """The primary stream's state as the command left it: what the writer still knows, unless more came since."""
    known = writer.cached(outcome.stream)
    if known is not None and known.version == outcome.version:
        return known.state
    store = writer.store
    noun = store.noun_of(outcome.stream)
    return (await asyncio.to_thread(store.load, noun, outcome.stream, version=outcome.version)).state


def problem_of(outcome: Outcome) -> Problem:
    """A recorded refusal or a named exception, as the first request was told it."""
    if outcome.problem:
        return Problem(
            outcome.status, outcome.problem, outcome.title,
            detail=outcome.detail, field=outcome.field, errors=outcome.errors,
        )  # fmt: skip
    return Problem(
        409, outcome.refusal, REFUSALS.get(outcome.refusal, "Dies wurde abgelehnt; die Ablehnung ist festgehalten."),
        headers={"Foerderstrom-Position": str(outcome.last)},
    )  # fmt: skip


REFUSALS: dict[str, str] = {}
"""German titles of recorded refusals by code; each service adds its own at start."""


def routes(site: Site, actions: Sequence[Action]) -> APIRouter:
    """An endpoint for every action."""
    router = APIRouter()
    for action in actions:
        router.add_api_route(
            action.path,
            _endpoint(site, action),
            methods=[action.method],
            status_code=action.status,
            response_model=Recorded,
            responses=PROBLEMS,
            summary=action.summary or action.title,
            operation_id=action.name,
            openapi_extra={"x-roles": sorted(action.roles)},
        )
    return router


async def respond(site: Site, action: Action, request: Request, body: Any) -> Response:
    """Do what is asked, and tell what was recorded; raises the problem, which says what is possible now if it is one of order."""
    try:
        outcome, ask = await perform(site, action, request, body)
        return await answer(site, action, outcome, ask)
    except (Problem, DomainError) as error:
        raise await explained(site, action, request, error) from error


async def explained(site: Site, action: Action, request: Request, error: Problem | DomainError) -> Problem:
    problem = of_domain_error(error) if isinstance(error, DomainError) else error
    if problem.status != 409:
        return problem
    possible = await site.possible(action.name, {name: str(it) for name, it in request.path_params.items()})
    return problem if possible is None else problem.with_possible(possible)


def _endpoint(site: Site, action: Action) -> Callable[..., Awaitable[Response]]:
    async def endpoint(request: Request, body: Any, **_headers: Any) -> Response:
        return await respond(site, action, request, body)

    names = [part[1:-1] for part in action.path.split("/") if part.startswith("{")]
    key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=MAX_KEY)]
    match = Annotated[str | None, Header(alias="If-Match", max_length=MAX_IF_MATCH)]

    # FastAPI reads a signature; one is written for each action, so that its OpenAPI names the real body and path.
    parameters = [
        Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=Request),
        Parameter("body", Parameter.POSITIONAL_OR_KEYWORD, annotation=action.body),
        *(Parameter(name, Parameter.KEYWORD_ONLY, annotation=str) for name in names),
        Parameter("idempotency_key", Parameter.KEYWORD_ONLY, annotation=key, default=None),
        Parameter("if_match", Parameter.KEYWORD_ONLY, annotation=match, default=None),
    ]
    setattr(endpoint, "__signature__", Signature(parameters))
    endpoint.__name__ = action.name.replace("-", "_")
    endpoint.__doc__ = action.summary or action.title
    return endpoint


def checked_cursor(after: str) -> str:
    """A page cursor as it came out of a `next`; anything else is a 400."""
    if len(after) > 400 or any(unicodedata.category(it) == "Cs" for it in after):
        raise Problem(400, "malformed-cursor", "Diese Seite gibt es nicht.", field="after")
    return after
