"""What the ledger looks up apart from the log: its checkpoints, and which leaves belong to a case, whoever recorded them."""

from services.ledger.checkpoint import CheckpointSigned
from services.ledger.witness import context_of
from shared.operations import belongs
from shared.recorders import Row
from shared.store import Recorded
from shared.views import Body, Draft, Views

CHECKPOINTS = "checkpoints"


def project(it: Recorded, row: Row, draft: Draft) -> None:
    """The ledger's own events: the checkpoints in order."""
    match it.event:
        case CheckpointSigned():
            signed = {"size": it.event.size, "root": it.event.root, "signed_at": it.context.at.isoformat()}
            draft.put(CHECKPOINTS, f"{row.position:012d}", signed)
        case _:
            return


def foreign(row: Row, draft: Draft) -> None:
    """Another service's event; nothing but the case it belongs to is read."""
    belongs(row, context_of(row.state).correlation, draft)


def checkpoints(views: Views, limit: int) -> list[Body]:
    """The latest checkpoints, newest first."""
    return [it.body for it in views.find(CHECKPOINTS, limit=limit, newest_first=True).entries]
