"""The fields of a foreign message: found by their path, checked before they are believed. No text of a file gets into an error."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from services.payout.treasury import Unreadable
from shared.calendar import local_date

IDENTIFIER = re.compile(r"(?!/)(?!.*//)[a-zA-Z0-9/\-?:().,'+ ]{1,35}(?<!/)")
"""Message, group and end-to-end ids that we write: 35 characters of the SEPA set, no slash at either end and never two."""
_OURS = re.compile(r"[0-9A-Fa-f]{32}(?:-[0-9]{2,3})?", re.ASCII)
"""What our files are called, and the groups in them."""
_LONGEST = 35
"""What others write is `Max35Text`, and many banks do not keep to the SEPA set in the names of their own files."""
_CODE = re.compile(r"[A-Z]{4}|(?=[^0-9]*[0-9])[A-Za-z0-9.-]{1,12}", re.ASCII)
"""A reason that is no word: those of the published lists, and what banks number for themselves."""
_WORD = re.compile(r"[A-Z0-9]+", re.ASCII)
NARRATIVE = "NARR"
"""The published code for a reason that is told in words, which may name persons and are not taken over."""
_MOST_NAMES = 200
"""No element of these messages has more kinds of children; a hostile file must not fill the memory with names."""
_amount = re.compile(r"([0-9]{1,16})(?:\.([0-9]{0,2}))?", re.ASCII)
"""Sums of a state's account are larger than any payment; five decimals are none of ours."""
_day = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?P<time>T[0-9:.]{5,18})?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII
)
_USUAL = 18
"""Digits of an amount that is written with exactly two decimals, as nearly all are."""


class OtherCurrency(Unreadable):
    """An amount in other money than ours."""

    def __init__(self) -> None:
        super().__init__("wrong-currency", "Ein Betrag ist nicht in Euro.")


class Part:
    """An element of which many fields are asked: its descendants by their path, gathered once."""

    __slots__ = ("_first", "_more")

    def __init__(self, element: Any, names: "_Names") -> None:
        self._first: dict[str, Any] = {}
        self._more: dict[str, list[Any]] = {}
        self._gather(element, names)

    def _gather(self, element: Any, names: "_Names") -> None:
        first = self._first
        for child in element:
            below = names[child.tag]
            if below is None:
                continue
            path = below.path
            if path in first:
                self._more.setdefault(path, []).append(child)
            else:
                first[path] = child
            if len(child):
                self._gather(child, below)

    def text(self, path: str) -> str:
        """The text of the first element there; empty when there is none."""
        known = self._first.get(path)
        return (known.text or "").strip() if known is not None else ""

    def all(self, path: str) -> Sequence[Any]:
        known = self._first.get(path)
        return () if known is None else (known, *self._more.get(path, ()))


class _Names(dict[str, "_Names | None"]):
    """The paths below one path, by tag; None for elements of other namespaces."""

    def __init__(self, prefix: str, path: str = "") -> None:
        super().__init__()
        self._prefix, self.path = prefix, path

    def __missing__(self, tag: str) -> "_Names | None":
        ours = tag.startswith(self._prefix)
        between = "/" if self.path else ""
        below = _Names(self._prefix, f"{self.path}{between}{tag[len(self._prefix) :]}") if ours else None
        if len(self) < _MOST_NAMES:
            self[tag] = below
        return below


class Fields:
    """Reads elements of one namespace, or parts of them; each path is made once."""

    def __init__(self, namespace: str) -> None:
        self._prefix = f"{{{namespace}}}"
        self._paths: dict[str, str] = {}
        self._names = _Names(self._prefix)

    def path(self, path: str) -> str:
        known = self._paths.get(path)
        if known is None:
            known = self._paths[path] = "/".join(f"{self._prefix}{step}" for step in path.split("/"))
        return known

    def part(self, element: Any) -> Part:
        return Part(element, self._names)

    def all(self, parent: Any, path: str) -> Sequence[Any]:
        if isinstance(parent, Part):
            return parent.all(path)
        return parent.findall(self.path(path))

    def one(self, parent: Any, path: str) -> Any:
        found = self.all(parent, path)
        if len(found) != 1:
            raise Unreadable("missing", f"{path} fehlt oder kommt mehrfach vor.")
        return found[0]

    def texts(self, parent: Any, path: str) -> list[str]:
        return [(it.text or "").strip() for it in self.all(parent, path)]

    def maybe(self, parent: Any, path: str) -> str:
        if isinstance(parent, Part):
            return parent.text(path)
        text = parent.findtext(self.path(path))
        return text.strip() if text else ""

    def required(self, parent: Any, path: str) -> str:
        text = self.maybe(parent, path)
        if not text:
            raise Unreadable("missing", f"{path} fehlt.")
        return text

    def identified(self, parent: Any, path: str) -> str:
        text = self.required(parent, path)
        if not is_name(text):
            raise Unreadable("bad-identifier", f"{path} ist keine zulässige Kennung.")
        return text

    def code(self, parent: Any, path: str) -> str:
        """A reason given as a code, of the published list or the bank's own, else that it was told in words; empty when there is none."""
        code = self.maybe(parent, f"{path}/Cd") or self.maybe(parent, f"{path}/Prtry")
        return code if not code or _CODE.fullmatch(code) else NARRATIVE

    def words(self, parent: Any, path: str) -> Sequence[str]:
        """The words of a reason, in capitals: what a bank puts where its own code belongs is often a code and a sentence."""
        told = self.maybe(parent, f"{path}/Cd") or self.maybe(parent, f"{path}/Prtry")
        return _WORD.findall(told.upper())

    def amount(self, parent: Any, path: str) -> int:
        element = self.one(parent, path)
        if element.get("Ccy") != "EUR":
            raise OtherCurrency
        return cents(element.text or "")


def name_of_ours(text: str) -> str:
    """The name of a file or a group as we write it, whatever became of its letters on the way; empty when it is called as none of ours."""
    return text.lower() if _OURS.fullmatch(text) else ""


def is_name(text: str) -> bool:
    """Whether others may call something by it: short, and of characters that can be seen."""
    return 0 < len(text) <= _LONGEST and text.isprintable()


def cents(text: str) -> int:
    digits = text[:-3] + text[-2:]
    if text[-3:-2] == "." and len(digits) <= _USUAL and digits.isascii() and digits.isdigit():
        return int(digits)
    found = _amount.fullmatch(text.strip())
    if not found:
        raise Unreadable(
            "bad-amount", "Ein Betrag ist keine Zahl ohne Vorzeichen mit höchstens zwei Nachkommastellen und Punkt."
        )
    whole, rest = found.groups()
    return int(whole) * 100 + int((rest or "").ljust(2, "0"))


def number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Unreadable("bad-number", "Eine Anzahl ist keine Zahl.")
    return int(text)


def day(text: str) -> date:
    """The day of a date, or of an instant; one that says its zone is on our day, whatever day it is there."""
    found = _day.fullmatch(text)
    try:
        if found and not (found["time"] and found["zone"]):
            return date.fromisoformat(found["day"])
        if found:
            return local_date(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    raise Unreadable("bad-date", "Ein Datum hat nicht die Form JJJJ-MM-TT, oder es gibt den Tag nicht.")
