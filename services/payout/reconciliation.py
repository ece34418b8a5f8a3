"""Tagesabschluss: orders, statements and the budget say the same of a day, to the cent, and a person closes it.

What a statement books is a payment, a return, or stands on the clearing list; what was paid in all is what the budget says.
All days of the treasury's accounts lie in one stream, closed in their order.
"""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from shared.decider import Context, Decider, DomainError, event, replace, value
from shared.money import euros

REGISTER = "register"
"""The id of the one stream that holds all closed days."""


@value
class Sides:
    """The three sides of a day. Of the statements: what they book, their files, the balances at both ends. Of our books: what was
    settled, what came back, what was repaid on claims, what is listed without a payment. Of all days until then: what we paid, net, and what the budget
    entered; `unentered` payments have not arrived there, the first named by its reference.
    """

    debit_cents: int
    credit_cents: int
    settled_cents: int
    returned_cents: int
    listed_out_cents: int
    listed_in_cents: int
    paid_cents: int
    budget_cents: int
    files: tuple[str, ...]
    statements: tuple[str, ...]
    opening_cents: int
    closing_cents: int
    open_items: int
    incomplete: bool = False
    unentered: int = 0
    first_unentered: str = ""
    received_cents: int = 0


@value
class CloseDay:
    closed_on: date
    sides: Sides


@value
class SealYear:
    """`paid_cents` is what a title paid in a year, net, by our books; `budget_cents` what review entered in its budget.

    Days and items are those of the title.
    """

    title: str
    year: int
    paid_cents: int
    budget_cents: int
    open_items: int
    unclosed_days: int
    booked_days: int = 1


type Command = CloseDay | SealYear


@event("payout.reconciliation-closed")
class ReconciliationClosed:
    """A person closed a day (Tagesabschluss): statements, orders and budget agreed to the cent; the files are named by their hashes.

    `open_items` is how many clearing items wait; what they book is in the listed sums. `received_cents` was repaid on claims.
    """

    closed_on: date
    debit_cents: int
    credit_cents: int
    settled_cents: int
    returned_cents: int
    listed_out_cents: int
    listed_in_cents: int
    paid_cents: int
    budget_cents: int
    files: tuple[str, ...]
    statements: tuple[str, ...]
    opening_cents: int
    closing_cents: int
    open_items: int
    closed_by: str
    received_cents: int = 0


@event("payout.year-sealed")
class YearSealed:
    """A title's budget year was sealed (Jahresabschluss): every day closed, nothing to clear, and the budget says what was paid."""

    title: str
    year: int
    paid_cents: int
    budget_cents: int
    files: int
    sealed_by: str
    sealed_on: date


type Event = ReconciliationClosed | YearSealed


@value
class Closings:
    """The days that are closed, in their order, and the titles' years that are sealed."""

    days: tuple[ReconciliationClosed, ...] = ()
    years: tuple[YearSealed, ...] = ()


class NothingBooked(DomainError):
    code = "day-without-statement"
    title = "Zu diesem Tag liegt kein Kontoauszug vor, der etwas bucht."


class StatementsIncomplete(DomainError):
    code = "statements-incomplete"
    title = "Vor diesem Tag fehlt ein Kontoauszug oder eine Seite davon; erst muss die Reihe vollständig sein."


class DayNotNext(DomainError):
    """`detail` names the last day that is closed."""

    code = "day-not-next"
    title = "Tage werden in ihrer Reihenfolge abgeschlossen; ein späterer ist es schon."


class DayDiffers(DomainError):
    """`detail` says what differs, and by how much."""

    code = "day-differs"
    title = "Kontoauszug und Auszahlung stimmen an diesem Tag nicht überein."


class BudgetDiffers(DomainError):
    """`detail` says both sums."""

    code = "budget-differs"
    title = "Der Haushalt nennt eine andere Summe, als gezahlt wurde."


class BudgetLate(DomainError):
    """`detail` says how many, and names the first."""

    code = "budget-late"
    title = "Der Haushalt hat noch nicht gebucht, was gezahlt ist; der Tag kann danach abgeschlossen werden."


class NothingPaid(DomainError):
    code = "year-without-payment"
    title = "Zulasten dieses Titels wurde in diesem Haushaltsjahr nichts gezahlt; es gibt nichts abzuschließen."


