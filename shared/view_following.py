"""Views are a follower of the own log."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from eventsourcing.persistence import PersistenceError

from shared.following import PAGE, in_thread, wait
from shared.projecting import DOCUMENTS, Events, Projector
from shared.recorders import Head, Row
from shared.store import Store
from shared.tail import Committed, Tail
from shared.views import Draft, Projection, Views

STRETCH = 10
"""Pages that are written to the views together, when so much waits: a document is then written once for all of them."""


@dataclass
class ViewFollower:
    """Keeps the views up with the own log: reads it, or takes what is handed over right after the commit."""

    store: Store
    views: Views
    project: Projection
    nudged: asyncio.Event
    head: Callable[[], Head]
    tail: Tail = field(default_factory=Tail)
    foreign: Callable[[Row, Draft], None] = lambda _row, _draft: None
    page: int = PAGE
    documents: int = DOCUMENTS
    """How many are kept at hand."""
    position: int = 0
    """How far the views have read, and show."""
    goal: int = 0
    """The log's end when the process started: before the views have reached it, lists would be told incomplete."""
    failing: str = ""
    """Why the views could not be read on; empty as soon as they are."""

    def __post_init__(self) -> None:
        self._projector = Projector(self.store, self.views, self._draw, self.documents)
        self._turn = threading.Lock()

    async def run(self) -> None:
        while True:
            if not await self._keep_up():
                await wait(self.nudged)

    async def _keep_up(self) -> int:
        """What the tail holds, else what the log does."""
        committed = self.tail.after(self.position, self.page)
        if committed is not None and not committed:
            return 0
        taken = await in_thread(self.take, committed) if committed else 0
        return taken or await in_thread(self.step)

    def step(self) -> int:
        """A stretch of the log into the views; returns how many events there were."""
        with self._turn:
            return self._follow(self._read)

    def take(self, committed: Sequence[Committed]) -> int:
        """Consecutive events that need not be read again; those already seen are passed over, and none is taken across a gap."""

        def after(position: int) -> Events:
            new = [it for it in committed if it.row.position > position]
            return Events([it.row for it in new], lambda: new)

        with self._turn:
            return self._follow(after)

    def rebuild(self) -> None:
        """Forget all views; they are made again from the log, by the steps that follow."""
        with self._turn:
            self.views.wipe()
            self._projector.forget()
            self.position = 0

    def _follow(self, read: Callable[[int], Events]) -> int:
        epoch, drawing = self.head().epoch, self._projector
        try:
            if not drawing.begun:
                drawing.begin(epoch)
            start = self.position = drawing.position
            for _ in range(STRETCH):
                events = read(drawing.position)
                if events.first != drawing.position + 1:
                    break
                drawing.draw(events)
                if drawing.full:
                    break
            count = drawing.position - start
            if count and drawing.write(epoch):
                self.position = drawing.position
        except BaseException as error:
            drawing.forget()
            if isinstance(error, PersistenceError):
                self.failing = str(error).partition("\n")[0]
            raise
        self.failing = ""
        return count

    def _read(self, after: int) -> Events:
        rows, mine, recorded = self.store.recorder.rows(after, self.page), self.store.mine, self.store.mapper.recorded

        def each() -> Iterator[Committed]:
            for row in rows:
                yield Committed(row=row, recorded=recorded(row) if mine(row) else None, state=None)

        return Events(rows, each)

    def _draw(self, it: Committed, draft: Draft) -> None:
        if it.recorded is None:
            self.foreign(it.row, draft)
        else:
            self.project(it.recorded, it.row, draft)

    @property
    def behind(self) -> str:
        """Why lists would be told incomplete; empty when they are not, or not for long."""
        if self.failing:
            return f"{self.position} von {self.head().position} gelesen, nicht weiter wegen: {self.failing}"
        return f"{self.position} von {self.goal} gelesen" if self.position < self.goal else ""

    @property
    def idle(self) -> bool:
        return self.position >= self.head().position
