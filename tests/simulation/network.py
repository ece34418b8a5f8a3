"""A network of bytes: latency, chunks of any size, connections cut at any byte or swallowed without a word."""

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from random import Random
from typing import Any, Protocol

from tests.simulation.loop import PROCESS, Process, SimulatedLoop


class Session(Protocol):
    """The server's end of a connection."""

    def received(self, data: bytes) -> None: ...
    def lost(self) -> None: ...


class Direction:
    """One way of a connection: bytes arrive in order, each chunk after a while."""

    def __init__(self, link: "Link", arrive: Callable[[bytes], None]) -> None:
        self._link = link
        self._arrive = arrive
        self._last = 0.0

    def send(self, data: bytes) -> None:
        link = self._link
        if not link.open or link.swallows:
            return
        if link.bytes_left is not None:
            data = data[: link.bytes_left]
            link.bytes_left -= len(data)
        network = link.network
        if len(data) > 1 and network.random.random() < network.splits:
            at = network.random.randrange(1, len(data))
            self._deliver(data[:at])
            data = data[at:]
        self._deliver(data)
        if link.bytes_left == 0:
            link.cut()

    def _deliver(self, data: bytes) -> None:
        network = self._link.network
        # Two timers of one instant would fire in any order, and bytes must not.
        self._last = max(self._last + 1e-9, network.loop.now + network.latency())
        network.loop.call_at(self._last, self._arrived, data, context=network.loop.outside)

    def _arrived(self, data: bytes) -> None:
        if not self._link.swallows:
            self._arrive(data)


class Link:
    """One connection between a process and the server."""

    def __init__(self, network: "Network", protocol: Any, context: Any) -> None:
        self.network = network
        self.open = True
        self.swallows = False
        self.bytes_left: int | None = None
        self._protocol = protocol
        self._context = context
        self.process: Process | None = context.get(PROCESS)
        self.transport = Transport(self)
        self.up = Direction(self, self._to_server)
        self.down = Direction(self, self._to_client)
        self.session: Session = network.accept(self)

    def _to_server(self, data: bytes) -> None:
        self.network.loop.note("up", data)
        self.session.received(data)

    def _to_client(self, data: bytes) -> None:
        self.network.loop.note("down", data)
        self.network.loop.call_soon(self._received, data, context=self._context)

    def _received(self, data: bytes) -> None:
        if not self.transport.lost:
            self._protocol.data_received(data)

    def cut(self, error: Exception | None = None) -> None:
        """Both ends learn, each after a while, that the connection is no more."""
        if not self.open:
            return
        self.open = False
        if self in self.network.links:
            self.network.links.remove(self)
        loop, network = self.network.loop, self.network
        loop.later(network.latency(), self.session.lost)
        if not self.swallows:
            reason = error or (ConnectionResetError() if network.random.random() < 0.5 else None)
            loop.call_at(loop.now + network.latency(), self.lost, reason, context=self._context)

    def close(self) -> None:
        """The process closes its end."""
        if self.open:
            self.open = False
            self.network.links.remove(self)
            if not self.swallows:
                self.network.loop.later(self.network.latency(), self.session.lost)
        self.network.loop.call_soon(self.lost, None, context=self._context)

    def lost(self, error: Exception | None) -> None:
        if not self.transport.lost:
            self.transport.lost = True
            if error is None:
                self._protocol.eof_received()
            self._protocol.connection_lost(error)


class Transport(asyncio.Transport):
    """The process's end."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self._closing = False
        self.lost = False

    def write(self, data: Any) -> None:
        if not self._closing and not self.lost:
            self._link.up.send(bytes(data))

    def is_closing(self) -> bool:
        return self._closing or self.lost

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._link.close()

    def abort(self) -> None:
        self.close()


class Network:
    """Who can reach the server, and how well."""

    def __init__(self, loop: SimulatedLoop, random: Random, accept: Callable[[Link], Session]) -> None:
        self.loop = loop
        self.random = random
        self.accept = accept
        self.links: list[Link] = []
        self.up = True
        self.black_hole = False
        """Packets vanish: no connection is refused, none comes about."""
        self.slowness = 0.001
        self.splits = 0.1
        loop.connect = self.connect

    def latency(self) -> float:
        return self.slowness * (0.5 + self.random.random())

    async def connect(self, protocol_factory: Callable[[], Any]) -> Any:
        await asyncio.sleep(self.latency())
        if self.black_hole:
            await asyncio.sleep(120)
        if not self.up:
            raise ConnectionRefusedError
        protocol = protocol_factory()
        link = Link(self, protocol, copy_context())
        self.links.append(link)
        protocol.connection_made(link.transport)
        return link.transport, protocol

    def cut_all(self) -> None:
        for link in list(self.links):
            link.cut()

    def half_open(self, link: Link) -> None:
        """From now on nothing arrives, and nobody is told; the server gives up after its own unanswered pings."""
        link.swallows = True
        self.loop.later(30, link.session.lost)

    def cut_of(self, process: Process) -> None:
        """What the kernel does to a dead process's connections."""
        for link in [it for it in self.links if it.process is process]:
            link.cut()
