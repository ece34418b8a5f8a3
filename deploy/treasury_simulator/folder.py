"""The directory shared with the sender: to-treasury/ → received/, and answers into from-treasury/."""

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.treasury_simulator.interruption import Moment, passing
from deploy.treasury_simulator.xml_tree import LARGEST_FILE

_TAKEN_NAME = re.compile(r"(\d{6,})-.+")
_LATEST_SECOND = 4_102_444_800  # 2100-01-01; a file from beyond has a wrong clock, and no year of five digits


@dataclass(frozen=True, slots=True)
class Arrival:
    """A taken file: its running number, name in received/, hash, size; the content is None if it is too large."""

    number: int
    name: str
    sha256: str
    size: int
    arrived_at: str
    content: bytes | None


class Folder:
    """All file operations; every rename is made durable before the next step depends on it."""

    def __init__(self, root: Path) -> None:
        self.incoming = root / "to-treasury"
        self.received = root / "received"
        self.outgoing = root / "from-treasury"
        for directory in (self.incoming, self.received, self.outgoing):
            directory.mkdir(parents=True, exist_ok=True)

    def take(self, above: int) -> int:
        """Move what has arrived into received/ under running numbers greater than `above`; returns how many.

        The rename is the receipt: what is in received/ was taken exactly once, whatever happens afterwards.
        """
        waiting = self._waiting()
        if waiting:
            number = max([above, *self._taken()])
            for place, name in enumerate(waiting, start=number + 1):
                safe = re.sub(r"[^A-Za-z0-9._-]", "_", name)[-200:]
                (self.incoming / name).rename(self.received / f"{place:06d}-{safe}")
            _make_durable(self.received)
            _make_durable(self.incoming)
        return len(waiting)

    def _waiting(self) -> list[str]:
        with os.scandir(self.incoming) as entries:
            found = [
                (entry.stat(follow_symlinks=False).st_mtime_ns, entry.name)
                for entry in entries
                if entry.name.endswith(".xml") and entry.name[0] != "." and entry.is_file(follow_symlinks=False)
            ]
        return [name for _, name in sorted(found)]

    def _taken(self) -> dict[int, str]:
        matches = (_TAKEN_NAME.fullmatch(path.name) for path in self.received.iterdir())
        return {int(match.group(1)): match.group(0) for match in matches if match}

    def arrivals(self, above: int) -> list[tuple[int, str]]:
        """Number and name of the taken files above this number, in their order."""
        return sorted((number, name) for number, name in self._taken().items() if number > above)

    def open(self, number: int, name: str) -> Arrival:
        """Read one taken file; one that is too large is only hashed."""
        with (self.received / name).open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read() if status.st_size <= LARGEST_FILE else None
            sha256 = (
                hashlib.sha256(content) if content is not None else hashlib.file_digest(file, "sha256")
            ).hexdigest()
        arrived = datetime.fromtimestamp(min(max(int(status.st_mtime), 0), _LATEST_SECOND), UTC)
        return Arrival(number, name, sha256, status.st_size, arrived.strftime("%Y-%m-%dT%H:%M:%SZ"), content)

    def deliver(self, name: str, content: bytes) -> None:
        """Write an answer: temporary name, fsync, rename, fsync of the directory; again with the same result."""
        temporary = self.outgoing / f".{name}.tmp"
        with temporary.open("wb") as file:
            half = len(content) // 2
            file.write(content[:half])
            file.flush()
            passing(Moment.HALF_WRITTEN)
            file.write(content[half:])
            file.flush()
            os.fsync(file.fileno())
        passing(Moment.WRITTEN)
        temporary.replace(self.outgoing / name)
        _make_durable(self.outgoing)
        passing(Moment.RENAMED)


def _make_durable(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
