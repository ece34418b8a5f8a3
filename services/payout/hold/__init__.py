"""Zahlungssperre: no payment of one case, to one recipient or of one programme, for a reason, until a day or until it is lifted.

All holds lie in one stream: whoever certifies, orders or seals reads it in the same transaction, so that none comes between.
A hold stops what was not done yet and takes nothing back. After its last day it binds nobody, even if the clock is late.
"""

from services.payout.hold.binding import (
    Concerned,
    PaymentIsHeld,
    holding,
    in_words,
    refuse_held,
)
from services.payout.hold.kinds import (
    KIND_TITLES,
    REASON_TITLES,
    HoldKind,
    HoldReason,
)
from services.payout.hold.noun import (
    REGISTER,
    Command,
    Event,
    ExpireHold,
    HoldDiffers,
    HoldEndsInPast,
    HoldExpired,
    HoldHasNoTarget,
    HoldLifted,
    HoldPlaced,
    HoldReasonMissing,
    Holds,
    LiftHold,
    PlaceHold,
    UnknownHold,
    decider,
)

__all__ = [
    "KIND_TITLES",
    "REASON_TITLES",
    "REGISTER",
    "Command",
    "Concerned",
    "Event",
    "ExpireHold",
    "HoldDiffers",
    "HoldEndsInPast",
    "HoldExpired",
    "HoldHasNoTarget",
    "HoldKind",
    "HoldLifted",
    "HoldPlaced",
    "HoldReason",
    "HoldReasonMissing",
    "Holds",
    "LiftHold",
    "PaymentIsHeld",
    "PlaceHold",
    "UnknownHold",
    "decider",
    "holding",
    "in_words",
    "refuse_held",
]
