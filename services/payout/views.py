"""Lists of payout, made from its own log alone: cases by what is next, payments, batches, what the treasury said.

No personal value is in them; sealed boxes stay in the log.
"""

from bisect import insort
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from services.payout import (
    batch,
    budget_entry,
    claim,
    clearing,
    collection,
    disbursement,
    expectation,
    hold,
    payee,
    payment,
    recall,
    reconciliation,
    report,
    statement,
    sums,
)
from services.payout.clearing_list import list_clearing, put_item
from services.payout.collection_list import compare_claim, list_collections
from services.payout.deadlines import note_claims, note_hold, note_payee_check
from services.payout.expected_list import (
    expect_of_batch,
    expect_return,
    list_expected,
    meet_batch,
    meet_return,
    note_series,
)
from services.payout.recall_list import list_recall
from shared.decider import AnyDecider
from shared.formats import topic_of
from shared.identity import SYSTEM
from shared.recorders import Row
from shared.store import Recorded
from shared.views import Body, Draft, Page, Standing, Views

PAYEES = "payees"
"""Who is paid in a case in which another body stepped into the recipient's place."""

STEPS = ("examination", "certification", "order", "payment", "plan", "rest")
"""What is next in a case, most urgent first: three acts of people, the treasury's answer, review's money, nothing."""
_NEXT = {"registered": "examination", "accepted": "certification", "certified": "order", "ordered": "payment"}

PAYMENT_STATUSES: tuple[str, ...] = (
    "ordered",
    "batched",
    "held",
    "accepted",
    "settled",
    "rejected",
    "returned",
    "cancelled",
)
BATCH_STATUSES: tuple[str, ...] = (
    "sealed",
    "released",
    "submitting",
    "unknown",
    "transmitted",
    "completed",
    "discarded",
)


def project(it: Recorded, row: Row, draft: Draft) -> None:
    """One event into the lists; of cases and payments only how they stand in the end."""
    name = it.originator_id.partition("-")[2]
    if row.topic in _DISBURSEMENT:
        standing = draft.standing(disbursement.decider, it, row)
        draft.at_last(row.stream, partial(_put_case, name, standing, _place(row.position)))
    elif isinstance(it.event, payee.PayeeSucceeded):
        draft.put(PAYEES, name, {"applicant_key": it.event.new_key, "applicant_name": it.event.new_name})
        draft.at_last(row.stream, partial(_put_payee, name))
    elif row.topic in _CLAIM:
        standing = draft.standing(claim.decider, it, row)
        draft.at_last(row.stream, partial(_put_claims, name, standing))
    elif row.topic in _COLLECTION:
        standing = draft.standing(collection.decider, it, row)
        draft.at_last(row.stream, partial(list_collections, name, standing.state))
        if isinstance(it.event, collection.CollectionAccepted | collection.CollectionRejected):
            _answered_order(draft, it.event.batch, it.event.order, it.context.at.isoformat())
    elif row.topic in _PAYMENT:
        standing = draft.standing(payment.decider, it, row)
        draft.at_last(row.stream, partial(_put_payment, name, standing))
        if isinstance(it.event, payment.PaymentAccepted):
            accepted_on = it.event.accepted_on.isoformat()
            draft.at_last(f"{row.stream} accepted", partial(_put_acceptance, name, accepted_on))
        elif isinstance(it.event, payment.PaymentSettled | payment.PaymentRejected):
            draft.at_last(f"{row.stream} moved", partial(_put_moved, name, it.context.at.isoformat()))
        elif isinstance(it.event, payment.PaymentRecallAnswered | payment.PaymentReturned):
            at = it.context.at.isoformat()
            draft.at_last(f"{row.stream} promised", partial(_put_promise, name, standing, at))
    elif row.topic in _BATCH:
        _batch(draft, name, row, it)
    elif row.topic in _REPORT:
        _report(draft, name, row, it)
    elif row.topic in _CLEARING:
        list_clearing(draft, name, row.position, it)
    elif isinstance(it.event, statement.StatementNoted):
        sums.note_days(draft, name, it.event)
        note_series(draft, name, it.event, it.context.at.isoformat())
    elif isinstance(it.event, budget_entry.BudgetEntryNoted):
        sums.count_entry(draft, it.event)
    elif isinstance(it.event, reconciliation.ReconciliationClosed):
        sums.close_listed_day(draft, it.event.closed_on, it.event.closed_by)
    elif row.topic in _RECALL:
        list_recall(draft, name, _place(row.position), it)
    elif row.topic in _EXPECTATION:
        list_expected(draft, name, it)
    elif row.topic in _HOLD:
        note_hold(draft, it.event)
        _hold(draft, row, it.event)


