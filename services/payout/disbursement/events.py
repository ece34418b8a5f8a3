"""What happened to a case's plan and its Mittelabrufe."""

from datetime import date

from services.payout.disbursement.changes import DrawdownReopened, FundsReturned, PlanSupplemented, ReductionReceived
from services.payout.disbursement.questioned import (
    DebitExplained,
    DebitQuestioned,
    DrawdownOverpaid,
    OverpaymentRecovered,
    OverpaymentReturned,
)
from services.payout.disbursement.renewing import Renewal
from services.payout.disbursement.retention import ProofNoted
from services.payout.disbursement.side_condition import SideConditionNoted
from shared.contracts import Acted, SideCondition, YearAmount
from shared.contracts.intake import LineUse
from shared.contracts.payout import LateMoney
from shared.decider import event
from shared.identity import Sealed


@event("payout.plan-opened")
class PlanOpened:
    """The award's amounts per year now belong to payout (Auszahlungsplan); only from here can they be spent."""

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


@event("payout.drawdown-registered")
class DrawdownRegistered:
    """A Mittelabruf arrived as number `tranche`; it waits while the plan is not open yet.

    The money is needed until `needed_on` for `purpose`; `spent` is what was spent so far, per line of the expenditure plan.
    """

    drawdown: str
    tranche: int
    year: int
    eligible_due_cents: int
    requested_cents: int
    requested_on: date
    acted: tuple[Acted, ...] = ()
    needed_on: date | None = None
    purpose: str = ""
    spent: tuple[LineUse, ...] = ()


@event("payout.drawdown-accepted")
class DrawdownAccepted:
    """The Mittelabruf was examined: all that is asked for can be paid."""

    drawdown: str
    accepted_cents: int
    examined_by: str
    examined_on: date


@event("payout.drawdown-reduced")
class DrawdownReduced:
    """The Mittelabruf was examined: less than asked for can be paid; `reason` is a code of `REASONS`."""

    drawdown: str
    accepted_cents: int
    reason: str
    examined_by: str
    examined_on: date


@event("payout.drawdown-rejected")
class DrawdownRejected:
    """The Mittelabruf was examined: nothing can be paid; `reason` is a code of `REASONS`."""

    drawdown: str
    reason: str
    examined_by: str
    examined_on: date


@event("payout.unspent-noted")
class UnspentNoted:
    """A summary of use showed money that was paid and not spent in time (nicht alsbald verwendete Mittel, § 49a IV VwVfG).

    `late_cents` of the `unspent_cents` were to be spent until `due_on` at the earliest; they may cost interest. `parts` say of
    which drawdowns, and until when each was to be spent.
    """

    drawdown: str
    unspent_cents: int
    late_cents: int
    due_on: date
    noted_on: date
    parts: tuple[LateMoney, ...] = ()


@event("payout.drawdown-certified")
class DrawdownCertified:
    """A person certified the amount as factually and arithmetically correct (Feststellung: sachlich und rechnerisch richtig)."""

    drawdown: str
    accepted_cents: int
    certified_by: str
    certified_on: date


@event("payout.drawdown-ordered")
class DrawdownOrdered:
    """Another person ordered the certified amount to be paid (Auszahlungsanordnung), as this payment, the `attempt`-th for the drawdown."""

    drawdown: str
    payment: str
    attempt: int
    ordered_by: str
    ordered_on: date


@event("payout.drawdown-paid")
class DrawdownPaid:
    """The treasury's account was debited for the drawdown's payment (Mittelabruf ausgezahlt). `released_by` released the file that held it.

    `cents` is told of a payment that was refused before, 0 of every other: what is accepted of the drawdown is then this.
    """

    case: str
    drawdown: str
    payment: str
    settled_on: date
    released_by: str = ""
    cents: int = 0


@event("payout.drawdown-freed")
class DrawdownFreed:
    """The treasury refused the drawdown's payment for good (Ablehnung durch die Kasse): it may be ordered anew, as another payment, once `renewal` is over."""

    case: str
    drawdown: str
    payment: str
    reason: str
    released_by: str = ""
    renewal: Renewal | None = None


@event("payout.drawdown-unpaid")
class DrawdownUnpaid:
    """The drawdown's payment came back from the bank (Rückläufer): it is to be certified anew before another payment is ordered."""

    case: str
    drawdown: str
    payment: str
    reason: str


@event("payout.certification-voided")
class CertificationVoided:
    """The account changed after the certification, which counts for nothing any more; the Mittelabruf is certified anew."""

    drawdown: str
    change: str


@event("payout.conflict-noted")
class ConflictNoted:
    """Noted from review: a person declared a conflict of interest (Befangenheit) and does nothing in this case any more."""

    acted: tuple[Acted, ...]
    declared_on: date


@event("payout.involvement-noted")
class InvolvementNoted:
    """Noted: persons took part in the case elsewhere (Mitwirkung), in review or by releasing an order about a claim; what they did may bar them here."""

    acted: tuple[Acted, ...]


type Event = (
    PlanOpened
    | DrawdownRegistered
    | DrawdownAccepted
    | DrawdownReduced
    | DrawdownRejected
    | UnspentNoted
    | DrawdownCertified
    | DrawdownOrdered
    | DrawdownPaid
    | DrawdownFreed
    | DrawdownUnpaid
    | CertificationVoided
    | ReductionReceived
    | FundsReturned
    | DrawdownReopened
    | PlanSupplemented
    | SideConditionNoted
    | ConflictNoted
    | InvolvementNoted
    | ProofNoted
    | DebitQuestioned
    | DebitExplained
    | DrawdownOverpaid
    | OverpaymentRecovered
    | OverpaymentReturned
)
