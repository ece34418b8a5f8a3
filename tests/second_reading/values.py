"""Single values: characters, ids, references, amounts, accounts, days."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_SEPA = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
_GERMAN = set("äöüÄÖÜß")
_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,8})\.[0-9][0-9]")
_SUM = re.compile(r"(0|[1-9][0-9]{0,14})\.[0-9][0-9]")
_COUNT = re.compile(r"[1-9][0-9]{0,14}")
_INSTANT = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_BERLIN = ZoneInfo("Europe/Berlin")
_LENGTHS = {
    "AT": 20, "BE": 16, "BG": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27,
    "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MT": 31,
    "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24,
}  # fmt: skip
"""The European Economic Area, with the lengths of the IBAN registry."""
_EASTERS = {
    2023: (4, 9), 2024: (3, 31), 2025: (4, 20), 2026: (4, 5), 2027: (3, 28), 2028: (4, 16), 2029: (4, 1),
    2030: (4, 21), 2031: (4, 13), 2032: (3, 28), 2033: (4, 17), 2034: (4, 9), 2035: (3, 25),
}  # fmt: skip
"""Easter Sundays as an almanac prints them."""


def is_text(text: str, longest: int, *, native: bool) -> bool:
    """In the set, not too long, tidy."""
    allowed = _SEPA | _GERMAN if native else _SEPA
    tidy = text == text.strip(" /") and "//" not in text and "  " not in text
    return 0 < len(text) <= longest and set(text) <= allowed and tidy


def is_name(text: str, *, native: bool) -> bool:
    return is_text(text, 70, native=native) and any(it.isalpha() for it in text)


def is_identifier(text: str) -> bool:
    edges = not text.startswith(("/", " ")) and not text.endswith(("/", " "))
    return 0 < len(text) <= 35 and set(text) <= _SEPA and edges and "//" not in text


def is_reference(text: str) -> bool:
    """The whole, letters read as numbers, leaves 1 when divided by 97."""
    return bool(re.fullmatch(r"[A-Z0-9]{3,25}", text)) and _number(text) % 97 == 1


def is_iban(text: str) -> bool:
    """Check digits, and the length where the country is known here."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", text):
        return False
    return len(text) == _LENGTHS.get(text[:2], len(text)) and _number(text[4:] + text[:4]) % 97 == 1


def in_eea(iban: str) -> bool:
    return iban[:2] in _LENGTHS


def _number(text: str) -> int:
    return int("".join(str(ord(it) - 55) if it.isalpha() else it for it in text))


def checksum(ibans: list[str]) -> str:
    total = 0
    for it in ibans:
        total += _number(it)
    return str(total)[-20:].rjust(20, "0")


def cents(text: str | None) -> int:
    """An amount in cents; 0 when it is none."""
    good = text is not None and _AMOUNT.fullmatch(text)
    return int(text.replace(".", "")) if text and good else 0


def sum_cents(text: str | None) -> int:
    """A sum in cents; -1 when it is none."""
    good = text is not None and _SUM.fullmatch(text)
    return int(text.replace(".", "")) if text and good else -1


def count(text: str | None) -> int:
    """A number of orders; -1 when it is none."""
    return int(text) if text and _COUNT.fullmatch(text) else -1


def instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if _INSTANT.fullmatch(text) else None
    except ValueError:
        return None


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def is_target_day(on: date) -> bool:
    """T2 is closed on Saturdays, Sundays, New Year, Good Friday, Easter Monday, 1 May, 25 and 26 December."""
    sunday = date(on.year, *_EASTERS[on.year])
    closed = {sunday - timedelta(days=2), sunday + timedelta(days=1)}
    return on.isoweekday() <= 5 and on not in closed and (on.month, on.day) not in {(1, 1), (5, 1), (12, 25), (12, 26)}


def is_execution_day(text: str, made: datetime | None) -> bool:
    on = day(text)
    if on is None or not is_target_day(on):
        return False
    return made is None or timedelta(0) <= on - made.astimezone(_BERLIN).date() <= timedelta(days=15)
