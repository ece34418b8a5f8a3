"""Clients over HTTP that cost next to nothing: one connection each, kept alive, and the next request once the answer is whole."""

import asyncio
import time
from collections.abc import Callable
from typing import cast

import uvloop

from tests.benchmarks.running import CLIENTS, WITHIN, Asked, Figures, Lost

type Ask = Callable[[int, int], bytes]
"""The request of a client (from 0) for the time it asks (from 0), as bytes."""


class _Client(asyncio.Protocol):
    def __init__(self, number: int, ask: Ask) -> None:
        self.times = 0
        self.answered = asyncio.get_running_loop().create_future()
        self._ask, self._number = ask, number
        self._left, self._until = 0, 0.0
        self._received = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def begin(self, times: int, until: float) -> asyncio.Future[None]:
        self.answered = asyncio.get_running_loop().create_future()
        self._left, self._until = times, until
        self._next()
        return self.answered

    def _next(self) -> None:
        if self._left and time.perf_counter() < self._until:
            self._transport.write(self._ask(self._number, self.times))
        else:
            self.answered.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]):
            return
        if not head.startswith(b"HTTP/1.1 20"):
            self.answered.set_exception(Lost(self._received.decode()[:2_000]))
            return
        self._received = b""
        self.times += 1
        self._left -= 1
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.answered.done():
            self.answered.set_exception(Lost(f"the server hung up: {exc}"))


async def load(port: int, ask: Ask, asked: Asked) -> Figures:
    """So many answers from all clients together, and so many in a second after the first few."""
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda number=number: _Client(number, ask), "127.0.0.1", port)
        for number in range(CLIENTS)
    ]
    clients = [client for _, client in made]

    async def all_of_them(times: int, seconds: float) -> float:
        begun = time.perf_counter()
        await asyncio.gather(*(it.begin(times, begun + seconds) for it in clients))
        return time.perf_counter() - begun

    await all_of_them(10, WITHIN)
    before = sum(it.times for it in clients)
    took = await all_of_them(-(-asked.count // CLIENTS) or 10**9, WITHIN if asked.count else asked.seconds)
    for transport, _ in made:
        transport.close()
    acts = sum(it.times for it in clients)
    return {"acts": acts, "seconds": round(took, 2), "acts_per_second": round((acts - before) / took, 1)}


def run(port: int, ask: Ask, asked: Asked) -> Figures:
    """The clients' own process."""
    return uvloop.run(load(port, ask, asked))
