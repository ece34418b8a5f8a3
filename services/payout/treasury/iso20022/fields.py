"""The fields of a foreign message: found by their path, checked before they are believed. No text of a file gets into an error."""

import re
from datetime import date
from typing import Any

from services.payout.treasury import Unreadable

IDENTIFIER = re.compile(r"(?!/)(?!.*//)[a-zA-Z0-9/\-?:().,'+ ]{1,35}(?<!/)")
"""Message, group and end-to-end ids: 35 characters of the SEPA set, no slash at either end and never two."""
_amount = re.compile(r"([0-9]{1,16})(?:\.([0-9]{0,2}))?", re.ASCII)
"""Sums of a state's account are larger than any payment; five decimals are none of ours."""


class Fields:
    """Reads elements of one namespace; each path is made once."""

    def __init__(self, namespace: str) -> None:
        self._prefix = f"{{{namespace}}}"
        self._paths: dict[str, str] = {}

    def path(self, path: str) -> str:
        known = self._paths.get(path)
        if known is None:
            known = self._paths[path] = "/".join(f"{self._prefix}{step}" for step in path.split("/"))
        return known

    def all(self, parent: Any, path: str) -> list[Any]:
        return parent.findall(self.path(path))

    def one(self, parent: Any, path: str) -> Any:
        found = self.all(parent, path)
        if len(found) != 1:
            raise Unreadable("missing", f"{path} fehlt oder kommt mehrfach vor.")
        return found[0]

    def texts(self, parent: Any, path: str) -> list[str]:
        return [(it.text or "").strip() for it in self.all(parent, path)]

    def maybe(self, parent: Any, path: str) -> str:
        text = parent.findtext(self.path(path))
        return text.strip() if text else ""

    def required(self, parent: Any, path: str) -> str:
        text = self.maybe(parent, path)
        if not text:
            raise Unreadable("missing", f"{path} fehlt.")
        return text

    def identified(self, parent: Any, path: str) -> str:
        text = self.required(parent, path)
        if not IDENTIFIER.fullmatch(text):
            raise Unreadable("bad-identifier", f"{path} ist keine zulässige Kennung.")
        return text

    def code(self, parent: Any, path: str) -> str:
        """A reason given as a code, of the published list or the bank's own; empty when there is none."""
        code = self.maybe(parent, f"{path}/Cd") or self.maybe(parent, f"{path}/Prtry")
        if code and not IDENTIFIER.fullmatch(code):
            raise Unreadable("bad-identifier", "Ein Grund ist kein Schlüssel.")
        return code

    def amount(self, parent: Any, path: str) -> int:
        element = self.one(parent, path)
        if element.get("Ccy") != "EUR":
            raise Unreadable("wrong-currency", "Ein Betrag ist nicht in Euro.")
        return cents(element.text or "")


def cents(text: str) -> int:
    found = _amount.fullmatch(text.strip())
    if not found:
        raise Unreadable("bad-amount", "Ein Betrag ist keiner.")
    whole, rest = found.groups()
    return int(whole) * 100 + int((rest or "").ljust(2, "0"))


def number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Unreadable("bad-number", "Eine Anzahl ist keine Zahl.")
    return int(text)


def day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Unreadable("bad-date", "Ein Datum ist keines.") from None
