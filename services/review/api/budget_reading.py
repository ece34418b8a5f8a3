"""Den Haushalt lesen: its sheets, its list as of a day, and who waits for its money; what API and pages both show."""

import asyncio
from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel

from services.review import budget as budgets
from services.review import programme as programmes
from services.review import views
from services.review.budget_ledger import Statement, statement
from services.review.budget_sheet import BudgetSheet, budget_sheet
from services.review.standing import Status
from shared.calendar import local_date
from shared.identity import is_id
from shared.policy import NoPolicyInForce, Parameters
from shared.problems import Problem
from shared.service import House
from shared.web import etag


class BudgetList(BaseModel):
    items: list[BudgetSheet]
    next: str


class Waiting(BaseModel):
    """A proposed grant that no money is set aside for, or a case on hold for want of money.

    The list is by the day of completeness; who is served is decided by people.
    """

    case: str
    file_number: str
    applicant_name: str
    title: str
    completed_on: date
    status: Status
    since_on: date
    proposed_cents: int


class WaitingList(BaseModel):
    items: list[Waiting]
    next: str


def unknown_budget() -> Problem:
    return Problem(404, "unknown-budget", "Diesen Titel gibt es in diesem Haushaltsjahr nicht.")


def title_and_year(path: Mapping[str, str]) -> tuple[str, int]:
    """The title and year that an address names, or a 404 problem."""
    title, year = str(path["title"]), str(path["year"])
    if is_id(title) and year.isascii() and year.isdigit() and len(year) == 4:
        return title, int(year)
    raise unknown_budget()


def day_asked(text: str) -> date | None:
    """A day as an address names it; none when it names none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Problem(422, "malformed-day", "Das ist kein Datum.", field="on") from error


def entry_asked(text: str) -> int:
    """The number of an entry as an address names it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


async def sheet_of(house: House, title: str, year: str) -> BudgetSheet:
    """A title's budget of one year, or a 404 problem."""
    found = await house.writer.state(
        budgets.decider, budgets.budget_id(*title_and_year({"title": title, "year": year}))
    )
    if not isinstance(found.state, budgets.Open):
        raise unknown_budget()
    return budget_sheet(found.state, etag(found.version), local_date(house.now()))


async def sheets(house: House, *, after: str = "", limit: int = 50) -> BudgetList:
    page = await asyncio.to_thread(views.budgets, house.views, after=after, limit=limit)
    items = [await sheet_of(house, it.body["title"], str(it.body["year"])) for it in page.entries]
    return BudgetList(items=items, next=page.next)


async def statement_of(house: House, title: str, year: str, on: date | None, *, after: int, limit: int) -> Statement:
    """The list (HÜL) as of the end of a day, of today when none is named, or a 404 problem."""
    today = local_date(house.now())
    if on and on > today:
        raise Problem(422, "day-to-come", "Den Stand eines künftigen Tages gibt es noch nicht.", field="on")
    found = await statement(
        house, *title_and_year({"title": title, "year": year}), on or today, after=after, limit=limit
    )
    if found is None:
        raise unknown_budget()
    return found


async def waiting_list(house: House, *, after: str = "", limit: int = 50) -> WaitingList:
    """The proposed grants without money, those whose applications were complete first before the others."""
    page = await asyncio.to_thread(views.waiting, house.views, after=after, limit=limit)
    names = [(views.CASES, it.key) for it in page.entries]
    known = await asyncio.to_thread(house.views.get_all, names)
    items = [Waiting(**known[name].body) for name in names if name in known]
    return WaitingList(items=items, next=page.next)


async def parameters_of(house: House, title: str, on: date) -> Parameters | None:
    """The parameters of the programme whose practice grants from this title on a day; none when no programme does."""
    for name in await asyncio.to_thread(views.programmes, house.views):
        programme = (await house.writer.state(programmes.decider, name)).state
        try:
            policy = programmes.in_force_on(programme, on)
        except NoPolicyInForce:
            continue
        if policy.practice.budget_title == title:
            return policy.parameters
    return None
