"""Payments by where they stand, found by their reference; how many there are in each year."""

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from services.payout import payment, sums
from services.payout.deadlines import note_payee_check
from services.payout.expected_list import expect_return, meet_return, note_movement
from services.payout.views.batches import put_batch
from services.payout.views.places import place_of
from shared.views import Body, Draft, Standing

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


def put_payment(id: str, standing: Standing, draft: Draft) -> None:
    state: payment.Payment = standing.state
    if isinstance(state, payment.Unordered):
        return
    draft.expect((("payments", id), *sums.asked_of(id)), since=standing.since)
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
        "place": place_of(standing.since),
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
        "booked_on": body["settled_on"], "returned_on": back.returned_on.isoformat() if back else None,
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


def put_acceptance(id: str, accepted_on: str, draft: Draft) -> None:
    body = draft.get("payments", id)
    if body:
        draft.put("payments", id, body | {"accepted_on": accepted_on}, grp=body["status"], sort=body["place"])


def put_moved(id: str, at: str, draft: Draft) -> None:
    """When the last of a batch's payments was debited or refused."""
    body = draft.get("payments", id)
    if body and (batch := draft.get("batches", body["batch"])):
        put_batch(draft, batch | {"moved_at": max(batch["moved_at"], at)})
        if body["settled_on"]:
            note_movement(draft, batch["debtor"], body["settled_on"])


def put_promise(id: str, standing: Standing, at: str, draft: Draft) -> None:
    """Money that the treasury promised back after it was paid: it has to come."""
    state: payment.Payment = standing.state
    if isinstance(state, payment.Returned):
        meet_return(draft, id, at)
    elif (
        isinstance(state, payment.Settled)
        and payment.recall_status(state) == payment.RecallOutcome.GRANTED
        and (batch := draft.get("batches", state.batch))
    ):
        expect_return(draft, id, batch["debtor"], at)


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
        answered: list[str] = body[how]
        place = bisect_left(answered, of["payment"])
        if of["payment"] not in answered[place : place + 1]:
            put_batch(draft, body | {how: [*answered[:place], of["payment"], *answered[place:]]})
