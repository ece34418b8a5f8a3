"""Zuweisung vieler Vorgänge auf einmal: all of them or none, so that nobody has to find out which came through."""

from collections.abc import Sequence
from typing import Any

from services.review import handling
from shared import duties
from shared.decider import Context, Decided, Decision

ACTION = "assign-cases"
MOST_CASES = 100
"""What a head gives out in one go; more would hold up everybody else's decisions."""


def assign_cases(cases: Sequence[str], person: str) -> Decision:
    """Assign all these cases to a person; what one of them refuses, is refused for all, and `detail` names its case."""
    streams = {handling.decider.stream(it): it for it in cases}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        return {
            stream: _assigned(case, state, person, context)
            for (stream, case), state in zip(streams.items(), states, strict=True)
        }

    return Decision(reads=dict.fromkeys(streams, handling.decider), judge=judge, action="AssignCases")


def _assigned(case: str, state: handling.Handling, person: str, context: Context) -> Sequence[handling.Event]:
    if state.reviewer == person:
        return []
    duties.refuse(ACTION, state.conflicts, context, case=case)
    try:
        return handling.decide(handling.AssignReviewer(person=person, case=case), state, context)
    except handling.PersonIsExcluded as error:
        raise handling.PersonIsExcluded(f"Vorgang {case}", field="person") from error
