"""What goes back to review when the plan shrinks, and which Mittelabrufe no longer fit into the rest."""

from collections.abc import Sequence

from services.payout.disbursement.changes import DrawdownReopened, returns
from services.payout.disbursement.events import Event
from services.payout.disbursement.evolving import evolve
from services.payout.disbursement.limits import payable
from services.payout.disbursement.states import Accepted, Certified, Disbursement, Open, Ordered, Paid, Waiting, plan_of
from shared.contracts import YearAmount, minus, plus
from shared.decider import Context, replace


def give_back(state: Disbursement, context: Context) -> Sequence[Event]:
    """What goes back to review now, and the Mittelabrufe that no longer fit into the rest."""
    if isinstance(state, Waiting):
        return []
    given: list[Event] = list(returns(state.changes, unordered(state), context.valid_on))
    for it in given:
        state = evolve(state, it)
    reduction = state.changes.asked[-1].reduction if state.changes.asked else 0
    return [*given, *(DrawdownReopened(drawdown=it, reduction=reduction) for it in _outgrown(state))]


def unordered(state: Open) -> tuple[YearAmount, ...]:
    """Per year what no order was given for: only this can go back."""
    ordered: tuple[YearAmount, ...] = ()
    for it in state.drawdowns:
        if isinstance(it.stage, Ordered | Paid):
            ordered = plus(ordered, [YearAmount(year=it.year, cents=it.accepted_cents)])
    return minus(state.plan.by_year, ordered)


def _outgrown(state: Disbursement) -> Sequence[str]:
    """Mittelabrufe that are examined and not ordered, of which the plan no longer bears what was accepted."""
    plan, found = plan_of(state), list[str]()
    kept = [it for it in state.drawdowns if isinstance(it.stage, Ordered | Paid)]
    for it in state.drawdowns:
        if isinstance(it.stage, Accepted | Certified):
            cents, _ = payable(plan, kept, replace(it, requested_cents=it.accepted_cents), state.proof)
            if cents < it.accepted_cents:
                found.append(it.id)
            else:
                kept.append(it)
    return found
