"""The smallest money that crosses lanes: purses in three services that pay one another.

Nothing here knows a payment twice: a purse believes every message. What keeps the sums right is the machinery alone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, assert_never

from fastapi import APIRouter

from shared.contracts import contract
from shared.decider import Context, Decider, Decision, DomainError, decision, event, value
from shared.lanes import Reactions
from shared.recorders import Row
from shared.service import Blueprint
from shared.store import Recorded
from shared.views import Draft

NAMES = ("intake", "review", "payout")
START_CENTS = 10_000
"""What each purse holds before anything happened."""


@value
class Pay:
    """Pay from this purse to the purse of the same case in another service."""

    payment: str
    to: str
    cents: int


@value
class Receive:
    payment: str
    cents: int
    paid_by: str


@value
class Confirm:
    """The other service has told that it received a payment."""

    payment: str
    cents: int


@event("simulation.paid")
class Paid:
    """Cents left this purse."""

    payment: str
    to: str
    cents: int


@event("simulation.received")
class Received:
    """Cents came into this purse."""

    payment: str
    paid_by: str
    cents: int


@event("simulation.confirmed")
class Confirmed:
    """Cents that left were told to have arrived."""

    payment: str
    cents: int


type Event = Paid | Received | Confirmed


@value
class Purse:
    cents: int = START_CENTS
    under_way_cents: int = 0


class NotEnough(DomainError):
    code = "not-enough"
    title = "So viel ist nicht da."


def decide(command: Pay | Receive | Confirm, state: Purse, _context: Context) -> Sequence[Event]:
    match command:
        case Pay():
            if command.cents > state.cents:
                raise NotEnough
            return [Paid(payment=command.payment, to=command.to, cents=command.cents)]
        case Receive():
            return [Received(payment=command.payment, paid_by=command.paid_by, cents=command.cents)]
        case Confirm():
            return [Confirmed(payment=command.payment, cents=command.cents)]
        case _ as missing:
            assert_never(missing)


def evolve(state: Purse, it: Event) -> Purse:
    match it:
        case Paid():
            return Purse(cents=state.cents - it.cents, under_way_cents=state.under_way_cents + it.cents)
        case Received():
            return Purse(cents=state.cents + it.cents, under_way_cents=state.under_way_cents)
        case Confirmed():
            return Purse(cents=state.cents, under_way_cents=state.under_way_cents - it.cents)
        case _ as missing:
            assert_never(missing)


purse = Decider[Pay | Receive | Confirm, Event, Purse](
    name="purse", initial=Purse(), decide=decide, evolve=evolve, events=[Paid, Received, Confirmed]
)


# ---- What the services tell each other -----------------------------------------------------------------------------


class _Contracts:
    """The two public promises of one service."""

    def __init__(self, name: str) -> None:
        @contract(f"{name}.money-sent")
        class MoneySent:
            payment: str
            to: str
            cents: int

        @contract(f"{name}.money-received")
        class MoneyReceived:
            payment: str
            paid_by: str
            cents: int

        self.sent: type[Any] = MoneySent
        self.received: type[Any] = MoneyReceived


_CONTRACTS: Mapping[str, _Contracts] = {name: _Contracts(name) for name in NAMES}


def _publish(name: str) -> Callable[[Any, Any], Any]:
    mine = _CONTRACTS[name]

    def publish(it: Any, _state: Any) -> Any:
        match it:
            case Paid():
                return mine.sent(payment=it.payment, to=it.to, cents=it.cents)
            case Received():
                return mine.received(payment=it.payment, paid_by=it.paid_by, cents=it.cents)
            case _:
                return None

    return publish


def _reactions(name: str) -> Reactions:
    others = [_CONTRACTS[it] for it in NAMES if it != name]

    def react(it: Any, case: str) -> Decision | None:
        if hasattr(it, "to"):
            paid_by = it.CONTRACT.partition(".")[0]
            received = Receive(payment=it.payment, cents=it.cents, paid_by=paid_by)
            return decision(purse, case, received) if it.to == name else None
        return decision(purse, case, Confirm(payment=it.payment, cents=it.cents)) if it.paid_by == name else None

    return Reactions.of([kind for it in others for kind in (it.sent, it.received)], react)


def _project(it: Recorded, row: Row, draft: Draft) -> None:
    if isinstance(it.event, Paid | Received):
        body = draft.get("purses", row.stream) or {"cents": START_CENTS}
        change = it.event.cents if isinstance(it.event, Received) else -it.event.cents
        draft.put("purses", row.stream, {"cents": body["cents"] + change})


def _blueprint(name: str) -> Blueprint:
    return Blueprint(
        name=name, nouns=[purse], reactions=_reactions(name), publish=_publish(name), project=_project,
        actions=lambda _house: [], reads=lambda _house: APIRouter(), pages=lambda _house: APIRouter(), opens_seals=False,
    )  # fmt: skip


BLUEPRINTS: Mapping[str, Blueprint] = {name: _blueprint(name) for name in NAMES}
