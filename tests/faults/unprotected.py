"""The protections, each with what the code is without it: switched off in a process before its service starts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shared import lanes
from shared.formats import Frame
from shared.recorders import Batch, Lane, PostgreSQLRecorder, SQLiteRecorder
from shared.writer import CommandJob, Overlay


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
        loop = self.done.get_loop()
        loop.call_soon_threadsafe(lambda: self.done.done() or self.done.set_result(outcome))
        return outcome

    CommandJob.decide = told_early


# ---- Lanes ----------------------------------------------------------------------------------------------------------


def previous() -> None:
    """A frame is followed whenever its last position is new, whatever is missing before it."""

    def only_forward(lane: Lane, frame: Frame) -> bool:
        return frame.last > lane.position

    lanes.is_new = only_forward


def position() -> None:
    """What was followed before is followed again."""
    handle = lanes.handle

    def always(lane: Lane, frame: Frame) -> bool:
        if frame.previous > lane.position:
            raise lanes.Gap
        return True

    def again(overlay: Any, reactions: Any, source: str, epoch: str, _followed: int, raw: bytes) -> int:
        return handle(overlay, reactions, source, epoch, 0, raw)

    lanes.is_new = always
    lanes.handle = again


def one_transaction() -> None:
    """The lane's position is remembered in a commit of its own, after what was caused."""
    for kind in (SQLiteRecorder, PostgreSQLRecorder):
        append = kind.append

        def twice(self: Any, batch: Batch, append: Callable[[Any, Batch], None] = append) -> None:
            append(self, replace(batch, lanes=()))
            if batch.lanes:
                append(self, Batch(before=batch.after, after=batch.after, rows=(), lanes=batch.lanes, commands=()))

        setattr(kind, "append", twice)


PROTECTIONS: Mapping[str, Callable[[], None]] = {
    "first-answer": first_answer,
    "commit-before-answer": commit_before_answer,
    "previous": previous,
    "position": position,
    "one-transaction": one_transaction,
}
