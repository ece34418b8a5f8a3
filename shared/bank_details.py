"""A payee's bank details as they are taken in, at intake and at payout alike: what no file could carry is refused at the door."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from shared.problems import Problem
from shared.web import Line

EEA = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV",
    "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
"""The European Economic Area. Further away a transfer needs the payer's address (Regulation (EU) 2023/1113, Articles 4 and 5), which no file of ours has."""


def _writable(holder: str) -> str:
    """Without marks that cannot be seen (a soft hyphen that was copied along); with a letter that a bank can write."""
    seen = "".join(it for it in holder if unicodedata.category(it) != "Cf").strip()
    letters = unicodedata.normalize("NFKD", seen)
    if not any(it.isascii() and it.isalpha() for it in letters):
        raise ValueError("Bitte schreiben Sie den Kontoinhaber in lateinischen Buchstaben, wie ihn die Bank kennt.")
    return seen


Holder = Annotated[Line, AfterValidator(_writable)]


def in_eea(iban: str) -> bool:
    return iban[:2] in EEA


def checked_iban(text: str) -> str:
    """The IBAN without spaces, its check digits (ISO 7064 MOD 97-10) and form verified; `Problem` 422 otherwise."""
    try:
        iban = str(IBAN(text))
    except (SchwiftyException, ValueError) as error:
        title = "Diese IBAN stimmt nicht. Bitte schreiben Sie sie noch einmal ab."
        raise Problem(422, "iban-invalid", title, field="iban") from error
    if not in_eea(iban):
        title = "Dieses Konto liegt außerhalb des Europäischen Wirtschaftsraums. Dorthin kann nicht ausgezahlt werden; bitte nennen Sie ein anderes."
        raise Problem(422, "iban-too-far", title, field="iban")
    return iban
