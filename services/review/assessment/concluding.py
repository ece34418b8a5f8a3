"""From the proposal to the end: reservation, hearing, hold, conclusion, withdrawal."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import assert_never

from services.review.assessment.commands import Conclude, DropReservation, NoteReservation, SendBack, SettleWithdrawal
from services.review.assessment.errors import ProposalMissing, impossible
from services.review.assessment.events import (
    AssessmentConcluded,
    Event,
    PracticeChangedSinceProposal,
    ReservationDropped,
    ReservationNoted,
    WithdrawalAwaitingApplication,
    WithdrawalSettled,
)
from services.review.assessment.hearing import (
    DispenseWithHearing,
    ExpireHearing,
    ExtendHearing,
    HearingCommand,
    HearingMissing,
    HearingRunning,
    HearingSubject,
    NoteHearingServiceFailure,
    OpenHearing,
    RecordStatement,
    RestartHearing,
    decide_hearing,
)
from services.review.assessment.hold import CaseIsOnHold, HoldCommand, PutOnHold, Resubmit, ResumeCase, decide_hold
from services.review.assessment.rejection import ApplicationRejectedFormally
from services.review.assessment.states import (
    Assessed,
    Assessment,
    Concluded,
    Examined,
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
from services.review.grant_cut import in_words
from shared import duties
from shared.decider import Context, replace


def note_reservation(command: NoteReservation, assessment: Assessment, context: Context) -> Sequence[Event]:
    if isinstance(assessment, Reserved) and assessment.reservation.budget == command.budget:
        return []
    if not isinstance(assessment, Proposed):
        raise impossible(assessment)
    duties.refuse("reserve-funds", assessment.file.acted, context)
    expires_on = context.valid_on + timedelta(days=assessment.proposal.terms.reservation_days)
    return [
        ReservationNoted(
            budget=command.budget, expires_on=expires_on, noted_on=context.valid_on, noted_by=context.actor
        )
    ]


def drop_reservation(command: DropReservation, assessment: Assessment, context: Context) -> Sequence[Event]:
    if not isinstance(assessment, Reserved):
        return []
    duties.refuse("release-reservation", assessment.file.acted, context)
    return [ReservationDropped(reason=command.reason, dropped_on=context.valid_on, dropped_by=context.actor)]


def send_back(command: SendBack, assessment: Assessment, context: Context) -> Sequence[Event]:
    if not isinstance(assessment, Reserved):
        raise impossible(assessment)
    return [
        PracticeChangedSinceProposal(
            proposed=assessment.proposal.terms.basis, in_force=command.in_force, noticed_on=context.valid_on
        )
    ]


def conclude(command: Conclude, assessment: Assessment, context: Context) -> Sequence[Event]:
    if isinstance(assessment, Concluded) and assessment.granted == command.granted:
        return []
    if not isinstance(assessment, Reserved | RefusalPending) or isinstance(assessment, Reserved) != command.granted:
        raise impossible(assessment)
    duties.refuse("approve-grant" if command.granted else "refuse-grant", assessment.file.acted, context)
    require_hearing(assessment)
    return [AssessmentConcluded(granted=command.granted, concluded_by=context.actor, concluded_on=context.valid_on)]


def settle(command: SettleWithdrawal, assessment: Assessment, context: Context) -> Sequence[Event]:
    match assessment:
        case Unopened():
            if assessment.withdrawn_on is not None:
                return []
            return [WithdrawalAwaitingApplication(withdrawn_on=command.withdrawn_on)]
        case Withdrawn() | Concluded(late_withdrawal=True) | Rejected(late_withdrawal=True):
            return []
        case (
            Opened() | Opined() | Assessed() | Proposed() | Reserved() | RefusalPending() | RejectionPending()
            | Concluded() | Rejected()
        ):  # fmt: skip
            effective = not isinstance(assessment, Concluded | Rejected)
            return [
                WithdrawalSettled(effective=effective, withdrawn_on=command.withdrawn_on, settled_on=context.valid_on)
            ]
        case _ as missing:
            assert_never(missing)


# ---- Hearing and hold -----------------------------------------------------------------------------------------------


HEARING_ACTIONS: Mapping[type, str] = {
    OpenHearing: "open-hearing",
    RecordStatement: "record-statement",
    ExtendHearing: "extend-hearing",
    DispenseWithHearing: "dispense-with-hearing",
    NoteHearingServiceFailure: "record-letter-failure",
}
HOLD_ACTIONS: Mapping[type, str] = {PutOnHold: "put-on-hold", ResumeCase: "resume-case"}
"""What people may do; the other commands are the clock's."""


