"""What the ledger (Prüfkette) tells the others."""

from shared.contracts import contract


@contract("ledger.checkpoint-witnessed")
class CheckpointWitnessed:
    """The log of all events had this size and root when this was signed (C2SP tlog-checkpoint)."""

    size: int
    root: str
