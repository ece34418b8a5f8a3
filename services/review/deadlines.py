"""Fristen der Prüfung: which event sets a deadline, which one settles it, and what its day brings."""

from datetime import timedelta

from services.review import award, budget
from services.review.expiry import expire_reservation
from shared.deadlines import Asked, Due, clear_due, set_due
from shared.decider import Decision, decision
from shared.store import Recorded
from shared.views import Draft

REMEDY = "remedy-period"
RESERVATION = "reservation"
"""Its id is the budget's and the case's: a case may be set aside anew in the next year's budget."""


def _declare_final(due: Due) -> Decision:
    return decision(award.decider, due.case, award.DeclareFinal())


def _expire_reservation(due: Due) -> Decision:
    return expire_reservation(due.case, due.id.partition("/")[0])


DUE: Asked = {REMEDY: _declare_final, RESERVATION: _expire_reservation}
"""For each kind of deadline the decision that its day brings."""


def note_deadlines(it: Recorded, draft: Draft) -> None:
    """What an event sets or settles."""
    case = it.context.correlation
    match it.event:
        case award.NoticeDispatched(remedy_ends_on=last):
            rule = f"Klagefrist bis {last:%d.%m.%Y} (§§ 58, 74 VwGO)"
            set_due(draft, REMEDY, case, on=last + timedelta(days=1), rule=rule, case=case)
        case award.DecisionBecameFinal():
            clear_due(draft, REMEDY, case)
        case budget.FundsReserved(case=case, expires_on=last):
            rule = f"Vormerkung bis {last:%d.%m.%Y} (Verwaltungspraxis, Frist der Vormerkung)"
            set_due(draft, RESERVATION, _reservation_id(it, case), on=last + timedelta(days=1), rule=rule, case=case)
        case budget.ReservationReleased(case=case) | budget.FundsCommitted(case=case):
            clear_due(draft, RESERVATION, _reservation_id(it, case))
        case _:
            pass


def _reservation_id(it: Recorded, case: str) -> str:
    return f"{it.originator_id.removeprefix('budget-')}/{case}"
