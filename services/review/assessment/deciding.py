"""What an assessment answers to a command: pure, total, idempotent."""

from collections.abc import Sequence
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
from services.review.assessment.concluding import (
    conclude,
    drop_reservation,
    hear,
    note_reservation,
    refuse_on_hold,
    reject_formally,
    send_back,
    settle,
    wait,
)
from services.review.assessment.errors import ItemClosed, NothingToGrant, OpinionIsNegative, impossible
from services.review.assessment.events import (
    AssessmentOpened,
    AwardProposed,
    EligibleExpenditureAssessed,
    Event,
    ExpertOpinionRecorded,
    RefusalProposed,
    WithdrawalSettled,
)
from services.review.assessment.hearing import (
    DispenseWithHearing,
    ExpireHearing,
    ExtendHearing,
    NoteHearingServiceFailure,
    OpenHearing,
    RecordStatement,
    RestartHearing,
)
from services.review.assessment.hold import PutOnHold, Resubmit, ResumeCase
from services.review.assessment.rejection import ProposeFormalRejection, RejectFormally, propose_rejection
from services.review.assessment.states import (
    Assessed,
    Assessment,
    Concluded,
    Opined,
    Proposed,
    RefusalPending,
    Rejected,
    RejectionPending,
    Reserved,
    Unopened,
    Withdrawn,
)
from services.review.assessment.warnings import AcknowledgeWarnings, WarningsOpen, acknowledge
from services.review.criteria import check_complete, judge_criteria
from services.review.examination import (
    Opinion,
    ReasonMissing,
    check_lines,
    check_note,
    check_period,
    check_split,
)
from services.review.financing import granted_cents, sought
from services.review.grant_cut import cut_of
from services.review.judging import Considered, judged
from services.review.side_condition import drafted
from shared import duties
from shared.decider import Context

WAITING = (
    RecordExpertOpinion, AssessExpenditure, ProposeAward, ProposeRefusal, ProposeFormalRejection, NoteReservation, Conclude, RejectFormally,
)  # fmt: skip
"""Steps that a case on hold does not take."""


def decide(command: Command, assessment: Assessment, context: Context) -> Sequence[Event]:
    if isinstance(command, WAITING):
        refuse_on_hold(assessment)
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
            return note_reservation(command, assessment, context)
        case DropReservation():
            return drop_reservation(command, assessment, context)
        case SendBack():
            return send_back(command, assessment, context)
        case Conclude():
            return conclude(command, assessment, context)
        case SettleWithdrawal():
            return settle(command, assessment, context)
        case (
            OpenHearing() | RecordStatement() | ExtendHearing() | ExpireHearing() | DispenseWithHearing()
            | NoteHearingServiceFailure() | RestartHearing()
        ):  # fmt: skip
            return hear(command, assessment, context)
        case PutOnHold() | ResumeCase() | Resubmit():
            return wait(command, assessment, context)
        case AcknowledgeWarnings():
            return _acknowledge(command, assessment, context)
        case ProposeFormalRejection():
            return _propose_formal_rejection(command, assessment, context)
        case RejectFormally():
            return reject_formally(assessment, context)
        case _ as missing:
            assert_never(missing)


def _acknowledge(command: AcknowledgeWarnings, assessment: Assessment, context: Context) -> Sequence[Event]:
    if isinstance(assessment, Unopened | Reserved | Concluded | Rejected | Withdrawn):
        raise impossible(assessment)
    file = assessment.file
    return acknowledge(command, file.application.findings, file.acknowledged, file.acted, context)


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
            if assessment.opinion.recorded_by == context.actor and _is_said(command, assessment.opinion):
                return []
        case _:
            pass
    if isinstance(assessment, Unopened | Reserved | Concluded | Rejected | Withdrawn):
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
            criteria=judge_criteria(command.criteria, command.asked),
            basis=command.basis,
        )
    ]


def _is_said(command: RecordExpertOpinion, known: ExpertOpinionRecorded) -> bool:
    if (known.opinion, known.reasons, known.conditions) != (command.opinion, command.reasons, command.conditions):
        return False
    said = {(it.code, it.points, it.text) for it in known.criteria}
    return said == {(it.code, it.points, it.text) for it in command.criteria if it.says_something}


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


def _is_repeated(command: ProposeAward, it: Proposed | Reserved) -> bool:
    known = it.proposal
    if (known.by_year, known.starts_on, known.ends_on, known.note, known.terms) != (
        command.by_year,
        command.starts_on,
        command.ends_on,
        command.note,
        command.terms,
    ):
        return False
    computed_cents = known.granted_cents + (known.cut.cents if known.cut else 0)
    if known.cut != cut_of(command.wanted_cut, computed_cents):
        return False
    # By the day of the proposal, on which what is due later was not over yet.
    return known.side_conditions == drafted(command.wanted, command.blocks, it.opinion.conditions, known.proposed_on)


def _propose(command: ProposeAward, assessment: Assessment, context: Context) -> Sequence[Event]:
    if isinstance(assessment, Proposed | Reserved) and _is_repeated(command, assessment):
        return []
    if not isinstance(assessment, Assessed | Proposed):
        raise impossible(assessment)
    duties.refuse("propose-award", assessment.file.acted, context)
    if warnings := assessment.file.open_warnings:
        raise WarningsOpen(" ".join(it.text for it in warnings))
    if assessment.opinion.opinion == Opinion.NEGATIVE:
        raise OpinionIsNegative
    if assessment.opinion.basis:
        check_complete(assessment.opinion.criteria, command.asked)
    if not command.terms.is_open:
        raise ItemClosed(f"{command.terms.item_title}: {command.terms.closed_because}")
    eligible = assessment.expenditure.eligible_cents
    granted = granted_cents(command.terms, eligible, sought(assessment.file.application, eligible, command.terms))
    if granted <= 0:
        raise NothingToGrant
    cut = cut_of(command.wanted_cut, granted)
    granted -= cut.cents if cut else 0
    check_period(command.starts_on, command.ends_on, command.terms.period_months)
    check_split(command.by_year, granted, context.valid_on.year, command.ends_on.year)
    check_note(command.note)
    side_conditions = drafted(command.wanted, command.blocks, assessment.opinion.conditions, context.valid_on)
    considered = Considered(
        lines=assessment.expenditure.lines,
        granted_cents=granted,
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
            side_conditions=side_conditions,
            cut=cut,
        )
    ]


def _propose_refusal(command: ProposeRefusal, assessment: Assessment, context: Context) -> Sequence[Event]:
    if isinstance(assessment, RefusalPending) and assessment.refusal.reasons == command.reasons:
        return []
    if isinstance(assessment, Unopened | Reserved | Concluded | Rejected | Withdrawn):
        raise impossible(assessment)
    duties.refuse("propose-refusal", assessment.file.acted, context)
    if not command.reasons or not all(it.strip() for it in command.reasons):
        raise ReasonMissing("Eine Ablehnung ist zu begründen (§ 39 VwVfG).", field="reasons")
    return [RefusalProposed(reasons=command.reasons, proposed_by=context.actor, proposed_on=context.valid_on)]


def _propose_formal_rejection(
    command: ProposeFormalRejection, assessment: Assessment, context: Context
) -> Sequence[Event]:
    if isinstance(assessment, RejectionPending):
        known = assessment.rejection
        if (known.grounds, known.reasons) == (command.grounds, command.reasons):
            return []
    if isinstance(assessment, Unopened | Reserved | Concluded | Rejected | Withdrawn):
        raise impossible(assessment)
    duties.refuse("propose-formal-rejection", assessment.file.acted, context)
    return propose_rejection(command, context)
