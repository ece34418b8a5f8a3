"""How much of a Mittelabruf can be paid, and why less than was asked for, or nothing for now."""

from collections.abc import Sequence

from services.payout.disbursement.events import PlanOpened
from services.payout.disbursement.retention import ProofNoted, withheld_cents
from services.payout.disbursement.side_condition import in_the_way
from services.payout.disbursement.states import Disbursement, Drawdown, Open, Ordered, Paid
from shared.contracts import SideCondition
from shared.money import at_rate


def payable(
    plan: PlanOpened, drawdowns: Sequence[Drawdown], asked: Drawdown, proof: ProofNoted | None = None
) -> tuple[int, str]:
    """Cents that can be paid on a Mittelabruf and, when it is less than asked for, the code of the narrowest limit.

    Limits: the grant's share of all eligible expenditure due so far, less all accepted before (VV Nr. 7 zu § 44);
    what the year still holds (§ 45 ThürLHO: a year's money ends with the year), and of that what is not withheld until the
    proof of use is accepted; what the grant still holds, and after the proof what finally remains of it.
    """
    granted_of_year = sum(part.cents for part in plan.by_year if part.year == asked.year)
    accepted_of_year = sum(it.accepted_cents for it in drawdowns if it.year == asked.year)
    accepted = sum(it.accepted_cents for it in drawdowns)
    withheld = withheld_cents(granted_of_year, plan.withheld_bp, proof)
    limits = [
        (asked.requested_cents, ""),
        (share_cents(plan, asked.eligible_due_cents) - accepted, "pro-rata"),
        (granted_of_year - accepted_of_year, "year-exhausted" if granted_of_year else "not-a-plan-year"),
        (granted_of_year - accepted_of_year - withheld, "withheld-until-proof"),
        (sum(part.cents for part in plan.by_year) - accepted, "grant-exhausted"),
        *([(proof.final_cents - accepted, "final-amount")] if proof else []),
    ]
    cents, reason = min(limits, key=lambda limit: limit[0])
    return max(cents, 0), reason


def share_cents(plan: PlanOpened, due_cents: int) -> int:
    """What of the grant so much eligible expenditure bears, rounded down to the cent.

    In proportion with the recipient's own funds, never above the rate (ANBest Nr. 1.4); of a gap only what those no longer cover.
    """
    granted = sum(part.cents for part in plan.by_year)
    due = min(due_cents, plan.eligible_cents)
    if plan.financing_type == "gap":
        return max(0, granted - (plan.eligible_cents - due))
    return min(at_rate(due, plan.rate_bp), granted * due // plan.eligible_cents if plan.eligible_cents else 0)


def open_condition(state: Disbursement) -> SideCondition | None:
    """The side condition that certification and order have to wait for now."""
    if not isinstance(state, Open):
        return None
    is_first = not any(isinstance(it.stage, Ordered | Paid) for it in state.drawdowns)
    return in_the_way(state.opened.side_conditions, state.noted, is_first=is_first)
