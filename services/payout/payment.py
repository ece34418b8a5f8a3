"""Auszahlungsanordnung: one payment order, given once, answered by the treasury, never given a second time.

Handing over the file (SUBMITTING, UNKNOWN, TRANSMITTED) is a fact about the batch and recorded there, once per
file. Whether the treasury could know a payment at all is therefore asked of the batch before this noun is asked.
"""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from shared.decider import Context, Decider, DomainError, event, replace, value
from shared.identity import Sealed, base32, check_characters
from shared.money import MAX_CENTS


@value
class OrderPayment:
    payment: str
    case: str
    drawdown: str
    attempt: int
    reference: str
    cents: int
    title: str
    year: int
    file_number: str
    account_holder: Sealed
    iban: Sealed
    certified_by: str
    took_part: tuple[str, ...] = ()
    payees: tuple[str, ...] = ()
    programme: str = ""


@value
class BatchPayment:
    batch: str


@value
class UnbatchPayment:
    batch: str


@value
class CancelPayment:
    """`batch` is empty for an order that lies in no file."""

    batch: str


@value
class AcceptPayment:
    batch: str
    status: str


@value
class SettlePayment:
    """`released_by` released its batch; `booking` names the debit on the account: a second debit with another name is never taken for a repetition."""

    batch: str
    cents: int
    booking: str
    settled_on: date
    released_by: str = ""


@value
class RejectPayment:
    batch: str
    reason: str


@value
class ReturnPayment:
    """`booking` names the credit by which it came back; `charges_cents` is what the banks kept of it."""

    batch: str
    cents: int
    booking: str
    reason: str
    charges_cents: int
    returned_on: date


type Command = (
    OrderPayment
    | BatchPayment
    | UnbatchPayment
    | CancelPayment
    | AcceptPayment
    | SettlePayment
    | RejectPayment
    | ReturnPayment
)


@event("payout.payment-ordered")
class PaymentOrdered:
    """The treasury is told to pay (§ 70 ThürLHO): amount, title, year, payee, under a reference that is never used again.

    `attempt` rises only after the treasury refused the attempt before it; `took_part` are the persons who are kept from
    releasing it. `payees` are the keys of who is and was the recipient: a hold on one of them or on the programme keeps the
    order out of every file.
    """

    payment: str
    case: str
    drawdown: str
    attempt: int
    reference: str
    cents: int
    title: str
    year: int
    file_number: str
    account_holder: Sealed
    iban: Sealed
    certified_by: str
    ordered_by: str
    ordered_on: date
    took_part: tuple[str, ...] = ()
    payees: tuple[str, ...] = ()
    programme: str = ""


@event("payout.payment-batched")
class PaymentBatched:
    """The order lies in this sealed batch, and can lie in no other."""

    case: str
    batch: str


@event("payout.payment-unbatched")
class PaymentUnbatched:
    """The batch was discarded before anybody released it; the order stands and can lie in another one."""

    case: str
    batch: str


CANCELLED = "cancelled"
"""The reason for which a Mittelabruf can be ordered anew, told as the treasury's are by their codes."""


@event("payout.payment-cancelled")
class PaymentCancelled:
    """The order was taken back before its file was handed over: nothing was or will be paid under this reference.

    `batch` is empty when it lay in none.
    """

    case: str
    batch: str
    cancelled_by: str
    cancelled_on: date


@event("payout.payment-accepted")
class PaymentAccepted:
    """The treasury took the order (`status` ACCP, ACSP, ACWC, ACSC); accepted is not paid."""

    case: str
    status: str
    accepted_on: date


@event("payout.payment-settled")
class PaymentSettled:
    """The treasury's account was debited for this order under the entry `booking`; a return can still follow for months."""

    case: str
    cents: int
    booking: str
    settled_on: date
    released_by: str = ""


@event("payout.payment-rejected")
class PaymentRejected:
    """The treasury refused the order for `reason` (its code): nothing was or will be paid under this reference."""

    case: str
    reason: str
    rejected_on: date


@event("payout.payment-return-awaits-debit")
class PaymentReturnAwaitsDebit:
    """A credit says that this payment came back, of which no debit is known yet; it counts from the debit on."""

    case: str
    cents: int
    booking: str
    reason: str
    charges_cents: int
    returned_on: date


@event("payout.payment-returned")
class PaymentReturned:
    """The payment came back from the recipient's bank (Rückläufer) under the entry `booking`, for `reason` (the bank's code).

    `settlement` is the debit that it undoes; `charges_cents` is what the banks kept. Nothing more will be paid under this reference.
    """

    case: str
    settlement: str
    cents: int
    booking: str
    reason: str
    charges_cents: int
    returned_on: date


type Event = (
    PaymentOrdered
    | PaymentBatched
    | PaymentUnbatched
    | PaymentCancelled
    | PaymentAccepted
    | PaymentSettled
    | PaymentRejected
    | PaymentReturnAwaitsDebit
    | PaymentReturned
)


@value
class Unordered: ...


@value
class Ordered:
    order: PaymentOrdered


@value
class Batched:
    """`early` is a return of which the debit is not known yet."""

    order: PaymentOrdered
    batch: str
    early: PaymentReturnAwaitsDebit | None = None


