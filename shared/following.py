"""The one loop: read the log after my position, do, remember the position. Relay, views and lanes are followers."""

import asyncio
import contextlib
import random
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec
import structlog
from eventsourcing.persistence import PersistenceError

from shared.decider import value
from shared.formats import MAX_BYTES, ZERO, Envelope, Frame, NotAFrame, encode, frame_of, pack_envelopes, pack_records
from shared.lanes import ForeignJob, FrameJob, Gap, LanePaused, LaneStopped, Reactions
from shared.messaging import Lost, Messenger
from shared.observability import Metrics
from shared.parking import ForeignMessageRefused
from shared.recorders import FenceLost, Head, Lane, Row
from shared.store import Folded, Store
from shared.topology import lane, mirror, record_lane
from shared.views import Draft, Projection, Views
from shared.writer import NotWriting, Writer

log = structlog.get_logger()

PAGE = 1_000
FRAME_BYTES = MAX_BYTES - 12_000
POLL = 1.0
"""A nudge wakes a follower at once; this many seconds later it looks all the same."""

LOOK = 10.0
"""Seconds after which a relay with nothing to send looks whether the stream still holds what it sent."""


class Nudge:
    """Wakes the followers after a commit."""

    def __init__(self) -> None:
        self._events: list[asyncio.Event] = []

    def listener(self) -> asyncio.Event:
        event = asyncio.Event()
        self._events.append(event)
        return event

    def __call__(self) -> None:
        for event in self._events:
            event.set()


async def wait(nudged: asyncio.Event, seconds: float = POLL) -> None:
    """Until nudged, or the time is over."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(nudged.wait(), seconds)
    nudged.clear()


async def in_thread[T](work: Callable[..., T], *args: Any) -> T:
    """Blocking work in a thread; a cancelled caller still waits for it, because a store must not be closed under it."""
    future = asyncio.ensure_future(asyncio.to_thread(work, *args))
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait([future])
        raise


async def persistently(what: str, attempt: Callable[[], Awaitable[None]]) -> None:
    """Run something for ever; a transient failure is tried again with growing delays, visibly."""
    failures = 0
    while True:
        started = time.monotonic()
        try:
            await attempt()
            failures = 0
        except (Lost, NotWriting, PersistenceError, OSError) as error:
            failures = 1 if time.monotonic() - started > 10 else failures + 1
            log.warning("will try again", what=what, error=type(error).__name__, failures=failures)
        # Longer than 5 s would make people wait for a broker that is long back.
        await asyncio.sleep(min(5.0, 0.2 * 2 ** min(failures, 8)) * (0.5 + random.random()) if failures else 0)


# ---- Views ---------------------------------------------------------------------------------------------------------


@dataclass
class ViewFollower:
    """Keeps the views up with the own log."""

    store: Store
    views: Views
    project: Projection
    nudged: asyncio.Event
    head: Callable[[], Head]
    foreign: Callable[[Row, Draft], None] = lambda _row, _draft: None
    name: str = "views"
    position: int = 0
    goal: int = 0
    """The log's end when the process started: before the views have reached it, lists would be told incomplete."""

    async def run(self) -> None:
        while True:
            if not await in_thread(self.step):
                await wait(self.nudged)

    def step(self) -> int:
        """One page of the log into the views; returns how many events there were."""
        epoch = self.head().epoch
        known, self.position = self.views.position(self.name)
        if known and known != epoch:
            self.views.wipe()
            self.position = 0
        rows = self.store.recorder.rows(self.position, PAGE)
        if rows:
            draft = Draft(self.views)
            for row in rows:
                if self.store.mine(row):
                    self.project(self.store.mapper.recorded(row), row, draft)
                else:
                    self.foreign(row, draft)
            self.views.apply(self.name, epoch, rows[-1].position, draft)
            self.position = rows[-1].position
        return len(rows)

    @property
    def idle(self) -> bool:
        return self.position >= self.head().position


# ---- Relay ---------------------------------------------------------------------------------------------------------


class RelayStopped(Exception):
    """The stream holds what this log does not: the store is older than what it has already told others."""


