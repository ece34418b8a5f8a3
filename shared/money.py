"""Money is integer cents. Rates are basis points (1/100 of a percent). Standard library only."""

from collections.abc import Sequence

MAX_CENTS = 99_999_999_999
"""999,999,999.99 EUR: the largest amount that a SEPA credit transfer carries (EPC115-06)."""


class NotAnAmount(ValueError):
    """An amount that is no integer of cents between 0 and `MAX_CENTS`."""


def amount(cents: int) -> int:
    """The same cents, or `NotAnAmount`: negative, fractional, boolean or too large ones never pass."""
    if type(cents) is not int or not 0 <= cents <= MAX_CENTS:
        raise NotAnAmount(f"kein Betrag in Cent: {cents!r}")
    return cents


def at_rate(cents: int, rate_bp: int) -> int:
    """The share of an amount at a rate, rounded down to the cent: never above the rate (domain 2.3)."""
    return cents * rate_bp // 10_000


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Divide cents by weights with the largest remainder, so that the parts sum to the total to the cent.

    Equal remainders go to the earlier part. Raises `ValueError` when no weight is positive.
    """
    whole = sum(weights)
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("Gewichte müssen nicht negativ und zusammen positiv sein")
    parts = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda index: (-remainders[index], index))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


def euros(cents: int) -> str:
    """German notation for people: 4480000 → '44.800,00 €'."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole:,}".replace(",", ".") + f",{rest:02d} €"


def decimal(cents: int) -> str:
    """Decimal notation for files: 4480000 → '44800.00' (ISO 20022 ActiveCurrencyAndAmount)."""
    return f"{cents // 100}.{cents % 100:02d}"


def from_decimal(text: str) -> int:
    """Cents from a decimal with at most two places; `NotAnAmount` for anything else (five decimals, signs, exponents)."""
    whole, _, rest = text.strip().partition(".")
    if not (whole.isascii() and whole.isdigit()) or len(rest) > 2 or (rest and not (rest.isascii() and rest.isdigit())):
        raise NotAnAmount(f"kein Betrag: {text[:40]!r}")
    return amount(int(whole) * 100 + int(rest.ljust(2, "0")))
