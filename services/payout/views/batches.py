"""Batches by how far they are."""

from typing import Any

from services.payout import batch
from services.payout.expected_list import expect_of_batch, meet_batch
from services.payout.views.places import place_of
from shared.recorders import Row
from shared.store import Recorded
from shared.views import Body, Draft

BATCH_STATUSES: tuple[str, ...] = (
    "sealed",
    "released",
    "submitting",
    "unknown",
    "transmitted",
    "completed",
    "discarded",
)


def answer_collection(draft: Draft, batch_id: str, order: str, at: str) -> None:
    """When the last of a file's orders about claims was taken or refused: of a file without payments no booking follows."""
    body = draft.get("batches", batch_id)
    if body and order not in body["collections_answered"]:
        answered = sorted((*body["collections_answered"], order))
        put_batch(draft, body | {"collections_answered": answered, "moved_at": max(body["moved_at"], at)})


def list_batch(draft: Draft, id: str, row: Row, recorded: Recorded) -> None:
    it: Any = recorded.event
    if isinstance(it, batch.BatchListed):
        return
    since = row.position if isinstance(it, batch.BatchSealed) else 0
    body = draft.get("batches", id, since=since) or {}
    match it:
        case batch.BatchSealed():
            body |= {
                "batch": id, "count": it.count, "sum_cents": it.sum_cents, "file_sha256": it.file_sha256,
                "file_name": it.file_name, "format": it.writing.format, "number": it.writing.number, "created_at": it.created_at.isoformat(),
                "execution_on": it.execution_on.isoformat(), "sealed_by": it.sealed_by, "released_by": "",
                "took_part": list(it.took_part), "state": "sealed", "attempt": 0, "trouble": "",
                "settled": [], "rejected": [], "place": place_of(row.position), "debtor": it.debtor,
                "answered_at": "", "answer_sha256": "", "moved_at": "", "silent": [],
                "collections": len(it.collections), "collections_cents": sum(one.cents for one in it.collections),
                "collections_answered": [],
            }  # fmt: skip
        case batch.BatchReleased():
            body |= {"state": "released", "released_by": it.released_by}
            if body["format"] != batch.BY_HAND:
                draft.put("outgoing", id, {"batch": id, "number": body["number"]}, sort=place_of(row.position))
        case batch.BatchDiscarded():
            body |= {"state": "discarded"}
        case batch.BatchEntered():
            body |= {"state": "transmitted"}
        case batch.SubmissionStarted():
            body |= {"state": "submitting", "attempt": it.attempt}
        case batch.SubmissionUnknown():
            body |= {"state": "unknown", "trouble": it.reason}
        case batch.BatchTransmitted():
            body |= {"state": "transmitted", "trouble": ""}
            draft.delete("outgoing", id)
        case _:
            pass
    if isinstance(it, batch.BatchEntered | batch.BatchTransmitted):
        expect_of_batch(draft, body, recorded.context.at.isoformat())
    put_batch(draft, body | {"version": row.version})


def put_batch(draft: Draft, body: Body) -> None:
    answered = len(body["collections_answered"]) == body["collections"]
    done = answered and len(body["settled"]) + len(body["rejected"]) == body["count"]
    status = "completed" if done and body["state"] == "transmitted" else body["state"]
    body |= {"status": status}
    draft.put("batches", body["batch"], body, grp=status, sort=body["place"])
    meet_batch(draft, body)
