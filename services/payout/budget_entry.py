"""Buchung im Haushalt: what review entered in a title's budget for one payment, as the third side of the reconciliation.

Review's word comes later than the treasury's, or with its budget only; whatever the order, each entry is noted once.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from services.payout import payment as payments
from shared.contracts.review import PaymentEntered
from shared.decider import (
    AnyDecider,
    Context,
    Decided,
    Decider,
    Decision,
    DomainError,
    event,
    field_names,
    replace,
    value,
)
from shared.records import likeness


class EntryKind(StrEnum):
    """Whether expenditure was entered (Ist-Ausgabe), or countered since the payment came back."""

    PAID = "paid"
    RETURNED = "returned"


@value
class NoteEntry:
    """`order_year` is the budget year that the payment was ordered for, 0 when it is not known here."""

    payment: str
    kind: str
    title: str
    year: int
    entry: int
    cents: int
    booked_on: date
    order_year: int = 0


type Command = NoteEntry


@event("payout.budget-entry-noted")
class BudgetEntryNoted:
    """Noted from review: a payment (`paid`), or its return (`returned`), is entry `entry` of a title's budget (Ist-Buchung).

    `year` is the budget's; `order_year` that of the order, a year before where the commitment moved to the next budget.
    """

    payment: str
    kind: str
    title: str
    year: int
    entry: int
    cents: int
    booked_on: date
    order_year: int


type Event = BudgetEntryNoted


@value
class Entries:
    """What the budget entered for a payment, by kind."""

    noted: tuple[BudgetEntryNoted, ...] = ()


class BudgetEntryDiffers(DomainError):
    code = "budget-entry-differs"
    title = "Der Haushalt hat diese Zahlung bereits mit anderem Betrag oder unter anderer Nummer gebucht."


def decide(command: Command, state: Entries, context: Context) -> Sequence[Event]:
    told = likeness(BudgetEntryNoted, replace(command, order_year=command.order_year or command.year))
    for it in state.noted:
        if it.kind == told.kind:
            if (it.title, it.year, it.entry, it.cents) != (told.title, told.year, told.entry, told.cents):
                raise BudgetEntryDiffers
            return []
    return [told]


def evolve(state: Entries, it: Event) -> Entries:
    return replace(state, noted=(*state.noted, it))


decider = Decider[Command, Event, Entries](
    name="budgetentry", per_case=False, initial=Entries(), decide=decide, evolve=evolve, events=[BudgetEntryNoted]
)


def note(it: PaymentEntered) -> Decision:
    """Note an entry with the year of the payment's order."""
    own, paid = decider.stream(it.payment), payments.decider.stream(it.payment)
    reads: Mapping[str, AnyDecider] = {own: decider, paid: payments.decider}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        state: payments.Payment = states[1]
        year = it.year if isinstance(state, payments.Unordered) else state.order.year
        told: dict[str, Any] = {name: getattr(it, name) for name in field_names(it)}
        return {own: decide(NoteEntry(**told, order_year=year), states[0], context)}

    return Decision(reads=reads, judge=judge, action="NoteEntry", creates=True)
