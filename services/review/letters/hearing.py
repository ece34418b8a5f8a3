"""Anhörung (§ 28 VwVfG): the values of `hearing_letter.typ`, before a refusal or cut and before an award is annulled."""

from collections.abc import Mapping
from typing import Any

from services.review.assessment import HearingOpened, HearingSubject
from services.review.award import Annulment, AwardHearingOpened, Grant
from services.review.letters.head import Head
from services.review.words.award import ANNULMENTS, BASES_IN_WORDS

INTENDED: Mapping[HearingSubject, str] = {
    HearingSubject.REFUSAL: "Wir beabsichtigen, Ihren Antrag abzulehnen.",
    HearingSubject.CUT: "Wir beabsichtigen, Ihrem Antrag nur zum Teil zu entsprechen.",
}
INTENDED_BASES: Mapping[HearingSubject, str] = {
    HearingSubject.REFUSAL: "§§ 23 und 44 der Thüringer Landeshaushaltsordnung; entschieden wird nach pflichtgemäßem Ermessen.",
    HearingSubject.CUT: "§§ 23 und 44 der Thüringer Landeshaushaltsordnung; gefördert werden nur zuwendungsfähige Ausgaben.",
}
INTENDED_ANNULMENTS: Mapping[Annulment, str] = {
    Annulment.LAPSE: "Wir beabsichtigen festzustellen, dass der Zuwendungsbescheid gegenstandslos ist.",
    Annulment.REVOCATION: "Wir beabsichtigen, den Zuwendungsbescheid ganz oder teilweise zu widerrufen.",
    Annulment.RETRACTION: "Wir beabsichtigen, den Zuwendungsbescheid ganz oder teilweise zurückzunehmen.",
    Annulment.CONDITION: "Wir beabsichtigen festzustellen, dass eine auflösende Bedingung eingetreten ist und die Zuwendung ermäßigt.",
}


def hearing_letter(head: Head, it: HearingOpened, *, again: bool = False) -> Mapping[str, Any]:
    """Before a refusal or a cut: what matters, what would be granted, and by when to answer.

    Sent `again` after it was not served, the letter's period begins when it is.
    """
    return {
        **head.on(it.opened_on),
        "subject": "Anhörung zu Ihrem Antrag",
        "intended": INTENDED[it.about],
        "facts": it.announced,
        "legal_basis": INTENDED_BASES[it.about],
        "amounts": [{"title": "Beabsichtigte Zuwendung", "cents": it.granted_cents}],
        "ends_on": it.deadline.ends_on.isoformat(),
        "rule": it.deadline.rule,
        **({"days": it.length} if again else {}),
    }


def award_hearing_letter(head: Head, it: AwardHearingOpened, grant: Grant, *, again: bool = False) -> Mapping[str, Any]:
    """Before an award is annulled: the facts, the provision, what is granted until now, and by when to answer.

    `again` as in `hearing_letter`.
    """
    return {
        **head.on(it.opened_on),
        "subject": f"Anhörung: {ANNULMENTS[it.annulment]}",
        "intended": INTENDED_ANNULMENTS[it.annulment],
        "facts": it.facts,
        "legal_basis": BASES_IN_WORDS[it.legal_basis],
        "amounts": [{"title": f"Bewilligt für {one.year}", "cents": one.cents} for one in grant.by_year],
        "ends_on": it.deadline.ends_on.isoformat(),
        "rule": it.deadline.rule,
        **({"days": it.length} if again else {}),
    }
