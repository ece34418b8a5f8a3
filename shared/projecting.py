"""From events to views, stretch by stretch: what is known is kept at hand, what changes is written once, with the position."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from shared.decider import AnyDecider
from shared.recorders import Row
from shared.store import Recorded, Store
from shared.tail import Committed
from shared.view_tables import Document, Name, Stretch
from shared.views import FOLLOWER, Draft, Entry, Standing, Unfolded, Unread, Views

DOCUMENTS = 5_000
"""How many documents, and half as many folded streams, are kept at hand: some ten megabytes."""

FEW = 8
"""So many documents are read singly before it is cheaper to do all again."""

type Draw = Callable[[Committed, Draft], None]


class Events:
    """Consecutive events, to go through as often as needed; none outlives its turn, which costs less than a list of all."""

    def __init__(self, rows: Sequence[Row], each: Callable[[], Iterable[Committed]]) -> None:
        self.first = rows[0].position if rows else 0
        self.last = rows[-1].position if rows else 0
        self.each = each


class Projector:
    """One follower's hold on the views: only it writes them, and whoever else moves them makes it forget what it knows."""

    def __init__(self, store: Store, views: Views, draw: Draw, documents: int = DOCUMENTS) -> None:
        self._store, self._views, self._draw, self._most = store, views, draw, documents
        self._documents: OrderedDict[Name, Entry | None] = OrderedDict()
        self._standings: OrderedDict[str, Standing] = OrderedDict()
        self._past: dict[tuple[str, int], Standing] = {}
        """Streams right before an event, folded for the draft that is being made."""
        self.forget()

    def forget(self) -> None:
        """Drop what was drawn and not written, and all that is believed."""
        self._documents.clear()
        self._standings.clear()
        self._before = ("", 0)
        self._drawn = Draft(self)
        self._few = 0
        self.position, self.begun = 0, False

    def begin(self, epoch: str) -> None:
        """Go on where the views stand; views of another log, or of nothing known, are emptied first."""
        self.forget()
        self._before = self._views.position(FOLLOWER)
        if self._before[0] != epoch:
            self._views.wipe()
            self._before = self._views.position(FOLLOWER)
        self.position, self.begun = self._before[1], True

    @property
    def full(self) -> bool:
        """Whether so much is drawn and not written that it is time to write."""
        return len(self._drawn.changed) + len(self._drawn.last) > self._most

    def draw(self, events: Events) -> None:
        """Project the events after `position`, in order; nothing is written yet."""
        self._take(self._draft(events.each, self._draw))
        self.position = events.last

    def write(self, epoch: str) -> bool:
        """Write what was drawn, and the position; False when somebody else moved the views: all is forgotten then."""
        self._take(self._draft(self._drawn.last.values, lambda act, draft: act(draft)))
        drawn, after = self._drawn, (epoch, self.position)
        stretch = Stretch(
            follower=FOLLOWER,
            before=self._before,
            after=after,
            changed=[_stored(name, it) for name, it in drawn.changed.items() if it is not None],
            deleted=[name for name, it in drawn.changed.items() if it is None],
            concerned=drawn.concerned,
        )
        if not self._views.database.write(stretch):
            self.forget()
            return False
        self._before, self._drawn = after, Draft(self)
        _keep(self._documents, drawn.changed, self._most)
        _keep(self._standings, drawn.standings, self._most // 2)
        return True

    # ---- What a draft asks ------------------------------------------------------------------------------------------

    def document(self, name: Name, since: int) -> Entry | None:
        """What is drawn or at hand; `Unread` when it must be read first."""
        for known in (self._drawn.changed, self._documents):
            if name in known:
                return known[name]
        if self._is_new(since):
            return None
        if not self._few:
            raise Unread(name)
        self._few -= 1
        return self._read([name])[name]

    def unread(self, names: Sequence[Name], since: int) -> Sequence[Name]:
        """Those that are neither drawn nor at hand, when they are more than are still read singly."""
        if self._is_new(since):
            return []
        found = [it for it in names if it not in self._drawn.changed and it not in self._documents]
        return found if len(found) > self._few else []

    def _is_new(self, since: int) -> bool:
        """Whether what began there cannot have been written yet."""
        return since > self._before[1]

    def standing(self, noun: AnyDecider, it: Recorded, row: Row) -> Standing:
        """The event's stream right after it; one that is not at hand is folded from the log."""
        before = self._drawn.standings.get(row.stream) or self._standings.get(row.stream)
        if row.version == 1:
            before = Standing(state=noun.initial, version=0, since=row.position)
        elif before is None or before.version != row.version - 1:
            before = self._folded(noun, row)
        return Standing(state=noun.evolve(before.state, it.event), version=row.version, since=before.since)

    def _folded(self, noun: AnyDecider, row: Row) -> Standing:
        """The stream right before this event."""
        place = row.stream, row.version
        if place not in self._past:
            if not self._few:
                raise Unfolded(noun, row)
            self._few -= 1
            self._fold({place: noun})
        return self._past[place]

    def _fold(self, wanted: Mapping[tuple[str, int], AnyDecider]) -> None:
        """Streams before a version of each, read in one round trip."""
        for place, rows in self._store.earlier(wanted).items():
            state = self._store.fold(wanted[place], rows)
            self._past[place] = Standing(state=state, version=rows[-1].version, since=rows[0].position)

    # ---- Drawing ----------------------------------------------------------------------------------------------------

    def _draft[T](self, work: Callable[[], Iterable[T]], act: Callable[[T, Draft], None]) -> Draft:
        """All the work on one draft. Of unread documents and streams a few are read as they are met; then the others are noted,
        read in one round trip, and all is done again."""
        self._past.clear()
        while True:
            draft, unread, self._few = Draft(self), dict[Name, None](), FEW
            unfolded: dict[tuple[str, int], AnyDecider] = {}
            for it in work():
                try:
                    act(it, draft)
                except Unread as missing:
                    unread |= dict.fromkeys(missing.names)
                except Unfolded as missing:
                    unfolded[missing.row.stream, missing.row.version] = missing.noun
                except Exception:
                    # It may stumble over what an event left out before it would have made; then it is done again.
                    if not (unread or unfolded):
                        raise
            if not (unread or unfolded):
                return draft
            self._read(list(unread))
            self._fold(unfolded)

    def _read(self, names: Sequence[Name]) -> Mapping[Name, Entry | None]:
        found = self._views.get_all(names)
        known = {name: found.get(name) for name in names}
        self._documents |= known
        return known

    def _take(self, draft: Draft) -> None:
        drawn = self._drawn
        drawn.changed |= draft.changed
        for case, positions in draft.concerned.items():
            drawn.concerned.setdefault(case, []).extend(positions)
        drawn.standings |= draft.standings
        drawn.last |= draft.last


def _stored(name: Name, it: Entry) -> Document:
    return Document(*name, it.grp, it.sort, msgspec.json.encode(it.body).decode())


def _keep[K, V](kept: OrderedDict[K, V], newer: dict[K, V], most: int) -> None:
    kept.update(newer)
    for name in newer:
        kept.move_to_end(name)
    while len(kept) > most:
        kept.popitem(last=False)
