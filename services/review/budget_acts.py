"""Haushalt im Vorgang: what a budget officer enters in a title's budget for one case is an act in that case.

The entry lies in the title's stream; that somebody made it, the case's involvement keeps, so that later acts there know.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.review import assessment as assessments
from services.review import award as awards
from services.review import budget as budgets
from services.review import fulfilment as fulfilments
from services.review import involvement
from shared import duties
from shared.contracts import Acted
from shared.decider import AnyDecider, Context, Decided, Decision

ALLOW, REPAY = "allow-despite-provisional", "record-repayment"
ACTIONS = frozenset({ALLOW, REPAY})


def enter(
    title: str, year: int, action: str, command: budgets.AllowDespiteProvisional | budgets.RecordRepayment
) -> Decision:
    """The entry for the command's case, refused to whose acts in the case bar them from it."""
    case, stream = command.case, budgets.stream_of(title, year)
    reads: Mapping[str, AnyDecider] = {
        stream: budgets.decider,
        assessments.decider.stream(case): assessments.decider,
        awards.decider.stream(case): awards.decider,
        fulfilments.decider.stream(case): fulfilments.decider,
    }

    def judge(states: Sequence[Any], context: Context) -> Decided:
        entered = budgets.decider.decide(command, states[0], context)
        if entered:
            duties.refuse(action, _acted(*states[1:4]), context)
        return {stream: entered}

    decided = Decision(reads=reads, judge=judge, action=type(command).__name__, meta={"case": case})
    return involvement.taking_part(case, action, decided)


def _acted(
    assessment: assessments.Assessment, award: awards.Award, fulfilment: fulfilments.Fulfilment
) -> tuple[Acted, ...]:
    examined = () if isinstance(assessment, assessments.Unopened) else assessment.file.acted
    return (*examined, *awards.acts_of(award), *fulfilment.acted)
