"""One writer per store: everything that waits is decided in order on an overlay of folded states and committed together.

Group commit is what makes the house fast: HTTP commands and incoming frames share one transaction, one fsync.
Callers wait on a future that completes after the commit; nothing is answered that could still be lost.
The database is spoken to in one thread of its own, so that the event loop never waits for a disk; decisions are made in
the event loop's thread, where all that is known of the store belongs to nobody else.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
import structlog
from eventsourcing.persistence import IntegrityError, PersistenceError

from shared.commands import KEEP_COMMANDS, CommandJob, Outcome, PartsJob, Request, repeated
from shared.decider import AnyDecider, Parts
from shared.formats import ZERO, Header
from shared.long_turn import LongTurn
from shared.overlay import Caller, Overlay
from shared.parking import parked
from shared.recorders import Batch, Commanded, FenceLost, Head, Lane, Recorder
from shared.states import States
from shared.store import Folded, Store
from shared.tail import Tail

log = structlog.get_logger()

GROUP = 256
"""How many jobs one commit takes at most: bounds the latency of the first."""
CACHE = 20_000
"""Folded states at hand."""
ANSWERS = 10_000
"""First answers at hand: who repeats a request does so soon."""


_BEFORE_ALL = datetime.min.replace(tzinfo=UTC) + KEEP_COMMANDS


class NotWriting(Exception):
    """This process cannot write now (standby, behind its own stream, or stopping): try again later."""


class Job(Protocol):
    """Something that waits for its turn in the writer."""

    done: asyncio.Future[Any]

    def prepare(self, overlay: Overlay) -> Mapping[str, AnyDecider | None]:
        """The streams that the decision will read, so that a group's are read in one go. Decides nothing."""
        ...

    def decide(self, overlay: Overlay) -> Any:
        """Lay what is to be recorded over the states and return the answer."""
        ...


type AnyJob = Job | PartsJob


def _groups_of(jobs: Sequence[AnyJob]) -> Iterator[Sequence[AnyJob]]:
    """In their order; what is decided in parts is alone."""
    group: list[AnyJob] = []
    for job in jobs:
        if isinstance(job, PartsJob):
            if group:
                yield group
            yield [job]
            group = []
        else:
            group.append(job)
    if group:
        yield group


@dataclass
class _Result:
    job: AnyJob
    value: Any = None
    error: Exception | None = None

    def tell(self) -> None:
        if self.job.done.done():
            return
        if self.error is not None:
            self.job.done.set_exception(self.error)
        else:
            self.job.done.set_result(self.value)


