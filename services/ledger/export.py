"""Der Export: the whole signed history as plain files that `verify.py` proves without us, small enough for a stick."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from services.ledger.checkpoint import Checkpoint, CheckpointSigned
from services.ledger.log import WIDTH, TileStack, bundle, entries_path, leaf_hash, states_path
from services.ledger.note import Verifier, verify
from shared.decider import value
from shared.formats import ZERO, Header, NotCanonical, chain, digest, encode, topic_of

README = """\
Prüfkette Förderstrom: Export der vollständigen Geschichte
==========================================================

Was hier liegt
  checkpoint        unterschriebener Prüfpunkt (C2SP tlog-checkpoint): Größe und Wurzel des Merkle-Baums
  checkpoints/      frühere Prüfpunkte, Dateiname = Größe
  vkey              öffentlicher Schlüssel der Prüfkette, einer je Zeile (C2SP signed-note)
  tile/             Hashwerte des Baums (C2SP tlog-tiles), tile/entries/ die Blätter
  states/           gespeicherte Bytes der Ereignisse, je Zeile eines, in der Reihenfolge der Blätter
  heads.json        Stand jedes Dienstes: Epoche, letzte Position, Kettenwert

So wird geprüft (Python ab 3.12 und das Paket `cryptography`; keine Datenbank, kein Netz)
  1. Das Prüfprogramm verify.py und den Schlüssel NICHT von hier nehmen, sondern von einer eigenen,
     früher gesicherten oder selbst geprüften Stelle. Ein Schlüssel aus dem Export beweist nur,
     dass der Export in sich stimmt.
  2. python3 -I verify.py DIESES_VERZEICHNIS --vkey EIGENE_SCHLÜSSELDATEI --since EIGENER_FRÜHERER_PRÜFPUNKT
     Rückgabe 0: alles nachgerechnet und unverändert. Rückgabe 1: erster fehlerhafter Index und Art des Fehlers.
  3. Die Datei checkpoint selbst aufbewahren: sie ist beim nächsten Mal der frühere Prüfpunkt (--since).
     Erst sie beweist, dass nichts Unterschriebenes entfernt und keine zweite Geschichte gezeigt wurde.

Was kein Verfahren beweisen kann: dass ein Ereignis, das nie aufgezeichnet wurde, fehlt, oder dass eine Angabe
schon bei der Aufzeichnung falsch war. Dafür gibt es den Abgleich mit den Buchungen der Kasse.

Personenbezogene Werte sind je Person verschlüsselt; ihre Löschung ändert keinen Hashwert und keine Prüfung.
"""
_SIGNED_TOPIC = topic_of("ledger.checkpoint-signed", 1)


class NotTheSignedHistory(ValueError):
    """What was to be exported is not what the checkpoint signs: nothing is published, the old export stays."""


class NotAnExport(ValueError):
    """The target holds something else than an earlier export: it is not ours to replace."""


@value
class Head:
    """How far a service's log had come."""

    epoch: str
    position: int
    chain: str


class Heads:
    """How far each service's log goes in a stretch of leaves. The ledger's own log is all leaves: they are its rows."""

    def __init__(self) -> None:
        self._heads: dict[str, Head] = {}
        self._all = ZERO
        self._size = 0

    def add(self, header: Header, leaf: bytes) -> None:
        before = self._heads.get(header.service)
        now = chain(before.chain if before else ZERO, leaf)
        self._heads[header.service] = Head(epoch=header.epoch, position=header.position, chain=now)
        self._all, self._size = chain(self._all, leaf), self._size + 1

    def now(self) -> dict[str, Head]:
        """Per service; the ledger is named once an own leaf has told its epoch."""
        if own := self._heads.get("ledger"):
            return self._heads | {"ledger": Head(epoch=own.epoch, position=self._size, chain=self._all)}
        return dict(self._heads)


@value
class Exported:
    size: int
    root: str
    heads: dict[str, Head]


@value
class _Signing:
    facts: CheckpointSigned


_header = msgspec.json.Decoder(Header)
_signing = msgspec.json.Decoder(_Signing)


