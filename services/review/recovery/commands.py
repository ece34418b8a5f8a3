"""What can be asked of a recovery."""

from datetime import date
from enum import StrEnum

from shared.contracts import Acted
from shared.decider import value
from shared.interest import DayCount, InterestLine

PROPOSE, DEMAND, DROP = "propose-repayment", "demand-repayment", "drop-repayment"


class ClaimKind(StrEnum):
    """Why something is demanded: paid beyond the grant (§ 49a I VwVfG), or used too late (Zwischenzinsen, § 49a IV)."""

    EXCESS = "excess"
    LATE_USE = "late-use"


@value
class ProposeRepayment:
    """`excess_cents` is how much is paid beyond the grant and not demanded yet; `annulment` the number of the change that took
    it away, `proof` the accepted proof by which less remains, and `interest_from_on` the day on which it lost its effect.
    Without a reason in `waived_because` it bears interest."""

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


@value
class DemandRepayment:
    number: int
    reference: str
    title: str
    file_number: str
    excess_cents: int
    acted: tuple[Acted, ...]


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


type Command = (
    ProposeRepayment
    | DemandRepayment
    | NoteDemandDispatch
    | NoteDemandFailure
    | DropRepayment
    | NoteRepayment
    | NoteSettlement
)
