"""The one loop: read the log after my position, do, remember the position. Relay, views and lanes are followers."""

import asyncio
import contextlib
import random
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec
import structlog
from eventsourcing.persistence import PersistenceError

from shared.catching_up import CatchingUp
from shared.decider import value
from shared.formats import (
    MAX_BYTES,
    ZERO,
    Envelope,
    Frame,
    NotAFrame,
    encode,
    envelope_bytes,
    frame_of,
    pack_envelopes,
    pack_records,
    record_bytes,
)
from shared.lanes import ForeignJob, FrameJob, Gap, LanePaused, LaneStopped, Reactions
from shared.messaging import Lost, Messenger
from shared.observability import Metrics
from shared.parking import ForeignMessageRefused
from shared.projecting import DOCUMENTS, Events, Projector
from shared.recorders import Head, Lane, Row
from shared.store import Folded, Store
from shared.tail import Committed, Tail
from shared.topology import lane, mirror, record_lane
from shared.views import Draft, Projection, Views
from shared.writer import NotWriting, Writer

log = structlog.get_logger()

PAGE = 1_000
FRAME_BYTES = MAX_BYTES - 12_000
POLL = 1.0
"""A nudge wakes a follower at once; this many seconds later it looks all the same."""


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


STRETCH = 10
"""Pages that are written to the views together, when so much waits: a document is then written once for all of them."""


@dataclass
class ViewFollower:
    """Keeps the views up with the own log: reads it, or takes what is handed over right after the commit."""

    store: Store
    views: Views
    project: Projection
    nudged: asyncio.Event
    head: Callable[[], Head]
    tail: Tail = field(default_factory=Tail)
    foreign: Callable[[Row, Draft], None] = lambda _row, _draft: None
    page: int = PAGE
    documents: int = DOCUMENTS
    """How many are kept at hand."""
    position: int = 0
    """How far the views have read, and show."""
    goal: int = 0
    """The log's end when the process started: before the views have reached it, lists would be told incomplete."""

    def __post_init__(self) -> None:
        self._projector = Projector(self.store, self.views, self._draw, self.documents)
        self._turn = threading.Lock()

    async def run(self) -> None:
        while True:
            if not await self._keep_up():
                await wait(self.nudged)

    async def _keep_up(self) -> int:
        """What the tail holds, else what the log does."""
        committed = self.tail.after(self.position, self.page)
        if committed is not None and not committed:
            return 0
        taken = await in_thread(self.take, committed) if committed else 0
        return taken or await in_thread(self.step)

    def step(self) -> int:
        """A stretch of the log into the views; returns how many events there were."""
        with self._turn:
            return self._follow(self._read)

    def take(self, committed: Sequence[Committed]) -> int:
        """Consecutive events that need not be read again; those already seen are passed over, and none is taken across a gap."""

        def after(position: int) -> Events:
            new = [it for it in committed if it.row.position > position]
            return Events([it.row for it in new], lambda: new)

        with self._turn:
            return self._follow(after)

    def rebuild(self) -> None:
        """Forget all views; they are made again from the log, by the steps that follow."""
        with self._turn:
            self.views.wipe()
            self._projector.forget()
            self.position = 0

    def _follow(self, read: Callable[[int], Events]) -> int:
        epoch, drawing = self.head().epoch, self._projector
        try:
            if not drawing.begun:
                drawing.begin(epoch)
            start = self.position = drawing.position
            for _ in range(STRETCH):
                events = read(drawing.position)
                if events.first != drawing.position + 1:
                    break
                drawing.draw(events)
                if drawing.full:
                    break
            count = drawing.position - start
            if count and drawing.write(epoch):
                self.position = drawing.position
        except BaseException:
            drawing.forget()
            raise
        return count

    def _read(self, after: int) -> Events:
        rows, mine, recorded = self.store.recorder.rows(after, self.page), self.store.mine, self.store.mapper.recorded

        def each() -> Iterator[Committed]:
            for row in rows:
                yield Committed(row=row, recorded=recorded(row) if mine(row) else None, state=None)

        return Events(rows, each)

    def _draw(self, it: Committed, draft: Draft) -> None:
        if it.recorded is None:
            self.foreign(it.row, draft)
        else:
            self.project(it.recorded, it.row, draft)

    @property
    def idle(self) -> bool:
        return self.position >= self.head().position


