"""Which contracts of a publisher a service handles, since when, and with which of them it is still catching up.

It lies in the service's own log, so that the log alone explains what the service knew and when, also after `recover`.
"""

from collections.abc import Mapping, Sequence
from typing import assert_never

from shared.decider import Context, Decider, event, value
from shared.records import field, replace


@value
class HandleContracts:
    """From now on exactly these contracts are handled; the lane has been followed to `position`."""

    contracts: tuple[str, ...]
    position: int


@value
class NoteCaughtUp:
    """What the contracts behind had missed has been handled up to a position of the publisher, where its chain is `chain`."""

    position: int
    chain: str


type Command = HandleContracts | NoteCaughtUp


@event("house.contracts-handled")
class ContractsHandled:
    """These contracts of the publisher, and no others, are handled after `position`; the new ones among them are caught up to it."""

    contracts: tuple[str, ...]
    position: int


@event("house.contracts-caught-up")
class ContractsCaughtUp:
    """Newly handled contracts were caught up to a position of the publisher; `chain` is its chain there, empty when not told."""

    position: int
    chain: str


type Event = ContractsHandled | ContractsCaughtUp


@value
class Handled:
    """What is handled. `behind` says how far each contract that is not caught up has come, `goal` how far it must;
    `left` how far a contract had come that is no longer handled. `position` and `chain` are those last caught up to."""

    known: bool = False
    contracts: frozenset[str] = frozenset()
    left: Mapping[str, int] = field(default_factory=dict[str, int])
    behind: Mapping[str, int] = field(default_factory=dict[str, int])
    goal: int = 0
    position: int = 0
    chain: str = ""


def decide(command: Command, state: Handled, context: Context) -> Sequence[Event]:
    match command:
        case HandleContracts():
            if state.known and state.contracts == frozenset(command.contracts):
                return []
            return [ContractsHandled(contracts=command.contracts, position=command.position)]
        case NoteCaughtUp():
            return [ContractsCaughtUp(position=command.position, chain=command.chain)] if state.behind else []
        case _ as missing:
            assert_never(missing)


def evolve(state: Handled, it: Event) -> Handled:
    match it:
        case ContractsHandled() if not state.known:
            # A log that says nothing of it was written before this was recorded, by code that handled what is handled
            # now: to catch up with all of it again would double what it had done.
            return Handled(known=True, contracts=frozenset(it.contracts), goal=it.position)
        case ContractsHandled():
            now = frozenset(it.contracts)
            new, gone = now - state.contracts, state.contracts - now
            behind = {name: at for name, at in state.behind.items() if name in now}
            behind |= {name: state.left.get(name, 0) for name in new}
            left = {name: at for name, at in state.left.items() if name not in now}
            left |= {name: state.behind.get(name, it.position) for name in gone}
            return replace(state, contracts=now, left=left, behind=_short_of(it.position, behind), goal=it.position)
        case ContractsCaughtUp():
            behind = {name: max(at, it.position) for name, at in state.behind.items()}
            return replace(state, behind=_short_of(state.goal, behind), position=it.position, chain=it.chain)
        case _ as missing:
            assert_never(missing)


def _short_of(goal: int, behind: Mapping[str, int]) -> dict[str, int]:
    return {name: at for name, at in behind.items() if at < goal}


handled = Decider[Command, Event, Handled](
    name="handled",
    per_case=False,
    initial=Handled(),
    decide=decide,
    evolve=evolve,
    events=[ContractsHandled, ContractsCaughtUp],
)
