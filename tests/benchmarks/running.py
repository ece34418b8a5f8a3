"""What the parts of the bench share: a place to run in, processes whose memory is known, clients, and when a run does not count."""

import asyncio
import json
import multiprocessing
import resource
import secrets
import sqlite3
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import uvloop

from shared.commands import Outcome, Request
from shared.decider import Decision, value
from shared.identity import Role
from shared.overlay import Caller
from shared.provisioning import provision
from shared.service import Blueprint, House, build
from shared.settings import Settings
from tests.benchmarks.conversation import BEGINS_AT
from tests.benchmarks.ours import settings
from tests.benchmarks.process import Place
from tests.servers import NatsServer, PostgresServer

type Figures = dict[str, Any]
"""What one run of one variant found. `rss_mb` stands there only for processes of our services."""

CLIENTS = 32
WITHIN = 120.0
"""Seconds within which a process must have come up, or answer."""


class Lost(Exception):
    """The run cannot count: an event was lost or doubled, or a process ended."""


@value
class Asked:
    """How much is measured: `count` operations per run, or 0 for as many as fill `seconds`."""

    rounds: int = 3
    seconds: float = 5
    count: int = 0
    in_flight: int = 512
    variant: str = ""
    folder: Path | None = None
    few: int = 10_000
    """Events in the small store of `growth`; the large one has a hundred times as many."""


@value
class Bench:
    """One run of the bench: what was asked and the cluster it has, if any."""

    asked: Asked
    postgres: PostgresServer | None = None


@value
class Ratio:
    """The median of the rounds' quotients of one figure in two variants of a part."""

    figure: str
    above: str
    below: str


type Run = Callable[[str], Figures]


@value
class Part:
    """A room of the bench. `begin` makes what its rounds share and yields how one variant is run once;
    `missing` says of each variant why it cannot run here, empty when it can."""

    name: str
    variants: Sequence[str]
    ratios: Mapping[str, Ratio]
    begin: Callable[[Bench], AbstractContextManager[Run]]
    missing: Callable[[str], str] = lambda _variant: ""


# ---- Where ----------------------------------------------------------------------------------------------------------


@contextmanager
def fresh_place(bench: Bench, store: str, *, broker: bool = False) -> Generator[Place]:
    """A folder with keys and calendar, a fresh database or folder of stores, and a fresh nats-server if one is needed."""
    with TemporaryDirectory(prefix="foerderstrom-bench-", dir=bench.asked.folder) as name:
        folder = Path(name)
        (folder / "kek").write_bytes(secrets.token_bytes(32))
        (folder / "operator").write_text("operator")
        (folder / "jwks.json").write_text('{"keys": []}')
        offset = datetime.fromisoformat(BEGINS_AT) - datetime.now(UTC)
        (folder / "calendar.json").write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
        (folder / "nats").mkdir()
        nats = NatsServer(folder=folder / "nats").start() if broker else None
        postgres = bench.postgres if store == "postgresql" else None
        database = postgres.fresh_database() if postgres is not None else ""
        try:
            where = postgres.url(database) if postgres is not None else f"sqlite:{folder / 'stores'}"
            yield Place(folder=folder, store=where, nats_url=nats.url if nats else "nats://127.0.0.1:1")
        finally:
            if nats is not None:
                nats.stop()
            if postgres is not None:
                postgres.drop_database(database)


def alone(place: Place) -> Settings:
    """A service's settings where no broker runs."""
    return settings(place.folder, place.store, place.nats_url).model_copy(update={"nats_operator_password_file": None})


def stored(place: Place, service: str, table: str = "stored_events") -> int:
    """How many events the database itself counts."""
    if place.store.startswith("sqlite:"):
        file = Path(place.store.removeprefix("sqlite:")) / f"{service}.sqlite"
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        try:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        finally:
            connection.close()
    with psycopg.connect(place.store) as connection:
        row = connection.execute(f'SELECT count(*) FROM "{service}".{table}'.encode()).fetchone()
        return int(row[0]) if row else 0


def check(found: int, expected: int) -> None:
    """A run with an event too few or too many does not count."""
    if found != expected:
        raise Lost(f"{found} events instead of {expected}")


# ---- Who ------------------------------------------------------------------------------------------------------------


def in_process(work: Callable[..., Figures], *args: Any) -> Figures:
    """Run this in a process of its own and add the most memory it took."""
    try:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            return pool.submit(_with_memory, work, args).result(600)
    except BrokenExecutor as error:
        raise Lost("a process ended; see above") from error


def _with_memory(work: Callable[..., Figures], args: Sequence[Any]) -> Figures:
    found = work(*args)
    return {**found, "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def on_loop(work: Callable[..., Awaitable[Figures]], *args: Any) -> Figures:
    """The same on the event loop that the services use."""
    return in_process(partial(_run, work), *args)


def _run(work: Callable[..., Any], *args: Any) -> Figures:
    return uvloop.run(work(*args))


async def together(
    act: Callable[[int], Awaitable[None]], asked: Asked, clients: int = CLIENTS, warm: int = 10
) -> Figures:
    """Clients that each act again and again: how often in all, and how often in a second after the first few times."""
    done = 0

    async def client(number: int, limit: int, until: float) -> None:
        nonlocal done
        while limit and time.perf_counter() < until:
            await act(number)
            done += 1
            limit -= 1

    async def all_of_them(limit: int, seconds: float) -> float:
        begun = time.perf_counter()
        await asyncio.gather(*(client(number, limit, begun + seconds) for number in range(clients)))
        return time.perf_counter() - begun

    await all_of_them(warm, WITHIN)
    before = done
    each = -(-asked.count // clients) or 10**9
    took = await all_of_them(each, WITHIN if asked.count else asked.seconds)
    return {"acts": done, "seconds": round(took, 2), "acts_per_second": round((done - before) / took, 1)}


@asynccontextmanager
async def writing(blueprint: Blueprint, place: Place) -> AsyncGenerator[House]:
    """A service whose writer works, without lanes, relays and views."""
    told = alone(place)
    provision(blueprint.name, told)
    house = build(blueprint, told)
    working = asyncio.ensure_future(house.writer.run())
    await house.writer.started.wait()
    try:
        yield house
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        house.views.close()
        house.store.recorder.close()


async def recorded(house: House, asked: Decision, role: Role, case: str, expected: int | None = None) -> Outcome:
    """Have it decided and committed for a case; what was not recorded makes the run not count."""
    caller = Caller(actor=f"p-{role}", role=role, correlation=case, trace=f"00-{'0' * 31}1-{'0' * 15}1-00")
    outcome = await house.writer.execute(Request(decision=asked, caller=caller, expected=expected))
    if outcome.problem or outcome.refusal or not outcome.last:
        raise Lost(f"{asked.action}: {outcome}")
    return outcome
