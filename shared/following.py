"""The one loop: read the log after my position, do, remember the position. Relays, views and lanes are followers."""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from eventsourcing.persistence import PersistenceError

from shared.messaging import Lost
from shared.writer import NotWriting

log = structlog.get_logger()


PAGE = 1_000
"""Rows of the log that are read at a time."""
POLL = 1.0
"""A nudge wakes a follower at once; this many seconds later it looks all the same."""


class Nudge:
    """Wakes the followers after a commit."""

    def __init__(self) -> None:
        self._events: list[asyncio.Event] = []

    def listener(self) -> asyncio.Event:
        event = asyncio.Event()
        self._events.append(event)
        return event

    def __call__(self) -> None:
        for event in self._events:
            event.set()


async def wait(nudged: asyncio.Event, seconds: float = POLL) -> None:
    """Until nudged, or the time is over."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(nudged.wait(), seconds)
    nudged.clear()


async def in_thread[T](work: Callable[..., T], *args: Any) -> T:
    """Blocking work in a thread; a cancelled caller still waits for it, because a store must not be closed under it."""
    future = asyncio.ensure_future(asyncio.to_thread(work, *args))
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait([future])
        raise


async def persistently(what: str, attempt: Callable[[], Awaitable[None]]) -> None:
    """Run something for ever; a transient failure is tried again with growing delays, visibly."""
    failures = 0
    while True:
        started = time.monotonic()
        try:
            await attempt()
            failures = 0
        except (Lost, NotWriting, PersistenceError, OSError) as error:
            failures = 1 if time.monotonic() - started > 10 else failures + 1
            log.warning("will try again", what=what, error=type(error).__name__, failures=failures)
        # Longer than 5 s would make people wait for a broker that is long back.
        await asyncio.sleep(min(5.0, 0.2 * 2 ** min(failures, 8)) * (0.5 + random.random()) if failures else 0)
