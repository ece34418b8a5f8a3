"""Erstattungsbescheid: the values of `repayment_letter.typ`."""

from collections.abc import Mapping
from typing import Any

from services.review.letters.courts import court_of
from services.review.letters.head import Head
from services.review.proof import Proof, ProofAccepted
from services.review.recovery import ClaimKind, RepaymentDemanded

SUBJECTS: Mapping[ClaimKind, str] = {
    ClaimKind.EXCESS: "Erstattungsbescheid",
    ClaimKind.LATE_USE: "Bescheid über Zinsen wegen verspäteter Verwendung",
    ClaimKind.OVERPAYMENT: "Erstattungsbescheid wegen Überzahlung",
}


def repayment_letter(
    head: Head, it: RepaymentDemanded, proof: Proof, *, from_service: bool = False
) -> Mapping[str, Any]:
    """What is to be repaid until when, to which account and under which Kassenzeichen, what it rests on, and its interest.

    A notice that leaves later than on the day of the decision, or again, counts the time to pay `from_service`.
    """
    asked = it.proposed
    return {
        **head.on(it.demanded_on),
        "subject": SUBJECTS[asked.kind],
        "late_use": asked.kind == ClaimKind.LATE_USE,
        "overpaid": asked.kind == ClaimKind.OVERPAYMENT,
        "cents": asked.cents or asked.interest_cents,
        "due_on": it.due_on.isoformat(),
        "due_days": asked.due_days if from_service else 0,
        "reference": it.reference,
        "account": {"holder": head.authority.account.holder, "iban": head.authority.account.iban},
        "proof": _proved(asked.proof, proof),
        "interest_from_on": asked.interest_from_on.isoformat() if asked.interest_from_on else "",
        "waived_because": asked.waived_because,
        "lines": [
            {
                "cents": one.cents, "from_on": one.from_on.isoformat(), "until_on": one.until_on.isoformat(),
                "days": one.days, "rate_bp": one.rate_bp,
            }
            for one in asked.lines
        ],
        "reasons": asked.reasons,
        "court": dict(court_of(head.applicant_key)),
    }  # fmt: skip


def _proved(name: str, proof: Proof) -> Mapping[str, Any] | None:
    known = proof.of(name)
    if known is None or not isinstance(known.settled, ProofAccepted):
        return None
    accepted = known.settled
    return {
        "submitted_on": known.received.submitted_on.isoformat(),
        "accepted_on": accepted.accepted_on.isoformat(),
        "recognised_cents": accepted.recognised_cents,
        "final_cents": accepted.final_cents,
        "paid_cents": accepted.paid_cents,
    }