@value
class Accepted:
    order: PaymentOrdered
    batch: str
    early: PaymentReturnAwaitsDebit | None = None


@value
class Settled:
    order: PaymentOrdered
    batch: str
    booking: str
    settled_on: date


@value
class Rejected:
    order: PaymentOrdered
    batch: str
    reason: str


@value
class Returned:
    """Paid and come back: `booking` is the debit, `returned` what came back."""

    order: PaymentOrdered
    batch: str
    booking: str
    settled_on: date
    returned: PaymentReturned


@value
class Cancelled:
    order: PaymentOrdered
    batch: str


type Payment = Unordered | Ordered | Batched | Accepted | Settled | Rejected | Returned | Cancelled


class NeverOrdered(DomainError):
    code = "payment-never-ordered"
    title = "Diese Zahlung wurde nie angeordnet."


class NotInBatch(DomainError):
    code = "payment-not-in-this-batch"
    title = "Diese Zahlung liegt nicht in diesem Zahlungslauf."


class AlreadyBatched(DomainError):
    code = "payment-already-batched"
    title = "Diese Zahlung liegt bereits in einem anderen Zahlungslauf."


class PaymentIsCancelled(DomainError):
    code = "payment-cancelled"
    title = "Diese Anordnung wurde vor der Übergabe zurückgenommen; der Mittelabruf kann neu angeordnet werden."


class AnsweredAlready(DomainError):
    code = "payment-answered-already"
    title = "Zu dieser Zahlung liegt eine Antwort der Kasse vor; sie verlässt ihren Zahlungslauf nicht mehr."


class PaymentTaken(DomainError):
    code = "payment-id-taken"
    title = "Unter dieser Kennung wurde bereits eine andere Zahlung angeordnet."


class AmountDiffers(DomainError):
    code = "amount-differs"
    title = "Der Betrag weicht von der Anordnung ab."


class DebitedTwice(DomainError):
    code = "debited-twice"
    title = "Diese Zahlung wurde dem Konto ein zweites Mal belastet."


class RejectedAfterSettlement(DomainError):
    code = "rejected-after-settlement"
    title = "Eine bereits gebuchte Zahlung wurde als abgelehnt gemeldet."


class SettledAfterRejection(DomainError):
    code = "settled-after-rejection"
    title = "Eine abgelehnte Zahlung wurde dennoch gebucht."


class ReturnedAfterRejection(DomainError):
    code = "returned-after-rejection"
    title = "Eine abgelehnte Zahlung wurde als zurückgekommen gemeldet."


class ReturnedTwice(DomainError):
    code = "returned-twice"
    title = "Diese Zahlung wurde dem Konto ein zweites Mal als Rückläufer gutgeschrieben."


class NumbersExhausted(DomainError):
    code = "payment-numbers-exhausted"
    title = "Für diesen Mittelabruf sind keine weiteren Zahlungskennungen frei."


def reference_of(case: str, tranche: int, attempt: int, year: int) -> str:
    """The payment's name at the treasury, 25 characters A–Z and 0–9: TH, year, 65 bits of the case, T, tranche, A, attempt, check digits.

    Made of the order's key and of nothing else: the same order always has the same name, another one never (treasury.md 1).
    Tranche and attempt are base 32; raises `NumbersExhausted` beyond 1023.
    """
    if not (0 < tranche < 1024 and 0 < attempt < 1024):
        raise NumbersExhausted
    stem = f"TH{year % 100:02d}{base32(int(case, 16), 13)}T{base32(tranche, 2)}A{base32(attempt, 2)}"
    return stem + check_characters(stem)


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
            settled = PaymentSettled(
                case=payment.order.case,
                cents=command.cents,
                booking=command.booking,
                settled_on=command.settled_on,
                released_by=command.released_by,
            )
            return [settled, _returned(payment.early, command.booking)] if payment.early else [settled]
        case SettlePayment(), Settled() | Returned():
            if command.booking != payment.booking:
                raise DebitedTwice
            return []
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
            return Accepted(order=payment.order, batch=payment.batch, early=early)
        case PaymentSettled(), _:
            return Settled(order=payment.order, batch=payment.batch, booking=it.booking, settled_on=it.settled_on)
        case PaymentRejected(), _:
            return Rejected(order=payment.order, batch=payment.batch, reason=it.reason)
        case PaymentReturnAwaitsDebit(), Batched() | Accepted():
            return replace(payment, early=it)
        case PaymentReturned(), Settled():
            return Returned(
                order=payment.order,
                batch=payment.batch,
                booking=payment.booking,
                settled_on=payment.settled_on,
                returned=it,
            )
        case PaymentReturnAwaitsDebit() | PaymentReturned(), _:
            return payment
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Payment](
    name="payment",
    initial=Unordered(),
    decide=decide,
    evolve=evolve,
    events=[
        PaymentOrdered,
        PaymentBatched,
        PaymentUnbatched,
        PaymentCancelled,
        PaymentAccepted,
        PaymentSettled,
        PaymentRejected,
        PaymentReturnAwaitsDebit,
        PaymentReturned,
    ],
)
