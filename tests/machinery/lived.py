"""Logs of whole lifecycles, as the three services record them, and their views made in ways of one's own choosing."""

import asyncio
import json
import secrets
from collections.abc import Coroutine, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared import operations, view_tables
from shared.decider import AnyDecider
from shared.opening import recorder
from shared.provisioning import provision
from shared.recorders import Row
from shared.service import MACHINERY
from shared.store import Recorded, Store
from shared.tail import Committed, Tail
from shared.view_following import ViewFollower
from shared.view_tables import Database, Name
from shared.views import Draft, Entry, Standing, Views
from tests.benchmarks import ours
from tests.benchmarks.conversation import BEGINS_AT, SERVICES, People
from tests.servers import NatsServer


def live(folder: Path, nats: NatsServer, lifecycles: int) -> str:
    """Let this many lifecycles happen, several at a time; the setting of their stores."""
    (folder / "kek").write_bytes(secrets.token_bytes(32))
    (folder / "operator").write_text("operator")
    (folder / "jwks.json").write_text('{"keys": []}')
    offset = datetime.fromisoformat(BEGINS_AT) - datetime.now(UTC)
    (folder / "calendar.json").write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
    store = f"sqlite:{folder / 'stores'}"
    asyncio.run(_ended_by_a_failure(_live(folder, store, nats, lifecycles)))
    return store


async def _ended_by_a_failure(living: Coroutine[Any, Any, None]) -> None:
    """What fails in a callback would leave its lifecycle without an end, and us waiting for it."""
    task, failed = asyncio.ensure_future(living), list[BaseException]()

    def fail(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        failed.append(context.get("exception") or RuntimeError(context["message"]))
        task.cancel()

    asyncio.get_running_loop().set_exception_handler(fail)
    try:
        await task
    except asyncio.CancelledError:
        if failed:
            raise failed[0] from None
        raise


async def _live(folder: Path, store: str, nats: NatsServer, lifecycles: int) -> None:
    at = ours.settings(folder, store, nats.url)
    people = {it: People(it) for it in SERVICES}
    parties: dict[str, ours.OwnParty] = {}
    for service in SERVICES:
        await asyncio.to_thread(provision, service, at)
        parties[service] = ours.OwnParty(ours.blueprint(service, views=False), at, people[service])
        people[service].act = parties[service].act
    await asyncio.gather(*(it.start() for it in parties.values()))
    await people["intake"].live(lifecycles, 8)
    for party in parties.values():
        await party.stop()


@dataclass
class Log:
    """One service's log, to read."""

    service: str
    store: Store
    rows: list[Row]

    @property
    def project(self) -> Any:
        return operations.with_machinery(ours.blueprint(self.service, views=True).project)

    def follower(self, database: Database, **more: Any) -> ViewFollower:
        """Makes this log's views in a database."""
        head = self.store.recorder.head()
        return ViewFollower(
            store=self.store, views=Views(database), project=self.project, nudged=asyncio.Event(),
            head=lambda: head, tail=Tail(), **more,
        )  # fmt: skip

    def events(self, first: int, last: int) -> list[Committed]:
        """The events at these positions, as a commit hands them over."""
        return committed(self.store, self.rows[first - 1 : last])


def committed(store: Store, rows: Sequence[Row]) -> list[Committed]:
    """Rows as a commit hands them over."""
    return [Committed(row=it, recorded=store.mapper.recorded(it), state=None) for it in rows]


@contextmanager
def log_of(service: str, store: str) -> Generator[Log]:
    """Open a log; nobody else may have it open."""
    blueprint = ours.blueprint(service, views=True)
    opened = Store(recorder(store, service), [*blueprint.nouns, *MACHINERY])
    try:
        yield Log(service=service, store=opened, rows=list(opened.recorder.rows(0, 1_000_000)))
    finally:
        opened.recorder.close()


@contextmanager
def empty_views(setting: str, service: str) -> Generator[Database]:
    """A database of views in which nothing is."""
    beside = recorder(setting, service)
    beside.provision("another", "")
    beside.close()
    view_tables.provision(setting, service, "")
    database = view_tables.database(setting, service)
    Views(database).wipe()
    try:
        yield database
    finally:
        database.close()


def content(database: Database) -> tuple[list[Any], list[Any]]:
    """All that views hold: documents, and which events concern which case."""
    documents = database.all("SELECT name, key, grp, sort, body FROM {s}view")
    concerned = database.all("SELECT case_id, positions FROM {s}concerned")
    return sorted(tuple(it) for it in documents), sorted((case, int(it)) for case, of in concerned for it in of.split())


class Plainly:
    """Views made the plain way, to hold others against: event by event, everything in memory, states folded from the beginning."""

    def __init__(self, log: Log) -> None:
        self._streams: dict[str, list[tuple[Any, Row]]] = {}
        self.documents: dict[Name, Entry | None] = {}
        self.concerned: list[tuple[str, int]] = []
        for row in log.rows:
            it = log.store.mapper.recorded(row)
            self._streams.setdefault(row.stream, []).append((it.event, row))
            self._one(log.project, it, row)

    def _one(self, project: Any, it: Recorded, row: Row) -> None:
        draft = Draft(self)
        project(it, row, draft)
        self._take(draft)
        for act in draft.last.values():
            last = Draft(self)
            act(last)
            self._take(last)

    def _take(self, draft: Draft) -> None:
        self.documents |= draft.changed
        self.concerned += [(case, it) for case, positions in draft.concerned.items() for it in positions]

    def document(self, name: Name, since: int) -> Entry | None:
        return self.documents.get(name)

    def unread(self, names: Sequence[Name], since: int) -> Sequence[Name]:
        return []

    def standing(self, noun: AnyDecider, it: Recorded, row: Row) -> Standing:
        events = self._streams[row.stream]
        state = noun.fold(event for event, _ in events)
        return Standing(state=state, version=row.version, since=events[0][1].position)

    def found(self) -> Mapping[Name, tuple[str, str, Any]]:
        return {name: (it.grp, it.sort, it.body) for name, it in self.documents.items() if it}
