"""Zuwendungsbescheid: approved by another person than prepared it, dispatched, final, handed over to payout.

Approval is one decision over assessment, award, budget and programme: the reservation becomes a commitment in the same
transaction, and the policy is resolved at that moment. Finality hands the money to payout (`FundsAssigned`).
"""

from services.review.award.acts import acts_of
from services.review.award.commands import (
    ApproveGrant,
    Command,
    DeclareFinal,
    DispatchNotice,
    Grant,
    RecordWaiver,
    RefuseGrant,
)
from services.review.award.deciding import decide
from services.review.award.decisions import approve, refuse
from services.review.award.errors import (
    GrantIsApproved,
    GrantIsRefused,
    NotApproved,
    NotDispatched,
    OtherLetterDispatched,
    RemedyPeriodRunning,
    WaiverDateNotValid,
)
from services.review.award.events import (
    DecisionBecameFinal,
    Event,
    FirstSignatureGiven,
    FundsAssigned,
    GrantApproved,
    GrantRefused,
    NoticeDispatched,
    RemedyWaived,
)
from services.review.award.folding import decider, evolve
from services.review.award.states import Approved, Award, Final, HalfSigned, Notified, Refused, Unsigned

__all__ = [
    "ApproveGrant",
    "Approved",
    "Award",
    "Command",
    "DecisionBecameFinal",
    "DeclareFinal",
    "DispatchNotice",
    "Event",
    "Final",
    "FirstSignatureGiven",
    "FundsAssigned",
    "Grant",
    "GrantApproved",
    "GrantIsApproved",
    "GrantIsRefused",
    "GrantRefused",
    "HalfSigned",
    "NotApproved",
    "NotDispatched",
    "NoticeDispatched",
    "Notified",
    "OtherLetterDispatched",
    "RecordWaiver",
    "RefuseGrant",
    "Refused",
    "RemedyPeriodRunning",
    "RemedyWaived",
    "Unsigned",
    "WaiverDateNotValid",
    "acts_of",
    "approve",
    "decide",
    "decider",
    "evolve",
    "refuse",
]
