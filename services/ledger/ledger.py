"""Das Führen der Prüfkette: follows the own store, signs what has grown, writes exports."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from services.ledger import archive, checkpoint
from services.ledger.checkpoint import Checkpoint, SignCheckpoint
from services.ledger.chronicle import Chronicle, LogAltered, Signing
from services.ledger.export import export
from services.ledger.note import Signer, sign
from services.ledger.settings import Settings
from shared.commands import Request
from shared.decider import decision
from shared.following import in_thread, wait
from shared.identity import SYSTEM, Role
from shared.overlay import Caller
from shared.problems import Problem
from shared.recorders import Recorder
from shared.writer import Writer

log = structlog.get_logger()

CADENCE = 1.0
"""Seconds between checkpoints at least: what an attacker could still rewrite unseen is never older."""
PAGE = 256
LOG = "log"
"""The one checkpoint stream is `checkpoint-log`, whatever key or name signs."""


def records_of(recorder: Recorder) -> Iterator[tuple[bytes, bytes]]:
    """(leaf, state) of every row in order, read in pages."""
    position = 0
    while rows := recorder.rows(position, PAGE):
        for row in rows:
            yield row.header, row.state
        position = rows[-1].position


@dataclass(kw_only=True)
class Ledger:
    """What only this service has: its log in memory, its key, its exports."""

    writer: Writer
    settings: Settings
    nudged: asyncio.Event
    to_sign: asyncio.Event
    chronicle: Chronicle = field(default_factory=Chronicle)
    alarm: str = ""
    """Why the ledger signs nothing any more; empty when all is well."""
    rebuilt: bool = False
    """Whether the log has been recomputed up to its end once: before that its tree looks like one that shrank."""
    _read: asyncio.Condition = field(default_factory=asyncio.Condition)
    _signing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _exporting: asyncio.Lock = field(default_factory=asyncio.Lock)

    def trouble(self) -> str:
        """Why this service is not ready, or nothing."""
        if self.alarm:
            return f"Prüfkette: {self.alarm}"
        return "" if self.rebuilt else f"Prüfkette wird nachgerechnet ({self.chronicle.size})"

    async def follow(self) -> None:
        """Recompute the log from its start, then keep up with it."""
        while not self.alarm:
            try:
                grown = await self._step()
            except LogAltered as error:
                self._raise_alarm(str(error))
                grown = 0
            self.rebuilt = self.rebuilt or not grown
            async with self._read:
                self._read.notify_all()
            if not grown:
                self.to_sign.set()
                await wait(self.nudged)
        await asyncio.Event().wait()

    async def _step(self) -> int:
        rows = await in_thread(self.writer.recorder.rows, self.chronicle.size, PAGE)
        for row in rows:
            self.chronicle.add(row)
        return len(rows)

    async def keep_signing(self) -> None:
        """A checkpoint at once when something new lies there, then at most one in `CADENCE` seconds."""
        signer = self.settings.signer()
        while True:
            await wait(self.to_sign)
            if self.chronicle.due and await self.sign(signer) is not None:
                await asyncio.sleep(CADENCE)

    async def sign(self, signer: Signer) -> Signing | None:
        """The latest checkpoint, signed now when leaves await one; None when there is nothing, or no signing."""
        async with self._signing:
            await self._until(lambda: self.rebuilt)
            if self.chronicle.due and not self.alarm and not self.writer.refusing:
                await self._sign(signer)
            return self.chronicle.signing

    async def _sign(self, signer: Signer) -> None:
        tree = self.chronicle.tree
        said = Checkpoint(origin=signer.name, size=tree.size, root=tree.root().hex())
        command = SignCheckpoint(size=said.size, root=said.root, note=sign(said.text, signer))
        outcome = await self.writer.execute(
            Request(decision=decision(checkpoint.decider, LOG, command), caller=Caller(actor=SYSTEM, role=Role.SYSTEM))
        )
        if outcome.problem:
            self._raise_alarm(outcome.title)
            return
        await self._until(lambda: self.chronicle.size >= outcome.last)

    def _raise_alarm(self, reason: str) -> None:
        log.critical("the log is not the one that was recorded", reason=reason)
        self.alarm = reason

    async def _until(self, is_so: Callable[[], bool]) -> None:
        """Wait while the log is being read; an alarm ends the wait."""
        async with self._read:
            await self._read.wait_for(lambda: bool(self.alarm) or is_so())

    async def export(self, name: str) -> Path:
        """An export of everything recorded so far, under this name; one that is already there stays as it is."""
        target = self.settings.exports() / name
        async with self._exporting:
            if target.exists():
                return target
            signer = self.settings.signer()
            head = self.writer.head.position
            await self._until(lambda: self.chronicle.size >= head)
            latest = await self.sign(signer)
            if latest is None or self.alarm:
                detail = self.alarm or "Es ist noch nichts aufgezeichnet."
                raise Problem(409, "nothing-to-export", "Es gibt keinen gültigen Prüfpunkt.", detail=detail)
            await in_thread(archive.prune, self.settings.exports())
            await in_thread(self._write, target, latest, signer)
        return target

    def _write(self, target: Path, latest: Signing, signer: Signer) -> None:
        records = records_of(self.writer.recorder)
        export(target, records, checkpoint=latest.note, vkey=signer.verifier.vkey)