def _topics(noun: AnyDecider) -> frozenset[str]:
    kinds: Sequence[Any] = noun.events
    return frozenset(topic_of(it.TOPIC, it.VERSION) for it in kinds)


_DISBURSEMENT, _PAYMENT = _topics(disbursement.decider), _topics(payment.decider)
_BATCH, _REPORT, _HOLD = _topics(batch.decider), _topics(report.decider), _topics(hold.decider)
_CLEARING = _topics(clearing.decider)
_CLAIM, _EXPECTATION = _topics(claim.decider), _topics(expectation.decider)
_COLLECTION = _topics(collection.decider)
_RECALL = _topics(recall.decider)


def paid_twice(seen: Views) -> int:
    """How many open items are about money that may have left twice."""
    return sum(seen.count("clearing", it) for it in clearing.PAID_TWICE)


def next_of(is_open: bool, stage: str) -> str:
    """What is next for a drawdown at a stage: one of `STEPS`."""
    return _NEXT.get(stage, "rest") if is_open else "plan"


def _place(position: int) -> str:
    return f"{position:015d}"


# ---- Cases and their drawdowns ---------------------------------------------------------------------------------------

_STAGES: Mapping[type[Any], str] = {
    disbursement.Registered: "registered",
    disbursement.Accepted: "accepted",
    disbursement.Rejected: "rejected",
    disbursement.Certified: "certified",
    disbursement.Ordered: "ordered",
    disbursement.Paid: "paid",
}


def _put_case(case: str, standing: Standing, place: str, draft: Draft) -> None:
    state: disbursement.Disbursement = standing.state
    plan = state.plan if isinstance(state, disbursement.Open) else None
    ones = [_drawdown(it) for it in state.drawdowns]
    steps = (next_of(plan is not None, it["stage"]) for it in ones)
    body: Body = {
        "case": case,
        "place": place,
        "open": plan is not None,
        "file_number": plan.file_number if plan else "",
        "applicant_key": plan.applicant_key if plan else "",
        "applicant_name": plan.applicant_name if plan else "",
        "title": plan.title if plan else "",
        "granted_cents": sum(part.cents for part in plan.by_year) if plan else 0,
        "drawdowns": {it["drawdown"]: it for it in ones},
        "accepted_cents": sum(it["accepted_cents"] for it in ones),
        "settled_cents": sum(it["accepted_cents"] for it in ones if it["stage"] == "paid"),
        "next": min(steps, key=STEPS.index, default="rest"),
    }
    draft.put("cases", case, body | (draft.get(PAYEES, case) or {}), grp=body["next"], sort=place)


def _put_payee(case: str, draft: Draft) -> None:
    """The successor's name in the lists; before the plan is open there is no case to show it."""
    body, now = draft.get("cases", case), draft.get(PAYEES, case)
    if body and now:
        draft.put("cases", case, body | now, grp=body["next"], sort=body["place"])


def _drawdown(it: disbursement.Drawdown) -> Body:
    return {
        "drawdown": it.id,
        "tranche": it.tranche,
        "year": it.year,
        "requested_cents": it.requested_cents,
        "requested_on": it.requested_on.isoformat(),
        "accepted_cents": it.accepted_cents,
        "stage": _STAGES[type(it.stage)],
        "payment": it.stage.payment if isinstance(it.stage, disbursement.Ordered | disbursement.Paid) else "",
    }


# ---- Payments --------------------------------------------------------------------------------------------------------

