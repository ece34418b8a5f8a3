"""One seed of the campaign: people work in a house whose parts die all the time, until it is left in peace and judged."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.records import replace
from tests.faults.checker import Finding
from tests.faults.life import Life
from tests.faults.moments import SELDOM, moments_of
from tests.faults.world import SERVICES, World

PURSES = 4
"""People who put cents into purses; for as many cases, unless told otherwise, people work in the house."""
APPROPRIATION_CENTS = 80_000_00
"""Enough for two of the cases: the budget's limit is touched in every life."""
REVIEWED = ("record_opinion", "assess", "propose", "reserve", "approve", "dispatch", "record_waiver")
PAID = ("examine", "certify", "order", "seal", "release")
DAILY_LIVES = (
    *(("intake", it) for it in ("submit", "declare_complete")),
    *(("review", it) for it in REVIEWED),
    ("intake", "request_drawdown"),
    *(("payout", it) for it in PAID),
)
"""A case's way: who does what, one after the other, each as soon as their service has heard what lets them."""


async def insist(world: World, service: str, act: str, case: str, **more: Any) -> dict[str, Any]:
    """Ask, with a new key each time, until it is no longer too early."""
    tries = 0
    while True:
        answer = await world.ask(service, act, case, key=f"{act}/{case}/{tries}", **more)
        if not answer.get("problem") and "failed" not in answer:
            return answer
        tries += 1
        await asyncio.sleep(0.15)


async def through_the_house(world: World, case: str) -> None:
    """One case from its form to the order at the treasury, or to the budget's refusal."""
    for service, act in DAILY_LIVES:
        answer = await insist(world, service, act, case)
        if answer.get("refusal"):
            return


@dataclass
class Campaigner:
    """Lets parts of a house die by a seed."""

    world: World
    seed: str
    wanted: int
    unprotected: tuple[str, ...] = ()
    unreliable: bool = False
    cases: int = PURSES
    lives: tuple[float, float] = (0.3, 2.0)
    """So many seconds, if nothing else ends a life before."""
    moment: str = ""
    """Where all die each time, if not where the seed says."""
    killed: int = 0
    peace: bool = False
    _births: int = 0
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._moments: dict[str, list[str]] = {}

    def life(self, service: str) -> Life:
        """The next life: it ends at a moment of its own, or else when somebody kills it."""
        self._births += 1
        seed = f"{self.seed}/{service}/{self._births}"
        if not self.peace:
            asyncio.get_running_loop().call_later(self._chance.uniform(*self.lives), self._strike, service, seed)
        moment = "" if self.peace or service == "treasury" else self._next_moment(service)
        return replace(
            self.world.life, service=service, seed=seed, unreliable=self.unreliable, unprotected=self.unprotected,
            moment=moment, passes=1 if moment in SELDOM else self._chance.choice((1, 1, 2, 3, 5, 8)),
        )  # fmt: skip

    def _next_moment(self, service: str) -> str:
        """One after the other, so that each has its turn; sometimes none, so that it lives until somebody kills it."""
        if self.moment:
            return self.moment
        waiting = self._moments.setdefault(service, [])
        if not waiting:
            waiting += [*moments_of(service), "", ""]
            self._chance.shuffle(waiting)
        return waiting.pop()

    def _strike(self, service: str, seed: str) -> None:
        process = self.world.running.get(service)
        if not self.peace and process and process.life.seed == seed:
            self.world.kill(service)

    def again(self, service: str) -> Life:
        self.killed += 1
        return self.life(service)

    async def lived(self, within: float = 120.0) -> Sequence[Finding]:
        """All of it; what the checker finds at the end, and that there was no end when there was none."""
        world, unrest = self.world, list[Finding]()
        world.restarts = self.again
        try:
            async with asyncio.timeout(within):
                await self._work()
                await world.at_rest(within=within)
        except TimeoutError:
            unrest = [Finding("comes to rest", f"nicht in {within:.0f} s")]
        return [*unrest, *await asyncio.to_thread(world.findings)]

    async def _work(self) -> None:
        world = self.world
        for service in (*SERVICES, "treasury"):
            await world.begin(self.life(service))
        async with asyncio.TaskGroup() as people:
            names = [f"{self._chance.getrandbits(128):032x}" for _ in range(PURSES)]
            if self.cases:
                await insist(world, "review", "open_budget", "", cents=APPROPRIATION_CENTS)
            for case in names[: self.cases]:
                people.create_task(through_the_house(world, case))
            for case in names:
                people.create_task(self._fill(case))
            people.create_task(self._kill_the_broker())
            while self.killed < self.wanted:
                await asyncio.sleep(0.05)
            self._make_peace()

    async def _fill(self, case: str) -> None:
        """Somebody puts cents into a purse again and again, until there is peace and a little longer."""
        number = 0
        while not self.peace or number < 5:
            number += 1
            await self.world.ask("intake", "put", case, key=f"put/{case}/{number}", cents=1 + number % 7)
            await asyncio.sleep(0.02)

    async def _kill_the_broker(self) -> None:
        """Once or twice in a life, half-way."""
        for share in self._chance.sample((0.3, 0.5, 0.7), self._chance.choice((1, 2))):
            while self.killed < self.wanted * share:
                await asyncio.sleep(0.05)
            await asyncio.to_thread(self.world.nats.kill)
            await asyncio.to_thread(self.world.nats.start)
            self.killed += 1

    def _make_peace(self) -> None:
        self.peace = True
        for service, process in list(self.world.running.items()):
            if process.life.moment:
                self.world.kill(service)
