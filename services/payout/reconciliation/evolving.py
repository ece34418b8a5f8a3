"""The closings after an event."""

from typing import assert_never

from services.payout.reconciliation.events import DifferenceProposed, Event, ReconciliationClosed, YearSealed
from services.payout.reconciliation.states import Closings
from shared.decider import replace


def evolve(state: Closings, it: Event) -> Closings:
    match it:
        case ReconciliationClosed():
            return replace(state, days=(*state.days, it), proposed=None)
        case DifferenceProposed():
            return replace(state, proposed=it)
        case YearSealed():
            return replace(state, years=(*state.years, it))
        case _ as missing:
            assert_never(missing)
