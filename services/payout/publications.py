"""What payout tells the others: own event in, contract out. `state` is the noun's state after the event."""

from typing import Any

from services.payout import claim, disbursement, payment
from shared import duties
from shared.contracts import Acted
from shared.contracts.payout import (
    ClaimSettled,
    DrawdownExamined,
    FundsReturned,
    PaymentOrdered,
    PaymentRejected,
    PaymentReturned,
    PaymentSettled,
    RepaymentReceived,
    UnspentNoted,
)
from shared.identity import Role

type Published = (
    DrawdownExamined
    | FundsReturned
    | PaymentOrdered
    | PaymentSettled
    | PaymentRejected
    | PaymentReturned
    | RepaymentReceived
    | ClaimSettled
    | UnspentNoted
)


def publish(event: object, state: Any) -> Published | None:
    """The contract that an event of disbursement, payment or claim becomes, None when it is nobody else's business."""
    return _of_plan(event, state) or _of_claim(event, state) or _of_payment(event, state)


def _of_plan(event: object, state: Any) -> DrawdownExamined | FundsReturned | UnspentNoted | None:
    match event:
        case disbursement.DrawdownAccepted():
            return _examined(event, event.accepted_cents, "", state)
        case disbursement.DrawdownReduced():
            return _examined(event, event.accepted_cents, event.reason, state)
        case disbursement.DrawdownRejected():
            return _examined(event, 0, event.reason, state)
        case disbursement.FundsReturned():
            return FundsReturned(
                title=state.plan.title,
                reduction=event.reduction,
                part=event.part,
                by_year=event.by_year,
                kept=event.kept,
                returned_on=event.returned_on,
            )
        case disbursement.UnspentNoted():
            return UnspentNoted(
                drawdown=event.drawdown, unspent_cents=event.unspent_cents, late_cents=event.late_cents,
                due_on=event.due_on, noted_on=event.noted_on, parts=event.parts,
            )  # fmt: skip
        case _:
            return None


def _of_claim(event: object, state: Any) -> RepaymentReceived | ClaimSettled | None:
    match event:
        case claim.RepaymentBooked():
            return RepaymentReceived(
                claim=event.claim, repayment=event.repayment, title=state.find(event.claim).opened.title,
                cents=event.cents, interest_cents=event.interest_cents, received_on=event.received_on,
                acted=duties.with_act((), event.booked_by, Role.TREASURY, claim.BOOK),
            )  # fmt: skip
        case claim.ClaimSettled():
            return ClaimSettled(
                claim=event.claim, outcome=event.outcome, settled_on=event.settled_on,
                acted=tuple(it for it in state.acted if it.action in claim.ACTIONS),
            )  # fmt: skip
        case _:
            return None


def _of_payment(
    event: object, state: Any
) -> PaymentOrdered | PaymentSettled | PaymentRejected | PaymentReturned | None:
    match event:
        case payment.PaymentOrdered():
            return PaymentOrdered(
                payment=event.payment,
                drawdown=event.drawdown,
                title=event.title,
                year=event.year,
                cents=event.cents,
                ordered_on=event.ordered_on,
                acted=(
                    Acted(person=event.certified_by, role=Role.CERTIFIER, action="certify-drawdown"),
                    Acted(person=event.ordered_by, role=Role.ORDERING_OFFICER, action="order-payment"),
                ),
            )
        case payment.PaymentSettled():
            return PaymentSettled(
                **_named(state.order),
                cents=event.cents,
                settled_on=event.settled_on,
                acted=duties.with_act((), event.released_by, Role.TREASURY, "release-batch"),
                beside=event.beside,
            )
        case payment.PaymentRejected():
            return PaymentRejected(
                **_named(state.order),
                cents=state.order.cents,
                reason=event.reason,
                rejected_on=event.rejected_on,
            )
        case payment.PaymentReturned():
            return PaymentReturned(
                **_named(state.order),
                cents=event.cents,
                charges_cents=event.charges_cents,
                reason=event.reason,
                returned_on=event.returned_on,
            )
        case payment.PaymentCancelled():
            return PaymentRejected(
                **_named(state.order),
                cents=state.order.cents,
                reason=payment.CANCELLED,
                rejected_on=event.cancelled_on,
            )
        case _:
            return None


def _named(order: payment.PaymentOrdered) -> dict[str, Any]:
    """What names a payment to the others."""
    return {"payment": order.payment, "drawdown": order.drawdown, "title": order.title, "year": order.year}


type Examined = disbursement.DrawdownAccepted | disbursement.DrawdownReduced | disbursement.DrawdownRejected


def _examined(it: Examined, cents: int, reason: str, state: disbursement.Disbursement) -> DrawdownExamined:
    asked = next(one for one in state.drawdowns if one.id == it.drawdown)
    return DrawdownExamined(
        drawdown=it.drawdown,
        requested_cents=asked.requested_cents,
        accepted_cents=cents,
        reason=reason,
        examined_on=it.examined_on,
        acted=(Acted(person=it.examined_by, role=Role.CASE_OFFICER, action="examine-drawdown"),),
        examination=asked.examinations,
    )
