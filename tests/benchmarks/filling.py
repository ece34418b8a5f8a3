"""A store that already holds many events: review's log filled in large commits, with every hash that the writer would have made."""

from collections.abc import Iterator
from datetime import datetime
from itertools import batched
from typing import Any

import psycopg

from services.review import assessment
from shared.decider import Context
from shared.formats import (
    ZERO,
    StoredContext,
    chain,
    context_bytes,
    digest,
    instant,
    leaf,
    link,
    stored_bytes,
    topic_of,
)
from shared.identity import Role
from shared.opening import recorder
from shared.provisioning import provision
from shared.recorders import Batch, Head, Row
from shared.records import replace
from tests.benchmarks.content import POSITIVE
from tests.benchmarks.conversation import BEGINS_AT
from tests.benchmarks.ours import DAY
from tests.benchmarks.process import Place
from tests.benchmarks.running import Figures, alone
from tests.review.builders import OPEN

PER_CASE = 10
"""Events of a case: its opening and nine opinions."""
_AT = datetime.fromisoformat(BEGINS_AT)
_ANY_CASE = "f" * 32


def case_of(number: int) -> str:
    """The id of a filled case: spread over the index as random ids are."""
    return digest(b"%d" % number)[:32]


def _patterns() -> list[tuple[str, bytes]]:
    """Topic and stored bytes of one case's events, as its noun decides them."""
    context = Context(actor="p-expert", role=Role.EXPERT, now=_AT, valid_on=DAY, correlation=_ANY_CASE)
    kept = StoredContext(
        actor=context.actor, role=context.role, at=_AT, valid_on=DAY, cause="", correlation=_ANY_CASE, trace=""
    )
    opinions = [replace(POSITIVE, reasons=f"{POSITIVE.reasons} ({number})") for number in range(1, PER_CASE)]
    raw = context_bytes(kept)
    state, found = assessment.decider.initial, list[tuple[str, bytes]]()
    for command in (OPEN, *opinions):
        decided: list[Any] = list(assessment.decide(command, state, context))
        state = assessment.decider.fold(decided, state)
        found += [(topic_of(it.TOPIC, it.VERSION), stored_bytes(raw, it)) for it in decided]
    return found


def rows(head: Head, events: int) -> Iterator[Row]:
    """The rows of so many events after this head."""
    patterns, position, chained = _patterns(), head.position, head.chain
    for number in range(events // PER_CASE):
        case = case_of(number)
        stream, previous = assessment.decider.stream(case), ZERO
        for version, (topic, pattern) in enumerate(patterns, 1):
            state, position = pattern.replace(_ANY_CASE.encode(), case.encode()), position + 1
            header = leaf("review", head.epoch, position, stream, version, topic, digest(state), previous, instant(_AT))
            chained, previous = chain(chained, header), link(stream, version, topic, state)
            yield Row(
                position=position,
                stream=stream,
                version=version,
                topic=topic,
                state=state,
                header=header,
                chain=chained,
            )


def fill(place: Place, events: int) -> Figures:
    """Put so many events into review's empty store on PostgreSQL."""
    settings = alone(place)
    provision("review", settings)
    store = recorder(settings.store, "review")
    head = store.head()
    for some in batched(rows(head, events), 5_000):
        after = Head(epoch=head.epoch, position=some[-1].position, chain=some[-1].chain)
        store.append(Batch(before=head, after=after, rows=some, lanes=(), commands=()))
        head = after
    store.close()
    with psycopg.connect(place.store, autocommit=True) as connection:
        # What filling leaves to do must not fall on what is measured.
        connection.execute("VACUUM ANALYZE review.stored_events")
        connection.execute("CHECKPOINT")
    return {"events": head.position}
