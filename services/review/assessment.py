"""Prüfung des Antrags: from the complete application to a proposal that the budget has set money aside for.

The file carries who took part (`acted`), because the person who approves may have done none of the steps before.
Every step may be done again as long as no reservation stands; what was built on it then has to be done again too.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, assert_never

from services.review import budget as budgets
from services.review import programme as programmes
from services.review.examination import (
    Application,
    AssessedLine,
    ExaminationNote,
    Opinion,
    ReasonMissing,
    check_lines,
    check_note,
    check_period,
    check_split,
    grant_cents,
)
from services.review.programme import Basis, Terms, policy_in_force
from shared.contracts import Acted, YearAmount
from shared.decider import (
    Context,
    Decided,
    Decider,
    Decision,
    DomainError,
    RefusedAttempt,
    event,
    replace,
    value,
)
from shared.identity import Role

# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class OpenAssessment:
    application: Application


@value
class RecordExpertOpinion:
    opinion: Opinion
    reasons: str
    conditions: tuple[str, ...] = ()


@value
class AssessExpenditure:
    lines: tuple[AssessedLine, ...]


@value
class ProposeAward:
    by_year: tuple[YearAmount, ...]
    starts_on: date
    ends_on: date
    note: ExaminationNote
    terms: Terms


@value
class ProposeRefusal:
    reasons: tuple[str, ...]


@value
class NoteReservation:
    budget: str


@value
class DropReservation:
    reason: str


@value
class SendBack:
    """The policy in force is another one than the proposal's."""

    in_force: Basis


@value
class Conclude:
    granted: bool


@value
class SettleWithdrawal:
    withdrawn_on: date


type Command = (
    OpenAssessment
    | RecordExpertOpinion
    | AssessExpenditure
    | ProposeAward
    | ProposeRefusal
    | NoteReservation
    | DropReservation
    | SendBack
    | Conclude
    | SettleWithdrawal
)

# ---- Events ---------------------------------------------------------------------------------------------------------


@event("review.assessment-opened")
class AssessmentOpened:
    """The ministry examines a complete application (Bewilligungsverfahren eröffnet)."""

    application: Application
    opened_on: date


@event("review.expert-opinion-recorded")
class ExpertOpinionRecorded:
    """The expert's recommendation with its reasons (fachliches Votum)."""

    opinion: Opinion
    reasons: str
    conditions: tuple[str, ...]
    recorded_by: str
    recorded_on: date


@event("review.eligible-expenditure-assessed")
class EligibleExpenditureAssessed:
    """What of the applied expenditure is eligible, line by line, each cut with its reason (zuwendungsfähige Ausgaben)."""

    lines: tuple[AssessedLine, ...]
    applied_cents: int
    eligible_cents: int
    assessed_by: str
    assessed_on: date


@event("review.award-proposed")
class AwardProposed:
    """A grant is proposed, with the terms it was computed under (Bewilligungsvorschlag). `number` counts the case's proposals."""

    number: int
    granted_cents: int
    by_year: tuple[YearAmount, ...]
    starts_on: date
    ends_on: date
    note: ExaminationNote
    terms: Terms
    proposed_by: str
    proposed_on: date


@event("review.refusal-proposed")
class RefusalProposed:
    """A refusal is proposed, with reasons for the applicant (Ablehnungsvorschlag)."""

    reasons: tuple[str, ...]
    proposed_by: str
    proposed_on: date


@event("review.reservation-noted")
class ReservationNoted:
    """The budget set the proposed money aside until a day (Mittel vorgemerkt)."""

    budget: str
    expires_on: date
    noted_on: date


@event("review.reservation-dropped")
class ReservationDropped:
    """The reservation was taken back; the proposal stands and needs a new one."""

    reason: str
    dropped_on: date


@event("review.practice-changed-since-proposal", refusal="practice-changed-since-proposal")
class PracticeChangedSinceProposal:
    """At approval another guideline or practice is in force than at the proposal: the case goes back to its assessment."""

    proposed: Basis
    in_force: Basis
    noticed_on: date


@event("review.assessment-concluded")
class AssessmentConcluded:
    """The application is decided; a withdrawal comes too late from here on."""

    granted: bool
    concluded_by: str
    concluded_on: date


@event("review.withdrawal-awaiting-application")
class WithdrawalAwaitingApplication:
    """The withdrawal arrived before the application; it is settled when the application comes."""

    withdrawn_on: date


@event("review.withdrawal-settled")
class WithdrawalSettled:
    """Whether the applicant's withdrawal came before the decision (Antragsrücknahme wirksam) or after it."""

    effective: bool
    withdrawn_on: date
    settled_on: date


