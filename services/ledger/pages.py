"""The ledger's page: whether everything is there, how far each service goes, and the way to recompute it oneself."""

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from services.ledger import archive
from services.ledger.api import PROVERS, ServiceState, Status, ledger_of, make_export, permitted, status_of
from services.ledger.views import checkpoints
from shared.access import Person
from shared.following import in_thread
from shared.operations import READERS
from shared.pages import page, page_router, safeguards
from shared.rendering import number

if TYPE_CHECKING:
    from shared.service import House

HERE = "/ledger/"
_TITLES = {"intake": "Antragseingang", "review": "Prüfung und Bewilligung", "payout": "Auszahlung"}


def pages(house: "House") -> APIRouter:
    """`/ledger/`, for people."""
    router = page_router(house)

    @router.get(HERE)
    async def home(request: Request) -> HTMLResponse:
        person = permitted(house, request, READERS, "read-ledger-status")
        return page(house, request, "ledger.html", **await _context(house, person))

    @router.post("/ledger/forms/exports")
    async def make(request: Request) -> RedirectResponse:
        form = await request.form()
        person = permitted(house, request, PROVERS, "export-history")
        await make_export(house, person, str(form.get("Idempotency-Key", "")))
        return RedirectResponse(HERE, 303)

    return router


async def _context(house: "House", person: Person) -> dict[str, Any]:
    status = status_of(house)
    signed = status.checkpoint
    prover = bool(person.roles & PROVERS)
    return {
        "state": _state(status),
        "size": status.size,
        "root": status.root,
        "checkpoint": signed and {"size": signed.size, "root": signed.root, "signed_at": signed.signed_at, "key": status.vkey, "text": signed.note},
        "services": [_row(it) for it in status.services],
        "checkpoints": [{**it, "signers": status.origin} for it in checkpoints(house.views, 10)],
        "exports": await in_thread(_exports, house) if prover else [],
        "actions": [_export_action()] if prover else [],
    }  # fmt: skip


def _state(status: Status) -> dict[str, str]:
    if status.trouble or any(it.trouble for it in status.services):
        return {"tone": "danger", "text": status.trouble or "Die Geschichte eines Dienstes widerspricht sich; sie wird nicht weiter übernommen."}  # fmt: skip
    if any(it.lag for it in status.services):
        return {"tone": "info", "text": "Die Prüfkette holt auf."}
    return {"tone": "success", "text": "Alle Ereignisse der drei Dienste sind lückenlos da, jede Kette stimmt."}


def _row(it: ServiceState) -> dict[str, Any]:
    badge = {"text": "stimmt", "tone": "success"}
    if it.trouble:
        badge = {"text": f"angehalten: {it.trouble}", "tone": "danger"}
    elif it.lag:
        badge = {"text": "holt auf", "tone": "info"}
    return {**it.model_dump(), "service": _TITLES.get(it.service, it.service), "status": badge}


def _exports(house: "House") -> list[dict[str, str]]:
    return [
        {"text": f"{it.name}.tar", "url": f"/ledger/exports/{it.name}.tar", "note": f"{number(it.size)} Ereignisse"}
        for it in archive.all_kept(ledger_of(house).settings.exports())
    ]


def _export_action() -> dict[str, Any]:
    return {
        "id": "ausfuhr", "title": "Ganze Prüfkette ausführen", "submit": "Ausfuhr erstellen", "url": "/ledger/forms/exports",
        "fields": [], **safeguards(), "tone": "secondary",
        "text": "Schreibt die ganze Geschichte bis zu diesem Augenblick als Dateien, die ohne dieses System nachgerechnet werden können.",
    }  # fmt: skip
