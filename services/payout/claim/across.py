"""A person's act on a claim, judged with what is known of the case's payments: who took part there may be barred here."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.payout import collection, disbursement
from services.payout.claim.commands import OfClaim
from services.payout.claim.deciding import decide
from services.payout.claim.noun import decider
from shared.decider import AnyDecider, Context, Decided, Decision, replace


def of_case(case: str, command: OfClaim) -> Decision:
    """The command by somebody whom the case allows it."""
    own, beside = decider.stream(case), disbursement.decider.stream(case)
    orders = collection.decider.stream(case)
    reads: Mapping[str, AnyDecider] = {own: decider, beside: disbursement.decider, orders: collection.decider}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        plan: disbursement.Disbursement = states[1]
        ordered: collection.Collections = states[2]
        acted = (*plan.acted, *ordered.acted)
        return {own: decide(replace(command, acted=acted), states[0], context)}

    return Decision(reads=reads, judge=judge, action=type(command).__name__)