@dataclass
class Writer:
    """The only way into a service's log."""

    store: Store
    service: str
    clock: Callable[[], datetime]
    on_commit: Callable[[int], None] = lambda _events: None
    head: Head = field(default_factory=lambda: Head(epoch="", position=0, chain=ZERO))
    lanes: dict[str, Lane] = field(default_factory=dict[str, Lane])
    refusing: str = "startet"
    tail: Tail = field(default_factory=Tail)

    def __post_init__(self) -> None:
        self._queue: asyncio.Queue[AnyJob] = asyncio.Queue(maxsize=8 * GROUP)
        self._cache: OrderedDict[str, Folded] = OrderedDict()
        self._answered: OrderedDict[str, Commanded] = OrderedDict()
        self._read_states = States(self.store)
        self._parked: set[str] = set()
        self._logged_at = _BEFORE_ALL  # a machine's clock set back must not turn the log's time
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self.topics = self.store.mapper.topics
        self.busy = False
        self.started = asyncio.Event()
        self._forgot_at = -86_401.0
        self._stale = False  # whether a commit failed and what is believed was not yet read again

    @property
    def recorder(self) -> Recorder:
        return self.store.recorder

    @property
    def idle(self) -> bool:
        return self._queue.empty() and not self.busy

    def cached(self, stream: str) -> Folded | None:
        found = self._cache.get(stream)
        if found is not None:
            self._cache.move_to_end(stream)
        return found

    def load(self, noun: AnyDecider, stream: str) -> Folded:
        """The committed state of a stream that nobody foresaw; only in the writer's turn, when nobody else commits."""
        self._cache[stream] = found = self.store.load(noun, stream)
        return found

    def has_parked(self, stream: str) -> bool:
        return stream in self._parked

    async def state(self, noun: AnyDecider, id: str) -> Folded:
        """The committed state of a stream, for reading."""
        stream = noun.stream(id)
        if not self._stale and (known := self.cached(stream)) is not None:
            self._read_states.forget(stream)
            return known
        return await asyncio.to_thread(self._read_states.read, noun, stream)

    async def execute(self, request: Request) -> Outcome:
        """Have a command decided; returns after its commit. Raises `NotWriting`, `StaleVersion`, `KeyReused`."""
        return await self.submit(CommandJob(request=request, done=asyncio.get_running_loop().create_future()))

    async def execute_in_parts(self, decision: Parts, caller: Caller) -> Outcome:
        """The same for what is too much to be decided at once. Raises `NotWriting`."""
        return await self.submit(
            PartsJob(decision=decision, caller=caller, done=asyncio.get_running_loop().create_future())
        )

    async def recall(self, command_id: str, body_hash: str) -> Outcome | None:
        """The outcome of an earlier request with this id, if there was one; `KeyReused` when its body was another."""
        if not command_id:
            return None
        found = await asyncio.to_thread(self.recorder.commanded, [command_id])
        return repeated(found[command_id], body_hash) if found else None

    async def submit(self, job: AnyJob) -> Any:
        """Have any job take its turn. Raises `NotWriting` while this store must not grow."""
        if self.refusing:
            raise NotWriting(self.refusing)
        await self._queue.put(job)
        return await job.done

    async def run(self) -> None:
        """Take what waits, decide it in order, commit it together; for ever. `FenceLost` ends the process."""
        self._parked = set(await self._in_thread(self.recorder.streams_named, f"{parked.name}-"))
        await self._reload()
        self.refusing = ""
        self.started.set()
        while True:
            jobs = [await self._queue.get()]
            self.busy = True
            while len(jobs) < GROUP and not self._queue.empty():
                jobs.append(self._queue.get_nowait())
            try:
                for group in _groups_of(jobs):
                    before = self.head.position
                    results = await self._turn(group)
                    for result in results:
                        result.tell()
                    self.on_commit(self.head.position - before)
            except FenceLost:
                self.refusing = "ein anderer Prozess schreibt"
                raise
            finally:
                self.busy = False

    async def _in_thread[T](self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    async def _reload(self) -> None:
        self.head, self.lanes, last = await self._in_thread(self._read)
        if last is not None:
            self._logged_at = last
        self._cache.clear()
        self._answered.clear()
        self.tail.forget()
        self._stale = False

    def _read(self) -> tuple[Head, dict[str, Lane], datetime | None]:
        head, lanes = self.recorder.head(), self.recorder.lanes()
        rows = self.recorder.rows(head.position - 1, 1)
        return head, lanes, msgspec.json.decode(rows[0].header, type=Header).at if rows else None

    async def _turn(self, jobs: Sequence[AnyJob]) -> Sequence[_Result]:
        """Commit the group; if that fails, drop what is believed and decide again one by one."""
        if time.monotonic() - self._forgot_at > 86_400:
            self._forgot_at = time.monotonic()
            # By the log's own time: a clock that jumped must not make anybody's answer old.
            await self._in_thread(self.recorder.forget_commands, (self._logged_at - KEEP_COMMANDS).isoformat())
        try:
            if self._stale:
                await self._reload()
            return await self._commit(jobs)
        except (PersistenceError, OSError) as error:
            self._stale = True
            log.warning(
                "commit failed, deciding one by one", service=self.service, jobs=len(jobs), error=type(error).__name__
            )
        results: list[_Result] = []
        for job in jobs:
            try:
                await self._reload()
                results += await self._commit([job])
            except (PersistenceError, OSError) as error:
                self._stale = True
                results.append(_Result(job, error=error))
        return results

    async def _commit(self, jobs: Sequence[AnyJob]) -> Sequence[_Result]:
        if isinstance(jobs[0], PartsJob):
            return [await self._commit_in_parts(jobs[0])]
        return await self._commit_together([job for job in jobs if not isinstance(job, PartsJob)])

    async def _commit_together(self, jobs: Sequence[Job]) -> Sequence[_Result]:
        """Decide as if every key were new, and commit; where one was not, its first answer is read and all is decided again."""
        keys = {job.request.id for job in jobs if isinstance(job, CommandJob)} - {""}
        known = {key: self._answered[key] for key in keys if key in self._answered}
        overlay = Overlay(self, max(self.clock(), self._logged_at), known)
        await self._look_up(jobs, overlay)
        results = [self._decide(job, overlay) for job in jobs]
        # Who gets no outcome now may have got one before; who gets one cannot be committed if there was another.
        first = await self._first_answers(keys - overlay.commands.keys())
        if not first:
            new = {key: it for key, it in overlay.commands.items() if key not in known}
            try:
                await self._record(overlay, list(new.values()))
            except IntegrityError:
                first = await self._first_answers(new.keys())
                if not first:
                    raise
        if first:
            self._remember(first)
            return await self._commit_together(jobs)
        self._keep(overlay)
        return results

    async def _commit_in_parts(self, job: PartsJob) -> _Result:
        now = max(self.clock(), self._logged_at)
        turn = LongTurn(job, self.store, self.service, self.head, self._in_thread, self._cache.keys())
        try:
            outcome = await turn.run(now)
            if turn.head != self.head:
                await self._in_thread(
                    self._append, Batch(before=self.head, after=turn.head, rows=(), lanes=(), commands=())
                )
        except (PersistenceError, OSError, FenceLost):
            raise
        except Exception as error:
            return _Result(job, error=error)
        finally:
            # Also when it was cancelled; after a commit there is nothing to undo.
            await asyncio.shield(self._in_thread(self.recorder.abandon))
        if turn.head != self.head:
            self.head, self._logged_at = turn.head, now
            self.tail.forget()  # its followers read what they need from the log
            for stream in turn.outdated:
                self._cache.pop(stream, None)
        return _Result(job, outcome)

    async def _first_answers(self, keys: Collection[str]) -> dict[str, Commanded]:
        return await self._in_thread(self.recorder.commanded, list(keys)) if keys else {}

    def _remember(self, answers: Mapping[str, Commanded]) -> None:
        self._answered |= answers
        while len(self._answered) > ANSWERS:
            self._answered.popitem(last=False)

    def _decide(self, job: Job, overlay: Overlay) -> _Result:
        try:
            return _Result(job, job.decide(overlay))
        except PersistenceError:
            raise
        except Exception as error:
            return _Result(job, error=error)

    async def _look_up(self, jobs: Sequence[Job], overlay: Overlay) -> None:
        """Read the streams that this group needs and nobody knows yet, all in one go."""
        needed: dict[str, AnyDecider | None] = {}
        for job in jobs:
            needed |= job.prepare(overlay)
        streams = {stream: noun for stream, noun in needed.items() if self.cached(stream) is None}
        if streams:
            self._cache |= await self._in_thread(self.store.load_all, streams)

    async def _record(self, overlay: Overlay, commands: Sequence[Commanded]) -> None:
        if overlay.laid or overlay.lanes or commands:
            batch = Batch(
                before=self.head,
                after=overlay.head,
                rows=[it.row for it in overlay.laid],
                lanes=list(overlay.lanes.values()),
                commands=commands,
            )
            await self._in_thread(self._append, batch)

    def _append(self, batch: Batch) -> None:
        """Commit; an answer that was lost is looked up in the fence, which names exactly this batch by its chain."""
        try:
            self.recorder.append(batch)
        except PersistenceError:
            with contextlib.suppress(PersistenceError):
                self.recorder.abandon()  # for the fence would wait for its lock
                if batch.after != batch.before and self.recorder.head() == batch.after:
                    return
            raise

    def _keep(self, overlay: Overlay) -> None:
        self.head = overlay.head
        if overlay.laid:
            self._logged_at = overlay.now
        self.lanes |= overlay.lanes
        self._remember(overlay.commands)
        self.tail.grew(overlay.laid)
        for stream, folded in overlay.states.items():
            self._cache[stream] = folded
            self._cache.move_to_end(stream)
            if stream.startswith(parked.name):
                self._parked.add(stream)
        while len(self._cache) > CACHE:
            self._cache.popitem(last=False)
