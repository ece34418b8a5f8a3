"""Rückruf: orders that the treasury holds are asked back by two persons, in a file that is sealed before it is sent.

The treasury answers for each payment. Only what it grants before the debit ends a payment; what it grants after the debit
has to come back as money, and what it refuses is paid like any other.
"""

from services.payout.recall.across import (
    FileBeforeRecall,
    NotHandedOver,
    approve,
    drop,
    is_by_order,
    is_told_by_file,
    request,
)
from services.payout.recall.commands import (
    ApproveRecall,
    Command,
    ConfirmRecallTransmission,
    DropRecall,
    NoteRecallAnswer,
    RequestRecall,
    StartRecallSubmission,
)
from services.payout.recall.content import (
    RecalledEntry,
    RecallGrounds,
)
from services.payout.recall.errors import (
    RecallAnsweredByFile,
    RecallDiffers,
    RecallEmpty,
    RecallEvidenceMissing,
    RecallIsDropped,
    RecallIsSent,
    RecallNotApproved,
    RecallReasonMissing,
    RecallTooLarge,
    ToldAhead,
    UnknownRecall,
)
from services.payout.recall.events import (
    Event,
    RecallAnswered,
    RecallApproved,
    RecallDropped,
    RecallListed,
    RecallRequested,
    RecallSubmissionStarted,
    RecallTransmitted,
)
from services.payout.recall.noun import (
    decider,
)
from services.payout.recall.states import (
    Approved,
    Dropped,
    Recalling,
    Requested,
    Sent,
    Unrequested,
)

__all__ = [
    "ApproveRecall",
    "Approved",
    "Command",
    "ConfirmRecallTransmission",
    "DropRecall",
    "Dropped",
    "Event",
    "FileBeforeRecall",
    "NotHandedOver",
    "NoteRecallAnswer",
    "RecallAnswered",
    "RecallAnsweredByFile",
    "RecallApproved",
    "RecallDiffers",
    "RecallDropped",
    "RecallEmpty",
    "RecallEvidenceMissing",
    "RecallGrounds",
    "RecallIsDropped",
    "RecallIsSent",
    "RecallListed",
    "RecallNotApproved",
    "RecallReasonMissing",
    "RecallRequested",
    "RecallSubmissionStarted",
    "RecallTooLarge",
    "RecallTransmitted",
    "RecalledEntry",
    "Recalling",
    "RequestRecall",
    "Requested",
    "Sent",
    "StartRecallSubmission",
    "ToldAhead",
    "UnknownRecall",
    "Unrequested",
    "approve",
    "decider",
    "drop",
    "is_by_order",
    "is_told_by_file",
    "request",
]
