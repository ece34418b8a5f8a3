"""As many seeds as fit into a time, on both cores."""

import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from multiprocessing import get_context
from multiprocessing.pool import AsyncResult

from tests.simulation.simulate import Result, simulate

WORKERS = 2
TOGETHER = 10
"""Seeds in one piece of work."""
PIECES_PER_WORKER = 30
"""After these a worker is replaced by a fresh one, and with it whatever its libraries keep of the worlds it ran."""


@dataclass
class Campaign:
    """How far a campaign came, and the seeds in which something was wrong."""

    first_seed: int
    seeds: int = 0
    failed: list[Result] = field(default_factory=list[Result])


def campaign(deadline: float, first_seed: int) -> Campaign:
    """Run seeds from the first on until `time.monotonic()` reaches the deadline."""
    reached = Campaign(first_seed)
    under_way: deque[AsyncResult[tuple[int, list[Result]]]] = deque()
    with get_context("spawn").Pool(WORKERS, maxtasksperchild=PIECES_PER_WORKER) as pool:
        for first in count(first_seed, TOGETHER):
            under_way.append(pool.apply_async(_run, (first, deadline)))
            if len(under_way) > 2 * WORKERS:
                seeds, failed = under_way.popleft().get()
                reached.seeds += seeds
                reached.failed += failed
                if seeds < TOGETHER:
                    return reached
    raise AssertionError("counting never ends")


def _run(first: int, deadline: float) -> tuple[int, list[Result]]:
    done, failed = 0, list[Result]()
    for seed in range(first, first + TOGETHER):
        if time.monotonic() > deadline:
            break
        result = simulate(seed)
        done += 1
        if result.violations:
            failed.append(result)
    return done, failed
