"""What a budget's stream holds."""

from datetime import date
from enum import StrEnum

from services.review.programme import Basis
from shared.contracts import YearAmount
from shared.decider import event

ALARMS_BP = (8_000, 9_500, 10_000)
"""Shares in basis points that are told when they are reached (80, 95, 100 %), where an opening names no others."""


class Shortfall(StrEnum):
    """Why the budget refuses."""

    FUNDS_EXHAUSTED = "funds-exhausted"
    AUTHORISATION_MISSING = "authorisation-missing"
    YEAR_OVER = "year-over"
    NOT_RESERVED = "not-reserved"
    RESERVATION_EXPIRED = "reservation-expired"
    FUNDS_FROZEN = "funds-frozen"
    PROVISIONAL = "provisional-budget"


@event("review.budget-opened")
class BudgetOpened:
    """The title's budget year begins with its cash (Ansatz) and its authorisations for later years (VE)."""

    title: str
    year: int
    appropriation_cents: int
    authorisations: tuple[YearAmount, ...]
    opened_on: date
    continued: tuple[YearAmount, ...] = ()
    provisional: bool = False
    transferable: bool = False
    repayments_set_off: bool = False
    last_order_on: date | None = None
    alarms_bp: tuple[int, ...] = ALARMS_BP


@event("review.budget-proclaimed")
class BudgetProclaimed:
    """The budget act is in force and its amounts replace the provisional ones (Ende der vorläufigen Haushaltsführung)."""

    entry: int
    appropriation_cents: int
    authorisations: tuple[YearAmount, ...]
    reference: str
    proclaimed_on: date


@event("review.provisional-override-granted")
class ProvisionalOverrideGranted:
    """A case may be granted although the budget is provisional, for a reason that the budget officer answers for."""

    case: str
    reason: str
    granted_by: str
    granted_on: date


@event("review.funds-frozen")
class FundsFrozen:
    """Part of a year's money may not be promised any more (haushaltswirtschaftliche Sperre); what is committed stays."""

    entry: int
    freeze: str
    year: int
    cents: int
    share_bp: int
    reason: str


@event("review.freeze-lifted")
class FreezeLifted:
    """A freeze is lifted as a whole or in part by a counter-entry (Aufhebung der Sperre)."""

    entry: int
    counters: int
    freeze: str
    year: int
    cents: int
    left_cents: int
    reason: str


@event("review.funds-given")
class FundsGiven:
    """Cash of this title went to another one (Umschichtung, Abgang)."""

    entry: int
    reference: str
    counterpart: str
    cents: int
    reason: str
    authority: str


@event("review.funds-taken")
class FundsTaken:
    """Cash of another title came to this one (Umschichtung, Zugang)."""

    entry: int
    reference: str
    counterpart: str
    cents: int
    reason: str
    authority: str


@event("review.commitment-lapsed")
class CommitmentLapsed:
    """A commitment of the closed year was not paid and lapses with it, by a counter-entry (Verfall)."""

    entry: int
    counters: int
    case: str
    cents: int


@event("review.commitment-moved")
class CommitmentMoved:
    """A commitment of the closed year was not paid and moves to the next budget with its money (als Ausgaberest)."""

    entry: int
    counters: int
    case: str
    cents: int
    into: int
    consent: str


@event("review.budget-closed")
class BudgetClosed:
    """The year's books are closed (Abschluss): nothing is entered any more. `expired` is the authority to promise that nobody used."""

    closed_on: date
    unspent_cents: int
    expired: tuple[YearAmount, ...]


@event("review.remainder-handed-over")
class RemainderHandedOver:
    """Unspent cash of the closed year goes to the next budget (Ausgaberest, Abgang)."""

    entry: int
    origin: int
    cents: int
    into: int
    consent: str


@event("review.remainder-taken-over")
class RemainderTakenOver:
    """Unspent cash of an earlier year may be used here, with the finance ministry's consent (Ausgaberest, Zugang)."""

    entry: int
    origin: int
    cents: int
    out_of: int
    consent: str
    expires_on: date


@event("review.threshold-reached")
class ThresholdReached:
    """So many basis points of a year's money are spoken for; told once per threshold."""

    year: int
    threshold_bp: int
    taken_cents: int
    available_cents: int


