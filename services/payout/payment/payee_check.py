"""Empfängerüberprüfung: the bank says that the payee is not, or only nearly, the holder of the account, or cannot say.

That is neither acceptance nor refusal. The order is held for a person, who has until the next business day; what two persons
decide is recorded, and whatever the treasury says afterwards is stronger.
"""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from services.payout.payment.commands import DecidePayeeCheck, ReportPayeeCheck
from services.payout.payment.errors import NotHeld
from services.payout.payment.events import PayeeCheckDecided, PayeeCheckMissed, PayeeCheckReported
from services.payout.payment.states import Accepted, Batched, Payment, Rejected, Returned, Settled
from shared.calendar import target_days_after
from shared.decider import Context

type Checking = ReportPayeeCheck | DecidePayeeCheck


def check_payee(
    command: Checking, payment: Batched | Accepted | Settled | Rejected | Returned, context: Context
) -> Sequence[PayeeCheckReported | PayeeCheckDecided]:
    match command:
        case ReportPayeeCheck():
            return _report(command, payment, context)
        case DecidePayeeCheck():
            return _decide(command, payment, context)
        case _ as missing:
            assert_never(missing)


def _report(
    command: ReportPayeeCheck, payment: Batched | Accepted | Settled | Rejected | Returned, context: Context
) -> Sequence[PayeeCheckReported]:
    """Once per finding; after a stronger answer there is nothing to hold any more."""
    if not isinstance(payment, Batched) or (payment.check and payment.check.finding == command.finding):
        return []
    return [
        PayeeCheckReported(
            case=payment.order.case,
            finding=command.finding,
            reported_on=context.valid_on,
            due_on=target_days_after(context.valid_on, 1),
        )
    ]


def _decide(
    command: DecidePayeeCheck, payment: Batched | Accepted | Settled | Rejected | Returned, context: Context
) -> Sequence[PayeeCheckDecided]:
    check = payment.check if isinstance(payment, Batched) else None
    if check is None:
        raise NotHeld
    if check.decision is not None:
        if check.decision != command.decision:
            raise NotHeld
        return []
    return [
        PayeeCheckDecided(
            case=payment.order.case,
            decision=command.decision,
            proposed_by=command.proposed_by,
            approved_by=context.actor,
            decided_on=context.valid_on,
        )
    ]


def miss(payment: Payment, context: Context) -> Sequence[PayeeCheckMissed]:
    """The day for a decision has passed without one: told once."""
    if not isinstance(payment, Batched) or payment.check is None:
        return []
    check = payment.check
    if check.decision is not None or check.missed or context.valid_on <= check.due_on:
        return []
    return [PayeeCheckMissed(case=payment.order.case, due_on=check.due_on)]


def held_until(payment: Payment) -> date | None:
    """The last day for a decision on a payment that waits for one."""
    check = payment.check if isinstance(payment, Batched) else None
    return check.due_on if check and check.decision is None else None
