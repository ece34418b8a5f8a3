"""What a process gets from its machine, taken over for the length of a simulation: clocks, chance, exit, the guard's thread."""

import asyncio
import gc
import logging
import os
import random
import threading
import time
from collections.abc import Callable, Generator, Iterable, MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import anyio.to_thread
import structlog
from faststream._internal.broker import registrator

from shared import clock, lifecycle, observability, service, view_tables
from shared.messaging import Guard
from shared.standby import Seat
from tests.simulation.loop import PROCESS, Process, SimulatedLoop
from tests.simulation.network import Network
from tests.simulation.streams import EPOCH


class SimulatedGuard(Guard):
    """The guard as it is, looking from a task instead of a thread."""

    def start(self) -> None:
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    def stop(self) -> None:
        super().stop()
        self._watching.cancel()

    async def _watch(self) -> None:
        while not self._done.is_set():
            await asyncio.sleep(2)
            self.look()

    def _end(self, code: int, reason: str) -> None:
        lifecycle._end(code, reason)


class KeptViews(view_tables.SQLite):
    """A service's views in memory, which outlive the processes that open them."""

    def __init__(self) -> None:
        super().__init__(Path(":memory:"))

    def close(self) -> None:
        """The next process opens them again."""


class Chair:
    """Where a service's seat is taken: by one process, until it ends or its session does."""

    def __init__(self) -> None:
        self._holder: tuple[Process, object] | None = None

    def seat(self) -> "SimulatedSeat":
        return SimulatedSeat(self, PROCESS.get())

    def take(self, process: Process, session: object) -> bool:
        self._holder = self._holder or (process, session)
        return self.is_held(session)

    def is_held(self, session: object) -> bool:
        return self._holder is not None and self._holder[1] is session

    def lose(self) -> None:
        """The session ends, and whoever sat here does not know yet."""
        self._holder = None

    def free(self, process: Process) -> None:
        if self._holder and self._holder[0] is process:
            self._holder = None


class SimulatedSeat:
    """The right of one process to write, as a database's session gives it."""

    def __init__(self, chair: Chair, process: Process) -> None:
        self._chair = chair
        self._process = process

    def take(self) -> bool:
        return self._chair.take(self._process, self)

    def holds(self) -> bool:
        return self._chair.is_held(self)

    def close(self) -> None:
        if self.holds():
            self._chair.lose()


class _InOrder(dict[Any, None]):
    """Instead of a set that FastStream walks through by address: subscribers in the order in which they came."""

    def add(self, it: Any) -> None:
        self[it] = None


class _Instants:
    """The `datetime` of `shared.clock`, told by the simulated machine's own clock."""

    min = datetime.min

    def __init__(self, loop: SimulatedLoop) -> None:
        self._loop = loop

    def now(self, zone: tzinfo) -> datetime:
        process = PROCESS.get(None)
        offset = process.clock_offset if process else 0.0
        return datetime.fromtimestamp(EPOCH.timestamp() + self._loop.now + offset, UTC).astimezone(zone)


def _told_by(loop: SimulatedLoop) -> Any:
    """Logs go where the simulation's own notes go, and no further."""

    def told(_logger: Any, _level: str, fields: MutableMapping[str, Any]) -> Any:
        loop.tell(" ".join(f"{name}={it}" for name, it in fields.items() if name != "exc_info"))
        raise structlog.DropEvent

    return told


@contextmanager
def machine(
    loop: SimulatedLoop,
    seed: int,
    network: Network,
    databases: Callable[[str], view_tables.Database],
    seats: Callable[[str], Seat],
) -> Generator[None]:
    """Everything that would tell one run from another is taken from the seed; what was there comes back afterwards."""
    chance = random.Random(f"{seed}/entropy")
    before = random.getstate()
    random.seed(seed)

    def end(code: int, _reason: str) -> None:
        process = PROCESS.get()
        loop.note("exit", f"{process.name} {code}")
        process.kill()

    async def in_thread(work: Callable[..., Any], *args: Any, **_: Any) -> Any:
        return await loop.run_in_executor(None, work, *args)

    def no_thread(it: threading.Thread) -> None:
        raise RuntimeError(f"{it.name}: a thread would run differently every time")

    taken: list[tuple[Any, str, Any]] = [
        (time, "monotonic", loop.time),
        (time, "time", lambda: EPOCH.timestamp() + loop.now),
        (os, "urandom", chance.randbytes),
        (random, "_urandom", chance.randbytes),
        (threading.Thread, "start", no_thread),
        (anyio.to_thread, "run_sync", in_thread),
        (registrator, "WeakSet", _InOrder),
        (logging.getLogger("nats.aio.client"), "disabled", True),
        (clock, "datetime", _Instants(loop)),
        (observability, "_share", 0.0),  # whether this process traces must not take draws from the seed
        (lifecycle, "_end", end),
        (lifecycle, "Guard", SimulatedGuard),
        (service, "seat", lambda _store, name: seats(name)),
        (view_tables, "database", lambda _store, name: databases(name)),
        (lifecycle, "_reachable", lambda _url: lambda: network.up and not network.black_hole),
    ]
    logs = structlog.get_config()
    structlog.configure(
        processors=[_told_by(loop)],
        wrapper_class=structlog.make_filtering_bound_logger(10),
        cache_logger_on_first_use=False,
    )
    gc.disable()  # what is collected when depends on what else the process does
    try:
        with _replaced(taken):
            yield
    finally:
        gc.enable()
        random.setstate(before)
        structlog.configure(**logs)


@contextmanager
def _replaced(taken: Iterable[tuple[Any, str, Any]]) -> Generator[None]:
    originals = [(owner, name, getattr(owner, name)) for owner, name, _ in taken]
    for owner, name, instead in taken:
        setattr(owner, name, instead)
    try:
        yield
    finally:
        for owner, name, original in originals:
            setattr(owner, name, original)
