"""The rules of a lane: nothing is skipped, nothing is applied twice, nothing altered is followed.

A frame is processed only if this service has followed its publisher at least to the frame before it; events at or
below the own position are passed over; another epoch or another chain stops the lane. The position lives in this
service's own store, in the same transaction as what the events caused; the broker's acknowledgements prove nothing.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
import structlog
from eventsourcing.persistence import PersistenceError

from shared.decider import AnyDecider, Decision, DomainError, replace, value
from shared.formats import Envelope, Frame, envelope_of, unpack_envelopes
from shared.identity import SYSTEM, Role
from shared.observability import is_sampled, span
from shared.overlay import Caller, Overlay
from shared.parking import (
    ForeignMessageRefused,
    MessageParked,
    Parked,
    ParkedMessageHandled,
    parked,
)
from shared.recorders import Lane

log = structlog.get_logger()


class Gap(Exception):
    """Frames are missing before this one: they must be read first."""


class LaneStopped(Exception):
    """The publisher's history is not the one that was followed (restored, altered), or cannot be read: never skip."""


class LanePaused(Exception):
    """A contract in a newer version than this code knows: the lane waits for the upgrade."""


type React = Callable[[Any, str], Decision | Sequence[Decision] | None]


@value
class Reactions:
    """What a service does with other services' contracts: the classes it handles, and the translation to decisions."""

    handled: Mapping[str, type[Any]]
    react: React
    decoders: Mapping[str, msgspec.json.Decoder[Any]]

    @classmethod
    def of(cls, contracts: Iterable[type[Any]], react: React) -> "Reactions":
        handled = {it.CONTRACT: it for it in contracts}
        decoders = {name: msgspec.json.Decoder(it) for name, it in handled.items()}
        return cls(handled=handled, react=react, decoders=decoders)

    def contract(self, envelope: Envelope) -> Any | None:
        """The contract in an envelope; None when this service does not handle it."""
        kind = self.handled.get(envelope.contract)
        if kind is None:
            return None
        if envelope.version > kind.VERSION:
            raise LanePaused(f"{envelope.contract} Version {envelope.version}, bekannt ist {kind.VERSION}")
        return self.decoders[envelope.contract].decode(envelope.body)

    def decisions(self, envelope: Envelope) -> Sequence[Decision]:
        """What an envelope asks this service to decide."""
        contract = self.contract(envelope)
        asked = self.react(contract, envelope.case) if contract is not None else None
        return [asked] if isinstance(asked, Decision) else asked or ()


@dataclass(kw_only=True, slots=True)
class Message:
    """One envelope as it was read: what it asks for, or why it cannot be handled (`code`)."""

    raw: bytes
    position: int
    case: str
    trace: str = ""
    decisions: Sequence[Decision] = ()
    code: str = ""


def read(reactions: Reactions, raw: bytes) -> Message:
    """What a message asks for. Raises `LaneStopped` when not even its case can be told, `LanePaused` when it is of tomorrow."""
    try:
        envelope = envelope_of(raw)
    except msgspec.MsgspecError:
        return _unreadable(raw)
    message = Message(raw=raw, position=envelope.position, case=envelope.case, trace=envelope.trace)
    try:
        message.decisions = reactions.decisions(envelope)
    except LanePaused:
        raise
    except msgspec.MsgspecError:
        message.code = "undecodable"
    except DomainError as error:
        message.code = error.code
    except Exception as error:
        message.code = _failed(message, error)
    return message


def _unreadable(raw: bytes) -> Message:
    try:
        least = msgspec.json.decode(raw, type=_CaseOf)
    except msgspec.MsgspecError as error:
        raise LaneStopped("ein Umschlag ohne Vorgang und Position") from error
    return Message(raw=raw, position=least.position, case=least.case, code="undecodable")


def _failed(message: Message, error: Exception) -> str:
    """A bug refuses this message; what it says stays with its case until a person looks."""
    log.error("reaction failed", position=message.position, case=message.case, error=type(error).__name__)
    return "failed"


@value
class _CaseOf:
    """The least of an envelope that parking needs."""

    position: int
    case: str


