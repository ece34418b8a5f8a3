"""The protections of the lanes, each with what the code is without it."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from services.payout import disbursement
from shared import lanes
from shared.catching_up import CatchingUp
from shared.formats import Frame
from shared.lanes import FrameJob, Message, Reactions
from shared.overlay import Overlay
from shared.parking import ParkedMessageDiscarded, parked
from shared.postgresql import PostgreSQLRecorder
from shared.recorders import Batch, Lane
from shared.records import replace
from shared.sqlite import SQLiteRecorder


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


def catching_up() -> None:
    """A contract that is newly handled is handled from now on only."""

    async def never(self: CatchingUp) -> None:
        self.done = True

    CatchingUp.finish = never
