"""What happened to an award."""

from services.review.award.events.amendments import AmendmentProposed, ChangeReceived, ChangeRefused, GrantAmended
from services.review.award.events.annulments import (
    AnnulmentProposed,
    ChangeTookEffect,
    GrantLapsed,
    GrantReducedByCondition,
    GrantRetracted,
    GrantRevoked,
    ProposalDropped,
)
from services.review.award.events.deciding import FirstSignatureGiven, GrantApproved, GrantRefused
from services.review.award.events.funds import FundsAssigned, FundsSupplemented, FundsTakenBack, ReductionRequested
from services.review.award.events.hearings import (
    AwardHearingClosed,
    AwardHearingExpired,
    AwardHearingOpened,
    AwardHearingRestarted,
    AwardHearingServiceFailed,
    AwardStatementReceived,
)
from services.review.award.events.notices import (
    DecisionBecameFinal,
    LawsuitConcluded,
    LawsuitRecorded,
    NoticeDeemedServed,
    NoticeDispatched,
    NoticeReceived,
    NoticeServiceFailed,
    RemedyWaived,
)

type Annulled = GrantLapsed | GrantRevoked | GrantRetracted | GrantReducedByCondition

type NoticeEvent = (
    NoticeDispatched
    | NoticeDeemedServed
    | NoticeReceived
    | NoticeServiceFailed
    | RemedyWaived
    | LawsuitRecorded
    | LawsuitConcluded
    | DecisionBecameFinal
)
"""What happens to a notice between its dispatch and its finality."""

type OfCourseEvent = (
    AwardHearingOpened
    | AwardStatementReceived
    | AwardHearingExpired
    | AwardHearingServiceFailed
    | AwardHearingRestarted
    | AwardHearingClosed
    | AnnulmentProposed
    | ProposalDropped
    | Annulled
    | ChangeTookEffect
    | ChangeReceived
    | AmendmentProposed
    | GrantAmended
    | ChangeRefused
    | ReductionRequested
    | FundsTakenBack
    | FundsSupplemented
)

type Event = FirstSignatureGiven | GrantApproved | GrantRefused | NoticeEvent | FundsAssigned | OfCourseEvent


__all__ = [
    "AmendmentProposed",
    "Annulled",
    "AnnulmentProposed",
    "AwardHearingClosed",
    "AwardHearingExpired",
    "AwardHearingOpened",
    "AwardHearingRestarted",
    "AwardHearingServiceFailed",
    "AwardStatementReceived",
    "ChangeReceived",
    "ChangeRefused",
    "ChangeTookEffect",
    "DecisionBecameFinal",
    "Event",
    "FirstSignatureGiven",
    "FundsAssigned",
    "FundsSupplemented",
    "FundsTakenBack",
    "GrantAmended",
    "GrantApproved",
    "GrantLapsed",
    "GrantReducedByCondition",
    "GrantRefused",
    "GrantRetracted",
    "GrantRevoked",
    "LawsuitConcluded",
    "LawsuitRecorded",
    "NoticeDeemedServed",
    "NoticeDispatched",
    "NoticeEvent",
    "NoticeReceived",
    "NoticeServiceFailed",
    "OfCourseEvent",
    "ProposalDropped",
    "ReductionRequested",
    "RemedyWaived",
]
