"""Jahresabschluss for people: the years of all titles, and the report of one with its seal, to print and to file."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from services.payout.api.reads import reader
from services.payout.api.years import DayOfTitle, TitleYearItem, YearReport, known_years, year_report
from services.payout.pages.closing import LIST as DAYS
from services.payout.pages.closing import day_link, named
from services.payout.pages.forms import Failed, form
from shared.access import Person
from shared.pages import page
from shared.service import House
from shared.web import Action

LIST = "/payout/years"
_OPEN = {"text": "offen", "tone": "warning"}
_SEALED = {"text": "abgeschlossen", "tone": "success"}


async def years_page(house: House, request: Request) -> Response:
    """The years of all titles, and how each stands."""
    reader(house, request, "read-days")
    return page(
        house,
        request,
        "year.html",
        page_title="Jahresabschluss",
        heading="Jahresabschluss",
        lead="Ein Haushaltsjahr eines Titels wird abgeschlossen, wenn jeder Buchungstag abgeschlossen ist, nichts mehr zu klären ist und der "
        "Haushalt dasselbe sagt wie die Auszahlung.",
        back={"text": "Tagesabschluss", "url": DAYS},
        years=[_row(it) for it in await known_years(house)],
    )


def _row(it: TitleYearItem) -> dict[str, Any]:
    return {
        "year": {"text": f"{it.title}, {it.year}", "url": f"{LIST}/{it.title}/{it.year}"},
        "paid": it.paid_cents,
        "budget": it.budget_cents,
        "sealed_on": it.sealed_on,
        "status": _SEALED if it.sealed_by else _OPEN,
    }


def year_of_page(address: str) -> tuple[str, int] | None:
    """The title and year whose page this is, if it is one."""
    title, _, year = address.removeprefix(f"{LIST}/").partition("/")
    return (title, int(year)) if address.startswith(f"{LIST}/") and year.isdecimal() else None


async def year_page(
    house: House,
    acts: Mapping[str, Action],
    request: Request,
    title: str,
    year: int,
    failed: Failed | None = None,
) -> Response:
    """The report of a title's year; 404 when nothing was paid in it."""
    person = reader(house, request, "read-days")
    told = await year_report(house, title, year)
    return page(
        house,
        request,
        "year.html",
        status_code=failed.status if failed else 200,
        page_title=f"Jahresabschluss {title}, {year}",
        heading=f"Jahresabschluss Haushaltstitel {title}, Haushaltsjahr {year}",
        lead=_standing(told),
        back={"text": "Jahresabschluss", "url": LIST},
        years=None,
        problems=_problems(told),
        actions=[] if told.sealed_by else [_sealing(acts["seal-year"], person, failed, told)],
        facts=[
            {"key": "Haushaltstitel", "value": told.title, "kind": "code"},
            {"key": "Haushaltsjahr", "value": str(told.year)},
            {"key": "Abgeschlossen am", "value": told.sealed_on, "kind": "date"},
            {"key": "Abgeschlossen von", "value": told.sealed_by},
            *_difference(told),
            {"key": "Buchungstage", "value": len(told.days), "kind": "number"},
            {"key": "Stand dieses Berichts", "value": house.now(), "kind": "instant"},
        ],
        sums=_sums(told),
        days=[_day(it) for it in told.days],
        statements=[
            {"day": f"{it.booked_on:%d.%m.%Y}", "statement": statement, "file": file}
            for it in told.days
            for statement, file in _files(it.statements, it.files)
        ],
    )


def _difference(told: YearReport) -> list[dict[str, Any]]:
    """What the seal names, and what of it the budget has not entered by now."""
    if told.difference is None:
        return []
    still = {"key": "Davon heute noch offen", "value": told.differing_cents, "kind": "money"}
    return [*named(told.difference), still]


def _standing(told: YearReport) -> str:
    if told.sealed_on is None:
        return "Noch nicht abgeschlossen; die Summen sind vorläufig."
    if told.difference:
        return "Abgeschlossen mit einer benannten Abweichung: Kontoauszüge und Auszahlung nennen denselben Betrag, der Haushalt einen anderen."
    return "Abgeschlossen: Kontoauszüge, Auszahlung und Haushalt nennen denselben Betrag, auf den Cent."


def _problems(told: YearReport) -> Sequence[str]:
    if told.sealed_on is not None:
        since = (told.sealed_paid_cents, told.sealed_budget_cents) != (told.paid_cents, told.budget_cents)
        return ["Seit dem Abschluss wurde zu diesem Haushaltsjahr noch etwas gebucht."] if since else []
    days = "Ein Buchungstag ist" if told.unclosed_days == 1 else f"{told.unclosed_days} Buchungstage sind"
    items = "Ein Klärungsfall ist" if told.open_items == 1 else f"{told.open_items} Klärungsfälle sind"
    return [
        *([f"{days} noch nicht abgeschlossen."] if told.unclosed_days else []),
        *([f"{items} noch offen."] if told.open_items else []),
        *([_apart(told)] if told.paid_cents != told.budget_cents or told.differing else []),
    ]


def _apart(told: YearReport) -> str:
    named = f" Es weichen ab: {', '.join(told.differing[:5])}." if told.differing else ""
    return (
        f"Haushalt und Auszahlung nennen nicht denselben Betrag.{named} Abgeschlossen wird damit nur, wenn der letzte Tagesabschluss "
        "diese Zahlungen als Abweichung nennt, und von einer anderen Person als der, die sie benannt hat."
    )


def _sealing(action: Action, person: Person, failed: Failed | None, told: YearReport) -> dict[str, Any]:
    asked = [
        {"name": "title", "label": "Haushaltstitel", "kind": "hidden", "value": told.title},
        {"name": "year", "label": "Haushaltsjahr", "kind": "hidden", "value": str(told.year)},
    ]
    back = f"{LIST}/{told.title}/{told.year}"
    return form(action, person, failed, path=action.path, back=back, fields=asked)


def _sums(told: YearReport) -> list[dict[str, Any]]:
    now = [
        ("Gezahlt", told.settled_cents, told.entered_cents),
        ("Zurückgekommen", -told.returned_cents, -told.reversed_cents),
        ("Netto", told.paid_cents, told.budget_cents),
    ]
    sealed = told.sealed_paid_cents, told.sealed_budget_cents
    rows = [{"what": what, "ours": ours, "budget": budget, "apart": ours - budget} for what, ours, budget in now]
    if sealed[0] is not None and sealed[1] is not None:
        text = "Beim Abschluss festgehalten"
        rows.append({"what": text, "ours": sealed[0], "budget": sealed[1], "apart": sealed[0] - sealed[1]})
    return rows


def _day(it: DayOfTitle) -> dict[str, Any]:
    return {
        "day": day_link(it.booked_on),
        "debit": it.debit_cents if it.closed_by else None,
        "credit": it.credit_cents if it.closed_by else None,
        "by": it.closed_by,
        "status": _SEALED if it.closed_by else _OPEN,
    }


def _files(statements: Sequence[str], files: Sequence[str]) -> Sequence[tuple[str, str]]:
    """Each file with the statement in it where there are as many of both, else the statements together before the files."""
    if len(statements) == len(files):
        return list(zip(statements, files, strict=True))
    return [(", ".join(statements) if not number else "", file) for number, file in enumerate(files)]
