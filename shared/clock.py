"""The clock of recording."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """The instant of recording: the machine's clock, moved by the simulated calendar where there is one; never backwards."""

    def __init__(self, calendar: Path | None) -> None:
        self._file = calendar
        self._read: tuple[int, timedelta] = (-1, timedelta())
        self._last = datetime.min.replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        self._last = max(self._last, datetime.now(UTC) + self._offset())
        return self._last

    def _offset(self) -> timedelta:
        if self._file is None:
            return timedelta()
        try:
            changed = self._file.stat().st_mtime_ns
            if changed != self._read[0]:
                seconds = json.loads(self._file.read_text())["offset_seconds"]
                self._read = (changed, timedelta(seconds=float(seconds)))
        except FileNotFoundError:
            return self._read[1]
        return self._read[1]
