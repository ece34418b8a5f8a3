"""What can be asked of a budget."""

from datetime import date

from services.review.programme import Basis
from shared.contracts import YearAmount
from shared.decider import value


@value
class CarriedLine:
    """What an earlier year's authorisation already promised to a case, per year."""

    case: str
    by_year: tuple[YearAmount, ...]


@value
class OpenBudget:
    title: str
    year: int
    appropriation_cents: int
    authorisations: tuple[YearAmount, ...] = ()
    preloads: tuple[CarriedLine, ...] = ()


@value
class CarryOver:
    """Hand what is promised for later years to the budget of the year `into`."""

    into: int


@value
class ReserveFunds:
    case: str
    by_year: tuple[YearAmount, ...]
    expires_on: date
    basis: Basis


@value
class ReleaseReservation:
    case: str
    reason: str


@value
class CommitFunds:
    case: str
    by_year: tuple[YearAmount, ...]
    basis: Basis


@value
class RecordPayment:
    payment: str
    case: str
    cents: int
    paid_on: date


type Command = OpenBudget | CarryOver | ReserveFunds | ReleaseReservation | CommitFunds | RecordPayment
