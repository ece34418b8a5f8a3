"""One simulated world: three services and the ledger as processes, a broker, people who pay and ask again until they are answered."""

import asyncio
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from eventsourcing.persistence import PersistenceError

import services.ledger.settings
import services.ledger.wiring
from shared import topology, view_tables
from shared.commands import Outcome, Request
from shared.decider import decision
from shared.identity import Role
from shared.lane_following import LaneFollower
from shared.overlay import Caller
from shared.service import House, build, running
from shared.settings import Settings
from shared.standby import Seat
from shared.writer import NotWriting
from tests.simulation.broker import Broker
from tests.simulation.loop import Process, SimulatedLoop
from tests.simulation.machine import Chair, KeptViews, machine
from tests.simulation.network import Network
from tests.simulation.purse import BLUEPRINTS, NAMES, Pay, purse
from tests.simulation.recorder import Disk, MemoryRecorder


class Unanswered(Exception):
    """The process died or did not answer: nobody knows whether it happened."""


class Dead(BaseException):
    """A process was killed in the middle of a step."""


URL = "nats://broker:4222"
LEDGER = "ledger"
HOUSES = {**BLUEPRINTS, LEDGER: services.ledger.wiring.blueprint}
_KEPT = tempfile.TemporaryDirectory(prefix="simulation-")
FOLDER = Path(_KEPT.name)


@cache
def settings(lane_awaits_ledger: bool) -> Mapping[str, Settings]:
    """What each service is told."""
    (FOLDER / "key").write_bytes(bytes(range(32)))
    told: dict[str, Any] = {
        "store": "memory", "nats_url": URL, "keys": "", "kek_file": FOLDER / "key", "documents": FOLDER,
        "jwks": str(FOLDER / "jwks.json"), "issuer": "urn:simulation", "trace_ratio": 0.0,
        "lane_awaits_ledger": lane_awaits_ledger,
    }  # fmt: skip
    of_ledger = services.ledger.settings.Settings(
        **told,
        ledger_key_file=FOLDER / "key",
        ledger_origin="example.org/simulation",
        ledger_exports=FOLDER / "exports",
    )
    return {**{name: Settings(**told) for name in NAMES}, LEDGER: of_ledger}


