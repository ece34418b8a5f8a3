"""What an event makes of a payment; no rules."""

from typing import assert_never

from services.payout.payment.events import (
    Event,
    PayeeCheckDecided,
    PayeeCheckMissed,
    PayeeCheckReported,
    PaymentAccepted,
    PaymentBatched,
    PaymentCancelled,
    PaymentOrdered,
    PaymentRecallAnswered,
    PaymentRecalled,
    PaymentRejected,
    PaymentReturnAwaitsDebit,
    PaymentReturned,
    PaymentSettled,
    PaymentUnbatched,
)
from services.payout.payment.states import (
    Accepted,
    Batched,
    Cancelled,
    Ordered,
    PayeeCheck,
    Payment,
    Recalled,
    Rejected,
    Returned,
    Settled,
    Unordered,
)
from shared.decider import replace


def evolve(payment: Payment, it: Event) -> Payment:
    match it, payment:
        case PaymentOrdered(), _:
            return Ordered(order=it)
        case _, Unordered():
            return payment
        case PaymentBatched(), _:
            return Batched(order=payment.order, batch=it.batch)
        case PaymentCancelled(), _:
            return Cancelled(order=payment.order, batch=it.batch)
        case _, Ordered():
            return payment
        case PaymentUnbatched(), _:
            return Ordered(order=payment.order)
        case PaymentAccepted(), _:
            early = payment.early if isinstance(payment, Batched | Accepted) else None
            return Accepted(order=payment.order, batch=payment.batch, early=early, recalled=_recalled(payment))
        case PaymentSettled(), _:
            return Settled(
                order=payment.order,
                batch=payment.batch,
                booking=it.booking,
                settled_on=it.settled_on,
                recalled=_recalled(payment),
            )
        case PaymentRejected(), _:
            return Rejected(order=payment.order, batch=payment.batch, reason=it.reason, recalled=_recalled(payment))
        case PaymentReturnAwaitsDebit(), Batched() | Accepted():
            return replace(payment, early=it)
        case PaymentReturned(), Settled():
            return Returned(
                order=payment.order,
                batch=payment.batch,
                booking=payment.booking,
                settled_on=payment.settled_on,
                returned=it,
                recalled=payment.recalled,
            )
        case _, Cancelled():
            return payment
        case PaymentRecalled(), _:
            return replace(payment, recalled=Recalled(recall=it.recall))
        case PaymentRecallAnswered(), _:
            return replace(payment, recalled=Recalled(recall=it.recall, outcome=it.outcome))
        case PayeeCheckReported(), Batched():
            return replace(payment, check=PayeeCheck(finding=it.finding, due_on=it.due_on))
        case PayeeCheckMissed(), Batched(check=PayeeCheck() as check):
            return replace(payment, check=replace(check, missed=True))
        case PayeeCheckDecided(), Batched(check=PayeeCheck() as check):
            return replace(payment, check=replace(check, decision=it.decision))
        case (
            (
                PaymentReturnAwaitsDebit()
                | PaymentReturned()
                | PayeeCheckReported()
                | PayeeCheckMissed()
                | PayeeCheckDecided()
            ),
            _,
        ):
            return payment
        case _ as missing:
            assert_never(missing)


def _recalled(payment: Payment) -> Recalled | None:
    return None if isinstance(payment, Unordered | Ordered | Cancelled) else payment.recalled
