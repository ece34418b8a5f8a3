"""What can be asked of an assessment."""

from datetime import date

from services.review.assessment.hearing import HearingCommand
from services.review.assessment.hold import HoldCommand
from services.review.assessment.rejection import ProposeFormalRejection, RejectFormally
from services.review.assessment.warnings import AcknowledgeWarnings
from services.review.criteria import CriterionEntry
from services.review.examination import Application, AssessedLine, ExaminationNote, Opinion
from services.review.grant_cut import WantedCut
from services.review.programme import Basis, Terms
from services.review.side_condition import WantedCondition
from shared.contracts import YearAmount
from shared.decider import value
from shared.policy import ConditionBlock, Criterion
from shared.rules import Rule


@value
class OpenAssessment:
    application: Application


@value
class RecordExpertOpinion:
    """`asked` are the criteria of the practice in force for the item, `basis` names its files; without it none are asked."""

    opinion: Opinion
    reasons: str
    conditions: tuple[str, ...] = ()
    criteria: tuple[CriterionEntry, ...] = ()
    asked: tuple[Criterion, ...] = ()
    basis: Basis | None = None


@value
class AssessExpenditure:
    lines: tuple[AssessedLine, ...]


@value
class ProposeAward:
    """`wanted` are the side conditions asked for, `blocks` the texts for them that the practice in force has, `asked` the
    criteria that it has for the opinion."""

    by_year: tuple[YearAmount, ...]
    starts_on: date
    ends_on: date
    note: ExaminationNote
    terms: Terms
    rules: tuple[Rule, ...] = ()
    wanted: tuple[WantedCondition, ...] = ()
    blocks: tuple[ConditionBlock, ...] = ()
    wanted_cut: WantedCut | None = None
    asked: tuple[Criterion, ...] = ()


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
    | HearingCommand
    | HoldCommand
    | AcknowledgeWarnings
    | ProposeFormalRejection
    | RejectFormally
)
