"""Relays are followers of the own log: they send what others may know, and resume at what the stream holds."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog

from shared.decider import value
from shared.following import PAGE, in_thread, wait
from shared.formats import (
    MAX_BYTES,
    ZERO,
    Envelope,
    Frame,
    encode,
    envelope_bytes,
    pack_envelopes,
    pack_records,
    record_bytes,
)
from shared.messaging import Messenger
from shared.observability import Metrics
from shared.recorders import Head, Row, still_written_alone
from shared.store import Folded, Store
from shared.tail import Committed, Tail
from shared.topology import mirror, record_lane

log = structlog.get_logger()

FRAME_BYTES = MAX_BYTES - 12_000

LOOK = 10.0
"""Seconds after which a relay with nothing to send looks whether its stream still holds what it sent."""


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
            looked_at = time.monotonic()
            while not self.stopped and self.messenger.connection == connection:
                await self.may_send.wait()
                async with self._turn:
                    sent = await self._step()
                    if not sent and time.monotonic() - looked_at > LOOK:
                        looked_at = time.monotonic()
                        await self._look()
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
            if newest.last > head.position:
                await in_thread(still_written_alone, self.store.recorder, head)
            if newest.epoch != head.epoch or newest.last > head.position:
                raise RelayStopped(f"Strom bei {newest.epoch}/{newest.last}, Bestand bei {head.epoch}/{head.position}")
            rows = await in_thread(self.store.recorder.rows, newest.last - 1, 1)
            if not rows or rows[0].chain != newest.chain_last:
                raise RelayStopped(f"andere Kette an Position {newest.last}")
        self.sequence = sequence
        self.position = self.last = newest.last if newest else 0
        self.chain = newest.chain_last if newest else ZERO

    async def _look(self) -> None:
        """Begin again where the stream ends when it has lost what was sent: nobody else could tell its followers."""
        newest = await self.messenger.last_frame(self.subject)
        if (newest.last if newest else 0) != self.last:
            log.warning("stream has changed", subject=self.subject, sent=self.last)
            await self._resume()

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
        self._fold_first(rows)
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

    def _fold_first(self, rows: Sequence[Row]) -> None:
        """The streams that are not followed yet, before their first event here, in one round trip."""
        first: dict[str, int] = {}
        for row in rows:
            if row.version > 1 and row.stream not in self._folds and self.store.mine(row):
                first.setdefault(row.stream, row.version)
        for (stream, _), earlier in self.store.earlier(first.items()).items():
            state = self.store.fold(self.store.noun_of(stream), earlier)
            self._folds[stream] = Folded(state=state, version=earlier[-1].version)

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
