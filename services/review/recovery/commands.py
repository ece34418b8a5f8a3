"""What can be asked of a recovery."""

from datetime import date
from enum import StrEnum

from shared.contracts import Acted
from shared.contracts.payout import LateMoney
from shared.decider import value
from shared.interest import DayCount, InterestLine

PROPOSE, DEMAND, DROP = "propose-repayment", "demand-repayment", "drop-repayment"


class ClaimKind(StrEnum):
    """Why something is demanded: paid beyond the grant (§ 49a I VwVfG), used too late (Zwischenzinsen, § 49a IV), or paid twice
    by the treasury (Überzahlung): paid without a reason in law, it is returned without any decision being taken back."""

    EXCESS = "excess"
    LATE_USE = "late-use"
    OVERPAYMENT = "overpayment"


@value
class ProposeRepayment:
    """`excess_cents` is how much is paid beyond the grant and not demanded yet; `annulment` the number of the change that took
    it away, `proof` the accepted proof by which less remains, and `interest_from_on` the day on which it lost its effect.
    Without a reason in `waived_because` it bears interest. `payment` was paid twice, `overpaid_cents` of it are not demanded yet;
    `unspent` is the drawdown whose summary showed money that was used too late."""

    claim: str
    kind: ClaimKind
    cents: int
    excess_cents: int
    annulment: int
    interest_from_on: date | None
    waived_because: str
    lines: tuple[InterestLine, ...]
    interest_cents: int
    reasons: str
    bagatelle_cents: int
    interest_bagatelle_cents: int
    day_count: DayCount
    due_days: int
    acted: tuple[Acted, ...]
    proof: str = ""
    payment: str = ""
    overpaid_cents: int = 0
    unspent: str = ""


@value
class DemandRepayment:
    number: int
    reference: str
    title: str
    file_number: str
    excess_cents: int
    acted: tuple[Acted, ...]
    overpaid_cents: int = 0


@value
class DropRepayment:
    number: int
    reason: str
    acted: tuple[Acted, ...]


@value
class NoteRepayment:
    claim: str
    repayment: str
    cents: int
    interest_cents: int
    received_on: date


@value
class NoteSettlement:
    claim: str
    outcome: str
    settled_on: date


@value
class NoteDemandDispatch:
    """The notice of this demand left the house the `dispatch`-th time, and counts as served on a day."""

    number: int
    dispatch: int
    served_on: date


@value
class NoteDemandFailure:
    """The `dispatch`-th notice of this demand was not served."""

    number: int
    dispatch: int


@value
class NoteOverpayment:
    """Payout tells that a payment paid its drawdown twice, beside another."""

    payment: str
    drawdown: str
    beside: str
    cents: int
    paid_on: date


@value
class NoteFailedPayment:
    """A payment came to nothing: the treasury refused it, or it came back."""

    payment: str


@value
class NoteUnspent:
    """Payout tells that the summary of a drawdown showed money that was not used in time."""

    drawdown: str
    unspent_cents: int
    late_cents: int
    due_on: date
    noted_on: date
    parts: tuple[LateMoney, ...]


type Command = (
    NoteOverpayment
    | NoteFailedPayment
    | NoteUnspent
    | ProposeRepayment
    | DemandRepayment
    | NoteDemandDispatch
    | NoteDemandFailure
    | DropRepayment
    | NoteRepayment
    | NoteSettlement
)