_STATUSES: Mapping[type[Any], str] = {
    payment.Ordered: "ordered",
    payment.Batched: "batched",
    payment.Accepted: "accepted",
    payment.Settled: "settled",
    payment.Rejected: "rejected",
    payment.Returned: "returned",
    payment.Cancelled: "cancelled",
}


def status_of(state: payment.Payment) -> str:
    """One of `PAYMENT_STATUSES`; held while somebody has to decide on the payee."""
    return "held" if payment.held_until(state) else _STATUSES[type(state)]


def _put_payment(id: str, standing: Standing, draft: Draft) -> None:
    state: payment.Payment = standing.state
    if isinstance(state, payment.Unordered):
        return
    before = draft.get("payments", id, since=standing.since)
    order, status = state.order, status_of(state)
    if before is None:
        case = draft.get("cases", order.case) or {"applicant_name": ""}
        known = {"applicant_name": case["applicant_name"], "accepted_on": None, "status": ""}
    else:
        known = before
    body: Body = {
        "payment": id, "case": order.case, "drawdown": order.drawdown, "attempt": order.attempt,
        "reference": order.reference, "cents": order.cents, "title": order.title, "year": order.year,
        "file_number": order.file_number, "applicant_name": known["applicant_name"],
        "ordered_on": order.ordered_on.isoformat(), "status": status,
        "batch": "" if isinstance(state, payment.Ordered) else state.batch, "accepted_on": known["accepted_on"],
        "settled_on": state.settled_on.isoformat() if isinstance(state, payment.Settled | payment.Returned) else None,
        "booking": state.booking if isinstance(state, payment.Settled | payment.Returned) else "",
        "reason": _reason(state), "recall": payment.recall_status(state),
        "decide_by_on": until.isoformat() if (until := payment.held_until(state)) else None,
        "place": _place(standing.since),
    }  # fmt: skip
    note_payee_check(draft, id, state)
    draft.put("payments", id, body, grp=status, sort=body["place"])
    draft.put("references", order.reference, _booked(body, state))
    sums.count_payment(draft, id, state)
    if status != known["status"]:
        _count(draft, before, -1)
        _count(draft, body, 1)
        if status in ("settled", "rejected", "returned"):
            _answered(draft, body, "rejected" if status == "rejected" else "settled")


def _booked(body: Body, state: payment.Payment) -> Body:
    """What a file of the treasury is held against, by the payment's reference."""
    back = state.returned if isinstance(state, payment.Returned) else None
    return {
        "payment": body["payment"], "batch": body["batch"], "cents": body["cents"], "booking": body["booking"],
        "returned_booking": back.booking if back else "", "returned_cents": back.cents if back else 0,
    }  # fmt: skip


def _reason(state: payment.Payment) -> str:
    match state:
        case payment.Rejected():
            return state.reason
        case payment.Returned():
            return state.returned.reason
        case _:
            return ""


def _put_acceptance(id: str, accepted_on: str, draft: Draft) -> None:
    body = draft.get("payments", id)
    if body:
        draft.put("payments", id, body | {"accepted_on": accepted_on}, grp=body["status"], sort=body["place"])


def _put_moved(id: str, at: str, draft: Draft) -> None:
    """When the last of a batch's payments was debited or refused."""
    body = draft.get("payments", id)
    if body and (batch := draft.get("batches", body["batch"])):
        _put_batch(draft, batch | {"moved_at": max(batch["moved_at"], at)})


def _put_promise(id: str, standing: Standing, at: str, draft: Draft) -> None:
    """Money that the treasury promised back after it was paid: it has to come."""
    state: payment.Payment = standing.state
    if isinstance(state, payment.Returned):
        meet_return(draft, id, at)
    elif isinstance(state, payment.Settled) and payment.recall_status(state) == payment.RecallOutcome.GRANTED:
        expect_return(draft, id, at)


def _count(draft: Draft, of: Mapping[str, Any] | None, by: int) -> None:
    """How many payments, and how many cents, stand where in which budget year."""
    if of is None:
        return
    key = f"{of['status']}-{of['year']}"
    body = draft.get("totals", key) or {"status": of["status"], "year": of["year"], "count": 0, "cents": 0}
    body["count"] += by
    body["cents"] += by * of["cents"]
    if body["count"]:
        draft.put("totals", key, body, grp=of["status"])
    else:
        # Which statuses were passed through depends on the stretches, and the views must not.
        draft.delete("totals", key)


