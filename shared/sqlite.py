"""A service's log in one SQLite file."""

import contextlib
import fcntl
import sqlite3
import threading
from collections.abc import Generator, Iterable, Mapping, Sequence
from itertools import batched
from pathlib import Path
from typing import IO, Any

from eventsourcing.persistence import (
    ConnectionPoolClosedError,
    DatabaseError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
)
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteConnection, SQLiteConnectionPool, SQLiteDatastore

from shared.formats import ZERO
from shared.recorders import (
    COMMANDS_BY_ID,
    EVENTS_OF,
    FENCE,
    LANE,
    ROWS,
    ROWS_AT,
    ROWS_OF,
    STREAMS,
    TABLES,
    Batch,
    Commanded,
    FenceLost,
    Head,
    Lane,
    NotProvisioned,
    Row,
    StoreLocked,
    by_stream,
    fence_of,
    row_of,
)
from shared.records import astuple

_ASKED_AT_ONCE = 10_000
"""Streams in one statement; SQLite takes 32,766 values unless it was built otherwise."""
READ_WITHIN = 10.0
"""Seconds that a store which is closed waits for those who still read in it."""


def _durable(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    if connection.execute("PRAGMA synchronous").fetchone()[0] != 2:
        raise ProgrammingError("SQLite schreibt nicht mit synchronous=FULL")
    return connection


class _DurablePool(SQLiteConnectionPool):
    """Connections for reading. SQLite takes the process down when one is closed under its reader: the pool waits for them."""

    _ending = False

    def get_connection(self, timeout: float | None = None, *, is_writer: bool | None = None) -> SQLiteConnection:
        connection = super().get_connection(timeout, is_writer=is_writer)
        if self._ending:
            self.put_connection(connection)
            raise ConnectionPoolClosedError
        return connection

    def close(self) -> None:
        self._ending = True
        with self._put_condition:
            self._put_condition.wait_for(lambda: self.closed or not self._in_use, READ_WITHIN)
        super().close()

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        with contextlib.closing(connection.cursor().sqlite_cursor) as cursor:
            _durable(cursor.connection)
        return connection


@contextlib.contextmanager
def _sqlite_errors() -> Generator[None]:
    """The library's names for what went wrong, as its own connections would say it."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise IntegrityError(error) from error
    except sqlite3.OperationalError as error:
        raise OperationalError(error) from error
    except sqlite3.Error as error:
        raise DatabaseError(error) from error


_INSERT = "INSERT INTO {table} VALUES {values}"


def _insert_some(table: str, fields: int) -> Sequence[tuple[str, int]]:
    """Statements for 64, 16, 4 and one record, with the number of values each takes.

    One statement for many records gives the interpreter away once, not once for each; few lengths stay prepared.
    """
    marks = f"({','.join('?' * fields)})"
    return [
        (_INSERT.format(table=table, values=",".join([marks] * records)), fields * records)
        for records in (64, 16, 4, 1)
    ]


_HEAD = "SELECT epoch, position, chain FROM head"
_INSERT_ROWS = _insert_some("stored_events", 7)
_INSERT_COMMANDS = _insert_some("command", 4)


class SQLiteRecorder(SQLiteApplicationRecorder):
    """One service's log in one SQLite file that one process may have open."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(file)
        datastore = SQLiteDatastore(str(file), originator_id_type="text")
        datastore.pool.close()
        datastore.pool = _DurablePool(db_name=str(file))
        super().__init__(datastore)
        self._writing = _durable(sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=5))
        self._turn = threading.Lock()

    def provision(self, epoch: str, reader: str) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            for statement in TABLES.format(s="", serial="INTEGER", blob="BLOB").split(";"):
                cursor.execute(statement)
            cursor.execute("INSERT INTO head VALUES (1, ?, 0, ?) ON CONFLICT DO NOTHING", (epoch, ZERO))

    def head(self) -> Head:
        try:
            row = self._all(_HEAD)[0]
        except OperationalError as error:
            raise NotProvisioned(self.datastore.pool.db_name) from error
        return Head(epoch=row["epoch"], position=row["position"], chain=row["chain"])

    def append(self, batch: Batch) -> None:
        with self._turn, _sqlite_errors():
            if not self._writing.in_transaction:
                self._writing.execute("BEGIN IMMEDIATE")
            try:
                self._write(batch)
                self._writing.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def begin(self, before: Head) -> None:
        with self._turn, _sqlite_errors():
            self._roll_back()
            self._writing.execute("BEGIN IMMEDIATE")
            if self._writing.execute(_HEAD).fetchone() != astuple(before):
                self._roll_back()
                raise FenceLost

    def lay(self, rows: Sequence[Row]) -> None:
        with self._turn, _sqlite_errors():
            self._insert(_INSERT_ROWS, rows)

    def abandon(self) -> None:
        with self._turn, _sqlite_errors():
            self._roll_back()

    def _roll_back(self) -> None:
        if self._writing.in_transaction:
            self._writing.execute("ROLLBACK")

    def _write(self, batch: Batch) -> None:
        if self._writing.execute(FENCE.format(s="", p="?"), fence_of(batch)).rowcount != 1:
            raise FenceLost
        self._insert(_INSERT_ROWS, batch.rows)
        self._insert(_INSERT_COMMANDS, batch.commands)
        for lane in batch.lanes:
            self._writing.execute(LANE.format(s="", p="?"), astuple(lane))

    def _insert(self, statements: Sequence[tuple[str, int]], records: Sequence[Row] | Sequence[Commanded]) -> None:
        values = [it for record in records for it in astuple(record)]
        at = 0
        for statement, most in statements:
            while len(values) - at >= most:
                self._writing.execute(statement, values[at : at + most])
                at += most

    def rows(self, after: int, limit: int) -> Sequence[Row]:
        return [row_of(it) for it in self._all(ROWS.format(s="", p="?"), (after, limit))]

    def rows_of(self, streams: Sequence[str]) -> Sequence[Row]:
        found = (it for some in batched(streams, _ASKED_AT_ONCE) for it in self._all(_among(ROWS_OF, some), some))
        return sorted(map(row_of, found), key=lambda it: it.position)

    def events_of(self, streams: Sequence[str]) -> Mapping[str, Sequence[tuple[int, str, bytes]]]:
        with self._turn, _sqlite_errors():
            return by_stream(it for some in batched(streams, _ASKED_AT_ONCE) for it in self._events_of(some))

    def _events_of(self, streams: Sequence[str]) -> Iterable[Any]:
        return self._writing.execute(_among(EVENTS_OF, streams), streams)

    def streams_named(self, beginning: str) -> Sequence[str]:
        return [it["originator_id"] for it in self._all(STREAMS.format(s="", p="?"), (f"{beginning}%",))]

    def rows_at(self, positions: Sequence[int]) -> Sequence[Row]:
        return [row_of(it) for it in self._all(_among(ROWS_AT, positions) + " ORDER BY 1", positions)]

    def lanes(self) -> dict[str, Lane]:
        return {it["source"]: Lane(**it) for it in map(dict, self._all("SELECT * FROM lane"))}

    def commanded(self, ids: Sequence[str]) -> dict[str, Commanded]:
        marks = ",".join("?" * len(ids))
        return {it["id"]: Commanded(**it) for it in map(dict, self._all(COMMANDS_BY_ID + f"({marks})", ids))}

    def forget_commands(self, before: str) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute("DELETE FROM command WHERE at < ?", (before,))

    def close(self) -> None:
        with self._turn:  # what is being committed is committed first
            self._writing.close()
        self.datastore.close()
        self._lock.close()

    def _all(self, statement: str, values: Sequence[Any] = ()) -> Sequence[Any]:
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()


def _among(statement: str, values: Sequence[Any]) -> str:
    return f"{statement.format(s='')} IN ({','.join('?' * len(values))})"


def _lock(file: Path) -> IO[bytes]:
    handle = file.with_suffix(".lock").open("ab")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.close()
        raise StoreLocked(str(file.name)) from error
    return handle
