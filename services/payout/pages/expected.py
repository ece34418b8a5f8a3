"""Erwartete Dateien for people: what the treasury owes until when, what is overdue, what came."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from services.payout import views
from services.payout.api.expected_answers import OneExpectedFile, told_expected
from services.payout.api.reads import reader
from services.payout.expectation import FileKind
from services.payout.pages import wording
from services.payout.pages.forms import Failed, form
from shared.access import Person
from shared.pages import page
from shared.service import House
from shared.views import Views
from shared.web import Action

LIST = "/payout/expected-files"


async def expected_page(house: House, request: Request, status: str | None, after: str) -> Response:
    """The expected files of one standing or all, those due latest first."""
    reader(house, request, "read-expectations")
    found = await asyncio.to_thread(views.listed, house.views, "expectations", status, after, 50, newest_first=True)
    return page(
        house,
        request,
        "expected.html",
        page_title="Erwartete Dateien",
        heading="Erwartete Dateien",
        lead="Was die Kasse bis wann schickt. Schweigt sie, heißt das weder ja noch nein: Fragen Sie nach, und ordnen Sie nichts ein zweites Mal an.",
        back={"text": "Auszahlung", "url": "/payout/"},
        filters=[{"title": "Stand", "options": _chips(status)}],
        rows=[expected_row(house.views, it.body) for it in found.entries],
        next=f"{LIST}?{urlencode({'after': found.next} | ({'status': status} if status else {}))}"
        if found.next
        else "",
    )


async def expected_file_page(
    house: House, acts: Mapping[str, Action], request: Request, name: str, failed: Failed | None = None
) -> Response:
    """One expected file: what is owed, whether it came, who acknowledged its alarm and why."""
    person = reader(house, request, "read-expectations")
    told = await told_expected(house, name)
    return page(
        house,
        request,
        "expected.html",
        status_code=failed.status if failed else 200,
        page_title=told.title,
        heading=told.title,
        lead="Ein quittierter Alarm heißt nur, dass ihn jemand gesehen und etwas veranlasst hat. Die Datei bleibt erwartet; kommt sie noch, "
        "wird das vermerkt.",
        back={"text": "Erwartete Dateien", "url": LIST},
        about=_about(house.views, told.kind, told.about),
        facts=_facts(told),
        actions=[_acknowledging(acts["acknowledge-overdue-file"], person, failed, told)]
        if told.status == "overdue"
        else [],
    )


def _facts(told: OneExpectedFile) -> list[dict[str, Any]]:
    acknowledged = [
        {"key": "Alarm quittiert von", "value": told.acknowledged_by},
        {"key": "Alarm quittiert am", "value": told.acknowledged_at, "kind": "instant"},
        {"key": "Begründung", "value": told.reason},
    ]
    return [
        {"key": "Stand", "value": wording.FILES[told.status]["text"]},
        {"key": "Bis", "value": told.due_at, "kind": "instant"},
        {"key": "Regel", "value": told.rule},
        *(acknowledged if told.acknowledged_by else []),
        *([{"key": "Eingegangen", "value": told.arrived_at, "kind": "instant"}] if told.arrived_at else []),
        *([{"key": "SHA-256", "value": told.sha256, "kind": "hash"}] if told.sha256 else []),
    ]


def _acknowledging(action: Action, person: Person, failed: Failed | None, told: OneExpectedFile) -> dict[str, Any]:
    path = action.path.format(expectation=told.expectation)
    reason = {
        "name": "reason", "label": "Begründung", "kind": "textarea", "required": True,
        "hint": "was veranlasst ist, ohne Namen von Personen",
    }  # fmt: skip
    back = f"{LIST}/{told.expectation}"
    return form(action, person, failed, path=path, back=back, if_match=told.etag, fields=[reason])


def _about(seen: Views, kind: str, about: str) -> dict[str, str]:
    """What it is about, and where that is shown."""
    match kind:
        case FileKind.STATEMENT:
            return {"text": f"{date.fromisoformat(about):%d.%m.%Y}", "url": f"/payout/days/{about}"}
        case FileKind.RECALL:
            asked = seen.get("recalls", about)
            return {"text": about[:12], "url": f"/payout/batches/{asked.body['batch'] if asked else ''}"}
        case FileKind.RETURN:
            paid = seen.get("payments", about)
            known = paid.body if paid else {"reference": about, "case": ""}
            return {"text": known["reference"], "url": f"/payout/cases/{known['case']}"}
        case _:
            return {"text": about[:12], "url": f"/payout/batches/{about}"}


def _chips(active: str | None) -> list[dict[str, Any]]:
    every = {"text": "alle", "url": LIST, "active": active is None}
    return [every] + [
        {"text": badge["text"], "url": f"{LIST}?status={it}", "active": it == active}
        for it, badge in wording.FILES.items()
    ]


def expected_row(seen: Views, it: Mapping[str, Any]) -> dict[str, Any]:
    """One expected file as a row."""
    acknowledged = {"note": f"quittiert von {it['acknowledged_by']}"} if it["acknowledged_by"] else {}
    return {
        "about": _about(seen, it["kind"], it["about"]),
        "title": {"text": it["title"], "url": f"{LIST}/{it['expectation']}"} | acknowledged,
        "due_at": it["due_at"],
        "arrived_at": it["arrived_at"],
        "rule": it["rule"],
        "status": wording.FILES[it["status"]],
    }
