"""A service as a process: settings read once, one house of parts, followers that judge each other's progress."""

import asyncio
import os
import socket
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from eventsourcing.persistence import PersistenceError
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from jinja2 import Environment
from prometheus_client import generate_latest
from starlette.exceptions import HTTPException

from shared import operations, topology, views
from shared.access import Gate
from shared.clock import Clock
from shared.decider import AnyDecider, DomainError
from shared.documents import DocumentDirectory, Documents
from shared.edge import Edge
from shared.following import (
    ConsumerGone,
    LaneFollower,
    Nudge,
    Publish,
    Relay,
    ViewFollower,
    lane_follower,
    persistently,
)
from shared.identity import Role
from shared.lanes import Reactions
from shared.messaging import Guard, Messenger
from shared.observability import Metrics, configure_logging, configure_tracing
from shared.pages import told_by_page
from shared.parking import parked
from shared.privacy import Keys, NoVault, Privacy, vault
from shared.problems import Problem
from shared.recorders import FenceLost, NotProvisioned, Recorder, Row, recorder
from shared.refusals import attempts
from shared.rendering import environment
from shared.settings import Settings, secret
from shared.store import Store
from shared.views import Draft, Projection, Views
from shared.web import REFUSALS, Action, routes
from shared.writer import Writer

log = structlog.get_logger()

_HOUSE = Path(__file__).parents[1]
MACHINERY: tuple[AnyDecider, ...] = (attempts, parked)
"""The streams that every service has beside its own nouns."""


@dataclass(frozen=True, kw_only=True)
class Blueprint:
    """What makes a service this service; everything else is the same in all of them."""

    name: str
    nouns: Sequence[AnyDecider]
    reactions: Reactions
    publish: Publish
    project: Projection
    actions: Callable[["House"], Sequence[Action]]
    reads: Callable[["House"], APIRouter]
    pages: Callable[["House"], APIRouter]
    followers: Callable[["House"], Sequence[Callable[[], Awaitable[None]]]] = lambda _house: ()
    """Further loops of its own, e.g. the treasury's."""
    refusals: Mapping[str, str] = field(default_factory=dict[str, str])
    history_readers: frozenset[Role] = operations.READERS
    furnish: Callable[["House"], None] = lambda _house: None
    """Adds to a house just wired what only this service has: lanes of its own, its `own` part."""
    mine: Callable[[Row], bool] = lambda _row: True
    """Which rows of the log are own events: the ledger's log holds others' too, which are never decoded as own."""
    foreign: Callable[[Row, Draft], None] = lambda _row, _draft: None
    """How the others become views."""
    opens_seals: bool = True
    """Whether this service is given the key vault at all."""


@dataclass(kw_only=True)
class House:
    """One running service: its parts, wired once."""

    blueprint: Blueprint
    settings: Settings
    store: Store
    writer: Writer
    views: Views
    keys: Keys
    privacy: Privacy
    documents: Documents
    gate: Gate
    clock: Clock
    metrics: Metrics
    messenger: Messenger
    nudge: Nudge
    pages: Environment
    pepper: bytes
    relays: list[Relay] = field(default_factory=list[Relay])
    lanes: list[LaneFollower] = field(default_factory=list[LaneFollower])
    view_follower: ViewFollower
    idle_checks: list[Callable[[], bool]] = field(default_factory=list[Callable[[], bool]])
    problems: list[Callable[[], str]] = field(default_factory=list[Callable[[], str]])
    """Further reasons not to be ready, each empty when all is well."""
    own: Any = None
    """What this service's blueprint furnished for its own use."""

    @property
    def name(self) -> str:
        return self.blueprint.name

    def now(self) -> datetime:
        return self.clock()

    async def seen(self, position: int) -> None:
        """Wait up to two seconds until the views have read the log so far, so that a person sees their own act."""
        until = time.monotonic() + 2
        while self.view_follower.position < position and time.monotonic() < until:  # noqa: ASYNC110 (a thread moves it)
            await asyncio.sleep(0.01)

    @property
    def idle(self) -> bool:
        """Nothing waits: no command, no event to relay or to see, no frame to follow."""
        followed = all(it.idle for it in self.relays) and all(it.idle for it in self.lanes)
        return self.writer.idle and self.view_follower.idle and followed and all(it() for it in self.idle_checks)

    def unready(self) -> list[str]:
        """Why this service should get no requests now; judged by progress, not by being connected."""
        found: list[str] = []
        if self.writer.refusing:
            found.append(f"Schreiber: {self.writer.refusing}")
        if self.view_follower.position < self.view_follower.goal:
            found.append(f"Ansichten: {self.view_follower.position} von {self.view_follower.goal} gelesen")
        for relay in self.relays:
            if relay.stopped:
                found.append(f"Relais {relay.subject}: {relay.stopped}")
            elif relay.age > 60:
                found.append(f"Relais {relay.subject}: ältestes Ereignis wartet {int(relay.age)} s")
        for it in self.lanes:
            if it.stopped or it.paused:
                found.append(f"Spur {it.source}: {it.stopped or it.paused}")
            elif time.monotonic() - it.polled_at > 60:
                found.append(f"Spur {it.source}: seit {int(time.monotonic() - it.polled_at)} s nicht gelesen")
        return found + [reason for reason in (check() for check in self.problems) if reason]


