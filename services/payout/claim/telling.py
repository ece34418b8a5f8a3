"""What the treasury is to know of a claim, and ordering it: judged with the case and who is its recipient by now."""

from collections.abc import Sequence
from typing import Any

from services.payout import collection
from services.payout import disbursement as disbursements
from services.payout import payee as payees
from services.payout.claim.commands import PaidBy
from services.payout.claim.errors import UnknownClaim
from services.payout.claim.noun import decider
from services.payout.claim.states import Claim, Claims
from shared.decider import AnyDecider, Context, Decided, Decision


def wanted_of(it: Claim) -> collection.Wanted:
    """A claim as the treasury should know it: what was remitted or set off is not collected, nor anything while it is suspended."""
    received = sum(one.cents + one.interest_cents for one in it.booked if one.paid_by == PaidBy.TRANSFER)
    return collection.Wanted(
        claim=it.id,
        target_cents=received if it.suspended else received + it.owed_cents,
        received_cents=received,
        due_on=it.payable_on,
        payable_under=it.opened.reference,
        title=it.opened.title,
        file_number=it.opened.file_number,
    )


def needed_by(it: Claim, state: collection.Collections) -> collection.Needed | None:
    """The order that this claim needs now; None when the treasury knows all, or its last order is on the way."""
    standing = state.of_claim(it.id)
    if standing and standing[-1].stage == collection.BATCHED:
        return None
    return collection.needed(wanted_of(it), *collection.told(standing))


def order(case: str, claim: str, name: str) -> Decision:
    """Order what the treasury is to know of a claim, as it stands; `name` is the order's id."""
    own, orders = decider.stream(case), collection.decider.stream(case)
    plan, paid = disbursements.decider.stream(case), payees.decider.stream(case)
    reads: dict[str, AnyDecider] = {
        own: decider, orders: collection.decider, plan: disbursements.decider, paid: payees.decider,
    }  # fmt: skip

    def judge(states: Sequence[Any], context: Context) -> Decided:
        known: Claims = states[0]
        it = known.find(claim)
        if it is None:
            raise UnknownClaim(field="claim")
        payer = states[3].name or disbursements.plan_of(states[2]).applicant_name
        reference = collection.reference_of(case, len(states[1].orders) + 1, context.valid_on.year)
        command = collection.OrderCollection(
            order=name, reference=reference, wanted=wanted_of(it), payer=payer, acted=(*states[2].acted, *known.acted)
        )
        return {orders: collection.decider.decide(command, states[1], context)}

    return Decision(reads=reads, judge=judge, action="OrderCollection")
