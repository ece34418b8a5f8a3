"""Verfall einer Vormerkung: the day brings one decision over the case and the budget, so that neither knows less than the other."""

from collections.abc import Sequence
from typing import Any

from services.review import assessment as assessments
from services.review import budget as budgets
from shared.decider import Context, Decided, Decision


def expire_reservation(case: str, budget: str) -> Decision:
    """Release the case's reservation in this budget when its last day is over; the proposal stands and needs a new one."""
    stream, fund = assessments.decider.stream(case), budgets.decider.stream(budget)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        assessment: assessments.Assessment = states[0]
        released = budgets.decide(budgets.ExpireReservation(case=case), states[1], context)
        if not released or not isinstance(assessment, assessments.Reserved):
            return {fund: released}
        if assessment.reservation.budget != budget:
            return {fund: released}
        dropped = assessments.decide(assessments.DropReservation(reason="expired"), assessment, context)
        return {stream: dropped, fund: released}

    return Decision(reads={stream: assessments.decider, fund: budgets.decider}, judge=judge, action="ExpireReservation")
