"""The loop between the log and the treasury's folder: hands over what was released, takes in what came back.

Recorded before it is done: from `SubmissionStarted` on the treasury may hold the file, whatever happens to this process.
What is not known to be done is done again with the same bytes under the same name; nothing is ever decided here.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog

from services.payout import batch as batches
from services.payout import disbursement as disbursements
from services.payout import recall as recalls
from services.payout import report as reports
from services.payout.matching import unexplained
from services.payout.recall_list import recalls_of_batch
from services.payout.treasury import Unreadable
from services.payout.treasury.directory import Directory, OtherBytesUnderName, sha256_of, shown, waiting
from services.payout.treasury.filing import recall_bytes_of, renewal_of, sealed_bytes_of, settings_of
from services.payout.treasury.known import read
from services.payout.views import (
    batches_of_references,
    claims_of_references,
    listed_bookings,
    outgoing,
)
from shared.commands import Request
from shared.decider import Decision, Parts, decision
from shared.following import wait
from shared.identity import SYSTEM, Role, is_id
from shared.overlay import Caller
from shared.service import House
from shared.writer import NotWriting

log = structlog.get_logger()

POLL_SECONDS = 0.2
AGAIN_AFTER_SECONDS = (1.0, 5.0, 30.0, 300.0, 900.0, 3600.0)
"""When a hand-over whose outcome is unknown is repeated; the last pause again and again."""
SUBJECT = "treasury-files"
"""The key under which files of the treasury are kept: they belong to no one person."""


class NotTaken(Exception):
    """A step of the desk was not possible; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Trouble:
    """Something that did not work and is tried again at `again_at` (monotonic)."""

    reason: str
    failures: int
    since: float
    again_at: float


