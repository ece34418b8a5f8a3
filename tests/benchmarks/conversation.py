"""The conversation that both sides have: example d1 of the domain, from the submission to the first settled payment.

People act at the command seam, behind HTTP decoding, as soon as their service has heard what lets them act. Everything
here is the same for both sides: what is submitted, who acts after what, and what must have been recorded at the end.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol
from uuid import uuid4

from shared.decider import value

SERVICES = ("intake", "review", "payout")
YEAR = 2025
BEGINS_AT = "2025-05-12T07:00:00+00:00"
"""The simulated calendar's beginning: the day on which d1 was submitted."""
TITLE = "1605-63371"
APPROPRIATION_CENTS = 99_999_999_999
"""The largest amount there is; enough for `MOST` lifecycles."""
DUE_CENTS, DRAWN_CENTS = 24_000_00, 19_200_00
"""The first drawdown of d1: so much expenditure is due, so much is drawn and paid."""
MOST = 33_000

EVENTS = {"intake": 13, "review": 14, "payout": 9}
"""What one lifecycle leaves in each log."""
BESIDE = {"intake": 6, "review": 10, "payout": 1}
"""What ours leaves beside: intake and review note who took part elsewhere, so that they are barred, review what is to be proven until when, and each
step of the money, so that no case is closed over one that is under way; payout notes that the budget entered the payment."""
CONTRACTS = 9
"""What one lifecycle tells across services."""


@value
class Turn:
    """Once a service has heard all of `after` about a case, its people do `acts`, one after the other."""

    after: tuple[str, ...]
    acts: tuple[str, ...]


BEGINNING = ("submit", "declare_complete")
TURNS: dict[str, tuple[Turn, ...]] = {
    "intake": (Turn(after=("review.funds-assigned",), acts=("request_drawdown",)),),
    "review": (
        Turn(
            after=("intake.application-completed",),
            acts=("record_opinion", "assess", "propose", "reserve", "approve", "dispatch", "record_waiver"),
        ),
    ),
    "payout": (
        Turn(
            after=("review.funds-assigned", "intake.drawdown-requested"),
            acts=("examine", "certify", "order", "settle"),
        ),
    ),
}
END = "payout.payment-settled"


def drawdown_of(case: str) -> str:
    return f"{case[:30]}d1"


def payment_of(case: str) -> str:
    return f"{case[:30]}p1"


@value
class Tally:
    """What a service has recorded: events, money that it knows as paid, and what its log's proof says (empty: intact)."""

    events: int
    paid_cents: int
    damage: str = ""


class Party(Protocol):
    """One service of one side, running in this process."""

    async def act(self, name: str, case: str) -> None:
        """A person does this; returns when it is durable, raises when it was refused."""
        ...

    async def tally(self) -> Tally: ...
    async def verify(self) -> str:
        """Read the whole log and say what is wrong with it; empty when nothing is, or when the side has no proof."""
        ...

    async def stop(self) -> None: ...


class People:
    """Those who work in a service: they hear what it heard, and act."""

    def __init__(self, service: str) -> None:
        self._turns = TURNS[service]
        self._known: defaultdict[str, set[str]] = defaultdict(set)
        self._acting: set[asyncio.Task[None]] = set()
        self._ended: dict[str, asyncio.Event] = {}
        self.act: Callable[[str, str], Awaitable[None]]

    def heard(self, contract: str, case: str) -> None:
        """The service has recorded what it makes of this contract."""
        known = self._known[case]
        if contract in known:
            return
        known.add(contract)
        for turn in self._turns:
            if contract in turn.after and known.issuperset(turn.after):
                self._begin(turn.acts, case)
        if contract == END and (ended := self._ended.pop(case, None)):
            ended.set()

    def _begin(self, acts: Iterable[str], case: str) -> None:
        task = asyncio.ensure_future(self._do(acts, case))
        self._acting.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._acting.discard(task)
        task.result()  # raises into the loop's handler, which ends the process: no act may fail quietly

    async def _do(self, acts: Iterable[str], case: str) -> None:
        for name in acts:
            await self.act(name, case)

    async def live(self, count: int, in_flight: int) -> dict[str, Any]:
        """`count` lifecycles from submission to money, at most `in_flight` at a time; seconds for all and for each."""
        slots, took = asyncio.Semaphore(in_flight), list[float]()

        async def one() -> None:
            async with slots:
                begun, case = time.perf_counter(), uuid4().hex
                ended = self._ended[case] = asyncio.Event()
                await self._do(BEGINNING, case)
                await ended.wait()
                took.append(time.perf_counter() - begun)

        begun = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(count)))
        return {"seconds": time.perf_counter() - begun, "took": took}
