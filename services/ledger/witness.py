"""Die Zeugenschaft: takes over other services' events byte for byte, or stops at what their own history contradicts.

What the offline verifier would find wrong is not taken over: a leaf, once signed, can never be put right. Rows of other
services lie in streams `<service>/<stream>`, the ledger's own in streams without a slash.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from services.ledger.log import MAX_LEAF_BYTES
from shared.decider import value
from shared.formats import FORMAT, Frame, Header, NotCanonical, chain, digest, encode, link, unpack_records
from shared.lane_following import LaneFollower
from shared.lanes import UNSAMPLED, ForeignJob, LaneStopped, is_new
from shared.messaging import Messenger
from shared.observability import Metrics, span
from shared.overlay import Overlay
from shared.parking import ForeignMessageRefused
from shared.recorders import Lane, Row
from shared.store import Folded
from shared.topology import record_lane
from shared.writer import Writer

_word = re.compile(r"[!#-\[\]-~]{1,255}")
_hash = re.compile(r"[0-9a-f]{64}")


@value
class ForeignContext:
    """As much of another service's stored context as is read here: the case and the trace."""

    correlation: str
    trace: str


@value
class _Stored:
    context: ForeignContext
    facts: msgspec.Raw


_header = msgspec.json.Decoder(Header)
_stored = msgspec.json.Decoder(_Stored)


def mine(row: Row) -> bool:
    """Whether a row is the ledger's own event."""
    return "/" not in row.stream


def context_of(state: bytes) -> ForeignContext:
    """The case and trace of stored bytes; `msgspec.MsgspecError` when they are none of version 1."""
    return _stored.decode(state).context


@dataclass
class WitnessJob:
    """One frame of stored events: one turn in the writer, one transaction with the lane's position."""

    frame: Frame
    done: asyncio.Future[Any]

    def prepare(self, overlay: Overlay) -> Mapping[str, None]:
        """The streams that this frame goes on with, as far as it says so itself; what it says is judged later."""
        try:
            records = unpack_records(self.frame.body)
            return {_stored_as(_header.decode(leaf)): None for leaf, _ in records}
        except msgspec.MsgspecError:
            return {}

    def decide(self, overlay: Overlay) -> int:
        """Append what is new and move the lane; returns how many leaves were added. Raises `Gap`, `LaneStopped`."""
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
        new = self._records()[max(0, lane.position + 1 - frame.first) :]
        follows = lane.chain
        traces = _traces(new)
        with span(f"witness {frame.source}", "" if traces else UNSAMPLED, links=traces):
            for position, (leaf, state) in enumerate(new, lane.position + 1):
                self._take(overlay, position, leaf, state)
                follows = chain(follows, leaf)
        if follows != frame.chain_last:
            raise LaneStopped(f"die Kette über die Blätter bis {frame.last} ist nicht die des Absenders")
        overlay.lanes[frame.source] = Lane(source=frame.source, epoch=frame.epoch, position=frame.last, chain=follows)
        return len(new)

    def _records(self) -> Sequence[tuple[bytes, bytes]]:
        frame = self.frame
        try:
            records = unpack_records(frame.body)
        except msgspec.MsgspecError as error:
            raise LaneStopped(f"Frame {frame.first}–{frame.last} ist unlesbar") from error
        if frame.first != frame.previous + 1 or len(records) != frame.last - frame.previous:
            raise LaneStopped(f"Frame {frame.first}–{frame.last} nach {frame.previous} hat {len(records)} Ereignisse")
        return records

    def _take(self, overlay: Overlay, position: int, leaf: bytes, state: bytes) -> None:
        header = self._header(position, leaf)
        if digest(state) != header.sha256 or b"\n" in state:
            raise LaneStopped(f"der Zustand an Position {position} gehört nicht zu seinem Blatt")
        stream = _stored_as(header)
        before = overlay.known(stream) or Folded(state=None)
        if header.version != before.version + 1 or header.prev != before.link:
            raise LaneStopped(f"Position {position} schließt nicht an Version {before.version} von {stream} an")
        position = overlay.head.position + 1
        row = Row(
            position=position, stream=stream, version=header.version, topic=header.topic,
            state=state, header=leaf, chain=chain(overlay.head.chain, leaf),
        )  # fmt: skip
        follows = link(header.stream, header.version, header.topic, state)
        overlay.take(row, Folded(state=None, version=header.version, link=follows))

    def _header(self, position: int, leaf: bytes) -> Header:
        try:
            header = _header.decode(leaf)
            canonical = encode(header) == leaf and len(leaf) <= MAX_LEAF_BYTES
        except (msgspec.MsgspecError, NotCanonical) as error:
            raise LaneStopped(f"das Blatt an Position {position} ist kein Kopf") from error
        words = all(map(_word.fullmatch, (header.epoch, header.stream, header.topic)))
        if not canonical or not words or not _hash.fullmatch(header.prev) or header.format != FORMAT:
            raise LaneStopped(f"das Blatt an Position {position} ist kein kanonischer Kopf der Version {FORMAT}")
        said = (header.service, header.epoch, header.position)
        if said != (self.frame.source, self.frame.epoch, position):
            raise LaneStopped(f"ein Blatt sagt {'/'.join(map(str, said))}, hier gehört Position {position} hin")
        return header


def _stored_as(header: Header) -> str:
    return f"{header.service}/{header.stream}"


def _traces(records: Sequence[tuple[bytes, bytes]]) -> list[str]:
    """The traces of the events; whatever is no stored event of version 1 stops the lane here."""
    try:
        found = {context_of(state).trace for _, state in records}
    except msgspec.MsgspecError as error:
        raise LaneStopped("gespeicherte Bytes ohne Kontext und Tatsachen") from error
    return sorted(found - {""})


def record_follower(source: str, writer: Writer, messenger: Messenger, metrics: Metrics) -> LaneFollower:
    """Follows everything that a service stores."""

    async def apply(frame: Frame) -> Any:
        return await writer.submit(WitnessJob(frame, asyncio.get_running_loop().create_future()))

    async def foreign(event: ForeignMessageRefused) -> Any:
        return await writer.submit(ForeignJob(source, event, asyncio.get_running_loop().create_future()))

    return LaneFollower(
        source=source, subject=record_lane(source), messenger=messenger, apply=apply,
        followed=lambda: writer.lanes.get(source) or Lane(source=source), foreign=foreign, metrics=metrics,
    )  # fmt: skip
