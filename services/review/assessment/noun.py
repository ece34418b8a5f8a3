"""The assessment as a noun."""

from services.review.assessment.commands import Command
from services.review.assessment.deciding import decide
from services.review.assessment.events import (
    AssessmentConcluded,
    AssessmentOpened,
    AwardProposed,
    EligibleExpenditureAssessed,
    Event,
    ExpertOpinionRecorded,
    PracticeChangedSinceProposal,
    RefusalProposed,
    ReservationDropped,
    ReservationNoted,
    WithdrawalAwaitingApplication,
    WithdrawalSettled,
)
from services.review.assessment.evolving import evolve
from services.review.assessment.hearing import (
    HearingDeadlineExpired,
    HearingDispensed,
    HearingExtended,
    HearingOpened,
    HearingRestarted,
    HearingServiceFailed,
    StatementReceived,
)
from services.review.assessment.hold import CasePutOnHold, CaseResubmitted, CaseResumed
from services.review.assessment.rejection import ApplicationRejectedFormally, FormalRejectionProposed
from services.review.assessment.states import Assessment, Unopened
from services.review.assessment.warnings import WarningsAcknowledged
from shared.decider import Decider

decider = Decider[Command, Event, Assessment](
    name="assessment",
    initial=Unopened(),
    decide=decide,
    evolve=evolve,
    events=[
        AssessmentOpened,
        ExpertOpinionRecorded,
        EligibleExpenditureAssessed,
        AwardProposed,
        RefusalProposed,
        ReservationNoted,
        ReservationDropped,
        PracticeChangedSinceProposal,
        AssessmentConcluded,
        WithdrawalAwaitingApplication,
        WithdrawalSettled,
        HearingOpened,
        StatementReceived,
        HearingExtended,
        HearingDeadlineExpired,
        HearingDispensed,
        HearingServiceFailed,
        HearingRestarted,
        CasePutOnHold,
        CaseResubmitted,
        CaseResumed,
        FormalRejectionProposed,
        ApplicationRejectedFormally,
        WarningsAcknowledged,
    ],
)
