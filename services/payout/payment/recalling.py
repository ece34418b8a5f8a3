"""A request to cancel what the treasury holds: asked once at a time, answered by the treasury, and no refusal by itself."""

from collections.abc import Sequence
from typing import assert_never

from services.payout.payment.commands import AnswerRecall, RecallPayment
from services.payout.payment.errors import NothingToRecall, RecallContradicted, RecallNotRequested, RecallUnderway
from services.payout.payment.events import (
    PaymentRecallAnswered,
    PaymentRecalled,
    PaymentRejected,
    RecallOutcome,
)
from services.payout.payment.states import (
    Accepted,
    Batched,
    Cancelled,
    Ordered,
    Payment,
    Recalled,
    Rejected,
    Returned,
    Settled,
    Unordered,
)
from shared.decider import Context


def recall(
    command: RecallPayment | AnswerRecall,
    payment: Batched | Accepted | Settled | Rejected | Returned,
    context: Context,
) -> Sequence[PaymentRecalled | PaymentRecallAnswered | PaymentRejected]:
    match command:
        case RecallPayment():
            return _recalled(command, payment, context)
        case AnswerRecall():
            return _answered(command, payment, context)
        case _ as missing:
            assert_never(missing)


def _recalled(
    command: RecallPayment, payment: Batched | Accepted | Settled | Rejected | Returned, context: Context
) -> Sequence[PaymentRecalled]:
    known = payment.recalled
    if known is not None and known.recall == command.recall:
        return []
    if isinstance(payment, Rejected | Returned):
        raise NothingToRecall
    if known is not None and not known.is_refused:
        raise RecallUnderway
    return [
        PaymentRecalled(
            case=payment.order.case,
            batch=payment.batch,
            recall=command.recall,
            recalled_by=context.actor,
            recalled_on=context.valid_on,
        )
    ]


def _answered(
    command: AnswerRecall, payment: Batched | Accepted | Settled | Rejected | Returned, context: Context
) -> Sequence[PaymentRecallAnswered | PaymentRejected]:
    known = payment.recalled
    if known is None or known.recall != command.recall:
        raise RecallNotRequested
    if command.outcome in (known.outcome, RecallOutcome.PENDING) and known.outcome is not None:
        return []
    if known.outcome in (RecallOutcome.GRANTED, RecallOutcome.REFUSED):
        raise RecallContradicted
    answered = PaymentRecallAnswered(
        case=payment.order.case,
        batch=payment.batch,
        recall=command.recall,
        outcome=command.outcome,
        status=command.status,
        reason=command.reason,
        answered_on=context.valid_on,
    )
    if not is_ended_by(command, payment):
        return [answered]
    return [
        answered,
        PaymentRejected(case=payment.order.case, reason=command.status, rejected_on=context.valid_on),
    ]


def is_ended_by(command: AnswerRecall, payment: Batched | Accepted | Settled | Rejected | Returned) -> bool:
    """Whether the answer is the last word: granted while nothing was debited, and nothing came back of a debit not yet told."""
    if command.outcome != RecallOutcome.GRANTED:
        return False
    return isinstance(payment, Batched | Accepted) and payment.early is None


def recall_status(payment: Payment) -> str:
    """Where the last request to cancel stands, `requested` until it is answered; empty when there was none."""
    recalled = _last(payment)
    return (recalled.outcome or "requested") if recalled else ""


def recall_of(payment: Payment) -> str:
    """The last request to cancel; empty when there was none."""
    recalled = _last(payment)
    return recalled.recall if recalled else ""


def _last(payment: Payment) -> Recalled | None:
    return None if isinstance(payment, Unordered | Ordered | Cancelled) else payment.recalled