def build(blueprint: Blueprint, settings: Settings, recorded: Recorder | None = None) -> House:
    """Wire one service; opens its store."""
    log_of = recorded or recorder(settings.store, blueprint.name)
    store = Store(log_of, [*blueprint.nouns, *MACHINERY], blueprint.mine)
    clock, nudge, metrics = Clock(settings.calendar), Nudge(), Metrics(blueprint.name)

    def committed(events: int) -> None:
        metrics.events.inc(events)
        metrics.commits.inc()
        nudge()

    writer = Writer(store=store, service=blueprint.name, clock=clock, on_commit=committed)
    keys = vault(settings.keys, settings.kek_file.read_bytes()) if blueprint.opens_seals else NoVault()
    seen = Views(views.database(settings.store, blueprint.name))
    messenger = Messenger(blueprint.name, settings.nats_url, secret(settings.nats_password_file))
    view_follower = ViewFollower(
        store=store, views=seen, project=operations.with_machinery(blueprint.project), nudged=nudge.listener(),
        head=lambda: writer.head, foreign=blueprint.foreign,
    )  # fmt: skip
    house = House(
        blueprint=blueprint, settings=settings, store=store, writer=writer, views=seen, keys=keys,
        privacy=Privacy(keys, blueprint.name), documents=DocumentDirectory(settings.documents, keys),
        gate=Gate(settings.jwks, settings.issuer), clock=clock, metrics=metrics, messenger=messenger, nudge=nudge,
        pages=environment(_HOUSE / "services" / blueprint.name / "pages"),
        pepper=settings.pepper(), view_follower=view_follower,
    )  # fmt: skip
    for subject in topology.subjects_published(blueprint.name):
        house.relays.append(
            Relay(
                service=blueprint.name,
                subject=subject,
                store=store,
                messenger=messenger,
                nudged=nudge.listener(),
                metrics=metrics,
                head=lambda: writer.head,
                publish=blueprint.publish,
                mirrored=settings.mirror and subject == topology.lane(blueprint.name),
                judged=lambda: _permit(house),
            )
        )
    for source in topology.FOLLOWS[blueprint.name]:
        house.lanes.append(lane_follower(source, writer, blueprint.reactions, messenger, metrics))
    blueprint.furnish(house)
    return house


def _permit(house: House) -> None:
    """Take commands only while the store knows all that it has already told others: else it was restored from a backup."""
    stopped = [it.stopped for it in house.relays if it.stopped]
    unknown = [it.subject for it in house.relays if not it.compared]
    house.writer.refusing = stopped[0] if stopped else f"vergleicht mit {unknown[0]}" if unknown else ""


# ---- Running -------------------------------------------------------------------------------------------------------


def _end(code: int, reason: str) -> None:
    log.critical("process ends", reason=reason)
    os._exit(code)


async def _vital(what: str, running: Awaitable[None]) -> None:
    """A part without which the process must not go on: when it ends, the process does, and the supervisor starts it again."""
    try:
        await running
    except asyncio.CancelledError:
        raise
    except FenceLost:
        _end(72, "another writer holds the store")
    except ConsumerGone:
        _end(73, "durable consumer gone")
    except Exception:
        log.exception("part failed", part=what)
        _end(74, what)


async def _connect(house: House) -> None:
    """Connect as soon as the broker is there; commands are taken meanwhile."""
    for it in house.lanes:
        house.messenger.subscribe(it.subject, it.receive)
    failures = 0
    while True:
        try:
            await asyncio.wait_for(house.messenger.start(), 15)
            break
        except Exception as error:
            failures += 1
            log.warning("broker not there yet", error=type(error).__name__, failures=failures)
            if failures > 20:
                raise
            await asyncio.sleep(min(5.0, 0.2 * failures))

    async def answer(subject: str, position: int) -> None:
        for relay in house.relays:
            if relay.subject == subject:
                await relay.refill(position)

    await house.messenger.on_refill(answer)


def _reachable(url: str) -> Callable[[], bool]:
    parts = urlsplit(url)

    def reachable() -> bool:
        try:
            with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 4222), timeout=2):
                return True
        except OSError:
            return False

    return reachable