def export(target: Path, records: Iterable[tuple[bytes, bytes]], *, checkpoint: str, vkey: str) -> Exported:
    """Write the export of a checkpoint's history to `target`, which appears complete or not at all.

    `records` are (leaf, state) in ledger order, from the first; those beyond the checkpoint's size are left alone.
    Memory does not grow with the history. Not synced to disk: an export cut short by a power failure does not verify.
    Raises `NoteInvalid`, `CheckpointMalformed`, `NotTheSignedHistory`, `NotAnExport`, `LeafTooLong`.
    """
    text, _ = verify(checkpoint, [Verifier.of(line) for line in vkey.splitlines() if line.strip()])
    signed = Checkpoint.of(text)
    check_target(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    room = Path(mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        room.chmod(0o755)
        draft = _Draft(room)
        for leaf, state in islice(records, signed.size):
            draft.add(leaf, state)
        draft.close()
        if (draft.size, draft.root) != (signed.size, signed.root):
            raise NotTheSignedHistory(
                f"{draft.size} Blätter mit Wurzel {draft.root} statt {signed.size}, {signed.root}"
            )
        _write(room / "checkpoint", checkpoint.encode())
        _write(room / "vkey", (vkey.strip() + "\n").encode())
        _write(room / "heads.json", encode(draft.heads.now()) + b"\n")
        _write(room / "README.txt", README.encode())
        put(room, target)
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return Exported(size=draft.size, root=draft.root, heads=draft.heads.now())


@dataclass(slots=True)
class _Draft:
    """The files as they grow: one bundle of leaves and states (256 · 512 kB at most) and one tile a level in memory."""

    room: Path
    size: int = 0
    heads: Heads = field(default_factory=Heads)
    _leaves: list[bytes] = field(default_factory=list[bytes])
    _states: list[bytes] = field(default_factory=list[bytes])
    _tiles: TileStack = field(default_factory=TileStack)

    @property
    def root(self) -> str:
        return self._tiles.root().hex()

    def add(self, leaf: bytes, state: bytes) -> None:
        header = _read(leaf, self.size)
        if digest(state) != header.sha256 or b"\n" in state:
            raise NotTheSignedHistory(f"der Zustand gehört nicht zu Blatt {self.size}")
        self.heads.add(header, leaf)
        if header.topic == _SIGNED_TOPIC:
            self._keep_checkpoint(state)
        self._leaves.append(leaf)
        self._states.append(state)
        for path, tile in self._tiles.add(leaf_hash(leaf)):
            _write(self.room / path, tile)
        self.size += 1
        if len(self._leaves) == WIDTH:
            self._close_bundle()

    def close(self) -> None:
        if self._leaves:
            self._close_bundle()
        for path, tile in self._tiles.rest():
            _write(self.room / path, tile)

    def _close_bundle(self) -> None:
        index, width = (self.size - 1) // WIDTH, len(self._leaves)
        _write(self.room / entries_path(index, width), bundle(self._leaves))
        _write(self.room / states_path(index, width), b"".join(state + b"\n" for state in self._states))
        self._leaves, self._states = [], []

    def _keep_checkpoint(self, state: bytes) -> None:
        try:
            signing = _signing.decode(state).facts
        except msgspec.MsgspecError as error:
            raise NotTheSignedHistory(f"Blatt {self.size} ist kein Prüfpunkt") from error
        _write(self.room / "checkpoints" / str(signing.size), signing.note.encode())


def _read(leaf: bytes, index: int) -> Header:
    try:
        header = _header.decode(leaf)
        if encode(header) == leaf:
            return header
    except (msgspec.MsgspecError, NotCanonical):
        pass  # said below, for both reasons in one sentence
    raise NotTheSignedHistory(f"Blatt {index} ist kein kanonischer Kopf")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def check_target(target: Path) -> None:
    """Never replace a directory that is not an earlier export: a mistyped path must not cost anyone their files."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise NotAnExport(f"{target} ist kein Verzeichnis")
    if target.exists() and any(target.iterdir()) and not (target / "heads.json").is_file():
        raise NotAnExport(f"{target} enthält anderes als einen Export")


def put(room: Path, target: Path) -> None:
    """Rename into place; a directory cannot be exchanged in one step, so the old one steps aside first."""
    if not target.exists():
        room.rename(target)
        return
    aside = Path(mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    old = target.rename(aside / "export")
    try:
        room.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)
