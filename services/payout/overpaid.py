"""Überzahlung: what ends with the claim for money that the treasury paid twice."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.payout import clearing, disbursement
from shared.contracts.review import OverpaymentSettled
from shared.decider import AnyDecider, Context, Decided, Decision


def end(it: OverpaymentSettled, case: str) -> Decision:
    """The drawdown is paid once, and its open item on the clearing list is closed in the same transaction."""
    own = disbursement.decider.stream(case)

    def listed(states: Sequence[Any]) -> Mapping[str, AnyDecider]:
        overpaid = disbursement.find(states[0], it.drawdown).overpaid
        names = {one.listed for one in overpaid if one.payment == it.payment and one.listed}
        return {clearing.decider.stream(name): clearing.decider for name in sorted(names)}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        command = disbursement.EndOverpayment(
            case=case, drawdown=it.drawdown, payment=it.payment, claim=it.claim, settled_on=it.settled_on
        )
        over = clearing.EndOverpayment(payment=it.payment, claim=it.claim)
        ended = zip(listed(states), states[1:], strict=True)
        return {
            own: disbursement.decider.decide(command, states[0], context),
            **{stream: clearing.decider.decide(over, state, context) for stream, state in ended},
        }

    return Decision(reads={own: disbursement.decider}, judge=judge, action="EndOverpayment", further=listed)
