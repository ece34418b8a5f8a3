"""The names of a claim and of what comes in on it, as they stand in the treasury's files."""

import re
from hashlib import sha256

from shared.identity import has_valid_check

_LONGEST = 2_000
"""Ten times what may be written in a transfer; no file makes us read more."""
_REFERENCE = re.compile(r"(?<![A-Z0-9])RF[0-9]{2}[0-9A-Z]{19}(?![A-Z0-9])", re.ASCII)


def references_in(text: str) -> frozenset[str]:
    """The references of claims that stand in a text as whole words, with check characters that are right."""
    found = _REFERENCE.findall(text[:_LONGEST].upper())
    return frozenset(it for it in found if has_valid_check(it))


def receipt_of(booking: str, reference: str) -> str:
    """The repayment that one booking of the account makes on one claim: the same in whatever file it is told."""
    return sha256(f"{booking}\n{reference}".encode()).hexdigest()[:32]
