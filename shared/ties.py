"""Ausschluss durch Bindung: who is tied to one of a case's municipalities is excluded from it as by a declared conflict (§ 20 VwVfG).

Ties are declared at review and told to the others; each service keeps its own register of them, and asks it here.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Protocol, cast

from shared.contracts import Acted
from shared.decider import AnyDecider, Context, Decided, Decider, Decision, replace, value
from shared.duties import refuse

REGISTER = "register"
"""The id of the one stream in which a service keeps all ties."""
CONFLICT = "declare-conflict-of-interest"


class Tie(Protocol):
    """A person in a role, and the official key of the municipality the person is tied to."""

    @property
    def person(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def key(self) -> str: ...


def of[T: Tie](declared: Iterable[T], person: str, keys: Sequence[str]) -> T | None:
    """What ties the person to one of these municipalities; None when nothing does."""
    return next((it for it in declared if it.person == person and it.key in keys), None)


def conflicts(declared: Iterable[Tie], person: str, keys: Sequence[str]) -> tuple[Acted, ...]:
    """A tie to one of the municipalities counts as a conflict of interest declared in the case."""
    found = of(declared, person, keys)
    return (Acted(person=person, role=found.role, action=CONFLICT),) if found else ()


def untied(decided: Decision, register: AnyDecider, action: str, keys: Sequence[str]) -> Decision:
    """The decision, refused to whoever is tied to one of the case's municipalities; `register` is the noun of the ties."""
    if not keys or action == CONFLICT:
        return decided
    stream, place = register.stream(REGISTER), len(decided.reads)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        refuse(action, conflicts(states[place].declared, context.actor, keys), context)
        return decided.judge([*states[:place], *states[place + 1 :]], context)

    return replace(decided, reads={**decided.reads, stream: register}, judge=judge)


# ---- The register of a service that is told ---------------------------------------------------------------------------


@value
class NoteTie:
    """`acted` is the declaration, `key` the municipality's official key."""

    acted: tuple[Acted, ...]
    key: str
    declared_on: date


@value
class Ties:
    declared: tuple[Tie, ...] = ()


def register[E: Tie](noted: type[E]) -> Decider[NoteTie, E, Ties]:
    """The noun of a service that records what it is told as events of its own class `noted`."""
    make = cast(Callable[..., E], noted)

    def decide(command: NoteTie, ties: Ties, context: Context) -> Sequence[E]:
        known = {(it.person, it.key) for it in ties.declared}
        return [
            make(person=it.person, role=it.role, key=command.key, declared_on=command.declared_on)
            for it in command.acted
            if (it.person, command.key) not in known
        ]

    def evolve(ties: Ties, it: E) -> Ties:
        return Ties(declared=(*ties.declared, it))

    return Decider[NoteTie, E, Ties](
        name="tie", per_case=False, initial=Ties(), decide=decide, evolve=evolve, events=[noted]
    )