class YearNotReady(DomainError):
    """`detail` says what is missing."""

    code = "year-not-ready"
    title = "Dieses Haushaltsjahr kann noch nicht abgeschlossen werden."


def differences(sides: Sides) -> Sequence[str]:
    """What does not agree on a day, as sentences; nothing when it can be closed."""
    found: list[str] = []
    out = sides.settled_cents + sides.listed_out_cents
    back = sides.returned_cents + sides.received_cents + sides.listed_in_cents
    if sides.debit_cents != out:
        found.append(f"Belastet wurden {euros(sides.debit_cents)}, erklärt sind {euros(out)}.")
    if sides.credit_cents != back:
        found.append(f"Gutgeschrieben wurden {euros(sides.credit_cents)}, erklärt sind {euros(back)}.")
    return found


def decide(command: Command, state: Closings, context: Context) -> Sequence[Event]:
    match command:
        case CloseDay():
            return _close(command, state, context)
        case SealYear():
            return _seal(command, state, context)
        case _ as missing:
            assert_never(missing)


def _close(command: CloseDay, state: Closings, context: Context) -> Sequence[ReconciliationClosed]:
    sides, last = command.sides, state.days[-1].closed_on if state.days else date.min
    if any(it.closed_on == command.closed_on for it in state.days):
        return []
    if command.closed_on < last:
        raise DayNotNext(f"Abgeschlossen ist bereits der {last:%d.%m.%Y}.", field="closed_on")
    if not sides.statements:
        raise NothingBooked(field="closed_on")
    if sides.incomplete:
        raise StatementsIncomplete
    if wrong := differences(sides):
        raise DayDiffers(" ".join(wrong))
    if sides.unentered:
        raise BudgetLate(f"Es fehlen {sides.unentered}, zuerst {sides.first_unentered}.", field="closed_on")
    _refuse_other_sum(sides.paid_cents, sides.budget_cents)
    return [
        ReconciliationClosed(
            closed_on=command.closed_on,
            debit_cents=sides.debit_cents,
            credit_cents=sides.credit_cents,
            settled_cents=sides.settled_cents,
            returned_cents=sides.returned_cents,
            listed_out_cents=sides.listed_out_cents,
            listed_in_cents=sides.listed_in_cents,
            paid_cents=sides.paid_cents,
            budget_cents=sides.budget_cents,
            files=sides.files,
            statements=sides.statements,
            opening_cents=sides.opening_cents,
            closing_cents=sides.closing_cents,
            open_items=sides.open_items,
            closed_by=context.actor,
            received_cents=sides.received_cents,
        )
    ]


def _refuse_other_sum(paid: int, budget: int) -> None:
    if paid != budget:
        raise BudgetDiffers(f"Gezahlt sind {euros(paid)}, der Haushalt nennt {euros(budget)}.")


def _seal(command: SealYear, state: Closings, context: Context) -> Sequence[YearSealed]:
    if any((it.title, it.year) == (command.title, command.year) for it in state.years):
        return []
    if not command.booked_days:
        raise NothingPaid
    missing = [
        *([f"{command.unclosed_days} Tage sind nicht abgeschlossen."] if command.unclosed_days else []),
        *([f"{command.open_items} Klärungsfälle sind offen."] if command.open_items else []),
    ]
    if missing:
        raise YearNotReady(" ".join(missing))
    _refuse_other_sum(command.paid_cents, command.budget_cents)
    return [
        YearSealed(
            title=command.title,
            year=command.year,
            paid_cents=command.paid_cents,
            budget_cents=command.budget_cents,
            files=len({one for it in state.days if it.closed_on.year == command.year for one in it.files}),
            sealed_by=context.actor,
            sealed_on=context.valid_on,
        )
    ]


def evolve(state: Closings, it: Event) -> Closings:
    match it:
        case ReconciliationClosed():
            return replace(state, days=(*state.days, it))
        case YearSealed():
            return replace(state, years=(*state.years, it))
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Closings](
    name="reconciliation",
    per_case=False,
    initial=Closings(),
    decide=decide,
    evolve=evolve,
    events=[ReconciliationClosed, YearSealed],
)
