"""What a payment is called at the treasury."""

import re

from services.payout.payment.errors import NumbersExhausted
from shared.identity import base32, check_characters, has_valid_check

_LENGTH = 25
_LONGEST = 2_000
"""Ten times what may be written in a transfer; no file makes us read more."""
_REFERENCE = re.compile(r"(?<![A-Z0-9])TH[0-9]{2}[0-9A-Z]{13}T[0-9A-Z]{2}A[0-9A-Z]{2}[0-9]{2}(?![A-Z0-9])", re.ASCII)


def reference_of(case: str, tranche: int, attempt: int, year: int) -> str:
    """The payment's name at the treasury, 25 characters A–Z and 0–9: TH, year, 65 bits of the case, T, tranche, A, attempt, check digits.

    Made of the order's key and of nothing else: the same order always has the same name, another one never.
    Tranche and attempt are base 32; raises `NumbersExhausted` beyond 1023.
    """
    if not (0 < tranche < 1024 and 0 < attempt < 1024):
        raise NumbersExhausted
    stem = f"TH{year % 100:02d}{base32(int(case, 16), 13)}T{base32(tranche, 2)}A{base32(attempt, 2)}"
    return stem + check_characters(stem)


def references_in(text: str) -> frozenset[str]:
    """The references of payments that stand in a text as whole words, with check characters that are right."""
    return frozenset(it for it in _REFERENCE.findall(text[:_LONGEST].upper()) if has_valid_check(it))


def recognised(text: str) -> str:
    """A reference as we write it, whatever became of its letters and spaces on the way; empty when it is none of ours."""
    if _REFERENCE.fullmatch(text):
        return text  # as nearly all are; whether it is known is asked anyway
    if not _LENGTH <= len(text) < _LONGEST:
        return ""
    return next(iter(references_in("".join(text.split()))), "")