type Event = (
    AssessmentOpened
    | ExpertOpinionRecorded
    | EligibleExpenditureAssessed
    | AwardProposed
    | RefusalProposed
    | ReservationNoted
    | ReservationDropped
    | PracticeChangedSinceProposal
    | AssessmentConcluded
    | WithdrawalAwaitingApplication
    | WithdrawalSettled
)

# ---- States ---------------------------------------------------------------------------------------------------------


@value
class File:
    """What is known however far the case is: the application, who took part, how many awards were proposed."""

    application: Application
    acted: tuple[Acted, ...]
    proposals: int = 0


@value
class Unopened:
    withdrawn_on: date | None = None


@value
class Opened:
    file: File


@value
class Opined:
    file: File
    opinion: ExpertOpinionRecorded


@value
class Assessed:
    file: File
    opinion: ExpertOpinionRecorded
    expenditure: EligibleExpenditureAssessed


@value
class Proposed:
    file: File
    opinion: ExpertOpinionRecorded
    expenditure: EligibleExpenditureAssessed
    proposal: AwardProposed


@value
class Reserved:
    file: File
    opinion: ExpertOpinionRecorded
    expenditure: EligibleExpenditureAssessed
    proposal: AwardProposed
    reservation: ReservationNoted


@value
class RefusalPending:
    file: File
    refusal: RefusalProposed


@value
class Concluded:
    """Decided; `grounds` is the state the decision was made on, which letter and file keep telling."""

    file: File
    granted: bool
    grounds: Reserved | RefusalPending
    late_withdrawal: bool = False


@value
class Withdrawn:
    file: File


type Assessment = Unopened | Opened | Opined | Assessed | Proposed | Reserved | RefusalPending | Concluded | Withdrawn

# ---- Errors ---------------------------------------------------------------------------------------------------------


class AssessmentNotOpen(DomainError):
    code = "assessment-not-open"
    title = "Zu diesem Vorgang liegt der Bewilligungsstelle kein vollständiger Antrag vor."


class OpinionMissing(DomainError):
    code = "opinion-missing"
    title = "Zuerst ist das fachliche Votum abzugeben."


class ExpenditureNotAssessed(DomainError):
    code = "expenditure-not-assessed"
    title = "Zuerst sind die zuwendungsfähigen Ausgaben festzustellen."


class ProposalMissing(DomainError):
    code = "proposal-missing"
    title = "Zuerst ist die Entscheidung vorzuschlagen."


class ReservationMissing(DomainError):
    code = "reservation-missing"
    title = "Für den Bewilligungsvorschlag sind keine Mittel vorgemerkt."


class ReservationStands(DomainError):
    code = "reservation-stands"
    title = "Für den Bewilligungsvorschlag sind Mittel vorgemerkt; zuerst ist die Vormerkung aufzuheben."


class RefusalIsProposed(DomainError):
    code = "refusal-is-proposed"
    title = "Vorgeschlagen ist die Ablehnung des Antrags."


class AlreadyDecided(DomainError):
    code = "already-decided"
    title = "Über den Antrag ist bereits entschieden."


class ApplicationIsWithdrawn(DomainError):
    code = "application-is-withdrawn"
    title = "Der Antrag ist zurückgenommen."


class OpinionIsNegative(DomainError):
    code = "opinion-is-negative"
    title = "Das fachliche Votum ist negativ; eine Bewilligung kann nicht vorgeschlagen werden."


class NothingToGrant(DomainError):
    code = "nothing-to-grant"
    title = "Es bleiben keine zuwendungsfähigen Ausgaben; vorzuschlagen ist die Ablehnung."


class ItemClosed(DomainError):
    code = "item-closed"
    title = "Dieser Fördergegenstand wird nach geltender Verwaltungspraxis nicht bewilligt."


class OtherBudget(DomainError):
    """The decision names another budget than the one that holds, or must hold, the case's money."""

    code = "other-budget"
    title = "Die Mittel dieses Vorgangs gehören zu einem anderen Haushaltstitel oder Haushaltsjahr."


def _impossible(assessment: Assessment) -> DomainError:
    """What is in the way of any step that this state does not allow."""
    match assessment:
        case Unopened():
            return AssessmentNotOpen()
        case Opened():
            return OpinionMissing()
        case Opined():
            return ExpenditureNotAssessed()
        case Assessed():
            return ProposalMissing()
        case Proposed():
            return ReservationMissing()
        case Reserved():
            return ReservationStands()
        case RefusalPending():
            return RefusalIsProposed()
        case Concluded():
            return AlreadyDecided()
        case Withdrawn():
            return ApplicationIsWithdrawn()
        case _ as missing:
            assert_never(missing)


# ---- decide ---------------------------------------------------------------------------------------------------------

OPINED, ASSESSED, PROPOSED, REFUSAL_PROPOSED = (
    "record-expert-opinion",
    "assess-expenditure",
    "propose-award",
    "propose-refusal",
)
OFFICER_ACTIONS = frozenset({ASSESSED, PROPOSED, REFUSAL_PROPOSED})


