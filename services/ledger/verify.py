"""Prüfprogramm der Prüfkette: proves an exported history from its raw bytes, offline, and names the first fault.

    python3 -I verify.py DIRECTORY [--vkey FILE_OR_KEY] [--since OLD_CHECKPOINT_FILE]... [--json]

Exit code 0: everything recomputed, nothing changed. 1: the first bad index and the kind of fault. 2: wrong call.
One file, standard library and `cryptography` only, nothing of Förderstrom imported: an auditor can read all of it.

Recomputed are: entries → leaf hashes → tiles → root → signatures; the state bytes against their leaf; each leaf's
canonical form; per service dense positions from 1 (the ledger's own log is all leaves, so its leaves say their place
among all), instants that never go back (tolerance 0), epochs that never return, the running chain; per stream dense
versions from 1 and the links to the predecessor; the root at every earlier checkpoint that is in the log, in the
export or in the auditor's own hands (`--since`).

Limits. Without `--vkey` from elsewhere only the export's own consistency is proved. Without `--since` a tail cut off
together with all checkpoints over it looks like an older, whole export. An event that was never logged is no fault.
Memory: about 32 bytes an event and 300 bytes a stream. The formats are described in docs/formats.md.
"""

import argparse
import json
import os
import re
import stat
import sys
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KINDS = {
    "unreadable": "eine Datei ist nicht lesbar, keine gewöhnliche Datei oder zu groß",
    "malformed-checkpoint": "das ist kein Prüfpunkt",
    "forged-signature": "die Unterschrift im Namen des Schlüssels ist nicht echt",
    "wrong-key": "nicht mit dem vertrauten Schlüssel unterschrieben",
    "other-log": "der Prüfpunkt gehört zu einer anderen Prüfkette",
    "changed-leaf": "ein Blatt wurde geändert",
    "removed-entry": "ein Eintrag wurde entfernt",
    "removed-tail": "das Ende der Geschichte wurde entfernt",
    "inserted-entry": "ein Eintrag wurde eingefügt",
    "reordered": "Einträge wurden vertauscht",
    "rewritten-history": "die Geschichte ist eine andere als die unterschriebene",
    "fork": "zwei unterschriebene Geschichten widersprechen einander",
    "contradicting-checkpoint": "ein Prüfpunkt in der Geschichte widerspricht ihr",
    "changed-tile": "eine Kachel des Baums stimmt nicht mit den Einträgen überein",
    "changed-state": "gespeicherte Bytes eines Ereignisses wurden geändert",
    "removed-state": "gespeicherte Bytes eines Ereignisses fehlen",
    "inserted-state": "es gibt mehr gespeicherte Bytes als Ereignisse",
    "swapped-states": "gespeicherte Bytes zweier Ereignisse wurden vertauscht",
    "swapped-between-cases": "Ereignisse verschiedener Vorgänge wurden vertauscht",
    "malformed-leaf": "ein Blatt ist kein kanonischer Kopf",
    "unknown-format": "ein Blatt hat ein Format, das dieses Prüfprogramm nicht kennt",
    "broken-stream": "die Versionen eines Stroms sind nicht lückenlos",
    "broken-link": "die Verkettung mit dem Vorgänger im Strom stimmt nicht",
    "time-reversed": "die Zeit eines Dienstes läuft rückwärts",
    "epoch-returned": "eine beendete Epoche eines Dienstes kehrt wieder",
    "changed-heads": "heads.json stimmt nicht mit der Geschichte überein",
    "foreign-file": "eine Datei gehört nicht zum Export",
}
WIDTH = 256
MAX_NOTE, MAX_LEAF, MAX_STATE, MAX_SIGNATURES = 1_000_000, 65_535, 512_000, 100
MAX_BUNDLE = WIDTH * (2 + MAX_LEAF)
MAX_FAULTS = 50
ZERO = b"0" * 64
EMPTY_ROOT = sha256(b"").digest()

_WORD = rb"[!#-\[\]-~]{1,255}"
_LEAF = re.compile(
    rb'\{"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(?!000000)\d{6})?)Z","epoch":"(' + _WORD + rb')","format":(\d{1,9}),'
    rb'"position":([1-9]\d{0,15}),"prev":"([0-9a-f]{64})","service":"([a-z][a-z0-9-]{0,62})","sha256":"([0-9a-f]{64})",'
    rb'"stream":"(' + _WORD + rb')","topic":"(' + _WORD + rb')","version":([1-9]\d{0,15})\}'
)
_NUMBERED = r"((?:x\d{3}/){0,6}\d{3})(?:\.p/([1-9]\d{0,2}))?"


@dataclass(frozen=True)
class Fault:
    """One thing that is not as signed. `index` is the ledger index from 0, or None where none can be named."""

    kind: str
    index: int | None
    detail: str


