"""What the services tell each other: the only coupling between them, one module per publisher.

A contract is a class of its own, never a domain event: the log may change its words, a promise to others may not.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
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


@value
class SideCondition:
    """A side condition of an award (Nebenbestimmung, § 36 VwVfG); `number` is its place in the notice.

    `kind` is `fixed-term`, `suspensive-condition`, `requirement`, `revocation-reserved` or `requirement-reserved`, `law` its
    legal source. What is to be fulfilled may be due on `due_on`, or `due_days` after the service of the notice; `bars` is
    which payments wait for it: `nothing`, `first-payment` or `every-payment`. `proof` shows that it is fulfilled; `code` names
    the practice's text it was made from, empty when it was written for this award.
    """

    number: int
    kind: str
    text: str
    law: str
    code: str = ""
    bars: str = "nothing"
    due_on: date | None = None
    due_days: int = 0
    proof: str = ""


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
