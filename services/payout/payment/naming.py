"""What a payment is called at the treasury."""

from services.payout.payment.errors import NumbersExhausted
from shared.identity import base32, check_characters


def reference_of(case: str, tranche: int, attempt: int, year: int) -> str:
    """The payment's name at the treasury, 25 characters A–Z and 0–9: TH, year, 65 bits of the case, T, tranche, A, attempt, check digits.

    Made of the order's key and of nothing else: the same order always has the same name, another one never (treasury.md 1).
    Tranche and attempt are base 32; raises `NumbersExhausted` beyond 1023.
    """
    if not (0 < tranche < 1024 and 0 < attempt < 1024):
        raise NumbersExhausted
    stem = f"TH{year % 100:02d}{base32(int(case, 16), 13)}T{base32(tranche, 2)}A{base32(attempt, 2)}"
    return stem + check_characters(stem)