# ---- Relay ---------------------------------------------------------------------------------------------------------


class RelayStopped(Exception):
    """The stream holds what this log does not: the store is older than what it has already told others."""


@value
class Publication:
    """An event on its way: its bytes in a frame, and where its mirror would go."""

    row: Row
    raw: bytes
    subject: str = ""


type Publish = Callable[[Any, Any], Any | None]


def _always() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


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
    tail: Tail
    publish: Publish = lambda _event, _state: None
    mirrored: bool = False
    position: int = 0
    """Scanned so far; `last` is the last position sent, with its chain."""
    last: int = 0
    chain: str = ZERO
    sequence: int = 0
    """Where the stream ends, as far as this relay knows: a fence against another one that has been writing since."""
    waiting_since: float = 0.0
    stopped: str = ""
    compared: bool = False
    """Whether the stream was found to hold nothing that this log does not."""
    met_empty: bool | None = None
    """Whether the stream held nothing when it was last looked at; None before that."""
    may_send: asyncio.Event = field(default_factory=_always)
    """Not set: something may be wrong with this store, and nothing must be told from it."""
    upto: Callable[[], int] | None = None
    """The last position that may be sent now, where that is not for the log alone to say."""
    judged: Callable[[], None] = lambda: None
    """Called when `compared` or `stopped` changes: a service that is behind its own stream must take no commands."""

    def __post_init__(self) -> None:
        self._folds: OrderedDict[str, Folded] = OrderedDict()
        self._records = self.subject == record_lane(self.service)
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Resume, then send what waits, until the connection is another; ends also with `Lost` (try again)."""
        connection = self.messenger.connection
        try:
            async with self._turn:
                await self._resume()
            self.compared, self.stopped = True, ""
            self.judged()
            # A broker that was away may be back with less than it had, and nobody might publish for a long time.
            while not self.stopped and self.messenger.connection == connection:
                await self.may_send.wait()
                async with self._turn:
                    sent = await self._step()
                if not sent:
                    await wait(self.nudged)
        except RelayStopped as error:
            self._stop(str(error))
            await asyncio.sleep(10)

    def _stop(self, reason: str) -> None:
        if not self.stopped:
            log.critical("relay stopped", subject=self.subject, reason=reason)
        self.stopped = reason
        self.judged()

    async def _resume(self) -> None:
        """Go on where the stream ends; while it contradicts this log nothing changes, so that nothing can be sent after it."""
        sequence, newest = await self.messenger.end(self.subject)
        self.met_empty = newest is None
        if newest is not None:
            head = self.head()
            if newest.epoch != head.epoch or newest.last > head.position:
                raise RelayStopped(f"Strom bei {newest.epoch}/{newest.last}, Bestand bei {head.epoch}/{head.position}")
            rows = await in_thread(self.store.recorder.rows, newest.last - 1, 1)
            if not rows or rows[0].chain != newest.chain_last:
                raise RelayStopped(f"andere Kette an Position {newest.last}")
        self.sequence = sequence
        self.position = self.last = newest.last if newest else 0
        self.chain = newest.chain_last if newest else ZERO

    async def refill(self, position: int) -> None:
        """Send again what follows a position, because a follower's stream has lost it."""
        async with self._turn:
            if self.stopped or not self.may_send.is_set():
                return
            try:
                await self._resume()
            except RelayStopped as error:
                self._stop(str(error))
                return
            if position >= self.last:
                return
            end = self.last
            log.warning("refill", subject=self.subject, after=position, upto=end)
            at, previous, chain = 0, 0, ZERO
            while at < end:
                read = [it for it in await in_thread(self._read, at) if it.row.position <= end]
                if not read:
                    return
                for frame in self._frames(self._publications(read), previous, chain):
                    if frame.last > position:
                        await self._send(frame, refill=True)
                    previous, chain = frame.last, frame.chain_last
                at = read[-1].row.position

    async def _send(self, frame: Frame, *, refill: bool = False) -> None:
        """`Overtaken` when somebody else has published meanwhile: what the stream then holds must be looked at first."""
        self.sequence = await self.messenger.publish(frame, self.subject, refill=refill, after=self.sequence)

    async def _step(self) -> int:
        waiting = self.tail.after(self.position, PAGE)
        if waiting is None:
            waiting = await in_thread(self._read, self.position)
        self.waiting_since = (self.waiting_since or time.monotonic()) if waiting else 0.0
        end = self.upto() if self.upto else None
        allowed = waiting if end is None else [it for it in waiting if it.row.position <= end]
        if allowed:
            parts = self._publications(allowed)
            for frame in self._frames(parts, self.last, self.chain):
                await self._send(frame)
                self.last, self.chain = frame.last, frame.chain_last
            if self.mirrored:
                await self._mirror(parts)
            self.position = allowed[-1].row.position
        return len(allowed)

    def _read(self, position: int) -> Sequence[Committed]:
        """A page of the log with, for own events that may be public, the state after each."""
        rows = self.store.recorder.rows(position, PAGE)
        if self._records:
            return [Committed(row=row, recorded=None, state=None) for row in rows]
        return [self._folded(row) for row in rows]

    def _frames(self, parts: Sequence[Publication], previous: int, chain: str) -> list[Frame]:
        """The frames that carry these events: as few as their size allows."""
        frames: list[Frame] = []
        start, size = 0, 0
        for index, it in enumerate(parts):
            if index > start and size + len(it.raw) > FRAME_BYTES:
                frames.append(self._frame(parts[start:index], previous, chain))
                previous, chain = frames[-1].last, frames[-1].chain_last
                start, size = index, 0
            size += len(it.raw) + 1
        if parts:
            frames.append(self._frame(parts[start:], previous, chain))
        return frames

    def _frame(self, parts: Sequence[Publication], previous: int, chain: str) -> Frame:
        raw = [it.raw for it in parts]
        return Frame(
            source=self.service,
            epoch=_epoch_of.decode(parts[0].row.header).epoch,
            first=parts[0].row.position,
            last=parts[-1].row.position,
            previous=previous,
            chain_previous=chain,
            chain_last=parts[-1].row.chain,
            body=pack_records(raw) if self._records else pack_envelopes(raw),
        )

    def _publications(self, committed: Sequence[Committed]) -> list[Publication]:
        if self._records:
            return [Publication(row=it.row, raw=record_bytes(it.row.header, it.row.state)) for it in committed]
        found: list[Publication] = []
        for it in committed:
            recorded = it.recorded
            contract = self.publish(recorded.event, it.state) if recorded is not None else None
            if recorded is None or contract is None:
                continue
            context = recorded.context
            envelope = Envelope(
                contract=contract.CONTRACT,
                version=contract.VERSION,
                position=it.row.position,
                at=context.at,
                valid_on=context.valid_on,
                case=context.correlation,
                cause=context.cause,
                trace=context.trace,
                body=msgspec.Raw(encode(contract)),
            )
            subject = mirror(contract.CONTRACT, contract.VERSION)
            found.append(Publication(row=it.row, raw=envelope_bytes(envelope), subject=subject))
        return found

    def _folded(self, row: Row) -> Committed:
        """An event with its stream's state right after it."""
        if not self.store.mine(row):
            return Committed(row=row, recorded=None, state=None)
        recorded = self.store.mapper.recorded(row)
        noun = self.store.noun_of(row.stream)
        before = self._folds.pop(row.stream, None)
        if before is None or before.version > row.version:
            before = Folded(state=noun.initial)
        if before.version == row.version - 1:
            # The next event of a stream that was followed: nothing has to be read for it.
            after = Folded(state=noun.evolve(before.state, recorded.event), version=row.version)
        else:
            after = self.store.forward(noun, row.stream, before, row.version)
        self._folds[row.stream] = after
        if len(self._folds) > 5_000:
            self._folds.popitem(last=False)
        return Committed(row=row, recorded=recorded, state=after.state)

    async def _mirror(self, parts: Sequence[Publication]) -> None:
        for it in parts:
            message_id = f"{self.service}/{it.row.position}/mirror"
            await self.messenger.publish_mirrored(it.raw, it.subject, message_id)

    @property
    def awaits_ledger(self) -> bool:
        """Whether something waits that the ledger has not taken over."""
        return self.upto is not None and bool(self.waiting_since) and self.upto() < self.head().position

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


_epoch_of = msgspec.json.Decoder(_EpochOf)


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
