"""One table of a policy file, asked value by value."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from shared.identity import is_id
from shared.policy.reading.errors import PolicyNotReadable


class Group:
    """One table of a file, asked value by value; what was not asked for is unknown and refused at the end."""

    def __init__(self, table: object, at: str = "", *, lenient: bool = False) -> None:
        if not isinstance(table, dict):
            raise PolicyNotReadable(f"„{at}“ ist keine Gruppe von Werten", field=at)
        self._table, self._at, self._lenient = cast(Mapping[str, Any], table), at, lenient
        self._asked: set[str] = set()

    def at(self, key: str) -> str:
        return f"{self._at}.{key}" if self._at else key

    def has(self, key: str) -> bool:
        return key in self._table

    def required[T](self, key: str, kind: type[T]) -> T:
        self._asked.add(key)
        found = self._table.get(key)
        if type(found) is not kind:
            raise PolicyNotReadable(
                f"„{self.at(key)}“ fehlt oder ist nicht vom Typ {kind.__name__}", field=self.at(key)
            )
        return found

    def text(self, key: str, *, empty: bool = False) -> str:
        found = self.required(key, str)
        if not found.strip() and not empty:
            raise PolicyNotReadable(f"„{self.at(key)}“ ist leer", field=self.at(key))
        return found

    def id(self, key: str) -> str:
        found = self.text(key)
        if not is_id(found):
            raise PolicyNotReadable(f"„{self.at(key)}“ ist keine Kennung", field=self.at(key))
        return found

    def day(self, key: str) -> date:
        return self.required(key, date)

    def day_or_none(self, key: str) -> date | None:
        return self.day(key) if self.has(key) else None

    def number(self, key: str, least: int, most: int, default: int | None = None) -> int:
        if default is not None and not self.has(key):
            return default
        found = self.required(key, int)
        if not least <= found <= most:
            raise PolicyNotReadable(f"„{self.at(key)}“ liegt nicht zwischen {least} und {most}", field=self.at(key))
        return found

    def one_of(self, key: str, allowed: Sequence[str]) -> str:
        found = self.text(key)
        if found not in allowed:
            raise PolicyNotReadable(f"„{self.at(key)}“ ist keines von {', '.join(allowed)}", field=self.at(key))
        return found

    def rows(self, key: str) -> "Sequence[Group]":
        if not self.has(key):
            return ()
        rows = cast(list[object], self.required(key, list))
        return [Group(it, f"{self.at(key)}.{index}", lenient=self._lenient) for index, it in enumerate(rows)]

    def flag(self, key: str) -> bool:
        return self.required(key, bool)

    def texts(self, key: str) -> tuple[str, ...]:
        found = cast(list[object], self.required(key, list))
        if not all(isinstance(it, str) and it for it in found):
            raise PolicyNotReadable(f"„{self.at(key)}“ ist keine Liste von Texten", field=self.at(key))
        return tuple(cast(list[str], found))

    def group(self, key: str) -> "Group":
        return Group(cast(object, self.required(key, dict)), self.at(key), lenient=self._lenient)

    def told(self) -> str:
        """The group's source, which no group lacks, with its German title."""
        self.text("title")
        return self.text("source")

    def finish(self) -> None:
        unknown = sorted(set(self._table) - self._asked)
        if unknown and not self._lenient:
            raise PolicyNotReadable(f"„{self.at(unknown[0])}“ ist unbekannt", field=self.at(unknown[0]))