@asynccontextmanager
async def running(house: House) -> AsyncGenerator[None]:
    """All the loops of a service, from first to last; a graceful stop finishes what is being committed."""
    guard = Guard(house.messenger, _reachable(house.settings.nats_url))
    tasks: list[asyncio.Task[None]] = []

    def start(what: str, it: Awaitable[None]) -> None:
        tasks.append(asyncio.ensure_future(_vital(what, it)))

    start("beat", guard.keep_beating())
    guard.start()
    start("writer", house.writer.run())
    await house.writer.started.wait()
    _permit(house)
    house.view_follower.goal = house.writer.head.position
    start("views", persistently("views", house.view_follower.run))

    async def exchange() -> None:
        await _connect(house)
        for relay in house.relays:
            start(f"relay {relay.subject}", persistently(relay.subject, relay.run))
        for it in house.lanes:
            start(f"lane {it.source}", persistently(it.subject, it.watch))
        await asyncio.Event().wait()

    start("exchange", exchange())
    for follower in house.blueprint.followers(house):
        start("follower", persistently("follower", follower))
    log.info("serving", epoch=house.writer.head.epoch, position=house.writer.head.position)
    try:
        yield
    finally:
        log.info("stopping", position=house.writer.head.position)
        house.writer.refusing = "wird beendet"
        try:
            await asyncio.wait_for(house.messenger.broker.stop(), 10)
        except Exception as error:
            log.warning("broker did not stop cleanly", error=type(error).__name__)
        until = time.monotonic() + 10
        while not house.writer.idle and time.monotonic() < until:  # noqa: ASYNC110 (a thread works it off)
            await asyncio.sleep(0.02)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        guard.stop()
        house.views.close()
        house.store.recorder.close()


def application(house: House, *, lifespan: bool = True) -> FastAPI:
    """The HTTP face: `/<service>/…`, its health and its metrics."""
    name = house.name

    @asynccontextmanager
    async def live(_app: FastAPI) -> AsyncGenerator[None]:
        async with running(house):
            yield

    app = FastAPI(
        title=f"Förderstrom {name}", version="1", openapi_url=f"/{name}/openapi.json", docs_url=None, redoc_url=None,
        lifespan=live if lifespan else None,
    )  # fmt: skip
    for kind in (Problem, RequestValidationError, DomainError, HTTPException, PersistenceError, Exception):
        app.add_exception_handler(kind, told_by_page(house))
    app.add_middleware(Edge, metrics=house.metrics)
    REFUSALS.update(house.blueprint.refusals)
    app.include_router(house.blueprint.pages(house), include_in_schema=False)
    app.include_router(routes(house, [*house.blueprint.actions(house), *operations.actions(house)]))
    app.include_router(operations.reads(house))
    app.include_router(house.blueprint.reads(house))
    app.include_router(_health(house), include_in_schema=False)
    return app


def _health(house: House) -> APIRouter:
    router = APIRouter()

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/health/startup")
    async def startup() -> JSONResponse:
        started = not house.writer.refusing
        return JSONResponse({"status": "ok" if started else house.writer.refusing}, 200 if started else 503)

    @router.get("/health/ready")
    async def ready() -> JSONResponse:
        reasons = house.unready()
        followed = {it.source: {"lag": it.lag, "position": it.followed().position} for it in house.lanes}
        body = {
            "status": "ok" if not reasons else "unready",
            "reasons": reasons,
            "head": house.writer.head.position,
            "lanes": followed,
            "relays": {it.subject: {"position": it.position, "age_seconds": round(it.age, 1)} for it in house.relays},
        }
        return JSONResponse(body, 200 if not reasons else 503)

    @router.get("/health/idle")
    async def idle() -> dict[str, Any]:
        head = house.writer.head
        kept_up = [await it.keeps_up() for it in house.lanes]
        return {"idle": house.idle and all(kept_up), "epoch": head.epoch, "head": head.position, "chain": head.chain}

    @router.get("/metrics")
    async def metrics() -> PlainTextResponse:
        house.metrics.parked.set(house.views.count("parked"))
        for relay in house.relays:
            house.metrics.relay_age.labels(relay.subject).set(relay.age)
        return PlainTextResponse(generate_latest(house.metrics.registry).decode())

    return router


def prepare(house: House) -> None:
    """Logs and traces of this process."""
    configure_logging(house.name)
    configure_tracing(house.name, file=house.settings.traces, ratio=house.settings.trace_ratio)


def openapi(blueprint: Blueprint, kind: Callable[..., Settings] = Settings) -> dict[str, Any]:
    """The service's OpenAPI 3.1 description, without running it; `kind` makes its settings."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "kek").write_bytes(bytes(32))
        settings = kind(
            store=f"sqlite:{root}", keys=f"sqlite:{root / 'keys.sqlite'}", kek_file=root / "kek",
            documents=root / "documents", jwks=str(root / "jwks.json"), issuer="urn:foerderstrom:issuer",
        )  # fmt: skip
        house = build(blueprint, settings)
        try:
            return application(house, lifespan=False).openapi()
        finally:
            house.views.close()
            house.store.recorder.close()


__all__ = [
    "Blueprint", "Clock", "House", "NotProvisioned", "Settings", "application", "build", "openapi", "prepare", "running",
]  # fmt: skip
