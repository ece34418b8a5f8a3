"""Ablehnungsbescheid: the values of `refusal_letter.typ`."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.review.award import GrantRefused
from services.review.letters.courts import court_of
from services.review.letters.head import Head


def refusal_letter(head: Head, refusal: GrantRefused, submitted_on: date) -> Mapping[str, Any]:
    """The values of the letter that refuses; its date is the day of the decision."""
    return {
        **head.on(refusal.refused_on, place=""),
        "submitted_on": submitted_on.isoformat(),
        "reasons": list(refusal.reasons),
        "court": dict(court_of(head.applicant_key)),
    }
