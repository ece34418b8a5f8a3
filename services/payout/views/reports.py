"""What the treasury said: its files, and what of them nobody could explain."""

from services.payout import report
from services.payout.clearing_list import put_item
from services.payout.views.batches import put_batch
from services.payout.views.places import place_of
from shared.recorders import Row
from shared.store import Recorded
from shared.views import Body, Draft


def list_report(draft: Draft, id: str, row: Row, it: Recorded) -> None:
    event, place = it.event, place_of(row.position)
    body: Body = {
        "report": id, "sha256": event.sha256, "at": it.context.at.isoformat(), "kind": "", "message_id": "",
        "batches": [], "matched": 0, "unmatched": 0, "reason_code": "", "reason": "",
    }  # fmt: skip
    items: list[tuple[str, str]] = []
    match event:
        case report.ReportReceived():
            body |= {
                "outcome": "received", "kind": event.kind, "message_id": event.message_id,
                "batches": list(event.batches), "matched": event.matched, "unmatched": event.unmatched_count,
            }  # fmt: skip
            items = [(one.reference, one.reason) for one in event.unmatched]
            if event.kind == "status":
                _note_answer(draft, body)
        case report.ReportConflicting():
            body |= {"outcome": "conflicting", "kind": event.kind, "message_id": event.message_id}
            items = [(event.message_id, "report-conflicting")]
        case report.ReportQuarantined():
            body |= {
                "outcome": "quarantined", "reason_code": event.reason_code, "reason": event.reason,
                "message_id": event.message_id,
            }  # fmt: skip
            items = [(event.file_name, event.reason_code)]
        case _:
            return
    draft.put("reports", place, body, grp=body["outcome"])
    draft.put("report-files", event.sha256, body)
    for number, (reference, reason) in enumerate([] if event.opened else items):
        # Files of before there was a list with owners: what they told is shown, and nobody can act on it.
        item = {
            "reference": reference, "reason": reason, "report": id, "kind": body["kind"],
            "message_id": body["message_id"], "sha256": event.sha256, "at": body["at"],
        }  # fmt: skip
        put_item(draft, f"{place}-{number:06d}", item, f"{place}-{number:06d}")


def _note_answer(draft: Draft, answer: Body) -> None:
    """The first answer to a batch."""
    for name in answer["batches"]:
        if (known := draft.get("batches", name)) and not known["answered_at"]:
            put_batch(draft, known | {"answered_at": answer["at"], "answer_sha256": answer["sha256"]})
