"""A service's life as a process: its loops from first to last, and what ends it."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from shared.following import ConsumerGone, persistently
from shared.messaging import Guard
from shared.recorders import FenceLost

if TYPE_CHECKING:
    from shared.service import House

log = structlog.get_logger()


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
    """Connect as soon as the broker is there; commands are taken meanwhile."""
    for it in house.lanes:
        house.messenger.subscribe(it.subject, it.receive)
    failures = 0
    while True:
        try:
            await asyncio.wait_for(house.messenger.broker.start(), 15)
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
    await house.messenger.on_witnessed(house.witnessing.hear)
    for reached in house.connected:
        await reached()


def _reachable(url: str) -> Callable[[], bool]:
    parts = urlsplit(url)

    def reachable() -> bool:
        try:
            with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 4222), timeout=2):
                return True
        except OSError:
            return False

    return reachable


@asynccontextmanager
async def running(house: "House") -> AsyncGenerator[None]:
    """All the loops of a service, from first to last; a graceful stop finishes what is being committed."""
    guard = Guard(house.messenger, _reachable(house.settings.nats_url))
    tasks: list[asyncio.Task[None]] = []

    def start(what: str, it: Awaitable[None]) -> None:
        tasks.append(asyncio.ensure_future(_vital(what, it)))

    start("beat", guard.keep_beating())
    guard.start()
    start("writer", house.writer.run())
    await house.writer.started.wait()
    house.permit()
    house.view_follower.goal = house.writer.head.position
    start("views", persistently("views", house.view_follower.run))

    async def exchange() -> None:
        await _connect(house)
        for relay in house.relays:
            start(f"relay {relay.subject}", persistently(relay.subject, relay.run))
        start("witnessing", persistently("witnessing", house.witnessing.run))
        for it in house.lanes:
            start(f"lane {it.source}", persistently(it.subject, it.watch))
        await asyncio.Event().wait()

    start("exchange", exchange())
    for follower in house.blueprint.followers(house):
        start("follower", persistently("follower", follower))
    log.info("serving", epoch=house.writer.head.epoch, position=house.writer.head.position)
    try:
        yield
    finally:
        log.info("stopping", position=house.writer.head.position)
        house.writer.refusing = "wird beendet"
        try:
            await asyncio.wait_for(house.messenger.broker.stop(), 10)
        except Exception as error:
            log.warning("broker did not stop cleanly", error=type(error).__name__)
        until = time.monotonic() + 10
        while not house.writer.idle and time.monotonic() < until:  # noqa: ASYNC110 (a thread works it off)
            await asyncio.sleep(0.02)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        guard.stop()
        house.views.close()
        house.store.recorder.close()
