"""What the ledger tells the others: that a checkpoint was signed."""

from services.ledger.checkpoint import CheckpointSigned
from shared.contracts.ledger import CheckpointWitnessed


def publish(event: object, _state: object) -> object | None:
    """The contract an event is published as, None when it stays in the house."""
    match event:
        case CheckpointSigned():
            return CheckpointWitnessed(size=event.size, root=event.root)
        case _:
            return None
