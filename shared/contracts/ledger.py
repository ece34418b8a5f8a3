"""What the ledger (Prüfkette) tells the others."""

from datetime import datetime

from shared.contracts import contract


@contract("ledger.checkpoint-witnessed")
class CheckpointWitnessed:
    """The log of all events had this size and root at this instant (C2SP tlog-checkpoint)."""

    size: int
    root: str
    signed_at: datetime