@dataclass
class FrameJob:
    """One frame: one turn in the writer, one transaction with the lane's position."""

    frame: Frame
    reactions: Reactions
    done: asyncio.Future[Any]
    messages: Sequence[Message] = field(default_factory=list[Message])
    unreadable: Exception | None = None

    def prepare(self, overlay: Overlay) -> Mapping[str, AnyDecider]:
        try:
            self.messages = self._read(overlay.lane(self.frame.source).position)
        except (LaneStopped, LanePaused) as error:
            self.unreadable = error
        needed: dict[str, AnyDecider] = {}
        for message in self.messages:
            for it in message.decisions:
                needed |= it.reads
        return needed

    def _read(self, followed: int) -> Sequence[Message]:
        """The messages that were not followed when this frame arrived."""
        frame = self.frame
        if frame.last <= followed:
            return ()
        try:
            envelopes = unpack_envelopes(frame.body)
        except msgspec.MsgspecError as error:
            raise LaneStopped(f"Frame {frame.first}–{frame.last} ist unlesbar") from error
        return [it for it in (read(self.reactions, raw) for raw in envelopes) if it.position > followed]

    def decide(self, overlay: Overlay) -> int:
        """Apply what is new in the frame and move the lane; returns how many events were handled."""
        mark = overlay.mark()
        try:
            return self._follow(overlay)
        except BaseException:
            overlay.back_to(mark)
            raise

    def _follow(self, overlay: Overlay) -> int:
        frame = self.frame
        lane = overlay.lane(frame.source)
        if not is_new(lane, frame):
            return 0
        if self.unreadable is not None:
            raise self.unreadable
        new = [it for it in self.messages if it.position > lane.position]
        traces = [it.trace for it in new if is_sampled(it.trace)]
        with span(f"follow {frame.source}", "" if traces else UNSAMPLED, links=traces):
            for message in new:
                handle(overlay, frame.source, frame.epoch, message)
        overlay.lanes[frame.source] = Lane(
            source=frame.source, epoch=frame.epoch, position=frame.last, chain=frame.chain_last
        )
        return len(new)


UNSAMPLED = "00-" + "0" * 31 + "1-" + "0" * 15 + "1-00"
"""The parent of a span that is not worth writing down."""


def is_new(lane: Lane, frame: Frame) -> bool:
    """Whether the frame brings something; raises `Gap` or `LaneStopped` when it must not be applied."""
    if lane.epoch and frame.epoch != lane.epoch:
        raise LaneStopped(f"Epoche {frame.epoch} statt {lane.epoch}")
    if frame.previous > lane.position:
        raise Gap(f"{frame.source}: {lane.position} verfolgt, Frame folgt auf {frame.previous}")
    if frame.previous == lane.position and frame.chain_previous != lane.chain:
        raise LaneStopped(f"andere Kette an Position {lane.position}")
    if frame.last == lane.position and frame.chain_last != lane.chain:
        raise LaneStopped(f"andere Kette an Position {lane.position}")
    return frame.last > lane.position


def handle(overlay: Overlay, source: str, epoch: str, message: Message) -> None:
    """One message: react, or park it for its case. A bug in one case must not hold up the others."""
    case = message.case
    caller = Caller(actor=SYSTEM, role=Role.SYSTEM, correlation=case, cause=f"{source}/{epoch}/{message.position}")
    stream = parked.stream(case)
    if case and overlay.may_be_parked(stream) and cast(tuple[Any, ...], overlay.folded(parked, stream).state):
        code = "waiting"
    else:
        code = message.code or react(overlay, caller, message)
    if code:
        if not case:
            raise LaneStopped(f"Nachricht ohne Vorgang ist nicht verarbeitbar ({code})")
        event = MessageParked(
            source=source, epoch=epoch, position=message.position, envelope=message.raw.decode(), code=code
        )
        overlay.record(parked, stream, [event], caller)


def react(overlay: Overlay, caller: Caller, message: Message) -> str:
    """Decide what the message asks for; returns why it could not be, or nothing."""
    if not message.decisions:
        return ""
    mark = overlay.mark()
    try:
        for it in message.decisions:
            overlay.judge(it, replace(caller, trace=message.trace))
    except PersistenceError:
        raise
    except DomainError as error:
        overlay.back_to(mark)
        return error.code
    except Exception as error:
        overlay.back_to(mark)
        return _failed(message, error)
    return ""


@dataclass
class RetryJob:
    """An operator has a case's parked messages tried again, oldest first, until one fails again."""

    case: str
    caller: Caller
    reactions: Reactions
    done: asyncio.Future[Any]

    def prepare(self, overlay: Overlay) -> Mapping[str, AnyDecider]:
        return {parked.stream(self.case): parked}

    def decide(self, overlay: Overlay) -> tuple[int, int]:
        """Returns how many were handled and how many still wait."""
        stream = parked.stream(self.case)
        waiting = cast(tuple[Parked, ...], overlay.folded(parked, stream).state)
        handled = 0
        for it in waiting:
            message = read(self.reactions, it.envelope.encode())
            cause = f"{it.source}/{it.epoch}/{it.position}"
            system = Caller(actor=SYSTEM, role=Role.SYSTEM, correlation=self.case, cause=cause)
            if message.code or react(overlay, system, message):
                break
            overlay.record(parked, stream, [ParkedMessageHandled(source=it.source, position=it.position)], self.caller)
            handled += 1
        return handled, len(waiting) - handled


@dataclass
class ForeignJob:
    """Something that is no frame: noted, never followed."""

    source: str
    event: ForeignMessageRefused
    done: asyncio.Future[Any]

    def prepare(self, overlay: Overlay) -> Mapping[str, AnyDecider]:
        return {self._stream: parked}

    @property
    def _stream(self) -> str:
        return parked.stream(f"lane-{self.source}")

    def decide(self, overlay: Overlay) -> None:
        overlay.record(parked, self._stream, [self.event], Caller(actor=SYSTEM, role=Role.SYSTEM))
