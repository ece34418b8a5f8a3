"""The order of a payment: the Mittelabruf and the payment in one transaction."""

from collections.abc import Sequence
from typing import Any

from services.payout import payment as payments
from services.payout.disbursement.commands import OrderDrawdown
from services.payout.disbursement.noun import decider
from services.payout.disbursement.states import Certified, Disbursement, find, plan_of
from shared import duties
from shared.decider import Context, Decided, Decision


def order(case: str, drawdown: str, payment: str) -> Decision:
    """Order the certified amount of a Mittelabruf as this payment: the drawdown and the payment in one transaction."""
    disbursement_stream, payment_stream = decider.stream(case), payments.decider.stream(payment)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        state: Disbursement = states[0]
        ordered = decider.decide(OrderDrawdown(drawdown=drawdown, payment=payment), state, context)
        if not ordered:
            return {}
        command = _order_of(case, drawdown, payment, state)
        paid = payments.decider.decide(command, states[1], context)
        if not paid:
            raise payments.PaymentTaken
        return {disbursement_stream: ordered, payment_stream: paid}

    return Decision(
        reads={disbursement_stream: decider, payment_stream: payments.decider}, judge=judge, action="OrderPayment"
    )


def _order_of(case: str, drawdown: str, payment: str, state: Disbursement) -> payments.OrderPayment:
    plan, asked = plan_of(state), find(state, drawdown)
    attempt = len(asked.refused) + 1
    return payments.OrderPayment(
        payment=payment,
        case=case,
        drawdown=drawdown,
        attempt=attempt,
        reference=payments.reference_of(case, asked.tranche, attempt, asked.year),
        cents=asked.accepted_cents,
        title=plan.title,
        year=asked.year,
        file_number=plan.file_number,
        account_holder=plan.account_holder,
        iban=plan.iban,
        certified_by=asked.stage.certified_by if isinstance(asked.stage, Certified) else "",
        took_part=tuple(sorted(duties.barred("release-batch", state.acted))),
    )
