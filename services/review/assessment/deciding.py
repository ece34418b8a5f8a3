"""What an assessment answers to a command: pure, total, idempotent."""

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from services.review.assessment.commands import (
    AssessExpenditure,
    Command,
    Conclude,
    DropReservation,
    NoteReservation,
    OpenAssessment,
    ProposeAward,
    ProposeRefusal,
    RecordExpertOpinion,
    SendBack,
    SettleWithdrawal,
)
from services.review.assessment.errors import ItemClosed, NothingToGrant, OpinionIsNegative, impossible
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
from services.review.assessment.states import (
    Assessed,
    Assessment,
    Concluded,
    Opened,
    Opined,
    Proposed,
    RefusalPending,
    Reserved,
    Unopened,
    Withdrawn,
)
from services.review.examination import (
    Opinion,
    ReasonMissing,
    check_lines,
    check_note,
    check_period,
    check_split,
)
from services.review.financing import granted_cents, sought
from services.review.judging import Considered, judged
from shared import duties
from shared.decider import Context


def decide(command: Command, assessment: Assessment, context: Context) -> Sequence[Event]:
    match command:
        case OpenAssessment():
            return _open(command, assessment, context)
        case RecordExpertOpinion():
            return _opine(command, assessment, context)
        case AssessExpenditure():
            return _assess(command, assessment, context)
        case ProposeAward():
            return _propose(command, assessment, context)
        case ProposeRefusal():
            return _propose_refusal(command, assessment, context)
        case NoteReservation():
            return _note_reservation(command, assessment, context)
        case DropReservation():
            return _drop_reservation(command, assessment, context)
        case SendBack():
            return _send_back(command, assessment, context)
        case Conclude():
            return _conclude(command, assessment, context)
        case SettleWithdrawal():
            return _settle(command, assessment, context)
        case _ as missing:
            assert_never(missing)


def _open(command: OpenAssessment, assessment: Assessment, context: Context) -> Sequence[Event]:
    if not isinstance(assessment, Unopened):
        return []
    opened = AssessmentOpened(application=command.application, opened_on=context.valid_on)
    if assessment.withdrawn_on is None:
        return [opened]
    settled = WithdrawalSettled(effective=True, withdrawn_on=assessment.withdrawn_on, settled_on=context.valid_on)
    return [opened, settled]


def _opine(command: RecordExpertOpinion, assessment: Assessment, context: Context) -> Sequence[Event]:
    match assessment:
        case Opined() | Assessed() | Proposed() | Reserved():
            known = assessment.opinion
            if (known.opinion, known.reasons, known.conditions, known.recorded_by) == (
                command.opinion,
                command.reasons,
                command.conditions,
                context.actor,
            ):
                return []
        case Unopened() | Opened() | RefusalPending() | Concluded() | Withdrawn():
            pass
    if isinstance(assessment, Unopened | Reserved | Concluded | Withdrawn):
        raise impossible(assessment)
    duties.refuse("record-expert-opinion", assessment.file.acted, context)
    if not command.reasons.strip():
        raise ReasonMissing(field="reasons")
    if (command.opinion == Opinion.POSITIVE_WITH_CONDITIONS) != bool(command.conditions):
        raise ReasonMissing("Auflagen gehören genau zu einem positiven Votum mit Auflagen.", field="conditions")
    return [
        ExpertOpinionRecorded(
            opinion=command.opinion,
            reasons=command.reasons,
            conditions=command.conditions,
            recorded_by=context.actor,
            recorded_on=context.valid_on,
        )
    ]


def _assess(command: AssessExpenditure, assessment: Assessment, context: Context) -> Sequence[Event]:
    if isinstance(assessment, Assessed | Proposed | Reserved) and assessment.expenditure.lines == command.lines:
        return []
    if not isinstance(assessment, Opined | Assessed | Proposed):
        raise impossible(assessment)
    duties.refuse("assess-expenditure", assessment.file.acted, context)
    applied = assessment.file.application.lines
    check_lines(command.lines, applied)
    return [
        EligibleExpenditureAssessed(
            lines=command.lines,
            applied_cents=sum(it.cents for it in applied),
            eligible_cents=sum(it.eligible_cents for it in command.lines),
            assessed_by=context.actor,
            assessed_on=context.valid_on,
        )
    ]


