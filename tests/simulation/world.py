"""One simulated world: three services as processes, a broker, people who pay and ask again until they are answered."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from eventsourcing.persistence import PersistenceError

from shared import topology, views
from shared.decider import decision
from shared.identity import Role
from shared.service import House, build, running
from shared.settings import Settings
from shared.writer import Caller, NotWriting, Outcome, Request
from tests.simulation.broker import Broker
from tests.simulation.loop import Process, SimulatedLoop
from tests.simulation.machine import KeptViews, machine
from tests.simulation.network import Network
from tests.simulation.purse import BLUEPRINTS, Pay, purse
from tests.simulation.recorder import Disk, MemoryRecorder


class Unanswered(Exception):
    """The process died or did not answer: nobody knows whether it happened."""


class Dead(BaseException):
    """A process was killed in the middle of a step."""


def _settings() -> Settings:
    folder = Path(tempfile.mkdtemp(prefix="simulation-"))
    (folder / "kek").write_bytes(bytes(range(32)))
    return Settings(
        store="memory", nats_url="nats://broker:4222", keys="", kek_file=folder / "kek", documents=folder,
        jwks=str(folder / "jwks.json"), issuer="urn:simulation", trace_ratio=0.0,
    )  # fmt: skip


SETTINGS = _settings()


class Service:
    """A service that is started again whenever its process ends."""

    def __init__(self, world: "World", name: str) -> None:
        self.name = name
        self.disk = Disk.fresh(f"{name}-1")
        self.views = KeptViews()
        self.house: House | None = None
        self.fails: Callable[[Process, str], bool] = lambda _process, _step: False
        self.starts = 0
        self._world = world
        self._stopping = asyncio.Event()
        self._asked: list[asyncio.Future[Outcome]] = []

    def start(self) -> None:
        process = self.process = Process(self.name, lambda: self._died(process))
        self.starts += 1
        self.house, self._stopping = None, asyncio.Event()
        loop = self._world.loop
        loop.note("start", self.name)
        loop.create_task(self._live(process, self._stopping), context=process.context)

    async def _live(self, process: Process, stopping: asyncio.Event) -> None:
        recorder = MemoryRecorder(self.disk, lambda step: self.fails(process, step))
        house = build(BLUEPRINTS[self.name], SETTINGS, recorder)
        async with running(house):
            self.house = house
            await stopping.wait()
        process.kill()

    def _died(self, process: Process) -> None:
        world = self._world
        world.loop.note("died", self.name)
        world.network.cut_of(process)
        if process is self.process:
            for answer in self._asked:
                if not answer.done():
                    answer.set_exception(Unanswered())
            self._asked.clear()
            world.loop.later(0.2 + 2 * world.random.random(), self.start)

    def stop(self) -> None:
        """SIGTERM."""
        self._stopping.set()

    async def execute(self, request: Request) -> Outcome:
        """What HTTP would do with a request: hand it to the writer of the process that listens."""
        house, process = self.house, self.process
        if house is None or not process.alive:
            raise Unanswered
        loop = self._world.loop
        answer: asyncio.Future[Outcome] = loop.create_future()
        self._asked.append(answer)

        async def handle() -> None:
            try:
                outcome = await house.writer.execute(request)
            except Exception as error:
                if not answer.done():
                    answer.set_exception(error)
            else:
                if not answer.done():
                    answer.set_result(outcome)

        loop.create_task(handle(), context=process.context.copy())
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
    names: Sequence[str] = ("intake", "review", "payout")
    payments: list[Payment] = field(default_factory=list[Payment])

    def __post_init__(self) -> None:
        self.random = Random(f"{self.seed}/world")
        self.loop = SimulatedLoop(self.seed)
        self.broker = Broker(self.loop)
        self.network = Network(self.loop, Random(f"{self.seed}/network"), self.broker.accept)
        self.answers_lost = 0.0
        """How often a person does not get the answer that was sent."""

    def run(self, story: Callable[["World"], Any]) -> None:
        """Live from the beginning to the end of a story."""
        with machine(self.loop, self.seed, self.network, lambda name: self.services[name].views):
            asyncio.set_event_loop(self.loop)
            try:
                self.services = {name: Service(self, name) for name in self.names}
                for name in self.names:
                    views.provision("memory", name, "")
                self.loop.run_until_complete(self.loop.create_task(story(self), context=self.loop.outside))
            finally:
                asyncio.set_event_loop(None)
                self.loop.bury()

    async def begin(self) -> None:
        await self.provision()
        for service in self.services.values():
            service.start()

    async def provision(self) -> None:
        await topology.provision(SETTINGS.nats_url, "")

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
                await asyncio.sleep(0.2)

    def unquiet(self) -> list[str]:
        """Who still has something to tell or to hear."""
        found = [f"{it.id} at {it.by} has no answer" for it in self.payments if it.outcome is None]
        for name, service in self.services.items():
            house = service.house
            if house is None or not service.process.alive:
                found.append(f"{name} is not running")
                continue
            if house.writer.refusing or not house.writer.idle:
                found.append(f"{name} does not write: {house.writer.refusing or 'busy'}")
            if not house.view_follower.idle:
                found.append(f"{name}'s views are at {house.view_follower.position}")
            found += [
                f"{name}: relay {it.subject} at {it.position}" for it in house.relays if not (it.idle and it.compared)
            ]
            found += [
                f"{name} follows {it.source} only to {it.followed().position} {it.stopped} {it.paused}"
                for it in house.lanes
                if not self._followed(name, it.source)
            ]
        return found

    def _followed(self, follower: str, publisher: str) -> bool:
        house = self.services[publisher].house
        lane = self.services[follower].disk.lanes.get(publisher)
        return house is not None and (lane.position if lane else 0) >= house.relays[0].last


def requested(payment: Payment) -> Request:
    pay = Pay(payment=payment.id, to=payment.to, cents=payment.cents)
    return Request(
        decision=decision(purse, payment.case, pay),
        caller=Caller(actor="p-1", role=Role.CASE_OFFICER, correlation=payment.case),
        id=payment.id,
        body_hash="h",
    )
