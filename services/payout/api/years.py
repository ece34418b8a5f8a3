"""Jahresabschluss over HTTP: the years of each title, and the report of one, sealed or not."""

import asyncio
from collections.abc import Sequence
from datetime import date

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.payout import reconciliation, sums
from services.payout.api.closing import DifferenceOfDay, told_difference
from services.payout.api.reads import caught_up, reader
from shared.problems import Problem
from shared.service import House


class TitleYearItem(BaseModel):
    """A title's year; `sealed_by` is empty while it is open."""

    title: str
    year: int
    paid_cents: int = Field(description="paid, net of what came back")
    budget_cents: int = Field(description="entered in the budget, net")
    sealed_by: str
    sealed_on: date | None


class DayOfTitle(BaseModel):
    """A day on which something of the title was booked; the amounts are those of the whole day on all accounts."""

    booked_on: date
    debit_cents: int
    credit_cents: int
    closed_by: str
    statements: list[str]
    files: list[str]


class YearReport(TitleYearItem):
    """The report of a title's year; of a sealed one `sealed_paid_cents` and `sealed_budget_cents` are what the seal says."""

    settled_cents: int
    returned_cents: int
    entered_cents: int
    reversed_cents: int
    open_items: int
    unclosed_days: int
    sealed_paid_cents: int | None
    sealed_budget_cents: int | None
    days: list[DayOfTitle]
    differing: list[str] = Field(default=[], description="payments of which the budget says something else, by now")
    differing_cents: int = 0
    difference: DifferenceOfDay | None = Field(default=None, description="what the seal names of it")


def years(house: House) -> APIRouter:
    """The GET endpoints of the years."""
    router = APIRouter()

    @router.get("/payout/years", operation_id="payout-years")
    async def listed(request: Request) -> list[TitleYearItem]:
        """The years of all titles of which something was paid, the newest first."""
        reader(house, request, "read-days")
        await caught_up(house, request)
        return await known_years(house)

    @router.get("/payout/years/{title}/{year}", operation_id="payout-year")
    async def one(request: Request, title: str, year: int) -> YearReport:
        """The sums of a title's year and the days and files that make them."""
        reader(house, request, "read-days")
        return await year_report(house, title, year)

    return router


async def known_years(house: House) -> list[TitleYearItem]:
    """The years of all titles, the newest first."""
    found = await asyncio.to_thread(sums.title_years, house.views)
    closed: reconciliation.Closings = (await house.writer.state(reconciliation.decider, reconciliation.REGISTER)).state
    return [_item(title, year, closed, booked) for title, year, booked in found]


async def year_report(house: House, title: str, year: int) -> YearReport:
    """The report of a title's year as everything recorded so far says; 404 problem when nothing was paid in it."""
    await house.seen(house.writer.head.position)
    booked = await asyncio.to_thread(sums.of_title_booked, house.views, title, year)
    if not booked:
        raise Problem(
            404, "year-unknown", "In diesem Haushaltsjahr wurde aus diesem Titel nichts gezahlt.", field="year"
        )
    known = await asyncio.to_thread(sums.of_title, house.views, title, year)
    closed: reconciliation.Closings = (await house.writer.state(reconciliation.decider, reconciliation.REGISTER)).state
    seal = _seal(title, year, closed)
    return YearReport(
        **_item(title, year, closed, booked).model_dump(),
        settled_cents=booked.settled_cents,
        returned_cents=booked.returned_cents,
        entered_cents=booked.entered_cents,
        reversed_cents=booked.reversed_cents,
        open_items=known.open_items,
        unclosed_days=known.unclosed_days,
        sealed_paid_cents=seal.paid_cents if seal else None,
        sealed_budget_cents=seal.budget_cents if seal else None,
        differing=list(known.differing),
        differing_cents=known.differing_cents,
        difference=await told_difference(house, seal.difference, accepted=True) if seal and seal.difference else None,
        days=_days(await asyncio.to_thread(sums.days_of_title, house.views, title, year), closed),
    )


def _seal(title: str, year: int, closed: reconciliation.Closings) -> reconciliation.YearSealed | None:
    return next((it for it in closed.years if (it.title, it.year) == (title, year)), None)


def _item(title: str, year: int, closed: reconciliation.Closings, booked: sums.Booked) -> TitleYearItem:
    seal = _seal(title, year, closed)
    return TitleYearItem(
        title=title,
        year=year,
        paid_cents=booked.settled_cents - booked.returned_cents,
        budget_cents=booked.entered_cents - booked.reversed_cents,
        sealed_by=seal.sealed_by if seal else "",
        sealed_on=seal.sealed_on if seal else None,
    )


def _days(booked: Sequence[date], closed: reconciliation.Closings) -> list[DayOfTitle]:
    done = {it.closed_on: it for it in closed.days}
    return [
        DayOfTitle(
            booked_on=on,
            debit_cents=done[on].debit_cents if on in done else 0,
            credit_cents=done[on].credit_cents if on in done else 0,
            closed_by=done[on].closed_by if on in done else "",
            statements=list(done[on].statements) if on in done else [],
            files=list(done[on].files) if on in done else [],
        )
        for on in booked
    ]
