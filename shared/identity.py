"""Who acts and what things are called: roles, pseudonymous persons, ids, sealed personal values."""

import re
from enum import StrEnum
from typing import Literal

from shared.records import value


class Role(StrEnum):
    """The twelve roles. Separation of duties is checked on the person, never on the role alone."""

    APPLICANT = "applicant"
    INTAKE_CLERK = "intake-clerk"
    EXPERT = "expert"
    CASE_OFFICER = "case-officer"
    APPROVER = "approver"
    BUDGET_OFFICER = "budget-officer"
    CERTIFIER = "certifier"
    ORDERING_OFFICER = "ordering-officer"
    USAGE_AUDITOR = "usage-auditor"
    TREASURY = "treasury"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    SYSTEM = "system"


ROLE_TITLES: dict[Role, str] = {
    Role.APPLICANT: "Antragstellende Kommune",
    Role.INTAKE_CLERK: "Antragseingang",
    Role.EXPERT: "Fachliche Prüfung",
    Role.CASE_OFFICER: "Sachbearbeitung Bewilligung",
    Role.APPROVER: "Zeichnungsbefugte Person",
    Role.BUDGET_OFFICER: "Beauftragte für den Haushalt",
    Role.CERTIFIER: "Feststellung sachlich und rechnerisch",
    Role.ORDERING_OFFICER: "Anordnungsbefugte Person",
    Role.USAGE_AUDITOR: "Verwendungsnachweisprüfung",
    Role.TREASURY: "Landeshauptkasse",
    Role.AUDITOR: "Rechnungshof",
    Role.OPERATOR: "Betrieb",
    Role.SYSTEM: "System",
}

SYSTEM = "system"
"""The actor of reactions and of the clock: no person."""


@value
class Sealed:
    """A personal value under the key of one person (AES-256-GCM); readable only through the `Keys` port.

    The associated data binds `origin` (service), `stream`, `path` and `subject`: a box moved elsewhere does not open.
    `nonce` and `box` are base64url without padding.
    """

    sealed: Literal[1] = 1
    origin: str
    stream: str
    path: str
    subject: str
    nonce: str
    box: str


@value
class Erased:
    """What opening a sealed value yields after its person's key was destroyed (Art. 17 DSGVO)."""

    subject: str


@value
class DocumentReference:
    """A document in the document store, by the SHA-256 of its content. `size` in bytes, `media_type` as IANA."""

    sha256: str
    size: int
    media_type: str
    kind: str
    subject: str


_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def is_id(text: str) -> bool:
    """Whether a text may be an id in streams and paths: lower-case ASCII, digits, hyphens; nothing personal fits in."""
    return _ID.fullmatch(text) is not None


_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a number read over the telephone arrives."""


def _digits(text: str) -> int:
    return int("".join(str(int(character, 36)) for character in text))


def check_characters(text: str) -> str:
    """Two check digits over A–Z and 0–9 (ISO 7064 MOD 97-10): nearly every single error and transposition shows."""
    return f"{98 - _digits(text + '00') % 97:02d}"


def has_valid_check(text: str) -> bool:
    """Whether the last two characters are the check digits of the rest."""
    return len(text) > 2 and text.isascii() and text.isalnum() and check_characters(text[:-2]) == text[-2:]


def base32(number: int, length: int) -> str:
    """The lowest `length` base-32 digits of a number, most significant first."""
    digits = [_ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(length))]
    return "".join(digits)
