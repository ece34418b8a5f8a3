"""Vormerkung einer Erhöhung: what a proposed amendment grants more in a year is set aside before anybody approves it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.review import budget as budgets
from services.review import programme as programmes
from services.review.award.changing import holding, reference_of
from services.review.award.commands import DropProposal, ProposeAmendment
from services.review.award.deciding import decide
from services.review.award.events import AmendmentProposed
from services.review.award.evolving import decider
from services.review.award.states import Approved, Award, Final, Notified
from shared.contracts import minus
from shared.decider import AnyDecider, Context, Decided, Decision


def propose_amendment(case: str, programme: str, command: ProposeAmendment) -> Decision:
    """Propose the amended award and set aside what it grants more; without that money there is no proposal.

    Proposed again, an amendment whose reservation expired is set aside anew.
    """
    stream, policies = decider.stream(case), programmes.decider.stream(programme)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        award: Award = states[0]
        events = decide(command, award, context)
        proposing = decider.fold(events, start=award)
        if not isinstance(proposing, Approved | Notified | Final):
            return {stream: events}
        proposal, grant = proposing.course.proposal, proposing.grant
        if not isinstance(proposal, AmendmentProposed):
            return {stream: events}
        more = tuple(it for it in minus(proposal.by_year, grant.by_year) if it.cents > 0)
        if not more:
            return {stream: events}
        days = programmes.parameters_in_force(states[1], context.valid_on).reservation_days
        reservation = budgets.ReserveFunds(
            case=case,
            by_year=more,
            expires_on=context.valid_on + timedelta(days=days),
            basis=grant.basis,
            increase=reference_of(proposal),
        )
        funds = dict(zip(holding(award), states[2:], strict=True))
        entered = budgets.set_aside(reservation, grant.budget_title, funds, context)
        if any(isinstance(it, budgets.FundsReservationRefused) for its in entered.values() for it in its):
            return entered
        return {stream: events, **entered}

    reads = {stream: decider, policies: programmes.decider}
    return Decision(reads=reads, judge=judge, action="ProposeAmendment", further=_further)


def drop_proposal(case: str, command: DropProposal) -> Decision:
    """Decide not to follow a proposal; what was set aside for it is free again."""
    stream = decider.stream(case)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        award: Award = states[0]
        events = decide(command, award, context)
        if not events or not isinstance(award, Approved | Notified | Final) or award.course.proposal is None:
            return {stream: events}
        funds = dict(zip(holding(award), states[1:], strict=True))
        freed = budgets.let_go(case, reference_of(award.course.proposal), "proposal-dropped", funds, context)
        return {stream: events, **freed}

    return Decision(reads={stream: decider}, judge=judge, action="DropProposal", further=_further)


def _further(states: Sequence[Any]) -> Mapping[str, AnyDecider]:
    return holding(states[0])
