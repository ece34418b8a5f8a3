"""Haushaltsüberwachungsliste (HÜL): a budget as it stood on a day, made again from its events, line by line with running sums.

What counts is the day of recording, so that the list of a past day is the same whenever it is asked for.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from services.review import budget as b
from services.review import views
from services.review.words.budget import ENTRIES
from shared.calendar import local_date
from shared.decider import field_names
from shared.service import House
from shared.store import Recorded


class Sums(BaseModel):
    """Cents of one year after an entry, or what the entry changed of them."""

    available_cents: int
    reserved_cents: int
    committed_cents: int
    paid_cents: int
    free_cents: int


class Line(BaseModel):
    """One entry's effect on one year. `counters` is the entry that it corrects or goes on from, `basis` the policy's hashes."""

    entry: int
    recorded_on: date
    valid_on: date
    kind: str
    case: str
    file_number: str
    dispatched_on: date | None
    reference: str
    counters: int
    basis: str
    change: Sums
    sums: Sums


class Section(BaseModel):
    """The lines of one year: HÜL-A for the budget's own year, HÜL-VE for a later one."""

    part: str
    year: int
    lines: list[Line]
    closing: Sums


class Statement(BaseModel):
    """A title's budget of one year as it stood at the end of the day `on`; `sections` hold at most as many lines as asked for.

    `next` is the entry to read on after, 0 at the end; the closing sums are always those of the whole list.
    """

    title: str
    year: int
    on: date
    entries: int
    income_cents: int
    sections: list[Section]
    next: int


def end_of(on: date) -> datetime:
    """The last instant that still belongs to a day in Thuringia."""
    return datetime.combine(on + timedelta(days=1), time(), ZoneInfo("Europe/Berlin")) - timedelta(microseconds=1)


async def statement(
    house: House, title: str, year: int, on: date, *, after: int = 0, limit: int = 500
) -> Statement | None:
    """The list as of the end of a day, none when the budget was not open then."""
    return await asyncio.to_thread(_read, house, title, year, on, after, limit)


def _read(house: House, title: str, year: int, on: date, after: int, limit: int) -> Statement | None:
    history = house.store.history(b.stream_of(title, year), at=end_of(on))
    made = list_of(history, on, after=after, limit=limit)
    if made is None:
        return None
    cases = {line.case for section in made.sections for line in section.lines if line.case}
    known = house.views.get_all([(views.CASES, case) for case in cases])
    for section in made.sections:
        for line in section.lines:
            found = known.get((views.CASES, line.case))
            if found is not None:
                line.file_number = found.body["file_number"]
                line.dispatched_on = _until(found.body.get("dispatched_on"), on)
    return made


def _until(told: str | None, on: date) -> date | None:
    day = date.fromisoformat(told) if told else None
    return day if day and day <= on else None


def list_of(history: Sequence[Recorded], on: date, *, after: int = 0, limit: int = 500) -> Statement | None:
    """The list made from these events alone; none when no budget was opened in them."""
    state: b.Budget = b.decider.initial
    sections: dict[int, Section] = {}
    income, last_shown = 0, after
    for it in history:
        before, state = state, b.evolve(state, it.event)
        if not isinstance(state, b.Open):
            continue
        income += it.event.income_cents if isinstance(it.event, b.RepaymentReceived) else 0
        entry = getattr(it.event, "entry", 0)
        shown = (not entry and not after) or (after < entry <= after + limit)
        last_shown = entry if shown and entry else last_shown
        for account in state.years:
            earlier = before.account(account.year) if isinstance(before, b.Open) else b.YearAccount(year=account.year)
            section = sections.setdefault(account.year, _section(account.year, state.year))
            if shown and _figures(account) != _figures(earlier):
                section.lines.append(_line(it, entry, state, earlier, account))
    if not isinstance(state, b.Open):
        return None
    for account in state.years:
        sections[account.year].closing = _sums(account)
    return Statement(
        title=state.title,
        year=state.year,
        on=on,
        entries=state.entries,
        income_cents=income,
        sections=[sections[year] for year in sorted(sections)],
        next=last_shown if last_shown < state.entries else 0,
    )


def _section(year: int, own: int) -> Section:
    name = "HÜL-A" if year == own else "HÜL-VE"
    return Section(part=name, year=year, lines=[], closing=_sums(b.YearAccount(year=year)))


def _figures(it: b.YearAccount) -> tuple[int, ...]:
    return it.voted_cents, it.frozen_cents, it.reserved_cents, it.committed_cents, it.paid_cents


def _sums(it: b.YearAccount) -> Sums:
    return Sums(
        available_cents=it.available_cents,
        reserved_cents=it.reserved_cents,
        committed_cents=it.committed_cents,
        paid_cents=it.paid_cents,
        free_cents=it.free_cents,
    )


def _line(it: Recorded, entry: int, state: b.Open, earlier: b.YearAccount, account: b.YearAccount) -> Line:
    case = getattr(it.event, "case", "")
    basis = state.position(case).basis if case else None
    before, after = _sums(earlier), _sums(account)
    change = {name: getattr(after, name) - getattr(before, name) for name in Sums.model_fields}
    return Line(
        entry=entry,
        recorded_on=local_date(it.context.at),
        valid_on=it.context.valid_on,
        kind=ENTRIES[type(it.event)],
        case=case,
        file_number="",
        dispatched_on=None,
        reference=_reference(it.event),
        counters=getattr(it.event, "counters", 0),
        basis="/".join(str(getattr(basis, name)) for name in field_names(basis)) if basis else "",
        change=Sums(**change),
        sums=after,
    )


def _reference(event: Any) -> str:
    """What the entry refers to outside the list: a payment, an order, a letter of consent."""
    for name in ("payment", "repayment", "reference", "freeze", "consent"):
        if told := getattr(event, name, ""):
            return str(told)
    return ""