@value
class Publication:
    """A public event on its way: envelope bytes, and where its mirror would go."""

    row: Row
    raw: bytes
    subject: str


type Publish = Callable[[Any, Any], Any | None]


@dataclass
class Relay:
    """Sends one subject's frames from the log, resuming at what the stream holds; never ahead, never with a hole."""

    service: str
    subject: str
    store: Store
    messenger: Messenger
    nudged: asyncio.Event
    metrics: Metrics
    head: Callable[[], Head]
    publish: Publish = lambda _event, _state: None
    mirrored: bool = False
    position: int = 0
    """Scanned so far; `last` is the last position sent, with its chain."""
    last: int = 0
    chain: str = ZERO
    waiting_since: float = 0.0
    stopped: str = ""
    compared: bool = False
    """Whether the stream was found to hold nothing that this log does not."""
    judged: Callable[[], None] = lambda: None
    """Called when `compared` or `stopped` changes: a service that is behind its own stream must take no commands."""

    def __post_init__(self) -> None:
        self._folds: OrderedDict[str, Folded] = OrderedDict()
        self._records = self.subject == record_lane(self.service)
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Resume, then send what waits; ends with `Lost` (try again) or `RelayStopped` (an alarm)."""
        try:
            async with self._turn:
                await self._resume()
            self.compared, self.stopped = True, ""
            self.judged()
            looked_at = time.monotonic()
            while True:
                async with self._turn:
                    sent = await self._step()
                    if not sent and time.monotonic() - looked_at > LOOK:
                        await self._look()
                        looked_at = time.monotonic()
                if not sent:
                    self.waiting_since = 0.0
                    await wait(self.nudged)
        except RelayStopped as error:
            if not self.stopped:
                log.critical("relay stopped", subject=self.subject, reason=str(error))
            self.stopped = str(error)
            self.judged()
            await asyncio.sleep(10)

    async def _resume(self) -> None:
        newest = await self.messenger.last_frame(self.subject)
        self.position, self.last, self.chain = 0, 0, ZERO
        if newest is None:
            return
        head = self.head()
        if newest.last > head.position and (await in_thread(self.store.recorder.head)).position > head.position:
            raise FenceLost  # the store knows what this process does not: another one still wrote when this one began
        if newest.epoch != head.epoch or newest.last > head.position:
            raise RelayStopped(f"Strom bei {newest.epoch}/{newest.last}, Bestand bei {head.epoch}/{head.position}")
        rows = await in_thread(self.store.recorder.rows, newest.last - 1, 1)
        if not rows or rows[0].chain != newest.chain_last:
            raise RelayStopped(f"andere Kette an Position {newest.last}")
        self.position = self.last = newest.last
        self.chain = newest.chain_last

    async def _look(self) -> None:
        """Begin again where the stream ends when it has lost what was sent: nobody else could tell its followers."""
        newest = await self.messenger.last_frame(self.subject)
        if (newest.last if newest else 0) != self.last:
            log.warning("stream has changed", subject=self.subject, sent=self.last)
            await self._resume()

    async def refill(self, position: int) -> None:
        """Send again what follows a position, because a follower's stream has lost it."""
        async with self._turn:
            if self.stopped or position >= self.last:
                return
            end = self.last
            log.warning("refill", subject=self.subject, after=position, upto=end)
            at, previous, chain = 0, 0, ZERO
            while at < end:
                rows = await in_thread(self.store.recorder.rows, at, PAGE)
                rows = [row for row in rows if row.position <= end]
                if not rows:
                    return
                for frame in await in_thread(self._frames, rows, previous, chain):
                    if frame.last > position:
                        await self.messenger.publish(frame, self.subject, refill=True)
                    previous, chain = frame.last, frame.chain_last
                at = rows[-1].position

    async def _step(self) -> int:
        rows = await in_thread(self.store.recorder.rows, self.position, PAGE)
        if rows:
            self.waiting_since = self.waiting_since or time.monotonic()
            for frame in await in_thread(self._frames, rows, self.last, self.chain):
                await self.messenger.publish(frame, self.subject)
                self.last, self.chain = frame.last, frame.chain_last
            if self.mirrored:
                await self._mirror(rows)
            self.position = rows[-1].position
        return len(rows)

    def _frames(self, rows: Sequence[Row], previous: int, chain: str) -> list[Frame]:
        """The frames that carry these rows' public events (or, for the ledger, all of them)."""
        parts = [(row, encode_record(row)) for row in rows] if self._records else [
            (it.row, it.raw) for it in self._publications(rows)
        ]  # fmt: skip
        frames: list[Frame] = []
        start, size = 0, 0
        for index, (_, raw) in enumerate(parts):
            if index > start and size + len(raw) > FRAME_BYTES:
                frames.append(self._frame(parts[start:index], previous, chain))
                previous, chain = frames[-1].last, frames[-1].chain_last
                start, size = index, 0
            size += len(raw) + 1
        if parts:
            frames.append(self._frame(parts[start:], previous, chain))
        return frames

    def _frame(self, parts: Sequence[tuple[Row, bytes]], previous: int, chain: str) -> Frame:
        epoch = msgspec.json.decode(parts[0][0].header, type=_EpochOf).epoch
        raw = [it for _, it in parts]
        return Frame(
            source=self.service,
            epoch=epoch,
            first=parts[0][0].position,
            last=parts[-1][0].position,
            previous=previous,
            chain_previous=chain,
            chain_last=parts[-1][0].chain,
            body=pack_records([(row.header, row.state) for row, _ in parts]) if self._records else pack_envelopes(raw),
        )

    def _publications(self, rows: Sequence[Row]) -> list[Publication]:
        found: list[Publication] = []
        for row in filter(self.store.mine, rows):
            recorded = self.store.mapper.recorded(row)
            contract = self.publish(recorded.event, self._folded(row, recorded.event).state)
            if contract is None:
                continue
            envelope = Envelope(
                contract=contract.CONTRACT,
                version=contract.VERSION,
                position=row.position,
                at=recorded.context.at,
                valid_on=recorded.context.valid_on,
                case=recorded.context.correlation,
                cause=recorded.context.cause,
                trace=recorded.context.trace,
                body=msgspec.Raw(encode(contract)),
            )
            found.append(
                Publication(row=row, raw=encode(envelope), subject=mirror(contract.CONTRACT, contract.VERSION))
            )
        return found

    def _folded(self, row: Row, event: Any) -> Folded:
        """The stream's state right after this event."""
        noun = self.store.noun_of(row.stream)
        before = self._folds.pop(row.stream, None)
        if before is None or before.version > row.version:
            before = Folded(state=noun.initial)
        if before.version == row.version - 1:
            # The next event of a stream that was followed: nothing has to be read for it.
            after = Folded(state=noun.evolve(before.state, event), version=row.version)
        else:
            after = self.store.forward(noun, row.stream, before, row.version)
        self._folds[row.stream] = after
        if len(self._folds) > 5_000:
            self._folds.popitem(last=False)
        return after

    async def _mirror(self, rows: Sequence[Row]) -> None:
        for it in await in_thread(self._publications, rows):
            message_id = f"{self.service}/{it.row.position}/mirror"
            await self.messenger.publish_mirrored(it.raw, it.subject, message_id)

    @property
    def age(self) -> float:
        """Seconds that the oldest event not yet sent has been waiting."""
        return time.monotonic() - self.waiting_since if self.waiting_since else 0.0

    @property
    def idle(self) -> bool:
        return self.position >= self.head().position


@value
class _EpochOf:
    epoch: str


def encode_record(row: Row) -> bytes:
    """What a row adds to a ledger frame, for counting its size."""
    return row.header + row.state


# ---- Lanes ---------------------------------------------------------------------------------------------------------


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
                    await self._guarded_catch_up()
            self.polled_at = time.monotonic()

    async def _guarded_catch_up(self) -> None:
        try:
            await self.catch_up()
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

    async def apply(frame: Frame) -> Any:
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
    )