class Rejected(Exception):
    """A file, note or key that cannot be used, with the kind of fault."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind, self.detail = kind, detail


class Absent(Rejected):
    """A file that is not there."""


# ---- Reading a directory that nobody vouches for -------------------------------------------------------------------


class Directory:
    """Regular files below a directory, never through a symbolic link, never more than a limit of bytes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._checked: set[Path] = {root}

    def open(self, relative: str, limit: int) -> IO[bytes]:
        path = self.root / relative
        try:
            self._check_folder(path.parent)
            found = path.lstat()
            if not stat.S_ISREG(found.st_mode):
                raise Rejected("unreadable", f"{relative} ist keine gewöhnliche Datei")
            if found.st_size > limit:
                raise Rejected("unreadable", f"{relative} ist mit {found.st_size} Bytes zu groß")
            return path.open("rb")
        except FileNotFoundError as error:
            raise Absent("unreadable", f"{relative} fehlt") from error
        except OSError as error:
            raise Rejected("unreadable", f"{relative}: {error.strerror}") from error

    def read(self, relative: str, limit: int) -> bytes:
        with self.open(relative, limit) as file:
            try:
                return file.read(limit + 1)
            except OSError as error:
                raise Rejected("unreadable", f"{relative}: {error.strerror}") from error

    def files(self, folder: str = "") -> Iterator[str]:
        """Every path below a folder that is no directory; symbolic links are not followed."""
        for place, _, names in os.walk(self.root / folder):
            for name in names:
                yield (Path(place) / name).relative_to(self.root).as_posix()

    def _check_folder(self, folder: Path) -> None:
        if folder not in self._checked:
            self._check_folder(folder.parent)
            if not stat.S_ISDIR(folder.lstat().st_mode):
                raise Rejected("unreadable", f"{folder.relative_to(self.root)} ist kein Verzeichnis")
            self._checked.add(folder)


def numbered(index: int, width: int = WIDTH) -> str:
    parts = [f"{index % 1000:03d}"]
    while index := index // 1000:
        parts.insert(0, f"x{index % 1000:03d}")
    return "/".join(parts) + (f".p/{width}" if width < WIDTH else "")


def find(directory: Directory, prefix: str, index: int, width: int) -> str:
    """The path of a tile or bundle: of its width, else the full one, else any partial one (C2SP tlog-tiles)."""
    wanted = [f"{prefix}/{numbered(index, width)}", f"{prefix}/{numbered(index)}"]
    partial = directory.root / f"{prefix}/{numbered(index)}.p"
    if partial.is_dir() and not partial.is_symlink():
        found = sorted(int(each.name) for each in partial.iterdir() if re.fullmatch(r"[1-9]\d{0,2}", each.name))
        wanted += [f"{prefix}/{numbered(index, each)}" for each in reversed(found)]
    return next((each for each in wanted if os.path.lexists(directory.root / each)), wanted[0])


# ---- Signed notes (C2SP signed-note, tlog-checkpoint) --------------------------------------------------------------


@dataclass(frozen=True)
class Key:
    name: str
    id: bytes
    public: bytes


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes


def keys_of(text: str) -> list[Key]:
    """Ed25519 keys in vkey form, one a line, or `Rejected`."""
    keys: list[Key] = []
    for line in filter(None, (line.strip(" \t\r") for line in text.split("\n"))):
        try:
            name, mark, encoded = line.split("+", 2)
            raw = b64decode(encoded, validate=True)
            Ed25519PublicKey.from_public_bytes(raw[1:])
        except ValueError as error:
            raise Rejected("wrong-key", "kein Schlüssel im Format signed-note") from error
        identity = sha256(name.encode(errors="replace") + b"\n" + raw).digest()[:4]
        if raw[:1] != b"\x01" or mark != identity.hex() or b64encode(raw).decode() != encoded:
            raise Rejected("wrong-key", "die Kennung des Schlüssels passt nicht zu ihm")
        keys.append(Key(name, identity, raw[1:]))
    if not keys:
        raise Rejected("wrong-key", "kein Schlüssel")
    return keys


