"""What the ledger has of this service: compared at the start and, where that is set, waited for before a lane tells others.

A store restored from a backup sees by its own stream that it is behind. When the broker was lost together with the
store, only the ledger still knows what this service had told; without asking it, old positions would get new events.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
import structlog

from shared.decider import value
from shared.following import in_thread, wait
from shared.formats import encode
from shared.messaging import Messenger
from shared.recorders import Head, Recorder, still_written_alone
from shared.topology import RECORDED

log = structlog.get_logger()

PATIENCE = 2.0
"""Seconds that a ledger which does not answer holds up a service whose stream knows as much as its store."""
AGAIN = 10.0
"""Seconds until a contradiction is looked at again."""


@value
class Witnessed:
    """How far the ledger has followed a service; position 0 when it has nothing of it."""

    epoch: str
    position: int
    chain: str


def told(raw: bytes) -> Witnessed | None:
    """What the ledger said, or None when this is no such message."""
    try:
        return msgspec.json.decode(raw, type=Witnessed)
    except msgspec.MsgspecError:
        log.error("unreadable answer of the ledger", size=len(raw))
        return None


def statement(epoch: str, position: int, chain: str) -> bytes:
    """What the ledger says."""
    return encode(Witnessed(epoch=epoch, position=position, chain=chain))


async def asked(messenger: Messenger, patience: float = PATIENCE) -> Witnessed | None:
    """What the ledger has of this messenger's service, or None when it does not answer in time."""
    heard = asyncio.Event()
    found: list[Witnessed] = []

    def hear(raw: bytes) -> None:
        if (it := told(raw)) is not None:
            found.append(it)
            heard.set()

    await messenger.on_witnessed(hear)
    until = time.monotonic() + patience
    while not found and time.monotonic() < until:
        await messenger.ask_ledger()
        await wait(heard, 0.2)
    return found[-1] if found else None


@dataclass(kw_only=True)
class Witnessing:
    """One service's view of what the ledger has of it; `agreed` is set while nothing speaks against going on.

    Unlike the stream, the ledger need not be there for a service to work. It must answer once when this process meets
    an empty stream with a log that is not: then nobody else could tell a wiped broker from a restored store. A broker
    that is wiped while the process runs needs no answer, because the process knows its own continuity.
    """

    service: str
    messenger: Messenger
    recorder: Recorder
    head: Callable[[], Head]
    stream_is_empty: Callable[[], bool | None]
    """Whether the own record stream was found empty; None before it was looked at."""
    start_awaits: bool
    lane_awaits: bool
    heard_more: Callable[[], None]
    judged: Callable[[], None] = lambda: None
    """Called when `stopped` or `waiting` changes."""
    known: Witnessed | None = None
    stopped: str = ""
    waiting: str = ""
    agreed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._heard = asyncio.Event()
        if self.service in RECORDED:
            self.waiting = "vergleicht mit der Prüfkette"
        else:
            self.agreed.set()

    def hear(self, raw: bytes) -> None:
        """Take note of what the ledger says."""
        if (it := told(raw)) is not None:
            self.known = it
            self._heard.set()
            self.heard_more()

    def witnessed(self) -> int:
        """Up to which position a lane may tell others."""
        if not self.lane_awaits or self.service not in RECORDED:
            return self.head().position
        return self.known.position if self.known and self.known.epoch == self.head().epoch else 0

    async def run(self) -> None:
        """Compare with the ledger as soon as it answers; then keep asking while the lane depends on it."""
        if self.service in RECORDED:
            await self._compare()
        while True:
            if self.witnessed() < self.head().position:
                await self.messenger.ask_ledger()
            await asyncio.sleep(1)

    async def _compare(self) -> None:
        while self.stream_is_empty() is None:  # noqa: ASYNC110 (the relay looks, as often as it must)
            await asyncio.sleep(0.02)
        until, pause = time.monotonic() + PATIENCE, 0.1
        while self.known is None or not await self._agrees(self.known):
            if self.known is None and not self.agreed.is_set():
                self._go_on_without(until)
            await self.messenger.ask_ledger()
            await wait(self._heard, AGAIN if self.stopped else pause)
            pause = min(5.0, pause * 1.5)

    def _go_on_without(self, until: float) -> None:
        """The ledger has not answered: go on, wait a moment, or stand still until it does."""
        match self.stream_is_empty(), self.head().position:
            case _ if not self.start_awaits:
                self._go_on()
            case True, position if position > 0:
                self.waiting = "leerer Strom, und die Prüfkette antwortet nicht: was sie hat, muss zuerst bekannt sein"
                self.judged()
            case _ if time.monotonic() >= until:
                log.warning("the ledger does not answer, going on without")
                self._go_on()
            case _:
                return

    async def _agrees(self, known: Witnessed) -> bool:
        reason = await in_thread(self._contradiction, known)
        if not reason:
            self._go_on()
            return True
        if not self.stopped:
            log.critical("the ledger has another history", reason=reason)
        self.agreed.clear()
        self.stopped = reason
        self.judged()
        return False

    def _go_on(self) -> None:
        self.stopped = self.waiting = ""
        self.agreed.set()
        self.judged()

    def _contradiction(self, known: Witnessed) -> str:
        head = self.head()
        if not known.position:
            return ""
        if known.position > head.position:
            still_written_alone(self.recorder, head)
        if known.epoch != head.epoch or known.position > head.position:
            return f"Prüfkette bei {known.epoch}/{known.position}, Bestand bei {head.epoch}/{head.position}"
        rows = self.recorder.rows(known.position - 1, 1)
        return (
            "" if rows and rows[0].chain == known.chain else f"die Prüfkette hat eine andere Kette an {known.position}"
        )