def _answered(draft: Draft, of: Mapping[str, Any], how: str) -> None:
    """A payment that came back was settled; its batch is as complete as before."""
    body = draft.get("batches", of["batch"])
    if body:
        answered = list(body[how])
        if of["payment"] not in answered:
            insort(answered, of["payment"])
            _put_batch(draft, body | {how: answered})


# ---- Claims ----------------------------------------------------------------------------------------------------------


def _put_claims(case: str, standing: Standing, draft: Draft) -> None:
    """The case's claims by what is next, found by the reference that is paid under."""
    state: claim.Claims = standing.state
    note_claims(case, state, draft)
    for it in state.claims:
        body: Body = {
            "claim": it.id, "case": case, "reference": it.opened.reference, "file_number": it.opened.file_number,
            "status": it.status, "due_on": it.due_on.isoformat(), "open_cents": it.open_cents,
            "interest_due_cents": it.interest_due_cents,
        }  # fmt: skip
        draft.put("claims", it.id, body, grp=it.status, sort=f"{body['due_on']}/{it.id}")
        draft.put("claim_references", it.opened.reference, {"case": case, "claim": it.id})
        for one in it.booked:
            if one.booked_by == SYSTEM:
                draft.put("receipts", one.repayment, {"cents": one.cents + one.interest_cents})
        compare_claim(draft, case, it)


# ---- Batches ---------------------------------------------------------------------------------------------------------


def _answered_order(draft: Draft, batch_id: str, order: str, at: str) -> None:
    """When the last of a file's orders about claims was taken or refused: of a file without payments no booking follows."""
    body = draft.get("batches", batch_id)
    if body and order not in body["collections_answered"]:
        answered = sorted((*body["collections_answered"], order))
        _put_batch(draft, body | {"collections_answered": answered, "moved_at": max(body["moved_at"], at)})


def _batch(draft: Draft, id: str, row: Row, recorded: Recorded) -> None:
    it: Any = recorded.event
    if isinstance(it, batch.BatchListed):
        return
    since = row.position if isinstance(it, batch.BatchSealed) else 0
    body = draft.get("batches", id, since=since) or {}
    match it:
        case batch.BatchSealed():
            body |= {
                "batch": id, "count": it.count, "sum_cents": it.sum_cents, "file_sha256": it.file_sha256,
                "file_name": it.file_name, "format": it.writing.format, "created_at": it.created_at.isoformat(),
                "execution_on": it.execution_on.isoformat(), "sealed_by": it.sealed_by, "released_by": "",
                "took_part": list(it.took_part), "state": "sealed", "attempt": 0, "trouble": "",
                "settled": [], "rejected": [], "place": _place(row.position), "debtor": it.debtor,
                "answered_at": "", "answer_sha256": "", "moved_at": "", "silent": [],
                "collections": len(it.collections), "collections_cents": sum(one.cents for one in it.collections),
                "collections_answered": [],
            }  # fmt: skip
        case batch.BatchReleased():
            body |= {"state": "released", "released_by": it.released_by}
            if body["format"] != batch.BY_HAND:
                draft.put("outgoing", id, {"batch": id}, sort=_place(row.position))
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
    _put_batch(draft, body | {"version": row.version})


def _put_batch(draft: Draft, body: Body) -> None:
    answered = len(body["collections_answered"]) == body["collections"]
    done = answered and len(body["settled"]) + len(body["rejected"]) == body["count"]
    status = "completed" if done and body["state"] == "transmitted" else body["state"]
    body |= {"status": status}
    draft.put("batches", body["batch"], body, grp=status, sort=body["place"])
    meet_batch(draft, body)


# ---- What the treasury said ------------------------------------------------------------------------------------------


def _report(draft: Draft, id: str, row: Row, it: Recorded) -> None:
    event, place = it.event, _place(row.position)
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
            _put_batch(draft, known | {"answered_at": answer["at"], "answer_sha256": answer["sha256"]})


# ---- Holds -----------------------------------------------------------------------------------------------------------


