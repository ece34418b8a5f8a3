"""A broker that is away costs nothing: whoever pulls from it waits before asking again."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from nats.js import JetStreamContext

from shared import messaging
from tests.machinery.toys import FOLLOWER, serving, settings, until
from tests.servers import NatsServer

TURNS = 2_000


async def asked_in_vain(tmp_path: Path, nats: NatsServer, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often a follower asks an absent broker for messages while its event loop turns so many times."""
    real, asked = JetStreamContext.PullSubscription.fetch, 0

    async def counted(self: Any, *args: Any, **more: Any) -> Any:
        nonlocal asked
        asked += 1
        return await real(self, *args, **more)

    monkeypatch.setattr(JetStreamContext.PullSubscription, "fetch", counted)
    async with serving(FOLLOWER, settings(tmp_path / "f", nats)) as follower:
        await until(lambda: asked >= len(follower.lanes))
        nats.kill()
        await until(lambda: not follower.messenger.connected)
        before = asked
        await until(lambda: asked > before)
        before = asked
        for _ in range(TURNS):
            await asyncio.sleep(0)
        return asked - before


@contextmanager
def unheard() -> Generator[None]:
    """What FastStream still has under way when it is stopped fails, too, and nobody asks why."""
    loop = asyncio.get_running_loop()
    handler = loop.get_exception_handler()
    loop.set_exception_handler(lambda _loop, _found: None)
    try:
        yield
    finally:
        loop.set_exception_handler(handler)


async def test_an_absent_broker_is_asked_now_and_then(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    assert await asked_in_vain(tmp_path, nats_server, monkeypatch) <= 4


async def test_without_a_pause_an_absent_broker_is_asked_all_the_time(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    def at_once(fetch: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        return fetch

    monkeypatch.setattr(messaging, "_patiently", at_once)
    with unheard():
        assert await asked_in_vain(tmp_path, nats_server, monkeypatch) > TURNS / 10
        gc.collect()
