"""Die Seiten des Haushalts: titles, one title with its forms, its list to print, and who waits for money."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import Request
from fastapi.responses import Response

from services.review import budget as budgets
from services.review import views
from services.review.api.budget_reading import WaitingList, sheet_of, sheets, waiting_list
from services.review.budget_ledger import Line, Section, Statement
from services.review.budget_sheet import BudgetSheet
from services.review.pages.budget_forms import forms_of, opening_form
from services.review.pages.forms import Form, Rejected, shown
from services.review.standing import STATUS
from shared.access import Person
from shared.calendar import local_date
from shared.identity import Role
from shared.pages import page
from shared.service import House
from shared.web import Action, checked_cursor

QUEUE = "/review/"
BUDGETS = "/review/budgets"
WAITING = "/review/waiting-list"

_YEAR_COLUMNS: Sequence[Mapping[str, str]] = (
    {"key": "year", "title": "Jahr"},
    {"key": "kind", "title": "Art"},
    {"key": "available", "title": "verfügbar", "kind": "money"},
    {"key": "reserved", "title": "vorgemerkt", "kind": "money"},
    {"key": "committed", "title": "festgelegt", "kind": "money"},
    {"key": "paid", "title": "gezahlt", "kind": "money"},
    {"key": "free", "title": "frei", "kind": "money"},
)


def _years(sheet: BudgetSheet) -> list[dict[str, Any]]:
    return [
        {
            "year": str(it.year),
            "kind": "Ansatz" if it.kind == "cash" else "Verpflichtungsermächtigung",
            "available": it.available_cents,
            "reserved": it.reserved_cents,
            "committed": it.committed_cents,
            "paid": it.paid_cents,
            "free": it.free_cents,
        }
        for it in sheet.years
    ]


def _table_of(sheet: BudgetSheet) -> dict[str, Any]:
    note = f"an {sheet.carried_into} übergeben" if sheet.carried_into else f"{sheet.entries} Buchungen"
    return {
        "caption": f"Titel {sheet.title}, Haushaltsjahr {sheet.year}",
        "url": f"{BUDGETS}/{sheet.title}/{sheet.year}",
        "note": f"abgeschlossen am {sheet.closed_on:%d.%m.%Y}" if sheet.closed_on else note,
        "columns": _YEAR_COLUMNS,
        "rows": _years(sheet),
    }


def _plan_table(sheet: BudgetSheet) -> dict[str, Any]:
    columns = [
        {"key": "year", "title": "Jahr"},
        {"key": "appropriated", "title": "Ansatz oder VE", "kind": "money"},
        {"key": "brought", "title": "aus Vorjahren", "kind": "money"},
        {"key": "remainder", "title": "Ausgabereste", "kind": "money"},
        {"key": "reallocated", "title": "Umschichtung", "kind": "money"},
        {"key": "frozen", "title": "gesperrt", "kind": "money"},
        {"key": "available", "title": "verfügbar", "kind": "money"},
    ]
    rows = [
        {
            "year": str(it.year),
            "appropriated": it.appropriated_cents,
            "brought": it.brought_cents + it.continued_cents,
            "remainder": it.remainder_cents,
            "reallocated": it.reallocated_cents,
            "frozen": it.frozen_cents,
            "available": it.available_cents,
        }
        for it in sheet.years
    ]
    note = "Ansatz + Reste + Umschichtung - Sperre"
    return {"caption": "Was der Haushalt gibt", "url": "", "note": note, "columns": columns, "rows": rows}


async def budgets_page(
    house: House,
    request: Request,
    person: Person,
    rejected: Rejected | None = None,
    flash: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """All titles, and the form that opens one."""
    found = await sheets(house, after=checked_cursor(request.query_params.get("after", "")))
    forms: list[dict[str, Any]] = []
    if Role.BUDGET_OFFICER in person.roles:
        form = opening_form(local_date(house.now()))
        forms.append(_form("open-budget", "Haushaltstitel eröffnen", BUDGETS, form, BUDGETS, rejected))
    return page(
        house,
        request,
        "budgets.html",
        status_code=status,
        flash=None if rejected and forms else flash,
        page_title="Haushalt",
        heading="Haushalt",
        lead="Je Titel und Haushaltsjahr: Ansatz und Verpflichtungsermächtigungen, vorgemerkt, festgelegt, gezahlt, frei.",
        tables=[_table_of(it) for it in found.items],
        actions=forms,
        pages={"previous": None, "next": f"{BUDGETS}?{urlencode({'after': found.next})}", "text": ""}
        if found.next
        else None,
        links=[{"text": "Warteliste", "url": WAITING}],
        back={"text": "Arbeitsvorrat", "url": QUEUE},
    )


def _form(name: str, title: str, path: str, form: Form, back: str, rejected: Rejected | None) -> dict[str, Any]:
    return shown(
        name,
        title,
        path,
        form,
        back=back,
        rejected=rejected if rejected and rejected.action == name else None,
        safeguards={"idempotency_key": str(uuid4())},
        more={},
    )


async def budget_page(
    house: House,
    request: Request,
    person: Person,
    sheet: BudgetSheet,
    offered: Sequence[Action],
    rejected: Rejected | None = None,
    flash: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """One title's year: what the plan gives, what is spoken for, the cases in it, and what can be done."""
    state = (await house.writer.state(budgets.decider, budgets.budget_id(sheet.title, sheet.year))).state
    own, back = sheet.years[0], f"{BUDGETS}/{sheet.title}/{sheet.year}"
    forms = await _forms(house, person, state, offered, back, rejected)
    return page(
        house,
        request,
        "budgets.html",
        status_code=status,
        flash=None if rejected and any(it["id"] == rejected.action for it in forms) else flash,
        page_title=f"Haushalt {sheet.year}",
        heading=f"Titel {sheet.title}, Haushaltsjahr {sheet.year}",
        lead=f"eröffnet am {sheet.opened_on:%d.%m.%Y}, {sheet.entries} Buchungen",
        warnings=sheet.warnings,
        tiles=[
            {"title": "Ansatz", "value": own.appropriated_cents, "kind": "money"},
            {"title": "vorgemerkt", "value": own.reserved_cents, "kind": "money"},
            {"title": "festgelegt, noch nicht gezahlt", "value": own.committed_cents, "kind": "money"},
            {"title": "gezahlt", "value": own.paid_cents, "kind": "money"},
            {"title": "frei", "value": own.free_cents, "kind": "money"},
        ],
        tables=[
            {**_table_of(sheet), "url": ""},
            _plan_table(sheet),
            await asyncio.to_thread(_positions, house, state),
        ],
        actions=forms,
        pages=None,
        links=[
            {"text": "Haushaltsüberwachungsliste", "url": f"{back}/statement"},
            {"text": "Warteliste", "url": WAITING},
        ],
        back={"text": "Haushalt", "url": BUDGETS},
    )


