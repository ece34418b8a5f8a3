"""Klärungsliste: what a file of the treasury told and nobody could explain, until two persons agree on what it was.

An item is opened in the transaction of the file that brought it. Money that was booked is never explained by words alone: it is
assigned to a payment, set against the booking that undid it, or handed to the office whose money it is.
"""

from services.payout.clearing.commands import (
    ApproveResolution,
    CloseCounter,
    Command,
    DeclineResolution,
    EndOverpayment,
    OpenClearing,
    Part,
    ProposeResolution,
    TakeClearing,
    Unexplained,
)
from services.payout.clearing.deciding import books_receipt, claims_of
from services.payout.clearing.errors import (
    BookedByTreasury,
    ItemResolved,
    NothingProposed,
    PartsDiffer,
    ResolutionIncomplete,
    ResolutionNotOffered,
    ResolutionPending,
    ResolutionReasonMissing,
    UnknownItem,
)
from services.payout.clearing.events import (
    ClearingOpened,
    ClearingResolved,
    ClearingTaken,
    Event,
    Item,
    ResolutionDeclined,
    ResolutionProposed,
)
from services.payout.clearing.kinds import (
    KIND_TITLES,
    OFFERED,
    ON_PAYEE,
    OVERPAID,
    PAID_TWICE,
    PART_OPEN,
    RESOLUTION_TITLES,
    TO_GIVE_BACK,
    ClearingKind,
    Direction,
    Resolution,
    kind_of,
)
from services.payout.clearing.naming import listed_as
from services.payout.clearing.noun import decider
from services.payout.clearing.states import Clearing, Standing

__all__ = [
    "KIND_TITLES",
    "OFFERED",
    "ON_PAYEE",
    "OVERPAID",
    "PAID_TWICE",
    "PART_OPEN",
    "RESOLUTION_TITLES",
    "TO_GIVE_BACK",
    "ApproveResolution",
    "BookedByTreasury",
    "Clearing",
    "ClearingKind",
    "ClearingOpened",
    "ClearingResolved",
    "ClearingTaken",
    "CloseCounter",
    "Command",
    "DeclineResolution",
    "Direction",
    "EndOverpayment",
    "Event",
    "Item",
    "ItemResolved",
    "NothingProposed",
    "OpenClearing",
    "Part",
    "PartsDiffer",
    "ProposeResolution",
    "Resolution",
    "ResolutionDeclined",
    "ResolutionIncomplete",
    "ResolutionNotOffered",
    "ResolutionPending",
    "ResolutionProposed",
    "ResolutionReasonMissing",
    "Standing",
    "TakeClearing",
    "Unexplained",
    "UnknownItem",
    "books_receipt",
    "claims_of",
    "decider",
    "kind_of",
    "listed_as",
]
