"""What can be asked of an assessment."""

from datetime import date

from services.review.assessment.hearing import HearingCommand
from services.review.assessment.hold import HoldCommand
from services.review.assessment.rejection import ProposeFormalRejection, RejectFormally
from services.review.assessment.warnings import AcknowledgeWarnings
from services.review.examination import Application, AssessedLine, ExaminationNote, Opinion
from services.review.grant_cut import WantedCut
from services.review.programme import Basis, Terms
from services.review.side_condition import WantedCondition
from shared.contracts import YearAmount
from shared.decider import value
from shared.policy import ConditionBlock
from shared.rules import Rule


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
    """`wanted` are the side conditions asked for, `blocks` the texts for them that the practice in force has."""

    by_year: tuple[YearAmount, ...]
    starts_on: date
    ends_on: date
    note: ExaminationNote
    terms: Terms
    rules: tuple[Rule, ...] = ()
    wanted: tuple[WantedCondition, ...] = ()
    blocks: tuple[ConditionBlock, ...] = ()
    wanted_cut: WantedCut | None = None


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