class Running:
    """One process of a service."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.house: House | None = None
        self.stopping = asyncio.Event()
        self.asked: list[asyncio.Future[Outcome]] = []

    @property
    def writes(self) -> bool:
        return self.house is not None and not self.house.standing_by


class Service:
    """A service whose processes are started again whenever they end; more than one of them when somebody was hasty."""

    def __init__(self, world: "World", name: str) -> None:
        self.name = name
        self.disk = Disk.fresh(f"{name}-1")
        self.views = KeptViews()
        self.chair = Chair()
        self.fails: Callable[[Process, str], bool] = lambda _process, _step: False
        self.alive: list[Running] = []
        """The newest last."""
        self.kept_down = False
        """Whether an operator sees to it that nothing starts it."""
        self._world = world

    @property
    def newest(self) -> Running | None:
        """The process that people are sent to: the newest that does not stand by."""
        return next((it for it in reversed(self.alive) if it.writes), None)

    @property
    def house(self) -> House | None:
        return self.newest.house if self.newest else None

    def restored(self, disk: Disk) -> Running:
        """Another process on another store, with views and a seat of its own; whoever still runs knows nothing of it."""
        self.disk, self.views, self.chair = disk, KeptViews(), Chair()
        self.views.provision("")
        return self.start()

    def start(self) -> Running:
        process = Process(self.name, lambda: self._died(one))
        one = Running(process)
        self.alive.append(one)
        loop = self._world.loop
        loop.note("start", self.name)
        loop.create_task(self._live(one), context=process.context)
        return one

    def start_again(self) -> None:
        """What a supervisor does: one process is enough."""
        if not self.alive and not self.kept_down:
            self.start()

    def kill(self) -> None:
        """All of its processes."""
        for one in list(self.alive):
            one.process.kill()

    async def _live(self, one: Running) -> None:
        process = one.process
        recorder = MemoryRecorder(self.disk, lambda step: self.fails(process, step))
        house = build(HOUSES[self.name], self._world.settings[self.name], recorder)
        async with running(house):
            one.house = house
            await one.stopping.wait()
        process.kill()

    def _died(self, one: Running) -> None:
        world = self._world
        world.loop.note("died", self.name)
        world.network.cut_of(one.process)
        self.chair.free(one.process)
        self.alive.remove(one)
        one.house = None
        for answer in one.asked:
            if not answer.done():
                answer.set_exception(Unanswered())
        world.loop.later(0.2 + 2 * world.random.random(), self.start_again)

    async def execute(self, request: Request) -> Outcome:
        """What HTTP would do with a request: hand it to the writer of the process that listens."""
        one = self.newest
        if one is None:
            raise Unanswered
        return await self.ask(one, request)

    async def ask(self, one: Running, request: Request) -> Outcome:
        """Hand a request to the writer of this process, whoever else there is."""
        house = one.house
        if house is None:
            raise Unanswered
        loop = self._world.loop
        answer: asyncio.Future[Outcome] = loop.create_future()
        one.asked.append(answer)

        async def handle() -> None:
            try:
                outcome = await house.writer.execute(request)
            except Exception as error:
                if not answer.done():
                    answer.set_exception(error)
            else:
                if not answer.done():
                    answer.set_result(outcome)

        loop.create_task(handle(), context=one.process.context.copy())
        return await asyncio.wait_for(answer, 30)


@dataclass
class Payment:
    """What a person wants paid, and what came of it."""

    id: str
    case: str
    by: str
    to: str
    cents: int
    outcome: Outcome | None = None


@dataclass
class World:
    """Everything of one seed."""

    seed: int
    names: Sequence[str] = (*NAMES, LEDGER)
    payments: list[Payment] = field(default_factory=list[Payment])

    def __post_init__(self) -> None:
        self.random = Random(f"{self.seed}/world")
        self.loop = SimulatedLoop(self.seed)
        self.broker = Broker(self.loop)
        self.network = Network(self.loop, Random(f"{self.seed}/network"), self.broker.accept)
        self.settings = settings(lane_awaits_ledger=self.random.random() < 0.2)
        self.answers_lost = 0.0
        """How often a person does not get the answer that was sent."""

    def run(self, story: Callable[["World"], Any]) -> None:
        """Live from the beginning to the end of a story."""
        with machine(self.loop, self.seed, self.network, self.views_of, self.seat_of):
            asyncio.set_event_loop(self.loop)
            try:
                self.services = {name: Service(self, name) for name in self.names}
                for service in self.services.values():
                    service.views.provision("")
                self.loop.run_until_complete(self.loop.create_task(story(self), context=self.loop.outside))
            finally:
                asyncio.set_event_loop(None)
                self.loop.bury()

    def views_of(self, name: str) -> view_tables.Database:
        return self.services[name].views

    def seat_of(self, name: str) -> Seat:
        return self.services[name].chair.seat()

    async def begin(self) -> None:
        await self.provision()
        for service in self.services.values():
            service.start()

    async def provision(self) -> None:
        await topology.provision(URL, "")

    # ---- People ----------------------------------------------------------------------------------------------------

    async def pay(self, payments: Sequence[Payment], pause: float) -> None:
        """One person's payments, one after the other, each asked for until there is an answer."""
        for payment in payments:
            self.payments.append(payment)
            await asyncio.sleep(pause * self.random.random())
            while payment.outcome is None:
                try:
                    outcome = await self.services[payment.by].execute(requested(payment))
                except (Unanswered, NotWriting, TimeoutError, PersistenceError):
                    await asyncio.sleep(0.5 + self.random.random())
                    continue
                if self.random.random() >= self.answers_lost:
                    payment.outcome = outcome

    # ---- The end ---------------------------------------------------------------------------------------------------

    async def quiet(self, within: float) -> None:
        """Until nobody has anything left to tell; `TimeoutError` when somebody is stuck."""
        async with asyncio.timeout(within):
            while self.unquiet():
                await asyncio.sleep(0.5)

    def unquiet(self) -> list[str]:
        """Who still has something to tell or to hear."""
        found = [f"{it.id} at {it.by} has no answer" for it in self.payments if it.outcome is None]
        for name, service in self.services.items():
            house = service.house
            if house is None:
                found.append(f"{name} is not running")
                continue
            if house.writer.refusing or not house.writer.idle:
                found.append(f"{name} does not write: {house.writer.refusing or 'busy'}")
            if not house.view_follower.idle:
                found.append(f"{name}'s views are at {house.view_follower.position}")
            found += [f"{name}: {reason}" for reason in (check() for check in house.problems) if reason]
            found += [
                f"{name}: relay {it.subject} at {it.position}" for it in house.relays if not (it.idle and it.compared)
            ]
            found += [
                f"{name} follows {it.source} only to {it.followed().position} {it.stopped} {it.paused}"
                for it in house.lanes
                if not self._followed(name, it)
            ]
        return found

    def _followed(self, follower: str, it: LaneFollower) -> bool:
        house = self.services[it.source].house
        lane = self.services[follower].disk.lanes.get(it.source)
        sent = [relay.last for relay in house.relays if relay.subject == it.subject] if house else []
        return sent == [lane.position if lane else 0]


def requested(payment: Payment) -> Request:
    pay = Pay(payment=payment.id, to=payment.to, cents=payment.cents)
    return Request(
        decision=decision(purse, payment.case, pay),
        caller=Caller(actor="p-1", role=Role.CASE_OFFICER, correlation=payment.case),
        id=payment.id,
        body_hash="h",
    )
