"""Tagesabschluss und Jahresabschluss über HTTP: a person closes what statements, orders and budget say alike."""

import asyncio
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from services.payout import reconciliation, sums
from services.payout import statement as statements
from services.payout.day_closing import close_day, with_statements
from services.payout.reconciliation import SealYear, Sides
from shared.decider import Decision, decision
from shared.identity import Role
from shared.service import House
from shared.web import Action, Ask, Body, Year

CLOSING = frozenset({Role.TREASURY})


class ClosingBody(Body):
    closed_on: date = Field(title="Buchungstag")


class SealYearBody(Body):
    title: Annotated[str, StringConstraints(pattern="^[0-9]{4}-[0-9]{5}$")] = Field(title="Haushaltstitel")
    year: Year = Field(title="Haushaltsjahr")


class DayItem(BaseModel):
    """A day that statements book; `closed_by` is empty while it is open."""

    booked_on: date
    debit_cents: int
    credit_cents: int
    closed_by: str


class DaySides(BaseModel):
    """The sides of a day as they stand; `differences` says in sentences what keeps it from being closed."""

    closed_on: date
    closed_by: str
    debit_cents: int
    credit_cents: int
    settled_cents: int
    returned_cents: int
    received_cents: int = Field(default=0, description="repaid on claims")
    listed_out_cents: int
    listed_in_cents: int
    paid_cents: int
    budget_cents: int
    unentered: int
    first_unentered: str
    opening_cents: int
    closing_cents: int
    open_items: int
    incomplete: bool
    statements: list[str]
    files: list[str]
    differences: list[str]


def closing_actions(house: House) -> list[Action]:
    """Closing a day, sealing a title's year."""

    async def close(body: ClosingBody, _ask: Ask) -> Decision:
        ours, accounts = await _ours(house, body.closed_on)
        return close_day(body.closed_on, ours, accounts)

    async def seal(body: SealYearBody, _ask: Ask) -> Decision:
        await house.seen(house.writer.head.position)
        command = await asyncio.to_thread(_sealing, house, body)
        return decision(reconciliation.decider, reconciliation.REGISTER, command, creates=True)

    return [
        Action(
            name="close-day", title="Tag abschließen", path="/payout/reconciliations", roles=CLOSING, body=ClosingBody,
            decide=close, creates=True, status=201,
            summary="Schließt einen Buchungstag ab: Kontoauszüge, Zahlungen und Haushalt nennen denselben Betrag.",
        ),
        Action(
            name="seal-year", title="Haushaltsjahr eines Titels abschließen", path="/payout/years", roles=CLOSING,
            body=SealYearBody, decide=seal, creates=True, status=201,
            summary="Schließt das Jahr eines Titels ab: jeder Tag ist abgeschlossen, nichts ist zu klären, der Haushalt stimmt.",
        ),
    ]  # fmt: skip


def _sealing(house: House, body: SealYearBody) -> SealYear:
    known = sums.of_title(house.views, body.title, body.year)
    return SealYear(
        title=body.title,
        year=body.year,
        paid_cents=known.paid_cents,
        budget_cents=known.budget_cents,
        open_items=known.open_items,
        unclosed_days=known.unclosed_days,
        booked_days=known.booked_days,
    )


async def _ours(house: House, day: date) -> tuple[Sides, list[str]]:
    # Ours and theirs must be of one moment: the lists have read the log up to here.
    await house.seen(house.writer.head.position)
    ours = await asyncio.to_thread(sums.our_sides, house.views, day)
    return ours, [it.key for it in house.views.find("accounts", limit=100).entries]


async def sides_of(house: House, day: date) -> DaySides:
    """The sides of a day, closed or not."""
    ours, accounts = await _ours(house, day)
    states = [(await house.writer.state(statements.decider, it)).state for it in accounts]
    closed: reconciliation.Closings = (await house.writer.state(reconciliation.decider, reconciliation.REGISTER)).state
    sides = with_statements(ours, day, states)
    by = next((it.closed_by for it in closed.days if it.closed_on == day), "")
    known = {name: getattr(sides, name) for name in DaySides.model_fields if hasattr(sides, name)}
    return DaySides(**known, closed_on=day, closed_by=by, differences=list(reconciliation.differences(sides)))
