"""Die Prüfkette im Speicher: the tree over all leaves, made from the stored bytes at every start and recomputed, not believed."""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from services.ledger.checkpoint import CheckpointSigned
from services.ledger.log import MerkleLog, leaf_hash
from services.ledger.witness import mine
from shared.decider import value
from shared.formats import ZERO, Header, chain, digest, topic_of
from shared.recorders import Row

_SIGNED_TOPIC = topic_of("ledger.checkpoint-signed", 1)


class LogAltered(Exception):
    """The store does not hold what was recorded in it: somebody changed it behind the ledger's back."""


@value
class Signing:
    """A recorded checkpoint."""

    size: int
    root: str
    note: str
    signed_at: datetime


@value
class _Signed:
    facts: CheckpointSigned


_header = msgspec.json.Decoder(Header)
_signed = msgspec.json.Decoder(_Signed)


@dataclass(kw_only=True)
class Chronicle:
    """All leaves so far. About 64 bytes of memory a leaf."""

    tree: MerkleLog = field(default_factory=MerkleLog)
    chain: str = ZERO
    latest: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """The instant of each service's last event."""
    signing: Signing | None = None
    _others: int = 0

    @property
    def size(self) -> int:
        return self.tree.size

    @property
    def due(self) -> bool:
        """Whether a leaf that is no checkpoint awaits one: signing signatures only would never end."""
        return self._others > (self.signing.size if self.signing else 0)

    def add(self, row: Row) -> None:
        """The next row of the log, recomputed from its bytes; `LogAltered` when they are not what was recorded."""
        header = _header.decode(row.header)
        stream = header.stream if mine(row) else f"{header.service}/{header.stream}"
        follows = chain(self.chain, row.header)
        if (row.position, row.chain) != (self.size + 1, follows):
            raise LogAltered(f"die Kette bricht an Position {row.position}")
        if (row.stream, row.version, row.topic) != (stream, header.version, header.topic):
            raise LogAltered(f"Position {row.position} ist falsch eingeordnet")
        if digest(row.state) != header.sha256:
            raise LogAltered(f"der Zustand an Position {row.position} ist nicht der aufgezeichnete")
        if row.topic == _SIGNED_TOPIC and mine(row):
            self._recall(row, header.at)
        else:
            self._others = row.position
        self.latest[header.service] = header.at
        self.tree.append(leaf_hash(row.header))
        self.chain = follows

    def _recall(self, row: Row, at: datetime) -> None:
        it = _signed.decode(row.state).facts
        if not 0 < it.size <= self.size or self.tree.root(it.size).hex() != it.root:
            raise LogAltered(f"der Prüfpunkt an Position {row.position} gehört zu einer anderen Geschichte")
        self.signing = Signing(size=it.size, root=it.root, note=it.note, signed_at=at)
