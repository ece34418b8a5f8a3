"""Lanes are followed here: frames go to the writer in order, what is missing is fetched, and what is not ours to follow stops."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import structlog
from eventsourcing.persistence import PersistenceError

from shared.catching_up import CatchingUp
from shared.formats import (
    Frame,
    NotAFrame,
    frame_of,
)
from shared.lanes import ForeignJob, FrameJob, Gap, LanePaused, LaneStopped, Reactions
from shared.messaging import Lost, Messenger
from shared.observability import Metrics
from shared.parking import ForeignMessageRefused
from shared.recorders import Lane
from shared.topology import lane
from shared.writer import NotWriting, Writer

log = structlog.get_logger()

type Apply = Callable[[Frame], Awaitable[Any]]


@dataclass
class LaneFollower:
    """Follows one publisher: hands frames to the writer in order, fetches what is missing, stops at what is not ours to follow."""

    source: str
    subject: str
    messenger: Messenger
    apply: Apply
    followed: Callable[[], Lane]
    foreign: Callable[[ForeignMessageRefused], Awaitable[Any]]
    metrics: Metrics
    catching_up: CatchingUp | None = None
    stopped: str = ""
    paused: str = ""
    lag: int = 0
    polled_at: float = field(default_factory=time.monotonic)

    async def receive(self, message: Any) -> None:
        """One message from the broker: acknowledged only after what it caused is committed."""
        self.polled_at = time.monotonic()
        try:
            frame = frame_of(dict(message.headers or {}), message.body)
            if frame.source != self.source:
                raise NotAFrame(f"Absender {frame.source[:20]!r}")
        except NotAFrame as error:
            await self._refuse(message, str(error))
            return
        try:
            await self._follow(frame)
        except LaneStopped as error:
            self._stop(str(error))
            await message.nack(delay=30)
        except LanePaused as error:
            self._pause(str(error))
            await message.nack(delay=30)
        except (Lost, Gap, NotWriting, PersistenceError, OSError) as error:
            tried = message.raw_message.metadata.num_delivered
            log.warning("frame not applied yet", source=self.source, first=frame.first, error=type(error).__name__)
            await message.nack(delay=min(2.0 ** min(tried, 6) / 4, 30))
        else:
            self.stopped = self.paused = ""
            await message.ack()

    async def _follow(self, frame: Frame) -> None:
        try:
            await self.apply(frame)
        except Gap:
            await self.catch_up()
            await self.apply(frame)
        self.metrics.frames.labels(self.source).inc()

    async def catch_up(self) -> None:
        """Read the stream directly from the own position on; what is not there is asked for, and `Gap` says so."""
        while True:
            position = self.followed().position
            frames = await self.messenger.frames_after(self.subject, position)
            for frame in frames:
                await self.apply(frame)
            if not frames:
                newest = await self.messenger.last_frame(self.subject)
                if newest is not None and newest.last > position:
                    await self.messenger.ask_refill(self.source, self.subject, position)
                    raise Gap(f"{self.source}: nach {position} fehlt etwas")
                return

    async def watch(self) -> None:
        """Judge by the stream itself whether this lane keeps up; a consumer that is gone ends the wait for it."""
        last_position, still = -1, 0
        while True:
            await self._finish_catching_up()
            await asyncio.sleep(2.0)
            newest = await self.messenger.last_frame(self.subject)
            position = self.followed().position
            self.lag = max(0, newest.last - position) if newest else 0
            self.metrics.lag.labels(self.source).set(self.lag)
            self.metrics.stopped.labels(self.source).set(1 if self.stopped or self.paused else 0)
            still = still + 1 if self.lag and position == last_position else 0
            last_position = position
            if not await self.messenger.is_followed(self.subject):
                raise ConsumerGone(self.subject)
            if still >= 2 and not self.stopped and not self.paused:
                with contextlib.suppress(Gap):
                    await self._guarded(self.catch_up)
            self.polled_at = time.monotonic()

    @property
    def is_caught_up(self) -> bool:
        """Whether every contract handled now was handled from the beginning."""
        return self.catching_up is None or self.catching_up.done or not self.followed().position

    async def _finish_catching_up(self) -> None:
        if not self.is_caught_up and self.catching_up is not None:
            with contextlib.suppress(Gap, NotWriting):
                await self._guarded(self.catching_up.finish)
            if self.catching_up.done:
                self.stopped = self.paused = ""

    async def _guarded(self, catch_up: Callable[[], Awaitable[None]]) -> None:
        try:
            await catch_up()
        except LaneStopped as error:
            self._stop(str(error))
        except LanePaused as error:
            self._pause(str(error))

    def _stop(self, reason: str) -> None:
        if not self.stopped:
            log.critical("lane stopped", source=self.source, reason=reason)
        self.stopped = reason

    def _pause(self, reason: str) -> None:
        if not self.paused:
            log.error("lane paused", source=self.source, reason=reason)
        self.paused = reason

    async def _refuse(self, message: Any, reason: str) -> None:
        log.error("foreign message in lane", source=self.source, size=len(message.body))
        await self.foreign(
            ForeignMessageRefused(
                sequence=message.raw_message.metadata.sequence.stream,
                sha256=sha256(message.body).hexdigest(),
                size=len(message.body),
                reason=reason,
            )
        )
        await message.ack()

    @property
    def idle(self) -> bool:
        return self.lag == 0

    async def keeps_up(self) -> bool:
        """Whether nothing waits in the stream right now; asks the broker."""
        try:
            newest = await self.messenger.last_frame(self.subject)
        except Lost:
            return False
        return newest is None or newest.last <= self.followed().position


class ConsumerGone(Exception):
    """The durable consumer was deleted (or the stream wiped): only `provision` may make it again; the process must restart."""


def lane_follower(
    source: str, writer: Writer, reactions: Reactions, messenger: Messenger, metrics: Metrics
) -> LaneFollower:
    """A follower that applies a publisher's contracts through the writer."""
    catching_up = CatchingUp(source=source, writer=writer, reactions=reactions, messenger=messenger)

    async def apply(frame: Frame) -> Any:
        if not catching_up.done:
            await catching_up.finish()
        return await writer.submit(FrameJob(frame, reactions, asyncio.get_running_loop().create_future()))

    async def foreign(event: ForeignMessageRefused) -> Any:
        return await writer.submit(ForeignJob(source, event, asyncio.get_running_loop().create_future()))

    return LaneFollower(
        source=source,
        subject=lane(source),
        messenger=messenger,
        apply=apply,
        followed=lambda: writer.lanes.get(source) or Lane(source=source),
        foreign=foreign,
        metrics=metrics,
        catching_up=catching_up,
    )
