"""Lists of drafts, made from the log: each body's open ones, and those whose key is still to be destroyed."""

from collections.abc import Sequence

from services.intake import draft as drafts
from services.intake.draft import DraftDiscarded, DraftErased, DraftExpired, DraftSaved, DraftSubmitted
from shared.deadlines import clear_due, set_due
from shared.recorders import Row
from shared.store import Recorded
from shared.views import Draft, Views

KEPT = "draft"
"""The period for which a draft is kept."""
OPEN, OVER = "drafts", "drafts-over"
MOST = 50
"""Drafts shown of one body, and keys destroyed at a time."""
_RULE = "Aufbewahrung eines Entwurfs ohne Änderung (Einstellung der Behörde, Art. 5 Abs. 1 Buchst. e DSGVO)"


def project(it: Recorded, row: Row, draft: Draft) -> None:
    """One event of a draft into the lists."""
    key = row.stream.removeprefix(f"{drafts.decider.name}-")
    match it.event:
        case DraftSaved() as saved:
            draft.put(OPEN, key, {"draft": key}, grp=saved.applicant_key, sort=f"{row.position:015d}")
            set_due(draft, KEPT, key, on=drafts.expires_on(saved), rule=_RULE)
        case DraftSubmitted() | DraftDiscarded() | DraftExpired():
            draft.delete(OPEN, key)
            clear_due(draft, KEPT, key)
            draft.put(OVER, key, {"draft": key})
        case DraftErased():
            draft.delete(OVER, key)
        case _:
            return


def drafts_of(views: Views, applicant_keys: Sequence[str]) -> Sequence[str]:
    """The ids of these bodies' open drafts, the one saved last first."""
    found = [
        it
        for key in sorted(set(applicant_keys))
        for it in views.find(OPEN, grp=key, limit=MOST, newest_first=True).entries
    ]
    return [it.key for it in sorted(found, key=lambda it: it.sort, reverse=True)]


def drafts_over(views: Views) -> Sequence[str]:
    """Drafts whose key is still to be destroyed."""
    return [it.key for it in views.find(OVER, limit=MOST).entries]
