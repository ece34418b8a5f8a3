"""The broker is away while people work on: what they put waits in the logs and arrives when it is back."""

import asyncio
import time
from collections.abc import Sequence

from tests.faults.checker import Finding
from tests.faults.world import SERVICES, World

CASE = "d" * 32


async def broker_away(world: World, seconds: float, *unprotected: str) -> tuple[int, Sequence[Finding]]:
    """One outage of so many seconds; how often somebody put cents during it, and what the checker finds after it."""
    await world.start(*SERVICES, unprotected=unprotected)
    await world.ask("intake", "put", CASE, key="before", cents=1)
    await world.at_rest()
    await asyncio.to_thread(world.nats.kill)
    number, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        number += 1
        await world.ask("intake", "put", CASE, key=f"during/{number}", cents=1 + number % 5)
        await asyncio.sleep(0.1)
    await asyncio.to_thread(world.nats.start)
    unrest = list[Finding]()
    try:
        await world.at_rest(within=90)
    except TimeoutError:
        unrest = [Finding("comes to rest", "nicht in 90 s")]
    return number, [*unrest, *await asyncio.to_thread(world.findings)]
