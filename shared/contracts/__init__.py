"""What the services tell each other: the only coupling between them, one module per publisher.

A contract is a class of its own, never a domain event: the log may change its words, a promise to others may not.
"""

from collections.abc import Callable
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
