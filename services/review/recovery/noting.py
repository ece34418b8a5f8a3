"""What payout tells of money that was paid twice, or not used in time: what a demand can rest on."""

from collections.abc import Sequence

from services.review.recovery.commands import NoteFailedPayment, NoteOverpayment, NoteUnspent
from services.review.recovery.errors import LateUseDemanded, UnknownFinding
from services.review.recovery.events import OverpaymentEnded, OverpaymentNoted, UnspentNoted
from services.review.recovery.states import Recovery
from shared.decider import Context
from shared.interest import Balance


def overpaid(command: NoteOverpayment, recovery: Recovery) -> Sequence[OverpaymentNoted]:
    """A payment is told as overpaid once; the same payment told again is nothing new."""
    if any(it.payment == command.payment for it in recovery.overpayments):
        return []
    return [
        OverpaymentNoted(
            payment=command.payment,
            drawdown=command.drawdown,
            beside=command.beside,
            cents=command.cents,
            paid_on=command.paid_on,
        )
    ]


def ended(command: NoteFailedPayment, recovery: Recovery, context: Context) -> Sequence[OverpaymentEnded]:
    """Only what is one of two payments of a drawdown ends an overpayment."""
    if any(it.payment == command.payment for it in recovery.ended):
        return []
    if not any(command.payment in (it.payment, it.beside) for it in recovery.overpayments):
        return []
    return [OverpaymentEnded(payment=command.payment, ended_on=context.valid_on)]


def unspent(command: NoteUnspent, recovery: Recovery) -> Sequence[UnspentNoted]:
    noted = UnspentNoted(
        drawdown=command.drawdown,
        unspent_cents=command.unspent_cents,
        late_cents=command.late_cents,
        due_on=command.due_on,
        noted_on=command.noted_on,
        parts=command.parts,
    )
    return [] if noted in recovery.unspent else [noted]


def late_balances(known: Recovery, drawdown: str) -> Sequence[Balance]:
    """What stood unused from which day until which, as far as no interest was demanded for it yet."""
    noted = next((it for it in reversed(known.unspent) if it.drawdown == drawdown), None)
    if noted is None:
        raise UnknownFinding(field="found")
    since = [(part.cents, max(part.due_on, known.charged_until(part.drawdown))) for part in noted.parts]
    found = [
        Balance(cents=cents, from_on=from_on, until_on=noted.noted_on)
        for cents, from_on in since
        if cents > 0 and from_on < noted.noted_on
    ]
    if not found:
        raise LateUseDemanded
    return found
