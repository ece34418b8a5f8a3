"""What payout tells the others: own event in, contract out. `state` is the noun's state after the event."""

from datetime import date
from typing import Any

from services.payout import disbursement, payment
from shared.contracts.payout import DrawdownExamined, PaymentOrdered, PaymentRejected, PaymentSettled

type Published = DrawdownExamined | PaymentOrdered | PaymentSettled | PaymentRejected

PUBLISHED = (
    disbursement.DrawdownAccepted,
    disbursement.DrawdownReduced,
    disbursement.DrawdownRejected,
    payment.PaymentOrdered,
    payment.PaymentSettled,
    payment.PaymentRejected,
)
"""The events that become contracts; every other stays in the house."""


def publish(event: object, state: Any) -> Published | None:
    """The contract that an event of disbursement or payment becomes, None when it is nobody else's business."""
    match event:
        case disbursement.DrawdownAccepted():
            return _examined(event.drawdown, event.accepted_cents, "", event.examined_on, state)
        case disbursement.DrawdownReduced():
            return _examined(event.drawdown, event.accepted_cents, event.reason, event.examined_on, state)
        case disbursement.DrawdownRejected():
            return _examined(event.drawdown, 0, event.reason, event.examined_on, state)
        case payment.PaymentOrdered():
            return PaymentOrdered(
                payment=event.payment,
                drawdown=event.drawdown,
                title=event.title,
                year=event.year,
                cents=event.cents,
                ordered_on=event.ordered_on,
            )
        case payment.PaymentSettled():
            return PaymentSettled(
                payment=state.order.payment,
                drawdown=state.order.drawdown,
                title=state.order.title,
                year=state.order.year,
                cents=event.cents,
                settled_on=event.settled_on,
            )
        case payment.PaymentRejected():
            return PaymentRejected(
                payment=state.order.payment,
                drawdown=state.order.drawdown,
                title=state.order.title,
                year=state.order.year,
                cents=state.order.cents,
                reason=event.reason,
                rejected_on=event.rejected_on,
            )
        case _:
            return None


def _examined(drawdown: str, cents: int, reason: str, day: date, state: disbursement.Disbursement) -> DrawdownExamined:
    requested = next(it.requested_cents for it in state.drawdowns if it.id == drawdown)
    return DrawdownExamined(
        drawdown=drawdown, requested_cents=requested, accepted_cents=cents, reason=reason, examined_on=day
    )
