"""Das Blatt eines Haushaltstitels: what the plan gives, what is spoken for, what is free, and what to look out for."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel

from services.review import budget as budgets
from shared.money import euros


class YearOfBudget(BaseModel):
    """One year of a budget. `kind` is cash (Ansatz) for its own year, authorisation (VE) for a later one.

    available = appropriated + brought + continued + remainder + reallocated - frozen.
    """

    year: int
    kind: Literal["cash", "authorisation"]
    appropriated_cents: int
    brought_cents: int
    continued_cents: int
    remainder_cents: int
    reallocated_cents: int
    frozen_cents: int
    available_cents: int
    reserved_cents: int
    committed_cents: int
    paid_cents: int
    free_cents: int


class StandingFreeze(BaseModel):
    """A freeze (Sperre) of which something still stands."""

    freeze: str
    year: int
    cents: int
    left_cents: int


class BudgetSheet(BaseModel):
    """A title's budget of one year (Haushaltsüberwachungsliste).

    reserved + committed + paid + free = available, unless a freeze reaches into what was promised before it.
    """

    title: str
    year: int
    opened_on: date
    appropriation_cents: int
    provisional: bool
    transferable: bool
    repayments_set_off: bool
    last_order_on: date | None
    closed_on: date | None
    entries: int
    carried_into: int | None
    awaiting_payments: int
    years: list[YearOfBudget]
    freezes: list[StandingFreeze]
    warnings: list[str]
    etag: str


def budget_sheet(it: budgets.Open, etag: str, today: date) -> BudgetSheet:
    freezes = sorted(it.freezes.items())
    return BudgetSheet(
        title=it.title,
        year=it.year,
        opened_on=it.opening.opened_on,
        appropriation_cents=it.account(it.year).appropriated_cents,
        provisional=it.provisional,
        transferable=it.opening.transferable,
        repayments_set_off=it.opening.repayments_set_off,
        last_order_on=it.opening.last_order_on,
        closed_on=it.closed_on,
        entries=it.entries,
        carried_into=it.carried_into or None,
        awaiting_payments=len(it.awaiting),
        years=[_year(account, it.year) for account in it.years],
        freezes=[
            StandingFreeze(freeze=name, year=one.year, cents=one.cents, left_cents=one.left_cents)
            for name, one in freezes
            if one.left_cents
        ],
        warnings=list(warnings(it, today)),
        etag=etag,
    )


def _year(account: budgets.YearAccount, own: int) -> YearOfBudget:
    return YearOfBudget(
        year=account.year,
        kind="cash" if account.year == own else "authorisation",
        appropriated_cents=account.appropriated_cents,
        brought_cents=account.brought_cents,
        continued_cents=account.continued_cents,
        remainder_cents=account.remainder_cents,
        reallocated_cents=account.reallocated_cents,
        frozen_cents=account.frozen_cents,
        available_cents=account.available_cents,
        reserved_cents=account.reserved_cents,
        committed_cents=account.committed_cents,
        paid_cents=account.paid_cents,
        free_cents=account.free_cents,
    )


def warnings(it: budgets.Open, today: date) -> Sequence[str]:
    """What whoever works with this budget has to know, in sentences."""
    found: list[str] = []
    if it.closed_on:
        return [f"Die Bücher sind seit dem {it.closed_on:%d.%m.%Y} geschlossen."]
    if it.provisional:
        found.append("Vorläufige Haushaltsführung: Neu bewilligt wird nur mit begründeter Ausnahme.")
    last = it.opening.last_order_on
    if last and today > last:
        found.append(
            f"Kassenschluss war am {last:%d.%m.%Y}: Neue Auszahlungen erreichen dieses Haushaltsjahr nicht mehr."
        )
    for account in it.years:
        over = account.taken_cents - account.available_cents
        if over > 0:
            found.append(f"{account.year}: Die Sperre greift um {euros(over)} in Vorgemerktes oder Festgelegtes ein.")
        elif account.alarmed_bp:
            share = account.taken_cents * 100 // max(1, account.available_cents)
            found.append(f"{account.year}: {share} % der verfügbaren Mittel sind gebunden.")
    if today.year > it.year:
        found.append("Das Haushaltsjahr ist abgelaufen und noch nicht abgeschlossen.")
    return found