def refuse_if_acted(file: File, actions: frozenset[str], context: Context, action: str, rule: str) -> None:
    """`RefusedAttempt` when this person, in whatever role, has done one of these steps in the case before."""
    if any(it.person == context.actor and it.action in actions for it in file.acted):
        raise RefusedAttempt("Sie haben an diesem Vorgang bereits mitgewirkt.", rule=rule, action=action)


def four_eyes(file: File, context: Context, action: str) -> None:
    """Who gave the opinion, assessed or proposed does not decide (Vier-Augen-Prinzip)."""
    refuse_if_acted(file, OFFICER_ACTIONS | {OPINED}, context, action, "four-eyes")


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
            if isinstance(assessment, Reserved):
                return [ReservationDropped(reason=command.reason, dropped_on=context.valid_on)]
            return []
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
        raise _impossible(assessment)
    refuse_if_acted(assessment.file, OFFICER_ACTIONS, context, "RecordExpertOpinion", "expert-not-officer")
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
        raise _impossible(assessment)
    refuse_if_acted(assessment.file, frozenset({OPINED}), context, "AssessExpenditure", "expert-not-officer")
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
        raise _impossible(assessment)
    refuse_if_acted(assessment.file, frozenset({OPINED}), context, "ProposeAward", "expert-not-officer")
    if assessment.opinion.opinion == Opinion.NEGATIVE:
        raise OpinionIsNegative
    if not command.terms.is_open:
        raise ItemClosed(command.terms.item_title)
    granted = grant_cents(assessment.file.application, assessment.expenditure.eligible_cents, command.terms.rate_bp)
    if granted <= 0:
        raise NothingToGrant
    check_period(command.starts_on, command.ends_on, command.terms.period_months)
    check_split(command.by_year, granted, context.valid_on.year, command.ends_on.year)
    check_note(command.note)
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
        )
    ]


def _propose_refusal(command: ProposeRefusal, assessment: Assessment, context: Context) -> Sequence[Event]:
    if isinstance(assessment, RefusalPending) and assessment.refusal.reasons == command.reasons:
        return []
    if isinstance(assessment, Unopened | Reserved | Concluded | Withdrawn):
        raise _impossible(assessment)
    refuse_if_acted(assessment.file, frozenset({OPINED}), context, "ProposeRefusal", "expert-not-officer")
    if not command.reasons or not all(it.strip() for it in command.reasons):
        raise ReasonMissing("Eine Ablehnung ist zu begründen (§ 39 VwVfG).", field="reasons")
    return [RefusalProposed(reasons=command.reasons, proposed_by=context.actor, proposed_on=context.valid_on)]


def _note_reservation(command: NoteReservation, assessment: Assessment, context: Context) -> Sequence[Event]:
    if isinstance(assessment, Reserved) and assessment.reservation.budget == command.budget:
        return []
    if not isinstance(assessment, Proposed):
        raise _impossible(assessment)
    expires_on = context.valid_on + timedelta(days=assessment.proposal.terms.reservation_days)
    return [ReservationNoted(budget=command.budget, expires_on=expires_on, noted_on=context.valid_on)]


def _send_back(command: SendBack, assessment: Assessment, context: Context) -> Sequence[Event]:
    if not isinstance(assessment, Reserved):
        raise _impossible(assessment)
    return [
        PracticeChangedSinceProposal(
            proposed=assessment.proposal.terms.basis, in_force=command.in_force, noticed_on=context.valid_on
        )
    ]


def _conclude(command: Conclude, assessment: Assessment, context: Context) -> Sequence[Event]:
    if isinstance(assessment, Concluded) and assessment.granted == command.granted:
        return []
    if not isinstance(assessment, Reserved if command.granted else RefusalPending):
        raise _impossible(assessment)
    action = "ApproveGrant" if command.granted else "RefuseGrant"
    four_eyes(assessment.file, context, action)
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


# ---- evolve ---------------------------------------------------------------------------------------------------------


