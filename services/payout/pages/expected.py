"""Erwartete Dateien for people: what the treasury owes until when, what is overdue, what came."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from services.payout import views
from services.payout.api.reads import reader
from services.payout.expectation import FileKind
from services.payout.pages import wording
from shared.pages import page
from shared.service import House
from shared.views import Views

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
        lead="Was die Kasse bis wann schickt. Schweigt sie, heißt das weder ja noch nein: Fragen Sie nach, und geben Sie nichts ein zweites Mal.",
        back={"text": "Auszahlung", "url": "/payout/"},
        filters=[{"title": "Stand", "options": _chips(status)}],
        rows=[expected_row(house.views, it.body) for it in found.entries],
        next=f"{LIST}?{urlencode({'after': found.next} | ({'status': status} if status else {}))}"
        if found.next
        else "",
    )


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
    return {
        "about": _about(seen, it["kind"], it["about"]),
        "title": it["title"],
        "due_at": it["due_at"],
        "arrived_at": it["arrived_at"],
        "rule": it["rule"],
        "status": wording.FILES[it["status"]],
    }
