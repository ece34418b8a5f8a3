"""Antragsberechtigte: Thuringia's Gemeinden, Landkreise and Verwaltungsgemeinschaften, by key and day.

Names are no keys: Elxleben, Eichenberg and Lehesten exist twice, and municipalities merge every 1 January
(domain 3, rules B1 and B2). The facts lie in municipalities.csv with their source; an open date there means
"since before" or "until further notice", because changes before 2024-01-01 and after 2025-02-28 are not recorded.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from shared.decider import value

_FACTS = Path(__file__).with_name("municipalities.csv")


class Kind(StrEnum):
    """What kind of body a key means. An AGS has 8 digits, a Landkreis 5, a Verwaltungsgemeinschaft 9."""

    MUNICIPALITY = "municipality"
    TOWN = "town"
    INDEPENDENT_CITY = "independent-city"
    DISTRICT = "district"
    ASSOCIATION = "association"


@value
class Municipality:
    """A body that may apply, as it was called in its time. `inhabitants` on 2023-12-31, None when unknown."""

    key: str
    name: str
    kind: Kind
    district: str
    inhabitants: int | None
    valid_from: date
    valid_until: date
    successors: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """The name with its kind, as in an address: "Stadt Stadtilm", "Landkreis Greiz"."""
        match self.kind:
            case Kind.TOWN | Kind.INDEPENDENT_CITY:
                return f"Stadt {self.name}"
            case Kind.ASSOCIATION:
                return f"Verwaltungsgemeinschaft {self.name}"
            case Kind.DISTRICT:
                return self.name if self.name.lower().endswith("kreis") else f"Landkreis {self.name}"
            case Kind.MUNICIPALITY:
                return self.name

    def exists_on(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_until


def find(key: str, on: date) -> Municipality | None:
    """The body with this key as it is called on this day, or None when there is none (any more, or yet)."""
    return next((it for it in _register().get(key, ()) if it.exists_on(on)), None)


def successors(key: str, on: date) -> Sequence[Municipality]:
    """Who has taken over from a dissolved body by this day (Rechtsnachfolge): several when its area was divided."""
    former = [it for it in _register().get(key, ()) if it.valid_until < on]
    if find(key, on) or not former:
        return []
    found: dict[str, Municipality] = {}
    for heir in former[-1].successors:
        alive = find(heir, on)
        for it in [alive] if alive else successors(heir, on):
            found[it.key] = it
    return list(found.values())


def existing(on: date) -> Sequence[Municipality]:
    """All bodies of a day, by key."""
    return [it for entries in _register().values() for it in entries if it.exists_on(on)]


@cache
def _register() -> Mapping[str, Sequence[Municipality]]:
    found: dict[str, list[Municipality]] = {}
    with _FACTS.open(encoding="utf-8", newline="") as facts:
        for row in csv.DictReader(line for line in facts if not line.startswith("#")):
            found.setdefault(row["key"], []).append(_municipality(row))
    return {key: sorted(entries, key=lambda it: it.valid_from) for key, entries in found.items()}


def _municipality(row: Mapping[str, str]) -> Municipality:
    return Municipality(
        key=row["key"],
        name=row["name"],
        kind=Kind(row["kind"]),
        district=row["district"],
        inhabitants=int(row["inhabitants"]) if row["inhabitants"] else None,
        valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else date.min,
        valid_until=date.fromisoformat(row["valid_until"]) if row["valid_until"] else date.max,
        successors=tuple(row["successors"].split()),
    )
