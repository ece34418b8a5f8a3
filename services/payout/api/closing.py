"""Tagesabschluss und Jahresabschluss über HTTP: a person closes what statements, orders and budget say alike."""

import asyncio
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from services.payout import reconciliation, sums
from services.payout import statement as statements
from services.payout.api.lookup import opened
from services.payout.day_closing import close_day, propose_difference, with_statements
from services.payout.reconciliation import Cause, Difference, DifferenceProposed, ReconciliationClosed, SealYear, Sides
from services.payout.treasury.filing import settings_of
from shared.decider import Decision, decision
from shared.identity import Role
from shared.problems import Problem
from shared.service import House
from shared.web import Action, Ask, Body, Text, Year

CLOSING = frozenset({Role.TREASURY})


class ClosingBody(Body):
    closed_on: date = Field(title="Buchungstag")
    proposal: Annotated[str, StringConstraints(pattern="^([0-9a-f]{32})?$")] = Field(
        default="", title="Benannte Abweichung", description="die eine andere Person vorgeschlagen hat"
    )


class DifferenceBody(Body):
    cause: Cause = Field(title="Ursache")
    reason: Text = Field(title="Begründung", description="ohne Namen von Personen")


class SealYearBody(Body):
    title: Annotated[str, StringConstraints(pattern="^[0-9]{4}-[0-9]{5}$")] = Field(title="Haushaltstitel")
    year: Year = Field(title="Haushaltsjahr")


class DayItem(BaseModel):
    """A day that statements book; `closed_by` is empty while it is open."""

    booked_on: date
    debit_cents: int
    credit_cents: int
    closed_by: str


class BalancesOfAccount(BaseModel):
    """The balances of one account, named by its key in the settings."""

    account: str
    opening_cents: int
    closing_cents: int
    statements: list[str]


class DifferenceOfDay(BaseModel):
    """What two persons, or so far one, named where the budget says something else than was paid."""

    proposal: str
    cause: Cause
    cents: int
    payments: list[str]
    proposed_by: str
    proposed_on: date
    reason: str
    accepted: bool


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
    accounts: list[BalancesOfAccount] = Field(default=[], description="whose statements book this day")
    difference: DifferenceOfDay | None = None
    statements: list[str]
    files: list[str]
    differences: list[str]


def closing_actions(house: House) -> list[Action]:
    """Closing a day, sealing a title's year."""

    async def close(body: ClosingBody, _ask: Ask) -> Decision:
        ours, accounts = await _ours(house, body.closed_on)
        return close_day(body.closed_on, ours, accounts, body.proposal)

    async def propose(body: DifferenceBody, ask: Ask) -> Decision:
        day = _day(ask.path["day"])
        ours, accounts = await _ours(house, day)
        name = ask.new_id("difference")
        stream = reconciliation.decider.stream(reconciliation.REGISTER)
        reason = await asyncio.to_thread(
            house.privacy.seal, body.reason, stream=stream, path=f"difference.{name}", subject=f"s-{name}"
        )
        return propose_difference(day, ours, accounts, name, body.cause, reason)

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
            name="propose-day-difference", title="Abweichung zum Haushalt benennen", path="/payout/days/{day}/difference",
            roles=CLOSING, body=DifferenceBody, decide=propose, creates=True, status=201,
            summary="Benennt mit Ursache und Grund, was der Haushalt anders nennt; mit ihr schließt eine andere Person den Tag ab.",
        ),
        Action(
            name="seal-year", title="Haushaltsjahr eines Titels abschließen", path="/payout/years", roles=CLOSING,
            body=SealYearBody, decide=seal, creates=True, status=201,
            summary="Schließt das Jahr eines Titels ab: jeder Tag ist abgeschlossen, nichts ist zu klären, der Haushalt stimmt oder weicht benannt ab.",
        ),
    ]  # fmt: skip


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem(404, "day-unknown", "Diesen Buchungstag gibt es nicht.", field="day") from None


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
        differing=known.differing,
        differing_cents=known.differing_cents,
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
    sides = with_statements(ours, day, states, accounts)
    done = next((it for it in closed.days if it.closed_on == day), None)
    known = {
        name: getattr(sides, name) for name in DaySides.model_fields if hasattr(sides, name) and name != "accounts"
    }
    return DaySides(
        **known, closed_on=day, closed_by=done.closed_by if done else "", differences=list(reconciliation.differences(sides)),
        accounts=_told_accounts(house, sides), difference=await _told_difference(house, day, done, closed.proposed),
    )  # fmt: skip


def _told_accounts(house: House, sides: Sides) -> list[BalancesOfAccount]:
    keys = {statements.stream_id(it.iban): key for key, it in settings_of(house).debtors.items()}
    return [
        BalancesOfAccount(
            account=keys.get(it.account, it.account), opening_cents=it.opening_cents, closing_cents=it.closing_cents,
            statements=list(it.statements),
        )
        for it in sides.accounts
    ]  # fmt: skip


async def _told_difference(
    house: House, day: date, done: ReconciliationClosed | None, proposed: DifferenceProposed | None
) -> DifferenceOfDay | None:
    open_one = proposed.difference if proposed and proposed.closed_on == day else None
    found = done.difference if done else open_one
    return await told_difference(house, found, accepted=done is not None) if found else None


async def told_difference(house: House, found: Difference, *, accepted: bool) -> DifferenceOfDay:
    """A named difference with its reason opened."""
    reason = await asyncio.to_thread(opened, house, found.sealed_reason) if found.sealed_reason else ""
    return DifferenceOfDay(
        proposal=found.proposal, cause=found.cause, cents=found.cents, payments=list(found.payments), reason=reason,
        proposed_by=found.proposed_by, proposed_on=found.proposed_on, accepted=accepted,
    )  # fmt: skip
