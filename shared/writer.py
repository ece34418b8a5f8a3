"""One writer per store: everything that waits is decided in order on an overlay of folded states and committed together.

Group commit is what makes the house fast: HTTP commands and incoming frames share one transaction, one fsync.
Callers wait on a future that completes after the commit; nothing is answered that could still be lost.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import msgspec
import structlog
from eventsourcing.persistence import PersistenceError

from shared.calendar import local_date
from shared.decider import AnyDecider, Context, Decision, DomainError, RefusedAttempt, value
from shared.formats import ZERO, Header, StoredContext, chain, digest, encode, link
from shared.identity import Role
from shared.observability import Span, span
from shared.recorders import Batch, Commanded, FenceLost, Head, Lane, Recorder, Row
from shared.refusals import AttemptRefused, attempts
from shared.store import Folded, Recorded, Store

log = structlog.get_logger()

GROUP = 256
"""How many jobs one commit takes at most: bounds the latency of the first."""
CACHE = 20_000
KEEP_COMMANDS = timedelta(days=30)
"""How long the first outcome of an idempotent request is returned."""


@value
class Outcome:
    """What became of a command: a reference to what was recorded, never the answer itself.

    `first` and `last` are log positions (0 when nothing was recorded), `version` the primary stream's after it,
    `refusal` the code of a recorded refusal, `problem` that of a named exception.
    """

    stream: str
    version: int
    first: int = 0
    last: int = 0
    refusal: str = ""
    problem: str = ""
    title: str = ""
    status: int = 0
    field: str = ""
    detail: str = ""


@value
class Caller:
    """Who asks: a pseudonymous person in the role that allows the action, or the system with the message as cause."""

    actor: str
    role: Role
    correlation: str = ""
    cause: str = ""
    trace: str = ""


class StaleVersion(DomainError):
    """`If-Match` names another version than the stream has: somebody acted meanwhile."""

    code = "stale-version"
    title = "Der Vorgang wurde inzwischen von jemand anderem geändert."
    status = 412


class KeyReused(DomainError):
    """The same idempotency key with another body."""

    code = "idempotency-key-reused"
    title = "Dieser Idempotency-Key wurde schon für eine andere Anfrage verwendet."
    status = 422


class NotWriting(Exception):
    """This process cannot write now (standby, behind its own stream, or stopping): try again later."""


@value
class Request:
    """An idempotent command: decided once, answered alike for 30 days."""

    decision: Decision
    caller: Caller
    id: str = ""
    body_hash: str = ""
    expected: int | None = None


@value
class Mark:
    """A point an overlay can return to."""

    head: Head
    rows: int
    recorded: int
    states: Mapping[str, Folded]
    lanes: Mapping[str, Lane]


class Overlay:
    """The states as they will be when the group commits. Judged on; dropped whole when the commit fails."""

    def __init__(self, writer: "Writer", now: datetime) -> None:
        self.now = now
        self.head = writer.head
        self.rows: list[Row] = []
        self.recorded: list[Recorded] = []
        self.lanes: dict[str, Lane] = {}
        self.commands: dict[str, Commanded] = {}
        self.states: dict[str, Folded] = {}
        self._writer = writer

    def mark(self) -> "Mark":
        """Where the overlay stands now, to return to when a frame turns out to be unacceptable half-way."""
        return Mark(
            head=self.head,
            rows=len(self.rows),
            recorded=len(self.recorded),
            states=dict(self.states),
            lanes=dict(self.lanes),
        )

    def back_to(self, mark: "Mark") -> None:
        self.head, self.states, self.lanes = mark.head, dict(mark.states), dict(mark.lanes)
        del self.rows[mark.rows :], self.recorded[mark.recorded :]

    def folded(self, noun: AnyDecider, stream: str) -> Folded:
        return self.known(stream) or self._writer.load(noun, stream)

    def known(self, stream: str) -> Folded | None:
        """What is known of a stream without reading it."""
        return self.states.get(stream) or self._writer.cached(stream)

    def lane(self, source: str) -> Lane:
        return self.lanes.get(source) or self._writer.lanes.get(source) or Lane(source=source)

    def judge(self, decision: Decision, caller: Caller) -> Sequence[Recorded]:
        """Decide and lay the events over the states; raises what the decision raises, and then nothing was laid."""
        before = {stream: self.folded(noun, stream) for stream, noun in decision.reads.items()}
        own = inherited(decision.reads[decision.primary], before[decision.primary])
        correlation = caller.correlation or own.correlation
        context = Context(
            actor=caller.actor,
            role=caller.role,
            now=self.now,
            valid_on=local_date(self.now),
            cause=caller.cause,
            correlation=correlation,
        )
        decided = decision.judge([it.state for it in before.values()], context)
        parent = own.trace or caller.trace
        with span(f"{self._writer.service}.{decision.action}", parent, link=caller.trace) as traced:
            return self._lay(decision.reads, before, decided, context, traced)

    def record(self, noun: AnyDecider, stream: str, events: Sequence[Any], caller: Caller) -> Sequence[Recorded]:
        """Lay events that machinery made (attempts, parked messages) without a judgement of their own."""
        reads = {stream: noun}
        return self.judge(
            Decision(reads=reads, judge=lambda _states, _context: {stream: events}, action="record"), caller
        )

    def _lay(
        self,
        nouns: Mapping[str, AnyDecider],
        before: Mapping[str, Folded],
        decided: Mapping[str, Sequence[Any]],
        context: Context,
        traced: Span,
    ) -> Sequence[Recorded]:
        laid: list[tuple[Row, Recorded]] = []
        states: dict[str, Folded] = {}
        head = self.head
        for stream, events in decided.items():
            folded = before[stream]
            own = inherited(nouns[stream], folded)
            stored = StoredContext(
                actor=context.actor,
                role=context.role,
                at=context.now,
                valid_on=context.valid_on,
                cause=context.cause,
                correlation=context.correlation or own.correlation,
                trace=traced.continued(own.trace),
            )
            for event in events:
                recorded = Recorded(
                    originator_id=stream, originator_version=folded.version + 1, context=stored, event=event
                )
                row, head = self._row(recorded, folded.link, head)
                laid.append((row, recorded))
                folded = Folded(
                    state=nouns[stream].evolve(folded.state, event),
                    version=row.version,
                    link=link(stream, row.version, row.topic, row.state),
                    correlation=stored.correlation,
                    trace=stored.trace,
                )
            states[stream] = folded
        self.head = head
        self.states |= states
        self.rows += [row for row, _ in laid]
        self.recorded += [it for _, it in laid]
        return [it for _, it in laid]

    def _row(self, it: Recorded, previous_link: str, head: Head) -> tuple[Row, Head]:
        stored = self._writer.store.mapper.to_stored_event(it)
        header = encode(
            Header(
                format=1,
                service=self._writer.service,
                epoch=head.epoch,
                position=head.position + 1,
                stream=it.originator_id,
                version=it.originator_version,
                topic=stored.topic,
                sha256=digest(stored.state),
                prev=previous_link,
                at=it.context.at,
            )
        )
        after = Head(epoch=head.epoch, position=head.position + 1, chain=chain(head.chain, header))
        row = Row(
            position=after.position,
            stream=it.originator_id,
            version=it.originator_version,
            topic=stored.topic,
            state=stored.state,
            header=header,
            chain=after.chain,
        )
        return row, after


def inherited(noun: AnyDecider, folded: Folded) -> Folded:
    """What a stream's next event inherits: case and trace, unless many cases share the stream (budget, batch)."""
    return folded if noun.per_case else Folded(state=None)


