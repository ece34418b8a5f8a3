"""The directory shared with the sender: to-treasury/ → received/, and answers into from-treasury/."""

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.treasury_simulator.interruption import Moment, passing
from deploy.treasury_simulator.xml_tree import LARGEST_FILE

_LATEST_SECOND = 4_102_444_800  # 2100-01-01; a file from beyond has a wrong clock, and no year of five digits


@dataclass(frozen=True, slots=True)
class Arrival:
    """A taken file: name in received/, hash, size in bytes, time of writing; the content is None if it is too large."""

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

    def take(self) -> int:
        """Move what has arrived into received/, under its own name if that is free; returns how many.

        The rename is the receipt: what is in received/ was taken exactly once, whatever happens afterwards.
        """
        waiting = _finished(self.incoming)
        for name in waiting:
            (self.incoming / name).rename(self._free(name))
        if waiting:
            _make_durable(self.received)
            _make_durable(self.incoming)
        return len(waiting)

    def _free(self, name: str) -> Path:
        safe = re.sub(r"[^A-Za-z0-9._ -]", "_", name)[-200:]
        safe = f"_{safe}" if safe.startswith(".") else safe
        path = first = self.received / safe
        number = 1
        while path.exists():
            number += 1
            path = first.with_suffix(f".{number}{first.suffix}")
        return path

    def taken(self) -> list[str]:
        """The names in received/, oldest first."""
        return _finished(self.received)

    def open(self, name: str) -> Arrival:
        """Read one taken file; one that is too large is only hashed."""
        with (self.received / name).open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read() if status.st_size <= LARGEST_FILE else None
            digest = hashlib.sha256(content) if content is not None else hashlib.file_digest(file, "sha256")
        arrived = datetime.fromtimestamp(min(max(int(status.st_mtime), 0), _LATEST_SECOND), UTC)
        return Arrival(name, digest.hexdigest(), status.st_size, arrived.strftime("%Y-%m-%dT%H:%M:%SZ"), content)

    def deliver(self, name: str, content: bytes, *, in_place: bool = False) -> None:
        """Write an answer: temporary name, fsync, rename, fsync of the directory; again with the same result.

        `in_place` writes under the final name at once, as programs do that know no better.
        """
        temporary = self.outgoing / (name if in_place else f".{name}.tmp")
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


def _finished(directory: Path) -> list[str]:
    with os.scandir(directory) as entries:
        found = [
            (entry.stat(follow_symlinks=False).st_mtime_ns, entry.name)
            for entry in entries
            if entry.name.endswith((".xml", ".csv")) and entry.name[0] != "." and entry.is_file(follow_symlinks=False)
        ]
    return [name for _, name in sorted(found)]


def _make_durable(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
