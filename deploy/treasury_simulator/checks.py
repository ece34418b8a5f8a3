"""What the schema does not say: charset, identifiers, IBAN, cents, days."""

import re
from datetime import date, datetime, timedelta

_IDENTIFIER = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]{1,35}")
_NAME = re.compile(r"[A-Za-z0-9/\-?:().,'+ ÄÖÜäöüß&*$%]+")
_AMOUNT = re.compile(r"[0-9]{1,11}\.[0-9]{2}")
_CONTROL_SUM = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?")
_COUNT = re.compile(r"[0-9]{1,15}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def is_identifier(text: str) -> bool:
    """1 to 35 SEPA characters, no slash at either end, none doubled, no blank at either end (EPC)."""
    return bool(_IDENTIFIER.fullmatch(text)) and text.strip(" /") == text and "//" not in text


def is_name(text: str, longest: int) -> bool:
    """SEPA characters and German umlauts (DK Anlage 3), not blank, at most `longest`."""
    return bool(_NAME.fullmatch(text)) and bool(text.strip()) and len(text) <= longest


def is_iban(text: str) -> bool:
    """Shape and check digits mod 97 (ISO 13616); a German one has 22 characters."""
    if not _IBAN.fullmatch(text) or (text.startswith("DE") and len(text) != 22):
        return False
    return int("".join(str(int(character, 36)) for character in text[4:] + text[:4])) % 97 == 1


def is_bic(text: str) -> bool:
    """8 or 11 characters (ISO 9362)."""
    return bool(_BIC.fullmatch(text))


def cents(text: str) -> int | None:
    """An amount of euros with exactly two decimals, in cents."""
    return int(text.replace(".", "")) if _AMOUNT.fullmatch(text) else None


def control_sum_cents(text: str) -> int | None:
    """A control sum of euros with at most two decimals, in cents."""
    if not _CONTROL_SUM.fullmatch(text):
        return None
    euros, _, rest = text.partition(".")
    return int(euros) * 100 + int(rest.ljust(2, "0"))


def count(text: str) -> int | None:
    """A number of payments."""
    return int(text) if _COUNT.fullmatch(text) else None


def is_instant(text: str) -> bool:
    """An ISODateTime that exists on the calendar, its offset within XML Schema's 14 hours."""
    if not _INSTANT.fullmatch(text):
        return False
    try:
        offset = datetime.fromisoformat(text).utcoffset()
    except ValueError:
        return False
    return offset is None or abs(offset) <= timedelta(hours=14)


def is_day(text: str) -> bool:
    """An ISODate that exists on the calendar."""
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False