def _propose(command: ProposeAward, assessment: Assessment, context: Context) -> Sequence[Event]:
    if isinstance(assessment, Proposed | Reserved):
        known = assessment.proposal
        repeated = (known.by_year, known.starts_on, known.ends_on, known.note, known.terms)
        if repeated == (command.by_year, command.starts_on, command.ends_on, command.note, command.terms):
            return []
    if not isinstance(assessment, Assessed | Proposed):
        raise impossible(assessment)
    duties.refuse("propose-award", assessment.file.acted, context)
    if assessment.opinion.opinion == Opinion.NEGATIVE:
        raise OpinionIsNegative
    if not command.terms.is_open:
        raise ItemClosed(f"{command.terms.item_title}: {command.terms.closed_because}")
    eligible = assessment.expenditure.eligible_cents
    granted = granted_cents(command.terms, eligible, sought(assessment.file.application, eligible))
    if granted <= 0:
        raise NothingToGrant
    check_period(command.starts_on, command.ends_on, command.terms.period_months)
    check_split(command.by_year, granted, context.valid_on.year, command.ends_on.year)
    check_note(command.note)
    considered = Considered(
        eligible_cents=eligible,
        granted_cents=granted,
        rate_bp=command.terms.rate_bp,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        decided_on=context.valid_on,
    )
    return [
        AwardProposed(
            number=assessment.file.proposals + 1,
            granted_cents=granted,
            by_year=command.by_year,
            starts_on=command.starts_on,
            ends_on=command.ends_on,
            note=command.note,
            terms=command.terms,
            proposed_by=context.actor,
            proposed_on=context.valid_on,
            judgement=judged(command.rules, assessment.file.application, command.terms, considered),
        )
    ]


def _propose_refusal(command: ProposeRefusal, assessment: Assessment, context: Context) -> Sequence[Event]:
    if isinstance(assessment, RefusalPending) and assessment.refusal.reasons == command.reasons:
        return []
    if isinstance(assessment, Unopened | Reserved | Concluded | Withdrawn):
        raise impossible(assessment)
    duties.refuse("propose-refusal", assessment.file.acted, context)
    if not command.reasons or not all(it.strip() for it in command.reasons):
        raise ReasonMissing("Eine Ablehnung ist zu begründen (§ 39 VwVfG).", field="reasons")
    return [RefusalProposed(reasons=command.reasons, proposed_by=context.actor, proposed_on=context.valid_on)]


def _note_reservation(command: NoteReservation, assessment: Assessment, context: Context) -> Sequence[Event]:
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


def _drop_reservation(command: DropReservation, assessment: Assessment, context: Context) -> Sequence[Event]:
    if not isinstance(assessment, Reserved):
        return []
    duties.refuse("release-reservation", assessment.file.acted, context)
    return [ReservationDropped(reason=command.reason, dropped_on=context.valid_on, dropped_by=context.actor)]


def _send_back(command: SendBack, assessment: Assessment, context: Context) -> Sequence[Event]:
    if not isinstance(assessment, Reserved):
        raise impossible(assessment)
    return [
        PracticeChangedSinceProposal(
            proposed=assessment.proposal.terms.basis, in_force=command.in_force, noticed_on=context.valid_on
        )
    ]


def _conclude(command: Conclude, assessment: Assessment, context: Context) -> Sequence[Event]:
    if isinstance(assessment, Concluded) and assessment.granted == command.granted:
        return []
    if not isinstance(assessment, Reserved if command.granted else RefusalPending):
        raise impossible(assessment)
    duties.refuse("approve-grant" if command.granted else "refuse-grant", assessment.file.acted, context)
    return [AssessmentConcluded(granted=command.granted, concluded_by=context.actor, concluded_on=context.valid_on)]


def _settle(command: SettleWithdrawal, assessment: Assessment, context: Context) -> Sequence[Event]:
    match assessment:
        case Unopened():
            if assessment.withdrawn_on is not None:
                return []
            return [WithdrawalAwaitingApplication(withdrawn_on=command.withdrawn_on)]
        case Withdrawn() | Concluded(late_withdrawal=True):
            return []
        case Opened() | Opined() | Assessed() | Proposed() | Reserved() | RefusalPending() | Concluded():
            effective = not isinstance(assessment, Concluded)
            return [
                WithdrawalSettled(effective=effective, withdrawn_on=command.withdrawn_on, settled_on=context.valid_on)
            ]
        case _ as missing:
            assert_never(missing)
