"""Claims by what is next, found by the reference that is paid under."""

from services.payout import claim
from services.payout.collection_list import compare_claim
from services.payout.deadlines import note_claims
from services.payout.sums import count_receipts
from shared.identity import SYSTEM
from shared.views import Body, Draft, Standing


def _list_by_hand(draft: Draft, case: str, it: claim.Claim) -> None:
    """What was entered by hand and no booking of the account was matched with, by its amount: what a credit may be."""
    still = {one.repayment for one in claim.unmatched(it)}
    for one in it.booked:
        cents = claim.total_of(one)
        body: Body = {
            "repayment": one.repayment, "case": case, "claim": it.id, "reference": it.opened.reference,
            "received_on": one.received_on.isoformat(), "voucher": one.voucher, "cents": cents,
        }  # fmt: skip
        if one.repayment in still:
            draft.put("repayments-by-hand", one.repayment, body, grp=str(cents), sort=body["received_on"])
        elif any(found.repayment == one.repayment for found in it.found):
            draft.delete("repayments-by-hand", one.repayment)


def put_claims(case: str, standing: Standing, draft: Draft) -> None:
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
                on = (one.account_on or one.received_on).isoformat()
                draft.put("receipts", one.repayment, {"cents": one.cents + one.interest_cents, "booked_on": on})
        _list_by_hand(draft, case, it)
        count_receipts(draft, it)
        compare_claim(draft, case, it)
