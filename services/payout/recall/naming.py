"""What an order that takes a payment back is called at the treasury."""

from shared.identity import base32, check_characters


def reference_of(recall: str, number: int, year: int) -> str:
    """The order's name, 24 characters A–Z and 0–9: AB, year, 65 bits of the request, N, its number in it, check digits."""
    stem = f"AB{year % 100:02d}{base32(int(recall, 16), 13)}N{base32(number, 4)}"
    return stem + check_characters(stem)
