"""Lists of payout, made from its own log alone: cases by what is next, payments, batches, what the treasury said.

No personal value is in them; sealed boxes stay in the log.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from services.payout import batch, disbursement, payment, report
from shared.recorders import Row
from shared.store import Recorded
from shared.views import Body, Draft, Page, Views

STEPS = ("examination", "certification", "order", "payment", "plan", "rest")
"""What is next in a case, most urgent first: three acts of people, the treasury's answer, review's money, nothing."""
_NEXT = {"registered": "examination", "accepted": "certification", "certified": "order", "ordered": "payment"}

PAYMENT_STATUSES: tuple[str, ...] = ("ordered", "batched", "accepted", "settled", "rejected")
BATCH_STATUSES: tuple[str, ...] = ("sealed", "released", "submitting", "unknown", "transmitted", "completed")


def project(it: Recorded, row: Row, draft: Draft) -> None:
    """One event into the lists."""
    event, name = it.event, it.originator_id.partition("-")[2]
    match event:
        case disbursement.PlanOpened():
            _put_case(draft, row, _case(draft, name, row) | _plan(event))
        case (
            disbursement.DrawdownRegistered()
            | disbursement.DrawdownAccepted()
            | disbursement.DrawdownReduced()
            | disbursement.DrawdownRejected()
            | disbursement.DrawdownCertified()
            | disbursement.DrawdownOrdered()
            | disbursement.DrawdownPaid()
            | disbursement.DrawdownFreed()
        ):
            _drawdown(draft, name, row, event)
        case (
            payment.PaymentOrdered()
            | payment.PaymentBatched()
            | payment.PaymentAccepted()
            | payment.PaymentSettled()
            | payment.PaymentRejected()
        ):
            _payment(draft, name, row, event)
        case (
            batch.BatchSealed()
            | batch.BatchReleased()
            | batch.SubmissionStarted()
            | batch.SubmissionUnknown()
            | batch.BatchTransmitted()
        ):
            _batch(draft, name, row, event)
        case report.ReportReceived() | report.ReportConflicting() | report.ReportQuarantined():
            _report(draft, name, row, it)
        case _:
            pass  # The machinery's own streams: attempts, parked messages.


def next_of(is_open: bool, stage: str) -> str:
    """What is next for a drawdown at a stage: one of `STEPS`."""
    return _NEXT.get(stage, "rest") if is_open else "plan"


def _place(row: Row) -> str:
    return f"{row.position:015d}"


# ---- Cases and their drawdowns ---------------------------------------------------------------------------------------


def _plan(it: disbursement.PlanOpened) -> Body:
    return {
        "open": True,
        "file_number": it.file_number,
        "applicant_key": it.applicant_key,
        "applicant_name": it.applicant_name,
        "title": it.title,
        "granted_cents": sum(part.cents for part in it.by_year),
    }


def _case(draft: Draft, case: str, row: Row) -> Body:
    """The case's entry so far; before its stream's first event there is none, so that nothing is looked for."""
    known = draft.get("cases", case) if row.version > 1 else None
    return known or {
        "case": case, "open": False, "file_number": "", "applicant_key": "", "applicant_name": "", "title": "",
        "granted_cents": 0, "drawdowns": {},
    }  # fmt: skip


def _put_case(draft: Draft, row: Row, body: Body) -> None:
    case = body["case"]
    draft.put("cases", case, body)
    draft.at_last(case, partial(_sum_up, case, _place(row)))


def _sum_up(case: str, place: str, draft: Draft) -> None:
    """What follows from all of a case's drawdowns together."""
    body = draft.get("cases", case) or {}
    ones: Mapping[str, Body] = body["drawdowns"]
    body["accepted_cents"] = sum(one["accepted_cents"] for one in ones.values())
    body["settled_cents"] = sum(one["accepted_cents"] for one in ones.values() if one["stage"] == "paid")
    body["next"] = min((next_of(body["open"], one["stage"]) for one in ones.values()), key=STEPS.index, default="rest")
    draft.put("cases", case, body, grp=body["next"], sort=place)


