"""The people of the demonstration at their browsers: signed in, patient with a service that is away, careful to say things once.

They know the front's address and nothing else. Every command carries an Idempotency-Key that follows from the case and
the step alone, so that whatever was cut off may be said again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx2

from shared.decider import value

PATIENCE = 120.0
"""Seconds for which a person tries again when nobody answers, and waits for another service to catch up."""
_AWAY = frozenset({502, 503, 504})
_PAUSE = 0.05


class Refused(Exception):
    """An answer that is a no: status, stable code, the German title and the fields that were wrong."""

    def __init__(self, what: str, status: int, body: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(body.get("code", ""))
        fields = "; ".join(f"{it.get('field')}: {it.get('message')}" for it in body.get("errors", ()))
        told = ", ".join(part for part in (str(body.get("title", "")), str(body.get("detail", "")), fields) if part)
        super().__init__(f"{what}: {status} {self.code} {told}".strip())


class GaveUp(Exception):
    """Something did not happen in the time a person waits."""


@value
class Read:
    """What was read, and the version to name when acting on it."""

    body: Any
    etag: str = ""


@value
class _Token:
    text: str
    expires_at: datetime


def key_of(label: str, step: str) -> str:
    """The Idempotency-Key of a step: the same in every run, telling nothing about anybody."""
    return sha256(f"foerderstrom/demo\x1f{label}\x1f{step}".encode()).hexdigest()


class People:
    """Everybody who acts, behind one client. Close it with `async with`."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.AsyncClient(
            base_url=url, timeout=httpx2.Timeout(70.0, connect=2.0), trust_env=False, follow_redirects=False
        )
        self._tokens: dict[str, _Token] = {}

    async def __aenter__(self) -> "People":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def read(self, person: str, path: str) -> Read:
        """What lies there; `Refused` for a no."""
        answer = await self._send(person, "GET", path)
        return Read(body=answer.json(), etag=answer.headers.get("etag", ""))

    async def act(
        self,
        person: str,
        path: str,
        body: Mapping[str, Any],
        *,
        key: str,
        etag: Callable[[], Awaitable[str]] | None = None,
        trace: str = "",
    ) -> Read:
        """Say a command once, however often it has to be repeated; `Refused` for a no.

        `etag` reads the version that is acted on. The house looks the key up before it compares versions: a 412 means
        that nothing was recorded under this key, so the same key is right for the next try on what is now there.
        """
        until = time.monotonic() + PATIENCE
        while True:
            headers = {"Idempotency-Key": key} | ({"traceparent": trace} if trace else {})
            if etag is not None:
                headers["If-Match"] = await etag()
            try:
                answer = await self._send(person, "POST", path, json=body, headers=headers)
            except Refused as refused:
                if refused.status != 412 or etag is None or time.monotonic() > until:
                    raise
                await asyncio.sleep(_PAUSE)
                continue
            return Read(body=answer.json(), etag=answer.headers.get("etag", ""))

    async def until[T](self, what: str, look: Callable[[], Awaitable[T | None]], within: float = PATIENCE) -> T:
        """Look again and again until there is something to see; `GaveUp`."""
        until, pause = time.monotonic() + within, _PAUSE / 2
        while (seen := await look()) is None:
            if time.monotonic() > until:
                raise GaveUp(f"{what}: nach {within:.0f} s nicht geschehen")
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.5)
        return seen

    async def fetch(self, person: str, path: str) -> bytes:
        """What lies there, as it is."""
        return (await self._send(person, "GET", path)).content

    async def pause(self) -> None:
        """A moment before looking again."""
        await asyncio.sleep(2 * _PAUSE)

    async def _send(self, person: str, method: str, path: str, **more: Any) -> httpx2.Response:
        until, pause = time.monotonic() + PATIENCE, _PAUSE
        extra: Mapping[str, str] = more.pop("headers", {})
        signed_again = False
        while True:
            trouble = ""
            try:
                headers = {"Authorization": f"Bearer {await self._token(person)}", **extra}
                answer = await self._client.request(method, path, headers=headers, **more)
                if answer.status_code == 401 and not signed_again:
                    self._tokens.pop(person, None)
                    signed_again = True
                    continue
                if answer.status_code not in _AWAY:
                    return _accepted(answer, f"{method} {path}")
                trouble = f"{answer.status_code}"
            except httpx2.TransportError as error:
                trouble = type(error).__name__
            if time.monotonic() > until:
                raise GaveUp(f"{method} {path}: {trouble}, {PATIENCE:.0f} s lang")
            await asyncio.sleep(pause)
            pause = min(pause * 2, 1.0)

    async def _token(self, person: str) -> str:
        known = self._tokens.get(person)
        # Tokens live in real time, whatever the simulated calendar says.
        if known is None or known.expires_at - datetime.now(UTC) < timedelta(minutes=2):
            answer = await self._client.post("/sign-in/token", json={"person": person})
            if answer.status_code in _AWAY:
                raise httpx2.ConnectError("sign-in is away")
            told = _accepted(answer, "POST /sign-in/token").json()
            known = _Token(text=told["token"], expires_at=datetime.fromisoformat(told["expires_at"]))
            self._tokens[person] = known
        return known.text


def _accepted(answer: httpx2.Response, what: str) -> httpx2.Response:
    if answer.is_success:
        return answer
    try:
        body: Any = answer.json()
    except ValueError:
        body = {"title": answer.text[:200]}
    raise Refused(what, answer.status_code, body)
