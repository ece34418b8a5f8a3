"""Views: disposable documents, made only from the service's own log, rebuilt from it at any time."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from shared.decider import AnyDecider, value
from shared.recorders import Row
from shared.store import Recorded
from shared.view_tables import Database, Document, Name, Place

type Body = dict[str, Any]

FOLLOWER = "views-15"
"""Under this name it is remembered how far the views have read. The number rises when they are made in another way:
then no position is known, and they are made anew."""


@value
class Entry:
    """One document of a view: `grp` is what it is filtered by, `sort` what it is ordered by."""

    key: str
    grp: str
    sort: str
    body: Body


@value
class Page:
    """Some entries in order, and the cursor of the next page (empty at the end)."""

    entries: Sequence[Entry]
    next: str


@value
class Standing:
    """A stream's state after an event; `since` is the log position of its first event."""

    state: Any
    version: int
    since: int


class Unread(LookupError):
    """Documents that the follower has not read yet: it reads them, and draws the event again."""

    def __init__(self, *names: Name) -> None:
        super().__init__(*names)
        self.names = names


class Unfolded(LookupError):
    """A stream that the follower has not at hand: it folds it up to this event, and draws the event again."""

    def __init__(self, noun: AnyDecider, row: Row) -> None:
        super().__init__(row.stream)
        self.noun, self.row = noun, row


class Known(Protocol):
    """What is known of the views and streams before a draft."""

    def document(self, name: Name, since: int) -> Entry | None:
        """A document, or none when there is none; raises `Unread`."""
        ...

    def unread(self, names: Sequence[Name], since: int) -> Sequence[Name]:
        """Those of these documents that are to be read before they are asked for."""
        ...

    def standing(self, noun: AnyDecider, it: Recorded, row: Row) -> Standing:
        """The event's stream right after it; raises `Unfolded`."""
        ...


class Draft:
    """The changes of some events, read through as they grow."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self.changed: dict[Name, Entry | None] = {}
        self.concerned: dict[str, list[int]] = {}
        self.standings: dict[str, Standing] = {}
        self.last: dict[str, Callable[[Draft], None]] = {}

    def get(self, view: str, key: str, *, since: int = 0) -> Body | None:
        """A document's body as of the events so far: a copy to change and put back.

        `since` is the position before which there cannot be any, so that nothing is read for what just began.
        """
        name = (view, key)
        entry = self.changed[name] if name in self.changed else self._known.document(name, since)
        return entry.body.copy() if entry else None

    def expect(self, names: Iterable[Name], *, since: int = 0) -> None:
        """Documents that will be asked for: all are read in one round trip, else it is drawn again for each of them."""
        if unread := self._known.unread([it for it in names if it not in self.changed], since):
            raise Unread(*unread)

    def put(self, view: str, key: str, body: Body, *, grp: str = "", sort: str = "") -> None:
        self.changed[view, key] = Entry(key=key, grp=grp, sort=sort or key, body=body)

    def delete(self, view: str, key: str) -> None:
        self.changed[view, key] = None

    def concern(self, case: str, row: Row) -> None:
        """Note that an event concerns a case, whatever stream it lies in; once for each case."""
        self.concerned.setdefault(case, []).append(row.position)

    def standing(self, noun: AnyDecider, it: Recorded, row: Row) -> Standing:
        """The event's stream right after it, for views that need more of a state than their own documents hold."""
        before = self.standings.get(row.stream)
        if before is None or before.version != row.version - 1:
            after = self._known.standing(noun, it, row)
        else:
            after = Standing(state=noun.evolve(before.state, it.event), version=row.version, since=before.since)
        self.standings[row.stream] = after
        return after

    def at_last(self, key: str, act: "Callable[[Draft], None]") -> None:
        """Do this before the changes are written, in place of what was to be done under the same key."""
        self.last[key] = act


class Projection(Protocol):
    """How events become views: a pure translation, no rules; it may be asked again for the same event."""

    def __call__(self, it: Recorded, row: Row, draft: Draft) -> None: ...


