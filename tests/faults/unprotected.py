"""The protections, each with what the code is without it: switched off in a process before its service starts."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec
from eventsourcing.persistence import PersistenceError
from faststream.nats import NatsBroker
from nats.aio.client import Client

from services.payout import disbursement
from shared import lanes, messaging, service
from shared.commands import CommandJob
from shared.formats import Frame
from shared.lane_following import LaneFollower
from shared.lanes import FrameJob, Message, Reactions
from shared.overlay import Overlay
from shared.parking import ParkedMessageDiscarded, parked
from shared.postgresql import PostgreSQLRecorder
from shared.recorders import Batch, Head, Lane
from shared.records import replace
from shared.relaying import Relay
from shared.sqlite import SQLiteRecorder
from shared.standby import OnlySeat
from shared.writer import Writer


def switch_off(names: Sequence[str]) -> None:
    """Take these protections out of the code of this process."""
    for name in names:
        PROTECTIONS[name]()


# ---- The writer -----------------------------------------------------------------------------------------------------


def first_answer() -> None:
    """A repeated request is decided as if it were new."""

    def nothing(_self: Any, _ids: Any) -> dict[str, Any]:
        return {}

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


_REMEMBER = "INSERT INTO {s}command VALUES ({p}, {p}, {p}, {p}) ON CONFLICT (id) DO NOTHING"


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


# ---- Lanes ----------------------------------------------------------------------------------------------------------


def previous() -> None:
    """A frame is followed whenever its last position is new, whatever is missing before it."""

    def only_forward(lane: Lane, frame: Frame) -> bool:
        return frame.last > lane.position

    lanes.is_new = only_forward


def position() -> None:
    """What was followed before is followed again."""

    def always(_lane: Lane, _frame: Frame) -> bool:
        return True

    _from_the_beginning(lambda lane, frame: _gapless(lane, frame) or True)
    lanes.is_new = always


def _gapless(lane: Lane, frame: Frame) -> None:
    if frame.previous > lane.position:
        raise lanes.Gap


def _from_the_beginning(is_new: Callable[[Lane, Frame], bool]) -> None:
    """Of a frame that is new in this sense, all messages are handled."""
    follow, read = FrameJob._follow, FrameJob._read

    def everything(self: FrameJob, followed: int) -> Sequence[Message]:
        return read(self, 0)

    def again(self: FrameJob, overlay: Overlay) -> int:
        real = overlay.lane(self.frame.source)
        if not is_new(real, self.frame):
            return 0
        overlay.lanes[real.source] = Lane(source=real.source, epoch=real.epoch)
        return follow(self, overlay)

    FrameJob._read = everything
    FrameJob._follow = again


def one_transaction() -> None:
    """The lane's position is remembered in a commit of its own, after what was caused."""
    for kind in (SQLiteRecorder, PostgreSQLRecorder):
        append = kind.append

        def twice(self: Any, batch: Batch, append: Callable[[Any, Batch], None] = append) -> None:
            append(self, replace(batch, lanes=()))
            if batch.lanes:
                append(self, Batch(before=batch.after, after=batch.after, rows=(), lanes=batch.lanes, commands=()))

        setattr(kind, "append", twice)


def known_events() -> None:
    """Of a frame that brings something new, everything is taken for new."""

    def always(_lane: Lane, _frame: Frame) -> bool:
        return True

    _from_the_beginning(lanes.is_new)
    lanes.is_new = always


def parking() -> None:
    """What cannot be handled is passed over."""
    react, handle = lanes.react, lanes.handle

    def passed_over(*arguments: Any) -> str:
        react(*arguments)
        return ""

    def without_looking(overlay: Overlay, source: str, epoch: str, message: Message) -> None:
        message.code = ""
        handle(overlay, source, epoch, message)

    lanes.react = passed_over
    lanes.handle = without_looking


def only_the_oldest() -> None:
    """What waits behind a discarded message is given up with it."""
    evolve = parked.evolve

    def all_of_it(waiting: Any, it: Any) -> Any:
        return () if isinstance(it, ParkedMessageDiscarded) else evolve(waiting, it)

    object.__setattr__(parked, "evolve", all_of_it)


