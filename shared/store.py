"""The seam to `eventsourcing`: event classes and bytes, folding a stream now or as of then, reading the log in order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, cast

import msgspec
from eventsourcing.application import Repository
from eventsourcing.persistence import EventStore, JSONTranscoder, Mapper, StoredEvent

from shared.decider import AnyDecider, value
from shared.formats import ZERO, StoredContext, encode, link, topic_of
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


@value
class Stored[E]:
    """The shape of the stored bytes: the context, and the event's own fields as facts."""

    context: StoredContext
    facts: E


class EventMapper(Mapper[str]):
    """Events to canonical bytes and back, by explicit topics; an unknown or newer one is an error, never a guess."""

    def __init__(self, nouns: Iterable[AnyDecider]) -> None:
        super().__init__(JSONTranscoder())
        self._decoders: dict[str, tuple[type[Any], msgspec.json.Decoder[Any]]] = {}
        self._names: dict[str, int] = {}
        for noun in nouns:
            for kind in noun.events:
                topic = topic_of(kind.TOPIC, kind.VERSION)
                shape = cast(Any, msgspec.defstruct("Stored", [("context", StoredContext), ("facts", kind)]))
                known = self._decoders.setdefault(topic, (kind, msgspec.json.Decoder(shape)))
                if known[0] is not kind:
                    raise ValueError(f"zwei Ereignisklassen mit dem Namen {topic}")
                self._names[kind.TOPIC] = max(kind.VERSION, self._names.get(kind.TOPIC, 0))

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        recorded = cast(Recorded, domain_event)
        return StoredEvent(
            originator_id=recorded.originator_id,
            originator_version=recorded.originator_version,
            topic=topic_of(recorded.event.TOPIC, recorded.event.VERSION),
            state=encode(Stored(context=recorded.context, facts=recorded.event)),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        found = self._decoders.get(stored_event.topic)
        if found is None:
            name, _, version = stored_event.topic.rpartition(".v")
            newer = version.isdigit() and int(version) > self._names.get(name, 10**9)
            raise (FutureVersion if newer else UnknownTopic)(stored_event.topic)
        it = found[1].decode(stored_event.state)
        return Recorded(
            originator_id=cast(str, stored_event.originator_id),
            originator_version=stored_event.originator_version,
            context=it.context,
            event=it.facts,
            topic=stored_event.topic,
            state=stored_event.state,
        )

    def recorded(self, row: Row) -> Recorded:
        """A row of the log as an event."""
        return self.to_domain_event(
            StoredEvent(originator_id=row.stream, originator_version=row.version, topic=row.topic, state=row.state)
        )


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

    def forward(self, noun: AnyDecider, stream: str, folded: Folded, version: int) -> Folded:
        """A folded state brought up to `version` by the events after it."""
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
        if last is None:
            return folded
        return Folded(
            state=state,
            version=last.originator_version,
            link=link(last.originator_id, last.originator_version, last.topic, last.state),
            correlation=last.context.correlation,
            trace=last.context.trace,
        )
