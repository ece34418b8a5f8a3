"""Decisions over award and budget, when an award that stands changes: in one transaction, and no cent free before it is review's."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.review import budget as budgets
from services.review.award.commands import ApproveAmendment, Command, DecideAnnulment, OfNotice, TakeBackFunds
from services.review.award.deciding import decide
from services.review.award.effect import lost_by
from services.review.award.events import (
    AmendmentProposed,
    Annulled,
    AnnulmentProposed,
    ChangeTookEffect,
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
from services.review.award.notice import change_notice
from services.review.award.states import Approved, Award, Final, Gone, Notified
from shared.contracts import YearAmount, plus
from shared.decider import AnyDecider, Context, Decided, Decision, decision

type Entered = Callable[[Award, Sequence[Event], Mapping[str, Any], Context], Decided]


def decide_annulment(case: str, proposal: int, immediate: str = "") -> Decision:
    """Annul the award as proposed. What moves at once is free at once if review has it; what is payout's, when it comes back."""

    def entered(award: Award, events: Sequence[Event], funds: Mapping[str, Any], context: Context) -> Decided:
        for it in events:
            if isinstance(it, GrantLapsed | GrantRevoked | GrantRetracted | GrantReducedByCondition) and not it.waits:
                return _free(award, it.lost, f"annulment-{proposal}", events, funds, context)
        return {}

    command = DecideAnnulment(proposal=proposal, immediate=immediate)
    return _over_budgets(case, command, entered, "DecideAnnulment")


def approve_amendment(case: str, proposal: int, immediate: str = "") -> Decision:
    """Amend the award as proposed: what was set aside for it is promised, or nothing recorded but the budget's refusal."""

    def entered(award: Award, events: Sequence[Event], funds: Mapping[str, Any], context: Context) -> Decided:
        amended = next((it for it in events if isinstance(it, GrantAmended)), None)
        if amended is None or amended.waits:
            return {}
        reference = reference_of(amended)
        if not amended.more:
            return _free(award, amended.less, reference, events, funds, context)
        less = () if _is_asked(events) else amended.less
        shift = budgets.ShiftCommitment(
            case=case, less=less, more=amended.more, reason="amendment", reference=reference, basis=amended.grant.basis
        )
        return budgets.shifted(shift, amended.grant.budget_title, funds, context)

    command = ApproveAmendment(proposal=proposal, immediate=immediate)
    return _over_budgets(case, command, entered, "ApproveAmendment")


def of_notice(case: str, command: OfNotice) -> Decision:
    """What happens to a notice, and when a change ends its waiting by it, its money, in the same transaction."""

    if not command.proposal:
        return decision(decider, case, command)

    def entered(award: Award, events: Sequence[Event], funds: Mapping[str, Any], context: Context) -> Decided:
        took = next((it for it in events if isinstance(it, ChangeTookEffect)), None)
        if took is None:
            return {}
        change = change_notice(award, took.number)
        return _free(award, lost_by(change)[0], reference_of(change.decided), events, funds, context)

    return _over_budgets(case, command, entered, type(command).__name__)


def take_back(case: str, command: TakeBackFunds) -> Decision:
    """Free in the budget what payout returned, and what falls away because as much had been ordered."""

    def entered(award: Award, events: Sequence[Event], funds: Mapping[str, Any], context: Context) -> Decided:
        for it in events:
            if isinstance(it, FundsTakenBack):
                reference = f"reduction-{it.reduction}-{it.part}"
                return _reduced(award, plus(it.by_year, it.short), reference, funds, context)
        return {}

    return _over_budgets(case, command, entered, "TakeBackFunds")


FURTHEST = 5
"""So many years after another one an award may still have money."""


def reference_of(it: AnnulmentProposed | AmendmentProposed | Annulled | GrantAmended) -> str:
    """Under which reference the budgets enter what a change does to the award's money."""
    match it:
        case AmendmentProposed() | GrantAmended():
            return f"amendment-{it.number}"
        case AnnulmentProposed():
            return f"annulment-{it.number}"
        case _:
            return f"annulment-{it.decided.number}"


def _is_asked(events: Sequence[Event]) -> bool:
    """Whether payout has the money and is asked for it: then it is free when it comes back."""
    return any(isinstance(it, ReductionRequested) for it in events)


def _free(
    award: Award,
    by_year: tuple[YearAmount, ...],
    reference: str,
    events: Sequence[Event],
    funds: Mapping[str, Any],
    context: Context,
) -> Decided:
    return {} if _is_asked(events) else _reduced(award, by_year, reference, funds, context)


def _reduced(
    award: Award, by_year: tuple[YearAmount, ...], reference: str, funds: Mapping[str, Any], context: Context
) -> Decided:
    if not by_year or not isinstance(award, Approved | Notified | Final | Gone):
        return {}
    command = budgets.ReduceCommitment(case=award.grant.case, by_year=by_year, reason=reference, reference=reference)
    return budgets.reduced(command, award.grant.budget_title, funds, context)


def holding(award: Award) -> Mapping[str, AnyDecider]:
    """The budgets that may hold money of the award, before or after any change of it that is known."""
    if not isinstance(award, Approved | Notified | Final | Gone):
        return {}
    course, parts = award.course, [*award.grant.by_year]
    if isinstance(course.proposal, AmendmentProposed):
        parts += course.proposal.by_year
    for reduction in course.reductions:
        parts += (*reduction.asked, *reduction.then)
    named = [it.year for it in parts] or [award.approved_on.year]
    # A later year's money is promised by the budget of the year of the approval until the next one takes it over.
    return budgets.holders(award.grant.budget_title, range(min(named) - FURTHEST, max(named) + FURTHEST + 1))


def _over_budgets(case: str, command: Command, entered: Entered, action: str) -> Decision:
    """One judgement over the award and the budgets that hold its money: what the award decides, the budgets enter."""
    stream = decider.stream(case)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        award: Award = states[0]
        events = decide(command, award, context)
        by_stream = dict(zip(holding(award), states[1:], strict=True))
        found = entered(award, events, by_stream, context)
        if any(isinstance(it, budgets.CommitmentShiftRefused) for it in (one for its in found.values() for one in its)):
            return found
        return {stream: events, **found}

    def further(states: Sequence[Any]) -> Mapping[str, AnyDecider]:
        return holding(states[0])

    return Decision(reads={stream: decider}, judge=judge, action=action, further=further)
