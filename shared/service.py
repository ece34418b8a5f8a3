"""A service as a process: settings read once, one house of parts, followers that judge each other's progress."""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from eventsourcing.persistence import PersistenceError
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from jinja2 import Environment
from prometheus_client import generate_latest
from starlette.exceptions import HTTPException

from shared import operations, records, topology, view_tables
from shared.access import Gate
from shared.clock import Clock
from shared.counter import Counter
from shared.deadlines import Asked, ClockFollower, Due
from shared.decider import AnyDecider, Decision, DomainError
from shared.documents import DocumentDirectory, Documents
from shared.edge import Edge
from shared.following import Nudge
from shared.handled import handled
from shared.identity import Role
from shared.lane_following import LaneFollower, lane_follower
from shared.lanes import Reactions
from shared.lifecycle import running
from shared.messaging import Messenger
from shared.observability import Metrics, configure_logging, configure_tracing
from shared.opening import recorder
from shared.pages import told_by_page
from shared.parking import parked
from shared.privacy import Keys, NoVault, Privacy, vault
from shared.problems import Possible, Problem
from shared.recorders import NotProvisioned, Recorder, Row
from shared.refusals import attempts
from shared.relaying import Publish, Relay
from shared.rendering import environment
from shared.settings import Settings, secret
from shared.standby import LOST, Seat, seat
from shared.store import Store
from shared.view_following import ViewFollower
from shared.views import Draft, Projection, Views
from shared.web import REFUSALS, Action, routes
from shared.witnessing import Witnessing
from shared.writer import Writer

log = structlog.get_logger()

_HOUSE = Path(__file__).parents[1]
MACHINERY: tuple[AnyDecider, ...] = (attempts, parked, handled)
"""The streams that every service has beside its own nouns."""


async def _without_order(_house: "House", _action: str, _path: Mapping[str, str]) -> None:
    return None


@records.value
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
    due: Asked = records.field(default_factory=dict[str, Callable[[Due], Decision]])
    """For each kind of deadline what its day brings."""
    possible: Callable[["House", str, Mapping[str, str]], Awaitable[Sequence[str] | None]] = _without_order
    """The actions that are possible now where this one was asked for, by what its path names; None where there is no order."""
    refusals: Mapping[str, str] = records.field(default_factory=dict[str, str])
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
    clock_follower: ClockFollower
    witnessing: Witnessing
    seat: Seat
    standing_by: bool = False
    """Another process of this service writes: this one serves reads only, until the other is gone."""
    lost_seat: bool = False
    deviation: str = ""
    """How the broker is not what was agreed; empty when it is."""
    connected: list[Callable[[], Awaitable[None]]] = field(default_factory=list[Callable[[], Awaitable[None]]])
    """Called once when the broker was reached for the first time."""
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

    async def possible(self, action: str, path: Mapping[str, str]) -> Sequence[Possible] | None:
        """What can be done now where this action cannot, in the words of the actions."""
        names = await self.blueprint.possible(self, action, path)
        if names is None:
            return None
        titles = {it.name: it.title for it in self.blueprint.actions(self)}
        return [Possible(action=it, title=titles[it]) for it in dict.fromkeys(names)]

    @property
    def idle(self) -> bool:
        """Nothing waits: no command, no event to relay or to see, no frame to follow."""
        followed = all(it.idle for it in self.relays) and all(it.idle for it in self.lanes)
        looked = self.clock_follower.idle
        return (
            self.writer.idle
            and self.view_follower.idle
            and looked
            and followed
            and all(it() for it in self.idle_checks)
        )

    def permit(self) -> None:
        """Take commands only while the store knows all that it has already told others: else it was restored from a backup."""
        stopped = [it.stopped for it in (*self.relays, self.witnessing) if it.stopped]
        unknown = [f"vergleicht mit {it.subject}" for it in self.relays if not it.compared]
        first = [it for it in (LOST if self.lost_seat else "", self.deviation) if it]
        self.writer.refusing = next(iter([*first, *stopped, *unknown]), self.witnessing.waiting)

    def unready(self) -> list[str]:
        """Why this service should get no requests now; judged by progress, not by being connected."""
        found: list[str] = []
        if self.standing_by:
            return [self.writer.refusing]
        if self.writer.refusing:
            found.append(f"Schreiber: {self.writer.refusing}")
        if self.view_follower.behind:
            found.append(f"Ansichten: {self.view_follower.behind}")
        for relay in self.relays:
            if relay.stopped:
                found.append(f"Relais {relay.subject}: {relay.stopped}")
            elif relay.awaits_ledger:
                found.append(f"Relais {relay.subject}: bis {relay.position} von der Prüfkette bezeugt, der Rest wartet")
            elif relay.age > 60:
                found.append(f"Relais {relay.subject}: ältestes Ereignis wartet {int(relay.age)} s")
        for it in self.lanes:
            if it.stopped or it.paused:
                found.append(f"Spur {it.source}: {it.stopped or it.paused}")
            elif it.catching_up is not None and it.catching_up.told:
                found.append(f"Spur {it.source}: {it.catching_up.told}")
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
    seen = Views(view_tables.database(settings.store, blueprint.name))
    messenger = Messenger(blueprint.name, settings.nats_url, secret(settings.nats_password_file))
    view_follower = ViewFollower(
        store=store, views=seen, project=operations.with_machinery(blueprint.project), nudged=nudge.listener(),
        head=lambda: writer.head, tail=writer.tail, foreign=blueprint.foreign,
    )  # fmt: skip
    clock_follower = ClockFollower(
        views=seen, view_follower=view_follower, writer=writer, now=clock, asked=blueprint.due,
        nudged=nudge.listener(),
    )  # fmt: skip
    records = topology.record_lane(blueprint.name)
    witnessing = Witnessing(
        service=blueprint.name, messenger=messenger, recorder=log_of, head=lambda: writer.head,
        stream_is_empty=lambda: next((it.met_empty for it in house.relays if it.subject == records), None),
        start_awaits=settings.start_awaits_ledger, lane_awaits=settings.lane_awaits_ledger,
        heard_more=nudge,
    )  # fmt: skip
    house = House(
        blueprint=blueprint, settings=settings, store=store, writer=writer, views=seen, keys=keys,
        privacy=Privacy(keys, blueprint.name), documents=DocumentDirectory(settings.documents, keys),
        gate=Gate(settings.jwks, settings.issuer), clock=clock, metrics=metrics, messenger=messenger, nudge=nudge,
        pages=environment(_HOUSE / "services" / blueprint.name / "pages"),
        pepper=settings.pepper(), view_follower=view_follower, clock_follower=clock_follower, witnessing=witnessing,
        seat=seat(settings.store, blueprint.name),
    )  # fmt: skip
    witnessing.judged = house.permit
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
                tail=writer.tail,
                publish=blueprint.publish,
                mirrored=settings.mirror and subject == topology.lane(blueprint.name),
                may_send=witnessing.agreed,
                upto=witnessing.witnessed if subject == topology.lane(blueprint.name) else None,
                judged=house.permit,
            )
        )
    for source in topology.FOLLOWS[blueprint.name]:
        house.lanes.append(lane_follower(source, writer, blueprint.reactions, messenger, metrics))
    blueprint.furnish(house)
    return house


