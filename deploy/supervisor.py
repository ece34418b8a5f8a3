"""A supervisor of processes: starts its parts, restarts what ends, and leaves none behind. It knows nothing of grants."""

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from deploy.files import write_atomically
from deploy.ports import accepts

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)  # loaded before any fork


def die_with(parent: int) -> None:
    """Make the kernel kill this process when its parent `parent` dies, however that dies (Linux; elsewhere only a graceful stop reaches it)."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


class AlreadySupervised(RuntimeError):
    """Another supervisor works in this directory: two would start every process twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One process to keep.

    It is started when all parts in `after` are there: one with a `port` when it listens, a `once` part when it has
    ended well at least once, any other when it runs. A `once` part is run until it ends with 0, and again after
    every start of the part `again_after`.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    port: int = 0
    once: bool = False
    after: Sequence[str] = ()
    again_after: str = ""
    log_suffix: str = "jsonl"


@dataclass(slots=True)
class _Kept:
    part: Part
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    failures: int = 0
    started: float = 0.0
    due: float = 0.0
    begun_for: int = -1
    done_for: int = -1

    @property
    def succeeded(self) -> bool:
        return self.done_for >= 0

    @property
    def there(self) -> bool:
        if self.part.once:
            return self.succeeded
        return self.process is not None and (not self.part.port or accepts(self.part.port))


class Supervisor:
    """Keeps the parts running until it is told to stop (SIGTERM, SIGINT).

    A part that ends is started again after `first_delay` seconds, doubled at every further end up to `longest_delay`,
    and back at the beginning once it ran for `stable_after`. Stopping asks first those on which nobody depends and
    kills what is left after `stop_within` seconds.
    """

    def __init__(
        self,
        directory: Path,
        *,
        working_directory: Path,
        first_delay: float = 0.2,
        longest_delay: float = 10.0,
        stable_after: float = 5.0,
        stop_within: float = 25.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._directory = directory
        self._working_directory = working_directory
        self._first_delay, self._longest_delay, self._stable_after = first_delay, longest_delay, stable_after
        self._stop_within = stop_within
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._stopping = False
        (directory / "logs").mkdir(parents=True, exist_ok=True)

    def run(self, plan: Callable[[], Sequence[Part]]) -> None:
        """Supervise what `plan` lists, asked once nobody else works here, until told to stop; `AlreadySupervised`.

        Call it on the main thread: the kernel ties the parts to the calling thread's life.
        """
        with (self._directory / "supervisor.lock").open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadySupervised(str(self._directory)) from error
            self._kept = {part.name: _Kept(part) for part in plan()}
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._ask_to_stop)
            try:
                while not self._stopping:
                    self._turn()
                    time.sleep(0.05)
            finally:
                self._stop()

    def _ask_to_stop(self, *_: object) -> None:
        self._stopping = True

    def _turn(self) -> None:
        changed = [self._reap(kept) for kept in self._kept.values()]
        changed += [self._start(kept) for kept in self._kept.values() if self._may_start(kept)]
        if any(changed):
            self._tell()

    def _reap(self, kept: _Kept) -> bool:
        if kept.process is None:
            return False
        now = self._clock()
        code = kept.process.poll()
        if code is None:
            if now - kept.started >= self._stable_after:
                kept.failures = 0
            return False
        self._log("ended", kept.part.name, code=code, pid=kept.process.pid)
        self._signal(kept, signal.SIGKILL)
        kept.process = None
        if kept.part.once and code == 0:
            kept.done_for, kept.failures = kept.begun_for, 0
        else:
            kept.due = now + min(self._longest_delay, self._first_delay * 2**kept.failures)
            kept.failures += 1
        return True

    def _generation(self, part: Part) -> int:
        return self._kept[part.again_after].starts if part.again_after else 0

    def _may_start(self, kept: _Kept) -> bool:
        if self._stopping or kept.process is not None or self._clock() < kept.due:
            return False
        if kept.part.once and kept.done_for == self._generation(kept.part):
            return False
        return all(self._kept[name].there for name in kept.part.after)

    def _start(self, kept: _Kept) -> bool:
        part, supervisor = kept.part, os.getpid()
        kept.begun_for = self._generation(part)
        with (self._directory / "logs" / f"{part.name}.{part.log_suffix}").open("ab") as log:
            try:
                kept.process = subprocess.Popen(
                    part.command,
                    env=dict(part.environment),
                    cwd=self._working_directory,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=lambda: die_with(supervisor),  # noqa: PLW1509 — the supervisor has one thread
                )
            except OSError as error:
                self._log("not started", part.name, error=str(error))
                kept.due = self._clock() + self._longest_delay
                return False
        kept.started = self._clock()
        kept.starts += 1
        self._log("started", part.name, pid=kept.process.pid, starts=kept.starts)
        return True

    def _stop(self) -> None:
        deadline = self._clock() + self._stop_within
        needed = {name for kept in self._kept.values() for name in kept.part.after}
        # Those that others depend on are asked last and keep a fifth of the time for themselves.
        for depended_on, until in ((False, deadline - self._stop_within / 5), (True, deadline)):
            wave = [kept for kept in self._kept.values() if (kept.part.name in needed) is depended_on]
            running = [kept for kept in wave if kept.process is not None]
            for kept in running:
                self._signal(kept, signal.SIGTERM)
            while self._clock() < until and any(kept.process and kept.process.poll() is None for kept in running):
                time.sleep(0.02)
            for kept in running:
                # The group is killed in any case: a process that ended may have left children.
                self._signal(kept, signal.SIGKILL)
                if kept.process is not None:
                    self._log("stopped", kept.part.name, code=kept.process.wait())
                kept.process = None
        self._tell()

    @staticmethod
    def _signal(kept: _Kept, number: signal.Signals) -> None:
        if kept.process is None:
            return
        try:
            os.killpg(kept.process.pid, number)
        except ProcessLookupError:
            return

    def _tell(self) -> None:
        status = {
            "supervisor": os.getpid(),
            "pids": {name: kept.process.pid for name, kept in self._kept.items() if kept.process},
            "ports": {name: kept.part.port for name, kept in self._kept.items() if kept.part.port},
            "restarts": {name: max(0, kept.starts - 1) for name, kept in self._kept.items() if not kept.part.once},
        }
        write_atomically(self._directory / "status.json", json.dumps(status, sort_keys=True).encode())

    def _log(self, event: str, part: str, **facts: int | str) -> None:
        line = {"timestamp": datetime.now(UTC).isoformat(), "event": event, "part": part, **facts}
        with (self._directory / "logs" / "supervisor.jsonl").open("a") as log:
            log.write(json.dumps(line, sort_keys=True) + "\n")
