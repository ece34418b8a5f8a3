"""An event loop without a machine: time jumps to the next timer, threads are callbacks, the network is memory.

Ready callbacks run first in, first out, as asyncio promises. What a seed varies is what real machines vary: how long a
thread or a packet takes. Processes are contexts: what belongs to a killed one never runs again, not even its `finally`.
"""

import asyncio
import contextlib
import heapq
import warnings
from collections import deque
from collections.abc import Callable
from contextvars import Context, ContextVar
from hashlib import sha256
from random import Random
from typing import Any

STEP = 1e-6
"""What a step takes: a clock that stood still would never pass a deadline that it has just reached."""

PATIENCE = 10_000
"""Steps in a row without any waiting: more than a healthy world ever needs."""


class Stuck(Exception):
    """Nothing can ever happen again, or always the same."""


class Process:
    """What runs in its context is one process: killed, it stops between two steps, as after SIGKILL."""

    def __init__(self, name: str, on_death: Callable[[], None] = lambda: None) -> None:
        self.name = name
        self.alive = True
        self.steps = 0
        self.dies_at = 0
        """The step that will not be taken; 0 for none."""
        self.clock_offset = 0.0
        self._on_death = on_death
        self.context = Context()
        self.context.run(PROCESS.set, self)

    def kill(self) -> None:
        if self.alive:
            self.alive = False
            self._on_death()


PROCESS: ContextVar[Process] = ContextVar("process")


class SimulatedLoop(asyncio.BaseEventLoop):
    """Deterministic: the same seed and the same code take the same steps at the same times."""

    _ready: deque[Any]
    _scheduled: list[Any]

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._clock_resolution = 1e-9
        self.random = Random(f"{seed}/threads")
        self.now = 0.0
        self.steps = 0
        self.outside = Context()
        """The context of what belongs to no process: the network, the broker, the faults."""
        self.connect: Callable[[Any], Any] | None = None
        self.slow_threads = 0.02
        self._jumped_at = 0
        self.listener: Callable[[str], None] | None = None
        """Hears what happens, for a person who looks at one seed."""
        self._trace = sha256()
        self._tasks: list[asyncio.Task[Any]] = []
        self._tasks_kept = 1_000
        self.set_task_factory(self._remembered)
        self.set_exception_handler(lambda _loop, found: self.note("unhandled", str(found.get("message"))))

    def _remembered(self, loop: Any, coroutine: Any, **more: Any) -> asyncio.Task[Any]:
        task = asyncio.Task(coroutine, loop=loop, **more)
        self._tasks.append(task)
        if len(self._tasks) > self._tasks_kept:
            self._tasks = [it for it in self._tasks if not it.done()]
            self._tasks_kept = 2 * len(self._tasks) + 1_000
        return task

    # ---- Time ------------------------------------------------------------------------------------------------------

    def time(self) -> float:
        return self.now

    def later(self, seconds: float, what: Callable[..., Any], *args: Any) -> asyncio.TimerHandle:
        """Have something happen that belongs to no process."""
        return self.call_at(self.now + seconds, what, *args, context=self.outside)

    def suspend(self, seconds: float) -> None:
        """The whole site sleeps: every timer that came due meanwhile fires at once."""
        self.now += seconds

    def note(self, kind: str, what: str | bytes = "") -> None:
        """Add to the trace, by which two runs are compared step by step."""
        raw = what.encode() if isinstance(what, str) else what
        self._trace.update(b"%r %d %b " % (self.now, self.steps, kind.encode()) + raw)
        if self.listener is not None and kind not in ("up", "down"):
            self.tell(f"{kind}: {raw.decode()}")

    def tell(self, what: str) -> None:
        if self.listener is not None:
            process = PROCESS.get(None)
            self.listener(f"{self.now:12.6f} {self.steps:7d} {process.name if process else '-':8s} {what}")

    @property
    def trace(self) -> str:
        return self._trace.hexdigest()

    def _run_once(self) -> None:
        ready, scheduled = self._ready, self._scheduled
        if len(scheduled) > 500 and self._timer_cancelled_count * 2 > len(scheduled):
            scheduled[:] = [it for it in scheduled if not it._cancelled]
            heapq.heapify(scheduled)
            self._timer_cancelled_count = 0
        while scheduled and scheduled[0]._cancelled:
            self._timer_cancelled_count -= 1
            heapq.heappop(scheduled)._scheduled = False
        if not ready:
            if not scheduled:
                raise Stuck("nothing can happen any more")
            self.now = max(self.now, scheduled[0]._when)
            self._jumped_at = self.steps
        while scheduled and scheduled[0]._when <= self.now:
            handle = heapq.heappop(scheduled)
            handle._scheduled = False
            ready.append(handle)
        if self.steps - self._jumped_at > PATIENCE:
            raise Stuck("something spins")
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled and self._may_run(handle._context.get(PROCESS)):
                self.steps += 1
                self.now += STEP
                handle._run()

    def _may_run(self, process: Process | None) -> bool:
        if process is None:
            return True
        if process.alive:
            process.steps += 1
            if process.steps == process.dies_at:
                process.kill()
        return process.alive

    # ---- What a machine has ----------------------------------------------------------------------------------------

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        """Run at once when the simulated thread gets to it; the answer arrives later still, or never."""
        future = self.create_future()

        def work() -> None:
            if future.cancelled():
                return
            try:
                tell, outcome = future.set_result, func(*args)
            except Exception as error:
                tell, outcome = future.set_exception, error
            self.call_later(self._thread_time(), self._answer, future, tell, outcome)

        self.call_later(self._thread_time(), work)
        return future

    def _thread_time(self) -> float:
        draw = self.random.random()
        return draw * (0.5 if draw < self.slow_threads else 0.002)

    @staticmethod
    def _answer(future: asyncio.Future[Any], tell: Callable[[Any], None], outcome: Any) -> None:
        if not future.done():
            tell(outcome)

    async def create_connection(self, protocol_factory: Callable[[], Any], *_: Any, **__: Any) -> Any:
        assert self.connect is not None, "no network in this simulation"
        return await self.connect(protocol_factory)

    def _process_events(self, event_list: Any) -> None:
        raise NotImplementedError("there are no file descriptors here")

    def _write_to_self(self) -> None:
        """There are no other threads that would have to be woken."""

    def _asyncgen_finalizer_hook(self, agen: Any) -> None:
        """Only a dead process leaves one behind, and nothing of it runs any more."""

    # ---- The end ---------------------------------------------------------------------------------------------------

    def bury(self) -> None:
        """End every coroutine without running the loop: what its `finally` still does happens in no world."""
        self.listener = None
        with warnings.catch_warnings(action="ignore"):
            for task in self._tasks:
                if not task.done():
                    _end(task)
            self._tasks.clear()
            self._ready.clear()
            self._scheduled.clear()
        self.close()


def _end(task: asyncio.Task[Any]) -> None:
    task._log_destroy_pending = False  # pyright: ignore[reportAttributeAccessIssue]
    coroutine: Any = task.get_coro()
    for _ in range(50):  # one for each `await` inside a `finally`
        with contextlib.suppress(BaseException):
            task.get_context().run(coroutine.close)
            return