def parse_note(raw: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Text and signatures (key name, key id ‖ signature), or `Rejected`."""
    text, separator, rest = raw.rpartition(b"\n\n")
    lines = rest.decode(errors="replace").split("\n")
    if len(raw) > MAX_NOTE or not separator or lines.pop() != "" or not 1 <= len(lines) <= MAX_SIGNATURES:
        raise Rejected("malformed-checkpoint", "keine signierte Notiz")
    if any(byte < 32 and byte != 10 for byte in raw):
        raise Rejected("malformed-checkpoint", "die Notiz enthält Steuerzeichen")
    signatures: list[tuple[str, bytes]] = []
    for line in lines:
        dash, _, rest_of_line = line.partition(" ")
        name, _, encoded = rest_of_line.partition(" ")
        try:
            signature = b64decode(encoded, validate=True)
        except ValueError as error:
            raise Rejected("malformed-checkpoint", "eine Unterschrift ist kein Base64") from error
        if dash != "\u2014" or not name or len(signature) < 5 or b64encode(signature).decode() != encoded:
            raise Rejected("malformed-checkpoint", "keine Unterschriftenzeile")
        signatures.append((name, signature))
    return text + b"\n", signatures


def checkpoint_of(raw: bytes) -> Checkpoint:
    """What a note claims, believed by nobody yet, or `Rejected`."""
    text, _ = parse_note(raw)
    try:
        origin, digits, encoded, *extensions = text.decode().split("\n")[:-1]
        root = b64decode(encoded, validate=True)
    except ValueError as error:
        raise Rejected("malformed-checkpoint", "kein Prüfpunkt aus Ursprung, Größe und Wurzel") from error
    canonical = re.fullmatch(r"0|[1-9]\d{0,18}", digits) and b64encode(root).decode() == encoded
    if not canonical or not origin or len(root) != 32 or "" in extensions:
        raise Rejected("malformed-checkpoint", "kein Prüfpunkt aus Ursprung, Größe und Wurzel")
    return Checkpoint(origin, int(digits), root)


def check_signatures(raw: bytes, keys: Sequence[Key]) -> list[Key]:
    """The trusted keys that signed; every signature in the name of one must be genuine. `Rejected` if none did."""
    text, signatures = parse_note(raw)
    signed: list[Key] = []
    for name, signature in signatures:
        for key in keys:
            if (key.name, key.id) != (name, signature[:4]):
                continue
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], text)
            except InvalidSignature as error:
                raise Rejected("forged-signature", f"im Namen von {name}") from error
            signed.append(key)
    if not signed:
        names = ", ".join(name for name, _ in signatures)
        raise Rejected("wrong-key", f"unterschrieben von {names}, keiner davon vertraut")
    return signed


# ---- The tree (RFC 6962) -------------------------------------------------------------------------------------------


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """Leaf hashes and the roots of full tiles, level by level: enough for the root at any size."""

    def __init__(self) -> None:
        self.levels: list[bytearray] = [bytearray()]

    def __len__(self) -> int:
        return len(self.levels[0]) // 32

    def add(self, leaf_hash: bytes) -> None:
        node = leaf_hash
        for level in range(64):
            if level == len(self.levels):
                self.levels.append(bytearray())
            row = self.levels[level]
            row += node
            if len(row) % (32 * WIDTH):
                return
            (node,) = self._complete(level, len(row) // 32 - WIDTH, WIDTH)

    def hashes(self, level: int, start: int, count: int) -> bytes:
        """What a tile must hold."""
        return bytes(self.levels[level][32 * start : 32 * (start + count)])

    def root(self, size: int) -> bytes:
        edge: list[bytes] = []
        for level in reversed(range(len(self.levels))):
            count = size >> (8 * level)
            covered = count >> 8 << 8
            edge += self._complete(level, covered, count - covered)
        if not edge:
            return EMPTY_ROOT
        root = edge.pop()
        while edge:
            root = node_hash(edge.pop(), root)
        return root

    def _complete(self, level: int, start: int, count: int) -> list[bytes]:
        """The complete subtrees of falling size over some hashes of a level."""
        subtrees: list[bytes] = []
        while count:
            size = 1 << (count.bit_length() - 1)
            raw = self.hashes(level, start, size)
            row = [raw[at : at + 32] for at in range(0, len(raw), 32)]
            while len(row) > 1:
                row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
            subtrees += row
            start, count = start + size, count - size
        return subtrees


# ---- What the leaves say -------------------------------------------------------------------------------------------


@dataclass
class ServiceLog:
    position: int = 0
    epoch: bytes = b""
    at: str = ""
    chain: bytes = bytes(32)
    epochs: set[bytes] = field(default_factory=set[bytes])
    gaps: dict[int, int] = field(default_factory=dict[int, int])


@dataclass(frozen=True)
class Recorded:
    """A checkpoint that the ledger recorded in its own log."""

    index: int
    state: bytes


class History:
    """Every leaf in order: positions, epochs, instants and chains per service, versions and links per stream."""

    def __init__(self) -> None:
        self.services: dict[bytes, ServiceLog] = {}
        self.chain, self.size = bytes(32), 0
        self.streams: dict[bytes, tuple[int, bytes, int]] = {}
        self.checkpoints: list[Recorded] = []
        self.faults: list[Fault] = []
        self._sought = False

    def add(self, index: int, leaf: bytes, state: bytes | None) -> bytes:
        """Judge one leaf with its state bytes; returns the state's hash as the leaf claims it, or nothing."""
        self.chain, self.size = sha256(self.chain + leaf).digest(), index + 1
        found = _LEAF.fullmatch(leaf)
        if found is None or found[3] != b"1":
            self._judge_format(index, found)
            return b""
        at, epoch, _, position, prev, service, state_hash, stream, topic, version = found.groups()
        if not _is_instant(at) or max(int(position), int(version)) >= 2**53:
            self._fault("malformed-leaf", index, "Zeit oder Zahl außerhalb des Möglichen")
        log = self.services.setdefault(service, ServiceLog())
        log.chain = sha256(log.chain + leaf).digest()
        if service == b"ledger":
            self._judge_place(index, int(position))
        else:
            self._judge_position(index, log, service, int(position))
        self._judge_course(index, log, epoch, at.decode())
        self._judge_link(index, service + b"\n" + stream, int(version), prev)
        link = b""
        if state is not None:
            link = sha256(b"%b\n%b\n%b\n%b" % (stream, version, topic, state)).digest()
            if service == b"ledger" and topic == b"ledger.checkpoint-signed.v1":
                self.checkpoints.append(Recorded(index, state))
        self.streams[service + b"\n" + stream] = int(version), link, index
        return cast(bytes, state_hash)

    def heads(self) -> dict[str, dict[str, str | int]]:
        """Where each service's log ends; the ledger's log is all leaves."""
        if own := self.services.get(b"ledger"):
            own.position, own.chain = self.size, self.chain
        return {
            service.decode(): {"chain": log.chain.hex(), "epoch": log.epoch.decode(), "position": log.position}
            for service, log in sorted(self.services.items())
        }

    def _judge_format(self, index: int, found: re.Match[bytes] | None) -> None:
        if found is None:
            self._fault("malformed-leaf", index, "nicht genau die zehn Felder in kanonischer Form")
        else:
            self._fault("unknown-format", index, f"Format {found[3].decode()}")

    def _judge_position(self, index: int, log: ServiceLog, service: bytes, position: int) -> None:
        name = service.decode()
        if position <= log.position:
            if (at := log.gaps.pop(position, None)) is not None:
                self.faults = [it for it in self.faults if (it.kind, it.index) != ("removed-entry", at)]
                self._fault("reordered", at, f"Position {position} von {name} folgt erst bei Index {index}")
            else:
                self._fault("inserted-entry", index, f"Position {position} von {name} gibt es zweimal")
            return
        missing = range(log.position + 1, position)
        if missing:
            self._fault("removed-entry", index, f"Position {missing[0]} bis {missing[-1]} von {name} fehlt")
            log.gaps |= dict.fromkeys(missing[:1000], index)
        log.position = position

    def _judge_place(self, index: int, position: int) -> None:
        """The ledger's rows are the leaves: its own ones know how many were before them."""
        if position != index + 1:
            kind = "removed-entry" if position > index + 1 else "inserted-entry"
            self._fault(kind, index, f"dieses Blatt der Prüfkette war ihr {position}., hier ist es das {index + 1}.")

    def _judge_course(self, index: int, log: ServiceLog, epoch: bytes, at: str) -> None:
        if at < log.at:
            self._fault("time-reversed", index, f"{at}Z nach {log.at}Z")
        log.at = max(at, log.at)
        if epoch != log.epoch:
            if epoch in log.epochs:
                self._fault("epoch-returned", index, epoch.decode())
            log.epochs.add(epoch)
            log.epoch = epoch

    def _judge_link(self, index: int, stream: bytes, version: int, prev: bytes) -> None:
        last, link, at = self.streams.get(stream, (0, b"", -1))
        due = ZERO if last == 0 else link.hex().encode()
        if due and prev != due and (other := self._other(prev)):
            name = other.decode().replace("\n", "/")
            self._fault("swapped-between-cases", index, f"schließt an den Strom {name} an, nicht an den eigenen")
        elif version != last + 1:
            self._fault("broken-stream", index, f"Version {version} folgt auf {last}")
        elif due and prev != due:
            before = f"Index {at}" if last else "dem Anfang des Stroms"
            self._fault("broken-link", index, f"`prev` passt nicht zu {before}: eines von beiden ist geändert")

    def _other(self, prev: bytes) -> bytes | None:
        """The stream whose head this link is; looked for once only, because it reads all streams."""
        if self._sought or prev == ZERO:
            return None
        self._sought, link = True, bytes.fromhex(prev.decode())
        return next((stream for stream, (_, head, _) in self.streams.items() if head == link), None)

    def _fault(self, kind: str, index: int, detail: str) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(kind, index, detail))


