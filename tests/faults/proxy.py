"""A TCP road to a server that can go bad: it swallows bytes without closing, or it breaks exactly at a commit."""

import asyncio
from contextlib import suppress
from typing import Self

LATE = 1.0
"""Seconds by which a late commit comes after the client has given the connection up."""


class Proxy:
    """A road to 127.0.0.1:`port`, open while the block runs; each break happens once and is then repaired."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._tasks: set[asyncio.Task[None]] = set()
        self._swallowed = set[asyncio.StreamWriter]()
        self._open = set[asyncio.StreamWriter]()
        self.breaks = ""
        """The next marked message: `before` it arrives, `after` it was done and before its answer, or it arrives `late`."""
        self.marked = b""
        """What is in the message that is meant, and in no other: a commit is one message."""
        self.broken = 0
        self._unheard = set[asyncio.StreamReader]()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for it in self._tasks:
            it.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def swallow(self) -> None:
        """Half open: what is sent on the connections of now disappears, nobody hears of it; later ones are well."""
        self._swallowed |= self._open

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
            self._open |= {far_writer, writer}
            ways = (self._there(reader, far_writer, far_reader, writer), self._back(far_reader, writer))
            for way in ways:
                task = asyncio.ensure_future(way)
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _there(
        self,
        near: asyncio.StreamReader,
        far: asyncio.StreamWriter,
        answers: asyncio.StreamReader,
        back: asyncio.StreamWriter,
    ) -> None:
        with suppress(OSError):
            while sent := await near.read(65536):
                if far in self._swallowed:
                    continue
                if self.breaks and self.marked in sent:
                    self._unheard.add(answers)
                    await self._break(sent, far, back)
                    return
                far.write(sent)
                await far.drain()
        far.close()

    async def _break(self, sent: bytes, far: asyncio.StreamWriter, back: asyncio.StreamWriter) -> None:
        how, self.breaks = self.breaks, ""
        self.broken += 1
        if how == "after":
            far.write(sent)
            await asyncio.sleep(0.3)
        back.transport.abort()
        if how == "late":
            await asyncio.sleep(LATE)
            far.write(sent)
            await far.drain()
        far.close()

    async def _back(self, far: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while sent := await far.read(65536):
                if near not in self._swallowed and far not in self._unheard:
                    near.write(sent)
                    await near.drain()
        near.close()
