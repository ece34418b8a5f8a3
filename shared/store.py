"""The seam to `eventsourcing`: event classes and bytes, folding a stream now or as of then, reading the log in order."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import msgspec
from eventsourcing.application import Repository
from eventsourcing.persistence import EventStore, JSONTranscoder, Mapper, StoredEvent

from shared.decider import AnyDecider, value
from shared.formats import ZERO, StoredContext, link, topic_of
from shared.recorders import Recorder, Row


class UnknownTopic(LookupError):
    """A stored event whose class this code does not know."""


class FutureVersion(LookupError):
    """A stored event of a newer version than this code knows: upgrade before reading on; never guess its fields."""


@value
class Recorded:
    """An event as it lies in its stream, with the context it was recorded in and the bytes it was read from."""

    originator_id: str
    originator_version: int
    context: StoredContext
    event: Any
    topic: str = ""
    state: bytes = b""


@value
class Folded:
    """A stream's state after `version` events, and what the next event needs to follow on."""

    state: Any
    version: int = 0
    link: str = ZERO
    correlation: str = ""
    trace: str = ""


class EventMapper(Mapper[str]):
    """Events to canonical bytes and back, by explicit topics; an unknown or newer one is an error, never a guess."""

    def __init__(self, nouns: Iterable[AnyDecider]) -> None:
        super().__init__(JSONTranscoder())
        self._decoders: dict[str, tuple[type[Any], msgspec.json.Decoder[Any]]] = {}
        self._facts: dict[str, Callable[[bytes], Any]] = {}
        self._names: dict[str, int] = {}
        self.topics: dict[type[Any], str] = {}
        for noun in nouns:
            for kind in noun.events:
                topic = topic_of(kind.TOPIC, kind.VERSION)
                shape = cast(Any, msgspec.defstruct("Stored", [("context", StoredContext), ("facts", kind)]))
                known = self._decoders.setdefault(topic, (kind, msgspec.json.Decoder(shape)))
                if known[0] is not kind:
                    raise ValueError(f"zwei Ereignisklassen mit dem Namen {topic}")
                self._facts[topic] = msgspec.json.Decoder(
                    cast(Any, msgspec.defstruct("Facts", [("facts", kind)]))
                ).decode
                self.topics[kind] = topic
                self._names[kind.TOPIC] = max(kind.VERSION, self._names.get(kind.TOPIC, 0))

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        stream = cast(str, stored_event.originator_id)
        return self.decoded(stream, stored_event.originator_version, stored_event.topic, stored_event.state)

    def recorded(self, row: Row) -> Recorded:
        """A row of the log as an event."""
        return self.decoded(row.stream, row.version, row.topic, row.state)

    def decoded(self, stream: str, version: int, topic: str, state: bytes) -> Recorded:
        """Stored bytes as an event; `UnknownTopic` or `FutureVersion` when this code cannot know what they mean."""
        found = self._decoders.get(topic)
        if found is None:
            raise self._unknown(topic)
        it = found[1].decode(state)
        return Recorded(
            originator_id=stream,
            originator_version=version,
            context=it.context,
            event=it.facts,
            topic=topic,
            state=state,
        )

    def event(self, topic: str, state: bytes) -> Any:
        """An event without its context, for folding; errors as of `decoded`."""
        found = self._facts.get(topic)
        if found is None:
            raise self._unknown(topic)
        return found(state).facts

    def _unknown(self, topic: str) -> LookupError:
        name, _, number = topic.rpartition(".v")
        newer = number.isdigit() and int(number) > self._names.get(name, 10**9)
        return (FutureVersion if newer else UnknownTopic)(topic)


