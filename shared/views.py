"""Views: documents in two disposable tables, made only from the service's own log, rebuilt from it at any time.

On SQLite they lie in a file of their own, apart from the log: losing it loses nothing, so its commits need no fsync.
"""

import sqlite3
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec
import psycopg
from eventsourcing.persistence import OperationalError
from psycopg_pool import ConnectionPool

from shared.decider import value
from shared.recorders import Row, with_password
from shared.store import Recorded

type Body = dict[str, Any]

_TABLES = """
CREATE TABLE IF NOT EXISTS {s}view (name TEXT, key {text}, grp TEXT NOT NULL, sort {text} NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (name, key));
CREATE INDEX IF NOT EXISTS view_order ON {s}view (name, grp, sort, key);
CREATE INDEX IF NOT EXISTS view_all ON {s}view (name, sort, key);
CREATE TABLE IF NOT EXISTS {s}follower (name TEXT PRIMARY KEY, epoch TEXT NOT NULL, position BIGINT NOT NULL)
"""


@value
class Entry:
    """One document of a view: `grp` is what it is filtered by, `sort` what it is ordered by."""

    key: str
    grp: str
    sort: str
    body: Body


@value
class Page:
    """Some entries in order, and the cursor of the next page (empty at the end)."""

    entries: Sequence[Entry]
    next: str


class Database(Protocol):
    """Statements in one transaction at a time; `?` marks parameters."""

    prefix: str
    text: str
    """The text type that orders by code point, so that pages are the same on both databases."""

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]: ...
    def write(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None: ...
    def close(self) -> None: ...


_PASSING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN}


@contextmanager
def _told_as_ours() -> Generator[None]:
    """A full disk or a database that is away is a failure of the store's kind: tried again, and no end of the process."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise OperationalError(str(error)) from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _PASSING:
            raise
        raise OperationalError(str(error)) from error


class _SQLite:
    prefix = ""
    text = "TEXT"

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._lock = threading.Lock()

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock, _told_as_ours():
            return self._connection.execute(statement, values).fetchall()

    def write(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
        with self._lock, _told_as_ours():
            self._connection.execute("BEGIN")
            try:
                for statement, values in statements:
                    self._connection.execute(statement, values)
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.rollback()  # does nothing where SQLite itself has rolled back, as on a full disk
                raise

    def close(self) -> None:
        self._connection.close()


class _PostgreSQL:
    text = 'TEXT COLLATE "C"'

    def __init__(self, url: str, schema: str) -> None:
        self.prefix = f'"{schema}".'
        self._pool = ConnectionPool(with_password(url), min_size=1, max_size=4, open=True, timeout=10)

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with _told_as_ours(), self._pool.connection() as connection:
            return connection.execute(statement.replace("?", "%s").encode(), values).fetchall()

    def write(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
        with _told_as_ours(), self._pool.connection() as connection:
            connection.execute("SET LOCAL synchronous_commit = off")
            for statement, values in statements:
                connection.execute(statement.replace("?", "%s").encode(), values)

    def close(self) -> None:
        self._pool.close()


def database(store: str, service: str) -> Database:
    """Where a service's views lie, beside its log."""
    if store.startswith("sqlite:"):
        return _SQLite(Path(store.removeprefix("sqlite:")) / f"{service}.views.sqlite")
    return _PostgreSQL(store, service)


def provision(store: str, service: str, reader: str) -> None:
    """Create the tables of the views; on PostgreSQL with all rights on them for the serving role."""
    target = database(store, service)
    try:
        statements = [it for it in _TABLES.format(s=target.prefix, text=target.text).split(";") if it.strip()]
        if reader:
            statements += [
                f'GRANT SELECT, INSERT, UPDATE, DELETE ON {target.prefix}view, {target.prefix}follower TO "{reader}"'
            ]
        target.write([(it, ()) for it in statements])
    finally:
        target.close()


