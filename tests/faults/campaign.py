"""`make campaign MINUTES=n`: seed after seed until the minutes are over, shared among the parts; exit code 1 on any violation.

Beside them, in a house of its own, the broker is away nearly all the time: ten minutes, where there are so many.

`python -m tests.faults.campaign --part kills --seed 17` lives seed 17 again. Kills come in the same order at the same
moments; how the processes' threads meet in between is the machine's, so a rare failure may need the seed more than once.
What a failed seed left lies in var/campaign/.
"""

import argparse
import asyncio
import random
import shutil
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from shared.decider import value
from tests.faults.checker import Finding
from tests.faults.kills import Campaigner
from tests.faults.moments import EVERYWHERE
from tests.faults.once import Ordering
from tests.faults.outage import broker_away
from tests.faults.world import World, Zygote
from tests.servers import NatsServer, running_postgres

LEFT = Path("var/campaign")
KILLS_A_SEED = 120
DEATHS_A_SEED, ORDERS_A_BATCH, ORDERING_SECONDS = 20, 1_000, 120.0
TEN_MINUTES = 600.0


@value
class Reached:
    """What a part came to: seeds lived, what there was to count in them, and every violation with how to see it again."""

    seeds: Sequence[int]
    counted: int = 0
    what: str = "faults"
    """What was counted."""
    moments: Sequence[str] = ()
    """At which processes killed themselves."""
    failed: Sequence[str] = ()


type Part = Callable[[float, Sequence[int]], Reached]
"""Lives these seeds, or seeds of its own when there are none, until `time.monotonic()` reaches the deadline."""
type Live = Callable[[int, World, float], Awaitable[tuple[int, Sequence[Finding]]]]
"""One seed in a house, with the seconds that are left; how many faults there were, and what the checker found."""


async def killed(seed: int, world: World, _left: float, *, unreliable: bool = False) -> tuple[int, Sequence[Finding]]:
    campaigner = Campaigner(world=world, seed=str(seed), wanted=KILLS_A_SEED, unreliable=unreliable)
    found = await campaigner.lived()
    return campaigner.killed, found


async def away(_seed: int, world: World, left: float) -> tuple[int, Sequence[Finding]]:
    """The broker is away for nearly all the time that is left, ten minutes at most."""
    return await broker_away(world, min(TEN_MINUTES, max(5.0, left - 30)))


async def paid_once(seed: int, world: World, left: float) -> tuple[int, Sequence[Finding]]:
    """Orders by the hundred, for two minutes; the treasury's book has each of them once."""
    until = asyncio.get_running_loop().time() + min(ORDERING_SECONDS, max(0.0, left - 60))
    ordering = Ordering(
        world=world, seed=str(seed), wanted=DEATHS_A_SEED, batches=2, size=ORDERS_A_BATCH, until=until, pause=0.0,
        lives=(2.0, 12.0),
    )  # fmt: skip
    found = await ordering.lived(1_800)
    return ordering.ordered, found


def in_houses(
    part: str, live: Live, deadline: float, seeds: Sequence[int], *, store: str = "", once: bool = False,
    what: str = "faults", **more: Any,
) -> Reached:  # fmt: skip
    """Each seed in a house of its own."""
    reached, failed, counted, moments = list[int](), list[str](), 0, set[str]()
    waiting = iter(seeds or range(random.SystemRandom().randrange(10**6), 10**7))
    with ExitStack() as stack:
        zygote = Zygote()
        stack.callback(zygote.stop)
        postgres = stack.enter_context(running_postgres()) if store == "postgres" else None
        for seed in waiting:
            folder = LEFT.absolute() / f"{part}-{seed}"
            shutil.rmtree(folder, ignore_errors=True)
            (folder / "nats").mkdir(parents=True)
            nats = NatsServer(folder=folder / "nats").start()
            stores = postgres.url(postgres.fresh_database()) if postgres else ""
            world = World(folder=folder / "house", nats=nats, zygote=zygote, store=stores, **more)
            count, found = asyncio.run(_in(world, seed, live, deadline - time.monotonic()))
            nats.stop()
            reached.append(seed)
            counted += count
            moments |= world.died_at().keys()
            if found:
                failed.append(f"python -m tests.faults.campaign --part {part} --seed {seed}: {list(found)[:5]}")
                break
            shutil.rmtree(folder)
            if not seeds and (once or time.monotonic() > deadline):
                break
    return Reached(seeds=reached, counted=counted, what=what, moments=sorted(moments), failed=failed)


async def _in(world: World, seed: int, live: Live, left: float) -> tuple[int, Sequence[Finding]]:
    async with world:
        return await live(seed, world, left)


PARTS: Mapping[str, Part] = {
    "kills": partial(in_houses, "kills", killed),
    "kills-postgres": partial(in_houses, "kills-postgres", killed, store="postgres"),
    "once": partial(in_houses, "once", paid_once, what="orders"),
    "deliveries": partial(in_houses, "deliveries", partial(killed, unreliable=True), max_ack_pending=64),
}
"""What shares the minutes. A part is a name and a function of its own; add a line for another."""
BESIDE: Mapping[str, Part] = {"outage": partial(in_houses, "outage", away, once=True)}
"""What mostly waits, and so has all of the minutes for itself."""


def _reached(name: str, part: Part, deadline: float, seeds: Sequence[int]) -> Sequence[str]:
    """Say what a part came to; what failed in it."""
    begun = time.monotonic()
    reached = part(deadline, seeds)
    took, span = time.monotonic() - begun, f"{reached.seeds[0]}–{reached.seeds[-1]}"
    at = f", at {len(reached.moments)} of {len(EVERYWHERE)} moments" if reached.moments else ""
    print(
        f"{name}: {len(reached.seeds)} seeds ({span}), {reached.counted} {reached.what}{at} in {took:.0f} s", flush=True
    )
    return reached.failed


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.campaign", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--part", choices=[*PARTS, *BESIDE], action="append")
    parser.add_argument("--seed", type=int, action="append", default=[])
    asked = parser.parse_args(arguments)
    chosen = asked.part or [*PARTS, *BESIDE]
    end = time.monotonic() + 60 * asked.minutes
    with ThreadPoolExecutor() as aside:
        beside = [aside.submit(_reached, name, BESIDE[name], end, asked.seed) for name in chosen if name in BESIDE]
        failed = list[str]()
        sharing = [it for it in chosen if it in PARTS]
        for number, name in enumerate(sharing):
            now = time.monotonic()
            share = max(0.0, end - now) / (len(sharing) - number)
            failed += _reached(name, PARTS[name], now + share, asked.seed)
        failed += [one for it in beside for one in it.result()]
    for it in failed:
        print(f"VIOLATED: {it}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