def hear(command: HearingCommand, assessment: Assessment, context: Context) -> Sequence[Event]:
    """A step of the hearing, in a case that is not decided yet."""
    if isinstance(assessment, Unopened | Concluded | Rejected | Withdrawn):
        if isinstance(command, ExpireHearing | RestartHearing):
            return []
        raise impossible(assessment)
    if action := HEARING_ACTIONS.get(type(command)):
        duties.refuse(action, assessment.file.acted, context)
    granted_cents = 0
    if isinstance(command, OpenHearing) and command.about == HearingSubject.CUT:
        if not isinstance(assessment, Proposed | Reserved):
            raise ProposalMissing
        granted_cents = assessment.proposal.granted_cents
        if cut := assessment.proposal.cut:
            command = replace(command, announced=f"{command.announced} {in_words(cut)}")
    return decide_hearing(command, assessment.file.hearing, context, granted_cents)


def is_deep_cut(it: Proposed | Reserved) -> bool:
    """Whether so much less than applied for is proposed that the applicant is to be heard on it."""
    applied, granted = it.file.application.financing.grant_cents, it.proposal.granted_cents
    return (applied - granted) * 10_000 > applied * it.proposal.terms.hearing_cut_bp


def needs_hearing(assessment: Examined) -> HearingSubject | None:
    """What the applicant has still to be heard on before this case can be decided as proposed (§ 28 VwVfG)."""
    hearing = assessment.file.hearing
    match assessment:
        case RefusalPending():
            return None if hearing.has_heard(HearingSubject.REFUSAL) else HearingSubject.REFUSAL
        case Proposed() | Reserved() if assessment.proposal.cut or is_deep_cut(assessment):
            granted_cents = assessment.proposal.granted_cents
            return None if hearing.has_heard(HearingSubject.CUT, granted_cents) else HearingSubject.CUT
        case _:
            return None


def require_hearing(assessment: Examined) -> None:
    """Nothing, or `HearingRunning` or `HearingMissing`."""
    if needs_hearing(assessment):
        raise HearingRunning if assessment.file.hearing.is_running else HearingMissing


def wait(command: HoldCommand, assessment: Assessment, context: Context) -> Sequence[Event]:
    """A step of the hold, in a case that is not decided yet."""
    if isinstance(assessment, Unopened | Concluded | Rejected | Withdrawn):
        if isinstance(command, Resubmit):
            return []
        raise impossible(assessment)
    if action := HOLD_ACTIONS.get(type(command)):
        duties.refuse(action, assessment.file.acted, context)
    return decide_hold(command, assessment.file.hold, context)


def refuse_on_hold(assessment: Assessment) -> None:
    """Nothing, or `CaseIsOnHold`."""
    if not isinstance(assessment, Unopened | Concluded | Rejected | Withdrawn) and assessment.file.hold.standing:
        raise CaseIsOnHold


def reject_formally(assessment: Assessment, context: Context) -> Sequence[Event]:
    """The approver's decision that the application is inadmissible."""
    if isinstance(assessment, Rejected):
        return []
    if not isinstance(assessment, RejectionPending):
        raise impossible(assessment)
    duties.refuse("reject-formally", assessment.file.acted, context)
    return [
        ApplicationRejectedFormally(
            file_number=assessment.file.application.file_number,
            grounds=assessment.rejection.grounds,
            reasons=assessment.rejection.reasons,
            rejected_by=context.actor,
            rejected_on=context.valid_on,
        )
    ]