def _is_instant(at: bytes) -> bool:
    try:
        datetime.fromisoformat(at.decode())
    except ValueError:
        return False
    return True


# ---- The examination -----------------------------------------------------------------------------------------------


@dataclass
class Report:
    """What was found, the decisive fault first; `trusted` says whether the key came from outside the export."""

    trusted: bool = False
    checkpoint: Checkpoint | None = None
    signed_by: list[str] = field(default_factory=list[str])
    checkpoints: int = 0
    heads: dict[str, dict[str, str | int]] = field(default_factory=dict[str, dict[str, str | int]])
    faults: list[Fault] = field(default_factory=list[Fault])
    notices: list[str] = field(default_factory=list[str])

    def fault(self, kind: str, index: int | None, detail: str) -> None:
        it = Fault(kind, index, detail)
        if it not in self.faults and len(self.faults) < MAX_FAULTS:
            self.faults.append(it)


class Examination:
    """One run over one export."""

    def __init__(self, root: Path, vkey: str | None, since: Sequence[Path]) -> None:
        self.directory = Directory(root)
        self.vkey, self.since = vkey, since
        self.report = Report(trusted=vkey is not None)
        self.keys: list[Key] = []
        self.tree = Tree()
        self.history = History()
        self.state_faults: list[Fault] = []
        self.unread: list[Fault] = []

    def run(self) -> Report:
        try:
            self._take_keys()
            raw = self.directory.read("checkpoint", MAX_NOTE)
            claimed = self.report.checkpoint = checkpoint_of(raw)
        except Rejected as reason:
            self.report.fault(reason.kind, None, reason.detail)
            return self.report
        self._check_checkpoint(raw)
        self._read_entries(claimed.size)
        authentic = len(self.tree) >= claimed.size and self.tree.root(claimed.size) == claimed.root
        if not authentic:
            self._name_difference(claimed)
        elif len(self.tree) > claimed.size:
            self.report.fault("inserted-entry", claimed.size, "mehr Einträge, als der Prüfpunkt unterschreibt")
        self._check_earlier(claimed, authentic)
        rest = [*self.unread, *self.history.faults, *self._name_state_faults(authentic)]
        if authentic:
            rest += [*self._check_recorded(), *self._check_tiles(claimed.size), *self._check_heads()]
        rest += self._check_files(claimed.size)
        rest.sort(key=lambda fault: (fault.index is None, fault.index or 0))
        self.report.faults = [*self.report.faults, *(it for it in rest if it not in self.report.faults)]
        self.report.heads = self.history.heads()
        return self.report

    def _take_keys(self) -> None:
        own: list[Key] = []
        try:
            own = keys_of(self.directory.read("vkey", MAX_NOTE).decode(errors="replace"))
        except Absent as reason:
            if self.vkey is None:
                raise
            self.report.notices.append(reason.detail)
        if self.vkey is None:
            self.keys = own
            self.report.notices.append(
                "Der Schlüssel stammt aus dem Export selbst und beweist nur dessen inneren Zusammenhang."
            )
        else:
            self.keys = keys_of(self.vkey)
            if own and not set(own) & set(self.keys):
                raise Rejected("wrong-key", "der Export nennt einen anderen Schlüssel als den vertrauten")

    def _check_checkpoint(self, raw: bytes) -> None:
        try:
            self.report.signed_by = [key.name for key in check_signatures(raw, self.keys)]
        except Rejected as reason:
            self.report.fault(reason.kind, None, f"checkpoint: {reason.detail}")

    # -- entries and states

    def _read_entries(self, size: int) -> None:
        absent = 0
        for number in range((size + WIDTH - 1) // WIDTH):
            width = min(WIDTH, size - number * WIDTH)
            try:
                leaves = self._leaves(number, width)
            except Rejected as reason:
                if not isinstance(reason, Absent):
                    self.unread.append(Fault(reason.kind, number * WIDTH, reason.detail))
                absent += 1
                if absent > 100:  # a size that nobody can have must not keep us busy for ever
                    return
                continue
            self._read_bundle(number, width, leaves)

    def _leaves(self, number: int, width: int) -> list[bytes]:
        path = find(self.directory, "tile/entries", number, width)
        raw = self.directory.read(path, MAX_BUNDLE)
        leaves: list[bytes] = []
        at = 0
        while at < len(raw) and len(leaves) < 4 * WIDTH:
            length = int.from_bytes(raw[at : at + 2], "big")
            leaves.append(raw[at + 2 : at + 2 + length])
            at += 2 + length
        if at != len(raw):
            self.unread.append(
                Fault("changed-leaf", number * WIDTH + len(leaves) - 1, f"{path} ist kein ganzes Bündel")
            )
        return leaves

    def _read_bundle(self, number: int, width: int, leaves: Sequence[bytes]) -> None:
        states = self._states(number, width)
        for leaf in leaves:
            index = len(self.tree)
            self.tree.add(sha256(b"\x00" + leaf).digest())
            state = next(states, None)
            claimed = self.history.add(index, leaf, state)
            if not claimed or len(self.state_faults) >= MAX_FAULTS:
                continue
            if state is None:
                self.state_faults.append(Fault("removed-state", index, "keine Bytes zu diesem Blatt"))
            elif sha256(state).hexdigest().encode() != claimed:
                self.state_faults.append(Fault("changed-state", index, "Bytes und Blatt passen nicht zusammen"))
        if next(states, None) is not None:
            self.state_faults.append(Fault("inserted-state", len(self.tree), "mehr Zeilen als Blätter im Bündel"))

    def _states(self, number: int, width: int) -> Iterator[bytes]:
        """The state bytes of a bundle, one line each; a line without its end or too long is no state."""
        path = find(self.directory, "states", number, width)
        try:
            with self.directory.open(path, 4 * WIDTH * (MAX_STATE + 1)) as file:
                while line := file.readline(MAX_STATE + 2):
                    yield line[:-1] if line.endswith(b"\n") else line + b"?"
        except Rejected as reason:
            if not isinstance(reason, Absent):
                self.unread.append(Fault(reason.kind, number * WIDTH, reason.detail))
        except OSError as error:
            self.unread.append(Fault("unreadable", number * WIDTH, f"{path}: {error.strerror}"))

    def _name_state_faults(self, authentic: bool) -> list[Fault]:
        """Say of the first wrong state bytes what happened to them; this reads entries and states a second time."""
        if not self.state_faults or not authentic:
            return self.state_faults
        owners: list[bytes] = []
        claimed: list[bytes] = []
        for leaf in self._all(self._leaves):
            found = _LEAF.fullmatch(leaf)
            owners.append(found[6] + b"/" + found[8] if found else b"")
            claimed.append(found[7] if found else b"")
        actual = [sha256(state).hexdigest().encode() for state in self._all(self._states)]
        word, index, origin = difference(actual, claimed)
        kind = {"changed": "changed-state", "inserted": "inserted-state", "reordered": "swapped-states"}.get(
            word, "removed-state"
        )
        detail = self.state_faults[0].detail
        if word == "reordered":
            detail = f"hier liegen die Bytes von Index {origin} ({owners[origin].decode()})"
            if owners[origin] != owners[index]:
                kind = "swapped-between-cases"
        return [Fault(kind, index, detail), *self.state_faults[1:]]

    def _all(self, bundle: Callable[[int, int], Iterable[bytes]]) -> Iterator[bytes]:
        size = self.report.checkpoint.size if self.report.checkpoint else 0
        for number in range((min(size, len(self.tree)) + WIDTH - 1) // WIDTH):
            try:
                yield from bundle(number, min(WIDTH, size - number * WIDTH))
            except Rejected:
                continue  # already reported when it was read first

    # -- when the entries are not the signed ones

    def _name_difference(self, claimed: Checkpoint) -> None:
        """Compare with what the tiles still say, if these are the signed ones; else with what the leaves betray."""
        self.report.faults += [it for it in self.unread if it.kind == "unreadable"]
        truth = self._signed_hashes(claimed)
        if truth is not None:
            actual = self.tree.hashes(0, 0, len(self.tree))
            word, index, origin = difference(_split(actual), _split(truth))
            kind = {"changed": "changed-leaf", "removed": "removed-entry", "tail": "removed-tail"}.get(word, word)
            kind = "inserted-entry" if kind == "inserted" else kind
            betrayed = next((it for it in self.history.faults if it.index == index), None)
            if kind == "changed-leaf" and betrayed and betrayed.kind == "swapped-between-cases":
                kind = betrayed.kind
            detail = (
                f"der Eintrag von Index {origin} steht hier" if word == "reordered" else "anders, als der Baum es sagt"
            )
            self.report.fault(kind, index, betrayed.detail if betrayed else detail)
        elif self.history.faults:
            self.report.faults.append(min(self.history.faults, key=lambda fault: fault.index or 0))
        elif len(self.tree) < claimed.size:
            detail = f"{len(self.tree)} Einträge statt {claimed.size}"
            self.report.fault("removed-tail", len(self.tree), detail)
        else:
            agreed = max((old.size for _, old in self._kept() if self._holds(old)), default=0)
            differing = [it.index for it in self._check_tiles(claimed.size) if it.index is not None]
            detail = (
                f"Einträge und Kacheln stimmen überein, aber nicht mit dem Prüfpunkt; sicher gleich bis Index {agreed}"
            )
            self.report.fault("rewritten-history", max(agreed, min(differing, default=0)), detail)

    def _signed_hashes(self, claimed: Checkpoint) -> bytes | None:
        """The leaf hashes as the lowest tiles hold them, if these lead to the signed root."""
        tree = Tree()
        for number in range((claimed.size + WIDTH - 1) // WIDTH):
            width = min(WIDTH, claimed.size - number * WIDTH)
            tile = self._tile(0, number, width)
            if len(tile) != 32 * width:
                return None
            for each in _split(tile):
                tree.add(each)
        return tree.hashes(0, 0, claimed.size) if tree.root(claimed.size) == claimed.root else None

    def _tile(self, level: int, number: int, width: int) -> bytes:
        """The wanted hashes of a tile, or less when there is no such file."""
        path = find(self.directory, f"tile/{level}", number, width)
        try:
            raw = self.directory.read(path, 32 * WIDTH)
        except Rejected:
            return b""
        return raw if path.endswith(numbered(number, width)) else raw[: 32 * width]

    # -- other checkpoints

    def _kept(self) -> Iterator[tuple[str, Checkpoint]]:
        """Earlier checkpoints with a trusted signature: the auditor's own, then the export's. Others are skipped."""
        for source, raw in self._kept_notes():
            try:
                old = checkpoint_of(raw)
                check_signatures(raw, self.keys)
            except Rejected:
                continue  # reported by _check_earlier
            yield source, old

    def _kept_notes(self) -> Iterator[tuple[str, bytes]]:
        for path in self.since:
            try:
                yield f"--since {path.name}", Directory(path.absolute().parent).read(path.name, MAX_NOTE)
            except Rejected as reason:
                self.report.fault(reason.kind, None, f"--since {path.name}: {reason.detail}")
        names = [
            name for name in self.directory.files("checkpoints") if re.fullmatch(r"checkpoints/[1-9]\d{0,18}", name)
        ]
        for name in sorted(names, key=lambda name: int(name.rpartition("/")[2])):
            try:
                yield name, self.directory.read(name, MAX_NOTE)
            except Rejected as reason:
                self.report.fault(reason.kind, None, reason.detail)

    def _holds(self, old: Checkpoint) -> bool:
        return old.size <= len(self.tree) and self.tree.root(old.size) == old.root

    def _check_earlier(self, claimed: Checkpoint, authentic: bool) -> None:
        """An earlier checkpoint must be the root of our first leaves: that is consistency, proved by recomputation."""
        agreed = 0
        for source, raw in self._kept_notes():
            try:
                old = checkpoint_of(raw)
                check_signatures(raw, self.keys)
                if source.startswith("checkpoints/") and source != f"checkpoints/{old.size}":
                    raise Rejected("malformed-checkpoint", f"enthält den Prüfpunkt der Größe {old.size}")
            except Rejected as reason:
                self.report.fault(reason.kind, None, f"{source}: {reason.detail}")
                continue
            self.report.checkpoints += 1
            if old.origin != claimed.origin:
                self.report.fault("other-log", None, f"{source}: {old.origin!a} statt {claimed.origin!a}")
            elif old.size > claimed.size:
                self.report.fault("removed-tail", claimed.size, f"{source} bezeugt {old.size} Einträge")
            elif authentic and not self._holds(old):
                detail = f"{source}: andere Wurzel bei Größe {old.size}, gleich höchstens bis zu dem genannten Index"
                self.report.fault("fork", agreed, detail)
            elif authentic:
                agreed = max(agreed, old.size)

    def _check_recorded(self) -> Iterator[Fault]:
        """The checkpoints that the ledger recorded in its own log."""
        for recorded in self.history.checkpoints:
            try:
                facts = json.loads(recorded.state)["facts"]
                size, root, note = facts["size"], facts["root"], facts["note"].encode()
                if type(size) is not int or not 0 < size <= recorded.index or self.tree.root(size).hex() != root:
                    raise ValueError
                said = checkpoint_of(note)
                if (said.size, said.root.hex()) != (size, root):
                    raise ValueError
                check_signatures(note, self.keys)
            except Rejected as reason:
                yield Fault(reason.kind, recorded.index, reason.detail)
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                yield Fault(
                    "contradicting-checkpoint", recorded.index, "andere Größe oder Wurzel als die nachgerechnete"
                )

    # -- the rest of the export

    def _check_tiles(self, size: int) -> Iterator[Fault]:
        for level in range(len(self.tree.levels)):
            count = size >> (8 * level)
            for start in range(0, count, WIDTH):
                width = min(WIDTH, count - start)
                due, tile = self.tree.hashes(level, start, width), self._tile(level, start // WIDTH, width)
                if tile != due:
                    _, same, _ = difference(_split(tile), _split(due))
                    detail = f"tile/{level}/{numbered(start // WIDTH, width)}"
                    yield Fault("changed-tile", (start + same) << (8 * level), detail)

    def _check_heads(self) -> list[Fault]:
        due = json.dumps(self.history.heads(), sort_keys=True, separators=(",", ":")).encode() + b"\n"
        try:
            if self.directory.read("heads.json", MAX_NOTE) == due:
                return []
            return [Fault("changed-heads", None, "Epoche, Position oder Kette eines Dienstes ist eine andere")]
        except Rejected as reason:
            return [Fault("changed-heads", None, reason.detail)]

    def _check_files(self, size: int) -> list[Fault]:
        """What lies in the export and is proved by nothing."""
        faults: list[Fault] = []
        for name in self.directory.files():
            if name in {"checkpoint", "vkey", "heads.json", "README.txt"} or re.fullmatch(
                r"checkpoints/[1-9]\d{0,18}", name
            ):
                continue
            found = re.fullmatch(r"(tile/(?:[0-9]|[1-5][0-9]|6[0-3])|tile/entries|states)/" + _NUMBERED, name)
            level = int(found[1][5:]) if found and found[1][5:].isdigit() else 0
            number = int(found[2].replace("x", "").replace("/", "")) if found else 0
            count = max(0, (size >> (8 * level)) - number * WIDTH)
            width = int(found[3]) % WIDTH if found and found[3] else WIDTH
            if found and (width == min(count, WIDTH) or 0 < width < min(count, WIDTH)):
                continue  # of this size, or a partial one of an earlier size, as tlog-tiles allows
            if name.startswith(("tile/", "states/", "checkpoints/")) and not name.rpartition("/")[2].startswith("."):
                if len(faults) < MAX_FAULTS:
                    faults.append(Fault("foreign-file", None, ascii(name)))
            elif len(self.report.notices) < MAX_FAULTS:
                self.report.notices.append(f"Nicht Teil des Exports: {name!a}")
        return faults


def difference(actual: Sequence[bytes], signed: Sequence[bytes]) -> tuple[str, int, int]:
    """What happened to a sequence (changed, removed, tail, inserted, reordered), where first, and what stands there instead."""
    pairs = zip(actual, signed, strict=False)
    index = next((at for at, (ours, theirs) in enumerate(pairs) if ours != theirs), min(len(actual), len(signed)))
    if index == len(actual):
        return "tail", index, index
    if index == len(signed):
        return "inserted", index, index
    have, due = Counter(actual), Counter(signed)
    ours, theirs = actual[index], signed[index]
    surplus, lacking = have[ours] > due[ours], have[theirs] < due[theirs]
    if surplus:
        return "changed" if lacking else "inserted", index, index
    if lacking:
        return "removed", index, index
    return "reordered", index, signed.index(ours, index)


def _split(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + 32] for at in range(0, len(hashes), 32)]


def examine(root: Path, vkey: str | None = None, since: Sequence[Path] = ()) -> Report:
    """Prove an export, or name what is wrong with it; `vkey` is the text of the trusted keys. Never raises."""
    examination = Examination(root, vkey, since)
    try:
        return examination.run()
    except Exception as error:  # whatever a hostile export provokes is a fault of the export, never a proof
        examination.report.fault("unreadable", None, f"Prüfung abgebrochen: {type(error).__name__}: {error!s:.200}")
        return examination.report


# ---- The command ---------------------------------------------------------------------------------------------------


def as_json(report: Report) -> str:
    first = report.faults[0] if report.faults else None
    checkpoint = report.checkpoint
    return json.dumps(
        {
            "verified": first is None,
            "kind": first.kind if first else None,
            "index": first.index if first else None,
            "detail": first.detail if first else None,
            "origin": checkpoint.origin if checkpoint else None,
            "size": checkpoint.size if checkpoint else None,
            "root": checkpoint.root.hex() if checkpoint else None,
            "signed_by": report.signed_by,
            "trusted_key": report.trusted,
            "earlier_checkpoints": report.checkpoints,
            "heads": report.heads,
            "faults": [vars(fault) for fault in report.faults],
            "notices": report.notices,
        },
        indent=2,
    )


def as_text(report: Report) -> str:
    lines: list[str] = []
    if report.checkpoint:
        lines.append(f"Prüfkette  {report.checkpoint.origin!a}")
        lines.append(f"Größe      {report.checkpoint.size}")
        lines.append(f"Wurzel     {report.checkpoint.root.hex()}")
        lines.append(f"Schlüssel  {ascii(', '.join(report.signed_by)) if report.signed_by else 'keiner'}")
        lines.append(f"Frühere Prüfpunkte  {report.checkpoints}")
    for service, head in report.heads.items():
        lines.append(f"{service:<10} Position {head['position']}, Kette {head['chain']}")
    lines += [f"Hinweis: {notice}" for notice in report.notices]
    for fault in report.faults:
        where = "" if fault.index is None else f" bei Index {fault.index}"
        lines.append(f"FEHLER {fault.kind}{where}: {KINDS[fault.kind]}. {fault.detail}")
    if not report.faults:
        lines.append("Geprüft: alles nachgerechnet, nichts geändert, nichts entfernt, nichts eingefügt.")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Prüft einen Export der Prüfkette ohne Netz und Datenbank.")
    parser.add_argument("directory", type=Path, help="Verzeichnis des Exports")
    parser.add_argument("--vkey", help="vertrauter öffentlicher Schlüssel: Datei oder Text, einer je Zeile")
    parser.add_argument("--since", type=Path, action="append", default=[], help="früher selbst aufbewahrter Prüfpunkt")
    parser.add_argument("--json", action="store_true", help="Ergebnis als JSON")
    options = parser.parse_args(arguments)
    vkey = cast(str | None, options.vkey)
    if vkey is not None and "+" not in vkey:
        try:
            vkey = Path(vkey).read_bytes()[:MAX_NOTE].decode(errors="replace")
        except OSError as error:
            parser.error(f"--vkey: {error.strerror}")
    report = examine(options.directory, vkey, options.since)
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(errors="backslashreplace")
    print(as_json(report) if options.json else as_text(report))
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
