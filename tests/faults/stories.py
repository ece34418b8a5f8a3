"""What the stories of fault have in common."""

import asyncio
from collections.abc import Sequence

from tests.faults.checker import Finding
from tests.faults.world import World

CASE, OTHER = "a" * 32, "b" * 32


async def judged(world: World) -> list[Finding]:
    return await asyncio.to_thread(world.findings)


def rules(found: Sequence[Finding]) -> set[str]:
    return {it.rule for it in found}


async def put(world: World, *amounts: int) -> None:
    """Cents one after the other, each in a frame of its own."""
    for cents in amounts:
        await world.ask("intake", "put", CASE, cents=cents)
        await world.until(lambda it: it["relays"]["lane.intake"]["position"] == it["head"], "intake")


async def arrives(world: World, position: int, within: float = 30.0) -> None:
    """Wait until review has followed intake so far."""
    await world.until(lambda it: it["lanes"]["intake"]["position"] >= position, "review", within)
