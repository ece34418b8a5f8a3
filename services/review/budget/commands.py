"""What can be asked of a budget."""

from datetime import date

from services.review.budget.events import ALARMS_BP
from services.review.programme import Basis
from shared.contracts import YearAmount
from shared.decider import value


@value
class CarriedLine:
    """What an earlier year already promised to a case, per year, and the policy it was promised under."""

    case: str
    by_year: tuple[YearAmount, ...]
    basis: Basis | None = None


@value
class OpenBudget:
    title: str
    year: int
    appropriation_cents: int
    authorisations: tuple[YearAmount, ...] = ()
    preloads: tuple[CarriedLine, ...] = ()
    continued: tuple[YearAmount, ...] = ()
    provisional: bool = False
    transferable: bool = False
    repayments_set_off: bool = False
    last_order_on: date | None = None
    alarms_bp: tuple[int, ...] = ALARMS_BP


@value
class ProclaimBudget:
    """The budget act is in force: its amounts take the place of the provisional ones."""

    appropriation_cents: int
    authorisations: tuple[YearAmount, ...]
    reference: str


@value
class AllowDespiteProvisional:
    case: str
    reason: str


@value
class FreezeFunds:
    """Either `cents`, or `share_bp` of the year's appropriation in basis points."""

    reference: str
    year: int
    reason: str
    cents: int = 0
    share_bp: int = 0


@value
class LiftFreeze:
    """Let only `left_cents` of the freeze stand."""

    freeze: str
    left_cents: int
    reason: str


@value
class GiveFunds:
    """Give cash of this title to another one; `authority` is the note in the plan or the consent that allows it."""

    reference: str
    counterpart: str
    cents: int
    reason: str
    authority: str


@value
class TakeFunds:
    reference: str
    counterpart: str
    cents: int
    reason: str
    authority: str


@value
class CloseBudget:
    """End the year: what is committed and not paid lapses, or moves to `moved_into` with the finance ministry's consent."""

    moved_into: int = 0
    consent: str = ""


@value
class HandOverRemainder:
    """Hand unspent cash of the year `origin` to the next budget, with the finance ministry's consent."""

    origin: int
    cents: int
    into: int
    consent: str


@value
class TakeOverRemainder:
    """`lines` are the commitments that the remainder is to pay; what is over them is free."""

    origin: int
    cents: int
    out_of: int
    consent: str
    lines: tuple[CarriedLine, ...] = ()


@value
class CarryOver:
    """Hand what is promised for later years to the budget of the year `into`."""

    into: int


@value
class ReserveFunds:
    """`increase` is the reference of the change that the money is for; empty for what the case is granted first."""

    case: str
    by_year: tuple[YearAmount, ...]
    expires_on: date
    basis: Basis
    increase: str = ""


@value
class ReleaseReservation:
    case: str
    reason: str


@value
class ExpireReservation:
    """The day until which the money was set aside is over."""

    case: str


@value
class CommitFunds:
    case: str
    by_year: tuple[YearAmount, ...]
    basis: Basis


@value
class ReduceCommitment:
    """Free committed money that is not paid; `reference` names what reduces it, once."""

    case: str
    by_year: tuple[YearAmount, ...]
    reason: str
    reference: str


@value
class ShiftCommitment:
    """Commit less in some years and more in others, or only more: what was set aside before for this `reference`."""

    case: str
    less: tuple[YearAmount, ...]
    more: tuple[YearAmount, ...]
    reason: str
    reference: str
    basis: Basis


@value
class RecordPayment:
    """One that is `overpaid` paid something twice: it is entered beside the commitment, which stays for what is owed."""

    payment: str
    case: str
    cents: int
    paid_on: date
    overpaid: bool = False


@value
class ReversePayment:
    """A payment came back from the recipient's bank; `cents` can be less than was paid, by what the banks kept."""

    payment: str
    case: str
    cents: int
    returned_on: date


@value
class PutOnCommitment:
    """What was entered beside the commitment pays what is owed after all: the payment beside which it was made, `instead_of`, came to nothing."""

    payment: str
    case: str
    instead_of: str


@value
class RecordRepayment:
    """A recipient paid back; whether it is set off against the expenditure is the plan's decision, not a person's.

    `overpaid` says that it is money that had been paid twice.
    """

    repayment: str
    case: str
    cents: int
    received_on: date
    interest_cents: int = 0
    overpaid: bool = False


type Command = (
    OpenBudget
    | ProclaimBudget
    | AllowDespiteProvisional
    | CarryOver
    | FreezeFunds
    | LiftFreeze
    | GiveFunds
    | TakeFunds
    | CloseBudget
    | HandOverRemainder
    | TakeOverRemainder
    | ReserveFunds
    | ReleaseReservation
    | ExpireReservation
    | CommitFunds
    | ReduceCommitment
    | ShiftCommitment
    | RecordPayment
    | ReversePayment
    | PutOnCommitment
    | RecordRepayment
)
