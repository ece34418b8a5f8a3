"""Everything of a kind, page by page, for people: the cases, the batches, the holds. The desk shows how each of them begins."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from services.payout import views
from services.payout.api.reads import reader
from services.payout.pages import wording
from services.payout.pages.holds import hold_row
from shared.decider import value
from shared.money import euros
from shared.pages import page
from shared.service import House

PAGE = 50


@value
class Kind:
    """A list: what it is called and says, which standings it knows in their words, how a row is told."""

    name: str
    title: str
    lead: str
    empty: str
    badges: Mapping[str, wording.Badge]
    columns: Sequence[Mapping[str, Any]]
    row: Callable[[Mapping[str, Any]], dict[str, Any]]
    newest_first: bool = True


def batch_row(it: Mapping[str, Any]) -> dict[str, Any]:
    """A batch in a list."""
    return {
        "batch": {"text": it["batch"][:12], "url": f"/payout/batches/{it['batch']}"},
        "created_on": it["created_at"],
        "count": it["count"],
        "cents": it["sum_cents"],
        "file_sha256": it["file_sha256"],
        "status": wording.batch(it["status"], it.get("silent", [])),
    }


def case_row(it: Mapping[str, Any]) -> dict[str, Any]:
    """A case in a list."""
    return {
        "case": {"text": it["file_number"] or it["case"][:12], "url": f"/payout/cases/{it['case']}"},
        "recipient": it["applicant_name"],
        "settled": it["settled_cents"],
        "granted": it["granted_cents"],
        "status": wording.NEXT[it["next"]],
    }


def _money(key: str, title: str) -> Mapping[str, Any]:
    return {"key": key, "title": title, "kind": "money"}


_CASE = {"key": "case", "title": "Aktenzeichen", "kind": "link", "fit": True}
_STATUS = {"key": "status", "title": "Stand", "kind": "badge"}
KINDS: Mapping[str, Kind] = {
    it.name: it
    for it in (
        Kind(
            name="cases", title="Vorgänge", lead="Jeder Vorgang mit dem, was in ihm als Nächstes zu tun ist; was am längsten wartet, zuerst.",
            empty="Hier ist kein Vorgang.", badges=wording.NEXT, row=case_row, newest_first=False,
            columns=[_CASE, {"key": "recipient", "title": "Empfänger"}, _STATUS, _money("settled", "Gezahlt"), _money("granted", "Bewilligt")],
        ),
        Kind(
            name="batches", title="Zahlungsläufe", lead="Jede Datei für die Kasse, die neueste zuerst.",
            empty="Hier ist kein Zahlungslauf.", badges=wording.BATCHES, row=batch_row,
            columns=[
                {"key": "batch", "title": "Zahlungslauf", "kind": "link", "fit": True},
                {"key": "created_on", "title": "Gebildet", "kind": "date"},
                {"key": "file_sha256", "title": "Datei (SHA-256)", "kind": "hash"},
                _STATUS,
                {"key": "count", "title": "Zahlungen", "kind": "number"},
                _money("cents", "Kontrollsumme"),
            ],
        ),
        Kind(
            name="holds", title="Zahlungssperren", lead="Was gesperrt ist oder war. Aufgehoben wird eine Sperre bei dem Vorgang, bei dem sie gesetzt ist.",
            empty="Hier ist keine Zahlungssperre.", badges=wording.HOLDS, row=hold_row,
            columns=[
                {"key": "case", "title": "Gesetzt bei", "kind": "link", "fit": True},
                {"key": "about", "title": "Gesperrt"},
                {"key": "reason", "title": "Grund"},
                {"key": "placed_on", "title": "Seit", "kind": "date"},
                {"key": "ends_on", "title": "Bis", "kind": "date"},
                _STATUS,
            ],
        ),
    )
}  # fmt: skip


async def list_page(house: House, request: Request, kind: Kind, status: str | None, after: str) -> Response:
    """A page of a list: all, or those of one standing."""
    reader(house, request, f"read-{kind.name}")
    seen, order = house.views, kind.newest_first
    found = await asyncio.to_thread(views.listed, seen, kind.name, status, after, PAGE, newest_first=order)
    chosen = {"status": status} if status else {}
    address = f"/payout/{kind.name}"
    rows = [kind.row(it.body) for it in found.entries]
    return page(
        house,
        request,
        "list.html",
        page_title=kind.title,
        heading=kind.title,
        lead=kind.lead,
        filters=[{"title": "Stand", "options": await asyncio.to_thread(_chips, house, kind, status)}],
        columns=kind.columns,
        rows=rows,
        empty=kind.empty,
        pages={
            "previous": f"{address}?{urlencode(chosen)}" if after else None,
            "next": f"{address}?{urlencode({**chosen, 'after': found.next})}" if found.next else None,
            "text": _told(rows),
        },
    )


def _told(rows: Sequence[Mapping[str, Any]]) -> str:
    """How many are on this page, and their sum where the list tells money."""
    cents = [it["cents"] for it in rows if "cents" in it]
    return f"{len(rows)} auf dieser Seite" + (f", zusammen {euros(sum(cents))}" if cents else "")


def _chips(house: House, kind: Kind, active: str | None) -> list[dict[str, Any]]:
    address = f"/payout/{kind.name}"
    return [{"text": "alle", "url": address, "active": active is None}] + [
        {
            "text": badge["text"],
            "url": f"{address}?status={it}",
            "active": it == active,
            "count": house.views.count(kind.name, it),
        }
        for it, badge in kind.badges.items()
    ]
