"""Where views lie: documents, which events concern a case, how far was read. A stretch is written whole or not at all.

On SQLite they lie in a file of their own, apart from the log: losing it loses nothing, so its commits need no fsync.
"""

import sqlite3
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import psycopg
from eventsourcing.persistence import OperationalError
from psycopg_pool import ConnectionPool

from shared import arrays
from shared.addresses import with_password
from shared.arrays import BigintArray, TextArray
from shared.decider import value

_TABLES = """
CREATE TABLE IF NOT EXISTS {s}view (name {text}, key {text}, grp TEXT NOT NULL, sort {text} NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (name, key));
CREATE INDEX IF NOT EXISTS view_order ON {s}view (name, grp, sort, key);
CREATE INDEX IF NOT EXISTS view_all ON {s}view (name, sort, key);
CREATE TABLE IF NOT EXISTS {s}concerned (case_id {text}, first BIGINT, positions TEXT NOT NULL,
    PRIMARY KEY (case_id, first)){clustered};
CREATE TABLE IF NOT EXISTS {s}follower (name TEXT PRIMARY KEY, epoch TEXT NOT NULL, position BIGINT NOT NULL)
"""

# The row is moved only from where this follower left it: a second process, or a wipe meanwhile, makes it miss.
_MOVE = (
    "INSERT INTO {s}follower AS known VALUES (?,?,?) ON CONFLICT (name) DO UPDATE "
    "SET epoch=excluded.epoch, position=excluded.position WHERE known.epoch=? AND known.position=?"
)
_CHANGE = (
    "INSERT INTO {s}view {rows} ON CONFLICT (name, key) DO UPDATE "
    "SET grp=excluded.grp, sort=excluded.sort, body=excluded.body"
)

type Name = tuple[str, str]
"""A view and a key in it."""
type Place = tuple[str, int]
"""Epoch and position up to which a follower has read."""


class Document(NamedTuple):
    """A document as it is stored."""

    name: str
    key: str
    grp: str
    sort: str
    body: str


@value
class Stretch:
    """What consecutive events change; `concerned` names for each case the events among them that concern it."""

    follower: str
    before: Place
    after: Place
    changed: Sequence[Document]
    deleted: Sequence[Name]
    concerned: Mapping[str, Sequence[int]]


class Database(Protocol):
    """One transaction at a time; `?` marks parameters, `{s}` the place of the tables."""

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]: ...
    def documents(self, wanted: Sequence[Name]) -> list[Document]: ...
    def write(self, stretch: Stretch) -> bool:
        """Write all of it and move the follower on; False, and nothing is written, when it is not at `before`."""
        ...

    def execute(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None: ...
    def provision(self, reader: str) -> None:
        """Create the tables; on PostgreSQL with all rights on them for the serving role."""
        ...

    def close(self) -> None: ...


def _moved(stretch: Stretch) -> tuple[Any, ...]:
    return stretch.follower, *stretch.after, *stretch.before


def _concerned(stretch: Stretch) -> list[tuple[str, int, str]]:
    """A row for each case and stretch: a row for each event would be half of all the work of a rebuild."""
    return [(case, it[0], " ".join(map(str, it))) for case, it in sorted(stretch.concerned.items())]


_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}


