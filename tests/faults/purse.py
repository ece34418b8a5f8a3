"""Cents that travel a ring on the real lanes: put in intake, mirrored in review, then in payout, told back to intake.

The house's own nouns take a repetition for what it is and so hide a missing rule of the lanes. The purse hides nothing:
what comes twice counts twice, what is skipped is gone, and what overtakes another is written down in the wrong order.
"""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from shared.contracts import contract
from shared.decider import Context, Decided, Decider, Decision, DomainError, decision, event, value
from shared.lanes import Reactions
from shared.records import replace
from shared.service import Blueprint

POISON = 13
"""So many cents meet a bug in whoever mirrors them, until it is mended."""
LIMIT = 1_000_000
"""No purse holds more."""


@value
class Put:
    cents: int
    note: str


@value
class Mirror:
    cents: int
    note: str


@value
class Return:
    cents: int
    note: str


@event("purse.put")
class WasPut:
    """A person put cents into the purse; `note` names the request."""

    cents: int
    note: str


@event("purse.mirrored")
class WasMirrored:
    """The service before this one in the ring told of cents."""

    cents: int
    note: str


@event("purse.returned")
class WasReturned:
    """The last service of the ring told of cents."""

    cents: int
    note: str


@event("purse.turned-away", refusal="purse-full")
class TurnedAway:
    """The purse would have held too much."""

    cents: int
    note: str


type Command = Put | Mirror | Return
type Event = WasPut | WasMirrored | WasReturned | TurnedAway


class NothingPut(DomainError):
    code = "nothing-put"
    title = "Es wurde nichts eingelegt."


def decide(command: Command, cents: int, _context: Context) -> Sequence[Event]:
    match command:
        case Put(cents=0):
            raise NothingPut
        case Put():
            return [_put(command, cents)]
        case Mirror():
            return [WasMirrored(cents=command.cents, note=command.note)]
        case Return():
            return [WasReturned(cents=command.cents, note=command.note)]
        case _ as missing:
            assert_never(missing)


def _put(command: Put, cents: int) -> Event:
    kind = TurnedAway if cents + command.cents > LIMIT else WasPut
    return kind(cents=command.cents, note=command.note)


def evolve(cents: int, it: Event) -> int:
    return cents + it.cents if isinstance(it, WasPut | WasMirrored) else cents


purse = Decider[Command, Event, int](
    name="purse", initial=0, decide=decide, evolve=evolve, events=[WasPut, WasMirrored, WasReturned, TurnedAway]
)


def put_in_both(case: str, other: str, cents: int, note: str) -> Decision:
    """The same cents into two purses, or into neither: the refusal of one is recorded, the other stays as it was."""
    streams = (purse.stream(case), purse.stream(other))

    def judge(states: Sequence[Any], _context: Context) -> Decided:
        decided = {
            stream: [_put(Put(cents=cents, note=note), state)] for stream, state in zip(streams, states, strict=True)
        }
        refused = {it: events for it, events in decided.items() if isinstance(events[0], TurnedAway)}
        return refused or decided

    return Decision(reads=dict.fromkeys(streams, purse), judge=judge, action="PutInBoth")


# ---- On the lanes ---------------------------------------------------------------------------------------------------


@contract("intake.purse-put")
class PutInIntake:
    cents: int
    note: str


@contract("review.purse-mirrored")
class MirroredInReview:
    cents: int
    note: str


@contract("payout.purse-mirrored")
class MirroredInPayout:
    cents: int
    note: str


TOLD: Mapping[tuple[str, type[Any]], type[Any]] = {
    ("intake", WasPut): PutInIntake,
    ("review", WasMirrored): MirroredInReview,
    ("payout", WasMirrored): MirroredInPayout,
}
HEARD: Mapping[str, type[Any]] = {"review": PutInIntake, "payout": MirroredInReview, "intake": MirroredInPayout}


class Bug(Exception):
    """What a mistake in the code would raise."""


def carrying(blueprint: Blueprint, variants: Sequence[str] = ()) -> Blueprint:
    """The real service with a purse beside its own nouns; `variants` are other versions of its code."""
    heard = HEARD[blueprint.name]

    def publish(it: Any, state: Any) -> Any | None:
        told = TOLD.get((blueprint.name, type(it)))
        return told(cents=it.cents * unit, note=it.note) if told else blueprint.publish(it, state)

    def react(it: Any, case: str) -> Any:
        if not isinstance(it, heard):
            return blueprint.reactions.react(it, case)
        if it.cents == POISON and blueprint.name == "review" and "mended" not in variants:
            raise Bug
        command = Return if blueprint.name == "intake" else Mirror
        return decision(purse, case, command(cents=it.cents // known_unit, note=it.note))

    unit, known_unit = 1, 1
    if "newer" in variants:  # version 2 tells tenths of cents, which a reader of version 1 would take for cents
        unit = 10
        setattr(TOLD[blueprint.name, WasPut], "VERSION", 2)
    if "upgraded" in variants:
        known_unit = 10
        setattr(heard, "VERSION", 2)
    known = () if "deaf" in variants else (heard,)
    return replace(
        blueprint,
        nouns=(*blueprint.nouns, purse),
        reactions=Reactions.of([*blueprint.reactions.handled.values(), *known], react),
        publish=publish,
    )