class Draft:
    """The changes of one stretch of the log, read through as they grow."""

    def __init__(self, views: "Views") -> None:
        self._views = views
        self.changed: dict[tuple[str, str], Entry | None] = {}

    def get(self, view: str, key: str) -> Body | None:
        """A document's body as of the events so far: a copy to change and put back."""
        if (view, key) in self.changed:
            entry = self.changed[view, key]
        else:
            entry = self._views.get(view, key)
        return dict(entry.body) if entry else None

    def put(self, view: str, key: str, body: Body, *, grp: str = "", sort: str = "") -> None:
        self.changed[view, key] = Entry(key=key, grp=grp, sort=sort or key, body=body)

    def delete(self, view: str, key: str) -> None:
        self.changed[view, key] = None


class Projection(Protocol):
    """How events become views: a pure translation, no rules."""

    def __call__(self, it: Recorded, row: Row, draft: Draft) -> None: ...


_FIND = "SELECT key, grp, sort, body FROM {s}view"
_UPSERT = (
    "INSERT INTO {s}view VALUES (?,?,?,?,?) ON CONFLICT (name, key) DO UPDATE "
    "SET grp=excluded.grp, sort=excluded.sort, body=excluded.body"
)
_FOLLOW = (
    "INSERT INTO {s}follower VALUES (?,?,?) ON CONFLICT (name) DO UPDATE "
    "SET epoch=excluded.epoch, position=excluded.position"
)


class Views:
    """The views of one service."""

    def __init__(self, target: Database) -> None:
        self._database = target

    def position(self, follower: str) -> tuple[str, int]:
        """Epoch and position up to which a follower has read."""
        found = self._database.all(self._sql("SELECT epoch, position FROM {s}follower WHERE name=?"), (follower,))
        return (str(found[0][0]), int(found[0][1])) if found else ("", 0)

    def apply(self, follower: str, epoch: str, position: int, draft: Draft) -> None:
        """Write a stretch's changes and the follower's position in one transaction."""
        statements: list[tuple[str, Sequence[Any]]] = []
        for (view, key), entry in draft.changed.items():
            if entry is None:
                statements.append((self._sql("DELETE FROM {s}view WHERE name=? AND key=?"), (view, key)))
            else:
                body = msgspec.json.encode(entry.body).decode()
                statements.append((self._sql(_UPSERT), (view, key, entry.grp, entry.sort, body)))
        statements.append((self._sql(_FOLLOW), (follower, epoch, position)))
        self._database.write(statements)

    def wipe(self) -> None:
        """Forget all views; the follower makes them again from the log."""
        self._database.write([(self._sql("DELETE FROM {s}view"), ()), (self._sql("DELETE FROM {s}follower"), ())])

    def get(self, view: str, key: str) -> Entry | None:
        found = self._database.all(self._sql(_FIND + " WHERE name=? AND key=?"), (view, key))
        return _entry(found[0]) if found else None

    def find(
        self, view: str, *, grp: str | None = None, after: str = "", limit: int = 50, newest_first: bool = False
    ) -> Page:
        """A page of a view in order; `after` is the cursor that the page before it gave."""
        order, sign = ("DESC", "<") if newest_first else ("ASC", ">")
        where, values = "name=?", [view]
        if grp is not None:
            where, values = where + " AND grp=?", [*values, grp]
        if after:
            sort, _, key = after.partition("\x1f")
            where += f" AND (sort {sign} ? OR (sort = ? AND key {sign} ?))"
            values += [sort, sort, key]
        statement = _FIND + f" WHERE {where} ORDER BY sort {order}, key {order} LIMIT ?"
        found = [_entry(it) for it in self._database.all(self._sql(statement), [*values, limit + 1])]
        more = len(found) > limit
        entries = found[:limit]
        return Page(entries=entries, next=f"{entries[-1].sort}\x1f{entries[-1].key}" if more else "")

    def count(self, view: str, grp: str | None = None) -> int:
        statement, values = "SELECT count(*) FROM {s}view WHERE name=?", [view]
        if grp is not None:
            statement, values = statement + " AND grp=?", [view, grp]
        return int(self._database.all(self._sql(statement), values)[0][0])

    def close(self) -> None:
        self._database.close()

    def _sql(self, statement: str) -> str:
        return statement.replace("{s}", self._database.prefix)


def _entry(it: Any) -> Entry:
    return Entry(key=it[0], grp=it[1], sort=it[2], body=msgspec.json.decode(it[3]))
