"""A service's life as a process: its loops from first to last, and what ends it."""

import asyncio
import gc
import os
import socket
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from shared.following import in_thread, persistently
from shared.lane_following import ConsumerGone
from shared.messaging import Guard
from shared.recorders import FenceLost
from shared.standby import STANDS_BY, SeatUnreachable
from shared.topology import RECORDED
from shared.views import FOLLOWER

if TYPE_CHECKING:
    from shared.service import House

log = structlog.get_logger()

COLLECT_AFTER = (100_000, 50, 100)
"""What a service keeps at hand are records, which hold no cycles: to look through them all the time finds nothing."""


def _end(code: int, reason: str) -> None:
    log.critical("process ends", reason=reason)
    os._exit(code)


async def _vital(what: str, running: Awaitable[None]) -> None:
    """A part without which the process must not go on: when it ends, the process does, and the supervisor starts it again."""
    try:
        await running
    except asyncio.CancelledError:
        raise
    except FenceLost:
        _end(72, "another writer holds the store")
    except ConsumerGone:
        _end(73, "durable consumer gone")
    except Exception:
        log.exception("part failed", part=what)
        _end(74, what)


async def _connect(house: "House") -> None:
    """Connect as soon as the broker is there and as agreed, and hear what others ask."""
    for it in house.lanes:
        house.messenger.subscribe(it.subject, it.receive)
    failures = 0
    while True:
        try:
            await asyncio.wait_for(house.messenger.broker.connect(), 15)
            await _agree(house)
            await asyncio.wait_for(house.messenger.start(), 15)
            break
        except Exception as error:
            failures += 1
            log.warning("broker not there yet", error=type(error).__name__, failures=failures)
            if failures > 20:
                raise
            await asyncio.sleep(min(5.0, 0.2 * failures))

    async def answer(subject: str, position: int) -> None:
        for relay in house.relays:
            if relay.subject == subject:
                await relay.refill(position)

    await house.messenger.on_refill(answer)
    if house.name in RECORDED:
        await house.messenger.on_witnessed(house.witnessing.hear)
    for reached in house.connected:
        await reached()


async def _agree(house: "House") -> None:
    """Wait, visibly, until the broker's streams and consumers are as agreed: with others nothing that is promised holds."""
    while found := await house.messenger.deviations():
        if not house.deviation:
            log.critical("streams or consumers are not as agreed", found=found)
        house.deviation = found[0]
        house.permit()
        await asyncio.sleep(2)
    house.deviation = ""
    house.permit()


def _reachable(url: str) -> Callable[[], bool]:
    parts = urlsplit(url)

    def reachable() -> bool:
        try:
            with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 4222), timeout=2):
                return True
        except OSError:
            return False

    return reachable


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class _Loops:
    """The loops of one service, started once it may write."""

    def __init__(self, house: "House") -> None:
        self.house = house
        self._inside: list[asyncio.Task[None]] = []
        self._outside: list[asyncio.Task[None]] = []

    def start(self, what: str, it: Awaitable[None]) -> None:
        self._inside.append(asyncio.ensure_future(_vital(what, it)))

    def start_outside(self, what: str, it: Awaitable[None]) -> None:
        """Start what talks to the broker."""
        self._outside.append(asyncio.ensure_future(_vital(what, it)))

    async def end_outside(self) -> None:
        """End it before the connection is closed: meeting a closed one, a part would take the whole process with it."""
        await _cancelled(self._outside)

    async def end(self) -> None:
        await _cancelled(self._inside)

    async def begin(self) -> None:
        """Write, see, exchange, and whatever else this service does by itself."""
        house = self.house
        house.standing_by = False
        self.start("writer", house.writer.run())
        await house.writer.started.wait()
        house.permit()
        house.view_follower.goal = house.writer.head.position
        self.start("seat", self._keep_seat())
        self.start("views", persistently("views", house.view_follower.run))
        self.start("clock", persistently("clock", house.clock_follower.run))
        self.start_outside("exchange", self._exchange())
        for follower in house.blueprint.followers(house):
            self.start("follower", persistently("follower", follower))
        log.info("serving", epoch=house.writer.head.epoch, position=house.writer.head.position)

    async def stand_by(self) -> None:
        """Serve reads until the seat is free; the views are kept by the process that has it."""
        house = self.house
        log.info("standing by")
        while not await in_thread(house.seat.take):
            _, house.view_follower.position = await in_thread(house.views.position, FOLLOWER)
            await asyncio.sleep(0.5)
        log.warning("taking over")
        house.writer.refusing = "übernimmt"
        await self.begin()

    async def _keep_seat(self) -> None:
        """Stop writing as soon as the seat is lost; `FenceLost` when another process has it then."""
        house = self.house
        while True:
            await asyncio.sleep(0.5)
            if await in_thread(house.seat.holds):
                continue
            house.lost_seat = True
            house.permit()
            while house.lost_seat:
                try:
                    if not await in_thread(house.seat.take):
                        raise FenceLost
                    house.lost_seat = False
                except SeatUnreachable as error:
                    log.warning("will try again", what="seat", error=str(error))
                    await asyncio.sleep(0.5)
            house.permit()

    async def _exchange(self) -> None:
        house = self.house
        await _connect(house)
        for relay in house.relays:
            self.start_outside(f"relay {relay.subject}", persistently(relay.subject, relay.run))
        self.start_outside("witnessing", persistently("witnessing", house.witnessing.run))
        for it in house.lanes:
            self.start_outside(f"lane {it.source}", persistently(it.subject, it.watch))
        await asyncio.Event().wait()


@asynccontextmanager
async def running(house: "House") -> AsyncGenerator[None]:
    """All the loops of a service, from first to last; a graceful stop finishes what is being committed."""
    gc.set_threshold(*COLLECT_AFTER)
    reachable = _reachable(house.settings.nats_url)
    guard = Guard(house.messenger, lambda: not house.standing_by and reachable())
    loops = _Loops(house)
    loops.start("beat", guard.keep_beating())
    guard.start()
    if await in_thread(house.seat.take):
        await loops.begin()
    else:
        house.standing_by = True
        house.writer.refusing = STANDS_BY
        loops.start("standby", loops.stand_by())
    try:
        yield
    finally:
        log.info("stopping", position=house.writer.head.position)
        house.writer.refusing = "wird beendet"
        await loops.end_outside()
        await house.messenger.leave()
        until = time.monotonic() + 10
        while not house.writer.idle and time.monotonic() < until:  # noqa: ASYNC110 (a thread works it off)
            await asyncio.sleep(0.02)
        await loops.end()
        guard.stop()
        house.views.close()
        house.store.recorder.close()
        house.seat.close()
