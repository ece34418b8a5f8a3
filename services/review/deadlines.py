"""Fristen der Prüfung: which event sets a deadline, which one settles it, and what its day brings."""

from datetime import timedelta

from services.review import award
from shared.deadlines import Asked, Due, clear_due, set_due
from shared.decider import Decision, decision
from shared.store import Recorded
from shared.views import Draft

REMEDY = "remedy-period"


def _declare_final(due: Due) -> Decision:
    return decision(award.decider, due.case, award.DeclareFinal())


DUE: Asked = {REMEDY: _declare_final}
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
        case _:
            pass