def _hold(draft: Draft, row: Row, it: hold.Event) -> None:
    match it:
        case hold.HoldPlaced():
            case = draft.get("cases", it.case) or {"file_number": ""}
            body: Body = {
                "hold": it.hold, "status": "standing", "case": it.case, "file_number": case["file_number"], "kind": it.kind,
                "target": it.target, "reason": it.reason, "text": it.text, "placed_by": it.placed_by,
                "placed_on": it.placed_on.isoformat(), "ends_on": it.ends_on.isoformat() if it.ends_on else None,
                "ended_on": None, "lifted_by": "", "place": _place(row.position),
            }  # fmt: skip
        case hold.HoldLifted():
            ended = {"status": "lifted", "ended_on": it.lifted_on.isoformat(), "lifted_by": it.lifted_by}
            body = (draft.get("holds", it.hold) or {}) | ended
        case hold.HoldExpired():
            body = (draft.get("holds", it.hold) or {}) | {"status": "expired", "ended_on": it.ended_on.isoformat()}
    draft.put("holds", it.hold, body, grp=body["status"], sort=body["place"])


# ---- Queries ---------------------------------------------------------------------------------------------------------


def listed(views: Views, name: str, status: str | None, after: str, limit: int, *, newest_first: bool = False) -> Page:
    """A page of `cases`, `payments`, `batches`, `reports`, `clearing` or `holds`, all of them or those of one status."""
    return views.find(name, grp=status, after=after, limit=limit, newest_first=newest_first)


def ordered_payments(views: Views, limit: int) -> Sequence[str]:
    """Payments that lie in no batch yet, oldest first."""
    return [it.key for it in views.find("payments", grp="ordered", limit=limit).entries]


def outgoing_batches(views: Views, limit: int = 50) -> Sequence[str]:
    """Batches that are released and of which it is not proved that the treasury holds them, oldest first."""
    return [it.key for it in views.find("outgoing", limit=limit).entries]


def outgoing_recalls(views: Views, limit: int = 50) -> Sequence[str]:
    """Requests to cancel that are approved and of which it is not proved that the treasury holds them, oldest first."""
    return [it.key for it in views.find("outgoing-recalls", limit=limit).entries]


def batches_of_references(views: Views, references: frozenset[str]) -> frozenset[str]:
    """The batches in which payments of these references lie; unknown references have none."""
    found = views.get_all([("references", it) for it in sorted(references)])
    return frozenset(it.body["batch"] for it in found.values() if it.body["batch"])


def claims_of_references(views: Views, references: frozenset[str]) -> Mapping[str, report.Owed]:
    """The claims that bear these references; other references are no claim's."""
    found = views.get_all([("claim_references", it) for it in sorted(references)])
    return {it.key: report.Owed(case=it.body["case"], claim=it.body["claim"]) for it in found.values()}


def claim_named(views: Views, claim: str) -> report.Owed | None:
    """Where a claim is found; None when there is none of this id."""
    found = views.get("claims", claim)
    return report.Owed(case=found.body["case"], claim=claim) if found else None


def listed_bookings(views: Views, keys: frozenset[str]) -> frozenset[str]:
    """Those bookings of the account of which something was listed to be explained."""
    return frozenset(it.key for it in views.get_all([("clearing-bookings", it) for it in sorted(keys)]).values())


def payment_of_reference(views: Views, reference: str) -> str:
    """The payment that bears a reference; empty when none does."""
    found = views.get("references", reference)
    return found.body["payment"] if found else ""


def report_of_file(views: Views, sha256: str) -> Body | None:
    """What became of the file with this hash; None when none was read."""
    found = views.get("report-files", sha256)
    return found.body if found else None


def totals(views: Views) -> Mapping[str, tuple[int, int]]:
    """Count and cents of payments by status, over all years; every status is there."""
    found: dict[str, tuple[int, int]] = dict.fromkeys(PAYMENT_STATUSES, (0, 0))
    for it in views.find("totals", limit=500).entries:
        count, cents = found[it.body["status"]]
        found[it.body["status"]] = count + it.body["count"], cents + it.body["cents"]
    return found
