"""What a whole statement and a page of one have in common."""

from typing import Any

from services.payout.statement.commands import NoteStatement


def told_by(command: NoteStatement) -> dict[str, Any]:
    """The fields that both events keep of what a file tells. A balance that it does not tell is none, and zero."""
    return {
        "sha256": command.sha256,
        "message_id": command.message_id,
        "statement": command.statement,
        "year": command.year,
        "number": command.number,
        "closed_on": command.closed_on,
        "opening_cents": command.opening_cents or 0,
        "opening_told": command.opening_cents is not None,
        "closing_cents": command.closing_cents or 0,
        "closing_told": command.closing_cents is not None,
        "entries": command.entries,
        "days": command.days,
    }