_BODIES = "SELECT key, body FROM {s}view WHERE name=? AND key IN ({keys})"
_AT_ONCE = 500
"""So many keys stand in one statement."""
_FIND = "SELECT name, key, grp, sort, body FROM {s}view"


class Views:
    """The views of one service."""

    def __init__(self, target: Database) -> None:
        self.database = target

    def position(self, follower: str) -> Place:
        """Epoch and position up to which a follower has read; no epoch when it has not begun."""
        found = self.database.all("SELECT epoch, position FROM {s}follower WHERE name=?", (follower,))
        return (str(found[0][0]), int(found[0][1])) if found else ("", 0)

    def wipe(self) -> None:
        """Forget all views; the follower makes them again from the log."""
        emptied = ("DELETE FROM {s}view", "DELETE FROM {s}concerned", "UPDATE {s}follower SET epoch='', position=0")
        self.database.execute([(it, ()) for it in emptied])

    def get(self, view: str, key: str) -> Entry | None:
        found = self.database.documents([(view, key)])
        return entry_of(found[0]) if found else None

    def get_all(self, wanted: Sequence[Name]) -> Mapping[Name, Entry]:
        """Those of the wanted documents that there are, in one round trip."""
        return {(it.name, it.key): entry_of(it) for it in self.database.documents(wanted)}

    def bodies(self, view: str, keys: Collection[str]) -> Mapping[str, Body]:
        """The bodies of those of a view's documents that there are, by key: for many keys at once."""
        found: dict[str, Body] = {}
        wanted = list(keys)
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            places = ",".join("?" * len(some))
            statement = _BODIES.replace("{keys}", places)
            found |= {key: msgspec.json.decode(body) for key, body in self.database.all(statement, [view, *some])}
        return found

    def find(
        self, view: str, *, grp: str | None = None, after: str = "", limit: int = 50, newest_first: bool = False
    ) -> Page:
        """A page of a view in order; `after` is the cursor that the page before it gave."""
        order, sign = ("DESC", "<") if newest_first else ("ASC", ">")
        where, values = "name=?", [view]
        if grp is not None:
            where, values = where + " AND grp=?", [*values, grp]
        if after:
            sort, _, key = after.partition("\x1f")
            where += f" AND (sort {sign} ? OR (sort = ? AND key {sign} ?))"
            values += [sort, sort, key]
        statement = _FIND + f" WHERE {where} ORDER BY sort {order}, key {order} LIMIT ?"
        found = [entry_of(Document(*it)) for it in self.database.all(statement, [*values, limit + 1])]
        more = len(found) > limit
        entries = found[:limit]
        return Page(entries=entries, next=f"{entries[-1].sort}\x1f{entries[-1].key}" if more else "")

    def count(self, view: str, grp: str | None = None) -> int:
        statement, values = "SELECT count(*) FROM {s}view WHERE name=?", [view]
        if grp is not None:
            statement, values = statement + " AND grp=?", [view, grp]
        return int(self.database.all(statement, values)[0][0])

    def concerning(self, case: str) -> Sequence[int]:
        """Positions of the events that concern a case, oldest first."""
        statement = "SELECT positions FROM {s}concerned WHERE case_id=? ORDER BY first"
        return [int(it) for (found,) in self.database.all(statement, (case,)) for it in found.split()]

    def latest_concerning(self, case: str, limit: int) -> Sequence[int]:
        """Positions of the last events that concern a case, oldest first."""
        statement = "SELECT positions FROM {s}concerned WHERE case_id=? ORDER BY first DESC LIMIT ?"
        found = reversed(self.database.all(statement, (case, limit)))
        return [int(it) for (positions,) in found for it in positions.split()][-limit:]

    def close(self) -> None:
        self.database.close()


def entry_of(it: Document) -> Entry:
    """A stored document as an entry."""
    return Entry(key=it.key, grp=it.grp, sort=it.sort, body=msgspec.json.decode(it.body))
