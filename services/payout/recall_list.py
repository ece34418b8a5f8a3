"""The list of requests to cancel: what was asked, by whom, what the treasury said; and those that are to be handed over."""

from collections.abc import Sequence
from typing import Any

from services.payout import expectation
from services.payout.batch import BY_HAND
from services.payout.expectation import FileKind
from services.payout.expected_list import meet
from services.payout.recall import (
    RecallAnswered,
    RecallApproved,
    RecallDropped,
    RecalledEntry,
    RecallListed,
    RecallRequested,
    RecallSubmissionStarted,
    RecallTransmitted,
)
from shared.store import Recorded
from shared.views import Body, Draft, Views

NAMED = 400
"""So many payments of a request are listed by their references."""


def list_recall(draft: Draft, id: str, place: str, it: Recorded) -> None:
    """One event of a request into the lists."""
    event: Any = it.event
    if isinstance(event, RecallListed):
        # Recorded with the request that follows, which is listed with them.
        draft.put("listed-recalls", id, _listed(draft, id, event.entries))
        return
    body: Body = draft.get("recalls", id) or {}
    match event:
        case RecallRequested():
            body = _requested(id, place, event) | _listed(draft, id, event.entries)
            draft.delete("listed-recalls", id)
        case RecallApproved():
            body |= {"status": "approved", "approved_by": event.approved_by, "file_sha256": event.file_sha256}
            body |= {"format": event.writing.format, "by_hand": event.writing.format == BY_HAND}
            if body["by_hand"]:
                # A person tells the Kasse: from now on its word is owed, whether or not somebody called.
                _expect_answer(draft, id, body, it)
            else:
                draft.put("outgoing-recalls", id, {"recall": id, "number": event.writing.number}, sort=place)
        case RecallDropped():
            body |= {"status": "dropped", "dropped_by": event.dropped_by, "drop_reason": event.reason}
        case RecallTransmitted():
            body |= {"status": "transmitted"}
            draft.delete("outgoing-recalls", id)
            if not body["by_hand"]:
                _expect_answer(draft, id, body, it)
        case RecallAnswered():
            counts = {outcome: body[outcome] + len(getattr(event, outcome)) for outcome in ("granted", "refused")}
            body |= counts | {"status": "answered" if event.ended else body["status"]}
            if event.ended:
                body["answered_at"] = it.context.at.isoformat()
                meet(draft, expectation.id_of(FileKind.RECALL, id), body["answered_at"])
        case RecallSubmissionStarted() | _:
            return
    draft.put("recalls", id, body, grp=body["status"], sort=body["place"])
    draft.put("recalls-of-batches", id, body, grp=body["batch"], sort=body["place"])


def _expect_answer(draft: Draft, id: str, body: Body, it: Recorded) -> None:
    told = {"recall": id, "debtor": body["debtor"], "at": it.context.at.isoformat(), "format": body["format"]}
    draft.put("to-expect", f"recall/{id}", told)


def _listed(draft: Draft, id: str, entries: Sequence[RecalledEntry]) -> Body:
    """The payments of a request, with those listed before: how many, how much, and the first by their references."""
    known = draft.get("listed-recalls", id) or {"references": [], "count": 0, "cents": 0}
    return {
        "references": [*known["references"], *(it.reference for it in entries)][:NAMED],
        "count": known["count"] + len(entries),
        "cents": known["cents"] + sum(it.cents for it in entries),
    }


def _requested(id: str, place: str, it: RecallRequested) -> Body:
    return {
        "recall": id, "batch": it.batch, "status": "requested", "grounds": it.grounds, "text": it.text,
        "requested_by": it.requested_by,
        "requested_on": it.requested_on.isoformat(), "approved_by": "", "dropped_by": "", "drop_reason": "",
        "file_sha256": "", "format": "", "by_hand": False, "debtor": it.debtor, "granted": 0, "refused": 0, "answered_at": "", "place": place,
    }  # fmt: skip


def recalls_of_batch(views: Views, batch: str) -> Sequence[str]:
    """The requests about payments of a batch, whatever became of them."""
    found: list[str] = []
    after = ""
    while True:
        page = views.find("recalls-of-batches", grp=batch, after=after, limit=200)
        found += [it.key for it in page.entries]
        if not (after := page.next):
            return found
