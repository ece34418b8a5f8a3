"""Fristen der Auszahlung: which event sets a deadline, which one settles it, and what its day brings."""

from datetime import timedelta

from services.payout import hold
from shared.deadlines import Asked, Due, clear_due, set_due
from shared.decider import Decision, decision
from shared.views import Draft

HOLD = "hold"


def _expire_hold(due: Due) -> Decision:
    return decision(hold.decider, hold.REGISTER, hold.ExpireHold(hold=due.id))


DUE: Asked = {HOLD: _expire_hold}


def note_hold(draft: Draft, it: hold.Event) -> None:
    """The first day on which a hold binds nobody any more."""
    match it:
        case hold.HoldPlaced():
            if it.ends_on is not None:
                on = it.ends_on + timedelta(days=1)
                set_due(draft, HOLD, it.hold, on=on, rule="letzter Tag der Zahlungssperre", case=it.case)
        case hold.HoldLifted() | hold.HoldExpired():
            clear_due(draft, HOLD, it.hold)
