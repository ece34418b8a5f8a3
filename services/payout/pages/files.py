"""Files for people: what came from the treasury and what became of it, and what a batch's file says before it leaves."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, get_args
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from services.payout import clearing, views
from services.payout.api.inbound import InboundFile, ItemOfReport, bytes_of_file, told_file
from services.payout.api.reads import FILE_READERS, ReportOutcome, batch_file, reader
from services.payout.pages import wording
from shared.pages import page
from shared.problems import Problem
from shared.service import House

LIST = "/payout/reports"
SHOWN = 20_000
"""So many bytes of a file are shown; all of it is to be downloaded."""


async def files_page(house: House, request: Request, status: ReportOutcome | None, after: str) -> Response:
    """The files of the treasury, newest first: all, or those of one outcome."""
    reader(house, request, "read-reports")
    seen = house.views
    found = await asyncio.to_thread(views.listed, seen, "reports", status, after, 50, newest_first=True)
    chosen = {"status": status} if status else {}
    return page(
        house,
        request,
        "inbound.html",
        page_title="Dateien der Kasse",
        heading="Dateien der Kasse",
        lead="Jede Datei liegt so vor, wie sie gekommen ist. Was nicht gelesen werden konnte, ist in Quarantäne und bewegt nichts.",
        filters=[{"title": "Ergebnis", "options": _chips(house, status)}],
        rows=[file_row(it.body) for it in found.entries],
        next=f"{LIST}?{urlencode({**chosen, 'after': found.next})}" if found.next else "",
    )


def _chips(house: House, active: str | None) -> list[dict[str, Any]]:
    return [{"text": "alle", "url": LIST, "active": active is None}] + [
        {
            "text": wording.REPORTS[it]["text"],
            "url": f"{LIST}?status={it}",
            "active": it == active,
            "count": house.views.count("reports", it),
        }
        for it in get_args(ReportOutcome.__value__)
    ]


def file_row(it: Mapping[str, Any]) -> dict[str, Any]:
    """A file in a list."""
    outcome = wording.REPORTS[it["outcome"]]
    if it["outcome"] == "received" and it["unmatched"]:
        outcome = {"text": f"{it['unmatched']} nicht zugeordnet", "tone": "warning"}
    return {
        "file": {"text": it["message_id"] or "unlesbar", "url": f"{LIST}/{it['sha256']}", "note": it["reason"]},
        "kind": wording.KINDS.get(it["kind"], ""),
        "read_at": it["at"],
        "entries": it["matched"] + it["unmatched"],
        "outcome": outcome,
    }


async def file_page(house: House, request: Request, sha256: str) -> Response:
    """One file of the treasury: what became of it, its items, and how it begins for those who may see it."""
    person = reader(house, request, "read-report")
    told = await told_file(house, sha256)
    text, hindrance = "", ""
    if may_see := bool(person.roles & FILE_READERS):
        try:
            text = await asyncio.to_thread(lambda: _beginning(bytes_of_file(house, told.sha256)))
        except Problem as problem:
            hindrance = problem.title
    return page(
        house,
        request,
        "file.html",
        page_title="Datei der Kasse",
        heading=told.message_id or "Datei ohne lesbaren Namen",
        status=wording.REPORTS[told.outcome],
        back={"text": "Dateien der Kasse", "url": LIST},
        facts=_facts(told),
        items=[_item(told.report, it) for it in told.items],
        text=text,
        hindrance=hindrance,
        file=f"{LIST}/{told.sha256}/file" if may_see and not hindrance else "",
    )


def _facts(it: InboundFile) -> list[dict[str, Any]]:
    return [
        {"key": "Art", "value": wording.KINDS.get(it.kind, "")},
        {"key": "Gelesen", "value": it.at, "kind": "instant"},
        {"key": "SHA-256", "value": it.sha256, "kind": "hash"},
        {"key": "Zugeordnet", "value": it.matched, "kind": "number"},
        {"key": "Nicht zugeordnet", "value": it.unmatched, "kind": "number"},
        {"key": "Warum nicht gelesen", "value": it.reason},
    ]


def _item(report: str, it: ItemOfReport) -> dict[str, Any]:
    return {
        "reference": {"text": it.reference or "ohne Kennung", "url": f"/payout/clearing/{report}/items/{it.number}"},
        "reason": wording.reason(it.reason),
        "about": clearing.KIND_TITLES[clearing.ClearingKind(it.about)],
        "cents": it.cents or None,
        "status": wording.ITEMS[it.status],
    }


async def preview_page(house: House, request: Request, batch: str) -> Response:
    """How the file of a batch begins, exactly as it was sealed, before and after it is released."""
    reader(house, request, "read-batch-file", FILE_READERS)
    sealed, raw = await batch_file(house, batch)
    return page(
        house,
        request,
        "file.html",
        page_title="Datei für die Kasse",
        heading=sealed.file_name,
        status=None,
        back={"text": f"Zahlungslauf {batch[:12]}", "url": f"/payout/batches/{batch}"},
        facts=[
            {"key": "Größe in Bytes", "value": len(raw), "kind": "number"},
            {"key": "SHA-256", "value": sealed.file_sha256, "kind": "hash"},
            {"key": "Zahlungen", "value": sealed.count, "kind": "number"},
            {"key": "Kontrollsumme", "value": sealed.sum_cents, "kind": "money"},
        ],
        items=[],
        text=_beginning([raw]),
        hindrance="",
        file=f"/payout/batches/{batch}/file",
    )


def _beginning(chunks: Iterable[bytes]) -> str:
    """The first characters, one element a line, whatever the file is; what is no text shows as such."""
    first = next(iter(chunks), b"")[:SHOWN]
    return first.decode("utf-8", errors="replace").replace("><", ">\n<")
