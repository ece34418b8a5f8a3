"""Arbitrary commands: made from a command's own annotations, seasoned with values that the noun's history already holds.

A value of the right kind that the state knows (a line's number, an amount, a day) leads much deeper than one out of thin air.
"""

import types
import typing
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from random import Random
from typing import Any

from services.intake.municipality import Register, shipped
from shared.decider import AnyDecider, Context
from shared.identity import Role, Sealed
from shared.records import field_names, is_record

FIRST = date(2025, 5, 12)
PEOPLE = ("p-1", "p-2", "p-3", "p-4")
CENTS = (0, 1, 50_000, 100_000, 200_000, 30_000_000)
WORDS = ("", "ein Grund", "thueregovrl", "1605-63371", "16070048", "interfaces", "c-1", "c-2", "ab" * 32, "a" * 2_001)


def commands_of(noun: AnyDecider) -> tuple[type[Any], ...]:
    """Every command class that a noun decides, from the annotation of its `decide`."""
    first = next(iter(typing.get_type_hints(noun.decide).values()))
    return tuple(it for it in _alternatives(first) if is_record(it))


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    if isinstance(annotation, typing.TypeAliasType):
        return _alternatives(annotation.__value__)
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return tuple(inner for it in typing.get_args(annotation) for inner in _alternatives(it))
    return (annotation,)


def _fits(it: Any, kind: Any) -> bool:
    """Whether a kept value is one of this kind; a tuple fits by what is in it."""
    if typing.get_origin(kind) is tuple:
        inner = typing.get_args(kind)[0]
        return bool(it) and all(type(part) is (typing.get_origin(inner) or inner) for part in it)
    return True


class Larder:
    """Values by kind that were met before, the latest first in reach."""

    def __init__(self) -> None:
        self._kept: dict[Any, list[Any]] = {}

    def keep(self, it: Any, name: str = "", depth: int = 0) -> None:
        """Take in a value with all that is inside it."""
        if depth > 8 or it is None or it == "":
            return
        for key in {(type(it), ""), (type(it), name)}:
            shelf = self._kept.setdefault(key, [])
            if it not in shelf[-20:]:
                shelf.append(it)
        if is_record(type(it)):
            for inner in field_names(it):
                self.keep(getattr(it, inner), inner, depth + 1)
        elif isinstance(it, tuple):
            for inner in it[:10]:
                self.keep(inner, name, depth + 1)

    def take(self, kind: Any, name: str, rng: Random) -> Any | None:
        """One of the last that were kept under this name; a record or a day also under any. None when there is none."""
        anywhere = kind not in (str, int) and rng.random() < 0.3
        shelf = self._kept.get((kind, name)) or (self._kept.get((kind, "")) if anywhere else None)
        return rng.choice(shelf[-20:]) if shelf else None


class Maker:
    """Makes values of any annotation, from one stream of chance."""

    def __init__(self, rng: Random, larder: Larder, today: date) -> None:
        self.rng, self.larder, self.today = rng, larder, today

    def make(self, annotation: Any, name: str = "", depth: int = 0) -> Any:
        rng, options = self.rng, _alternatives(annotation)
        kind = rng.choice(options)
        origin = typing.get_origin(kind) or kind
        if kind is types.NoneType or kind is None:
            return None
        if rng.random() < 0.6:
            known = self.larder.take(origin, name, rng)
            if known is not None and _fits(known, kind):
                return known
        if origin is typing.Literal:
            return rng.choice(typing.get_args(kind))
        if origin in (tuple, Sequence):
            inner = typing.get_args(kind)
            if origin is Sequence or (len(inner) == 2 and inner[1] is Ellipsis):
                return tuple(self.make(inner[0], name, depth + 1) for _ in range(rng.choice((0, 1, 1, 2, 3))))
            return tuple(self.make(it, name, depth + 1) for it in inner)
        if origin is Register:
            return shipped()
        if origin in (Mapping, dict):
            of, to = typing.get_args(kind)
            made = (
                (self.make(of, name, depth + 1), self.make(to, name, depth + 1)) for _ in range(rng.choice((0, 1, 2)))
            )
            return dict(made)
        if is_record(origin):
            hints = typing.get_type_hints(origin)
            return origin(**{it: self.make(hints[it], it, depth + 1) for it in field_names(origin)})
        return self._plain(origin, name)

    def _plain(self, kind: Any, name: str) -> Any:
        rng = self.rng
        if isinstance(kind, type) and issubclass(kind, Enum):
            return rng.choice(list(kind))
        if kind is bool:
            return rng.random() < 0.7
        if kind is int:
            return self._integer(name)
        if kind is str:
            return self._text(name)
        if kind is date:
            return self.today + timedelta(days=rng.choice((-40, -1, 0, 0, 1, 30, 400)))
        if kind is datetime:
            return datetime(self.today.year, self.today.month, self.today.day, 9, tzinfo=UTC)
        raise TypeError(f"kein Weg zu einem Wert von {kind!r} ({name})")

    def _text(self, name: str) -> str:
        rng = self.rng
        if name.endswith("_by") or name == "person":
            return rng.choice(PEOPLE)
        # The register gives numbers, none of them empty.
        return rng.choice(("F-1", "F-2") if name == "file_number" else WORDS)

    def _integer(self, name: str) -> int:
        rng = self.rng
        if name.endswith("_cents") or name == "cents":
            return rng.choice(CENTS)
        if name.endswith("_bp"):
            return rng.choice((0, 5_000, 10_000, 10_001))
        if name in ("year", "into") or name.endswith("_year"):
            return self.today.year + rng.choice((-1, 0, 0, 0, 1, 2))
        return rng.choice((-1, 0, 1, 1, 2, 3, 30))


def context(rng: Random, on: date) -> Context:
    """Somebody acts on a day, in some role: whether they may is the noun's affair."""
    return Context(
        actor=rng.choice(PEOPLE),
        role=rng.choice(list(Role)),
        now=datetime(on.year, on.month, on.day, 9, tzinfo=UTC),
        valid_on=on,
    )


SEALED = Sealed(origin="intake", stream="application-c-1", path="iban", subject="s-1", nonce="bm9uY2U", box="Ym94")
