"""The tables of a service, on SQLite and PostgreSQL: the library's recorders with explicit positions and a fence.

Three differences from the stock recorders, each for a reason: positions are assigned by the writer, not by the database
(a sequence burns numbers at every conflict, and a hole could hide a removal); no table lock is taken, because one
fence row `head` is locked and compared in every commit; tables are created by `provision` alone, so that the role that
serves can do no more than insert and read events.
"""

import contextlib
import fcntl
import sqlite3
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, LiteralString, Protocol, cast
from urllib.parse import quote, unquote, urlsplit

import psycopg
from eventsourcing.persistence import DatabaseError, IntegrityError, OperationalError, ProgrammingError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteConnection, SQLiteConnectionPool, SQLiteDatastore
from psycopg.sql import SQL, Identifier

from shared import arrays
from shared.arrays import Array, BigintArray, ByteaArray, TextArray
from shared.formats import ZERO
from shared.records import astuple, value


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
    def rows(self, after: int, limit: int) -> Sequence[Row]: ...
    def rows_of(self, stream: str) -> Sequence[Row]: ...
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


_TABLES = """
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

_ROWS = (
    "SELECT notification_id, originator_id, originator_version, topic, state, header, chain FROM {s}stored_events "
    "WHERE notification_id > {p} ORDER BY notification_id LIMIT {p}"
)
_ROWS_OF = (
    "SELECT notification_id, originator_id, originator_version, topic, state, header, chain FROM {s}stored_events "
    "WHERE originator_id = {p} ORDER BY originator_version"
)
_EVENTS_OF = "SELECT originator_id, originator_version, topic, state FROM {s}stored_events WHERE originator_id "
_STREAMS = "SELECT DISTINCT originator_id FROM {s}stored_events WHERE originator_id LIKE {p}"
_ROWS_AT = (
    "SELECT notification_id, originator_id, originator_version, topic, state, header, chain FROM {s}stored_events "
    "WHERE notification_id "
)
_LANE = (
    "INSERT INTO {s}lane VALUES ({p},{p},{p},{p}) ON CONFLICT (source) DO UPDATE "
    "SET epoch=excluded.epoch, position=excluded.position, chain=excluded.chain"
)
_COMMANDS_BY_ID = "SELECT * FROM command WHERE id IN "
_FENCE = "UPDATE {s}head SET position={p}, chain={p} WHERE epoch={p} AND position={p} AND chain={p}"


def _row(it: Any) -> Row:
    return Row(
        position=it["notification_id"],
        stream=it["originator_id"],
        version=it["originator_version"],
        topic=it["topic"],
        state=bytes(it["state"]),
        header=bytes(it["header"]),
        chain=it["chain"],
    )


def _by_stream(found: Iterable[Any]) -> Mapping[str, Sequence[tuple[int, str, bytes]]]:
    streams: defaultdict[str, list[tuple[int, str, bytes]]] = defaultdict(list)
    for stream, version, topic, state in found:
        streams[stream].append((version, topic, state))
    for events in streams.values():
        events.sort()  # cheaper here than a sort in the database that is asked for every group
    return streams


def _fence(batch: Batch) -> tuple[int, str, str, int, str]:
    before, after = batch.before, batch.after
    return after.position, after.chain, before.epoch, before.position, before.chain


# ---- SQLite --------------------------------------------------------------------------------------------------------


def _durable(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    if connection.execute("PRAGMA synchronous").fetchone()[0] != 2:
        raise ProgrammingError("SQLite schreibt nicht mit synchronous=FULL")
    return connection


class _DurablePool(SQLiteConnectionPool):
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


_INSERT = "INSERT INTO {table} VALUES {values} {otherwise}"


def _insert_some(table: str, fields: int, otherwise: str = "") -> Sequence[tuple[str, int]]:
    """Statements for 64, 16, 4 and one record, with the number of values each takes.

    One statement for many records gives the interpreter away once, not once for each; few lengths stay prepared.
    """
    marks = f"({','.join('?' * fields)})"
    return [
        (_INSERT.format(table=table, values=",".join([marks] * records), otherwise=otherwise), fields * records)
        for records in (64, 16, 4, 1)
    ]


_INSERT_ROWS = _insert_some("stored_events", 7)
_INSERT_COMMANDS = _insert_some("command", 4, "ON CONFLICT (id) DO NOTHING")


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

    def provision(self, epoch: str, reader: str) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            for statement in _TABLES.format(s="", serial="INTEGER", blob="BLOB").split(";"):
                cursor.execute(statement)
            cursor.execute("INSERT INTO head VALUES (1, ?, 0, ?) ON CONFLICT DO NOTHING", (epoch, ZERO))

    def head(self) -> Head:
        try:
            row = self._all("SELECT epoch, position, chain FROM head")[0]
        except OperationalError as error:
            raise NotProvisioned(self.datastore.pool.db_name) from error
        return Head(epoch=row["epoch"], position=row["position"], chain=row["chain"])

    def append(self, batch: Batch) -> None:
        with _sqlite_errors():
            self._writing.execute("BEGIN IMMEDIATE")
            try:
                self._write(batch)
                self._writing.execute("COMMIT")
            except BaseException:
                if self._writing.in_transaction:
                    self._writing.execute("ROLLBACK")
                raise

    def _write(self, batch: Batch) -> None:
        if self._writing.execute(_FENCE.format(s="", p="?"), _fence(batch)).rowcount != 1:
            raise FenceLost
        for statements, records in ((_INSERT_ROWS, batch.rows), (_INSERT_COMMANDS, batch.commands)):
            values = [it for record in records for it in astuple(record)]
            at = 0
            for statement, most in statements:
                while len(values) - at >= most:
                    self._writing.execute(statement, values[at : at + most])
                    at += most
        for lane in batch.lanes:
            self._writing.execute(_LANE.format(s="", p="?"), astuple(lane))

    def rows(self, after: int, limit: int) -> Sequence[Row]:
        return [_row(it) for it in self._all(_ROWS.format(s="", p="?"), (after, limit))]

    def rows_of(self, stream: str) -> Sequence[Row]:
        return [_row(it) for it in self._all(_ROWS_OF.format(s="", p="?"), (stream,))]

    def events_of(self, streams: Sequence[str]) -> Mapping[str, Sequence[tuple[int, str, bytes]]]:
        with _sqlite_errors():
            marks = ",".join("?" * len(streams))
            return _by_stream(self._writing.execute(_EVENTS_OF.format(s="") + f"IN ({marks})", streams))

    def streams_named(self, beginning: str) -> Sequence[str]:
        return [it["originator_id"] for it in self._all(_STREAMS.format(s="", p="?"), (f"{beginning}%",))]

    def rows_at(self, positions: Sequence[int]) -> Sequence[Row]:
        marks = ",".join("?" * len(positions))
        return [_row(it) for it in self._all(_ROWS_AT.format(s="") + f"IN ({marks}) ORDER BY 1", positions)]

    def lanes(self) -> dict[str, Lane]:
        return {it["source"]: Lane(**it) for it in map(dict, self._all("SELECT * FROM lane"))}

    def commanded(self, ids: Sequence[str]) -> dict[str, Commanded]:
        marks = ",".join("?" * len(ids))
        return {it["id"]: Commanded(**it) for it in map(dict, self._all(_COMMANDS_BY_ID + f"({marks})", ids))}

    def forget_commands(self, before: str) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute("DELETE FROM command WHERE at < ?", (before,))

    def close(self) -> None:
        self._writing.close()
        self.datastore.close()
        self._lock.close()

    def _all(self, statement: str, values: Sequence[Any] = ()) -> Sequence[Any]:
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()


def _lock(file: Path) -> IO[bytes]:
    handle = file.with_suffix(".lock").open("ab")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.close()
        raise StoreLocked(str(file.name)) from error
    return handle


# ---- PostgreSQL ----------------------------------------------------------------------------------------------------


class PostgreSQLRecorder(PostgresApplicationRecorder):
    """One service's log in one schema; the serving role may insert and read events, and no more."""

    def __init__(self, url: str, schema: str) -> None:
        parts = urlsplit(url)
        datastore = PostgresDatastore(
            dbname=parts.path.lstrip("/"),
            host=parts.hostname or "",
            port=parts.port or 5432,
            user=unquote(parts.username or ""),
            password=password_of(unquote(parts.password or "")),
            pool_size=2,
            max_overflow=6,
            max_waiting=64,
            connect_timeout=10,
            idle_in_transaction_session_timeout=30,
            schema=schema,
            originator_id_type="text",
        )
        # Never the library's composite type or functions: they need rights that a service does not have.
        datastore.register_type_adapters = lambda: None
        super().__init__(datastore)
        self._schema = schema
        self._statements: dict[str, bytes] = {}
        self._url = with_password(url)
        self._writing: psycopg.Connection[Any] | None = None

    def provision(self, epoch: str, reader: str) -> None:
        name = Identifier(self._schema)
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
            for statement in _TABLES.format(s=f'"{self._schema}".', serial="BIGINT", blob="BYTEA").split(";"):
                cursor.execute(cast(LiteralString, statement))
            cursor.execute(
                SQL("INSERT INTO {}.head VALUES (1, %s, 0, %s) ON CONFLICT DO NOTHING").format(name), (epoch, ZERO)
            )
            if reader:
                self._grant(cursor, Identifier(reader), name)

    def _grant(self, cursor: Any, role: Identifier, schema: Identifier) -> None:
        for statement in (
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
            "GRANT SELECT, INSERT ON {schema}.stored_events TO {role}",
            "GRANT SELECT, UPDATE ON {schema}.head TO {role}",
            "GRANT SELECT, INSERT, UPDATE ON {schema}.lane TO {role}",
            "GRANT SELECT, INSERT, DELETE ON {schema}.command TO {role}",
        ):
            cursor.execute(SQL(cast(LiteralString, statement)).format(schema=schema, role=role))

    def head(self) -> Head:
        with self.datastore.transaction(commit=True) as cursor:
            # The lock waits for a commit whose answer was lost: without it, "not there" could still become "there".
            cursor.execute(self._sql("SELECT epoch, position, chain FROM {s}head FOR UPDATE"))
            row = cursor.fetchone()
        if row is None:
            raise NotProvisioned(self._schema)
        return Head(**row)

    def append(self, batch: Batch) -> None:
        # One statement, so one message to the server, one transaction; a fence that does not fit lets nothing through.
        values = [*_fence(batch), *_columns(batch.rows, _ROW_ARRAYS)]
        values += [*_columns(batch.lanes, _LANE_ARRAYS), *_columns(batch.commands, _COMMAND_ARRAYS)]
        fenced = self._ask(_APPEND, values)
        if fenced[0][0] != 1:
            raise FenceLost

    def rows(self, after: int, limit: int) -> Sequence[Row]:
        return [_row(it) for it in self._all(_ROWS, (after, limit), binary=True)]

    def rows_of(self, stream: str) -> Sequence[Row]:
        return [_row(it) for it in self._all(_ROWS_OF, (stream,), binary=True)]

    def events_of(self, streams: Sequence[str]) -> Mapping[str, Sequence[tuple[int, str, bytes]]]:
        return _by_stream(self._ask(_EVENTS_OF + "= ANY({p})", (TextArray(streams),)))

    def streams_named(self, beginning: str) -> Sequence[str]:
        return [it["originator_id"] for it in self._all(_STREAMS, (f"{beginning}%",))]

    def rows_at(self, positions: Sequence[int]) -> Sequence[Row]:
        return [_row(it) for it in self._all(_ROWS_AT + "= ANY({p}) ORDER BY 1", (list(positions),), binary=True)]

    def lanes(self) -> dict[str, Lane]:
        return {it["source"]: Lane(**it) for it in self._all("SELECT * FROM {s}lane")}

    def commanded(self, ids: Sequence[str]) -> dict[str, Commanded]:
        found = self._all("SELECT id, body_hash, outcome, at FROM {s}command WHERE id = ANY({p})", (list(ids),))
        return {
            it["id"]: Commanded(id=it["id"], body_hash=it["body_hash"], outcome=bytes(it["outcome"]), at=it["at"])
            for it in found
        }

    def forget_commands(self, before: str) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(self._sql("DELETE FROM {s}command WHERE at < {p}"), (before,))

    def close(self) -> None:
        if self._writing is not None:
            self._writing.close()
        self.datastore.close()

    def _ask(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """One statement over the writer's own connection, in binary; a broken connection is made anew next time."""
        try:
            if self._writing is None or self._writing.closed:
                self._writing = self._connect()
            with self._writing.cursor(binary=True) as cursor:
                return cursor.execute(self._sql(statement), values, prepare=True).fetchall()
        except psycopg.IntegrityError as error:
            raise IntegrityError(error) from error
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if self._writing is not None:
                self._writing.close()
            raise OperationalError(error) from error
        except psycopg.Error as error:
            raise DatabaseError(error) from error

    def _connect(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(self._url, autocommit=True, connect_timeout=10)
        arrays.register(connection)
        return connection

    def _sql(self, statement: str) -> bytes:
        if (known := self._statements.get(statement)) is not None:
            return known
        composed = SQL(cast(LiteralString, statement)).format(
            s=SQL("{}.").format(Identifier(self._schema)), p=SQL("%s")
        )
        return self._statements.setdefault(statement, composed.as_bytes())

    def _all(self, statement: str, values: Sequence[Any] = (), *, binary: bool = False) -> Sequence[Any]:
        with self.datastore.get_connection() as connection, connection.cursor(binary=binary) as cursor:
            cursor.execute(self._sql(statement), values, prepare=True)
            return cursor.fetchall()


_ROW_ARRAYS = (BigintArray, TextArray, BigintArray, TextArray, ByteaArray, ByteaArray, TextArray)
_LANE_ARRAYS = (TextArray, TextArray, BigintArray, TextArray)
_COMMAND_ARRAYS = (TextArray, TextArray, ByteaArray, TextArray)

_APPEND = (
    "WITH fence AS (UPDATE {s}head SET position={p}, chain={p} WHERE epoch={p} AND position={p} AND chain={p} RETURNING 1), "
    "events AS (INSERT INTO {s}stored_events SELECT it.* FROM fence, unnest({p},{p},{p},{p},{p},{p},{p}) it), "
    "lanes AS (INSERT INTO {s}lane SELECT it.* FROM fence, unnest({p},{p},{p},{p}) it ON CONFLICT (source) DO UPDATE "
    "SET epoch=excluded.epoch, position=excluded.position, chain=excluded.chain), "
    "commands AS (INSERT INTO {s}command SELECT it.* FROM fence, unnest({p},{p},{p},{p}) it ON CONFLICT (id) DO NOTHING) "
    "SELECT count(*) FROM fence"
)


def _columns(records: Sequence[Any], kinds: Sequence[type[Array]]) -> list[Array]:
    """The fields of records, each as an array."""
    columns = zip(*map(astuple, records), strict=True) if records else [()] * len(kinds)
    return [kind(column) for kind, column in zip(kinds, columns, strict=True)]


def password_of(text: str) -> str:
    """A password may be given as `file:<path>`, so that no secret stands in an environment."""
    return Path(text.removeprefix("file:")).read_text().strip() if text.startswith("file:") else text


def with_password(url: str) -> str:
    """A PostgreSQL URL whose password was read from its file, for psycopg."""
    parts = urlsplit(url)
    user, password = quote(unquote(parts.username or "")), quote(password_of(unquote(parts.password or "")), safe="")
    return parts._replace(netloc=f"{user}:{password}@{parts.hostname}:{parts.port or 5432}").geturl()


def recorder(store: str, service: str) -> Recorder:
    """The recorder for a setting: `sqlite:<directory>` or `postgresql://user:password@host:port/database`."""
    if store.startswith("sqlite:"):
        return SQLiteRecorder(Path(store.removeprefix("sqlite:")) / f"{service}.sqlite")
    return PostgreSQLRecorder(store, service)
