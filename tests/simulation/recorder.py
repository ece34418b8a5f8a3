"""A store in memory that outlives the processes that open it, and fails as databases do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent

from shared import records
from shared.formats import ZERO
from shared.recorders import Batch, Commanded, FenceLost, Head, Lane, Row


@dataclass
class Disk:
    """What is committed."""

    head: Head
    rows: list[Row] = field(default_factory=list[Row])
    streams: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])
    lanes: dict[str, Lane] = field(default_factory=dict[str, Lane])
    commands: dict[str, Commanded] = field(default_factory=dict[str, Commanded])

    @classmethod
    def fresh(cls, epoch: str) -> "Disk":
        return cls(head=Head(epoch=epoch, position=0, chain=ZERO))

    def copy(self) -> "Disk":
        """What a backup holds."""
        streams = {name: list(rows) for name, rows in self.streams.items()}
        return replace(
            self, rows=list(self.rows), streams=streams, lanes=dict(self.lanes), commands=dict(self.commands)
        )

    def commit(self, batch: Batch) -> None:
        if batch.before != self.head:
            raise FenceLost
        if any(it.id in self.commands for it in batch.commands):
            raise IntegrityError("command")
        self.head = batch.after
        for row in batch.rows:
            self.rows.append(row)
            self.streams.setdefault(row.stream, []).append(row)
        self.lanes |= {it.source: it for it in batch.lanes}
        self.commands |= {it.id: it for it in batch.commands}


type Fails = Callable[[str], bool]


class MemoryRecorder:
    """`shared.recorders.Recorder` on a `Disk`; `fails` says whether the step of this name goes wrong now."""

    def __init__(self, disk: Disk, fails: Fails) -> None:
        self._disk = disk
        self._fails = fails
        self._laid: list[Row] = []

    def _step(self, name: str) -> None:
        if self._fails(name):
            raise OperationalError(name)

    def provision(self, epoch: str, reader: str) -> None:
        """A disk is made with its tables."""

    def head(self) -> Head:
        self._step("head")
        return self._disk.head

    def append(self, batch: Batch) -> None:
        self._step("append")
        self._disk.commit(records.replace(batch, rows=[*self._laid, *batch.rows]) if self._laid else batch)
        self._laid = []
        self._step("committed")

    def begin(self, before: Head) -> None:
        self._step("begin")
        self._laid = []
        if self._disk.head != before:
            raise FenceLost

    def lay(self, rows: Sequence[Row]) -> None:
        self._step("lay")
        self._laid += rows

    def abandon(self) -> None:
        self._laid = []

    def rows(self, after: int, limit: int) -> Sequence[Row]:
        self._step("rows")
        found = [it for it in self._disk.rows[max(0, after) :] if it.position > after]
        return sorted(found, key=lambda it: it.position)[:limit]

    def rows_of(self, streams: Sequence[str]) -> Sequence[Row]:
        self._step("rows_of")
        found = (row for it in streams for row in self._disk.streams.get(it, ()))
        return sorted(found, key=lambda it: it.position)

    def events_of(self, streams: Sequence[str]) -> Mapping[str, Sequence[tuple[int, str, bytes]]]:
        self._step("events_of")
        found = {
            it: [*self._disk.streams.get(it, ()), *(row for row in self._laid if row.stream == it)] for it in streams
        }
        return {stream: [(it.version, it.topic, it.state) for it in rows] for stream, rows in found.items() if rows}

    def streams_named(self, beginning: str) -> Sequence[str]:
        self._step("streams_named")
        return [it for it in self._disk.streams if it.startswith(beginning)]

    def rows_at(self, positions: Sequence[int]) -> Sequence[Row]:
        self._step("rows_at")
        return [it for it in self._disk.rows if it.position in positions]

    def lanes(self) -> dict[str, Lane]:
        self._step("lanes")
        return dict(self._disk.lanes)

    def commanded(self, ids: Sequence[str]) -> dict[str, Commanded]:
        self._step("commanded")
        return {it: self._disk.commands[it] for it in ids if it in self._disk.commands}

    def forget_commands(self, before: str) -> None:
        kept = {name: it for name, it in self._disk.commands.items() if it.at >= before}
        self._disk.commands = kept

    def select_events(
        self,
        originator_id: str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        self._step("select_events")
        found = [
            StoredEvent(originator_id=it.stream, originator_version=it.version, topic=it.topic, state=it.state)
            for it in self._disk.streams.get(originator_id, ())
            if (gt is None or it.version > gt) and (lte is None or it.version <= lte)
        ]
        return (found[::-1] if desc else found)[:limit]

    def close(self) -> None:
        """The disk stays."""