class Job(Protocol):
    """Something that waits for its turn in the writer."""

    done: asyncio.Future[Any]

    def decide(self, overlay: Overlay) -> Any:
        """Judge on the overlay and return what the caller gets once the group is committed."""
        ...


@dataclass
class CommandJob:
    """One request; a repeated one is answered from what the first recorded."""

    request: Request
    done: asyncio.Future[Any]

    def decide(self, overlay: Overlay) -> Outcome:
        request = self.request
        if request.id and (first := overlay.commands.get(request.id)):
            return repeated(first, request.body_hash)
        outcome = self._first(overlay)
        if request.id:
            overlay.commands[request.id] = Commanded(
                id=request.id, body_hash=request.body_hash, outcome=encode(outcome), at=overlay.now.isoformat()
            )
        return outcome

    def _first(self, overlay: Overlay) -> Outcome:
        decision, caller = self.request.decision, self.request.caller
        primary = decision.primary
        version = overlay.folded(decision.reads[primary], primary).version
        if self.request.expected is not None and version != self.request.expected:
            raise StaleVersion(f"Erwartet war Stand {self.request.expected}, gültig ist {version}.")
        try:
            recorded = overlay.judge(decision, caller)
        except RefusedAttempt as refused:
            return _refused(overlay, caller, primary, refused)
        except DomainError as error:
            return Outcome(
                stream=primary, version=version, problem=error.code, title=error.title,
                status=error.status, field=error.field, detail=error.detail,
            )  # fmt: skip
        refusals = [it.event.REFUSAL for it in recorded if it.event.REFUSAL]
        return Outcome(
            stream=primary,
            version=overlay.folded(decision.reads[primary], primary).version,
            first=overlay.head.position - len(recorded) + 1 if recorded else 0,
            last=overlay.head.position if recorded else 0,
            refusal=refusals[0] if refusals else "",
        )


