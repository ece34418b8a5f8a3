"""Lists of drafts, made from the log: each body's open ones, and those whose key is still to be destroyed."""

from collections.abc import Sequence

from services.intake import draft as drafts
from services.intake.draft import DraftDiscarded, DraftErased, DraftExpired, DraftSaved, DraftSubmitted
from services.intake.draft.files import DraftFileRemoved, DraftFilesAdded
from shared.deadlines import clear_due, set_due
from shared.recorders import Row
from shared.store import Recorded
from shared.views import Draft, Views

KEPT = "draft"
"""The period for which a draft is kept."""
OPEN, OVER = "drafts", "drafts-over"
REMOVED = "drafts-with-files-removed"
"""In order of the last removal."""
MOST = 50
"""Drafts shown of one body, and keys destroyed at a time."""
_RULE = "Aufbewahrung eines Entwurfs ohne Änderung (Einstellung der Behörde, Art. 5 Abs. 1 Buchst. e DSGVO)"


def project(it: Recorded, row: Row, draft: Draft) -> None:
    """One event of a draft into the lists."""
    key = row.stream.removeprefix(f"{drafts.decider.name}-")
    match it.event:
        case (DraftSaved() | DraftFilesAdded() | DraftFileRemoved()) as change:
            sort = f"{row.position:015d}"
            draft.put(OPEN, key, {"draft": key}, grp=change.applicant_key, sort=sort)
            set_due(draft, KEPT, key, on=drafts.expires_on(change.kept_until_on), rule=_RULE)
            if isinstance(change, DraftFileRemoved):
                draft.put(REMOVED, key, {"draft": key}, sort=sort)
        case DraftSubmitted() | DraftDiscarded() | DraftExpired():
            draft.delete(OPEN, key)
            clear_due(draft, KEPT, key)
            draft.put(OVER, key, {"draft": key})
        case DraftErased():
            draft.delete(OVER, key)
            draft.delete(REMOVED, key)
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


def files_removed(views: Views, after: str) -> tuple[Sequence[str], str]:
    """Drafts out of which files were taken after the place that is named, and the place up to which these are."""
    found = views.find(REMOVED, after=after, limit=MOST).entries
    return [it.key for it in found], f"{found[-1].sort}\x1f{found[-1].key}" if found else after
