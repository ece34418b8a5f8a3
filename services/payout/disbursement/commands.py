"""What payout is told to do with a case's plan and its Mittelabrufe."""

from datetime import date

from services.payout.disbursement.changes import ReturnFunds, SupplementPlan
from services.payout.disbursement.questioned import ExplainDebit, QuestionDebit
from services.payout.disbursement.renewing import Renewal
from services.payout.disbursement.retention import NoteProof
from services.payout.disbursement.side_condition import NoteSideCondition
from shared.contracts import Acted, SideCondition, YearAmount
from shared.contracts.intake import LineUse
from shared.decider import value
from shared.identity import Sealed


@value
class OpenPlan:
    award: str
    file_number: str
    title: str
    applicant_key: str
    applicant_name: str
    by_year: tuple[YearAmount, ...]
    eligible_cents: int
    rate_bp: int
    account_holder: Sealed
    iban: Sealed
    assigned_on: date
    acted: tuple[Acted, ...]
    side_conditions: tuple[SideCondition, ...] = ()
    programme: str = ""
    drawdown_months: int = 0
    withheld_bp: int = 0
    municipalities: tuple[str, ...] = ()
    financing_type: str = "share"


@value
class RegisterDrawdown:
    drawdown: str
    year: int
    eligible_due_cents: int
    requested_cents: int
    requested_on: date
    acted: tuple[Acted, ...] = ()
    needed_on: date | None = None
    purpose: str = ""
    spent: tuple[LineUse, ...] = ()


@value
class ExamineDrawdown:
    drawdown: str


@value
class CertifyDrawdown:
    drawdown: str


@value
class OrderDrawdown:
    drawdown: str
    payment: str


@value
class NoteSettlement:
    """`assigned` is a debit of `cents` that two persons found to be that of a payment refused before, on the clearing list `listed`."""

    case: str
    drawdown: str
    payment: str
    settled_on: date
    released_by: str = ""
    assigned: bool = False
    cents: int = 0
    listed: str = ""


@value
class NoteRejection:
    case: str
    drawdown: str
    payment: str
    reason: str
    released_by: str = ""
    renewal: Renewal | None = None


@value
class NoteReturn:
    case: str
    drawdown: str
    payment: str
    reason: str


@value
class NoteConflict:
    acted: tuple[Acted, ...]
    declared_on: date


@value
class NoteInvolvement:
    acted: tuple[Acted, ...]


@value
class EndOverpayment:
    """The claim for what this payment had paid twice is settled."""

    case: str
    drawdown: str
    payment: str
    claim: str
    settled_on: date


type Command = (
    EndOverpayment
    | OpenPlan
    | RegisterDrawdown
    | ExamineDrawdown
    | CertifyDrawdown
    | OrderDrawdown
    | NoteSettlement
    | NoteRejection
    | NoteReturn
    | QuestionDebit
    | ExplainDebit
    | ReturnFunds
    | SupplementPlan
    | NoteSideCondition
    | NoteConflict
    | NoteInvolvement
    | NoteProof
)
