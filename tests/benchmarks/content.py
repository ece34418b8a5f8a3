"""What is submitted and decided in every lifecycle: the values of example d1, as the services' own and as plain data."""

from typing import Any

import msgspec

from tests.benchmarks.conversation import BEGINS_AT
from tests.intake.builders import SUBMISSION
from tests.review.builders import D1_LINES, D1_SPLIT, GUIDELINE, LETTER, NOTE, PARAMETERS, POSITIVE, PRACTICE, terms

__all__ = ["D1_LINES", "D1_SPLIT", "GUIDELINE", "LETTER", "NOTE", "PARAMETERS", "POSITIVE", "PRACTICE", "SUBMISSION"]

DAY = BEGINS_AT[:10]

_whole: dict[str, Any] = msgspec.to_builtins(SUBMISSION)
_not_the_form = ("case", "year", "applicant_keys", "submission_sha256")
FORM: dict[str, Any] = {name: it for name, it in _whole.items() if name not in _not_the_form} | {
    "applicant_name": "Stadt Stadtilm"
}
SUBMISSION_SHA256 = SUBMISSION.submission_sha256
SPLIT: list[dict[str, int]] = msgspec.to_builtins(D1_SPLIT)
LINES: list[dict[str, Any]] = msgspec.to_builtins(D1_LINES.lines)
EXAMINATION_NOTE: dict[str, str] = msgspec.to_builtins(NOTE)
AWARD_LETTER: dict[str, Any] = msgspec.to_builtins(LETTER)
TERMS: dict[str, Any] = msgspec.to_builtins(terms())
REASONS = POSITIVE.reasons
