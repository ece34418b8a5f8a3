"""What the services tell each other: the only coupling between them, one module per publisher.

A contract is a class of its own, never a domain event: the log may change its words, a promise to others may not.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Protocol, dataclass_transform, runtime_checkable

from shared.decider import value


@runtime_checkable
class Contract(Protocol):
    """What every contract class carries beside its fields."""

    CONTRACT: ClassVar[str]
    VERSION: ClassVar[int]


@dataclass_transform(frozen_default=True, kw_only_default=True)
def contract[T](name: str, *, version: int = 1) -> Callable[[type[T]], type[T]]:
    """A public promise: `name` is `<publisher>.<event>` for ever, `version` rises with every change of its fields."""

    def define(cls: type[T]) -> type[T]:
        setattr(cls, "CONTRACT", name)
        setattr(cls, "VERSION", version)
        return value(cls)

    return define


@value
class Acted:
    """A pseudonymous person who took part in the decision, so that separation of duties reaches across services."""

    person: str
    role: str
    action: str


@value
class YearAmount:
    """Cents of one budget year."""

    year: int
    cents: int


def _cents(by_year: Sequence[YearAmount]) -> Mapping[int, int]:
    return {it.year: it.cents for it in by_year}


def _listed(cents: Mapping[int, int]) -> tuple[YearAmount, ...]:
    return tuple(YearAmount(year=year, cents=cents[year]) for year in sorted(cents) if cents[year])


def plus(one: Sequence[YearAmount], other: Sequence[YearAmount]) -> tuple[YearAmount, ...]:
    """The sums of each year, without those that are nothing."""
    first, second = _cents(one), _cents(other)
    return _listed({year: first.get(year, 0) + second.get(year, 0) for year in {*first, *second}})


def minus(one: Sequence[YearAmount], other: Sequence[YearAmount]) -> tuple[YearAmount, ...]:
    """The differences of each year, without those that are nothing."""
    return plus(one, [YearAmount(year=it.year, cents=-it.cents) for it in other])


def smaller(one: Sequence[YearAmount], other: Sequence[YearAmount]) -> tuple[YearAmount, ...]:
    """In each year what both have."""
    first, second = _cents(one), _cents(other)
    return _listed({year: max(min(first[year], second.get(year, 0)), 0) for year in first})
