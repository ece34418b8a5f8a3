"""Änderungs- und Aufhebungsbescheid: the values of `amendment_letter.typ` and `annulment_letter.typ`."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.review.award import Annulled, Annulment, GrantAmended
from services.review.letters.courts import court_of
from services.review.letters.head import Head
from services.review.words.award import ANNULMENTS, BASES_IN_WORDS
from shared.contracts import YearAmount, minus, plus

DECIDED: Mapping[Annulment, str] = {
    Annulment.LAPSE: "Wir stellen fest, dass der Zuwendungsbescheid im folgenden Umfang gegenstandslos ist.",
    Annulment.REVOCATION: "Wir widerrufen den Zuwendungsbescheid im folgenden Umfang.",
    Annulment.RETRACTION: "Wir nehmen den Zuwendungsbescheid im folgenden Umfang zurück.",
    Annulment.CONDITION: "Wir stellen fest, dass eine auflösende Bedingung eingetreten ist und die Zuwendung sich im folgenden Umfang ermäßigt.",
}


def amendment_letter(head: Head, it: GrantAmended) -> Mapping[str, Any]:
    """What is granted now and was granted before, per year, why, and by which remedy that can be contested."""
    before = minus(plus(it.grant.by_year, it.less), it.more)
    return {
        **head.on(it.approved_on),
        **_amounts(before, it.grant.by_year),
        "eligible_cents": it.grant.eligible_cents,
        "ends_on": it.grant.ends_on.isoformat(),
        "proof_due_on": it.grant.proof_due_on.isoformat(),
        "conditions": list(it.grant.conditions),
        "reasons": it.reasons,
        "immediate": it.immediate,
        "court": dict(court_of(head.applicant_key)),
    }


def annulment_letter(head: Head, it: Annulled) -> Mapping[str, Any]:
    """What falls away and what is left, per year, by which provision, why, and by which remedy that can be contested."""
    made = it.decided
    return {
        **head.on(it.decided_on),
        **_amounts(plus(made.by_year, it.lost), made.by_year),
        "subject": ANNULMENTS[made.annulment],
        "decision": DECIDED[made.annulment],
        "legal_basis": BASES_IN_WORDS[made.legal_basis],
        "effective_on": made.effective_on.isoformat(),
        "reasons": made.reasons,
        "discretion": made.discretion,
        "immediate": it.immediate,
        "court": dict(court_of(head.applicant_key)),
    }


def _amounts(before: Sequence[YearAmount], now: Sequence[YearAmount]) -> Mapping[str, Any]:
    was, left = {it.year: it.cents for it in before}, {it.year: it.cents for it in now}
    years = sorted({*was, *left})
    return {
        "by_year": [{"year": it, "before_cents": was.get(it, 0), "cents": left.get(it, 0)} for it in years],
        "before_cents": sum(was.values()),
        "granted_cents": sum(left.values()),
    }