def _drawdown(draft: Draft, case: str, row: Row, it: disbursement.Moving | disbursement.DrawdownRegistered) -> None:
    body = _case(draft, case, row)
    known: Mapping[str, Body] = body["drawdowns"]
    one = known.get(it.drawdown, {})
    match it:
        case disbursement.DrawdownRegistered():
            change: Body = {
                "drawdown": it.drawdown, "tranche": it.tranche, "year": it.year, "requested_cents": it.requested_cents,
                "requested_on": it.requested_on.isoformat(), "accepted_cents": 0, "stage": "registered", "payment": "",
            }  # fmt: skip
        case disbursement.DrawdownAccepted() | disbursement.DrawdownReduced():
            change = {"stage": "accepted", "accepted_cents": it.accepted_cents}
        case disbursement.DrawdownRejected():
            change = {"stage": "rejected"}
        case disbursement.DrawdownCertified():
            change = {"stage": "certified"}
        case disbursement.DrawdownOrdered():
            change = {"stage": "ordered", "payment": it.payment}
        case disbursement.DrawdownPaid():
            change = {"stage": "paid"}
        case disbursement.DrawdownFreed():
            change = {"stage": "certified", "payment": ""}
    body["drawdowns"] = {**known, it.drawdown: one | change}
    _put_case(draft, row, body)


# ---- Payments --------------------------------------------------------------------------------------------------------

type PaymentEvent = (
    payment.PaymentOrdered
    | payment.PaymentBatched
    | payment.PaymentAccepted
    | payment.PaymentSettled
    | payment.PaymentRejected
)


def _payment(draft: Draft, id: str, row: Row, it: PaymentEvent) -> None:
    before = (draft.get("payments", id) if row.version > 1 else None) or {}
    match it:
        case payment.PaymentOrdered():
            change: Body = _ordered(it, draft.get("cases", it.case) or {}, row)
            draft.put("references", it.reference, {"payment": id})
        case payment.PaymentBatched():
            change = {"status": "batched", "batch": it.batch}
        case payment.PaymentAccepted():
            change = {"status": "accepted", "accepted_on": it.accepted_on.isoformat()}
        case payment.PaymentSettled():
            change = {"status": "settled", "settled_on": it.settled_on.isoformat(), "booking": it.booking}
        case payment.PaymentRejected():
            change = {"status": "rejected", "reason": it.reason}
    body = before | change
    draft.put("payments", id, body, grp=body["status"], sort=body["place"])
    _count(draft, before, -1)
    _count(draft, body, 1)
    if body["status"] in ("settled", "rejected"):
        _answered(draft, body)


def _ordered(it: payment.PaymentOrdered, case: Mapping[str, Any], row: Row) -> Body:
    return {
        "payment": it.payment, "case": it.case, "drawdown": it.drawdown, "attempt": it.attempt,
        "reference": it.reference, "cents": it.cents, "title": it.title, "year": it.year,
        "file_number": it.file_number, "applicant_name": case.get("applicant_name", ""),
        "ordered_on": it.ordered_on.isoformat(), "status": "ordered", "batch": "", "accepted_on": None,
        "settled_on": None, "booking": "", "reason": "", "place": _place(row),
    }  # fmt: skip


def _count(draft: Draft, of: Mapping[str, Any], by: int) -> None:
    """How many payments, and how many cents, stand where in which budget year."""
    if not of:
        return
    key = f"{of['status']}-{of['year']}"
    body = draft.get("totals", key) or {"status": of["status"], "year": of["year"], "count": 0, "cents": 0}
    body["count"] += by
    body["cents"] += by * of["cents"]
    draft.put("totals", key, body, grp=of["status"])


def _answered(draft: Draft, of: Mapping[str, Any]) -> None:
    body = draft.get("batches", of["batch"])
    if body:
        _put_batch(draft, body | {of["status"]: [*body[of["status"]], of["payment"]]})


# ---- Batches ---------------------------------------------------------------------------------------------------------


