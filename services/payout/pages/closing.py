"""Tagesabschluss for people: the days that statements book, and the report of one with its three sides, to print."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from services.payout import reconciliation, views
from services.payout.api.closing import DaySides, DifferenceOfDay, sides_of
from services.payout.api.reads import reader
from services.payout.pages import wording
from services.payout.pages.forms import Failed, form
from services.payout.reconciliation import Cause
from shared.access import Person
from shared.pages import page
from shared.service import House
from shared.web import Action

LIST = "/payout/days"


async def days_page(
    house: House, acts: Mapping[str, Action], request: Request, failed: Failed | None = None, *, after: str = ""
) -> Response:
    """The newest days, and the forms that close one and seal a year."""
    person = reader(house, request, "read-days")
    found = await asyncio.to_thread(views.listed, house.views, "days", None, after, 60, newest_first=True)
    return page(
        house,
        request,
        "closing.html",
        status_code=failed.status if failed else 200,
        page_title="Tagesabschluss",
        heading="Tagesabschluss",
        lead="Was Kontoauszug, Auszahlung und Haushalt zu einem Tag sagen, muss auf den Cent übereinstimmen.",
        back={"text": "Auszahlung", "url": "/payout/"},
        actions=[_form(acts[it], person, failed) for it in ("close-day", "seal-year")],
        rows=[_row(it.body) for it in found.entries],
        next=f"{LIST}?{urlencode({'after': found.next})}" if found.next else "",
    )


def _form(
    action: Action, person: Person, failed: Failed | None, day: str = "", proposal: str = "", reason: str = ""
) -> dict[str, Any]:
    if action.name == "close-day":
        asked = [
            {
                "name": "closed_on",
                "label": "Buchungstag",
                "kind": "date",
                "width": "date",
                "required": True,
                "value": day,
            }
        ]
    else:
        asked = [
            {"name": "title", "label": "Haushaltstitel", "required": True, "hint": "zum Beispiel 1605-63371"},
            {"name": "year", "label": "Haushaltsjahr", "required": True, "hint": "vier Ziffern", "width": "date"},
        ]
    if proposal:
        asked.append({"name": "proposal", "label": "", "kind": "hidden", "value": proposal})
    back = f"{LIST}/{day}" if day else LIST
    return form(action, person, failed, path=action.path, back=back, fields=asked, reason=reason)


def _row(it: Mapping[str, Any]) -> dict[str, Any]:
    closed = it["closed_by"]
    return {
        "day": day_link(date.fromisoformat(it["booked_on"])),
        "debit": it["debit_cents"],
        "credit": it["credit_cents"],
        "status": {"text": "abgeschlossen", "tone": "success"} if closed else {"text": "offen", "tone": "warning"},
    }


def day_link(day: date) -> dict[str, str]:
    return {"text": f"{day:%d.%m.%Y}", "url": f"{LIST}/{day.isoformat()}"}


def day_of_page(address: str) -> date | None:
    """The day whose page this is, if it is one."""
    try:
        return date.fromisoformat(address.removeprefix(f"{LIST}/"))
    except ValueError:
        return None


async def day_page(
    house: House, acts: Mapping[str, Action], request: Request, day: date, failed: Failed | None = None
) -> Response:
    """The report of one day."""
    person = reader(house, request, "read-days")
    told = await sides_of(house, day)
    return page(
        house,
        request,
        "closing.html",
        status_code=failed.status if failed else 200,
        page_title=f"Tagesabschluss {day:%d.%m.%Y}",
        heading=f"Tagesabschluss {day:%d.%m.%Y}",
        lead=_standing(told),
        back={"text": "Tagesabschluss", "url": LIST},
        problems=_problems(told),
        actions=_of_day(acts, person, told, failed),
        sides=_sides(told),
        facts=[
            {"key": "Abgeschlossen von", "value": told.closed_by},
            {"key": "Offene Klärungsfälle", "value": told.open_items, "kind": "number"},
            *named(told.difference),
            {"key": "Stand dieses Berichts", "value": house.now(), "kind": "instant"},
        ],
        accounts=[it.model_dump() for it in told.accounts] if len(told.accounts) > 1 else [],
        files=_files(told),
    )


def _standing(told: DaySides) -> str:
    if told.closed_by:
        return f"Abgeschlossen von {told.closed_by}."
    if told.difference:
        return "Noch nicht abgeschlossen. Eine Abweichung ist benannt; eine andere Person der Kasse kann den Tag mit ihr abschließen."
    return "Noch nicht abgeschlossen."


def _of_day(acts: Mapping[str, Action], person: Person, told: DaySides, failed: Failed | None) -> list[dict[str, Any]]:
    """Closing the day, with the difference that somebody else named, and naming one."""
    if told.closed_by:
        return []
    day = told.closed_on.isoformat()
    named = told.difference
    if not told.unentered and told.paid_cents == told.budget_cents:
        return [_form(acts["close-day"], person, failed, day, named.proposal if named else "")]
    own = reconciliation.NAMED_BY_ONESELF if named is not None and named.proposed_by == person.id else ""
    closing = _form(acts["close-day"], person, failed, day, named.proposal if named else "", own)
    naming = acts["propose-day-difference"]
    causes = [{"value": it, "text": wording.CAUSES[it]} for it in Cause]
    asked = [
        {"name": "cause", "label": "Ursache", "kind": "radio", "required": True, "options": causes, "value": ""},
        {
            "name": "reason",
            "label": "Begründung",
            "kind": "textarea",
            "required": True,
            "hint": "ohne Namen von Personen",
        },
    ]
    path = naming.path.format(day=day)
    return [closing, form(naming, person, failed, path=path, back=f"{LIST}/{day}", fields=asked)]


def _problems(told: DaySides) -> Sequence[str]:
    missing = ["Vor diesem Tag fehlt ein Kontoauszug oder eine Seite davon."] if told.incomplete else []
    many = "eine Zahlung" if told.unentered == 1 else f"{told.unentered} Zahlungen"
    late = [f"Der Haushalt hat {many} noch nicht gebucht, zuerst {told.first_unentered}."]
    return [*missing, *told.differences, *(late if told.unentered else [])]


def _sides(told: DaySides) -> list[dict[str, Any]]:
    """What the account says and what explains it, group by group, each with its sum."""
    out = told.settled_cents + told.listed_out_cents
    back = told.returned_cents + told.received_cents + told.listed_in_cents
    groups = (
        (
            "Konto",
            ("Anfangssaldo", told.opening_cents),
            ("Belastungen", -told.debit_cents),
            ("Gutschriften", told.credit_cents),
            ("Endsaldo", told.closing_cents),
        ),
        (
            "Was die Belastungen erklärt",
            ("Zahlungen", told.settled_cents),
            ("Klärungsliste", told.listed_out_cents),
            ("Zusammen", out),
        ),
        (
            "Was die Gutschriften erklärt",
            ("Rückläufer", told.returned_cents),
            ("Eingänge auf Forderungen", told.received_cents),
            ("Klärungsliste", told.listed_in_cents),
            ("Zusammen", back),
        ),
        (
            "Auszahlung und Haushalt, bis zu diesem Tag",
            ("Gezahlt, netto", told.paid_cents),
            ("Im Haushalt gebucht, netto", told.budget_cents),
            ("Unterschied", told.paid_cents - told.budget_cents),
        ),
    )
    return [
        {"title": title, "rows": [{"what": what, "cents": cents} for what, cents in rows]} for title, *rows in groups
    ]


def _files(told: DaySides) -> list[dict[str, Any]]:
    """The statements' files, each of them to open."""
    told_of = told.statements if len(told.statements) == len(told.files) else [""] * len(told.files)
    return [
        {"statement": {"text": statement or "Datei", "url": f"/payout/reports/{file}"}, "file": file}
        for statement, file in zip(told_of, told.files, strict=True)
    ]


def named(it: DifferenceOfDay | None) -> list[dict[str, Any]]:
    """What is named of the budget: it stands in the report, with its cause and by whom."""
    if it is None:
        return []
    return [
        {"key": "Benannte Abweichung vom Haushalt", "value": it.cents, "kind": "money"},
        {"key": "Ursache", "value": wording.CAUSES[it.cause]},
        {"key": "Betroffene Zahlungen", "value": ", ".join(it.payments)},
        {"key": "Benannt von", "value": it.proposed_by},
        {"key": "Begründung", "value": it.reason},
    ]
