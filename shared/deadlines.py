"""Fristen: what falls due on which day, or at which instant of it, and the follower of the calendar that acts on it.

A service tells its views which event sets a deadline and which one settles it, and for each kind which decision the day brings.
The clock asks for it as SYSTEM. It keeps nothing of its own: what is due stands in a view of the log, and a decision that was
already made decides nothing when it is asked for again. So each deadline is acted on once, after days of downtime, too.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import structlog

from shared.calendar import local_date
from shared.commands import Request
from shared.decider import Decision
from shared.following import POLL, in_thread, wait
from shared.identity import SYSTEM, Role
from shared.overlay import Caller
from shared.records import value
from shared.view_following import ViewFollower
from shared.views import Draft, Views
from shared.writer import Writer

log = structlog.get_logger()

DUE = "due"
"""The view of all that is still to fall due, the earliest first."""
TOGETHER = 200
"""Decisions that are asked for in one go: they share a commit."""
PATIENCE = 5.0
"""Seconds after which the clock looks although the views are still behind: what is asked for too often decides nothing."""


@value
class Due:
    """Something that falls due: `on` is the first day on which the clock acts, `rule` how it was computed.

    `at` is the instant of that day from which it does, where the day alone is not enough. `id` is the stream's, or
    whatever the decision needs to find it; `case` is empty when it belongs to none.
    """

    kind: str
    id: str
    on: date
    rule: str
    case: str = ""
    at: datetime | None = None


type Asked = Mapping[str, Callable[[Due], Decision]]
"""For each kind of deadline the decision that its day brings."""


def set_due(
    draft: Draft, kind: str, id: str, *, on: date, rule: str, case: str = "", at: datetime | None = None
) -> None:
    """Note that something falls due, in place of an earlier day for the same; `at` lies on that day."""
    body = {"kind": kind, "id": id, "on": on.isoformat(), "rule": rule, "case": case}
    if at is not None:
        body["at"] = at.isoformat()
    draft.put(DUE, f"{kind}/{id}", body, grp=kind, sort=f"{body['on']}/{kind}/{id}")


def clear_due(draft: Draft, kind: str, id: str) -> None:
    """Note that it does not fall due any more: it was done, or the clock acted."""
    draft.delete(DUE, f"{kind}/{id}")


def falling_due(views: Views, after: str, limit: int) -> tuple[Sequence[Due], str]:
    """A page of what is to fall due, the earliest first, and the cursor of the next."""
    page = views.find(DUE, after=after, limit=limit)
    return [_due(it.body) for it in page.entries], page.next


def _due(body: Mapping[str, str]) -> Due:
    return Due(
        kind=body["kind"],
        id=body["id"],
        on=date.fromisoformat(body["on"]),
        rule=body["rule"],
        case=body["case"],
        at=datetime.fromisoformat(body["at"]) if "at" in body else None,
    )


@dataclass
class ClockFollower:
    """Follows the calendar: what its day has come for is asked for, in the order of the days."""

    views: Views
    view_follower: ViewFollower
    writer: Writer
    now: Callable[[], datetime]
    asked: Asked
    nudged: asyncio.Event
    hindered: dict[Due, str] = field(default_factory=dict[Due, str])
    """What could not be decided on its day, and why: people have to look at it."""
    _looked: tuple[int, date] = (-1, date.min)
    _looked_at: float = 0.0
    _next_at: datetime | None = None
    """The next instant of today at which something falls due."""

    async def run(self) -> None:
        while True:
            if self._outdated and (self.view_follower.idle or time.monotonic() - self._looked_at > PATIENCE):
                await self._look()
            # A nudge comes with the commit; the views show it some milliseconds later.
            await wait(self.nudged, 0.02 if self._outdated else POLL)

    @property
    def _outdated(self) -> bool:
        now = self.now()
        looked = self._looked == (self.view_follower.position, local_date(now))
        return not looked or (self._next_at is not None and self._next_at <= now)

    async def _look(self) -> None:
        """Ask for all whose day has come; what that decides is looked at again when the views show it."""
        now = self.now()
        looked = (self.view_follower.position, local_date(now))
        ripe, self._next_at = await in_thread(self._ripe, now)
        self.hindered = {it: why for it, why in self.hindered.items() if it in ripe}
        # One that is hindered is asked for again on the next day: by then a person may have helped.
        new = [it for it in ripe if it not in self.hindered or looked[1] != self._looked[1]]
        for start in range(0, len(new), TOGETHER):
            await asyncio.gather(*(self._ask(it) for it in new[start : start + TOGETHER]))
        self._looked, self._looked_at = looked, time.monotonic()

    def _ripe(self, now: datetime) -> tuple[Sequence[Due], datetime | None]:
        """All that is due, the earliest day first, and the next instant of today at which more is."""
        today, found, after = local_date(now), list[Due](), ""
        later: list[datetime] = []
        while True:
            page, after = falling_due(self.views, after, TOGETHER)
            for it in page:
                if it.on <= today and (it.at is None or it.at <= now):
                    found.append(it)
                elif it.on <= today and it.at is not None:
                    later.append(it.at)
            if not after or page[-1].on > today:
                return found, min(later, default=None)

    async def _ask(self, it: Due) -> None:
        caller = Caller(actor=SYSTEM, role=Role.SYSTEM, correlation=it.case)
        outcome = await self.writer.execute(Request(decision=self.asked[it.kind](it), caller=caller))
        if outcome.last and not outcome.problem:
            self.hindered.pop(it, None)
            return
        self.hindered[it] = outcome.title or "Es gab nichts zu entscheiden."
        # Without a problem a person was faster, and the views are about to show it.
        told = log.error if outcome.problem else log.info
        told("deadline hindered", kind=it.kind, id=it.id, on=it.on.isoformat(), problem=outcome.problem)

    @property
    def idle(self) -> bool:
        """Whether everything that is due by now was asked for."""
        if self._outdated:
            self.nudged.set()
        return not self._outdated
