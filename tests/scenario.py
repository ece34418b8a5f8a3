"""given(history).when(command).then(events): how every rule in this repository is told."""

from datetime import UTC, date, datetime
from typing import Any

from shared.decider import Context, Decider
from shared.identity import Role

A_MONDAY = Context(
    actor="p-officer", role=Role.CASE_OFFICER, now=datetime(2026, 3, 2, 9, tzinfo=UTC), valid_on=date(2026, 3, 2)
)


def acting(actor: str, role: Role, on: date = date(2026, 3, 2)) -> Context:
    """A person in a role on a day, at nine in the morning UTC."""
    return Context(actor=actor, role=role, now=datetime(on.year, on.month, on.day, 9, tzinfo=UTC), valid_on=on)


class Scenario[C, E, S]:
    def __init__(self, decider: Decider[C, E, S], history: tuple[E, ...]) -> None:
        self._decider = decider
        self._history = history
        self._decided: list[E] = []

    def when(self, command: C, context: Context = A_MONDAY) -> "Scenario[C, E, S]":
        self._decided = list(self._decider.decide(command, self._decider.fold(self._history), context))
        return self

    def then(self, *expected: E) -> None:
        assert self._decided == list(expected)

    def then_one(self, kind: type[Any]) -> Any:
        """The single event decided, of this class, to look at further."""
        assert [type(it) for it in self._decided] == [kind], self._decided
        return self._decided[0]

    @property
    def events(self) -> list[Any]:
        """What was decided, in order."""
        return list(self._decided)

    def only(self, kind: type[Any]) -> Any:
        """The one event of this class among those decided."""
        (found,) = (it for it in self._decided if isinstance(it, kind))
        return found
