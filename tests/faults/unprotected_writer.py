"""The protections of the writer and of a process, each with what the code is without it."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from eventsourcing.persistence import PersistenceError

from shared import service
from shared.commands import CommandJob
from shared.overlay import Overlay
from shared.postgresql import PostgreSQLRecorder
from shared.recorders import Batch, Head
from shared.records import replace
from shared.sqlite import SQLiteRecorder
from shared.standby import OnlySeat
from shared.writer import Writer


def first_answer() -> None:
    """A repeated request is decided as if it were new, and its key is not part of the commit."""
    decide = CommandJob.decide

    def as_new(self: CommandJob, overlay: Overlay) -> Any:
        self.request = replace(self.request, id="")
        return decide(self, overlay)

    def nothing(_self: Any, _ids: Any) -> dict[str, Any]:
        return {}

    CommandJob.decide = as_new
    for kind in (SQLiteRecorder, PostgreSQLRecorder):
        setattr(kind, "commanded", nothing)


def commit_before_answer() -> None:
    """People are answered when it is decided, before it is committed."""
    decide = CommandJob.decide

    def told_early(self: CommandJob, overlay: Overlay) -> Any:
        outcome = decide(self, overlay)
        if not self.done.done():
            self.done.set_result(outcome)
        return outcome

    def later(self: Writer, batch: Batch) -> None:
        time.sleep(0.01)  # the answer is on its way while the commit is still to come
        append(self, batch)

    append = Writer._append
    Writer._append = later
    CommandJob.decide = told_early


def expected_version() -> None:
    """`If-Match` is not looked at."""
    decide = CommandJob.decide

    def whatever(self: CommandJob, overlay: Overlay) -> Any:
        self.request = replace(self.request, expected=None)
        return decide(self, overlay)

    CommandJob.decide = whatever


_REMEMBER = "INSERT INTO {s}command VALUES ({p}, {p}, {p}, {p})"


def fence() -> None:
    """Whoever writes is given the next positions, however old what they judged on."""

    def append(self: PostgreSQLRecorder, batch: Batch) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(self._sql("SELECT position FROM {s}head FOR UPDATE"))
            [row] = cursor.fetchall()
            position = int(row["position"])
            for number, it in enumerate(batch.rows, start=1):
                cursor.execute(
                    self._sql(
                        "INSERT INTO {s}stored_events SELECT {p}, {p}, coalesce(max(originator_version), 0) + 1, "
                        "{p}, {p}, {p}, {p} FROM {s}stored_events WHERE originator_id = {p}"
                    ),
                    (position + number, it.stream, it.topic, it.state, it.header, it.chain, it.stream),
                )
            for it in batch.commands:
                cursor.execute(
                    self._sql(_REMEMBER),
                    (it.id, it.body_hash, it.outcome, it.at),
                )
            cursor.execute(
                self._sql("UPDATE {s}head SET position = {p}, chain = {p}"),
                (position + len(batch.rows), batch.after.chain),
            )

    PostgreSQLRecorder.append = append


def seat() -> None:
    """A second process writes, too: as one does that lost its seat and did not notice."""
    service.seat = lambda _store, _service: OnlySeat()


def one_commit() -> None:
    """What was decided together is committed event by event."""
    append = SQLiteRecorder.append

    def one_by_one(self: SQLiteRecorder, batch: Batch) -> None:
        before = batch.before
        for row in batch.rows[:-1]:
            after = Head(epoch=before.epoch, position=row.position, chain=row.chain)
            append(self, Batch(before=before, after=after, rows=[row], lanes=(), commands=()))
            before = after
            if _pieces:
                _pieces.pop()()
        append(self, replace(batch, before=before, rows=batch.rows[-1:]))

    SQLiteRecorder.append = one_by_one


_pieces: list[Callable[[], None]] = []


def one_commit_interrupted() -> None:
    """The same, and the process dies after the first piece."""
    one_commit()
    _pieces.append(lambda: os.kill(os.getpid(), signal.SIGKILL))


def lost_answers() -> None:
    """A commit whose answer was lost is taken for one that was not done, and people's requests are not remembered."""

    def append(self: Writer, batch: Batch) -> None:
        self.recorder.append(batch)

    Writer._append = append
    first_answer()


def commit_errors() -> None:
    """A commit that failed is taken for one that was done."""
    append = SQLiteRecorder.append

    def whatever(self: SQLiteRecorder, batch: Batch) -> None:
        with suppress(PersistenceError):
            append(self, batch)

    SQLiteRecorder.append = whatever


def log_time() -> None:
    """A process that starts does not look when the last event was recorded."""
    read = Writer._read

    def without(self: Writer) -> Any:
        return *read(self)[:2], None

    Writer._read = without


_at_the_end: list[Callable[[], None]] = []


def graceful_end() -> None:
    """Asked to end, a process ends at once."""
    _at_the_end.append(lambda: os._exit(0))


def asked_to_end() -> None:
    """The moment in which a process is asked to end."""
    for it in _at_the_end:
        it()
