"""A newly handled contract catches up from the publisher's beginning before its lane goes on; nothing is applied twice."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
import structlog

from shared.continuation import UNKNOWN
from shared.decider import AnyDecider, decision, value
from shared.formats import ZERO, Frame, unpack_envelopes
from shared.handled import HandleContracts, Handled, NoteCaughtUp, handled
from shared.identity import SYSTEM, Role
from shared.lanes import Gap, LaneStopped, Reactions, handle, is_new, read
from shared.messaging import Messenger
from shared.overlay import Caller, Overlay
from shared.parking import MessageParked, ParkedMessageDiscarded, ParkedMessageHandled, parked
from shared.recorders import Lane
from shared.store import Store
from shared.topology import lane as subject_of
from shared.writer import Writer

log = structlog.get_logger()

_CALLER = Caller(actor=SYSTEM, role=Role.SYSTEM)


@value
class _Named:
    """The least of an envelope that tells whether it must be caught up with."""

    contract: str
    position: int
    case: str


@dataclass
class HandleJob:
    """Records which contracts of a publisher are handled, if that has changed; returns what is behind."""

    source: str
    contracts: Sequence[str]
    done: asyncio.Future[Any]

    def prepare(self, overlay: Overlay) -> Mapping[str, AnyDecider]:
        return {handled.stream(self.source): handled}

    def decide(self, overlay: Overlay) -> Handled:
        command = HandleContracts(contracts=tuple(self.contracts), position=overlay.lane(self.source).position)
        overlay.judge(decision(handled, self.source, command), _CALLER)
        return _state(overlay, self.source)


@dataclass
class CatchUpJob:
    """One frame that the lane has passed: what it holds of contracts behind is handled, in one transaction with that note.

    `position` and `chain` are those of the publisher where the frame before it ended.
    """

    frame: Frame
    position: int
    chain: str
    reactions: Reactions
    store: Store
    done: asyncio.Future[Any]

    def prepare(self, overlay: Overlay) -> Mapping[str, AnyDecider]:
        return {handled.stream(self.frame.source): handled}

    def decide(self, overlay: Overlay) -> Handled:
        """Raises `Gap`, `LaneStopped`, `LanePaused`; then nothing is recorded."""
        mark = overlay.mark()
        try:
            self._follow(overlay)
        except BaseException:
            overlay.back_to(mark)
            raise
        return _state(overlay, self.frame.source)

    def _follow(self, overlay: Overlay) -> None:
        frame, passed = self.frame, overlay.lane(self.frame.source)
        here = Lane(
            source=frame.source, epoch=passed.epoch, position=self.position,
            chain=frame.chain_previous if self.chain == UNKNOWN else self.chain,
        )  # fmt: skip
        if not is_new(here, frame):
            return
        if frame.last == passed.position and passed.chain not in (frame.chain_last, UNKNOWN):
            raise LaneStopped(f"andere Kette an Position {frame.last}")
        state = _state(overlay, frame.source)
        try:
            envelopes = unpack_envelopes(frame.body)
        except msgspec.MsgspecError as error:
            raise LaneStopped(f"Frame {frame.first}–{frame.last} ist unlesbar") from error
        applied = sum([self._handle(overlay, state, raw) for raw in envelopes])
        if applied or frame.last >= state.goal:
            end = frame.chain_last if frame.last <= state.goal else UNKNOWN
            note = NoteCaughtUp(position=min(frame.last, state.goal), chain=end)
            overlay.judge(decision(handled, frame.source, note), _CALLER)

    def _handle(self, overlay: Overlay, state: Handled, raw: bytes) -> int:
        try:
            it = msgspec.json.decode(raw, type=_Named)
        except msgspec.MsgspecError:
            return 0  # the lane has parked it, whole, when it came
        came = state.behind.get(it.contract, state.goal)
        if not came < it.position <= state.goal or self._is_settled(overlay, it):
            return 0
        handle(overlay, self.frame.source, self.frame.epoch, read(self.reactions, raw))
        return 1

    def _is_settled(self, overlay: Overlay, it: _Named) -> bool:
        """Whether the message waits among its case's parked ones, where a retry will handle it, or was given up there."""
        stream = parked.stream(it.case)
        if not it.case or not overlay.folded(parked, stream).version:
            return False
        settled = False
        for past in self.store.history(stream):
            match past.event:
                case MessageParked(source=self.frame.source, position=it.position):
                    settled = True
                case ParkedMessageDiscarded(source=self.frame.source, position=it.position):
                    return True
                case ParkedMessageHandled(source=self.frame.source, position=it.position):
                    settled = False  # by code that did not handle this contract yet
                case _:
                    continue
        return settled


def _state(overlay: Overlay, source: str) -> Handled:
    return cast(Handled, overlay.folded(handled, handled.stream(source)).state)


@dataclass(kw_only=True)
class CatchingUp:
    """One lane's newly handled contracts; `done` once nothing is behind, for as long as the process lives."""

    source: str
    writer: Writer
    reactions: Reactions
    messenger: Messenger
    done: bool = False
    told: str = ""
    """How far it has come, while it has not; for people."""
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def finish(self) -> None:
        """Return when nothing is behind. Raises `Gap` (asked for what is missing), `LanePaused`, `LaneStopped`, `NotWriting`."""
        async with self._one:
            if not self.done:
                await self._finish()
                self.done, self.told = True, ""

    async def _finish(self) -> None:
        names = sorted(it for it in self.reactions.handled if it.startswith(f"{self.source}."))
        state = await self.writer.submit(HandleJob(self.source, names, self._future()))
        if not state.behind:
            return
        log.info("catching up", source=self.source, contracts=sorted(state.behind), upto=state.goal)
        position = min(state.behind.values())
        chain = ZERO if not position else state.chain if position == state.position else UNKNOWN
        while state.behind:
            self.told = f"{', '.join(sorted(state.behind))}: {position} von {state.goal} nachgeholt"
            frames = await self.messenger.frames_after(subject_of(self.source), position)
            if not frames:
                await self.messenger.ask_refill(self.source, subject_of(self.source), position)
                raise Gap(f"{self.source}: nach {position} fehlt etwas")
            for frame in frames:
                job = CatchUpJob(frame, position, chain, self.reactions, self.writer.store, self._future())
                state = await self.writer.submit(job)
                position, chain = frame.last, frame.chain_last
                if not state.behind:
                    break

    def _future(self) -> asyncio.Future[Any]:
        return asyncio.get_running_loop().create_future()
