"""Antragsberechtigte: Thuringia's Gemeinden, Landkreise, Verwaltungsgemeinschaften and Zweckverbände, by key and day.

Names are no keys: Elxleben, Eichenberg and Lehesten exist twice, and municipalities merge every 1 January
(domain 3, rules B1 and B2). The facts that ship lie in municipalities.csv with their source; an open date there means
"since before" or "until further notice", because changes before 2024-01-01 and after 2025-02-28 are not in them. What
is learned later is recorded (territory.py) and never edited into that file: a history rests on it.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from shared.decider import replace, value

_FACTS = Path(__file__).with_name("municipalities.csv")


class Kind(StrEnum):
    """What kind of body a key means. An AGS has 8 digits, a Landkreis 5, a Verwaltungsgemeinschaft 9; a Zweckverband has
    no official key, so a free one under its district: `16070-zv-wasser`."""

    MUNICIPALITY = "municipality"
    TOWN = "town"
    INDEPENDENT_CITY = "independent-city"
    DISTRICT = "district"
    ASSOCIATION = "association"
    FULFILLING_MUNICIPALITY = "fulfilling-municipality"
    SPECIAL_PURPOSE_ASSOCIATION = "special-purpose-association"


MUNICIPAL = frozenset({Kind.MUNICIPALITY, Kind.TOWN, Kind.INDEPENDENT_CITY})
"""Gemeinden, whatever they are called."""


@value
class Municipality:
    """A body as it was called in its time. `inhabitants` on 2023-12-31 or as a later directory told, None when unknown.

    `ars` is the 12-digit Regionalschlüssel, which changes with the Verwaltungsgemeinschaft while the key stays;
    `served_by` is the Gemeinde that fulfils the tasks of an association that has no administration of its own.
    """

    key: str
    name: str
    kind: Kind
    district: str
    inhabitants: int | None
    begins_on: date
    ends_on: date
    successors: tuple[str, ...] = ()
    ars: str = ""
    hectares: int | None = None
    served_by: str = ""

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
            case Kind.FULFILLING_MUNICIPALITY:
                return f"Erfüllende Gemeinde {self.name}"
            case Kind.MUNICIPALITY | Kind.SPECIAL_PURPOSE_ASSOCIATION:
                return self.name

    @property
    def may_apply(self) -> bool:
        """Whether it is a body of its own: a Gemeinde that fulfils the tasks of others applies as the Gemeinde it is."""
        return self.kind != Kind.FULFILLING_MUNICIPALITY

    @property
    def association(self) -> str:
        """The 9-digit key of the association it belongs to, empty when it belongs to none."""
        return self.ars[:9] if self.ars[5:6] == "5" else ""

    def exists_on(self, day: date) -> bool:
        return self.begins_on <= day <= self.ends_on


@value
class Ended:
    """A body that ceased, and who took over."""

    key: str
    successors: tuple[str, ...]


@value
class Register:
    """Every body that was ever known, by key, each with its versions in order of time."""

    bodies: Mapping[str, Sequence[Municipality]]

    def find(self, key: str, on: date) -> Municipality | None:
        """The applicant with this key as it is called on this day, or None when there is none (any more, or yet)."""
        found = self.body(key, on)
        return found if found and found.may_apply else None

    def body(self, key: str, on: date) -> Municipality | None:
        """The body with this key on this day, whether it may apply or not."""
        return next((it for it in self.bodies.get(key, ()) if it.exists_on(on)), None)

    def successors(self, key: str, on: date) -> Sequence[Municipality]:
        """Who has taken over from a dissolved body by this day (Rechtsnachfolge): several when its area was divided."""
        former = [it for it in self.bodies.get(key, ()) if it.ends_on < on]
        if self.body(key, on) or not former:
            return []
        found: dict[str, Municipality] = {}
        for heir in former[-1].successors:
            alive = self._applicant(heir, on)
            for it in [alive] if alive else self.successors(heir, on):
                found[it.key] = it
        return list(found.values())

    def _applicant(self, key: str, on: date) -> Municipality | None:
        found = self.body(key, on)
        return self.find(found.served_by, on) if found and not found.may_apply else found

    def existing(self, on: date) -> Sequence[Municipality]:
        """All bodies of a day that may apply, by key."""
        return [it for it in self.known(on) if it.may_apply]

    def known(self, on: date) -> Sequence[Municipality]:
        """All bodies of a day, by key."""
        return [it for versions in self.bodies.values() for it in versions if it.exists_on(on)]

    def administration(self, key: str, on: date) -> Municipality | None:
        """Who runs a municipality's administration on this day (B3): its association, the Gemeinde serving it, or itself."""
        found = self.find(key, on)
        if found is None or not found.association:
            return found
        return self._applicant(found.association, on)

    def with_body(self, it: Municipality) -> "Register":
        """A version from its first day on: it ends the one before it, and the next one, if there is one, ends it."""
        others = [one for one in self.bodies.get(it.key, ()) if one.begins_on != it.begins_on]
        before = [
            replace(one, ends_on=min(one.ends_on, it.begins_on - timedelta(days=1)))
            for one in others
            if one.begins_on < it.begins_on
        ]
        after = [one for one in others if one.begins_on > it.begins_on]
        if after:
            it = replace(it, ends_on=min(it.ends_on, after[0].begins_on - timedelta(days=1)))
        return Register(bodies={**self.bodies, it.key: (*before, it, *after)})

    def without(self, it: Ended, on: date) -> "Register":
        """A body exists no more from this day on; versions that would begin later never do."""
        before = [one for one in self.bodies.get(it.key, ()) if one.begins_on < on]
        last = replace(before[-1], ends_on=min(before[-1].ends_on, on - timedelta(days=1)))
        ended = replace(last, successors=it.successors)
        return Register(bodies={**self.bodies, it.key: (*before[:-1], ended)})


def by_key(bodies: Iterable[Municipality]) -> Register:
    """A register of these versions."""
    found: dict[str, list[Municipality]] = {}
    for it in bodies:
        found.setdefault(it.key, []).append(it)
    return Register(bodies={key: tuple(sorted(its, key=lambda it: it.begins_on)) for key, its in found.items()})


@cache
def shipped() -> Register:
    """The facts that ship with the house."""
    with _FACTS.open(encoding="utf-8", newline="") as facts:
        return by_key(_municipality(row) for row in csv.DictReader(it for it in facts if not it.startswith("#")))


def _municipality(row: Mapping[str, str]) -> Municipality:
    return Municipality(
        key=row["key"],
        name=row["name"],
        kind=Kind(row["kind"]),
        district=row["district"],
        inhabitants=int(row["inhabitants"]) if row["inhabitants"] else None,
        begins_on=date.fromisoformat(row["valid_from"]) if row["valid_from"] else date.min,
        ends_on=date.fromisoformat(row["valid_until"]) if row["valid_until"] else date.max,
        successors=tuple(row["successors"].split()),
        ars=row["ars"],
        hectares=int(row["hectares"]) if row["hectares"] else None,
        served_by=row["served_by"],
    )
