"""What an order about a claim is called at the treasury."""

from shared.identity import base32, check_characters


def reference_of(case: str, number: int, year: int) -> str:
    """The order's name, 23 characters A–Z and 0–9: AO, year, 65 bits of the case, N, its number in the case, check digits."""
    stem = f"AO{year % 100:02d}{base32(int(case, 16), 13)}N{base32(number, 3)}"
    return stem + check_characters(stem)
