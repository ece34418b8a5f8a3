"""Bekanntgabe der Erstattung: when a demand's notice left, when what it asks for is due, and what becomes of it when it came back.

Nothing is due by a notice that did not arrive (§ 43 I VwVfG): until it was served again the claim waits, and then its time runs anew.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from services.review.recovery.commands import NoteDemandDispatch, NoteDemandFailure
from services.review.recovery.errors import DemandIsSettled, NothingDemanded
from services.review.recovery.events import DemandDispatched, DemandServiceFailed, RepaymentDemanded
from services.review.recovery.states import Recovery
from shared.decider import Context


def dispatched(command: NoteDemandDispatch, recovery: Recovery, context: Context) -> Sequence[DemandDispatched]:
    demanded = _demanded(command.number, recovery)
    if any(it.dispatch >= command.dispatch for it in recovery.dispatches if it.number == command.number):
        return []
    return [
        DemandDispatched(
            number=command.number,
            claim=demanded.proposed.claim,
            dispatch=command.dispatch,
            served_on=command.served_on,
            due_on=_due_on(command, demanded, recovery, context),
            dispatched_by=context.actor,
            dispatched_on=context.valid_on,
        )
    ]


def _due_on(command: NoteDemandDispatch, demanded: RepaymentDemanded, recovery: Recovery, context: Context) -> date:
    """The day in the notice when it leaves at once; later the whole time from its service, and never an earlier day than before."""
    if command.dispatch == 1 and context.valid_on <= demanded.demanded_on:
        return demanded.due_on
    anew = command.served_on + timedelta(days=demanded.proposed.due_days)
    return max(recovery.due_on(demanded), anew)


def failed(command: NoteDemandFailure, recovery: Recovery, context: Context) -> Sequence[DemandServiceFailed]:
    demanded = _demanded(command.number, recovery)
    if any(it.dispatch >= command.dispatch for it in recovery.failures if it.number == command.number):
        return []
    if recovery.is_settled(demanded.proposed.claim):
        raise DemandIsSettled
    return [
        DemandServiceFailed(
            number=command.number,
            claim=demanded.proposed.claim,
            dispatch=command.dispatch,
            failed_on=context.valid_on,
            recorded_by=context.actor,
        )
    ]


def _demanded(number: int, recovery: Recovery) -> RepaymentDemanded:
    demanded = recovery.demand(number)
    if demanded is None:
        raise NothingDemanded
    return demanded