@contextmanager
def passing_failures() -> Generator[None]:
    """A full disk or a database that is away, told as a failure of the store's kind: it is tried again and ends no process."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise OperationalError(error) from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _PASSING:
            raise
        raise OperationalError(error) from error


class SQLite:
    """A file of the service's own."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._lock = threading.Lock()

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock, passing_failures():
            return self._connection.execute(statement.replace("{s}", ""), values).fetchall()

    def documents(self, wanted: Sequence[Name]) -> list[Document]:
        statement = "SELECT name, key, grp, sort, body FROM view WHERE name=? AND key=?"
        with self._lock, passing_failures():
            return [Document(*it) for name in wanted for it in self._connection.execute(statement, name)]

    def write(self, stretch: Stretch) -> bool:
        with self._transaction() as connection:
            if connection.execute(_MOVE.replace("{s}", ""), _moved(stretch)).rowcount != 1:
                return False
            connection.executemany("DELETE FROM view WHERE name=? AND key=?", stretch.deleted)
            # In order, because neighbours lie on the same pages of the file.
            connection.executemany(_CHANGE.format(s="", rows="VALUES (?,?,?,?,?)"), sorted(stretch.changed))
            connection.executemany("INSERT INTO concerned VALUES (?,?,?)", _concerned(stretch))
        return True

    def execute(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
        with self._transaction() as connection:
            for statement, values in statements:
                connection.execute(statement.replace("{s}", ""), values)

    def provision(self, reader: str) -> None:
        tables = _TABLES.format(s="", text="TEXT", clustered=" WITHOUT ROWID")
        self.execute([(it, ()) for it in tables.split(";")])

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        with self._lock, passing_failures():
            self._connection.execute("BEGIN")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.rollback()  # does nothing where SQLite has done so itself, as it may on a full disk
                raise

    def close(self) -> None:
        with self._lock:  # SQLite takes the process down when its connection is closed under a reader
            self._connection.close()


_DOCUMENTS = "SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[])"
_CONCERNED = "INSERT INTO {s}concerned SELECT * FROM unnest(?::text[], ?::bigint[], ?::text[])"


class PostgreSQL:
    """A schema that the service may only fill; many rows travel as one array for each column."""

    def __init__(self, url: str, schema: str) -> None:
        self._schema = f'"{schema}".'
        self._pool = ConnectionPool(
            with_password(url), min_size=1, max_size=4, open=True, timeout=10, configure=arrays.register
        )

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._connected() as connection:
            return connection.execute(self._sql(statement), values).fetchall()

    def documents(self, wanted: Sequence[Name]) -> list[Document]:
        found = self.all(
            "SELECT name, key, grp, sort, body FROM {s}view JOIN unnest(?::text[], ?::text[]) AS wanted(name, key) "
            "USING (name, key)",
            [TextArray(name for name, _ in wanted), TextArray(key for _, key in wanted)],
        )
        return [Document(*it) for it in found]

    def write(self, stretch: Stretch) -> bool:
        with self._connected() as connection:
            connection.execute("SET LOCAL synchronous_commit = off")
            if connection.execute(self._sql(_MOVE), _moved(stretch)).rowcount != 1:
                return False
            for name in stretch.deleted:
                connection.execute(self._sql("DELETE FROM {s}view WHERE name=? AND key=?"), name)
            if stretch.changed:
                columns = [TextArray(it) for it in zip(*stretch.changed, strict=True)]
                connection.execute(self._sql(_CHANGE.replace("{rows}", _DOCUMENTS)), columns)
            if stretch.concerned:
                cases, first, positions = zip(*_concerned(stretch), strict=True)
                columns = [TextArray(cases), BigintArray(first), TextArray(positions)]
                connection.execute(self._sql(_CONCERNED), columns)
        return True

    def execute(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
        with self._connected() as connection:
            for statement, values in statements:
                connection.execute(self._sql(statement), values)

    def provision(self, reader: str) -> None:
        # By code point, so that pages are the same on both databases.
        tables = _TABLES.format(s=self._schema, text='TEXT COLLATE "C"', clustered="")
        statements = tables.split(";")
        if reader:
            names = ", ".join(f"{self._schema}{it}" for it in ("view", "concerned", "follower"))
            statements.append(f'GRANT SELECT, INSERT, UPDATE, DELETE ON {names} TO "{reader}"')
        self.execute([(it, ()) for it in statements])

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def _connected(self) -> Generator[psycopg.Connection[Any]]:
        with passing_failures(), self._pool.connection() as connection:
            yield connection

    def _sql(self, statement: str) -> bytes:
        return statement.replace("{s}", self._schema).replace("?", "%s").encode()


def database(store: str, service: str) -> Database:
    """Where a service's views lie, beside its log."""
    if store.startswith("sqlite:"):
        return SQLite(Path(store.removeprefix("sqlite:")) / f"{service}.views.sqlite")
    return PostgreSQL(store, service)


def provision(store: str, service: str, reader: str) -> None:
    """Create what is missing of a service's views."""
    target = database(store, service)
    try:
        target.provision(reader)
    finally:
        target.close()
