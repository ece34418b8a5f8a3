"""Fristen der Auszahlung: which event sets a deadline, which one settles it, and what its day brings."""

from datetime import timedelta

from services.payout import claim, expectation, hold, payment
from services.payout.expected_list import EXPECTED_FILE
from shared.deadlines import Asked, Due, clear_due, set_due
from shared.decider import Decision, decision
from shared.views import Draft

HOLD = "hold"
CLAIM = "claim"
"""Something that the case owes is due; it is reminded of on the day after."""
PAYEE_CHECK = "payee-check"
"""A payment is held because the bank questions its payee; on the day after its last day the clock tells of it."""


def _expire_hold(due: Due) -> Decision:
    return decision(hold.decider, hold.REGISTER, hold.ExpireHold(hold=due.id))


def _remind(due: Due) -> Decision:
    return decision(claim.decider, due.case, claim.RemindOfClaims())


def _miss_file(due: Due) -> Decision:
    return decision(expectation.decider, due.id, expectation.MissFile())


def _miss_payee_check(due: Due) -> Decision:
    return decision(payment.decider, due.id, payment.MissPayeeCheck())


DUE: Asked = {HOLD: _expire_hold, CLAIM: _remind, EXPECTED_FILE: _miss_file, PAYEE_CHECK: _miss_payee_check}
"""For each kind of deadline the decision that its day brings."""


def note_hold(draft: Draft, it: hold.Event) -> None:
    """The first day on which a hold binds nobody any more."""
    match it:
        case hold.HoldPlaced():
            if it.ends_on is not None:
                on = it.ends_on + timedelta(days=1)
                set_due(draft, HOLD, it.hold, on=on, rule="letzter Tag der Zahlungssperre", case=it.case)
        case hold.HoldLifted() | hold.HoldExpired():
            clear_due(draft, HOLD, it.hold)


def note_claims(case: str, known: claim.Claims, draft: Draft) -> None:
    """The next day on which something is due of what the case owes."""
    if (on := known.next_due_on) is None:
        clear_due(draft, CLAIM, case)
    else:
        rule = f"Forderung fällig am {on:%d.%m.%Y} (§ 49a VwVfG)"
        set_due(draft, CLAIM, case, on=on + timedelta(days=1), rule=rule, case=case)


def note_payee_check(draft: Draft, id: str, state: payment.Payment) -> None:
    """The day after the last one on which a payment that is held is decided in time."""
    due_on = payment.held_until(state)
    if due_on is None or isinstance(state, payment.Unordered):
        clear_due(draft, PAYEE_CHECK, id)
        return
    rule = f"Empfängerüberprüfung zu entscheiden bis {due_on:%d.%m.%Y}"
    set_due(draft, PAYEE_CHECK, id, on=due_on + timedelta(days=1), rule=rule, case=state.order.case)
