"""How a case's plan and its Mittelabrufe stand."""

from datetime import date

from services.payout.disbursement.changes import Changes
from services.payout.disbursement.errors import PlanNotOpen, UnknownDrawdown
from services.payout.disbursement.events import PlanOpened
from services.payout.disbursement.questioned import Debit, DrawdownOverpaid
from services.payout.disbursement.renewing import Renewal
from services.payout.disbursement.retention import ProofNoted
from services.payout.disbursement.side_condition import SideConditionNoted
from shared.contracts import Acted
from shared.contracts.intake import LineUse
from shared.decider import value


@value
class Registered: ...


@value
class Accepted: ...


@value
class Rejected: ...


@value
class Certified:
    certified_by: str


@value
class Ordered:
    certified_by: str
    payment: str


@value
class Paid:
    payment: str


type Stage = Registered | Accepted | Rejected | Certified | Ordered | Paid


@value
class Drawdown:
    """One Mittelabruf. `refused` are its payments that the treasury refused, oldest first.

    `examinations` is one more than it was reopened; `voided` says that the account changed since it was certified. `debits` were
    questioned; `overpaid` are payments that were made beside the one of its stage; `renewal` is what a new order waits for.
    `spent` is what of earlier ones was spent, per line of the expenditure plan.
    """

    id: str
    tranche: int
    year: int
    eligible_due_cents: int
    requested_cents: int
    requested_on: date
    accepted_cents: int = 0
    reason: str = ""
    stage: Stage = Registered()
    refused: tuple[str, ...] = ()
    examinations: int = 1
    voided: bool = False
    debits: tuple[Debit, ...] = ()
    overpaid: tuple[DrawdownOverpaid, ...] = ()
    renewal: Renewal | None = None
    paid_on: date | None = None
    needed_on: date | None = None
    purpose: str = ""
    spent: tuple[LineUse, ...] = ()

    @property
    def spent_cents(self) -> int:
        return sum(it.cents for it in self.spent)


@value
class Waiting:
    """No plan yet; what arrived before it waits. `acted` is who took part in the case, here and elsewhere."""

    drawdowns: tuple[Drawdown, ...] = ()
    acted: tuple[Acted, ...] = ()
    changes: Changes = Changes()
    noted: tuple[SideConditionNoted, ...] = ()
    proof: ProofNoted | None = None


@value
class Open:
    """`plan` is the plan as it stands after all changes, `opened` as it came from review."""

    plan: PlanOpened
    opened: PlanOpened
    drawdowns: tuple[Drawdown, ...] = ()
    acted: tuple[Acted, ...] = ()
    changes: Changes = Changes()
    noted: tuple[SideConditionNoted, ...] = ()
    proof: ProofNoted | None = None


type Disbursement = Waiting | Open


def plan_of(state: Disbursement) -> PlanOpened:
    """The plan as it stands; raises `PlanNotOpen` while there is none."""
    if isinstance(state, Waiting):
        raise PlanNotOpen
    return state.plan


def find(state: Disbursement, drawdown: str) -> Drawdown:
    """The Mittelabruf of this id; raises `UnknownDrawdown`."""
    for one in state.drawdowns:
        if one.id == drawdown:
            return one
    raise UnknownDrawdown(field="drawdown")