@dataclass
class Desk:
    """The treasury's follower of one house."""

    house: House
    nudged: asyncio.Event
    unreachable: str = ""
    """Why the folder cannot be worked on; empty when it can."""
    worked_upto: int = -1
    """The log position whose batches have been looked at."""
    troubles: dict[str, Trouble] = field(default_factory=dict[str, Trouble])
    """What failed, by batch id or file name."""

    async def run(self) -> None:
        """Round after round; `OSError` when the folder is out of reach, which is tried again."""
        try:
            directory = await asyncio.to_thread(Directory, settings_of(self.house).treasury)
            while True:
                # Whose turn it was when the house began to write comes first in the next round: nobody may overtake it.
                with suppress(NotWriting):
                    await self.round(directory)
                self.unreachable = ""
                await wait(self.nudged, POLL_SECONDS)
        except OSError as error:
            self.unreachable = type(error).__name__
            raise

    async def round(self, directory: Directory) -> None:
        """Answers first: they may prove what the hand-over left open."""
        position = self.house.view_follower.position
        arrived = await asyncio.to_thread(directory.arrived)
        for path in arrived:
            await self._attempt(path.name, partial(self._take_in, directory, path))
        files = await asyncio.to_thread(outgoing, self.house.views)
        for name, asks_back in files:
            hand_over = self._hand_over_recall if asks_back else self._hand_over
            await self._attempt(name, partial(hand_over, directory, name))
        still = {*(name for name, _ in files), *(path.name for path in arrived)}
        self.troubles = {name: it for name, it in self.troubles.items() if name in still}
        self.worked_upto = position

    @property
    def idle(self) -> bool:
        """Nothing to hand over, nothing to take in; waiting for the treasury is idle."""
        if self.unreachable or self.troubles or self.worked_upto < self.house.writer.head.position:
            return False
        try:
            return not waiting(settings_of(self.house).treasury)
        except OSError:
            return False

    def problem(self) -> str:
        """Why the treasury is not being served, in a sentence; empty when it is."""
        if self.unreachable:
            return f"Kasse: Verzeichnis nicht erreichbar ({self.unreachable})"
        if not self.troubles:
            return ""
        oldest = min(self.troubles.values(), key=lambda it: it.since)
        age = int(time.monotonic() - oldest.since)
        return f"Kasse: {len(self.troubles)} Vorgänge hängen, der älteste seit {age} s ({oldest.reason})"

    async def _attempt(self, name: str, do: Callable[[], Awaitable[None]]) -> None:
        """One file or batch; its failure is remembered, tried again later, and holds up no other. `NotWriting` is no failure of its."""
        known = self.troubles.get(name)
        if known and time.monotonic() < known.again_at:
            return
        try:
            await do()
        except NotWriting:
            raise
        except Exception as error:
            reason = getattr(error, "code", "") or type(error).__name__
            failures = known.failures + 1 if known else 1
            now = time.monotonic()
            pause = AGAIN_AFTER_SECONDS[min(failures, len(AGAIN_AFTER_SECONDS)) - 1]
            self.troubles[name] = Trouble(reason, failures, known.since if known else now, now + pause)
            log.error("treasury step failed", what=name, reason=reason, failures=failures)
        else:
            self.troubles.pop(name, None)

    async def _execute(self, it: Decision | Parts) -> None:
        writer, caller = self.house.writer, Caller(actor=SYSTEM, role=Role.SYSTEM)
        if isinstance(it, Parts):
            outcome = await writer.execute_in_parts(it, caller)
        else:
            outcome = await writer.execute(Request(decision=it, caller=caller))
        if outcome.problem:
            raise NotTaken(outcome.problem)

    # ---- Out

    async def _hand_over(self, directory: Directory, id: str) -> None:
        state: batches.Batch = (await self.house.writer.state(batches.decider, id)).state
        match state:
            case batches.Unsealed() | batches.Unreleased() | batches.Discarded() | batches.Transmitted():
                return
            case batches.Released():
                last = 0
            case batches.Submitting():
                await self._tell(id, batches.NoteUnknownSubmission(attempt=state.attempt, reason="interrupted"))
                last = state.attempt
            case batches.Unknown():
                last = state.attempt
        sealed = state.sealed
        raw = await asyncio.to_thread(sealed_bytes_of, self.house, sealed)
        await self._execute(batches.start_submission(sealed, last + 1, sha256(raw).hexdigest()))
        try:
            await asyncio.to_thread(directory.hand_over, sealed.file_name, raw)
        except (OSError, OtherBytesUnderName) as error:
            await self._tell(id, batches.NoteUnknownSubmission(attempt=last + 1, reason=type(error).__name__))
            raise
        await self._tell(id, batches.ConfirmTransmission(file_sha256=sealed.file_sha256, evidence="file"))

    async def _tell(self, id: str, command: batches.Command) -> None:
        await self._execute(decision(batches.decider, id, command))

    async def _hand_over_recall(self, directory: Directory, id: str) -> None:
        state: recalls.Recalling = (await self.house.writer.state(recalls.decider, id)).state
        if not isinstance(state, recalls.Approved):
            return
        raw = await asyncio.to_thread(recall_bytes_of, self.house, state)
        await self._execute(decision(recalls.decider, id, recalls.StartRecallSubmission()))
        await asyncio.to_thread(directory.hand_over, state.sealed.file_name, raw)
        told = recalls.ConfirmRecallTransmission(file_sha256=state.sealed.file_sha256)
        await self._execute(decision(recalls.decider, id, told))

    # ---- In

    async def _take_in(self, directory: Directory, path: Path) -> None:
        limit = settings_of(self.house).treasury_file_bytes
        digest = await asyncio.to_thread(self._kept, path, limit)
        try:
            await self._lists_read_the_log()
            sift = partial(unexplained, self.house.views, self._ours)
            found = await asyncio.to_thread(read, path, limit, sift)
        except Unreadable as error:
            await self._execute(reports.quarantine(_refused(error, digest, path)))
            await asyncio.to_thread(directory.quarantine, path, error.reason)
            return
        match found:
            case reports.StatusReport():
                await self._take_in_status(found, digest)
            case reports.BookingReport():
                expected = await asyncio.to_thread(self._expected, found)
                apply = reports.apply_in_portions if reports.is_large(found) else reports.apply_booking
                await self._execute(apply(found, digest, await self._spoken_of(found), expected, self._bounds))
            case reports.RecallReport():
                await self._take_in_recall(found, digest)
        await asyncio.to_thread(directory.archive, path)

    async def _take_in_status(self, found: reports.StatusReport, digest: str) -> None:
        """The answer to a batch, or to orders that take payments of one back."""
        sealed = next(iter(await self._sealed([found.batch])), None)
        asked: recalls.Recalling = (
            (await self.house.writer.state(recalls.decider, found.batch)).state
            if sealed is None and is_id(found.batch)
            else recalls.Unrequested()
        )
        if isinstance(asked, recalls.Approved | recalls.Sent):
            (told,) = await self._sealed([asked.asked.batch])
            await self._execute(reports.apply_recall_receipt(found, digest, told, asked, self._wait))
        else:
            await self._execute(reports.apply_status_report(found, digest, sealed, self._wait))

    async def _take_in_recall(self, found: reports.RecallReport, digest: str) -> None:
        sealed = next(iter(await self._sealed([found.batch])), None)
        asked = await asyncio.to_thread(recalls_of_batch, self.house.views, sealed.message_id) if sealed else ()
        await self._execute(reports.apply_recall_answer(found, digest, sealed, asked, self._wait))

    def _kept(self, path: Path, limit: int) -> str:
        """The file's hash, and the file kept as it came, before anybody reads it: what is decided on can be looked at for ever."""
        if path.stat().st_size > limit:
            return sha256_of(path)
        kept = self.house.documents.put_file(
            path, kind="treasury-report", media_type="application/xml", subject=SUBJECT
        )
        return kept.sha256

    async def _lists_read_the_log(self) -> None:
        """Our own references are found by lists; they must have read the log, or known payments look unknown."""
        recorded = self.house.writer.head.position
        await self.house.seen(recorded)
        if self.house.view_follower.position < recorded:
            raise NotTaken("views-behind")

    async def _spoken_of(self, found: reports.BookingReport) -> Sequence[batches.BatchSealed]:
        references = reports.references_named(found)
        by_reference = await asyncio.to_thread(batches_of_references, self.house.views, references)
        names = sorted(reports.batches_named(found) | by_reference)
        if not reports.is_large(found):
            return await self._sealed(names)
        outlined = [await asyncio.to_thread(self._without_payees, it) for it in names if is_id(it)]
        return [it for it in outlined if it is not None]

    def _without_payees(self, id: str) -> batches.BatchSealed | None:
        """One batch at a time is read in full, and none is kept so."""
        state: batches.Batch = self.house.store.load(batches.decider, batches.decider.stream(id)).state
        return None if isinstance(state, batches.Unsealed) else batches.without_payees(state.sealed)

    def _expected(self, found: reports.BookingReport) -> reports.Expected:
        references, keys = reports.credits_named(found)
        views = self.house.views
        if not (references and (claims := claims_of_references(views, references))):
            return reports.NOTHING
        return reports.Expected(claims=claims, listed=listed_bookings(views, keys))

    def _wait(self, sealed: batches.BatchSealed) -> disbursements.Renewal | None:
        return renewal_of(self.house, sealed)

    @property
    def _bounds(self) -> reports.Bounds:
        settings = settings_of(self.house)
        return reports.Bounds(
            accounts={name: it.iban for name, it in settings.debtors.items()},
            after_file_days=settings.booked_after_file_days,
            after_today_days=settings.booked_after_today_days,
            before_order_days=settings.booked_before_order_days,
        )

    @property
    def _ours(self) -> frozenset[str]:
        return frozenset(self._bounds.accounts.values())

    async def _sealed(self, names: Sequence[str]) -> list[batches.BatchSealed]:
        states: list[Any] = [(await self.house.writer.state(batches.decider, it)).state for it in names if is_id(it)]
        return [it.sealed for it in states if not isinstance(it, batches.Unsealed)]


def _refused(error: Unreadable, digest: str, path: Path) -> reports.QuarantineReport:
    found = error.found
    return reports.QuarantineReport(
        sha256=digest,
        file_name=shown(path.name),
        reason_code=error.code,
        reason=error.reason,
        message_id=found.message_id,
        count=found.count,
        cents=found.cents,
    )


def follower(house: House) -> Callable[[], Awaitable[None]]:
    """The desk's loop, made known to the house's judgements of itself."""
    desk = Desk(house=house, nudged=house.nudge.listener())
    house.idle_checks.append(lambda: desk.idle)
    house.problems.append(desk.problem)
    return desk.run
