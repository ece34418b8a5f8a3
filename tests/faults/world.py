"""The house under fault: a broker, stores, processes that die and are started again at once, people who insist.

async with World(folder=tmp_path, nats=nats_server, zygote=zygote) as world:
    await world.start("intake", "review", "payout")
    await world.ask("intake", "put", "case", cents=5)
    await world.at_rest()
    assert world.findings() == []
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import msgspec
import nats as nats_client
from nats.js import JetStreamContext

from deploy.files import write_atomically
from shared import topology
from shared.provisioning import provision
from shared.records import replace
from shared.topology import FOLLOWS, lane, stream_of
from tests.benchmarks.conversation import BEGINS_AT
from tests.faults import checker
from tests.faults.checker import Evidence, Finding
from tests.faults.life import Life
from tests.faults.moments import DIED_AT
from tests.faults.serving import settings_of
from tests.servers import NatsServer

SERVICES = ("intake", "review", "payout")
PROJECT = Path(__file__).parents[2]


class Zygote:
    """The process that starts processes; one for a whole test run."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.zygote", str(os.getpid())]
        self._process = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        self._output.readline()
        os.set_blocking(self._output.fileno(), False)
        self._kept = b""

    def listen(self, hear: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        """Hear who starts and who ends, in the running event loop; returns what stops it."""

        def read() -> None:
            *lines, self._kept = (self._kept + os.read(self._output.fileno(), 65536)).split(b"\n")
            for line in lines:
                hear(msgspec.json.decode(line))

        loop, output = asyncio.get_running_loop(), self._output.fileno()
        loop.add_reader(output, read)
        return lambda: (loop.remove_reader(output), None)[1]

    def fork(self, life: Life) -> None:
        self._input.write(msgspec.json.encode(life) + b"\n")

    def signal(self, pid: int, how: signal.Signals) -> None:
        self._input.write(msgspec.json.encode({"pid": pid, "signal": how}) + b"\n")

    def stop(self) -> None:
        self._input.close()
        self._process.wait(60)
        self._output.close()


@dataclass
class Process:
    """One incarnation of a service."""

    life: Life
    pid: int
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    code: int = 0


class Line:
    """A client's connection to one incarnation."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reading = asyncio.ensure_future(self._read(reader))
        self.lost = False

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while line := await reader.readline():
                answer = msgspec.json.decode(line)
                self._waiting.pop(answer["id"]).set_result(answer)
        self.lost = True
        for it in self._waiting.values():
            it.set_exception(ConnectionError("ended"))
        self._waiting.clear()

    async def request(self, number: int, ask: dict[str, Any]) -> dict[str, Any]:
        """The answer; `ConnectionError` when the process ended before it was read."""
        if self.lost:
            raise ConnectionError("ended")
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        self._writer.write(msgspec.json.encode({"id": number, **ask}) + b"\n")
        return await answer

    async def close(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._writer.close()


@dataclass
class World:
    """One house, for one story."""

    folder: Path
    nats: NatsServer
    zygote: Zygote
    store: str = ""
    max_ack_pending: int = 1
    life: Life = field(init=False)
    """What every process is told unless told otherwise."""
    restarts: Callable[[str], Life | None] = field(init=False)
    """What a service that ended by itself is started as again; None: it stays away."""

    def __post_init__(self) -> None:
        self.life = Life(
            service="", folder=str(self.folder), store=self.store or f"sqlite:{self.folder / 'stores'}",
            nats_url=self.nats.url, max_ack_pending=self.max_ack_pending,
        )  # fmt: skip
        self.restarts = lambda _service: None
        self.running: dict[str, Process] = {}
        self._last: dict[str, Life] = {}
        self.ends: list[tuple[str, int]] = []
        """Who ended, and with which code, in order."""
        self._expected: dict[str, tuple[Life, asyncio.Future[Process]]] = {}
        self._lines: dict[str, Line] = {}
        self._connecting = asyncio.Lock()
        self._asked = 0
        self._history = self.folder / "history.jsonl"
        self.closing = False

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "kek").write_bytes(bytes(range(32)))
        offset = (datetime.fromisoformat(BEGINS_AT) - datetime.now(UTC)).total_seconds()
        write_atomically(self.folder / "calendar.json", json.dumps({"offset_seconds": offset}).encode())
        self._deaf = self.zygote.listen(self._hear)
        for service in SERVICES:
            await asyncio.to_thread(provision, service, settings_of(replace(self.life, service=service)))
        await self.provision_streams()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.closing = True
        for process in list(self.running.values()):
            self.zygote.signal(process.pid, signal.SIGKILL)
            await process.ended.wait()
        for it in self._lines.values():
            await it.close()
        self._deaf()

    async def provision_streams(self) -> None:
        """What operations make, with consumers that do not wait a minute for a process that is dead."""
        await topology.provision(self.nats.url, "")
        async with self.operator() as jetstream:
            for service in SERVICES:
                for source in FOLLOWS[service]:
                    name = stream_of(lane(source))
                    config = (await jetstream.consumer_info(name, service)).config
                    if config.ack_wait == self.life.ack_wait:
                        continue
                    await jetstream.delete_consumer(name, service)
                    config.ack_wait, config.max_ack_pending = self.life.ack_wait, self.max_ack_pending
                    await jetstream.add_consumer(name, config)

    async def empty_streams(self) -> None:
        """All streams as they were made, with nothing in them."""
        async with self.operator() as jetstream:
            for stream in await jetstream.streams_info():
                await jetstream.delete_stream(str(stream.config.name))
        await self.provision_streams()

    def operator(self) -> "Operator":
        """A connection that may do all: what an operator, or whoever got hold of their password, can do."""
        return Operator(self.nats.url)

    # ---- Processes ---------------------------------------------------------------------------------------------------

    async def start(self, *services: str, **changes: Any) -> None:
        """Start processes; returns when they run, which is before they take commands."""
        for service in services:
            await self.begin(replace(self.life, service=service, **changes))

    def keep(self) -> None:
        """From now on whoever ends is started again as it was, as a supervisor does it."""
        self.restarts = lambda it: replace(self._last[it], moment="")

    async def begin(self, life: Life) -> Process:
        self.zygote.fork(self._expect(life))
        return await self._expected[life.called][1]

    def _expect(self, life: Life) -> Life:
        self._expected[life.called] = life, asyncio.get_running_loop().create_future()
        return life

    def _hear(self, told: dict[str, Any]) -> None:
        if "started" in told:
            life, born = self._expected.pop(told["name"])
            self._last[life.called] = life
            self.running[life.called] = process = Process(life=life, pid=told["started"])
            born.set_result(process)
            return
        for it in list(self.running.values()):
            if it.pid == told["ended"]:
                self._ended(it, told["code"])

    def _ended(self, process: Process, code: int) -> None:
        service = process.life.called
        del self.running[service]
        self.ends.append((service, code))
        process.code = code
        process.ended.set()
        if not self.closing and (life := self.restarts(service)):
            self.zygote.fork(self._expect(life))

    async def stop(self, service: str, how: signal.Signals = signal.SIGTERM, within: float = 30.0) -> int:
        """End a process and wait for it; its exit code."""
        process = self.running[service]
        self.zygote.signal(process.pid, how)
        async with asyncio.timeout(within):
            await process.ended.wait()
        return process.code

    def kill(self, service: str) -> None:
        """Kill a process if it runs."""
        if process := self.running.get(service):
            self.zygote.signal(process.pid, signal.SIGKILL)

    # ---- People ------------------------------------------------------------------------------------------------------

    async def ask(
        self, service: str, act: str, case: str = "", *, key: str = "", within: float = 60.0, **more: Any
    ) -> dict[str, Any]:
        """Ask until there is an answer: whoever does not know whether it was done asks again under the same key."""
        ask = {"act": act, "case": case, "key": key or f"{act}/{case}/{self._asked}", **more}
        self._note("invoked", service, ask, {})
        async with asyncio.timeout(within):
            while (answer := await self.once(service, ask)) is None or answer.get("refused") == "NotWriting":
                await asyncio.sleep(0.02)
        self._note("failed" if "failed" in answer else "ok", service, ask, answer)
        return answer

    async def once(self, service: str, ask: dict[str, Any]) -> dict[str, Any] | None:
        """One try; None when no answer was read."""
        self._asked += 1
        number = self._asked
        try:
            return await (await self._line(service)).request(number, ask)
        except (OSError, KeyError):
            return None

    async def _line(self, service: str) -> Line:
        async with self._connecting:
            line = self._lines.get(service)
            if line is None or line.lost:
                if line:
                    await line.close()
                socket = self._last[service].socket
                line = self._lines[service] = Line(*await asyncio.open_unix_connection(str(socket), limit=2**20))
            return line

    def _note(self, what: str, service: str, ask: dict[str, Any], answer: dict[str, Any]) -> None:
        if ask["act"] in ("look", "refill", "retry"):
            return
        told = {name: answer[name] for name in ("first", "last", "problem", "refusal") if name in answer}
        line = {
            "told": what,
            "service": self._last[service].service,
            **{it: ask.get(it, "") for it in ("key", "act", "case", "cents")},
            **told,
        }
        with self._history.open("ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")

    async def look(self, service: str) -> dict[str, Any]:
        return await self.ask(service, "look")

    async def until(
        self, is_so: Callable[[dict[str, Any]], bool], service: str, within: float = 30.0
    ) -> dict[str, Any]:
        """Wait until a service says so of itself."""
        seen: dict[str, Any] = {}
        try:
            async with asyncio.timeout(within):
                while True:
                    seen = await self.look(service)
                    if is_so(seen):
                        return seen
                    await asyncio.sleep(0.01)
        except TimeoutError as error:
            error.add_note(f"{service}: {seen}")
            raise

    async def at_rest(self, *services: str, within: float = 60.0) -> None:
        """Wait until nothing moves any more."""
        heads, before = {}, None
        async with asyncio.timeout(within):
            while heads != before or not heads:
                before, heads = heads, {}
                for service in services or SERVICES:
                    heads[service] = (await self.until(lambda it: it["idle"], service, within))["head"]
                await asyncio.sleep(0.1)

    # ---- Judgement ---------------------------------------------------------------------------------------------------

    def evidence(self) -> Evidence:
        return Evidence(
            store=self.life.store, nats_url=self.nats.url, history=self._history, treasury=self.folder / "treasury"
        )

    def findings(self) -> list[Finding]:
        """What the independent checker says of stores, streams and the treasury's book."""
        return checker.check(self.evidence())

    def died_at(self) -> Counter[str]:
        """At which moments processes have killed themselves, and how often."""
        logs = [it.read_text() for it in self.folder.glob("*.log")]
        return Counter(name for log in logs for name in re.findall(rf"^{DIED_AT} (\S+)$", log, re.MULTILINE))

    def log(self, service: str) -> str:
        """What the service's processes wrote."""
        return (self.folder / f"{service}.log").read_text()


class Operator:
    """A connection of the operator's for one block."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __aenter__(self) -> JetStreamContext:
        self._connection = await nats_client.connect(self._url)
        return self._connection.jetstream(timeout=10)

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()
