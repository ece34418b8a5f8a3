"""What falls due in intake, and what its day brings: decisions of the SYSTEM, each once."""

from collections.abc import Callable, Mapping

from services.intake import application, draft_views
from services.intake.application import Submitted
from services.intake.draft import ExpireDraft
from services.intake.draft import decider as drafts
from services.intake.supply import ExpireDocumentDeadline
from shared.deadlines import Due, clear_due, set_due
from shared.decider import Decision, decision
from shared.views import Draft

DOCUMENTS = "documents"
"""The period for what was asked for."""


def _documents(due: Due) -> Decision:
    return decision(application.decider, due.id, ExpireDocumentDeadline())


def _draft(due: Due) -> Decision:
    return decision(drafts, due.id, ExpireDraft())


DUE: Mapping[str, Callable[[Due], Decision]] = {DOCUMENTS: _documents, draft_views.KEPT: _draft}


def tell(case: str, state: Submitted, draft: Draft) -> None:
    """Note what falls due for an application, or that nothing does any more."""
    supply = state.supply
    waiting = supply.missing and not (supply.expired or state.completed or state.withdrawn)
    if waiting and supply.deadline:
        set_due(draft, DOCUMENTS, case, on=supply.deadline.expired_from, rule=supply.deadline.rule, case=case)
    elif supply.deadline:
        clear_due(draft, DOCUMENTS, case)
