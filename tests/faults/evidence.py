"""What lies in stores, streams and the treasury's folder, read without any code of the house: SQL, NATS, files.

Formats as in docs/formats.md, implemented a second time.
"""

import asyncio
import json
import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nats
import psycopg
from nats.js.errors import NotFoundError

SERVICES = ("intake", "review", "payout")
_ROWS = (
    "SELECT notification_id, originator_id, originator_version, topic, state, header, chain "
    "FROM {}stored_events ORDER BY notification_id"
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One stored event as it lies in its table, and what its bytes say."""

    position: int
    stream: str
    version: int
    topic: str
    state: bytes
    header: bytes
    chain: str
    context: Mapping[str, Any]
    facts: Mapping[str, Any]
    leaf: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The topic without its version."""
        return self.topic.rpartition(".v")[0]

    @property
    def origin(self) -> str:
        """How other events name this one as their cause."""
        return f"{self.leaf['service']}/{self.leaf['epoch']}/{self.position}"


@dataclass(frozen=True, kw_only=True)
class Log:
    """One service's store."""

    rows: Sequence[Row]
    head: tuple[str, int, str]
    lanes: Mapping[str, tuple[str, int, str]]
    commands: Mapping[str, Mapping[str, Any]]
    """Outcome by request."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One message of a stream of the house."""

    headers: Mapping[str, str]
    body: bytes

    def number(self, name: str) -> int:
        return int(self.headers[f"Foerderstrom-{name}"])


@dataclass(frozen=True, kw_only=True)
class Order:
    """One payment in a file that the treasury holds."""

    file: str
    file_sha256: str
    reference: str
    cents: int


@dataclass(frozen=True, kw_only=True)
class Booking:
    """One debit in the treasury's own book."""

    reference: str
    cents: int
    state: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """All that there is to judge."""

    logs: Mapping[str, Log]
    streams: Mapping[str, Sequence[Sent]]
    history: Sequence[Mapping[str, Any]]
    orders: Sequence[Order] = ()
    bookings: Sequence[Booking] = ()
    missing: Sequence[str] = field(default_factory=list[str])
    """Streams that are not there."""


def gather(store: str, nats_url: str, history: Path, treasury: Path) -> Case:
    """Read everything; the house may run or lie still."""
    streams, missing = _in_a_loop(_streams(nats_url))
    return Case(
        logs={it: log_of(store, it) for it in SERVICES},
        streams=streams,
        history=[json.loads(line) for line in history.read_text().splitlines()] if history.exists() else [],
        orders=_orders(treasury),
        bookings=_bookings(treasury / "book" / "book.sqlite"),
        missing=missing,
    )


# ---- Stores ---------------------------------------------------------------------------------------------------------


def log_of(store: str, service: str) -> Log:
    """One service's store as it lies there."""
    if store.startswith("sqlite:"):
        connection: Any = sqlite3.connect(f"file:{store.removeprefix('sqlite:')}/{service}.sqlite?mode=ro", uri=True)
        schema = ""
    else:
        connection, schema = psycopg.connect(store), f'"{service}".'
    try:

        def select(statement: str) -> list[tuple[Any, ...]]:
            return connection.execute(statement.format(schema)).fetchall()

        [head] = select("SELECT epoch, position, chain FROM {}head")
        return Log(
            rows=[_row(*it) for it in select(_ROWS)],
            head=head,
            lanes={it[0]: it[1:] for it in select("SELECT source, epoch, position, chain FROM {}lane")},
            commands={it[0]: json.loads(bytes(it[1])) for it in select("SELECT id, outcome FROM {}command")},
        )
    finally:
        connection.close()


def _row(position: int, stream: str, version: int, topic: str, state: Any, header: Any, chain: str) -> Row:
    stored, leaf = json.loads(bytes(state)), json.loads(bytes(header))
    return Row(
        position=position, stream=stream, version=version, topic=topic, state=bytes(state), header=bytes(header),
        chain=chain, context=stored["context"], facts=stored["facts"], leaf=leaf,
    )  # fmt: skip


# ---- Streams --------------------------------------------------------------------------------------------------------


def _in_a_loop(work: Any) -> Any:
    """Run a coroutine to its end, whatever runs in this thread."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, work).result()


async def _streams(url: str) -> tuple[dict[str, list[Sent]], list[str]]:
    connection = await nats.connect(url)
    jetstream, missing = connection.jetstream(timeout=10), list[str]()
    found: dict[str, list[Sent]] = {}
    for service in SERVICES:
        for kind in ("LANE", "LEDGER"):
            name = f"{kind}_{service.upper()}"
            try:
                state = (await jetstream.stream_info(name)).state
            except NotFoundError:
                missing.append(name)
                continue
            messages = [
                await _message(jetstream, name, it) for it in range(max(1, state.first_seq), state.last_seq + 1)
            ]
            found[name] = [it for it in messages if it]
    await connection.close()
    return found, missing


async def _message(jetstream: Any, name: str, sequence: int) -> Sent | None:
    try:
        it = await jetstream.get_msg(name, seq=sequence)
    except NotFoundError:
        return None
    return Sent(headers=it.headers, body=it.data) if it.headers and "Foerderstrom-Frame" in it.headers else None


# ---- The treasury ---------------------------------------------------------------------------------------------------


def _orders(treasury: Path) -> list[Order]:
    found: list[Order] = []
    for folder in ("to-treasury", "received"):
        for file in sorted((treasury / folder).glob("*.xml")):
            raw = file.read_bytes()
            for it in ElementTree.fromstring(raw).iterfind(".//{*}CdtTrfTxInf"):
                amount, reference = it.find(".//{*}InstdAmt"), it.find(".//{*}EndToEndId")
                assert amount is not None
                assert reference is not None
                whole, _, part = str(amount.text).partition(".")
                found.append(
                    Order(
                        file=file.name,
                        file_sha256=sha256(raw).hexdigest(),
                        reference=str(reference.text),
                        cents=int(whole) * 100 + int(f"{part:0<2}"),
                    )
                )
    return found


def _bookings(book: Path) -> list[Booking]:
    if not book.exists():
        return []
    with sqlite3.connect(f"file:{book}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT reference, amount_cents, state FROM payment").fetchall()
    connection.close()
    return [Booking(reference=it[0], cents=it[1], state=it[2]) for it in rows]