def _with(file: File, person: str, role: Role, action: str) -> File:
    act = Acted(person=person, role=role, action=action)
    return file if act in file.acted else replace(file, acted=(*file.acted, act))


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
            return Opined(file=_with(file, it.recorded_by, Role.EXPERT, OPINED), opinion=it)
        case EligibleExpenditureAssessed():
            file = _with(file, it.assessed_by, Role.CASE_OFFICER, ASSESSED)
            if isinstance(assessment, Opined | Assessed | Proposed):
                return Assessed(file=file, opinion=assessment.opinion, expenditure=it)
        case AwardProposed():
            file = replace(_with(file, it.proposed_by, Role.CASE_OFFICER, PROPOSED), proposals=it.number)
            if isinstance(assessment, Assessed | Proposed):
                return Proposed(file=file, opinion=assessment.opinion, expenditure=assessment.expenditure, proposal=it)
        case RefusalProposed():
            file = _with(file, it.proposed_by, Role.CASE_OFFICER, REFUSAL_PROPOSED)
            return RefusalPending(file=file, refusal=it)
        case ReservationNoted():
            if isinstance(assessment, Proposed):
                return Reserved(
                    file=file,
                    opinion=assessment.opinion,
                    expenditure=assessment.expenditure,
                    proposal=assessment.proposal,
                    reservation=it,
                )
        case ReservationDropped():
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
            if isinstance(assessment, Reserved | RefusalPending):
                return Concluded(file=file, granted=it.granted, grounds=assessment)
        case WithdrawalSettled():
            if isinstance(assessment, Concluded):
                return replace(assessment, late_withdrawal=True)
            return Withdrawn(file=file)
        case _ as missing:
            assert_never(missing)
    return assessment


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
    ],
)


# ---- Decisions with programme and budget ----------------------------------------------------------------------------


def propose(
    case: str, programme: str, *, by_year: tuple[YearAmount, ...], starts_on: date, ends_on: date, note: ExaminationNote
) -> Decision:
    """Propose an award under the policy in force at the writer's turn; `programme` is the programme's id."""
    stream, policy = decider.stream(case), programmes.decider.stream(programme)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        assessment: Assessment = states[0]
        if isinstance(assessment, Unopened):
            raise _impossible(assessment)
        terms = policy_in_force(states[1], context.valid_on, assessment.file.application.item)
        command = ProposeAward(by_year=by_year, starts_on=starts_on, ends_on=ends_on, note=note, terms=terms)
        return {stream: decide(command, assessment, context)}

    return Decision(reads={stream: decider, policy: programmes.decider}, judge=judge, action="ProposeAward")


def reserve(case: str, title: str, year: int) -> Decision:
    """Set the proposed money aside in the title's budget of the decision's year, or record the budget's refusal alone."""
    budget = budgets.budget_id(title, year)
    stream, fund = decider.stream(case), budgets.decider.stream(budget)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        assessment: Assessment = states[0]
        noted = decide(NoteReservation(budget=budget), assessment, context)
        if not noted or not isinstance(assessment, Proposed):
            return {}
        proposal = assessment.proposal
        if proposal.terms.budget_title != title or year != context.valid_on.year:
            raise OtherBudget(f"Titel {proposal.terms.budget_title}, Haushaltsjahr {context.valid_on.year}")
        command = budgets.ReserveFunds(
            case=case,
            by_year=proposal.by_year,
            expires_on=context.valid_on + timedelta(days=proposal.terms.reservation_days),
            basis=proposal.terms.basis,
        )
        entered = budgets.decide(command, states[1], context)
        if any(isinstance(it, budgets.FundsReservationRefused) for it in entered):
            return {fund: entered}
        return {stream: noted, fund: entered}

    return Decision(reads={stream: decider, fund: budgets.decider}, judge=judge, action="ReserveFunds")


def release(case: str, budget: str, reason: str) -> Decision:
    """Take the case's reservation back, by a person or because it expired; the proposal stands."""
    stream, fund = decider.stream(case), budgets.decider.stream(budget)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        assessment: Assessment = states[0]
        if isinstance(assessment, Reserved) and assessment.reservation.budget != budget:
            raise OtherBudget(assessment.reservation.budget)
        dropped = decide(DropReservation(reason=reason), assessment, context)
        if not dropped:
            return {}
        command = budgets.ReleaseReservation(case=case, reason=reason)
        return {stream: dropped, fund: budgets.decide(command, states[1], context)}

    return Decision(reads={stream: decider, fund: budgets.decider}, judge=judge, action="ReleaseReservation")


def settle_withdrawal(case: str, withdrawn_on: date, candidates: Sequence[str]) -> Decision:
    """Settle the applicant's withdrawal: effective until the decision, and then a reservation is released with it.

    `candidates` are the ids of all budgets that may hold the case's reservation: a message does not say which.
    """
    stream = decider.stream(case)
    funds = {budgets.decider.stream(budget): budgets.decider for budget in candidates}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        assessment: Assessment = states[0]
        settled = decide(SettleWithdrawal(withdrawn_on=withdrawn_on), assessment, context)
        if not settled or not isinstance(assessment, Reserved):
            return {stream: settled}
        fund = budgets.decider.stream(assessment.reservation.budget)
        if fund not in funds:
            raise OtherBudget(assessment.reservation.budget)
        command = budgets.ReleaseReservation(case=case, reason="withdrawn")
        return {stream: settled, fund: budgets.decide(command, states[1 + list(funds).index(fund)], context)}

    return Decision(reads={stream: decider, **funds}, judge=judge, action="SettleWithdrawal")
