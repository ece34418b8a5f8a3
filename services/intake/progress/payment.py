"""What is told of drawdowns and of the payments on them."""

from datetime import date

from shared.contracts import Acted
from shared.decider import event


@event("intake.drawdown-received")
class DrawdownReceived:
    """The recipient calls funds: noted from the drawdown, so that the application knows the open one."""

    drawdown: str
    year: int
    eligible_due_cents: int
    requested_cents: int
    received_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.drawdown-examined")
class DrawdownExamined:
    """Noted from payout: how much of a drawdown can be paid (0: refused) and why not all; a later `examination` replaces it."""

    drawdown: str
    requested_cents: int
    accepted_cents: int
    reason: str
    examined_on: date
    acted: tuple[Acted, ...] = ()
    examination: int = 1


@event("intake.payment-ordered")
class PaymentOrdered:
    """Noted from payout: the treasury is told to pay."""

    payment: str
    drawdown: str
    year: int
    cents: int
    ordered_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.payment-settled")
class PaymentSettled:
    """Noted from payout: the treasury's account was debited, the money is on its way or there."""

    payment: str
    drawdown: str
    year: int
    cents: int
    settled_on: date
    acted: tuple[Acted, ...] = ()


@event("intake.payment-returned")
class PaymentReturned:
    """Noted from payout: this payment came back from the bank; it is clarified and ordered anew."""

    payment: str
    drawdown: str
    year: int
    cents: int
    charges_cents: int
    reason: str
    returned_on: date


@event("intake.payment-rejected")
class PaymentRejected:
    """Noted from payout: the treasury refused this payment; nothing was paid."""

    payment: str
    drawdown: str
    year: int
    cents: int
    reason: str
    rejected_on: date


type OfPayment = (
    DrawdownReceived | DrawdownExamined | PaymentOrdered | PaymentSettled | PaymentReturned | PaymentRejected
)
