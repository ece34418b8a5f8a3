"""What a budget's stream holds."""

from datetime import date
from enum import StrEnum

from services.review.programme import Basis
from shared.contracts import YearAmount
from shared.decider import event


class Shortfall(StrEnum):
    """Why the budget refuses."""

    FUNDS_EXHAUSTED = "funds-exhausted"
    AUTHORISATION_MISSING = "authorisation-missing"
    YEAR_OVER = "year-over"
    NOT_RESERVED = "not-reserved"
    RESERVATION_EXPIRED = "reservation-expired"


@event("review.budget-opened")
class BudgetOpened:
    """The title's budget year begins with its cash (Ansatz) and its authorisations for later years (VE)."""

    title: str
    year: int
    appropriation_cents: int
    authorisations: tuple[YearAmount, ...]
    opened_on: date


@event("review.commitment-carried")
class CommitmentCarried:
    """A promise made in an earlier year on an authorisation is now this budget's (Vorbelastung)."""

    entry: int
    case: str
    by_year: tuple[YearAmount, ...]


@event("review.budget-carried-over")
class BudgetCarriedOver:
    """The promises for later years went to the next budget; here nothing is reserved or committed any more."""

    into: int
    carried_on: date


@event("review.funds-reserved")
class FundsReserved:
    """Money is set aside for a case until a day (Vormerkung)."""

    entry: int
    case: str
    by_year: tuple[YearAmount, ...]
    expires_on: date
    basis: Basis


@event("review.funds-reservation-refused", refusal="funds-not-available")
class FundsReservationRefused:
    """The budget cannot set this money aside; `free` is what each of the asked years has left."""

    case: str
    by_year: tuple[YearAmount, ...]
    free: tuple[YearAmount, ...]
    reason: Shortfall


@event("review.reservation-released")
class ReservationReleased:
    """A reservation is taken back by a counter-entry (Absetzung); `counters` is the entry it undoes."""

    entry: int
    counters: int
    case: str
    by_year: tuple[YearAmount, ...]
    reason: str


@event("review.funds-committed")
class FundsCommitted:
    """A reservation became a legal obligation (Festlegung); `counters` is the reservation's entry."""

    entry: int
    counters: int
    case: str
    by_year: tuple[YearAmount, ...]
    basis: Basis


@event("review.funds-commitment-refused", refusal="funds-not-committable")
class FundsCommitmentRefused:
    """The budget cannot turn the reservation into an obligation; nothing is approved."""

    case: str
    by_year: tuple[YearAmount, ...]
    reason: Shortfall


@event("review.payment-awaiting-budget")
class PaymentAwaitingBudget:
    """A payment was settled before this year's budget was opened; it is entered when that happens."""

    payment: str
    case: str
    cents: int
    paid_on: date


@event("review.payment-recorded")
class PaymentRecorded:
    """Committed money of the budget year was paid (Ist-Ausgabe); `counters` is the commitment's entry."""

    entry: int
    counters: int
    payment: str
    case: str
    cents: int
    paid_on: date


type Event = (
    BudgetOpened
    | CommitmentCarried
    | BudgetCarriedOver
    | FundsReserved
    | FundsReservationRefused
    | ReservationReleased
    | FundsCommitted
    | FundsCommitmentRefused
    | PaymentAwaitingBudget
    | PaymentRecorded
)
