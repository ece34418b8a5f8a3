"""What review (Prüfung und Bewilligung) tells the others."""

from shared.contracts.review.assessment import (
    ApplicationRejectedFormally,
    AssessmentOpened,
    CasePutOnHold,
    CaseResumed,
    EarlyStartDecided,
    GrantRefused,
    HearingClosed,
    HearingExtended,
    HearingOpened,
    WithdrawalSettled,
)
from shared.contracts.review.award import (
    AwardFinal,
    AwardHearingClosed,
    AwardHearingOpened,
    AwardHearingRestarted,
    AwardNotified,
    ChangeRefused,
    GrantChanged,
    NoticeProgressed,
    RecipientSucceeded,
    SideConditionAssessed,
)
from shared.contracts.review.funds import FundsAssigned, FundsSupplemented, PaymentEntered, ReductionRequested
from shared.contracts.review.people import ConflictOfInterestDeclared, MunicipalTieDeclared, PolicyPublished, TookPart
from shared.contracts.review.proof import CaseClosed, CaseReopened, PaymentsStopped, ProofDecided, ProofReminded
from shared.contracts.review.recovery import DemandProgressed, OverpaymentSettled, RepaymentDemanded

__all__ = [
    "ApplicationRejectedFormally",
    "AssessmentOpened",
    "AwardFinal",
    "AwardHearingClosed",
    "AwardHearingOpened",
    "AwardHearingRestarted",
    "AwardNotified",
    "CaseClosed",
    "CasePutOnHold",
    "CaseReopened",
    "CaseResumed",
    "ChangeRefused",
    "ConflictOfInterestDeclared",
    "DemandProgressed",
    "EarlyStartDecided",
    "FundsAssigned",
    "FundsSupplemented",
    "GrantChanged",
    "GrantRefused",
    "HearingClosed",
    "HearingExtended",
    "HearingOpened",
    "MunicipalTieDeclared",
    "NoticeProgressed",
    "OverpaymentSettled",
    "PaymentEntered",
    "PaymentsStopped",
    "PolicyPublished",
    "ProofDecided",
    "ProofReminded",
    "RecipientSucceeded",
    "ReductionRequested",
    "RepaymentDemanded",
    "SideConditionAssessed",
    "TookPart",
    "WithdrawalSettled",
]
