"""Which of several processes of a service may write: the one that has the seat. The others stand by, and read.

The seat spares people the moment in which two processes take commands; it is no proof. A process that lost it without
noticing is stopped by the fence in its own commit.
"""

from hashlib import sha256
from typing import Protocol

import psycopg
import structlog

from shared.addresses import with_password

log = structlog.get_logger()

STANDS_BY = "in Bereitschaft: ein anderer Prozess dieses Dienstes schreibt"
LOST = "der Platz des Schreibers ging verloren"


class SeatUnreachable(OSError):
    """The database cannot say who has the seat."""


class Seat(Protocol):
    """The right of one process to write."""

    def take(self) -> bool:
        """Whether this process has the seat now; blocks. `SeatUnreachable`."""
        ...

    def holds(self) -> bool:
        """Whether the seat taken is still held; blocks."""
        ...

    def close(self) -> None: ...


class OnlySeat:
    """On SQLite: a second process cannot even open the file."""

    def take(self) -> bool:
        return True

    def holds(self) -> bool:
        return True

    def close(self) -> None:
        return


class PostgreSQLSeat:
    """A session's advisory lock on a connection of its own: it ends with the process, whatever ends that."""

    def __init__(self, url: str, service: str) -> None:
        self._url = url
        self._key = int.from_bytes(sha256(f"foerderstrom/seat/{service}".encode()).digest()[:8], signed=True)
        self._connection: psycopg.Connection | None = None

    def take(self) -> bool:
        try:
            found = self._connected().execute("SELECT pg_try_advisory_lock(%s)", (self._key,)).fetchone()
        except psycopg.Error as error:
            self.close()
            raise SeatUnreachable(type(error).__name__) from error
        return bool(found and found[0])

    def holds(self) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error as error:
            log.error("seat lost", error=type(error).__name__)
            self.close()
            return False
        return True

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection:
        if self._connection is None:
            # Both ends must notice within seconds that the other is gone although nothing told them.
            self._connection = psycopg.connect(
                with_password(self._url), autocommit=True, connect_timeout=5, keepalives_idle=5, keepalives_interval=2,
                keepalives_count=3, tcp_user_timeout=10_000,
                options="-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3",
            )  # fmt: skip
        return self._connection


def seat(store: str, service: str) -> Seat:
    """The seat of a service's store."""
    return OnlySeat() if store.startswith("sqlite:") else PostgreSQLSeat(store, service)
