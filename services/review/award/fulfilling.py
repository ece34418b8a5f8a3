"""Nebenbestimmungen des Bescheids: imposed with the notice, and what people find of them while the award stands."""

from collections.abc import Sequence
from typing import Any

from services.review import fulfilment
from services.review.award.acts import acts_of
from services.review.award.errors import AwardIsGone
from services.review.award.events import Event, NoticeDispatched
from services.review.award.evolving import decider
from services.review.award.states import Approved, Award, Gone
from services.review.side_condition import placed
from shared import duties
from shared.decider import Context, Decided, Decision


def imposed(award: Award, dispatched: Sequence[Event], known: fulfilment.Fulfilment, context: Context) -> Decided:
    """What the dispatch of a notice imposes, in the same transaction, by the case's stream; nothing with a refusal."""
    notice = next((it for it in dispatched if isinstance(it, NoticeDispatched) and not it.proposal), None)
    if notice is None or not isinstance(award, Approved):
        return {}
    conditions = placed(award.grant.side_conditions, notice.deemed_served_on)
    command = fulfilment.ImposeSideConditions(notice=notice.number, conditions=conditions)
    return {fulfilment.decider.stream(award.grant.case): fulfilment.decide(command, known, context)}


def assess_condition(case: str, action: str, command: fulfilment.Command) -> Decision:
    """What a person finds of a side condition: who took part in the case may be barred from it."""
    stream, award = fulfilment.decider.stream(case), decider.stream(case)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        found = fulfilment.decide(command, states[0], context)
        if found and isinstance(states[1], Gone):
            raise AwardIsGone
        if found:
            duties.refuse(action, acts_of(states[1]), context)
        return {stream: found}

    return Decision(reads={stream: fulfilment.decider, award: decider}, judge=judge, action=type(command).__name__)
