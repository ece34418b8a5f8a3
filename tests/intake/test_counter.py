"""The short way of an action answers what the framework's own way answers, whatever is asked."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from shared import service as machinery
from tests.conftest import StartNats
from tests.intake.builders import a_body, with_changed
from tests.intake.offices import Desk, Place, blueprint, serving

KEY = {"Idempotency-Key": "k-1"}
SUBMIT, COMPLETE = "/intake/applications", "/intake/cases/{case}/completeness"


class LongWay:
    """In the counter's place: hands everything on."""

    def __init__(self, app: Any, *_parts: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)


@pytest.fixture(scope="module")
def desks(start_nats: StartNats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Desk]]:
    """The same service twice: with the counter and without."""

    def place(name: str) -> Place:
        found = Place(folder=tmp_path_factory.mktemp(name), nats=start_nats())
        found.turn_to(datetime(2025, 5, 12, 9, tzinfo=UTC))
        return found

    with serving(blueprint, place("short")) as short, pytest.MonkeyPatch.context() as patch:
        patch.setattr(machinery, "Counter", LongWay)
        with serving(blueprint, place("long")) as long:
            yield Desk(short), Desk(long)


def told(answer: httpx2.Response) -> tuple[Any, ...]:
    headers = {name: it for name, it in answer.headers.items() if name not in ("date", "content-length")}
    return answer.status_code, headers, answer.content


def test_an_accepted_action_and_its_repetition_are_answered_alike(desks: tuple[Desk, Desk]) -> None:
    headers = {"Idempotency-Key": "first"}
    short, long = (it.town.post(SUBMIT, json=a_body(), headers=headers) for it in desks)
    again = [it.town.post(SUBMIT, json=a_body(), headers=headers) for it in desks]
    assert told(short) == told(long) == told(again[0]) == told(again[1])
    assert short.status_code == 201
    path = f"/intake/cases/{short.json()['case']}/completeness"
    short, long = (it.clerk.post(path, json={}, headers={"If-Match": short.headers["etag"]}) for it in desks)
    assert told(short) == told(long)
    assert short.json()["version"] == 3


@pytest.mark.parametrize(
    ("status", "path", "asked"),
    [
        (400, SUBMIT, {"json": a_body()}),
        (400, SUBMIT, {"content": b'{"applicant_key":', "headers": KEY}),
        (400, SUBMIT, {"content": b"\xff\xfe{", "headers": KEY}),
        (400, SUBMIT, {"content": b"[" * 100_000, "headers": KEY}),
        (400, SUBMIT, {"json": a_body(), "headers": {"Idempotency-Key": "tab\there"}}),
        (422, SUBMIT, {"json": a_body(), "headers": {"Idempotency-Key": "k" * 201}}),
        (422, SUBMIT, {"json": a_body(), "headers": [("Idempotency-Key", "k" * 201), ("Idempotency-Key", "k")]}),
        (422, SUBMIT, {"content": b"", "headers": KEY}),
        (422, SUBMIT, {"content": b"null", "headers": KEY}),
        (422, SUBMIT, {"json": [a_body()], "headers": KEY}),
        (422, SUBMIT, {"json": with_changed("lines.0.cents", 1.5), "headers": KEY}),
        (422, SUBMIT, {"json": with_changed("lines.0.cents", ...), "headers": KEY}),
        (422, SUBMIT, {"content": json.dumps(with_changed("title", "\ud800")).encode(), "headers": KEY}),
        (422, SUBMIT, {"json": with_changed("starts_on", 20_250_602), "headers": KEY}),
        (422, SUBMIT, {"json": a_body(extra=1), "headers": KEY}),
        (422, SUBMIT, {"json": a_body(iban="DE00"), "headers": KEY}),
        (422, SUBMIT, {"json": a_body(), "headers": {**KEY, "Content-Type": "text/plain"}}),
        (422, SUBMIT, {"json": a_body(iban="DE00"), "headers": {**KEY, "Content-Type": "application/hal+json"}}),
        (422, SUBMIT, {"json": a_body(iban="DE00"), "headers": {**KEY, "Accept": "text/html"}}),
        (428, COMPLETE.format(case="unknown"), {"json": {}}),
        (400, COMPLETE.format(case="unknown"), {"json": {}, "headers": {"If-Match": "new"}}),
        (422, COMPLETE.format(case="unknown"), {"json": {}, "headers": {"If-Match": "1" * 41}}),
        (404, COMPLETE.format(case="unknown"), {"json": {}, "headers": {"If-Match": '"1"'}}),
        (404, COMPLETE.format(case="Un%20known"), {"json": {}, "headers": {"If-Match": '"1"'}}),
        (404, COMPLETE.format(case="un/known"), {"json": {}, "headers": {"If-Match": '"1"'}}),
        (404, COMPLETE.format(case=""), {"json": {}, "headers": {"If-Match": '"1"'}}),
    ],
)
def test_what_is_not_accepted_is_told_alike(
    desks: tuple[Desk, Desk], status: int, path: str, asked: dict[str, Any]
) -> None:
    asked = {"headers": {}, **asked}
    if "content" in asked:
        asked["headers"] = {**asked["headers"], "Content-Type": "application/json"}
    for status_of, person in ((status, "town" if path == SUBMIT else "clerk"), (None, "auditor"), (None, "nobody")):
        short, long = (getattr(it, person).post(path, **asked) for it in desks)
        assert told(short) == told(long)
        assert short.status_code == (status_of or short.status_code)
