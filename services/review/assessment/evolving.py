"""What an assessment is after an event: no rules."""

from typing import assert_never

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
from services.review.assessment.hearing import (
    HearingDeadlineExpired,
    HearingDispensed,
    HearingEvent,
    HearingExtended,
    HearingOpened,
    HearingRestarted,
    HearingServiceFailed,
    StatementReceived,
    evolve_hearing,
)
from services.review.assessment.hold import CasePutOnHold, CaseResubmitted, CaseResumed, HoldEvent, evolve_hold
from services.review.assessment.rejection import ApplicationRejectedFormally, FormalRejectionProposed
from services.review.assessment.states import (
    Assessed,
    Assessment,
    Concluded,
    File,
    Opened,
    Opined,
    Proposed,
    RefusalPending,
    Rejected,
    RejectionPending,
    Reserved,
    Unopened,
    Withdrawn,
)
from services.review.assessment.warnings import WarningsAcknowledged
from shared import duties
from shared.decider import replace
from shared.identity import Role


def _with(file: File, person: str, role: Role, action: str) -> File:
    return replace(file, acted=duties.with_act(file.acted, person, role, action))


def _heard(file: File, it: HearingEvent) -> File:
    match it:
        case HearingOpened():
            file = _with(file, it.opened_by, Role.CASE_OFFICER, "open-hearing")
        case StatementReceived():
            file = _with(file, it.recorded_by, Role.CASE_OFFICER, "record-statement")
        case HearingExtended():
            file = _with(file, it.extended_by, Role.CASE_OFFICER, "extend-hearing")
        case HearingDispensed():
            file = _with(file, it.dispensed_by, Role.CASE_OFFICER, "dispense-with-hearing")
        case HearingServiceFailed():
            file = _with(file, it.recorded_by, Role.CASE_OFFICER, "record-letter-failure")
        case HearingRestarted():
            file = _with(file, it.restarted_by, Role.CASE_OFFICER, "dispatch-letter")
        case HearingDeadlineExpired():
            pass
        case _ as missing:
            assert_never(missing)
    return replace(file, hearing=evolve_hearing(file.hearing, it))


def _held(file: File, it: HoldEvent) -> File:
    match it:
        case CasePutOnHold():
            file = _with(file, it.put_by, Role.CASE_OFFICER, "put-on-hold")
        case CaseResumed():
            file = _with(file, it.resumed_by, Role.CASE_OFFICER, "resume-case")
        case CaseResubmitted():
            pass
        case _ as missing:
            assert_never(missing)
    return replace(file, hold=evolve_hold(file.hold, it))


def evolve(assessment: Assessment, it: Event) -> Assessment:
    if isinstance(it, AssessmentOpened):
        return Opened(file=File(application=it.application, acted=it.application.acted))
    if isinstance(it, WithdrawalAwaitingApplication):
        return Unopened(withdrawn_on=it.withdrawn_on)
    if isinstance(assessment, Unopened):
        return assessment
    file = assessment.file
    match it:
        case ExpertOpinionRecorded():
            return Opined(file=_with(file, it.recorded_by, Role.EXPERT, "record-expert-opinion"), opinion=it)
        case EligibleExpenditureAssessed():
            file = _with(file, it.assessed_by, Role.CASE_OFFICER, "assess-expenditure")
            if isinstance(assessment, Opined | Assessed | Proposed):
                return Assessed(file=file, opinion=assessment.opinion, expenditure=it)
        case AwardProposed():
            file = replace(_with(file, it.proposed_by, Role.CASE_OFFICER, "propose-award"), proposals=it.number)
            if isinstance(assessment, Assessed | Proposed):
                return Proposed(file=file, opinion=assessment.opinion, expenditure=assessment.expenditure, proposal=it)
        case RefusalProposed():
            file = _with(file, it.proposed_by, Role.CASE_OFFICER, "propose-refusal")
            return RefusalPending(file=file, refusal=it)
        case ReservationNoted():
            file = _with(file, it.noted_by, Role.BUDGET_OFFICER, "reserve-funds")
            if isinstance(assessment, Proposed):
                return Reserved(
                    file=file,
                    opinion=assessment.opinion,
                    expenditure=assessment.expenditure,
                    proposal=assessment.proposal,
                    reservation=it,
                )
        case ReservationDropped():
            file = _with(file, it.dropped_by, Role.BUDGET_OFFICER, "release-reservation")
            if isinstance(assessment, Reserved):
                return Proposed(
                    file=file,
                    opinion=assessment.opinion,
                    expenditure=assessment.expenditure,
                    proposal=assessment.proposal,
                )
        case PracticeChangedSinceProposal():
            if isinstance(assessment, Reserved):
                return Assessed(file=file, opinion=assessment.opinion, expenditure=assessment.expenditure)
        case AssessmentConcluded():
            file = _with(file, it.concluded_by, Role.APPROVER, "approve-grant" if it.granted else "refuse-grant")
            if isinstance(assessment, Reserved | RefusalPending):
                return Concluded(file=file, granted=it.granted, grounds=assessment)
        case (
            HearingOpened() | StatementReceived() | HearingExtended() | HearingDeadlineExpired() | HearingDispensed()
            | HearingServiceFailed() | HearingRestarted()
        ):  # fmt: skip
            return replace(assessment, file=_heard(file, it))
        case CasePutOnHold() | CaseResumed() | CaseResubmitted():
            return replace(assessment, file=_held(file, it))
        case WarningsAcknowledged():
            file = _with(file, it.acknowledged_by, Role.CASE_OFFICER, "acknowledge-warnings")
            return replace(assessment, file=replace(file, acknowledged=it))
        case FormalRejectionProposed():
            file = _with(file, it.proposed_by, Role.CASE_OFFICER, "propose-formal-rejection")
            return RejectionPending(file=file, rejection=it)
        case ApplicationRejectedFormally():
            return Rejected(file=_with(file, it.rejected_by, Role.APPROVER, "reject-formally"), rejection=it)
        case WithdrawalSettled():
            if isinstance(assessment, Concluded | Rejected):
                return replace(assessment, late_withdrawal=True)
            return Withdrawn(file=file)
        case _ as missing:
            assert_never(missing)
    return assessment