def _refused(overlay: Overlay, caller: Caller, primary: str, refused: RefusedAttempt) -> Outcome:
    case = caller.correlation or overlay.states.get(primary, Folded(state=None)).correlation or primary
    event = AttemptRefused(action=refused.action, rule=refused.rule, stream=primary)
    overlay.record(attempts, attempts.stream(case), [event], replace(caller, correlation=case))
    return Outcome(
        stream=primary, version=0, first=overlay.head.position, last=overlay.head.position, refusal=refused.rule,
        problem=refused.code, title=refused.title, status=refused.status, detail=refused.detail,
    )  # fmt: skip


def repeated(first: Commanded, body_hash: str) -> Outcome:
    """The outcome of the first request with this key, or `KeyReused` when the body is another."""
    if first.body_hash != body_hash:
        raise KeyReused
    return msgspec.json.decode(first.outcome, type=Outcome)


@dataclass
class _Result:
    job: Job
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

    def __post_init__(self) -> None:
        self._queue: asyncio.Queue[Job] = asyncio.Queue(maxsize=8 * GROUP)
        self._cache: OrderedDict[str, Folded] = OrderedDict()
        self._not_before = datetime.min.replace(tzinfo=UTC)  # a machine's clock set back must not turn the log's time
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self.busy = False
        self.started = asyncio.Event()
        self._forgot_at = -86_401.0

    @property
    def recorder(self) -> Recorder:
        return self.store.recorder

    @property
    def idle(self) -> bool:
        return self._queue.empty() and not self.busy

    def cached(self, stream: str) -> Folded | None:
        found = self._cache.get(stream)
        if found is not None:
            # Readers on the event loop may meet the writer's thread just as it evicts this very stream.
            with contextlib.suppress(KeyError):
                self._cache.move_to_end(stream)
        return found

    def load(self, noun: AnyDecider, stream: str) -> Folded:
        """The committed state of a stream that the cache lacks; only in the writer's turn, when nobody else commits."""
        self._cache[stream] = found = self.store.load(noun, stream)
        return found

    async def state(self, noun: AnyDecider, id: str) -> Folded:
        """The committed state of a stream, for reading."""
        stream = noun.stream(id)
        return self.cached(stream) or await asyncio.to_thread(self.store.load, noun, stream)

    async def execute(self, request: Request) -> Outcome:
        """Have a command decided; returns after its commit. Raises `NotWriting`, `StaleVersion`, `KeyReused`."""
        return await self.submit(CommandJob(request=request, done=asyncio.get_running_loop().create_future()))

    async def recall(self, command_id: str, body_hash: str) -> Outcome | None:
        """The outcome of an earlier request with this id, if there was one; `KeyReused` when its body was another."""
        if not command_id:
            return None
        found = await asyncio.to_thread(self.recorder.commanded, [command_id])
        return repeated(found[command_id], body_hash) if found else None

    async def submit(self, job: Job) -> Any:
        """Have any job take its turn. Raises `NotWriting` while this store must not grow."""
        if self.refusing:
            raise NotWriting(self.refusing)
        await self._queue.put(job)
        return await asyncio.shield(job.done)

    async def run(self) -> None:
        """Take what waits, decide it in order, commit it together; for ever. `FenceLost` ends the process."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._reload)
        self.refusing = ""
        self.started.set()
        while True:
            jobs = [await self._queue.get()]
            self.busy = True
            while len(jobs) < GROUP and not self._queue.empty():
                jobs.append(self._queue.get_nowait())
            before = self.head.position
            try:
                results = await loop.run_in_executor(self._thread, self._turn, jobs)
            except FenceLost:
                self.refusing = "ein anderer Prozess schreibt"
                raise
            finally:
                self.busy = False
            for result in results:
                result.tell()
            self.on_commit(self.head.position - before)

    def _reload(self) -> None:
        self.head, self.lanes = self.recorder.head(), self.recorder.lanes()
        for last in self.recorder.rows(self.head.position - 1, 1):
            self._not_before = msgspec.json.decode(last.header, type=Header).at
        self._cache.clear()

    def _turn(self, jobs: Sequence[Job]) -> Sequence[_Result]:
        """Commit the group; if that fails, drop what is believed and decide again one by one."""
        if time.monotonic() - self._forgot_at > 86_400:
            self._forgot_at = time.monotonic()
            self.recorder.forget_commands((self.clock() - KEEP_COMMANDS).isoformat())
        try:
            return self._commit(jobs)
        except (PersistenceError, OSError) as error:
            log.warning(
                "commit failed, deciding one by one", service=self.service, jobs=len(jobs), error=type(error).__name__
            )
        results: list[_Result] = []
        for job in jobs:
            self._reload()
            try:
                results += self._commit([job])
            except (PersistenceError, OSError) as error:
                results.append(_Result(job, error=error))
        return results

    def _commit(self, jobs: Sequence[Job]) -> Sequence[_Result]:
        overlay = Overlay(self, max(self.clock(), self._not_before))
        self._find_commands(jobs, overlay)
        known = set(overlay.commands)
        results: list[_Result] = []
        for job in jobs:
            try:
                results.append(_Result(job, job.decide(overlay)))
            except PersistenceError:
                raise
            except Exception as error:
                results.append(_Result(job, error=error))
        new = [it for key, it in overlay.commands.items() if key not in known]
        if overlay.rows or overlay.lanes or new:
            batch = Batch(
                before=self.head,
                after=overlay.head,
                rows=overlay.rows,
                lanes=list(overlay.lanes.values()),
                commands=new,
            )
            self._append(batch)
        self._keep(overlay)
        return results

    def _append(self, batch: Batch) -> None:
        """Commit; an answer that was lost is looked up in the fence, which names exactly this batch by its chain."""
        try:
            self.recorder.append(batch)
        except PersistenceError:
            with contextlib.suppress(PersistenceError):
                if batch.rows and self.recorder.head() == batch.after:
                    return
            raise

    def _find_commands(self, jobs: Sequence[Job], overlay: Overlay) -> None:
        ids = [job.request.id for job in jobs if isinstance(job, CommandJob) and job.request.id]
        if ids:
            overlay.commands |= self.recorder.commanded(ids)

    def _keep(self, overlay: Overlay) -> None:
        self.head = overlay.head
        self.lanes |= overlay.lanes
        for stream, folded in overlay.states.items():
            self._cache[stream] = folded
            self._cache.move_to_end(stream)
        while len(self._cache) > CACHE:
            self._cache.popitem(last=False)
