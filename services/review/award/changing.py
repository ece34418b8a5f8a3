"""Decisions over award and budget, when an award that stands changes: in one transaction, and no cent free before it is review's."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from services.review import budget as budgets
from services.review.award.commands import ApproveAmendment, Command, DecideAnnulment, TakeBackFunds
from services.review.award.deciding import decide
from services.review.award.events import (
    Event,
    FundsTakenBack,
    GrantAmended,
    GrantLapsed,
    GrantReducedByCondition,
    GrantRetracted,
    GrantRevoked,
    ReductionRequested,
)
from services.review.award.evolving import decider
from services.review.award.states import Award
from shared.contracts import YearAmount, plus
from shared.decider import AnyDecider, Context, Decided, Decision

type Entered = Callable[[Award, Sequence[Event], Mapping[str, Any], Context], Decided]


def decide_annulment(case: str, proposal: int, title: str, years: Iterable[int]) -> Decision:
    """Annul the award as proposed. What is still review's is free at once; what is payout's, when it comes back."""

    def entered(award: Award, events: Sequence[Event], funds: Mapping[str, Any], context: Context) -> Decided:
        asked = any(isinstance(it, ReductionRequested) for it in events)
        for it in events:
            if isinstance(it, GrantLapsed | GrantRevoked | GrantRetracted | GrantReducedByCondition) and not asked:
                return _reduced(case, title, it.lost, f"annulment-{proposal}", funds, context)
        return {}

    return _over_budgets(case, title, years, DecideAnnulment(proposal=proposal), entered, "DecideAnnulment")


def approve_amendment(case: str, proposal: int, title: str, years: Iterable[int]) -> Decision:
    """Amend the award as proposed. Records nothing but the budget's refusal when it lacks the money for a year."""

    def entered(award: Award, events: Sequence[Event], funds: Mapping[str, Any], context: Context) -> Decided:
        amended = next((it for it in events if isinstance(it, GrantAmended)), None)
        if amended is None:
            return {}
        less = () if any(isinstance(it, ReductionRequested) for it in events) else amended.less
        reference = f"amendment-{proposal}"
        if not amended.more:
            return _reduced(case, title, less, reference, funds, context)
        shift = budgets.ShiftCommitment(
            case=case, less=less, more=amended.more, reason="amendment", reference=reference, basis=amended.grant.basis
        )
        return budgets.shifted(shift, title, funds, context)

    return _over_budgets(case, title, years, ApproveAmendment(proposal=proposal), entered, "ApproveAmendment")


def take_back(case: str, title: str, command: TakeBackFunds) -> Decision:
    """Free in the budget what payout returned, and what falls away because as much had been ordered."""

    def entered(award: Award, events: Sequence[Event], funds: Mapping[str, Any], context: Context) -> Decided:
        for it in events:
            if isinstance(it, FundsTakenBack):
                reference = f"reduction-{it.reduction}-{it.part}"
                return _reduced(case, title, plus(it.by_year, it.short), reference, funds, context)
        return {}

    # What falls away lies in later years than what came back: all that a commitment may reach is read.
    named = [it.year for it in (*command.by_year, *command.kept)]
    years = range(min(named), max(named) + FURTHEST + 1)
    return _over_budgets(case, title, years, command, entered, "TakeBackFunds")


FURTHEST = 5
"""So many years after another one an award may still have money."""


def _reduced(
    case: str,
    title: str,
    by_year: tuple[YearAmount, ...],
    reference: str,
    funds: Mapping[str, Any],
    context: Context,
) -> Decided:
    if not by_year:
        return {}
    command = budgets.ReduceCommitment(case=case, by_year=by_year, reason=reference, reference=reference)
    return budgets.reduced(command, title, funds, context)


def _over_budgets(
    case: str, title: str, years: Iterable[int], command: Command, entered: Entered, action: str
) -> Decision:
    """One judgement over the award and the budgets that hold its money: what the award decides, the budgets enter."""
    stream, named = decider.stream(case), sorted(set(years))
    # A later year's money is promised by the budget of the year of the approval until the next one takes it over.
    funds = budgets.holders(title, range(named[0] - FURTHEST, named[-1] + 1))

    def judge(states: Sequence[Any], context: Context) -> Decided:
        award: Award = states[0]
        events = decide(command, award, context)
        by_stream = dict(zip(funds, states[1:], strict=True))
        found = entered(award, events, by_stream, context)
        if any(isinstance(it, budgets.CommitmentShiftRefused) for it in (one for its in found.values() for one in its)):
            return found
        return {stream: events, **found}

    reads: dict[str, AnyDecider] = {stream: decider, **funds}
    return Decision(reads=reads, judge=judge, action=action)
