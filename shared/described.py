"""Records as OpenAPI describes them: the same fields, names and sentences, in classes that pydantic can read."""

import typing
from dataclasses import MISSING, field, make_dataclass
from functools import cache
from types import UnionType
from typing import Any

import msgspec

from shared.records import is_record


@cache
def described(record: type[Any]) -> Any:
    """A class that says of its fields what the record says; only for descriptions, never instantiated."""
    hints = typing.get_type_hints(record)
    fields = [(it.name, _type(hints[it.name]), _default(it)) for it in msgspec.structs.fields(record)]
    made = make_dataclass(record.__name__, fields, kw_only=True, module=record.__module__)
    made.__doc__ = record.__doc__
    return made


def _default(it: msgspec.structs.FieldInfo) -> Any:
    if it.default is not msgspec.NODEFAULT:
        return field(default=it.default)
    return (
        field(default_factory=it.default_factory)
        if it.default_factory is not msgspec.NODEFAULT
        else field(default=MISSING)
    )


def _type(hint: Any) -> Any:
    if is_record(hint):
        return described(hint)
    arguments = typing.get_args(hint)
    if not any(is_record(it) or typing.get_args(it) for it in arguments):
        return hint
    inner = tuple(_type(it) for it in arguments)
    if isinstance(hint, UnionType):
        return typing.Union[inner]  # noqa: UP007 (an alternative known only now)
    return typing.get_origin(hint)[inner]
