"""Sachstand: what review and payout told about an application, and its own drawdowns, noted as it came.

Two publishers have no mutual order, so the notes are a set: they commute, a repeated one is none, and one that
contradicts another is refused. Everything asked here is a sum or a search over that set.
"""

from services.intake.progress.award import (
    ApplicationRejectedFormally,
    AwardAnnounced,
    AwardBecameFinal,
    AwardHearingClosed,
    AwardHearingOpened,
    AwardHearingRestarted,
    FundsAssigned,
    FundsSupplemented,
    GrantChanged,
    NoticeProgressed,
    ReductionRequested,
    RefusalAnnounced,
    SideConditionAssessed,
    WithdrawalSettled,
)
from services.intake.progress.errors import ContradictoryNote
from services.intake.progress.facts import FACTS, Fact
from services.intake.progress.payment import (
    DrawdownExamined,
    DrawdownReceived,
    PaymentOrdered,
    PaymentRejected,
    PaymentReturned,
    PaymentSettled,
)
from services.intake.progress.procedure import (
    AssessmentBegun,
    CaseClosed,
    CasePutOnHold,
    CaseReopened,
    CaseResumed,
    ConflictOfInterestNoted,
    HearingClosed,
    HearingExtended,
    HearingOpened,
    InvolvementNoted,
    RecipientSucceeded,
)
from services.intake.progress.proof import (
    ClaimSettled,
    DemandProgressed,
    PaymentsStopped,
    ProofDecided,
    ProofReceived,
    ProofReminded,
    RepaymentDemanded,
    RepaymentReceived,
)
from services.intake.progress.request import (
    ChangeReceived,
    ChangeSettled,
    EarlyStartDecided,
    EarlyStartReceived,
)
from services.intake.progress.states import Progress

__all__ = [
    "FACTS",
    "ApplicationRejectedFormally",
    "AssessmentBegun",
    "AwardAnnounced",
    "AwardBecameFinal",
    "AwardHearingClosed",
    "AwardHearingOpened",
    "AwardHearingRestarted",
    "CaseClosed",
    "CasePutOnHold",
    "CaseReopened",
    "CaseResumed",
    "ChangeReceived",
    "ChangeSettled",
    "ClaimSettled",
    "ConflictOfInterestNoted",
    "ContradictoryNote",
    "DemandProgressed",
    "DrawdownExamined",
    "DrawdownReceived",
    "EarlyStartDecided",
    "EarlyStartReceived",
    "Fact",
    "FundsAssigned",
    "FundsSupplemented",
    "GrantChanged",
    "HearingClosed",
    "HearingExtended",
    "HearingOpened",
    "InvolvementNoted",
    "NoticeProgressed",
    "PaymentOrdered",
    "PaymentRejected",
    "PaymentReturned",
    "PaymentSettled",
    "PaymentsStopped",
    "Progress",
    "ProofDecided",
    "ProofReceived",
    "ProofReminded",
    "RecipientSucceeded",
    "ReductionRequested",
    "RefusalAnnounced",
    "RepaymentDemanded",
    "RepaymentReceived",
    "SideConditionAssessed",
    "WithdrawalSettled",
]
