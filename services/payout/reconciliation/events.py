"""What was closed, and which difference was named."""

from datetime import date

from services.payout.reconciliation.commands import AccountBalances, Cause
from shared.decider import event, value
from shared.identity import Sealed


@value
class Difference:
    """A named difference: so many cents more were paid than the budget says, because of these payments, by their references."""

    proposal: str
    cause: Cause
    cents: int
    payments: tuple[str, ...]
    proposed_by: str
    proposed_on: date
    sealed_reason: Sealed | None = None


@event("payout.day-difference-proposed")
class DifferenceProposed:
    """A person named a day's difference to the budget and its cause (benannte Abweichung); another one closes the day with it, or does not."""

    closed_on: date
    difference: Difference


@event("payout.reconciliation-closed")
class ReconciliationClosed:
    """A person closed a day (Tagesabschluss): statements, orders and budget agreed to the cent; the files are named by their hashes.

    `open_items` is how many clearing items wait; what they book is in the listed sums. `received_cents` was repaid on claims.
    `difference` is what two persons named where the budget says otherwise; it is carried from day to day until it is gone.
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
    accounts: tuple[AccountBalances, ...] = ()
    difference: Difference | None = None


@event("payout.year-sealed")
class YearSealed:
    """A title's budget year was sealed (Jahresabschluss): every day closed, nothing to clear, and the budget says what was paid.

    `difference` is what of the named difference of the days is this title's: by so much the budget says otherwise, because of these
    payments and nothing else. Who named it did not seal the year.
    """

    title: str
    year: int
    paid_cents: int
    budget_cents: int
    files: int
    sealed_by: str
    sealed_on: date
    difference: Difference | None = None


type Event = ReconciliationClosed | YearSealed | DifferenceProposed
