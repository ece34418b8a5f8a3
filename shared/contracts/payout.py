"""What payout (Auszahlung) tells the others."""

from datetime import date

from shared.contracts import Acted, contract


@contract("payout.drawdown-examined", version=2)
class DrawdownExamined:
    """The drawdown was checked: what of the requested amount can be paid (`accepted_cents`, 0 when refused) and why not all."""

    drawdown: str
    requested_cents: int
    accepted_cents: int
    reason: str
    examined_on: date
    acted: tuple[Acted, ...] = ()


@contract("payout.payment-ordered", version=2)
class PaymentOrdered:
    """The treasury is told to pay (Auszahlungsanordnung)."""

    payment: str
    drawdown: str
    title: str
    year: int
    cents: int
    ordered_on: date
    acted: tuple[Acted, ...] = ()


@contract("payout.payment-settled", version=2)
class PaymentSettled:
    """The treasury's account was debited for this payment: the money is on its way to, or on, the recipient's account."""

    payment: str
    drawdown: str
    title: str
    year: int
    cents: int
    settled_on: date
    acted: tuple[Acted, ...] = ()


@contract("payout.payment-rejected")
class PaymentRejected:
    """The treasury refused this payment; `reason` is its code. Nothing was paid."""

    payment: str
    drawdown: str
    title: str
    year: int
    cents: int
    reason: str
    rejected_on: date
