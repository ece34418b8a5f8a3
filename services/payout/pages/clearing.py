"""Klärungsliste for people: what is open, how old, who looks after it; one item with what can be done about it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from services.payout import clearing, views
from services.payout.api.clearing_answers import ItemOfFile, ItemPart, item_of, told_item
from services.payout.api.reads import reader
from services.payout.clearing_list import NOBODY
from services.payout.pages import wording
from services.payout.pages.forms import Failed, form
from shared.access import Person
from shared.calendar import local_date
from shared.money import euros
from shared.pages import page
from shared.service import House
from shared.web import Action

LIST = "/payout/clearing"
_WITHOUT_CLAIM = [{"value": "", "text": "bleibt offen"}, {"value": "true", "text": "ist an den Absender zurückzugeben"}]
_ROWS = 3
"""So many parts of a credit are asked for at a time; its rest can be divided again."""


async def clearing_page(house: House, request: Request, about: str | None, owner: str | None, after: str) -> Response:
    """The open items, newest first: all, of one kind, one's own or nobody's."""
    person = reader(house, request, "read-clearing")
    name, grp = ("clearing-owners", owner) if owner else ("clearing-kinds", about) if about else ("clearing", None)
    seen = house.views
    found = await asyncio.to_thread(views.listed, seen, name, grp, after, 50, newest_first=True)
    counts = await asyncio.to_thread(_counts, house, person)
    today = local_date(house.now())
    chosen = {"owner": owner} if owner else {"about": about} if about else {}
    return page(
        house,
        request,
        "clearing.html",
        page_title="Klärungsliste",
        heading="Klärungsliste",
        lead="Was die Kasse meldete und niemand erklären konnte. Gebuchtes Geld wird hier wiedergefunden, nie ausgebucht.",
        back={"text": "Auszahlung", "url": "/payout/"},
        filters=_filters(counts, about, owner, person),
        rows=[clearing_row(told_item(it.body, today)) for it in found.entries],
        next=f"{LIST}?{urlencode({**chosen, 'after': found.next})}" if found.next else "",
    )


def _counts(house: House, person: Person) -> Mapping[str, int]:
    seen = house.views
    kinds = {it: seen.count("clearing-kinds", it) for it in clearing.ClearingKind}
    return kinds | {it: seen.count("clearing-owners", it) for it in (NOBODY, person.id)}


def _filters(
    counts: Mapping[str, int], about: str | None, owner: str | None, person: Person
) -> Sequence[Mapping[str, Any]]:
    def chip(text: str, active: bool, **query: str) -> dict[str, Any]:
        url = f"{LIST}?{urlencode(query)}" if query else LIST
        counted = {"count": counts[next(iter(query.values()))]} if query else {}
        return {"text": text, "url": url, "active": active, **counted}

    kinds = [chip(clearing.KIND_TITLES[it], it == about, about=it) for it in clearing.ClearingKind]
    owners = [
        chip("ohne Bearbeitung", owner == NOBODY, owner=NOBODY),
        chip("meine", owner == person.id, owner=person.id),
    ]
    return [
        {"title": "Art", "options": [chip("alle", not about and not owner), *kinds]},
        {"title": "Bearbeitung", "options": owners},
    ]


def clearing_row(it: Mapping[str, Any]) -> dict[str, Any]:
    """An item in a list."""
    name = it.get("clearing", "")
    return {
        "reference": {"text": it["reference"] or "ohne Kennung", "url": f"{LIST}/{name}/items/{it['number']}" if name else LIST},
        "reason": wording.reason(it["reason"]),
        "about": clearing.KIND_TITLES.get(it.get("about", ""), ""),
        "cents": it.get("cents", 0) or None,
        "age": it["age_days"],
        "owner": it.get("owner", ""),
        "status": wording.ITEMS[it.get("status", "open")],
    }  # fmt: skip


async def item_page(
    house: House,
    acts: Mapping[str, Action],
    request: Request,
    name: str,
    number: str,
    failed: Failed | None = None,
) -> Response:
    """One item, its facts and what this person may do about it."""
    person = reader(house, request, "read-clearing")
    told = await item_of(house, person, name, number)
    return page(
        house,
        request,
        "clearing.html",
        status_code=failed.status if failed else 200,
        page_title="Klärungsfall",
        heading=told.reference or "Klärungsfall",
        lead=wording.reason(told.reason),
        back={"text": "Klärungsliste", "url": LIST},
        filters=[],
        facts=_facts(told),
        actions=[_form(acts[it.name], person, failed, told, it.path, it.hindrance) for it in told.next],
    )


def _facts(told: ItemOfFile) -> list[dict[str, Any]]:
    return [
        {"key": "Stand", "value": wording.ITEMS[told.status]["text"]},
        {"key": "Art", "value": clearing.KIND_TITLES.get(told.about, "")},
        {"key": "Gebucht", "value": told.cents, "kind": "money"} if told.cents else {"key": "Gebucht", "value": "nichts"},
        {"key": "Buchung", "value": told.booking, "kind": "code"},
        {"key": "Buchungstag", "value": told.booked_on, "kind": "date"},
        *([{"key": "Wertstellung", "value": told.valued_on, "kind": "date"}] if told.valued_on else []),
        _file(told),
        {"key": "SHA-256", "value": told.sha256, "kind": "hash"},
        {"key": "Gelesen", "value": told.at, "kind": "instant"},
        {"key": "Alter in Tagen", "value": told.age_days, "kind": "number"},
        {"key": "Bearbeitung", "value": told.owner},
        {"key": "Vorschlag", "value": clearing.RESOLUTION_TITLES.get(told.resolution, "")},
        {"key": "Vorgeschlagen von", "value": told.proposed_by},
        {"key": "Begründung", "value": told.proposed_reason},
        *([{"key": "Von Hand gebuchter Eingang", "value": told.repayment, "kind": "code"}] if told.repayment else []),
        {"key": "Gegenbuchung", "value": told.counter, "kind": "code"},
        *[{"key": f"Teil {number}: {_part(it)}", "value": it.cents, "kind": "money"} for number, it in enumerate(told.parts, 1)],
        *([{"key": "Rest von", "value": f"{told.clearing}/{told.of}", "kind": "code"}] if told.of else []),
        {"key": "Zugestimmt von", "value": told.approved_by},
    ]  # fmt: skip


def _file(told: ItemOfFile) -> dict[str, Any]:
    """The file that brought it, to be read before anything is said of it."""
    if not told.sha256:
        return {"key": "Datei", "value": told.message_id}
    at = {"text": told.message_id or told.sha256[:12], "url": f"/payout/reports/{told.sha256}"}
    return {"key": "Datei", "value": at, "kind": "link"}


def _part(it: ItemPart) -> str:
    if it.claim:
        return f"Forderung {it.claim}"
    return "zurückzugeben" if it.give_back else "bleibt offen"


def _form(
    action: Action, person: Person, failed: Failed | None, told: ItemOfFile, path: str, hindrance: str
) -> dict[str, Any]:
    back = f"{LIST}/{told.clearing}/items/{told.number}"
    reason = {
        "name": "reason",
        "label": "Begründung",
        "kind": "textarea",
        "required": True,
        "hint": "ohne Namen von Personen",
    }
    asked = {"propose-resolution": [*_proposing(told), reason], "decline-resolution": [reason]}.get(action.name, [])
    return form(action, person, failed, path=path, back=back, if_match='"0"', reason=hindrance, fields=asked)


def _proposing(told: ItemOfFile) -> Sequence[dict[str, Any]]:
    offered = [{"value": it, "text": clearing.RESOLUTION_TITLES[it]} for it in told.offered]
    chosen = {
        "name": "resolution",
        "label": "Was es war",
        "kind": "radio",
        "required": True,
        "options": offered,
        "value": "",
    }
    if not told.cents:
        return [chosen]
    return [
        chosen,
        {"name": "reference", "label": "Zahlungskennung", "hint": "nur bei einer Zuordnung"},
        {"name": "counter", "label": "Gegenbuchung", "hint": "Kennung des Klärungsfalls, der diesen aufhebt"},
        *(_by_hand(told) if told.suggested else []),
        *(_dividing() if clearing.Resolution.SPLIT in told.offered else []),
    ]  # fmt: skip


def _by_hand(told: ItemOfFile) -> Sequence[dict[str, Any]]:
    """Entries made by hand that the credit may be."""
    entries = [
        {
            "value": it.repayment,
            "text": f"{it.reference} · Beleg {it.voucher} · {it.received_on:%d.%m.%Y} · {euros(it.cents)}",
        }
        for it in told.suggested
    ]
    return [
        {
            "name": "repayment",
            "label": "Von Hand gebuchter Eingang",
            "kind": "select",
            "options": [{"value": "", "text": "keiner davon"}, *entries],
            "hint": "bei einer Zuordnung: dasselbe Geld, das schon von Hand gebucht ist; gebucht wird nichts noch einmal",
        }
    ]


def _dividing() -> Sequence[dict[str, Any]]:
    """The parts of a credit, a pair of fields each; what is left of it needs none."""
    found: list[dict[str, Any]] = []
    for row in range(_ROWS):
        hint = "" if row else "nur bei einer Aufteilung; was die Teile übrig lassen, bleibt offen"
        found += [
            {"name": f"parts.{row}.cents", "label": f"Teil {row + 1}", "kind": "money", "hint": hint},
            {"name": f"parts.{row}.reference", "label": f"Forderungskennung zu Teil {row + 1}"},
            {
                "name": f"parts.{row}.give_back",
                "label": f"Teil {row + 1} ohne Forderung",
                "kind": "select",
                "options": _WITHOUT_CLAIM,
            },
        ]
    return found