async def _forms(
    house: House, person: Person, state: budgets.Open, offered: Sequence[Action], back: str, rejected: Rejected | None
) -> list[dict[str, Any]]:
    if Role.BUDGET_OFFICER not in person.roles:
        return []
    waiting = [{"value": it.case, "text": it.file_number} for it in (await waiting_list(house, limit=200)).items]
    standing = [
        {"value": it["case"]["url"].rpartition("/")[2], "text": it["case"]["text"]}
        for it in (await asyncio.to_thread(_positions, house, state))["rows"]
        if it["paid"]
    ]
    made = forms_of(state, local_date(house.now()), waiting, standing)
    names = {it.name: it for it in offered}
    return [
        _form(
            name, names[name].title, names[name].path.format(title=state.title, year=state.year), form, back, rejected
        )
        for name, form in made.items()
    ]


async def again(
    house: House, request: Request, person: Person, offered: Sequence[Action], rejected: Rejected, flash: Mapping[str, str] | None, status: int
) -> Response:  # fmt: skip
    """The page a form was sent from, with what was typed and what is wrong with it."""
    path = request.path_params
    if "title" not in path:
        return await budgets_page(house, request, person, rejected, flash, status)
    sheet = await sheet_of(house, str(path["title"]), str(path["year"]))
    return await budget_page(house, request, person, sheet, offered, rejected, flash, status)


SHOWN_POSITIONS = 500


def _positions(house: House, budget: budgets.Open) -> dict[str, Any]:
    standing = ((case, it) for case, it in budget.positions.items() if it.reserved_entry or it.committed_entry)
    shown_here = sorted(islice(standing, SHOWN_POSITIONS), key=lambda it: it[0])
    known = house.views.get_all([(views.CASES, case) for case, _ in shown_here])
    rows: list[dict[str, Any]] = []
    for case, it in shown_here:
        entry = known.get((views.CASES, case))
        rows.append(
            {
                "case": {
                    "text": entry.body["file_number"] if entry else case[:8],
                    "url": f"/review/cases/{case}",
                },
                "recipient": entry.body["applicant_name"] if entry else "",
                "reserved": sum(part.cents for part in it.reserved),
                "committed": sum(part.cents for part in it.committed),
                "paid": it.paid_cents,
            }
        )
    columns = [
        {"key": "case", "title": "Aktenzeichen", "kind": "link", "fit": True},
        {"key": "recipient", "title": "Kommune"},
        {"key": "reserved", "title": "vorgemerkt", "kind": "money"},
        {"key": "committed", "title": "festgelegt insgesamt", "kind": "money"},
        {"key": "paid", "title": "davon gezahlt", "kind": "money"},
    ]
    note = f"{SHOWN_POSITIONS} von ihnen" if len(rows) == SHOWN_POSITIONS else "alle Jahre zusammen"
    return {"caption": "Vorgänge in diesem Haushalt", "url": "", "note": note, "columns": columns, "rows": rows}


# ---- The list (HÜL) ---------------------------------------------------------------------------------------------------