def application(house: House, *, lifespan: bool = True) -> Edge:
    """The HTTP face: `/<service>/…`, its health and its metrics."""
    actions = [*house.blueprint.actions(house), *operations.actions(house)]
    REFUSALS.update(house.blueprint.refusals)
    described = _described(house, actions, lifespan)
    return Edge(Counter(described, house, actions, told_by_page(house)), house.metrics)


def _described(house: House, actions: Sequence[Action], lifespan: bool) -> FastAPI:
    """The whole face in the web framework, which describes it and serves all that is not plain."""
    name = house.name

    @asynccontextmanager
    async def live(_app: FastAPI) -> AsyncGenerator[None]:
        async with running(house):
            yield

    app = FastAPI(
        title=f"Förderstrom {name}", version="1", openapi_url=f"/{name}/openapi.json", docs_url=None, redoc_url=None,
        lifespan=live if lifespan else None, telemetry={"exclude": _traced_by_us},
    )  # fmt: skip
    for kind in (Problem, RequestValidationError, DomainError, HTTPException, PersistenceError, Exception):
        app.add_exception_handler(kind, told_by_page(house))
    app.include_router(house.blueprint.pages(house), include_in_schema=False)
    app.include_router(routes(house, actions))
    app.include_router(operations.reads(house))
    app.include_router(house.blueprint.reads(house))
    app.include_router(_health(house), include_in_schema=False)
    return app


def _traced_by_us(scope: MutableMapping[str, Any]) -> bool:
    """An action has its own span; a second one around it would cost more than the action."""
    return scope.get("method") == "POST"


def _health(house: House) -> APIRouter:
    router = APIRouter()

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/health/startup")
    async def startup() -> JSONResponse:
        started = house.standing_by or not house.writer.refusing
        return JSONResponse({"status": "ok" if started else house.writer.refusing}, 200 if started else 503)

    @router.get("/health/ready")
    async def ready() -> JSONResponse:
        reasons = house.unready()
        followed = {it.source: {"lag": it.lag, "position": it.followed().position} for it in house.lanes}
        body = {
            "status": "ok" if not reasons else "unready",
            "reasons": reasons,
            "standing_by": house.standing_by,
            "head": house.writer.head.position,
            "lanes": followed,
            "relays": {
                it.subject: {
                    "position": it.position,
                    "age_seconds": round(it.age, 1),
                    "awaits_ledger": it.awaits_ledger,
                }
                for it in house.relays
            },
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
    told = house.settings
    seen = told.traces is not None or bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"))
    configure_tracing(house.name, file=told.traces, ratio=told.trace_ratio if seen else 0.0)


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
            return _described(house, [*blueprint.actions(house), *operations.actions(house)], False).openapi()
        finally:
            house.views.close()
            house.store.recorder.close()


__all__ = [
    "Blueprint", "Clock", "House", "NotProvisioned", "Settings", "application", "build", "openapi", "prepare", "running",
]  # fmt: skip
