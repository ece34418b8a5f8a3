"""The library as its users use it: an aggregate with `@event`, an Application with its stock PostgreSQL recorder, `save`.

Its blocking calls run in threads, as a web framework would run them. It is given what makes it fastest here: an
aggregate that the client already has, so that nothing is loaded; connections that are not tried before each use; and
as many threads as do it good (`THREADS`): more only wait for the table's lock, which a save takes.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from tests.benchmarks.content import DAY, REASONS
from tests.benchmarks.process import Place
from tests.benchmarks.running import CLIENTS, Asked, Figures, together

THREADS = 2


class Assessment(Aggregate):
    """The events that our side appends, as the library's own: the same content, the context beside it."""

    class Opined(Aggregate.Event):
        opinion: str
        reasons: str
        conditions: list[str]
        recorded_by: str
        recorded_on: str
        actor: str
        role: str
        correlation: str
        trace: str

    @event(Opined)
    def opine(
        self, opinion: str, reasons: str, conditions: list[str], recorded_by: str, recorded_on: str,
        actor: str, role: str, correlation: str, trace: str,
    ) -> None:  # fmt: skip
        self.reasons = reasons


def environment(place: Place) -> dict[str, str]:
    """The library's settings; its defaults but for the pool, which gets a connection for every thread."""
    parts = urlsplit(place.store)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.lstrip("/"),
        "POSTGRES_HOST": parts.hostname or "",
        "POSTGRES_PORT": str(parts.port),
        "POSTGRES_USER": parts.username or "",
        "POSTGRES_PASSWORD": "trust",
        "POSTGRES_POOL_SIZE": str(THREADS),
        "POSTGRES_PRE_PING": "n",
    }


async def append(place: Place, asked: Asked) -> Figures:
    """Clients that each save one event at a time to an aggregate of their own."""
    application = Application[UUID](env=environment(place))
    aggregates = [Assessment() for _ in range(CLIENTS)]
    application.save(*aggregates)
    threads, loop = ThreadPoolExecutor(THREADS), asyncio.get_running_loop()
    said = {"opinion": "positive", "conditions": list[str](), "recorded_by": "p-expert", "recorded_on": DAY}
    context = {"actor": "p-expert", "role": "expert", "trace": f"00-{'0' * 31}1-{'0' * 15}1-00"}

    def save(number: int) -> None:
        it = aggregates[number]
        content: dict[str, Any] = said | context
        it.opine(**content, reasons=f"{REASONS} ({it.version})", correlation=it.id.hex)
        application.save(it)

    async def act(number: int) -> None:
        await loop.run_in_executor(threads, save, number)

    try:
        found = await together(act, replace(asked, folder=None))
        return {**found, "bytes": _event_bytes(application, aggregates[0])}
    finally:
        threads.shutdown()
        application.close()


def _event_bytes(application: Application[UUID], it: Aggregate) -> int:
    return len(application.mapper.to_stored_event(next(iter(application.events.get(it.id, desc=True, limit=1)))).state)
