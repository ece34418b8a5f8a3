"""Exports as they lie in a folder and travel: named by who asked with which key, kept for a while, sent as one tar file."""

import io
import shutil
import tarfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from services.ledger.checkpoint import Checkpoint
from services.ledger.export import Head, check_target, put
from shared.decider import value

KEEP = 4
"""So many exports stay in the folder; an older one can be made again."""
CHUNK = 1 << 20
_heads = msgspec.json.Decoder(dict[str, Head])


class NotAnArchive(ValueError):
    """Bytes that are no export as a tar file."""


@value
class Kept:
    """An export in the folder. `size` in leaves, `root` in hex."""

    name: str
    size: int
    root: str
    heads: dict[str, Head]


def name_of(person: str, key: str) -> str:
    """The same for the same person and key, telling neither."""
    return "export-" + sha256(f"{person}\x1f{key}".encode()).hexdigest()[:24]


def kept(target: Path) -> Kept:
    """What an export says of itself."""
    said = Checkpoint.of((target / "checkpoint").read_text())
    heads = _heads.decode((target / "heads.json").read_bytes())
    return Kept(name=target.name, size=said.size, root=said.root, heads=heads)


def all_kept(folder: Path) -> list[Kept]:
    """The exports in a folder, newest first."""
    return [kept(it) for it in _newest_first(folder)]


def prune(folder: Path) -> None:
    """Make room for one more."""
    for old in _newest_first(folder)[KEEP - 1 :]:
        shutil.rmtree(old)


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob("export-*"), key=lambda it: it.stat().st_mtime_ns, reverse=True)


def tar_of(folder: Path) -> Iterator[bytes]:
    """A folder's files as a tar stream, the same bytes for the same content."""
    for file in sorted(it for it in folder.rglob("*") if it.is_file()):
        entry = tarfile.TarInfo(file.relative_to(folder).as_posix())
        entry.size = file.stat().st_size
        yield entry.tobuf(tarfile.PAX_FORMAT)
        with file.open("rb") as content:
            while chunk := content.read(CHUNK):
                yield chunk
        yield bytes(-entry.size % tarfile.BLOCKSIZE)
    yield bytes(2 * tarfile.BLOCKSIZE)


def unpack(content: io.BufferedIOBase, target: Path) -> Kept:
    """Such a stream as a directory, which appears whole or not at all; raises `NotAnArchive`, `NotAnExport`."""
    check_target(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    room = Path(mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        room.chmod(0o755)
        with tarfile.open(fileobj=content, mode="r|") as archive:
            archive.extractall(room, filter="data")
        found = kept(room)
        put(room, target)
    except (tarfile.TarError, FileNotFoundError) as error:
        raise NotAnArchive(str(error)) from error
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return found
