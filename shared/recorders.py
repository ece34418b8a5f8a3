"""What a service's tables hold and what the machinery needs of a database, on SQLite and on PostgreSQL.

Three differences from the stock recorders, each for a reason: positions are assigned by the writer, not by the database
(a sequence burns numbers at every conflict, and a hole could hide a removal); no table lock is taken, because one
fence row `head` is locked and compared in every commit; tables are created by `provision` alone, so that the role that
serves can do no more than insert and read events.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from eventsourcing.persistence import StoredEvent

from shared.formats import ZERO
from shared.records import value


@value
class Row:
    """One stored event with its proof: `header` is the leaf's bytes, `chain` the log's running hash after it."""

    position: int
    stream: str
    version: int
    topic: str
    state: bytes
    header: bytes
    chain: str


@value
class Head:
    """The fence: where the log ends. `epoch` is new at every creation or restore of the store."""

    epoch: str
    position: int
    chain: str


@value
class Lane:
    """How far a publisher has been followed."""

    source: str
    epoch: str = ""
    position: int = 0
    chain: str = ZERO


@value
class Commanded:
    """An idempotent request that was answered: `outcome` refers to what was recorded (canonical JSON)."""

    id: str
    body_hash: str
    outcome: bytes
    at: str


@value
class Batch:
    """What one commit records: all of it or nothing."""

    before: Head
    after: Head
    rows: Sequence[Row]
    lanes: Sequence[Lane]
    commands: Sequence[Commanded]


class FenceLost(Exception):
    """Another writer has moved the log's end: this process must stop writing and drop what it believes."""


class NotProvisioned(Exception):
    """The store's tables are not there: run `provision` first."""


class StoreLocked(Exception):
    """Another process has this SQLite file open: two processes on one file can corrupt it (SQLite before 3.51.3)."""


class Recorder(Protocol):
    """What the store needs of a database."""

    def provision(self, epoch: str, reader: str) -> None: ...
    def head(self) -> Head:
        """The log's end, read under the fence's lock; `NotProvisioned` when there is none."""
        ...

    def append(self, batch: Batch) -> None: ...
    def begin(self, before: Head) -> None:
        """Begin a transaction that the next `append` ends; `FenceLost` when the log ends elsewhere. In the writer's thread only."""
        ...

    def lay(self, rows: Sequence[Row]) -> None:
        """Put rows into the transaction that was begun; until it ends nobody but `events_of` sees them."""
        ...

    def abandon(self) -> None:
        """Undo the transaction that was begun, if it still is."""
        ...

    def rows(self, after: int, limit: int) -> Sequence[Row]: ...
    def rows_of(self, streams: Sequence[str]) -> Sequence[Row]:
        """All rows of these streams, in the order of the log."""
        ...

    def events_of(self, streams: Sequence[str]) -> Mapping[str, Sequence[tuple[int, str, bytes]]]:
        """(version, topic, state) of all events of these streams, in order; in the writer's thread only."""
        ...

    def streams_named(self, beginning: str) -> Sequence[str]:
        """The streams whose names begin so; reads the whole index, so once at a start and no more."""
        ...

    def rows_at(self, positions: Sequence[int]) -> Sequence[Row]: ...
    def lanes(self) -> dict[str, Lane]: ...
    def commanded(self, ids: Sequence[str]) -> dict[str, Commanded]: ...
    def forget_commands(self, before: str) -> None: ...
    def select_events(
        self,
        originator_id: str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]: ...
    def close(self) -> None: ...


def still_written_alone(recorder: Recorder, head: Head) -> None:
    """`FenceLost` when the store knows more than this process believes: another one wrote after it began."""
    if recorder.head().position > head.position:
        raise FenceLost


TABLES = """
CREATE TABLE IF NOT EXISTS {s}stored_events (
    notification_id {serial} PRIMARY KEY, originator_id TEXT NOT NULL, originator_version BIGINT NOT NULL,
    topic TEXT NOT NULL, state {blob} NOT NULL, header {blob} NOT NULL, chain TEXT NOT NULL,
    UNIQUE (originator_id, originator_version));
CREATE TABLE IF NOT EXISTS {s}head (
    one INTEGER PRIMARY KEY CHECK (one = 1), epoch TEXT NOT NULL, position BIGINT NOT NULL, chain TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS {s}lane (
    source TEXT PRIMARY KEY, epoch TEXT NOT NULL, position BIGINT NOT NULL, chain TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS {s}command (
    id TEXT PRIMARY KEY, body_hash TEXT NOT NULL, outcome {blob} NOT NULL, at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS command_at ON {s}command (at)
"""

ROWS = (
    "SELECT notification_id, originator_id, originator_version, topic, state, header, chain FROM {s}stored_events "
    "WHERE notification_id > {p} ORDER BY notification_id LIMIT {p}"
)
ROWS_OF = (
    "SELECT notification_id, originator_id, originator_version, topic, state, header, chain FROM {s}stored_events "
    "WHERE originator_id "
)
EVENTS_OF = "SELECT originator_id, originator_version, topic, state FROM {s}stored_events WHERE originator_id "
STREAMS = "SELECT DISTINCT originator_id FROM {s}stored_events WHERE originator_id LIKE {p}"
ROWS_AT = (
    "SELECT notification_id, originator_id, originator_version, topic, state, header, chain FROM {s}stored_events "
    "WHERE notification_id "
)
LANE = (
    "INSERT INTO {s}lane VALUES ({p},{p},{p},{p}) ON CONFLICT (source) DO UPDATE "
    "SET epoch=excluded.epoch, position=excluded.position, chain=excluded.chain"
)
COMMANDS_BY_ID = "SELECT * FROM command WHERE id IN "
FENCE = "UPDATE {s}head SET position={p}, chain={p} WHERE one=1 AND epoch={p} AND position={p} AND chain={p}"


def row_of(it: Any) -> Row:
    return Row(
        position=it["notification_id"],
        stream=it["originator_id"],
        version=it["originator_version"],
        topic=it["topic"],
        state=bytes(it["state"]),
        header=bytes(it["header"]),
        chain=it["chain"],
    )


def by_stream(found: Iterable[Any]) -> Mapping[str, Sequence[tuple[int, str, bytes]]]:
    streams: defaultdict[str, list[tuple[int, str, bytes]]] = defaultdict(list)
    for stream, version, topic, state in found:
        streams[stream].append((version, topic, state))
    for events in streams.values():
        events.sort()  # cheaper here than a sort in the database that is asked for every group
    return streams


def fence_of(batch: Batch) -> tuple[int, str, str, int, str]:
    before, after = batch.before, batch.after
    return after.position, after.chain, before.epoch, before.position, before.chain
