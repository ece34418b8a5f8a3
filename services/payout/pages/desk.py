"""The payments desk: what is ordered, what the treasury has, what it said, what nobody could explain."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from services.payout import batch as batches
from services.payout import views
from services.payout.api.clearing_answers import told_item
from services.payout.api.collecting import collects
from services.payout.api.reads import reader
from services.payout.collection_list import needed_orders
from services.payout.pages import wording
from services.payout.pages.barred import left_out, release_hindrance
from services.payout.pages.batch import release_form
from services.payout.pages.clearing import clearing_row
from services.payout.pages.expected import expected_row
from services.payout.pages.files import file_row
from services.payout.pages.forms import Failed, form
from services.payout.pages.holds import hold_row
from services.payout.pages.lists import batch_row, case_row
from shared.access import Person
from shared.calendar import local_date
from shared.money import euros
from shared.pages import page
from shared.service import House
from shared.views import Page
from shared.web import Action

type Count = tuple[int, int]
"""A number of payments and their cents."""


async def desk_page(
    house: House,
    acts: Mapping[str, Action],
    request: Request,
    failed: Failed | None = None,
    *,
    status: str | None = None,
    after: str = "",
) -> Response:
    """The desk, its payments of one status or all, newest first."""
    person = reader(house, request, "read-payments")
    found = await asyncio.to_thread(_lists, house, status, after)
    totals: Mapping[str, Count] = found["totals"]
    treasury = bool(person.roles & acts["release-batch"].roles)
    releases = [
        release_form(
            acts["release-batch"], person, failed, it, "/payout/",
            await release_hindrance(house, it, person) if treasury else "",
        )
        for it in found["unreleased"]
    ]  # fmt: skip
    today = local_date(house.now())
    return page(
        house,
        request,
        "desk.html",
        status_code=failed.status if failed else 200,
        page_title="Auszahlung",
        heading="Auszahlung",
        lead="Was angeordnet ist, was die Kasse hat und was sie dazu gemeldet hat.",
        tiles=_tiles(totals, found["clearing_count"], found["overdue_count"], found["paid_twice"]),
        actions=[
            await _seal_form(
                house, acts["seal-batch"], person, failed, totals["ordered"], found["collections_ordered"]
            ),
            *releases,
        ],
        filters=[{"title": "Stand", "options": _chips(totals, status)}],
        orders={"rows": [_order(it.body) for it in found["orders"].entries], "pages": _pages(found["orders"], status)},
        batches={"rows": [batch_row(it.body) for it in found["batches"].entries]},
        reports={"rows": [file_row(it.body) for it in found["reports"].entries]},
        clearing={"rows": [clearing_row(told_item(it.body, today)) for it in found["clearing"].entries]},
        work={"groups": found["work"]},
        overdue={"rows": [expected_row(house.views, it.body) for it in found["overdue"].entries]},
        collections={"rows": [_needed(it) for it in found["needed"]] if collects(house) else []},
        holds={"rows": [hold_row(it.body) for it in found["holds"].entries]},
    )


def _lists(house: House, status: str | None, after: str) -> dict[str, Any]:
    seen = house.views
    work = {
        it: views.listed(seen, "cases", it, "", 20).entries for it in ("examination", "certification", "order", "plan")
    }
    return {
        "totals": views.totals(seen),
        "orders": views.listed(seen, "payments", status, after, 25, newest_first=True),
        "batches": views.listed(seen, "batches", None, "", 12, newest_first=True),
        "unreleased": [it.body for it in views.listed(seen, "batches", "sealed", "", 12).entries],
        "reports": views.listed(seen, "reports", None, "", 12, newest_first=True),
        "clearing": views.listed(seen, "clearing", None, "", 25, newest_first=True),
        "clearing_count": seen.count("clearing"),
        "overdue": views.listed(seen, "expectations", "overdue", "", 25),
        "overdue_count": seen.count("expectations", "overdue"),
        "paid_twice": views.paid_twice(seen),
        "collections_ordered": seen.count("collections", "ordered") if collects(house) else 0,
        "needed": needed_orders(seen, 25),
        "holds": views.listed(seen, "holds", "standing", "", 25, newest_first=True),
        "work": [
            {
                "title": _of_all(step, len(entries), seen.count("cases", step)),
                "rows": [case_row(it.body) for it in entries],
            }
            for step, entries in work.items()
            if entries
        ],
    }


def _of_all(step: str, shown: int, there: int) -> str:
    title = wording.NEXT[step]["text"]
    return title if there <= shown else f"{title}, die ersten von {there}:"


def _tiles(totals: Mapping[str, Count], clearing: int, overdue: int, paid_twice: int) -> list[dict[str, Any]]:
    batched, accepted = totals["batched"], totals["accepted"]
    return [
        _money("Angeordnet, in keinem Zahlungslauf", totals["ordered"]),
        _money("Im Zahlungslauf oder bei der Kasse", (batched[0] + accepted[0], batched[1] + accepted[1])),
        _money("Gezahlt", totals["settled"]),
        {"title": "Zurückgewiesen", "value": totals["rejected"][0], "kind": "number"},
        {"title": "Klärungsfälle", "value": clearing, "kind": "number"},
        {"title": "Überfällige Dateien", "value": overdue, "kind": "number"},
        *([{"title": "Vielleicht doppelt gezahlt", "value": paid_twice, "kind": "number"}] if paid_twice else []),
    ]


def _money(title: str, of: Count) -> dict[str, Any]:
    return {
        "title": title,
        "value": of[1],
        "kind": "money",
        "note": "1 Zahlung" if of[0] == 1 else f"{of[0]} Zahlungen",
    }


def _chips(totals: Mapping[str, Count], active: str | None) -> list[dict[str, Any]]:
    return [{"text": "alle", "url": "/payout/", "active": active is None}] + [
        {
            "text": wording.PAYMENTS[it]["text"],
            "url": f"/payout/?status={it}",
            "active": it == active,
            "count": totals[it][0],
        }
        for it in views.PAYMENT_STATUSES
    ]


def _pages(found: Page, status: str | None) -> dict[str, Any] | None:
    if not found.next:
        return None
    query = urlencode({"after": found.next, **({"status": status} if status else {})})
    return {"previous": None, "next": f"/payout/?{query}", "text": f"{len(found.entries)} gezeigt"}


async def _seal_form(
    house: House, action: Action, person: Person, failed: Failed | None, of: Count, collections: int
) -> dict[str, Any]:
    """Sealing takes what is open, but for the cases from which this person is excluded."""
    out = 0
    if of[0] and person.roles & action.roles:
        cases = await asyncio.to_thread(views.ordered_cases, house.views, batches.MAX_ENTRIES)
        out = await left_out(house, cases, person)
    told = _of_excluded(out)
    reason = "Jede Anordnung liegt schon in einem Zahlungslauf."
    beside = f" Dazu Anordnungen zu Forderungen: {collections}." if collections else ""
    return form(
        action,
        person,
        failed,
        path=action.path,
        back="/payout/",
        reason="" if of[0] > out or collections else told or reason,
        text=f"Die ältesten offenen Anordnungen, höchstens 20.000, kommen in eine Datei für die Landeshauptkasse. {told}".strip(),
        consequence=f"{'Eine offene Anordnung' if of[0] == 1 else f'{of[0]} offene Anordnungen'}, zusammen {euros(of[1])}.{beside}",
    )


def _of_excluded(count: int) -> str:
    if not count:
        return ""
    them = "Eine Anordnung bleibt" if count == 1 else f"{count} Anordnungen bleiben"
    return f"{them} aus Ihrer Datei heraus, weil Sie von dem Vorgang ausgeschlossen sind; dort versiegelt eine andere Person."


def _order(it: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "order": {"text": it["reference"], "url": f"/payout/cases/{it['case']}", "note": it["file_number"]},
        "recipient": it["applicant_name"],
        "title": it["title"],
        "year": it["year"],
        "ordered_on": it["ordered_on"],
        "status": wording.PAYMENTS[it["status"]],
        "cents": it["cents"],
    }


def _needed(it: Mapping[str, Any]) -> dict[str, Any]:
    known = it["wanted"]
    return {
        "case": {"text": known["file_number"], "url": f"/payout/cases/{known['case']}"},
        "reference": known["reference"],
        "kind": wording.COLLECTION_KINDS[it["needed"]["kind"]],
        "due_on": known["due_on"],
        "cents": it["needed"]["cents"],
    }
