"""The outermost ring of a service's HTTP: what is too large is turned away, what was asked is measured and logged."""

import time
from typing import Any

import structlog

from shared.observability import Metrics
from shared.problems import Problem

log = structlog.get_logger()

MAX_BODY = 40_000_000
"""Bytes of one request at most: attachments included."""


class Edge:
    """Plain ASGI, because a layer that wraps every request in tasks costs more than all that it measures.

    Logged are the method, the path (ids only, nothing personal ever stands in one), status and time; never a body.
    """

    def __init__(self, app: Any, metrics: Metrics, limit: int = MAX_BODY) -> None:
        self._app = app
        self._metrics = metrics
        self._limit = limit

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def noted(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._limited(scope, receive, noted)
        finally:
            seconds = time.perf_counter() - started
            self._metrics.requests.labels(scope["method"], str(status)).observe(seconds)
            if scope["method"] not in ("GET", "HEAD") or status >= 500:
                log.info(
                    "answered", method=scope["method"], path=scope["path"], status=status, ms=round(seconds * 1000, 1)
                )

    async def _limited(self, scope: Any, receive: Any, send: Any) -> None:
        declared = next((it for name, it in scope["headers"] if name == b"content-length"), b"")
        if declared.isdigit():
            # The server itself holds a body to the length it declares.
            await (_too_large().response() if int(declared) > self._limit else self._app)(scope, receive, send)
            return
        received = 0

        async def counted() -> Any:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise _too_large()
            return message

        await self._app(scope, counted, send)


def _too_large() -> Problem:
    return Problem(413, "too-large", "Die Anfrage ist zu groß.")
