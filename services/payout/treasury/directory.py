"""The folder that is shared with the treasury: files out, files in, nothing half written, nothing lost.

`to-treasury/` is ours to write; the treasury moves what it took to `received/`. It writes to `from-treasury/`; we move
what we took in to `archive/`, what we could not read to `quarantine/`. Files hold personal data and are not world-readable.
"""

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path

FOLDERS = ("to-treasury", "received", "from-treasury", "archive", "quarantine")
_UNFINISHED = (".part", ".tmp", ".partial", ".filepart")
_LONGEST = 255
"""Bytes of a file's name that a file system holds."""
_REASON = b".reason.txt"


class OtherBytesUnderName(Exception):
    """A file of this name with other content lies there already: an incident, nothing was written."""


class Directory:
    """One treasury's folder. Safe to repeat at any point: after a crash, do the same again."""

    def __init__(self, root: Path) -> None:
        self._root = root
        for folder in FOLDERS:
            (root / folder).mkdir(parents=True, exist_ok=True)

    def hand_over(self, name: str, raw: bytes) -> None:
        """Write a file for the treasury: temporary name, fsync, rename, fsync of the folder.

        Nothing happens when the same bytes lie there already or were taken; raises `OtherBytesUnderName`.
        """
        outgoing = self._root / "to-treasury"
        # In this order: a file only ever moves from the first folder to the second, so it cannot slip past both looks.
        for folder in (outgoing, self._root / "received"):
            with suppress(FileNotFoundError):
                if (folder / name).read_bytes() != raw:
                    raise OtherBytesUnderName(name)
                _sync(outgoing)
                return
        unfinished = outgoing / f".{name}.part"
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640), "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(outgoing / name)
        _sync(outgoing)

    def arrived(self) -> Sequence[Path]:
        """Finished files from the treasury, oldest first; hidden and temporary names are still being written."""
        return _finished(self._root / "from-treasury")

    def archive(self, path: Path) -> Path:
        """Move a file that was taken in; where it lies then. A file that is gone was archived before."""
        return self._move(path, "archive")

    def quarantine(self, path: Path, reason: str) -> Path:
        """Move a file that could not be read, with the reason beside it."""
        moved = self._move(path, "quarantine")
        beside = os.fsencode(moved.name)[: _LONGEST - len(_REASON)] + _REASON
        (moved.parent / os.fsdecode(beside)).write_text(reason + "\n", "utf-8")
        return moved

    def _move(self, path: Path, folder: str) -> Path:
        target = self._root / folder / path.name
        if path.exists():
            if target.exists() and sha256_of(target) != sha256_of(path):
                mark = f".{sha256_of(path)[:12]}"
                target = target.with_name(os.fsdecode(os.fsencode(path.name)[: _LONGEST - len(mark)]) + mark)
            path.replace(target)
            _sync(target.parent)
            _sync(path.parent)
        return target


def shown(name: str) -> str:
    """A file's name as it can be written down, whatever its bytes are: those that are no text stand for themselves."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def waiting(root: Path) -> int:
    """How many finished files from the treasury lie in its folder untouched; makes nothing."""
    return len(_finished(root / "from-treasury"))


def _finished(folder: Path) -> Sequence[Path]:
    found: list[tuple[int, str, Path]] = []
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name.endswith(_UNFINISHED):
            continue
        try:
            told = path.lstat()
        except FileNotFoundError:
            continue  # dealt with, or taken back by the treasury, since the folder was read
        if stat.S_ISREG(told.st_mode):
            found.append((told.st_mtime_ns, path.name, path))
    return [path for _, _, path in sorted(found)]


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, read piece by piece."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
