"""The rules of a lane: nothing is skipped, nothing is applied twice, nothing altered is followed.

A frame is processed only if this service has followed its publisher at least to the frame before it; events at or
below the own position are passed over; another epoch or another chain stops the lane. The position lives in this
service's own store, in the same transaction as what the events caused; the broker's acknowledgements prove nothing.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import msgspec
import structlog
from eventsourcing.persistence import PersistenceError

from shared.decider import Decision, DomainError, value
from shared.formats import Envelope, Frame, envelope_of, unpack_envelopes
from shared.identity import SYSTEM, Role
from shared.observability import span
from shared.parking import (
    ForeignMessageRefused,
    MessageParked,
    ParkedMessageHandled,
    parked,
)
from shared.recorders import Lane
from shared.writer import Caller, Overlay

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

    @classmethod
    def of(cls, contracts: Iterable[type[Any]], react: React) -> "Reactions":
        return cls(handled={it.CONTRACT: it for it in contracts}, react=react)

    def contract(self, envelope: Envelope) -> Any | None:
        """The contract in an envelope; None when this service does not handle it."""
        kind = self.handled.get(envelope.contract)
        if kind is None:
            return None
        if envelope.version > kind.VERSION:
            raise LanePaused(f"{envelope.contract} Version {envelope.version}, bekannt ist {kind.VERSION}")
        return msgspec.json.decode(envelope.body, type=kind)


@dataclass
class FrameJob:
    """One frame: one turn in the writer, one transaction with the lane's position."""

    frame: Frame
    reactions: Reactions
    done: asyncio.Future[Any]

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
        try:
            envelopes = unpack_envelopes(frame.body)
        except msgspec.MsgspecError as error:
            raise LaneStopped(f"Frame {frame.first}–{frame.last} ist unlesbar") from error
        handled = 0
        traces = _traces(envelopes)
        with span(f"follow {frame.source}", "", links=traces) if traces else span(f"follow {frame.source}", _UNSAMPLED):
            for raw in envelopes:
                handled += handle(overlay, self.reactions, frame.source, frame.epoch, lane.position, raw)
        overlay.lanes[frame.source] = Lane(
            source=frame.source, epoch=frame.epoch, position=frame.last, chain=frame.chain_last
        )
        return handled


_UNSAMPLED = "00-" + "0" * 31 + "1-" + "0" * 15 + "1-00"


def _traces(envelopes: Sequence[bytes]) -> list[str]:
    found: list[str] = []
    for raw in envelopes:
        try:
            found.append(envelope_of(raw).trace)
        except msgspec.MsgspecError:
            log.warning("envelope unreadable", size=len(raw))
    return [it for it in found if it]


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


@value
class _CaseOf:
    """The least of an envelope that parking needs."""

    position: int
    case: str


def handle(overlay: Overlay, reactions: Reactions, source: str, epoch: str, followed: int, raw: bytes) -> int:
    """One envelope: react, or park it for its case. A bug in one case must not hold up the others."""
    try:
        least = msgspec.json.decode(raw, type=_CaseOf)
    except msgspec.MsgspecError as error:
        raise LaneStopped("ein Umschlag ohne Vorgang und Position") from error
    if least.position <= followed:
        return 0
    caller = Caller(actor=SYSTEM, role=Role.SYSTEM, correlation=least.case, cause=f"{source}/{epoch}/{least.position}")
    stream = parked.stream(least.case)
    code = ""
    if least.case and cast(tuple[Any, ...], overlay.folded(parked, stream).state):
        code = "waiting"
    else:
        code = react(overlay, reactions, caller, raw)
    if code:
        if not least.case:
            raise LaneStopped(f"Nachricht ohne Vorgang ist nicht verarbeitbar ({code})")
        message = MessageParked(source=source, epoch=epoch, position=least.position, envelope=raw.decode(), code=code)
        overlay.record(parked, stream, [message], caller)
    return 1


def react(overlay: Overlay, reactions: Reactions, caller: Caller, raw: bytes) -> str:
    """Decide what the envelope asks for; returns why it could not be, or nothing."""
    mark = overlay.mark()
    try:
        envelope = envelope_of(raw)
        contract = reactions.contract(envelope)
        if contract is None:
            return ""
        decisions = reactions.react(contract, envelope.case)
        if decisions is None:
            return ""
        for it in [decisions] if isinstance(decisions, Decision) else decisions:
            overlay.judge(it, replace(caller, trace=envelope.trace))
        return ""
    except (PersistenceError, LanePaused):
        raise
    except msgspec.MsgspecError:
        overlay.back_to(mark)
        return "undecodable"
    except DomainError as error:
        overlay.back_to(mark)
        return error.code
    except Exception as error:
        # A bug refuses this message; what it says stays with its case until a person looks.
        log.error("reaction failed", cause=caller.cause, case=caller.correlation, error=type(error).__name__)
        overlay.back_to(mark)
        return "failed"


@dataclass
class RetryJob:
    """An operator has a case's parked messages tried again, oldest first, until one fails again."""

    case: str
    caller: Caller
    reactions: Reactions
    done: asyncio.Future[Any]

    def decide(self, overlay: Overlay) -> tuple[int, int]:
        """Returns how many were handled and how many still wait."""
        stream = parked.stream(self.case)
        waiting = cast(tuple[Any, ...], overlay.folded(parked, stream).state)
        handled = 0
        for it in waiting:
            cause = f"{it.source}/{it.epoch}/{it.position}"
            system = Caller(actor=SYSTEM, role=Role.SYSTEM, correlation=self.case, cause=cause)
            if react(overlay, self.reactions, system, it.envelope.encode()):
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

    def decide(self, overlay: Overlay) -> None:
        caller = Caller(actor=SYSTEM, role=Role.SYSTEM)
        overlay.record(parked, parked.stream(f"lane-{self.source}"), [self.event], caller)