_LINE_COLUMNS: Sequence[Mapping[str, Any]] = (
    {"key": "entry", "title": "Nr."},
    {"key": "on", "title": "gebucht", "kind": "date"},
    {"key": "sent", "title": "Bescheid vom", "kind": "date"},
    {"key": "kind", "title": "Buchung"},
    {"key": "case", "title": "Vorgang"},
    {"key": "available", "title": "verfügbar", "kind": "money"},
    {"key": "reserved", "title": "vorgemerkt", "kind": "money"},
    {"key": "committed", "title": "festgelegt", "kind": "money"},
    {"key": "paid", "title": "gezahlt", "kind": "money"},
    {"key": "free", "title": "frei danach", "kind": "money"},
)


def statement_page(house: House, request: Request, it: Statement) -> Response:
    """The list as of a day, to read and to print."""
    back = f"{BUDGETS}/{it.title}/{it.year}"
    more = f"{back}/statement?{urlencode({'on': it.on.isoformat(), 'after': it.next})}" if it.next else ""
    income = [{"title": "Einnahmen aus Rückzahlungen und Zinsen", "value": it.income_cents, "kind": "money"}]
    return page(
        house,
        request,
        "budgets.html",
        page_title=f"HÜL {it.title} {it.year}",
        heading=f"Haushaltsüberwachungsliste {it.title}, {it.year}",
        lead=f"Stand am Ende des {it.on:%d.%m.%Y}: {it.entries} Buchungen, aus den Ereignissen neu gerechnet.",
        tiles=income if it.income_cents else [],
        tables=[_section_table(one) for one in it.sections],
        actions=[],
        pages={"previous": None, "next": more, "text": ""} if more else None,
        links=[{"text": f"Stand {text}", "url": f"{back}/statement?on={on}"} for text, on in _other_days(it.on)],
        back={"text": f"Titel {it.title}, {it.year}", "url": back},
    )


def _other_days(on: date) -> list[tuple[str, str]]:
    """The ends of the months before: the dates for which the list is asked most."""
    found: list[tuple[str, str]] = []
    day = on
    for _ in range(3):
        day = date.fromordinal(day.replace(day=1).toordinal() - 1)
        found.append((f"{day:%d.%m.%Y}", day.isoformat()))
    return found


def _section_table(it: Section) -> dict[str, Any]:
    what = "Ausgaben" if it.part == "HÜL-A" else "Verpflichtungsermächtigungen für"
    closing = {
        "kind": "Stand",
        "available": it.closing.available_cents,
        "reserved": it.closing.reserved_cents,
        "committed": it.closing.committed_cents,
        "paid": it.closing.paid_cents,
        "free": it.closing.free_cents,
    }
    return {
        "caption": f"{it.part}: {what} {it.year}",
        "url": "",
        "note": f"{len(it.lines)} Zeilen",
        "columns": _LINE_COLUMNS,
        "rows": [_line_row(line) for line in it.lines],
        "footer": closing,
    }


def _line_row(it: Line) -> dict[str, Any]:
    also = f"zu Nr. {it.counters}" if it.counters else it.reference
    return {
        "entry": str(it.entry) if it.entry else "",
        "on": it.recorded_on,
        "sent": it.dispatched_on if it.counters or it.case else None,
        "kind": {"text": it.kind, "note": also} if also else it.kind,
        "case": it.file_number or it.case[:8],
        "available": it.change.available_cents or None,
        "reserved": it.change.reserved_cents or None,
        "committed": it.change.committed_cents or None,
        "paid": it.change.paid_cents or None,
        "free": it.sums.free_cents,
    }


# ---- Who waits --------------------------------------------------------------------------------------------------------


def waiting_page(house: House, request: Request, found: WaitingList) -> Response:
    """The proposals without money, in the order in which their applications were complete."""
    rows = [
        {
            "case": {"text": it.file_number, "url": f"/review/cases/{it.case}"},
            "recipient": it.applicant_name,
            "heading": it.title,
            "completed": it.completed_on,
            "status": {"text": STATUS[it.status].title, "tone": STATUS[it.status].tone},
            "since": it.since_on,
            "cents": it.proposed_cents,
        }
        for it in found.items
    ]
    columns = [
        {"key": "case", "title": "Aktenzeichen", "kind": "link", "fit": True},
        {"key": "recipient", "title": "Kommune"},
        {"key": "heading", "title": "Vorhaben"},
        {"key": "completed", "title": "vollständig seit", "kind": "date"},
        {"key": "status", "title": "Stand", "kind": "badge"},
        {"key": "since", "title": "seit", "kind": "date"},
        {"key": "cents", "title": "vorgeschlagen", "kind": "money"},
    ]
    table = {"caption": "Vorgänge ohne Mittel", "url": "", "note": "", "columns": columns, "rows": rows}
    return page(
        house,
        request,
        "budgets.html",
        page_title="Warteliste",
        heading="Warteliste",
        lead="Vorgeschlagene Bewilligungen ohne vorgemerkte Mittel und wegen des Haushalts zurückgestellte Vorgänge, "
        "nach dem Tag der Vollständigkeit. Wer zum Zuge kommt, entscheiden Menschen.",
        tables=[table],
        actions=[],
        pages={"previous": None, "next": f"{WAITING}?{urlencode({'after': found.next})}", "text": ""}
        if found.next
        else None,
        back={"text": "Haushalt", "url": BUDGETS},
    )
