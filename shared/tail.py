"""The end of the log as it was just committed, kept in memory: who keeps up with it need not read it back.

Relays and views follow the same commits at the same time; without this each would read and decode every row again.
Whoever is further behind than the tail reaches reads the log itself, so the tail may forget at any time.
"""

from collections.abc import Sequence
from typing import Any

from shared.recorders import Row
from shared.records import value
from shared.store import Recorded

KEPT = 4_000
KEPT_BYTES = 8_000_000


@value
class Committed:
    """A row with what it says and the state of its stream right after it; `recorded` is None for others' events."""

    row: Row
    recorded: Recorded | None
    state: Any


class Tail:
    """The last rows of one log, without a gap up to its end; used in the event loop's thread alone."""

    def __init__(self) -> None:
        self._kept: list[Committed] = []
        self._bytes = 0

    def grew(self, committed: Sequence[Committed]) -> None:
        """Take what a commit added."""
        self._kept += committed
        self._bytes += sum(len(it.row.state) for it in committed)
        while len(self._kept) > KEPT or (self._bytes > KEPT_BYTES and self._kept):
            half = (len(self._kept) + 1) // 2
            self._bytes -= sum(len(it.row.state) for it in self._kept[:half])
            del self._kept[:half]

    def forget(self) -> None:
        """Begin anew: what was kept may not be the log's end any more."""
        self._kept.clear()
        self._bytes = 0

    def after(self, position: int, most: int) -> Sequence[Committed] | None:
        """Up to `most` rows that follow a position; None when the log itself must be read for them."""
        start = position + 1 - self._kept[0].row.position if self._kept else -1
        return self._kept[start : start + most] if start >= 0 else None
