"""What may be done with a payment."""

from collections.abc import Sequence
from typing import assert_never

from services.payout.payment.commands import (
    AcceptPayment,
    AnswerRecall,
    BatchPayment,
    CancelPayment,
    Command,
    DecidePayeeCheck,
    MissPayeeCheck,
    OrderPayment,
    RecallPayment,
    RejectPayment,
    ReportPayeeCheck,
    ReturnPayment,
    SettlePayment,
    UnbatchPayment,
)
from services.payout.payment.errors import (
    AlreadyBatched,
    AmountDiffers,
    AnsweredAlready,
    DebitedTwice,
    NeverOrdered,
    NotInBatch,
    PaymentIsCancelled,
    PaymentTaken,
    RejectedAfterSettlement,
    ReturnedAfterRejection,
    ReturnedTwice,
    SettledAfterRejection,
)
from services.payout.payment.events import (
    Event,
    PaymentAccepted,
    PaymentBatched,
    PaymentCancelled,
    PaymentOrdered,
    PaymentRejected,
    PaymentReturnAwaitsDebit,
    PaymentReturned,
    PaymentSettled,
    PaymentUnbatched,
)
from services.payout.payment.payee_check import check_payee, miss
from services.payout.payment.recalling import recall
from services.payout.payment.states import (
    Accepted,
    Batched,
    Cancelled,
    Ordered,
    Payment,
    Rejected,
    Returned,
    Settled,
    Unordered,
)
from shared.decider import Context
from shared.money import MAX_CENTS


def decide(command: Command, payment: Payment, context: Context) -> Sequence[Event]:
    match command, payment:
        case OrderPayment(), Unordered():
            return [_ordered(command, context)]
        case OrderPayment(), _:
            if command.reference != payment.order.reference:
                raise PaymentTaken
            return []  # Paying twice is the one error that cannot be taken back.
        case _, Unordered():
            raise NeverOrdered
        case MissPayeeCheck(), _:
            return miss(payment, context)
        case BatchPayment(), Ordered():
            return [PaymentBatched(case=payment.order.case, batch=command.batch)]
        case UnbatchPayment(), Ordered():
            return []
        case CancelPayment(batch=""), Ordered():
            return [_cancelled(payment, context)]
        case _, Ordered():
            raise NotInBatch
        case CancelPayment(), Cancelled() if command.batch == payment.batch:
            return []
        case _, Cancelled():
            raise PaymentIsCancelled
        case BatchPayment(), _:
            if payment.batch != command.batch:
                raise AlreadyBatched
            return []
        case _, _ if payment.batch != command.batch:
            raise NotInBatch
        case RecallPayment() | AnswerRecall(), _:
            return recall(command, payment, context)
        case ReportPayeeCheck() | DecidePayeeCheck(), _:
            return check_payee(command, payment, context)
        case UnbatchPayment(), Batched():
            return [PaymentUnbatched(case=payment.order.case, batch=payment.batch)]
        case CancelPayment(), Batched():
            return [_cancelled(payment, context)]
        case UnbatchPayment() | CancelPayment(), _:
            raise AnsweredAlready
        case _, _:
            return _answered(command, payment, context)


def _cancelled(payment: Ordered | Batched, context: Context) -> PaymentCancelled:
    batch = payment.batch if isinstance(payment, Batched) else ""
    return PaymentCancelled(
        case=payment.order.case, batch=batch, cancelled_by=context.actor, cancelled_on=context.valid_on
    )


def _ordered(command: OrderPayment, context: Context) -> PaymentOrdered:
    if not 0 < command.cents <= MAX_CENTS:
        raise AmountDiffers
    return PaymentOrdered(
        payment=command.payment,
        case=command.case,
        drawdown=command.drawdown,
        attempt=command.attempt,
        reference=command.reference,
        cents=command.cents,
        title=command.title,
        year=command.year,
        file_number=command.file_number,
        account_holder=command.account_holder,
        iban=command.iban,
        certified_by=command.certified_by,
        ordered_by=context.actor,
        ordered_on=context.valid_on,
        took_part=command.took_part,
        payees=command.payees,
        programme=command.programme,
    )


def _answered(
    command: AcceptPayment | SettlePayment | RejectPayment | ReturnPayment,
    payment: Batched | Accepted | Settled | Rejected | Returned,
    context: Context,
) -> Sequence[Event]:
    """The treasury's answers come in any order and more than once; every order ends in the same state."""
    if isinstance(command, SettlePayment) and command.cents != payment.order.cents:
        raise AmountDiffers
    if isinstance(command, ReturnPayment):
        return _come_back(command, payment)
    match command, payment:
        case AcceptPayment(), Batched():
            return [PaymentAccepted(case=payment.order.case, status=command.status, accepted_on=context.valid_on)]
        case AcceptPayment(), Accepted() | Settled() | Rejected() | Returned():
            return []  # Stronger evidence is already here; the file itself is on record in its report stream.
        case SettlePayment(), Batched() | Accepted():
            settled = _settled(command, payment.order.case)
            return [settled, _returned(payment.early, command.booking)] if payment.early else [settled]
        case SettlePayment(), Settled() | Returned():
            if command.booking != payment.booking:
                raise DebitedTwice
            return []
        case SettlePayment(assigned=True), Rejected():
            return [_settled(command, payment.order.case)]
        case SettlePayment(), Rejected():
            raise SettledAfterRejection
        case RejectPayment(), Batched() | Accepted():
            if payment.early:
                raise RejectedAfterSettlement
            return [PaymentRejected(case=payment.order.case, reason=command.reason, rejected_on=context.valid_on)]
        case RejectPayment(), Settled() | Returned():
            raise RejectedAfterSettlement
        case RejectPayment(), Rejected():
            return []
        case _ as missing:
            assert_never(missing)


def _settled(command: SettlePayment, case: str) -> PaymentSettled:
    return PaymentSettled(
        case=case,
        cents=command.cents,
        booking=command.booking,
        settled_on=command.settled_on,
        released_by=command.released_by,
        beside=command.beside,
    )


def _come_back(
    command: ReturnPayment, payment: Batched | Accepted | Settled | Rejected | Returned
) -> Sequence[PaymentReturnAwaitsDebit | PaymentReturned]:
    """A return is a fact of its own beside the payment; without a debit it waits for one."""
    if not 0 < command.cents <= payment.order.cents or command.charges_cents < 0:
        raise AmountDiffers
    told = PaymentReturnAwaitsDebit(
        case=payment.order.case,
        cents=command.cents,
        booking=command.booking,
        reason=command.reason,
        charges_cents=command.charges_cents,
        returned_on=command.returned_on,
    )
    match payment:
        case Batched() | Accepted():
            return _once(told, payment.early.booking if payment.early else None)
        case Settled():
            return [_returned(told, payment.booking)]
        case Returned():
            return _once(told, payment.returned.booking)
        case Rejected():
            raise ReturnedAfterRejection
        case _ as missing:
            assert_never(missing)


def _once(told: PaymentReturnAwaitsDebit, known: str | None) -> Sequence[PaymentReturnAwaitsDebit]:
    if known is None:
        return [told]
    if known != told.booking:
        raise ReturnedTwice
    return []


def _returned(told: PaymentReturnAwaitsDebit, settlement: str) -> PaymentReturned:
    return PaymentReturned(
        case=told.case,
        settlement=settlement,
        cents=told.cents,
        booking=told.booking,
        reason=told.reason,
        charges_cents=told.charges_cents,
        returned_on=told.returned_on,
    )
