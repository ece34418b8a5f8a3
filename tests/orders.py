"""Orders that come at the wrong time: what a service answers to every action that a case does not offer."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import uuid4

import httpx2

from shared.identity import Role
from shared.web import Action
from tests.service import Running


def answer_to(
    service: Running, action: Action, body: Any, path: Mapping[str, str], versions: Sequence[str], keys: tuple[str, ...] = ()
) -> httpx2.Response:  # fmt: skip
    """What a person who has done nothing yet is told; the action's version is the one of these that is not too old."""
    role = min(action.roles)
    client = _client(service, f"p-late-{role}", role, keys)
    answer = httpx2.Response(412)
    for version in dict.fromkeys(versions):
        headers = {"Idempotency-Key": uuid4().hex} if action.creates else {"If-Match": version}
        answer = client.request(action.method, action.path.format(**path), json=body, headers=headers)
        if answer.status_code != 412:
            break
    return answer


_CLIENTS: dict[tuple[str, str], httpx2.Client] = {}


def _client(service: Running, person: str, role: Role, keys: tuple[str, ...]) -> httpx2.Client:
    known = (service.url, person)
    if known not in _CLIENTS:
        _CLIENTS[known] = service.client(person, role, keys=keys)
    return _CLIENTS[known]


def what_is_wrong(answer: httpx2.Response, offered: Collection[str]) -> str:
    """What such an answer lacks, empty when it is a problem of order that says what is possible now."""
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.text[:300]}"
    if answer.headers["content-type"] != "application/problem+json":
        return f"kein Problem: {answer.status_code} {answer.text[:200]}"
    told = answer.json()
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", told["code"]) or not _is_german(told["title"]):
        return f"ohne Kennung oder deutschen Titel: {told}"
    if answer.status_code != 409:
        return f"keine Frage der Reihenfolge: {answer.status_code} {told}"
    if {it["action"] for it in told.get("possible", ())} != set(offered) or "possible" not in told:
        return f"möglich wäre {offered}: {told}"
    if ("Jetzt möglich: " if offered else "nichts zu tun") not in told["detail"]:
        return f"sagt nicht, was möglich ist: {told}"
    return ""


def _is_german(title: str) -> bool:
    return title.endswith(".") and not re.search(r"\b(the|is|not|of|must|cannot)\b", title)
