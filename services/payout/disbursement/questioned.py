"""Ungeklärte Belastungen: what the account was debited under a drawdown's payment, and our books do not bear out.

A treasury may refuse a payment and pay it all the same. While such a debit is not explained by two persons, nothing is
ordered anew for its drawdown, and no other payment of it leaves the house.
"""

from collections.abc import Sequence
from datetime import date

from shared.decider import DomainError, event, replace, value
from shared.records import likeness


@value
class QuestionDebit:
    """`reason` is the code for which the debit of `cents` under the entry `booking` moved nothing."""

    case: str
    drawdown: str
    payment: str
    booking: str
    cents: int
    reason: str
    booked_on: date | None = None


@value
class ExplainDebit:
    case: str
    drawdown: str
    payment: str
    booking: str


@event("payout.debit-questioned")
class DebitQuestioned:
    """The account was debited under the name of this payment, which our books do not bear out (ungeklärte Belastung), for `reason`.

    Until two persons explain it, nothing is ordered anew for the drawdown and no other payment of it leaves the house.
    """

    case: str
    drawdown: str
    payment: str
    booking: str
    cents: int
    reason: str
    booked_on: date | None = None


@event("payout.debit-explained")
class DebitExplained:
    """Two persons said what the questioned debit was (Klärung): it stands in the way of no order any more."""

    case: str
    drawdown: str
    payment: str
    booking: str


@event("payout.drawdown-overpaid")
class DrawdownOverpaid:
    """The drawdown is paid by this payment, which the treasury had refused, beside `beside`, which was handed over instead (Überzahlung).

    What is paid twice is recovered; until then the overpayment stays open, on the clearing list `listed`.
    """

    case: str
    drawdown: str
    payment: str
    beside: str
    cents: int
    settled_on: date
    released_by: str = ""
    listed: str = ""


@event("payout.overpayment-returned")
class OverpaymentReturned:
    """The payment by which the drawdown was overpaid came back from the bank (Rückläufer der Überzahlung): the drawdown is paid once."""

    case: str
    drawdown: str
    payment: str


@event("payout.overpayment-recovered")
class OverpaymentRecovered:
    """The claim for what this payment had paid twice is settled (Überzahlung zurückgeholt): the drawdown is paid once."""

    case: str
    drawdown: str
    payment: str
    claim: str
    settled_on: date


@value
class Debit:
    """A debit that was questioned; `explained` when two persons said what it was."""

    payment: str
    booking: str
    cents: int
    explained: bool = False
    booked_on: date | None = None


class DebitUnexplained(DomainError):
    """`detail` says which debit."""

    code = "debit-unexplained"
    title = (
        "Eine Zahlung auf diesen Mittelabruf wurde dem Konto belastet, obwohl sie abgelehnt war oder abweicht. "
        "Bis zwei Personen diese Belastung geklärt haben, wird nichts neu angeordnet und nichts versandt."
    )


def open_debits(debits: Sequence[Debit]) -> Sequence[Debit]:
    """The questioned debits that nobody explained yet."""
    return [it for it in debits if not it.explained]


def refuse_unexplained(debits: Sequence[Debit]) -> None:
    """`DebitUnexplained` while a debit waits for its explanation."""
    for it in open_debits(debits):
        raise DebitUnexplained(f"Buchung {it.booking}")


def question(command: QuestionDebit, debits: Sequence[Debit]) -> Sequence[DebitQuestioned]:
    """The same debit told again, by another file, is no second question."""
    if any((it.payment, it.booking) == (command.payment, command.booking) for it in debits):
        return []
    return [likeness(DebitQuestioned, command)]


def explain(command: ExplainDebit, debits: Sequence[Debit]) -> Sequence[DebitExplained]:
    """Once; a debit that nobody questioned needs no explanation."""
    if not any((it.payment, it.booking) == (command.payment, command.booking) for it in open_debits(debits)):
        return []
    return [likeness(DebitExplained, command)]


def after(debits: tuple[Debit, ...], it: DebitQuestioned | DebitExplained) -> tuple[Debit, ...]:
    """The questioned debits after one more event."""
    if isinstance(it, DebitQuestioned):
        return (*debits, Debit(payment=it.payment, booking=it.booking, cents=it.cents, booked_on=it.booked_on))
    named = (it.payment, it.booking)
    return tuple(replace(one, explained=True) if (one.payment, one.booking) == named else one for one in debits)