@event("review.commitment-carried")
class CommitmentCarried:
    """A promise made in an earlier year is now this budget's (Vorbelastung)."""

    entry: int
    case: str
    by_year: tuple[YearAmount, ...]
    basis: Basis | None = None


@event("review.budget-carried-over")
class BudgetCarriedOver:
    """The promises for later years went to the next budget; here nothing is reserved or committed any more."""

    into: int
    carried_on: date


@event("review.funds-reserved")
class FundsReserved:
    """Money is set aside for a case until a day (Vormerkung); `increase` names the change that it is for, if any."""

    entry: int
    case: str
    by_year: tuple[YearAmount, ...]
    expires_on: date
    basis: Basis
    increase: str = ""


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
    increase: str = ""


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


@event("review.commitment-reduced")
class CommitmentReduced:
    """Committed money that was not paid is free again, by a counter-entry (Absetzung)."""

    entry: int
    counters: int
    case: str
    by_year: tuple[YearAmount, ...]
    reason: str
    reference: str


@event("review.commitment-shifted")
class CommitmentShifted:
    """A commitment is less in some years and more in others (Umbuchung zwischen Jahren, Erhöhung).

    `reserved` had been set aside for it and is no more.
    """

    entry: int
    counters: int
    case: str
    less: tuple[YearAmount, ...]
    more: tuple[YearAmount, ...]
    reason: str
    reference: str
    basis: Basis
    reserved: tuple[YearAmount, ...] = ()


@event("review.commitment-shift-refused", refusal="funds-not-committable")
class CommitmentShiftRefused:
    """The budget has not the money for the change; the commitment stays as it is."""

    case: str
    less: tuple[YearAmount, ...]
    more: tuple[YearAmount, ...]
    free: tuple[YearAmount, ...]
    reason: Shortfall


@event("review.payment-awaiting-budget")
class PaymentAwaitingBudget:
    """A payment was settled before this year's budget was opened; it is entered when that happens."""

    payment: str
    case: str
    cents: int
    paid_on: date
    overpaid: bool = False


@event("review.payment-recorded")
class PaymentRecorded:
    """Committed money of the budget year was paid (Ist-Ausgabe); `counters` is the commitment's entry.

    One that is `overpaid` paid something twice (Überzahlung): it is spent beside the commitment.
    """

    entry: int
    counters: int
    payment: str
    case: str
    cents: int
    paid_on: date
    overpaid: bool = False


@event("review.payment-reversed")
class PaymentReversed:
    """A payment came back from the recipient's bank (Rückläufer): its entry is countered, the money is committed and unpaid again.

    One that was `overpaid` had been spent beside the commitment.
    """

    entry: int
    counters: int
    payment: str
    case: str
    cents: int
    returned_on: date
    overpaid: bool = False


@event("review.payment-put-on-commitment")
class PaymentPutOnCommitment:
    """A payment that was entered beside the commitment is entered on it (Umbuchung auf die Festlegung): it pays `instead_of` another one.

    That one was refused, or came back. `counters` is the commitment's entry; what is spent stays as it is.
    """

    entry: int
    counters: int
    payment: str
    case: str
    cents: int
    instead_of: str


@event("review.repayment-received")
class RepaymentReceived:
    """A recipient paid back: set off against the year's expenditure (Absetzung von der Ausgabe), or income; interest always income.

    `overpaid` says that it is money that had been paid twice.
    """

    entry: int
    counters: int
    repayment: str
    case: str
    cents: int
    interest_cents: int
    set_off_cents: int
    income_cents: int
    received_on: date
    overpaid: bool = False


type Event = (
    BudgetOpened
    | BudgetProclaimed
    | ProvisionalOverrideGranted
    | CommitmentCarried
    | BudgetCarriedOver
    | FundsFrozen
    | FreezeLifted
    | FundsGiven
    | FundsTaken
    | CommitmentLapsed
    | CommitmentMoved
    | BudgetClosed
    | RemainderHandedOver
    | RemainderTakenOver
    | ThresholdReached
    | FundsReserved
    | FundsReservationRefused
    | ReservationReleased
    | FundsCommitted
    | FundsCommitmentRefused
    | CommitmentReduced
    | CommitmentShifted
    | CommitmentShiftRefused
    | PaymentAwaitingBudget
    | PaymentRecorded
    | RepaymentReceived
    | PaymentReversed
    | PaymentPutOnCommitment
)
