"""Immutable records, the material of everything that is said or known here: commands, events, states, rows, frames.

They are msgspec structs: one costs a twentieth of a frozen dataclass to make, and a whole life of a case makes
thousands of them (docs/adr/0009). Nouns see only `value`, `replace`, `field` and `field_names`.
"""

from collections.abc import Callable
from typing import Any, cast, dataclass_transform

import msgspec

field = msgspec.field
"""Says how a field gets its default when it is not a constant."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
def value[T](cls: type[T]) -> type[T]:
    """A frozen record compared by its fields: a command, a state, an amount of money.

    The garbage collector does not look at it: it can only hold what existed before it, so it is never part of a cycle.
    """
    body = {name: it for name, it in vars(cls).items() if name not in ("__dict__", "__weakref__")}
    make = cast(Callable[..., Any], type(msgspec.Struct))
    return make(cls.__name__, (msgspec.Struct,), body, frozen=True, kw_only=True, gc=False)


def replace[T](it: T, /, **changes: Any) -> T:
    """The same record with some fields changed; `TypeError` for a field that it does not have."""
    return cast(T, msgspec.structs.replace(cast(msgspec.Struct, it), **changes))


def field_names(it: Any) -> tuple[str, ...]:
    """The names of a record's fields, in their order."""
    return it.__struct_fields__


def likeness[T](kind: type[T], it: Any) -> T:
    """A record of a kind that takes from another what it calls by the same names; `AttributeError` when there is no such."""
    return kind(**{name: getattr(it, name) for name in field_names(kind)})


def is_record(it: Any) -> bool:
    """Whether a class is one of these."""
    return isinstance(it, type) and issubclass(it, msgspec.Struct)


def astuple(it: Any) -> tuple[Any, ...]:
    """A record's values, in the order of its fields."""
    return msgspec.structs.astuple(it)