class Store:
    """One service's log: what was recorded, folded by the nouns. `mine` tells own events from others' that lie in it."""

    def __init__(
        self, recorder: Recorder, nouns: Sequence[AnyDecider], mine: Callable[[Row], bool] = lambda _row: True
    ) -> None:
        self.recorder = recorder
        self.mine = mine
        self.nouns = {noun.name: noun for noun in nouns}
        self.mapper = EventMapper(nouns)
        self._events = EventStore[str](self.mapper, cast(Any, recorder))
        self._repository = Repository[str](self._events)

    def noun_of(self, stream: str) -> AnyDecider:
        """The noun a stream belongs to: the longest name that begins it."""
        matching = [name for name in self.nouns if stream.startswith(f"{name}-")]
        if not matching:
            raise UnknownTopic(stream)
        return self.nouns[max(matching, key=len)]

    def load(self, noun: AnyDecider, stream: str, *, version: int | None = None, at: datetime | None = None) -> Folded:
        """The stream's state: now, after `version` events, or as it was recorded by the instant `at`."""

        def project(_: Any, events: Iterable[Any]) -> Any:
            return self._fold(noun, Folded(state=noun.initial), cast(Iterator[Recorded], events), at)

        return cast(Folded, self._repository.get(stream, version=version, projector_func=cast(Any, project)))

    def load_all(self, streams: Mapping[str, AnyDecider | None]) -> dict[str, Folded]:
        """The present states of many streams, read in one go; a stream that is not there is at its beginning.

        Of a stream without a noun, which holds another service's events, only where it stands.
        """
        own = {stream: noun for stream, noun in streams.items() if noun is not None}
        found: Mapping[str, Sequence[tuple[int, str, bytes]]] = self.recorder.events_of(list(own)) if own else {}
        loaded = {stream: self._folded(noun, stream, found.get(stream, ())) for stream, noun in own.items()}
        return loaded | {stream: self._standing(stream) for stream, noun in streams.items() if noun is None}

    def _folded(self, noun: AnyDecider, stream: str, events: Sequence[tuple[int, str, bytes]]) -> Folded:
        state, evolve, event = noun.initial, noun.evolve, self.mapper.event
        if not events:
            return Folded(state=state)
        for _, topic, raw in events[:-1]:
            state = evolve(state, event(topic, raw))
        last = self.mapper.decoded(stream, *events[-1])
        return _after(evolve(state, last.event), last)

    def _standing(self, stream: str) -> Folded:
        for last in self.recorder.select_events(stream, desc=True, limit=1):
            name, version = stream.partition("/")[2], last.originator_version
            return Folded(state=None, version=version, link=link(name, version, last.topic, last.state))
        return Folded(state=None)

    def earlier(self, wanted: Collection[tuple[str, int]]) -> Mapping[tuple[str, int], Sequence[Row]]:
        """What lies in streams before a version of each, read in one go."""
        streams: dict[str, list[Row]] = {stream: [] for stream, _ in wanted}
        for row in self.recorder.rows_of(list(streams)) if streams else ():
            streams[row.stream].append(row)
        return {(stream, version): streams[stream][: version - 1] for stream, version in wanted}

    def fold(self, noun: AnyDecider, rows: Iterable[Row]) -> Any:
        """The state that rows of a stream come to from its beginning."""
        return noun.fold(self.mapper.event(it.topic, it.state) for it in rows)

    def forward(self, noun: AnyDecider, stream: str, folded: Folded, version: int | None = None) -> Folded:
        """A folded state brought up to `version`, or to the present one, by the events after it."""
        events = self._events.get(stream, gt=folded.version, lte=version)
        return self._fold(noun, folded, cast(Iterator[Recorded], events), None)

    def history(self, stream: str, *, at: datetime | None = None) -> list[Recorded]:
        """The stream's events in order, all or those recorded by `at`."""
        events = cast(Iterable[Recorded], self._events.get(stream))
        return [it for it in events if at is None or it.context.at <= at]

    def _fold(self, noun: AnyDecider, folded: Folded, events: Iterator[Recorded], at: datetime | None) -> Folded:
        state, last = folded.state, None
        for it in events:
            if at is not None and it.context.at > at:
                break
            state, last = noun.evolve(state, it.event), it
        return folded if last is None else _after(state, last)


def _after(state: Any, last: Recorded) -> Folded:
    return Folded(
        state=state,
        version=last.originator_version,
        link=link(last.originator_id, last.originator_version, last.topic, last.state),
        correlation=last.context.correlation,
        trace=last.context.trace,
    )