def waiting_for_the_other_lane() -> None:
    """A drawdown of which payout hears before it hears of the grant is passed over."""
    decide = disbursement.decider.decide

    def too_early(command: Any, state: Any, context: Any) -> Any:
        if isinstance(command, disbursement.RegisterDrawdown) and state == disbursement.decider.initial:
            return []
        return decide(command, state, context)

    object.__setattr__(disbursement.decider, "decide", too_early)


def waiting_behind() -> None:
    """What comes after a parked message is handled before it."""

    handle, folded = lanes.handle, Overlay.folded

    def overtaking(overlay: Overlay, *arguments: Any) -> None:
        def nobody_waits(self: Overlay, noun: Any, stream: str) -> Any:
            found = folded(self, noun, stream)
            return replace(found, state=()) if noun.name == "parked" else found

        Overlay.folded = nobody_waits
        try:
            handle(overlay, *arguments)
        finally:
            Overlay.folded = folded

    lanes.handle = overtaking


def newer_contracts() -> None:
    """A contract in a newer version is read as if it were the known one."""

    def contract(self: Reactions, envelope: Any) -> Any | None:
        kind = self.handled.get(envelope.contract)
        return msgspec.json.decode(envelope.body, type=kind) if kind else None

    Reactions.contract = contract


# ---- Streams and broker ---------------------------------------------------------------------------------------------


def comparing() -> None:
    """The relay believes that the stream holds all that the log holds."""

    async def believing(self: Relay) -> None:
        head = self.head()
        self.position, self.last, self.chain = head.position, head.position, head.chain
        self.sequence, newest = await self.messenger.end(self.subject)
        self.met_empty = newest is None

    Relay._resume = believing


def refusing_while_behind() -> None:
    """A store that is older than what it has told others takes commands."""

    def always(self: service.House) -> None:
        self.writer.refusing = ""

    service.House.permit = always


def guard() -> None:
    """Nobody watches whether the process still lives."""
    setattr(messaging.Guard, "run", lambda _self: None)


def pings() -> None:
    """Nobody asks whether the broker is still there, or whether the process lives."""
    guard()
    connect = Client.connect

    async def never(self: Client, *arguments: Any, **more: Any) -> None:
        await connect(self, *arguments, **(more | {"ping_interval": 3_600}))

    Client.connect = never


def watching() -> None:
    """Nobody compares a lane with its stream, or looks whether it is followed at all."""

    async def never(self: LaneFollower) -> None:
        await asyncio.Event().wait()

    LaneFollower.watch = never


def own_callback() -> None:
    """The framework's own callback hears of errors, and nobody watches whether the process still lives."""
    guard()
    noted = messaging.Messenger._noted

    async def raising(self: messaging.Messenger, error: Exception) -> None:
        await self.broker._log_connection_broken(partial(noted, self))(error)

    messaging.Messenger._noted = raising


def no_reply() -> None:
    """A handler's end is answered to wherever the message says."""
    subscriber = NatsBroker.subscriber

    def answering(self: NatsBroker, *arguments: Any, **more: Any) -> Any:
        return subscriber(self, *arguments, **(more | {"no_reply": False}))

    NatsBroker.subscriber = answering


PROTECTIONS: Mapping[str, Callable[[], None]] = {
    "first-answer": first_answer,
    "commit-before-answer": commit_before_answer,
    "expected-version": expected_version,
    "fence": fence,
    "seat": seat,
    "one-commit": one_commit_interrupted,
    "lost-answers": lost_answers,
    "commit-errors": commit_errors,
    "previous": previous,
    "position": position,
    "known-events": known_events,
    "parking": parking,
    "waiting-behind": waiting_behind,
    "newer-contracts": newer_contracts,
    "comparing": comparing,
    "refusing-while-behind": refusing_while_behind,
    "guard": guard,
    "pings": pings,
    "no-reply": no_reply,
    "one-transaction": one_transaction,
    "log-time": log_time,
    "graceful-end": graceful_end,
    "only-the-oldest": only_the_oldest,
    "waiting-for-the-other-lane": waiting_for_the_other_lane,
    "watching": watching,
    "own-callback": own_callback,
}
