"""Parked messages: what cannot be handled waits for its case, in order; every other case flows on.

Dead letters in sequence (Axon): once one message of a case is parked, later ones of that case from every lane wait
behind it, because handling them out of order could pay what the parked one would have forbidden.
"""

from collections.abc import Sequence
from typing import assert_never

from shared.decider import Context, Decider, DomainError, event, value


@value
class Parked:
    """A message that waits: the whole envelope as it arrived, with sealed personal values."""

    source: str
    epoch: str
    position: int
    envelope: str
    code: str


@value
class DiscardParked:
    """An operator gives up the oldest waiting message of a case, for a reason."""

    source: str
    position: int
    reason: str


@event("house.message-parked")
class MessageParked:
    """A message could not be handled (`code` says why, `waiting` when it only stands behind another one)."""

    source: str
    epoch: str
    position: int
    envelope: str
    code: str


@event("house.parked-message-handled")
class ParkedMessageHandled:
    """A parked message was retried by an operator and handled."""

    source: str
    position: int


@event("house.parked-message-discarded")
class ParkedMessageDiscarded:
    """An operator discarded a parked message; `reason` is theirs."""

    source: str
    position: int
    reason: str


@event("house.foreign-message-refused")
class ForeignMessageRefused:
    """Something that is no frame lay in a lane. Its bytes are not kept, only their SHA-256 and size."""

    sequence: int
    sha256: str
    size: int
    reason: str


type Event = MessageParked | ParkedMessageHandled | ParkedMessageDiscarded | ForeignMessageRefused
type Waiting = tuple[Parked, ...]


class NotTheOldest(DomainError):
    """Only the oldest waiting message of a case can be discarded: order is what parking protects."""

    code = "not-the-oldest-parked-message"
    title = "Nur die älteste wartende Nachricht eines Vorgangs kann verworfen werden."


def decide(command: DiscardParked, waiting: Waiting, context: Context) -> Sequence[Event]:
    if not any((it.source, it.position) == (command.source, command.position) for it in waiting):
        return []
    if (waiting[0].source, waiting[0].position) != (command.source, command.position):
        raise NotTheOldest
    return [ParkedMessageDiscarded(source=command.source, position=command.position, reason=command.reason)]


def evolve(waiting: Waiting, it: Event) -> Waiting:
    match it:
        case MessageParked():
            return (
                *waiting,
                Parked(source=it.source, epoch=it.epoch, position=it.position, envelope=it.envelope, code=it.code),
            )
        case ParkedMessageHandled() | ParkedMessageDiscarded():
            return tuple(one for one in waiting if (one.source, one.position) != (it.source, it.position))
        case ForeignMessageRefused():
            return waiting
        case _ as missing:
            assert_never(missing)


parked = Decider[DiscardParked, Event, Waiting](
    name="parked",
    initial=(),
    decide=decide,
    evolve=evolve,
    events=[MessageParked, ParkedMessageHandled, ParkedMessageDiscarded, ForeignMessageRefused],
)
