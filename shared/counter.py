"""The counter: an action sent as plain JSON goes straight to the writer and back.

The framework's own way (routing twice, dependencies, exit stacks) costs more than everything that is done for a request
here, so it is left to what is not plain: forms, pages, reads, and every body or header that is not right, whose error it
tells. Both ways check with the same models and end in `web.respond`; a test compares what they answer.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from eventsourcing.persistence import PersistenceError
from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from shared.decider import DomainError
from shared.problems import Problem
from shared.web import MAX_IF_MATCH, MAX_KEY, Action, Site, respond

type Told = Callable[[Request, Exception], Awaitable[Response]]
"""How an error is told to who asked."""

_JSON = frozenset({b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"})
_UNTOLD = object()


class Actions:
    """Finds the action of a path: one step for each of its parts, a name before a parameter."""

    def __init__(self, actions: Sequence[Action]) -> None:
        self._root: dict[str, Any] = {}
        for action in actions:
            at = self._root
            for part in action.path.split("/"):
                at = at.setdefault("{}" if part.startswith("{") else part, {})
            at["/"] = action, [part[1:-1] for part in action.path.split("/") if part.startswith("{")]

    def find(self, path: str) -> tuple[Action, dict[str, str]] | None:
        """The action and the path's parameters."""
        at, values = self._root, list[str]()
        for part in path.split("/"):
            inner = at.get(part)
            if inner is None and part and (inner := at.get("{}")) is not None:
                values.append(part)
            if inner is None:
                return None
            at = inner
        found = cast(tuple[Action, list[str]] | None, at.get("/"))
        return (found[0], dict(zip(found[1], values, strict=True))) if found else None


class Counter:
    """Plain ASGI before the framework `app`."""

    def __init__(self, app: Any, site: Site, actions: Sequence[Action], told: Told) -> None:
        self._app = app
        self._site = site
        self._actions = Actions([it for it in actions if it.method == "POST"])
        self._told = told

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        plain = scope["type"] == "http" and scope["method"] == "POST" and not scope.get("root_path")
        found = self._actions.find(scope["path"]) if plain else None
        if found is None or not _plain(scope["headers"]):
            await self._app(scope, receive, send)
            return
        action, path = found
        request, raw, response, fault = Request({**scope, "path_params": path}), b"", None, None
        try:
            raw = await _received(receive)
            body = _read(action.body, raw)
            if body is not _UNTOLD:
                response = await respond(self._site, action, request, body)
        except ClientDisconnect:
            return
        except (Problem, DomainError, PersistenceError) as error:
            response = await self._told(request, error)
        except Exception as error:
            response, fault = await self._told(request, error), error
        if response is None:
            await self._app(scope, _again(raw, receive), send)
            return
        await response(scope, receive, send)
        if fault is not None:
            raise fault  # the server logs it


def _plain(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """Whether the headers are such that only the body can still be wrong."""
    told = dict(headers)
    return (
        len(told) == len(headers)
        and told.get(b"content-type") in _JSON
        and len(told.get(b"idempotency-key", b"")) <= MAX_KEY
        and len(told.get(b"if-match", b"")) <= MAX_IF_MATCH
    )


def _read(model: type[BaseModel], raw: bytes) -> Any:
    """The body as its model, or `_UNTOLD` when something is wrong with it."""
    try:
        return model.model_validate(json.loads(raw), from_attributes=True)
    except (ValueError, RecursionError, ValidationError):
        return _UNTOLD


async def _received(receive: Any) -> bytes:
    """The whole body; `ClientDisconnect` when who asked has gone."""
    parts, more = list[bytes](), True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _again(raw: bytes, receive: Any) -> Any:
    """A channel that gives the body once more."""
    given = False

    async def received() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": raw, "more_body": False}

    return received
