"""What can have happened in an assessment."""

from datetime import date

from services.review.assessment.hearing import HearingEvent
from services.review.assessment.hold import HoldEvent
from services.review.assessment.rejection import ApplicationRejectedFormally, FormalRejectionProposed
from services.review.assessment.warnings import WarningsAcknowledged
from services.review.criteria import JudgedCriterion
from services.review.examination import Application, AssessedLine, ExaminationNote, Opinion
from services.review.grant_cut import GrantCut
from services.review.programme import Basis, Terms
from shared.contracts import SideCondition, YearAmount
from shared.decider import event
from shared.rules import Judgement


@event("review.assessment-opened")
class AssessmentOpened:
    """The ministry examines a complete application (Bewilligungsverfahren eröffnet)."""

    application: Application
    opened_on: date


@event("review.expert-opinion-recorded")
class ExpertOpinionRecorded:
    """The expert's recommendation with its reasons (fachliches Votum).

    `criteria` is what was said of each criterion of the practice that `basis` names; none in an opinion from before there were any.
    """

    opinion: Opinion
    reasons: str
    conditions: tuple[str, ...]
    recorded_by: str
    recorded_on: date
    criteria: tuple[JudgedCriterion, ...] = ()
    basis: Basis | None = None


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
    """A grant is proposed, with the terms it was computed under (Bewilligungsvorschlag). `number` counts the case's proposals.

    `cut` is by how much less is granted than was computed, and why (Teilbewilligung).
    """

    number: int
    granted_cents: int
    by_year: tuple[YearAmount, ...]
    starts_on: date
    ends_on: date
    note: ExaminationNote
    terms: Terms
    proposed_by: str
    proposed_on: date
    judgement: Judgement | None = None
    side_conditions: tuple[SideCondition, ...] = ()
    cut: GrantCut | None = None


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
    noted_by: str = ""


@event("review.reservation-dropped")
class ReservationDropped:
    """The reservation was taken back; the proposal stands and needs a new one."""

    reason: str
    dropped_on: date
    dropped_by: str = ""


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
    | HearingEvent
    | HoldEvent
    | WarningsAcknowledged
    | FormalRejectionProposed
    | ApplicationRejectedFormally
)
