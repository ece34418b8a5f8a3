"""Mittel: money that changes its owner between review and payout, and how a budget entered it."""

from datetime import date

from shared.contracts import Acted, SideCondition, YearAmount, contract
from shared.identity import Sealed


@contract("review.funds-assigned", version=5)
class FundsAssigned:
    """Money changes its owner: from now on only payout spends these amounts per year.

    `title` is the budget title (Haushaltstitel), `rate_bp` the funding rate in basis points,
    `eligible_cents` the recognised expenditure. `side_conditions` are those that payments wait for;
    `financing_type` is `share`, `gap` or `fixed`. Of each amount per year `withheld_bp` are paid only when the proof of use is accepted;
    what is drawn must be needed within `drawdown_months` after it was paid (0: no limit is known). Since version 5 with the
    keys of all `municipalities` that the case is about.
    """

    award: str
    file_number: str
    title: str
    applicant_key: str
    applicant_name: str
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    rate_bp: int
    account_holder: Sealed
    iban: Sealed
    assigned_on: date
    acted: tuple[Acted, ...]
    side_conditions: tuple[SideCondition, ...] = ()
    financing_type: str = "share"
    programme: str = ""
    drawdown_months: int = 0
    withheld_bp: int = 0
    municipalities: tuple[str, ...] = ()


@contract("review.reduction-requested")
class ReductionRequested:
    """Review asks payout to return what is not ordered of these amounts per year; nothing is free before `FundsReturned`.

    `reduction` counts the case's requests. `freeze` is whether nothing may be ordered from now on, or, false, again;
    a request without amounts tells only this. `eligible_cents` is the recognised expenditure from now on, 0 when it stays.
    """

    reduction: int
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    freeze: bool
    reason: str
    requested_on: date
    acted: tuple[Acted, ...]


@contract("review.funds-supplemented")
class FundsSupplemented:
    """More money changes its owner: from now on only payout spends these further amounts per year (Aufstockung)."""

    supplement: int
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    supplemented_on: date
    acted: tuple[Acted, ...]


@contract("review.payment-entered")
class PaymentEntered:
    """A payment, or its return, was entered in the budget of its title (Ist-Buchung in der Haushaltsüberwachungsliste).

    `kind` is `paid` or `returned`; `entry` is the number in the budget of `title` and `year`. A payment is entered once, and
    so is its return.
    """

    payment: str
    kind: str
    title: str
    year: int
    entry: int
    cents: int
    booked_on: date
