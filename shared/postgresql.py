"""A service's log in one PostgreSQL schema."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString, cast
from urllib.parse import unquote, urlsplit

import psycopg
from eventsourcing.persistence import DatabaseError, IntegrityError, OperationalError
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.pq import TransactionStatus
from psycopg.sql import SQL, Identifier

from shared import arrays
from shared.addresses import password_of, with_password
from shared.arrays import Array, BigintArray, ByteaArray, TextArray
from shared.formats import ZERO
from shared.recorders import (
    EVENTS_OF,
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
    by_stream,
    fence_of,
    row_of,
)
from shared.records import astuple

_BY_KEY: LiteralString = "SET enable_seqscan = off; SET jit = off"
"""Everything is read by a key. What was prepared while a table was small would else read all of it when it is large."""


class _KeyedDatastore(PostgresDatastore):
    def after_connect_func(self) -> Callable[[psycopg.Connection[Any]], None]:
        configure = super().after_connect_func()

        def after_connect(connection: psycopg.Connection[Any]) -> None:
            configure(connection)
            connection.execute(_BY_KEY)

        return after_connect


class PostgreSQLRecorder(PostgresApplicationRecorder):
    """One service's log in one schema; the serving role may insert and read events, and no more."""

    def __init__(self, url: str, schema: str) -> None:
        parts = urlsplit(url)
        datastore = _KeyedDatastore(
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
            for statement in TABLES.format(s=f'"{self._schema}".', serial="BIGINT", blob="BYTEA").split(";"):
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
            cursor.execute(self._sql("SELECT epoch, position, chain FROM {s}head WHERE one = 1 FOR UPDATE"))
            row = cursor.fetchone()
        if row is None:
            raise NotProvisioned(self._schema)
        return Head(**row)

    def append(self, batch: Batch) -> None:
        # One statement, so one message to the server, one transaction; a fence that does not fit lets nothing through.
        values = [*fence_of(batch), *_columns(batch.rows, _ROW_ARRAYS)]
        values += [*_columns(batch.lanes, _LANE_ARRAYS), *_columns(batch.commands, _COMMAND_ARRAYS)]
        try:
            fenced = self._ask(_APPEND, values)
            if fenced[0][0] != 1:
                raise FenceLost
            if self._in_transaction:
                self._tell("COMMIT")
        except BaseException:
            self.abandon()
            raise

    def begin(self, before: Head) -> None:
        self.abandon()
        self._tell("BEGIN")
        # Locked to the end: nobody else can move it, nor write rows that would stand in the way of these.
        [row] = self._ask("SELECT epoch, position, chain FROM {s}head WHERE one = 1 FOR UPDATE", ())
        if Head(epoch=row[0], position=row[1], chain=row[2]) != before:
            self.abandon()
            raise FenceLost

    def lay(self, rows: Sequence[Row]) -> None:
        self._tell(_LAY, _columns(rows, _ROW_ARRAYS))

    def abandon(self) -> None:
        if self._in_transaction:
            self._tell("ROLLBACK")

    @property
    def _in_transaction(self) -> bool:
        known = self._writing
        return known is not None and not known.closed and known.info.transaction_status != TransactionStatus.IDLE

    def rows(self, after: int, limit: int) -> Sequence[Row]:
        return [row_of(it) for it in self._all(ROWS, (after, limit), binary=True)]

    def rows_of(self, streams: Sequence[str]) -> Sequence[Row]:
        return [row_of(it) for it in self._all(ROWS_OF + "= ANY({p}) ORDER BY 1", (list(streams),), binary=True)]

    def events_of(self, streams: Sequence[str]) -> Mapping[str, Sequence[tuple[int, str, bytes]]]:
        return by_stream(self._ask(EVENTS_OF + "= ANY({p})", (TextArray(streams),)))

    def streams_named(self, beginning: str) -> Sequence[str]:
        return [it["originator_id"] for it in self._all(STREAMS, (f"{beginning}%",))]

    def rows_at(self, positions: Sequence[int]) -> Sequence[Row]:
        return [row_of(it) for it in self._all(ROWS_AT + "= ANY({p}) ORDER BY 1", (list(positions),), binary=True)]

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
        """One statement over the writer's own connection, in binary, and what it finds."""
        with self._asked(statement, values) as cursor:
            return cursor.fetchall()

    def _tell(self, statement: str, values: Sequence[Any] = ()) -> None:
        """The same for a statement that finds nothing."""
        with self._asked(statement, values):
            pass

    @contextmanager
    def _asked(self, statement: str, values: Sequence[Any]) -> Generator[psycopg.Cursor[Any]]:
        """A broken connection is made anew next time."""
        try:
            if self._writing is None or self._writing.closed:
                self._writing = self._connect()
            with self._writing.cursor(binary=True) as cursor:
                yield cursor.execute(self._sql(statement), values, prepare=True)
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
        connection.execute(_BY_KEY)
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

_LAY = "INSERT INTO {s}stored_events SELECT it.* FROM unnest({p},{p},{p},{p},{p},{p},{p}) it"
_APPEND = (
    "WITH fence AS (UPDATE {s}head SET position={p}, chain={p} WHERE one=1 AND epoch={p} AND position={p} AND chain={p} RETURNING 1), "
    "events AS (INSERT INTO {s}stored_events SELECT it.* FROM fence, unnest({p},{p},{p},{p},{p},{p},{p}) it), "
    "lanes AS (INSERT INTO {s}lane SELECT it.* FROM fence, unnest({p},{p},{p},{p}) it ON CONFLICT (source) DO UPDATE "
    "SET epoch=excluded.epoch, position=excluded.position, chain=excluded.chain), "
    "commands AS (INSERT INTO {s}command SELECT it.* FROM fence, unnest({p},{p},{p},{p}) it) "
    "SELECT count(*) FROM fence"
)


def _columns(records: Sequence[Any], kinds: Sequence[type[Array]]) -> list[Array]:
    """The fields of records, each as an array."""
    columns = zip(*map(astuple, records), strict=True) if records else [()] * len(kinds)
    return [kind(column) for kind, column in zip(kinds, columns, strict=True)]
