"""One seed: a world, its people and its faults; healed in the end, and then everything must have arrived."""

import asyncio
import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from tests.simulation import faults_of_broker, faults_of_machines
from tests.simulation.checker import broken_logs, violations
from tests.simulation.faults import Fault, Faults
from tests.simulation.loop import Stuck
from tests.simulation.purse import NAMES
from tests.simulation.world import Payment, World

OFTEN = {**faults_of_broker.OFTEN, **faults_of_machines.OFTEN}
PAYMENTS = 15
FAULTS_END = 8.0
"""Virtual seconds after which nothing new goes wrong."""
QUIET_WITHIN = 400.0
"""Virtual seconds within which a healed world must have told everybody everything."""


@dataclass(frozen=True)
class Result:
    """What became of a seed."""

    seed: int
    trace: str
    faults: tuple[str, ...]
    violations: tuple[str, ...]
    virtual_seconds: float
    steps: int

    @property
    def replay(self) -> str:
        return f"python -m tests.simulation {self.seed}"


def simulate(seed: int, often: Mapping[Fault, float] = OFTEN, listener: Callable[[str], None] | None = None) -> Result:
    """Run a seed; the same seed takes the same steps."""
    gc.freeze()  # so that a world's garbage can be found without looking at everything else
    try:
        return _simulated(World(seed), often, listener)
    finally:
        gc.collect()
        gc.unfreeze()


def _simulated(world: World, often: Mapping[Fault, float], listener: Callable[[str], None] | None) -> Result:
    world.loop.listener = listener
    faults = Faults(world)
    found: list[str] = []

    async def story(it: World) -> None:
        await it.begin()
        faults.plan(often, it.random.randint(5, 15), FAULTS_END)
        people = [asyncio.ensure_future(it.pay(list_of, 2.5)) for list_of in _payments(it)]
        await asyncio.sleep(FAULTS_END)
        faults.heal()
        await it.provision()
        found.extend(broken_logs(it))
        try:
            await it.quiet(0 if found else QUIET_WITHIN)
        except TimeoutError:
            found.extend(f"stuck: {why}" for why in it.unquiet())
        for person in people:
            person.cancel()
        found.extend(violations(it))

    try:
        world.run(story)
    except Stuck as stuck:
        found.append(f"stuck: {stuck}")
    return Result(world.seed, world.loop.trace, tuple(faults.struck), tuple(found), world.loop.now, world.loop.steps)


def _payments(world: World) -> list[list[Payment]]:
    """Who pays whom how much: three people, some cases, amounts that tell them apart."""
    random = Random(f"{world.seed}/payments")
    people: list[list[Payment]] = [[], [], []]
    for number in range(PAYMENTS):
        by, to = random.sample(NAMES, 2)
        cents = 1 + random.randrange(2_000 if random.random() < 0.9 else 20_000)
        people[number % 3].append(Payment(f"p-{number}", f"case-{random.randrange(3)}", by, to, cents))
    return people
