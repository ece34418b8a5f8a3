"""Sealed personal values: one key per person in one vault; destroying the key erases the person and leaves the history whole.

AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D); the associated data binds where the value belongs, so that a
box copied into another stream, field or person does not open. The vault is the only store that services share.
"""

import os
import sqlite3
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import msgspec
import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.addresses import with_password
from shared.formats import encode
from shared.identity import Erased, Sealed

KEEP_KEY_SECONDS = 60.0
"""How long an opened key may stay in memory: an erasure takes effect everywhere within this time."""


class Forged(Exception):
    """A sealed value that does not open where it lies: moved, altered, or sealed with another key."""


class Keys(Protocol):
    """The vault of data keys, one per person."""

    def provision(self, readers: str = "") -> None: ...
    def key(self, subject: str) -> bytes | None:
        """The person's key, or None once it was destroyed."""
        ...

    def create(self, subject: str) -> bytes:
        """The person's key, made now if there is none yet."""
        ...

    def destroy(self, subject: str) -> None:
        """Erase the person: nothing sealed for them opens again, in any store, stream, backup or export."""
        ...


class NoVault:
    """The vault of a service that is given none: it passes sealed values on and can open or seal nothing."""

    def provision(self, readers: str = "") -> None:
        return

    def key(self, subject: str) -> bytes | None:
        raise PermissionError("dieser Dienst hat keinen Schlüsselspeicher")

    def create(self, subject: str) -> bytes:
        raise PermissionError("dieser Dienst hat keinen Schlüsselspeicher")

    def destroy(self, subject: str) -> None:
        raise PermissionError("dieser Dienst hat keinen Schlüsselspeicher")


_CREATE = "CREATE TABLE IF NOT EXISTS data_key (subject TEXT PRIMARY KEY, wrapped {blob}, destroyed_at TEXT)"


class Vault:
    """A `Keys` vault over one SQL table; each data key lies wrapped under the key encryption key (KEK)."""

    def __init__(self, execute: Callable[[str, tuple[Any, ...]], list[Any]], kek: bytes, mark: str, blob: str) -> None:
        self._execute = execute
        self._kek = AESGCM(kek)
        self._mark = mark
        self._blob = blob
        self._opened: dict[str, tuple[float, bytes]] = {}

    def provision(self, readers: str = "") -> None:
        self._execute(_CREATE.format(blob=self._blob), ())
        for role in filter(None, readers.split(",")):
            self._execute(f'GRANT SELECT, INSERT, UPDATE ON data_key TO "{role}"', ())

    def _kept(self, subject: str) -> bytes | None:
        opened = self._opened.get(subject)
        return opened[1] if opened and time.monotonic() - opened[0] < KEEP_KEY_SECONDS else None

    def key(self, subject: str) -> bytes | None:
        if kept := self._kept(subject):
            return kept
        found = self._execute(self._sql("SELECT wrapped FROM data_key WHERE subject = ?"), (subject,))
        if not found or found[0][0] is None:
            self._opened.pop(subject, None)
            return None
        wrapped = bytes(found[0][0])
        key = self._kek.decrypt(wrapped[:12], wrapped[12:], subject.encode())
        self._opened[subject] = (time.monotonic(), key)
        return key

    def create(self, subject: str) -> bytes:
        if kept := self._kept(subject):
            return kept
        nonce = os.urandom(12)
        wrapped = nonce + self._kek.encrypt(nonce, AESGCM.generate_key(256), subject.encode())
        self._execute(
            self._sql("INSERT INTO data_key VALUES (?, ?, NULL) ON CONFLICT (subject) DO NOTHING"), (subject, wrapped)
        )
        key = self.key(subject)
        if key is None:
            raise Forged(f"der Schlüssel von {subject} wurde vernichtet")
        return key

    def destroy(self, subject: str) -> None:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._execute(
            self._sql("UPDATE data_key SET wrapped = NULL, destroyed_at = ? WHERE subject = ?"), (at, subject)
        )
        self._opened.pop(subject, None)

    def _sql(self, statement: str) -> str:
        return statement.replace("?", self._mark)


def vault(store: str, kek: bytes) -> Keys:
    """The vault for a setting: `sqlite:<file>` or `postgresql://…`."""
    if store.startswith("sqlite:"):
        return Vault(_sqlite(Path(store.removeprefix("sqlite:"))), kek, "?", "BLOB")
    return Vault(_postgresql(store), kek, "%s", "BYTEA")


def _sqlite(file: Path) -> Callable[[str, tuple[Any, ...]], list[Any]]:
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = threading.Lock()

    def execute(statement: str, values: tuple[Any, ...]) -> list[Any]:
        # Several services share this file: a rollback journal, not WAL (corruption before SQLite 3.51.3), and no
        # connection kept open, so that secure_delete really leaves no key behind.
        with lock, closing(sqlite3.connect(file, timeout=30)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA secure_delete=ON")
            with connection:
                return connection.execute(statement, values).fetchall()

    return execute


def _postgresql(url: str) -> Callable[[str, tuple[Any, ...]], list[Any]]:
    target = with_password(url)

    def execute(statement: str, values: tuple[Any, ...]) -> list[Any]:
        with psycopg.connect(target, connect_timeout=10) as connection:
            cursor = connection.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    return execute


def new_subject() -> str:
    """A fresh pseudonym for a person: random, so that nothing can be read from it."""
    return f"s-{uuid4().hex}"


def _associated(origin: str, stream: str, path: str, subject: str) -> bytes:
    return encode({"origin": origin, "path": path, "stream": stream, "subject": subject})


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Privacy:
    """Seals and opens one service's personal values."""

    def __init__(self, keys: Keys, origin: str) -> None:
        self.keys = keys
        self.origin = origin

    def seal(self, value: str, *, stream: str, path: str, subject: str) -> Sealed:
        """A personal value for one field of one stream, under its person's key."""
        nonce = os.urandom(12)
        associated = _associated(self.origin, stream, path, subject)
        box = AESGCM(self.keys.create(subject)).encrypt(nonce, encode(value), associated)
        return Sealed(origin=self.origin, stream=stream, path=path, subject=subject, nonce=_text(nonce), box=_text(box))

    def open(self, it: Sealed) -> str | Erased:
        """The value, or `Erased` when its person's key is gone; `Forged` when the box is not what it says."""
        key = self.keys.key(it.subject)
        if key is None:
            return Erased(subject=it.subject)
        try:
            plain = AESGCM(key).decrypt(
                _bytes(it.nonce), _bytes(it.box), _associated(it.origin, it.stream, it.path, it.subject)
            )
        except (InvalidTag, ValueError) as error:
            raise Forged(f"{it.stream} {it.path}") from error
        return msgspec.json.decode(plain, type=str)
