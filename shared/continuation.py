"""What follows a log's head, read from outside and checked record by record: from the own stream, from an export."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from shared.decider import value
from shared.formats import (
    FORMAT,
    ZERO,
    Frame,
    Header,
    NotCanonical,
    StoredContext,
    chain,
    digest,
    encode,
    link,
    unpack_records,
)
from shared.messaging import Messenger
from shared.recorders import Head, Recorder, Row
from shared.topology import FOLLOWS, record_lane

UNKNOWN = ""
"""A chain that nobody could tell; it is equal to none."""


class NotRecoverable(Exception):
    """What was found contradicts the store, or does not suffice: nothing was changed."""


@value
class Told:
    """A point of the history that others know."""

    where: str
    position: int
    chain: str


@value
class _State:
    """The least of a stored event that recovery reads."""

    context: StoredContext


@value
class _ExportHead:
    epoch: str
    position: int
    chain: str


_header = msgspec.json.Decoder(Header)
_state = msgspec.json.Decoder(_State)


# ---- The export ----------------------------------------------------------------------------------------------------


@value
class Export:
    """A directory that the ledger's `export` wrote; `verify.py` proves it, here it is only read."""

    folder: Path

    def heads(self) -> dict[str, _ExportHead]:
        try:
            return msgspec.json.decode((self.folder / "heads.json").read_bytes(), type=dict[str, _ExportHead])
        except (OSError, msgspec.MsgspecError) as error:
            raise NotRecoverable(f"{self.folder} ist kein Export der Prüfkette") from error

    def records(self, service: str) -> Iterator[tuple[Header, bytes, bytes]]:
        """Header, leaf and state of each of the service's events, in order."""
        for leaf, state in self._all():
            header = _read(leaf)
            if header.service == service:
                yield header, leaf, state

    def chain_at(self, service: str, epoch: str, position: int) -> str:
        """The service's running hash at a position of this epoch, or `UNKNOWN` when the export does not reach it."""
        follows = ZERO
        for header, leaf, _ in self.records(service):
            follows = chain(follows, leaf)
            if (header.epoch, header.position) == (epoch, position):
                return follows
        return UNKNOWN

    def _all(self) -> Iterator[tuple[bytes, bytes]]:
        try:
            size = int((self.folder / "checkpoint").read_text().split("\n")[1])
            for index in range(0, size, 256):
                number = _numbered(index // 256, min(256, size - index))
                leaves = _unbundled((self.folder / "tile" / "entries" / number).read_bytes())
                states = (self.folder / "states" / number).read_bytes().split(b"\n")[:-1]
                yield from zip(leaves, states, strict=True)
        except (OSError, ValueError, IndexError) as error:
            raise NotRecoverable(f"der Export ist unvollständig oder beschädigt: {error}") from error


def _numbered(index: int, width: int) -> str:
    """C2SP tlog-tiles: 1234067 is `x001/x234/067`; a partial bundle ends in `.p/<width>`."""
    parts = [f"{index % 1000:03d}"]
    while index := index // 1000:
        parts.insert(0, f"x{index % 1000:03d}")
    return "/".join(parts) + (f".p/{width}" if width < 256 else "")


def _unbundled(raw: bytes) -> list[bytes]:
    """The leaves of a bundle, each after its length as 16 bits big-endian."""
    leaves: list[bytes] = []
    at = 0
    while at < len(raw):
        end = at + 2 + int.from_bytes(raw[at : at + 2])
        if end > len(raw):
            raise ValueError("ein Blatt ist abgeschnitten")
        leaves.append(raw[at + 2 : end])
        at = end
    return leaves


def _read(leaf: bytes) -> Header:
    try:
        header = _header.decode(leaf)
        if header.format == FORMAT and encode(header) == leaf:
            return header
    except (msgspec.MsgspecError, NotCanonical):
        pass  # said below, for both reasons in one sentence
    raise NotRecoverable("ein Blatt ist kein kanonischer Kopf")


# ---- What follows the head -----------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Continuation:
    """The log after its head, read from outside and checked record by record; `head` moves with it."""

    service: str
    recorder: Recorder
    messenger: Messenger
    export: Export | None
    head: Head
    told: Sequence[Told]
    causes: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    """Per publisher: epoch and highest position of a message that caused one of these events."""
    context: StoredContext | None = None
    _streams: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])

    async def rows(self) -> AsyncIterator[Row]:
        """Every row after the head, first from the export, then from the stream; `NotRecoverable` when one is not true."""
        for told in self.told:
            if told.position <= self.head.position:
                self._compare(told, self._stored_chain(told.position))
        if self.export is not None:
            for leaf, state in self._exported(self.export):
                yield self._next(leaf, state)
        while frames := await self.messenger.frames_after(record_lane(self.service), self.head.position):
            for frame in frames:
                for leaf, state in self._framed(frame):
                    yield self._next(leaf, state)
                if self.head.chain != frame.chain_last:
                    raise NotRecoverable(f"Frame {frame.first}–{frame.last} gehört zu einer anderen Kette")
        for told in self.told:
            if told.position > self.head.position:
                raise NotRecoverable(
                    f"{told.where} reicht bis {told.position}, gefunden wurde bis {self.head.position}: "
                    "dazwischen fehlt etwas, ein Export der Prüfkette kann helfen"
                )

    def _framed(self, frame: Frame) -> Sequence[tuple[bytes, bytes]]:
        """A frame's records after the head."""
        if (frame.source, frame.epoch) != (self.service, self.head.epoch):
            raise NotRecoverable(f"Strom bei {frame.source}/{frame.epoch}, Bestand bei {self.head.epoch}")
        try:
            records = unpack_records(frame.body)
        except msgspec.MsgspecError as error:
            raise NotRecoverable(f"Frame {frame.first}–{frame.last} ist unlesbar") from error
        if frame.previous != frame.first - 1 or frame.previous + len(records) != frame.last:
            raise NotRecoverable(f"Frame {frame.first}–{frame.last} ist nicht lückenlos")
        return records[self.head.position - frame.previous :]

    def _exported(self, export: Export) -> Iterator[tuple[bytes, bytes]]:
        """The export's records after the head; what it holds up to the head must be what the store holds."""
        start, follows, position = self.head, ZERO, 0
        for header, leaf, state in export.records(self.service):
            follows, position = chain(follows, leaf), position + 1
            if (header.position, header.epoch) != (position, start.epoch):
                raise NotRecoverable(f"Export bei {header.epoch}/{header.position}, Bestand bei {start.epoch}")
            if position == start.position:
                self._compare(Told(where="der Export", position=position, chain=follows), start.chain)
            if position > start.position:
                yield leaf, state
        if 0 < position < start.position:
            self._compare(Told(where="der Export", position=position, chain=follows), self._stored_chain(position))
        named = export.heads().get(self.service)
        if position and (named is None or (named.position, named.chain) != (position, follows)):
            raise NotRecoverable("der Export widerspricht seinem eigenen Stand in heads.json")

    def _next(self, leaf: bytes, state: bytes) -> Row:
        header = _read(leaf)
        head = self.head
        after = Head(epoch=head.epoch, position=head.position + 1, chain=chain(head.chain, leaf))
        place = f"Position {after.position}"
        if (header.service, header.epoch, header.position) != (self.service, head.epoch, after.position):
            raise NotRecoverable(f"{place}: gefunden {header.service}/{header.epoch}/{header.position}")
        if digest(state) != header.sha256:
            raise NotRecoverable(f"{place}: der Zustand gehört nicht zum Blatt")
        version, previous = self._streams.get(header.stream) or self._last_of(header.stream)
        if (header.version, header.prev) != (version + 1, previous):
            raise NotRecoverable(f"{place}: folgt nicht auf Fassung {version} von {header.stream}")
        for told in self.told:
            if told.position == after.position:
                self._compare(told, after.chain)
        self._note(place, state)
        self._streams[header.stream] = header.version, link(header.stream, header.version, header.topic, state)
        self.head = after
        return Row(
            position=after.position, stream=header.stream, version=header.version, topic=header.topic, state=state,
            header=leaf, chain=after.chain,
        )  # fmt: skip

    def _note(self, place: str, state: bytes) -> None:
        """Remember which publisher's message caused this event."""
        try:
            self.context = _state.decode(state).context
        except msgspec.MsgspecError as error:
            raise NotRecoverable(f"{place}: der Zustand ist unlesbar") from error
        source, _, rest = self.context.cause.partition("/")
        epoch, _, position = rest.partition("/")
        if source not in FOLLOWS[self.service] or not position.isdecimal():
            return
        known = self.causes.get(source, (epoch, 0))
        if known[0] != epoch:
            raise NotRecoverable(f"{place}: {source} wird in zwei Epochen verfolgt")
        self.causes[source] = epoch, max(known[1], int(position))

    def _last_of(self, stream: str) -> tuple[int, str]:
        """Version and link of the last stored event of a stream."""
        for it in self.recorder.select_events(stream, desc=True, limit=1):
            return it.originator_version, link(stream, it.originator_version, it.topic, bytes(it.state))
        return 0, ZERO

    def _stored_chain(self, position: int) -> str:
        rows = self.recorder.rows(position - 1, 1)
        return rows[0].chain if rows else UNKNOWN

    def _compare(self, told: Told, ours: str) -> None:
        if told.chain != ours:
            raise NotRecoverable(f"{told.where} hat eine andere Kette an Position {told.position}")
