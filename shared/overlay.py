"""The states as they will be when the group commits: judged on in memory, laid over what is stored, dropped when it fails."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from shared.calendar import local_date
from shared.decider import AnyDecider, Context, Decision
from shared.formats import StoredContext, chain, context_bytes, digest, instant, leaf, link, stored_bytes, word
from shared.identity import Role
from shared.observability import Span, is_sampled, span
from shared.recorders import Commanded, Head, Lane, Row
from shared.records import value
from shared.store import Folded, Recorded
from shared.tail import Committed


@value
class Caller:
    """Who asks: a pseudonymous person in the role that allows the action, or the system with the message as cause."""

    actor: str
    role: Role
    correlation: str = ""
    cause: str = ""
    trace: str = ""


@value
class Mark:
    """A point an overlay can return to."""

    head: Head
    laid: int
    changes: int
    lanes: Mapping[str, Lane]


class Known(Protocol):
    """What an overlay lies over: the committed states, and how to read one that is not known yet."""

    service: str
    head: Head
    lanes: dict[str, Lane]
    topics: dict[type[Any], str]

    def cached(self, stream: str) -> Folded | None: ...
    def load(self, noun: AnyDecider, stream: str) -> Folded: ...
    def has_parked(self, stream: str) -> bool: ...


class Overlay:
    """What a group of jobs has decided so far."""

    def __init__(self, known: Known, now: datetime, commands: Mapping[str, Commanded]) -> None:
        self.now = now
        self.head = known.head
        self.laid: list[Committed] = []
        self.lanes: dict[str, Lane] = {}
        self.commands = dict(commands)
        self.states: dict[str, Folded] = {}
        self._changes: list[tuple[str, Folded | None]] = []
        self._known = known
        self.at = instant(now)
        self._valid_on = local_date(now)

    def mark(self) -> Mark:
        """Where the overlay stands now, to return to when a frame turns out to be unacceptable half-way."""
        return Mark(head=self.head, laid=len(self.laid), changes=len(self._changes), lanes=dict(self.lanes))

    def back_to(self, mark: Mark) -> None:
        self.head, self.lanes = mark.head, dict(mark.lanes)
        del self.laid[mark.laid :]
        while len(self._changes) > mark.changes:
            stream, before = self._changes.pop()
            if before is None:
                del self.states[stream]
            else:
                self.states[stream] = before

    def let_go(self, kept: Collection[str]) -> Sequence[Committed]:
        """What was laid so far, to be written now; of the states only those of the streams that are kept stay at hand."""
        laid, self.laid = self.laid, []
        self._changes = []
        self.states = {stream: self.states[stream] for stream in kept if stream in self.states}
        return laid

    def folded(self, noun: AnyDecider, stream: str) -> Folded:
        return self.known(stream) or self._known.load(noun, stream)

    def known(self, stream: str) -> Folded | None:
        """What is known of a stream without reading it."""
        return self.states.get(stream) or self._known.cached(stream)

    def lane(self, source: str) -> Lane:
        return self.lanes.get(source) or self._known.lanes.get(source) or Lane(source=source)

    def may_be_parked(self, stream: str) -> bool:
        """Whether messages were ever parked in this stream; without it there is nothing to read."""
        return stream in self.states or self._known.has_parked(stream)

    def judge(self, decision: Decision, caller: Caller) -> Sequence[Recorded]:
        """Decide and lay the events over the states; raises what the decision raises, and then nothing was laid."""
        reads = decision.reads
        before = {stream: self.folded(noun, stream) for stream, noun in reads.items()}
        if decision.further is not None:
            more = decision.further([it.state for it in before.values()])
            before |= {stream: self.folded(noun, stream) for stream, noun in more.items()}
            reads = {**reads, **more}
        primary = decision.primary
        own = inherited(reads[primary], before[primary])
        context = Context(
            actor=caller.actor,
            role=caller.role,
            now=self.now,
            valid_on=self._valid_on,
            cause=caller.cause,
            correlation=caller.correlation or own.correlation,
        )
        decided = decision.judge([it.state for it in before.values()], context)
        parent = own.trace or caller.trace
        name = f"{self._known.service}.{decision.action}"
        if parent and not is_sampled(parent):
            return self._lay(reads, before, decided, context, Span(name=name, traceparent=parent))
        with span(name, parent, link=caller.trace) as traced:
            return self._lay(reads, before, decided, context, traced)

    def record(self, noun: AnyDecider, stream: str, events: Sequence[Any], caller: Caller) -> Sequence[Recorded]:
        """Lay events that machinery made (attempts, parked messages) without a judgement of their own."""
        reads = {stream: noun}
        return self.judge(
            Decision(reads=reads, judge=lambda _states, _context: {stream: events}, action="record"), caller
        )

    def take(self, row: Row, after: Folded) -> None:
        """Lay another service's event, byte for byte as it was stored there."""
        self._put(row.stream, after)
        self.head = Head(epoch=self.head.epoch, position=row.position, chain=row.chain)
        self.laid.append(Committed(row=row, recorded=None, state=None))

    def _put(self, stream: str, folded: Folded) -> None:
        self._changes.append((stream, self.states.get(stream)))
        self.states[stream] = folded

    def _lay(
        self,
        nouns: Mapping[str, AnyDecider],
        before: Mapping[str, Folded],
        decided: Mapping[str, Sequence[Any]],
        context: Context,
        traced: Span,
    ) -> Sequence[Recorded]:
        laid: list[Committed] = []
        after: dict[str, Folded] = {}
        head = self.head
        for stream, events in decided.items():
            if events:
                after[stream], head = self._lay_stream(stream, nouns[stream], before[stream], events, context, traced, head, laid)  # fmt: skip
        self.head = head
        for stream, folded in after.items():
            self._put(stream, folded)
        self.laid += laid
        return [it.recorded for it in laid if it.recorded]

    def _lay_stream(
        self,
        stream: str,
        noun: AnyDecider,
        folded: Folded,
        events: Sequence[Any],
        context: Context,
        traced: Span,
        head: Head,
        laid: list[Committed],
    ) -> tuple[Folded, Head]:
        own = inherited(noun, folded)
        stored = StoredContext(
            actor=context.actor,
            role=context.role,
            at=context.now,
            valid_on=context.valid_on,
            cause=context.cause,
            correlation=context.correlation or own.correlation,
            trace=traced.continued(own.trace),
        )
        raw, service, evolve = context_bytes(stored), self._known.service, noun.evolve
        epoch, position, running = head.epoch, head.position, head.chain
        state, version, previous = folded.state, folded.version, folded.link
        word(stream)
        for event in events:
            position, version = position + 1, version + 1
            topic = self._known.topics[type(event)]
            bytes_ = stored_bytes(raw, event)
            header = leaf(service, epoch, position, stream, version, topic, digest(bytes_), previous, self.at)
            running = chain(running, header)
            previous = link(stream, version, topic, bytes_)
            state = evolve(state, event)
            row = Row(
                position=position, stream=stream, version=version, topic=topic,
                state=bytes_, header=header, chain=running,
            )  # fmt: skip
            recorded = Recorded(
                originator_id=stream, originator_version=version, context=stored, event=event, topic=topic, state=bytes_
            )
            laid.append(Committed(row=row, recorded=recorded, state=state))
        after = Folded(state=state, version=version, link=previous, correlation=stored.correlation, trace=stored.trace)
        return after, Head(epoch=epoch, position=position, chain=running)


def inherited(noun: AnyDecider, folded: Folded) -> Folded:
    """What a stream's next event inherits: case and trace, unless many cases share the stream (budget, batch)."""
    return folded if noun.per_case else _NOTHING


_NOTHING = Folded(state=None)
