"""The list of early starts as a view: which are asked for, proposed, decided. Translations, no rules."""

from typing import Any

from services.review import early_start as early_starts
from services.review.early_start import (
    EarlyStartApproved,
    EarlyStartOpened,
    EarlyStartProposed,
    EarlyStartRefused,
    EarlyStartWithdrawn,
)
from shared.store import Recorded
from shared.views import Draft

EARLY_STARTS = "early-starts"


def project(it: Recorded, draft: Draft) -> None:
    """One event into the list of early starts."""
    key = it.originator_id.removeprefix(f"{early_starts.decider.name}-")
    match it.event:
        case EarlyStartOpened():
            asked = it.event.request
            body: dict[str, Any] = {
                "early_start": asked.early_start,
                "case": it.context.correlation,
                "file_number": asked.file_number,
                "applicant_key": asked.applicant_key,
                "applicant_name": asked.applicant_name,
                "title": asked.title,
                "contract_on": asked.contract_on.isoformat(),
                "requested_on": asked.requested_on.isoformat(),
                "state": "open",
            }
            draft.put(EARLY_STARTS, key, body, grp="open", sort=f"{asked.requested_on.isoformat()}-{key}")
        case EarlyStartProposed():
            _turn(draft, key, "proposed")
        case EarlyStartApproved():
            _turn(draft, key, "approved")
        case EarlyStartRefused():
            _turn(draft, key, "refused")
        case EarlyStartWithdrawn():
            _turn(draft, key, "withdrawn")
        case _:
            pass


def _turn(draft: Draft, key: str, state: str) -> None:
    if known := draft.get(EARLY_STARTS, key):
        body = {**known, "state": state}
        draft.put(EARLY_STARTS, key, body, grp=state, sort=f"{body['requested_on']}-{key}")
