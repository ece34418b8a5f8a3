"""Many seeds, on both cores."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import batched
from multiprocessing import get_context
from multiprocessing.pool import AsyncResult

from tests.simulation.simulate import Result, simulate

WORKERS = 2
TOGETHER = 10
"""Seeds in one piece of work."""
PIECES_PER_WORKER = 30
"""After these a worker is replaced by a fresh one, and with it whatever its libraries keep of the worlds it ran."""


def campaign(seeds: Sequence[int], minutes: float = 0.0) -> Iterator[Result]:
    """What becomes of these seeds, in their order; with `minutes` only of those that are begun within them."""
    ends = time.monotonic() + 60 * minutes if minutes else float("inf")
    under_way: deque[AsyncResult[list[Result]]] = deque()
    with get_context("spawn").Pool(WORKERS, maxtasksperchild=PIECES_PER_WORKER) as pool:
        for piece in batched(seeds, TOGETHER):
            if time.monotonic() > ends:
                break
            under_way.append(pool.apply_async(_lived, (piece,)))
            if len(under_way) > 2 * WORKERS:
                yield from under_way.popleft().get()
        while under_way:
            yield from under_way.popleft().get()


def _lived(seeds: Sequence[int]) -> list[Result]:
    return [simulate(seed) for seed in seeds]
