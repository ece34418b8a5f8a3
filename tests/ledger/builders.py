"""A small history of four services, its export, and the hands that would falsify it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from services.ledger.checkpoint import Checkpoint
from services.ledger.export import Heads, export
from services.ledger.log import MerkleLog, entry_bundles, leaf_hash, states_path, tiles
from services.ledger.note import Signer, sign
from shared.formats import FORMAT, ZERO, Header, StoredContext, digest, encode, link, topic_of
from shared.identity import SYSTEM, Role
from shared.records import replace

ORIGIN = "foerderstrom.example/ledger"
SIGNER = Signer(ORIGIN, bytes(range(32)))
STRANGER = Signer(ORIGIN, bytes(32))
START = datetime(2026, 3, 2, 9, tzinfo=UTC)

type Record = tuple[bytes, bytes]


@dataclass
class Chronicle:
    """Events as the services would store them, in the order in which the ledger received them."""

    signer: Signer = SIGNER
    records: list[Record] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    epochs: dict[str, str] = field(default_factory=dict)
    _positions: dict[str, int] = field(default_factory=dict)
    _streams: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    _now: datetime = START

    def happens(self, service: str, stream: str, name: str = "case-touched", **facts: Any) -> "Chronicle":
        self._now += timedelta(seconds=7)
        position = self._positions[service] = self._positions.get(service, 0) + 1
        if service == "ledger":  # its rows are the leaves
            position = len(self.records) + 1
        version, prev = self._streams.get((service, stream), (0, ZERO))
        topic = topic_of(f"{service}.{name}", 1)
        context = StoredContext(
            actor=SYSTEM,
            role=Role.SYSTEM,
            at=self._now,
            valid_on=date(2026, 3, 2),
            cause="",
            correlation=stream.partition("-")[2],
            trace="",
        )
        state = encode({"context": context, "facts": facts | {"number": len(self.records)}})
        header = Header(
            format=FORMAT,
            service=service,
            epoch=self.epochs.get(service, f"{service}-1"),
            position=position,
            stream=stream,
            version=version + 1,
            topic=topic,
            sha256=digest(state),
            prev=prev,
            at=self._now,
        )
        self._streams[service, stream] = version + 1, link(stream, version + 1, topic, state)
        self.records.append((encode(header), state))
        return self

    def go_on(self, events: int, cases: int = 5) -> "Chronicle":
        nouns = (("intake", "application"), ("review", "assessment"), ("payout", "disbursement"))
        for number in range(len(self.records), len(self.records) + events):
            service, noun = nouns[number % 3]
            self.happens(service, f"{noun}-{number % cases:032x}", amount_cents=number * 100)
        return self

    def is_signed(self) -> "Chronicle":
        """Signs what is there and records it, so that the recording itself is covered by the next signature."""
        self.notes.append(self.note())
        said = Checkpoint.of(self.notes[-1])
        return self.happens(
            "ledger", "checkpoint-log", "checkpoint-signed", size=said.size, root=said.root, note=self.notes[-1]
        )

    def note(self, size: int | None = None) -> str:
        records = self.records[:size]
        return sign(checkpoint_over(records).text, self.signer)

    def export(self, target: Path) -> Path:
        export(target, self.records, checkpoint=self.note(), vkey=self.signer.verifier.vkey)
        return target


def a_history(events: int = 40) -> Chronicle:
    """Three signatures on the way, several cases, and a last stretch that only the final checkpoint covers."""
    part = events // 4
    return Chronicle().go_on(part).is_signed().go_on(part).is_signed().go_on(part).is_signed().go_on(events - 3 * part)


def checkpoint_over(records: Sequence[Record]) -> Checkpoint:
    root = MerkleLog(leaf_hash(leaf) for leaf, _ in records).root()
    return Checkpoint(origin=ORIGIN, size=len(records), root=root.hex())


def lay_out(
    target: Path, records: Sequence[Record], *, checkpoint: str, signer: Signer = SIGNER, earlier: Iterable[str] = ()
) -> Path:
    """What a forger would write: every file consistent with the records, whatever the checkpoint says."""
    heads = Heads()
    for leaf, _ in records:
        heads.add(header_of(leaf), leaf)
    files = dict(tiles(leaf_hash(leaf) for leaf, _ in records)) | dict(entry_bundles(leaf for leaf, _ in records))
    for start in range(0, len(records), 256):
        some = records[start : start + 256]
        files[states_path(start // 256, len(some))] = b"".join(state + b"\n" for _, state in some)
    files |= {f"checkpoints/{Checkpoint.of(note).size}": note.encode() for note in earlier}
    files |= {
        "checkpoint": checkpoint.encode(),
        "vkey": f"{signer.verifier.vkey}\n".encode(),
        "heads.json": encode(heads.now()) + b"\n",
    }
    for path, content in files.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(content)
    return target


def header_of(leaf: bytes) -> Header:
    return msgspec.json.decode(leaf, type=Header)


def edited(leaf: bytes, **changes: Any) -> bytes:
    """A leaf with other fields, canonical again."""
    return encode(replace(header_of(leaf), **changes))