def _batch(draft: Draft, id: str, row: Row, it: batch.Event) -> None:
    body = (draft.get("batches", id) if row.version > 1 else None) or {}
    match it:
        case batch.BatchSealed():
            body |= {
                "batch": id, "count": it.count, "sum_cents": it.sum_cents, "file_sha256": it.file_sha256,
                "file_name": it.file_name, "created_at": it.created_at.isoformat(),
                "execution_on": it.execution_on.isoformat(), "sealed_by": it.sealed_by, "released_by": "",
                "took_part": list(it.took_part), "state": "sealed", "attempt": 0, "trouble": "",
                "settled": [], "rejected": [], "place": _place(row),
            }  # fmt: skip
        case batch.BatchReleased():
            body |= {"state": "released", "released_by": it.released_by}
            draft.put("outgoing", id, {"batch": id}, sort=_place(row))
        case batch.SubmissionStarted():
            body |= {"state": "submitting", "attempt": it.attempt}
        case batch.SubmissionUnknown():
            body |= {"state": "unknown", "trouble": it.reason}
        case batch.BatchTransmitted():
            body |= {"state": "transmitted", "trouble": ""}
            draft.delete("outgoing", id)
    _put_batch(draft, body | {"version": row.version})


def _put_batch(draft: Draft, body: Body) -> None:
    done = len(body["settled"]) + len(body["rejected"]) == body["count"]
    status = "completed" if done and body["state"] == "transmitted" else body["state"]
    draft.put("batches", body["batch"], body | {"status": status}, grp=status, sort=body["place"])


# ---- What the treasury said ------------------------------------------------------------------------------------------


def _report(draft: Draft, id: str, row: Row, it: Recorded) -> None:
    event, place = it.event, _place(row)
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
        case report.ReportConflicting():
            body |= {"outcome": "conflicting", "kind": event.kind, "message_id": event.message_id}
            items = [(event.message_id, "report-conflicting")]
        case report.ReportQuarantined():
            body |= {"outcome": "quarantined", "reason_code": event.reason_code, "reason": event.reason}
            items = [(event.file_name, event.reason_code)]
        case _:
            return
    draft.put("reports", place, body, grp=body["outcome"])
    for number, (reference, reason) in enumerate(items):
        item = {
            "reference": reference, "reason": reason, "report": id, "kind": body["kind"],
            "message_id": body["message_id"], "sha256": event.sha256, "at": body["at"],
        }  # fmt: skip
        draft.put("clearing", f"{place}-{number:04d}", item, grp=reason)


# ---- Queries ---------------------------------------------------------------------------------------------------------


def listed(views: Views, name: str, status: str | None, after: str, limit: int, *, newest_first: bool = False) -> Page:
    """A page of `cases`, `payments`, `batches`, `reports` or `clearing`, all of them or those of one status."""
    return views.find(name, grp=status, after=after, limit=limit, newest_first=newest_first)


def ordered_payments(views: Views, limit: int) -> Sequence[str]:
    """Payments that lie in no batch yet, oldest first."""
    return [it.key for it in views.find("payments", grp="ordered", limit=limit).entries]


def outgoing_batches(views: Views, limit: int = 50) -> Sequence[str]:
    """Batches that are released and of which it is not proved that the treasury holds them, oldest first."""
    return [it.key for it in views.find("outgoing", limit=limit).entries]


def batches_of_references(views: Views, references: frozenset[str]) -> frozenset[str]:
    """The batches in which payments of these references lie; unknown references have none."""
    ordered = views.get_all([("references", it) for it in sorted(references)])
    found = views.get_all([("payments", it.body["payment"]) for it in ordered.values()])
    return frozenset(it.body["batch"] for it in found.values() if it.body["batch"])


def totals(views: Views) -> Mapping[str, tuple[int, int]]:
    """Count and cents of payments by status, over all years; every status is there."""
    found: dict[str, tuple[int, int]] = dict.fromkeys(PAYMENT_STATUSES, (0, 0))
    for it in views.find("totals", limit=500).entries:
        count, cents = found[it.body["status"]]
        found[it.body["status"]] = count + it.body["count"], cents + it.body["cents"]
    return found
