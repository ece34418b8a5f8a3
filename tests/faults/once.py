"""Every order is paid once: payout, its follower and the treasury die at every window between them, under faults by a seed.

`lived` orders, seals and releases batch after batch meanwhile, orders anew what was refused or came back, and lets the
treasury's own book judge (`tests.faults.once_checker`).
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.files import write_atomically
from deploy.treasury_simulator.fault import table
from shared.records import replace
from tests.benchmarks.conversation import BEGINS_AT
from tests.faults import once_checker
from tests.faults.bulk import name_of
from tests.faults.checker import Finding
from tests.faults.kills import Campaigner, insist
from tests.faults.life import Life

WINDOWS: Mapping[str, tuple[str, ...]] = {
    "W1 ordered, not told": ("group-committed-told-nobody", "frame-before-publishing"),
    "W2 sealed, not written": ("file-made",),
    "W3 written under another name, not renamed": ("file-half-handed-over",),
    "W4 announced, not sent": ("submission-started",),
    "W5 sent, not known to be": ("file-handed-over",),
    "W6 answer kept, not read": ("report-stored",),
    "W7 answer read, not recorded": ("report-read",),
    "W8 answer recorded, not archived": ("report-taken-in", "report-archived"),
    "W9 half of an answer recorded": ("commit-half-written", "commit-written-not-committed"),
    "W10 recorded, not shown": ("view-before-writing", "view-written"),
}
"""Where payout dies. W11 is what the treasury does by its seed, W12 a second worker and a clock that jumps."""
NOT_DRAWN = ("oversized", "down-at-cut-off")
"""The first needs another limit, the second is what a treasury that is killed does anyway."""
DRAWN = tuple(
    key for key, it in table().items() if key not in NOT_DRAWN and it.format == "iso20022" and not it.asked_back
)
ONCE, AGAIN = 1, 2
DAYS_AT_REST = (20, 40)
"""Days after the beginning on which people order anew: what was refused may be by then, for all that the account says."""
IN_UNREST = 3
"""So many cases are ordered anew before the treasury has said all of them."""
AT_ONCE = 4_000
"""So many cases are ordered anew in one request."""
PATIENCE = 600.0
"""Seconds for one request of thousands of orders, on a busy machine."""


@dataclass
class Ordering(Campaigner):
    """One seed: how many batches of which size, how often the treasury errs and in which ways."""

    batches: int = 3
    size: int = 8
    rate: float = 0.6
    among: Sequence[str] = DRAWN
    pause: float = 0.1
    """Seconds between two batches."""
    until: float = 0.0
    """Without a number of batches: as many as there is time for, by the loop's clock."""
    ordered: int = 0
    worker_ended: int = 0

    def _next_moment(self, service: str) -> str:
        if self.moment:
            return self.moment
        waiting = self._moments.setdefault(service, [])
        if not waiting:
            waiting += [*(moment for window in WINDOWS.values() for moment in window), ""]
            self._chance.shuffle(waiting)
        return waiting.pop()

    async def lived(self, within: float = 120.0) -> Sequence[Finding]:
        """All of it, and what the checker finds in the end."""
        world, unrest = self.world, list[Finding]()
        world.restarts = self._restarted
        try:
            async with asyncio.timeout(within):
                await self._work()
        except TimeoutError:
            unrest = [Finding("comes to rest", f"nicht in {within:.0f} s")]
        return [*unrest, *await asyncio.to_thread(once_checker.check, world.evidence())]

    def _restarted(self, called: str) -> Life | None:
        return self.again(called) if called in ("payout", "treasury") else None

    async def _work(self) -> None:
        world = self.world
        self.turn()
        for service in ("payout", "treasury"):
            await world.begin(self.life(service))
        peace = asyncio.ensure_future(self._peace_in_the_end())
        await self._order_all()
        await peace
        self._turn_clock(DAYS_AT_REST[0])
        await self._order_again(at_most=IN_UNREST)
        await self.rest()
        await self._second_worker()
        self._turn_clock(DAYS_AT_REST[1])
        await self._order_again()
        await self.rest()
        await self._clear()

    async def _peace_in_the_end(self) -> None:
        while self.killed < self.wanted:
            await asyncio.sleep(0.02)
        self._make_peace()

    async def _order_all(self) -> None:
        """Until there was enough of everything; whoever dies has something to do at the time."""
        loop = asyncio.get_running_loop()
        number = 0
        while number < self.batches or self.killed < self.wanted or loop.time() < self.until:
            await self.send(number, await self.order(number))
            number += 1
            if number == 1:
                self._turn_clock()
            await asyncio.sleep(self.pause)

    async def _insist(self, act: str, about: str, **more: Any) -> None:
        await insist(self.world, "payout", act, about, within=PATIENCE, **more)

    async def order(self, number: int) -> Sequence[str]:
        """The payments of a batch, which is not sealed yet."""
        first = number * self.size
        place = f"{self.seed}/{number}"
        await self._insist("order_many", place, seed=self.seed, first=first, count=self.size)
        self.ordered += self.size
        return [name_of(name_of(self.seed, it), ONCE) for it in range(first, first + self.size)]

    async def send(self, number: int, payments: Sequence[str]) -> None:
        """Seal these payments and release their file."""
        batch = name_of(self.seed, "batch", number)
        await self._insist("seal_many", batch, batch=batch, payments=payments)
        await self._insist("release_one", batch, batch=batch)

    async def _second_worker(self) -> None:
        """Somebody starts payout twice; the second must not work."""
        life = replace(self.world.life, service="payout", name="second")
        self.worker_ended = await asyncio.wait_for(self._end_of(life), 30)

    async def _end_of(self, life: Life) -> int:
        process = await self.world.begin(life)
        ended = asyncio.ensure_future(process.ended.wait())
        await asyncio.wait([ended], timeout=10)
        if not process.ended.is_set():
            self.world.kill("second")
            await ended
        return process.code

    async def rest(self) -> None:
        """The treasury gets to say all it has to say, in days to come; all of it is taken in."""
        self.turn(days=90)
        folder = self.world.folder / "treasury" / "from-treasury"
        quiet = 0
        while quiet < 3:
            await asyncio.sleep(0.15)
            await self.world.at_rest("payout", within=PATIENCE)
            left = [it for it in folder.iterdir() if not it.name.endswith(".part")]
            quiet = quiet + 1 if not left and once_checker.all_taken(self.world.evidence()) else 0

    async def _clear(self) -> None:
        """Two persons say of what was refused and paid all the same whose it was."""
        for name, number, payment in await asyncio.to_thread(once_checker.to_assign, self.world.evidence()):
            for step, act in (("propose", "propose_assigned"), ("agree", "agree_assigned")):
                await self._insist(act, f"{name}/{number}", step=step, clearing=name, number=number, payment=payment)

    async def _order_again(self, at_most: int | None = None) -> None:
        """What is refused or came back is ordered anew, once, as people would; whether it was paid all the same is the house's to know."""
        cases = await asyncio.to_thread(once_checker.to_order_again, self.world.evidence())
        first = 20_000 if at_most else 10_000
        known = await asyncio.to_thread(once_checker.ordered, self.world.evidence())
        cases = [it for it in cases if name_of(it, AGAIN) not in known][:at_most]
        for start in range(0, len(cases), AT_ONCE):
            some = cases[start : start + AT_ONCE]
            await self._insist("order_again", f"{self.seed}/{first + start}", cases=some)
            ordered = await asyncio.to_thread(once_checker.ordered, self.world.evidence())
            found = [name for it in some if (name := name_of(it, AGAIN)) in ordered]
            if found:
                await self.send(first + start, found)
                self.ordered += len(found)

    def turn(self, days: int = 0) -> None:
        """What the treasury's day is, and how it errs."""
        told: dict[str, Any] = {"drawn": {"seed": self.seed, "rate": self.rate, "among": list(self.among)}}
        if days:
            told["today"] = (datetime.fromisoformat(BEGINS_AT) + timedelta(days=days)).date().isoformat()
        folder = self.world.folder / "treasury"
        folder.mkdir(exist_ok=True)
        write_atomically(folder / "scenario.json", json.dumps(told).encode())

    def _turn_clock(self, days: int = 1) -> None:
        """The machine's clock jumps ahead, to so many days after all began."""
        offset = (datetime.fromisoformat(BEGINS_AT) + timedelta(days=days) - datetime.now(UTC)).total_seconds()
        write_atomically(self.world.folder / "calendar.json", json.dumps({"offset_seconds": offset}).encode())
