"""A service on stock parts: one worker thread for the library, one handler call per message, one publish per event."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_OID, UUID, uuid5

import psycopg
from eventsourcing.application import ProcessingEvent
from eventsourcing.persistence import IntegrityError, Notification, Tracking
from eventsourcing.projection import EventSourcedProjection
from eventsourcing.utils import get_topic
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from nats.js.api import ConsumerConfig
from psycopg import sql

from tests.benchmarks.conversation import People, Tally

type Body = dict[str, Any]

SETTINGS = {
    "AGGREGATE_CACHE_MAXSIZE": "20000",
    "AGGREGATE_CACHE_FASTFORWARD": "n",  # only this process writes
    "DEEPCOPY_FROM_AGGREGATE_CACHE": "n",
}

PUBLISHED_WITHIN = 30.0


def named(kind: str, name: object) -> UUID:
    """The id of an aggregate that is known by a name."""
    return uuid5(NAMESPACE_OID, f"{kind}/{name}")


class StockService(EventSourcedProjection[UUID]):
    """An application that follows others; `public` says how an event is told, `handled` what is heard from whom."""

    service: str
    handled: Mapping[str, Sequence[str]]

    @abstractmethod
    def public(self) -> Mapping[type[Any], Callable[[Any], tuple[str, str, Body]]]:
        """Event class → contract name, case, body."""

    @abstractmethod
    def hear(self, contract: str, case: str, body: Body) -> Sequence[Any]:
        """What a contract changes: the aggregates to record."""

    @abstractmethod
    def paid_cents(self) -> int: ...

    def policy(self, domain_event: Any, processing_event: ProcessingEvent[UUID]) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]  (the library dispatches on the class, here every event is one)
        processing_event.collect_events(*self.hear(*domain_event))

    def follow(self, source: str, position: int, contract: str, case: str, body: Body) -> None:
        """Record what a message changes together with its position; a message heard before changes nothing."""
        heard: Any = (contract, case, body)
        try:
            self.process_event(heard, Tracking(source, position))
        except IntegrityError:
            if not self.recorder.has_tracking_id(source, position):
                raise


class StockParty:
    """One stock service, running."""

    def __init__(self, application: StockService, url: str, people: People) -> None:
        self._application = application
        self._people = people
        self._thread = ThreadPoolExecutor(1)
        self._saved = asyncio.Event()
        self._broker = NatsBroker(url, logger=None)
        self._public = application.public()
        for source, contracts in application.handled.items():
            self._subscribe(source, contracts)

    def _subscribe(self, source: str, contracts: Sequence[str]) -> None:
        @self._broker.subscriber(
            f"{source}.>",
            stream=JStream(f"STOCK_{source.upper()}", subjects=[f"{source}.>"]),
            durable=self._application.service,
            pull_sub=PullSub(),
            config=ConsumerConfig(filter_subjects=list(contracts), max_ack_pending=1),
            ack_policy=AckPolicy.NACK_ON_ERROR,
        )
        async def handle(message: Body) -> None:
            contract, case = message["contract"], message["case"]
            await self._run(self._application.follow, source, message["position"], contract, case, message["body"])
            self._people.heard(contract, case)

    async def _run(self, work: Callable[..., Any], *args: Any) -> Any:
        result = await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)
        self._saved.set()
        return result

    async def start(self) -> None:
        await self._broker.start()
        self._relaying = asyncio.ensure_future(self._relay())

    async def _relay(self) -> None:
        topics, position = [get_topic(it) for it in self._public], 0
        while True:
            waiting: Sequence[Notification] = await asyncio.to_thread(
                self._application.recorder.select_notifications, position + 1, 100, topics=topics
            )
            for it in waiting:
                await self._publish(it)
                position = it.id
            if not waiting:
                await self._saved.wait()
            self._saved.clear()

    async def _publish(self, it: Notification) -> None:
        event: Any = self._application.mapper.to_domain_event(it)
        contract, case, body = self._public[type(event)](event)
        message: Any = {"contract": contract, "case": case, "position": it.id, "body": body}
        stream = f"STOCK_{self._application.service.upper()}"
        # By default it waits half a second for the broker, which a process under load does not keep.
        await self._broker.publish(message, contract, stream=stream, timeout=PUBLISHED_WITHIN)

    async def act(self, name: str, case: str) -> None:
        await self._run(getattr(self._application, name), case)

    async def tally(self) -> Tally:
        if self._relaying.done():
            self._relaying.result()
        events = await asyncio.to_thread(self._application.recorder.max_notification_id)
        return Tally(events=events or 0, paid_cents=await self._run(self._application.paid_cents))

    async def verify(self) -> str:
        return ""

    async def stop(self) -> None:
        self._relaying.cancel()
        await self._broker.stop()
        self._thread.shutdown()
        self._application.close()


def environment(service: str, store: str) -> dict[str, str]:
    """The library's settings for a store; both databases sync every commit (SQLite's default in WAL mode is FULL)."""
    if store.startswith("sqlite:"):
        folder = Path(store.removeprefix("sqlite:"))
        folder.mkdir(parents=True, exist_ok=True)
        return SETTINGS | {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(folder / f"{service}.db")}
    parts = urlsplit(store)
    with psycopg.connect(store, autocommit=True) as connection:
        # Tables of its own: three processes that make their types in one schema at once are refused.
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(service)))
    return SETTINGS | {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.lstrip("/"),
        "POSTGRES_HOST": parts.hostname or "",
        "POSTGRES_PORT": str(parts.port),
        "POSTGRES_USER": parts.username or "",
        "POSTGRES_PASSWORD": "trust",
        "POSTGRES_SCHEMA": service,
    }
