"""Formale Ablehnung: the values of `rejection_letter.typ`."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.review.assessment import REJECTION_TITLES, ApplicationRejectedFormally
from services.review.letters.courts import court_of
from services.review.letters.head import Head


def rejection_letter(head: Head, it: ApplicationRejectedFormally, submitted_on: date) -> Mapping[str, Any]:
    """What of the application is inadmissible, why, and by which remedy that can be contested."""
    return {
        **head.on(it.rejected_on),
        "submitted_on": submitted_on.isoformat(),
        "grounds": [REJECTION_TITLES[one] for one in it.grounds],
        "reasons": list(it.reasons),
        "court": dict(court_of(head.applicant_key)),
    }
