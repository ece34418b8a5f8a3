"""Kontoauszug: the numbered statements of one account of the Land; each goes on where the one before it ended.

A number that is missing, used twice, or does not carry the balance forward is an incident that a person clears. One that comes in
pages is there when its last page and all before it are, in whatever order they came.
"""

from services.payout.statement.commands import Command, DaySums, NoteStatement
from services.payout.statement.events import (
    GAP,
    NUMBER_TWICE,
    OPENING_DIFFERS,
    PAGES_DIFFER,
    Event,
    StatementContradicted,
    StatementNoted,
    StatementPageNoted,
)
from services.payout.statement.noun import decider
from services.payout.statement.states import (
    Statements,
    UnknownAccount,
    closing_of,
    gaps,
    key_of,
    opening_of,
    stream_id,
    waiting_pages,
)

__all__ = [
    "GAP",
    "NUMBER_TWICE",
    "OPENING_DIFFERS",
    "PAGES_DIFFER",
    "Command",
    "DaySums",
    "Event",
    "NoteStatement",
    "StatementContradicted",
    "StatementNoted",
    "StatementPageNoted",
    "Statements",
    "UnknownAccount",
    "closing_of",
    "decider",
    "gaps",
    "key_of",
    "opening_of",
    "stream_id",
    "waiting_pages",
]
