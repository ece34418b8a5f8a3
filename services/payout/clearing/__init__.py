"""Klärungsliste: what a file of the treasury told and nobody could explain, until two persons agree on what it was.

An item is opened in the transaction of the file that brought it. Money that was booked is never explained by words alone: it is
assigned to a payment, set against the booking that undid it, or handed to the office whose money it is.
"""

from services.payout.clearing.kinds import (
    KIND_TITLES,
    OFFERED,
    OVERPAID,
    RESOLUTION_TITLES,
    ClearingKind,
    Direction,
    Resolution,
    kind_of,
)
from services.payout.clearing.noun import (
    ApproveResolution,
    Clearing,
    ClearingOpened,
    ClearingResolved,
    ClearingTaken,
    Command,
    DeclineResolution,
    Event,
    Item,
    OpenClearing,
    ProposeResolution,
    ResolutionDeclined,
    ResolutionProposed,
    ResolutionReasonMissing,
    Standing,
    TakeClearing,
    Unexplained,
    UnknownItem,
    books_receipt,
    decider,
)

__all__ = [
    "KIND_TITLES",
    "OFFERED",
    "OVERPAID",
    "RESOLUTION_TITLES",
    "ApproveResolution",
    "Clearing",
    "ClearingKind",
    "ClearingOpened",
    "ClearingResolved",
    "ClearingTaken",
    "Command",
    "DeclineResolution",
    "Direction",
    "Event",
    "Item",
    "OpenClearing",
    "ProposeResolution",
    "Resolution",
    "ResolutionDeclined",
    "ResolutionProposed",
    "ResolutionReasonMissing",
    "Standing",
    "TakeClearing",
    "Unexplained",
    "UnknownItem",
    "books_receipt",
    "decider",
    "kind_of",
]
