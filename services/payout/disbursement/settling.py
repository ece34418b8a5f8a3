"""What the treasury's answers and the account's bookings mean for a Mittelabruf: paid, freed to be ordered anew, unpaid, overpaid."""

from collections.abc import Sequence

from services.payout.disbursement.commands import EndOverpayment, NoteRejection, NoteReturn, NoteSettlement
from services.payout.disbursement.errors import NotThisPayment
from services.payout.disbursement.events import DrawdownFreed, DrawdownPaid, DrawdownUnpaid, Event
from services.payout.disbursement.evolving import evolve
from services.payout.disbursement.giving_back import give_back
from services.payout.disbursement.questioned import DrawdownOverpaid, OverpaymentRecovered, OverpaymentReturned
from services.payout.disbursement.states import Disbursement, Drawdown, Ordered, Paid, find
from shared.decider import Context


def settle(command: NoteSettlement, state: Disbursement) -> Sequence[Event]:
    """The payment was made; raises `NotThisPayment` for one that was never ordered for the Mittelabruf."""
    asked = find(state, command.drawdown)
    match asked.stage:
        case Ordered(payment=command.payment):
            return [
                DrawdownPaid(
                    case=command.case,
                    drawdown=asked.id,
                    payment=command.payment,
                    settled_on=command.settled_on,
                    released_by=command.released_by,
                )
            ]
        case Paid(payment=command.payment):
            return []
        case _:
            return _settle_refused(command, asked)


def _settle_refused(command: NoteSettlement, asked: Drawdown) -> Sequence[DrawdownPaid | DrawdownOverpaid]:
    """A payment that was refused is paid all the same: instead of a new attempt, or beside one that was handed over."""
    if command.payment in {it.payment for it in asked.overpaid}:
        return []
    if not command.assigned or command.payment not in asked.refused:
        raise NotThisPayment
    if isinstance(asked.stage, Ordered | Paid):
        return [
            DrawdownOverpaid(
                case=command.case,
                drawdown=asked.id,
                payment=command.payment,
                beside=asked.stage.payment,
                cents=command.cents,
                settled_on=command.settled_on,
                released_by=command.released_by,
                listed=command.listed,
            )
        ]
    return [
        DrawdownPaid(
            case=command.case,
            drawdown=asked.id,
            payment=command.payment,
            settled_on=command.settled_on,
            released_by=command.released_by,
            cents=command.cents,
        )
    ]


def _paid_instead(asked: Drawdown) -> Sequence[DrawdownPaid]:
    """What overpaid the drawdown pays it, now that the payment beside it came to nothing."""
    return [
        DrawdownPaid(
            case=it.case,
            drawdown=it.drawdown,
            payment=it.payment,
            settled_on=it.settled_on,
            released_by=it.released_by,
            cents=it.cents,
        )
        for it in asked.overpaid[:1]
    ]


def free(command: NoteRejection, state: Disbursement, context: Context) -> Sequence[Event]:
    """The order came to nothing: what review had asked back of its money goes back now, and the rest may be ordered anew."""
    asked = find(state, command.drawdown)
    if isinstance(asked.stage, Ordered) and asked.stage.payment == command.payment:
        freed = DrawdownFreed(
            case=command.case,
            drawdown=asked.id,
            payment=command.payment,
            reason=command.reason,
            released_by=command.released_by,
            renewal=command.renewal,
        )
        return _and_given_back(state, [freed, *_paid_instead(asked)], context)
    if command.payment in asked.refused:
        return []
    raise NotThisPayment


def unpay(command: NoteReturn, state: Disbursement, context: Context) -> Sequence[Event]:
    """What was paid is not: the drawdown begins anew at its certification, for the bank details may be what was wrong."""
    asked = find(state, command.drawdown)
    if isinstance(asked.stage, Paid) and asked.stage.payment == command.payment:
        unpaid = DrawdownUnpaid(case=command.case, drawdown=asked.id, payment=command.payment, reason=command.reason)
        return _and_given_back(state, [unpaid, *_paid_instead(asked)], context)
    if command.payment in {it.payment for it in asked.overpaid}:
        return [OverpaymentReturned(case=command.case, drawdown=asked.id, payment=command.payment)]
    if command.payment in asked.refused:
        return []
    raise NotThisPayment


def end_overpayment(command: EndOverpayment, state: Disbursement) -> Sequence[OverpaymentRecovered]:
    """Paid back by the recipient; one that came back from the bank before is over already."""
    if not any(it.payment == command.payment for it in find(state, command.drawdown).overpaid):
        return []
    return [
        OverpaymentRecovered(
            case=command.case,
            drawdown=command.drawdown,
            payment=command.payment,
            claim=command.claim,
            settled_on=command.settled_on,
        )
    ]


def _and_given_back(state: Disbursement, told: Sequence[Event], context: Context) -> Sequence[Event]:
    for it in told:
        state = evolve(state, it)
    return [*told, *give_back(state, context)]
