"""The succession's form, and the list of the cases that wait for a successor."""

import asyncio
from collections.abc import Sequence

from fastapi import Request
from fastapi.responses import Response

from services.review.dissolution import BodyDissolved
from services.review.pages.forms import Form
from services.review.standing import STATUS, Status
from services.review.views import of_dissolved
from shared.calendar import local_date
from shared.pages import page
from shared.service import House

PATH = "/review/successions"
_COLUMNS = [
    {"key": "case", "title": "Aktenzeichen", "kind": "link", "fit": True},
    {"key": "recipient", "title": "Aufgelöste Körperschaft"},
    {"key": "heading", "title": "Vorhaben"},
    {"key": "status", "title": "Stand", "kind": "badge"},
]


async def successions_page(house: House, request: Request) -> Response:
    """The running cases whose recipient has ceased and that have no successor yet."""
    found = await asyncio.to_thread(of_dissolved, house.views, local_date(house.now()))
    rows = [
        {
            "case": {"text": it["file_number"], "url": f"/review/cases/{it['case']}"},
            "recipient": {"text": it["applicant_name"], "note": it["applicant_key"]},
            "heading": it["title"],
            "status": {"text": STATUS[Status(it["status"])].title, "tone": STATUS[Status(it["status"])].tone},
        }
        for it in found
    ]
    return page(
        house, request, "queue.html", page_title="Rechtsnachfolge", heading="Rechtsnachfolge",
        lead="Diese Empfängerinnen bestehen nicht mehr. In jedem Vorgang ist zu vermerken, wer an ihre Stelle tritt.",
        columns=_COLUMNS, groups=[{"title": "", "rows": rows}], links=[{"text": "Arbeitsvorrat", "url": "/review/"}],
        empty="Kein Vorgang wartet auf eine Rechtsnachfolge.",
    )  # fmt: skip


def succession_form(heirs: Sequence[BodyDissolved]) -> Form:
    """Which of the bodies that took over steps into the recipient's place."""
    options = [
        {
            "value": it.new_key,
            "text": f"{it.new_name} ({it.new_key}), seit {it.effective_on:%d.%m.%Y}, Kennziffer {it.reference}",
        }
        for it in heirs
    ]
    field = {"name": "new_key", "label": "Rechtsnachfolgerin", "kind": "radio", "required": True, "options": options}
    text = f"{heirs[0].old_name} besteht nicht mehr." if heirs else ""
    consequence = "Ab jetzt handelt die Rechtsnachfolgerin in diesem Vorgang und erhält die Zahlungen."
    return Form(fields=[field], submit="Rechtsnachfolge vermerken", text=text, consequence=consequence)
