"""What happened to a claim."""

from datetime import date

from services.payout.claim.commands import PaidBy
from shared.contracts import Acted
from shared.decider import event
from shared.interest import InterestLine


@event("payout.claim-opened")
class ClaimOpened:
    """Review demanded a repayment (Forderung): from now on the treasury expects it under `reference` until `due_on`.

    `cents` is money paid in excess, which bears interest from `interest_from_on` unless that was `waived_because` of something;
    `interest_cents` is interest that the demand itself fixes (Zwischenzinsen).
    One that `awaits_service` is due only after its notice left; `payment` is what the treasury paid twice.
    """

    claim: str
    kind: str
    cents: int
    interest_cents: int
    interest_from_on: date | None
    waived_because: str
    day_count: str
    interest_bagatelle_cents: int
    reference: str
    title: str
    file_number: str
    due_on: date
    due_days: int
    demanded_on: date
    acted: tuple[Acted, ...]
    awaits_service: bool = False
    payment: str = ""


@event("payout.demand-service-noted")
class DemandServiceNoted:
    """Noted from review: a demand's notice was dispatched and is due on `due_on`, or was not served (Bekanntgabe gescheitert).

    `number` counts the dispatches, `step` is `dispatched` or `service-failed`; it may be told before the demand itself.
    """

    claim: str
    step: str
    number: int
    due_on: date | None
    happened_on: date


@event("payout.repayment-booked")
class RepaymentBooked:
    """A claim was paid in part or whole (Zahlungseingang), or set off (Aufrechnung); `cents` of what was demanded, the rest interest.

    `surplus_cents` of the same booking were not owed; they wait among what is to be explained. `assigned` says that two persons
    found there that it belongs here. `received_on` is the day that counts, that of the value (Wertstellung) if the file has one;
    `account_on` is then the day of the booking.
    """

    claim: str
    repayment: str
    cents: int
    interest_cents: int
    received_on: date
    paid_by: PaidBy
    voucher: str
    booked_by: str
    booked_on: date
    surplus_cents: int = 0
    assigned: bool = False
    account_on: date | None = None


@event("payout.repayment-found-on-account")
class RepaymentFoundOnAccount:
    """What a person had entered as a repayment was told by the account, too (Zuordnung eines von Hand gebuchten Eingangs).

    It is the same money: `booking` belongs to `repayment`, and counts for the account's day `account_on`.
    """

    claim: str
    repayment: str
    booking: str
    cents: int
    account_on: date
    found_by: str
    found_on: date


@event("payout.interest-assessed")
class InterestAssessed:
    """The interest on a claim was fixed (Festsetzung der Zinsen, § 49a III VwVfG): `lines` rounded once to `cents`.

    Below the limit for small amounts (Bagatellgrenze) it is not `charged`.
    """

    claim: str
    lines: tuple[InterestLine, ...]
    cents: int
    charged: bool
    due_on: date
    assessed_by: str
    assessed_on: date


@event("payout.interest-waived")
class InterestWaived:
    """No interest is charged on a claim (Absehen von Zinsen, § 49a III 2 VwVfG), for a reason."""

    claim: str
    reason: str
    waived_by: str
    waived_on: date


@event("payout.claim-deferred")
class ClaimDeferred:
    """A claim may be paid later (Stundung, § 59 LHO): it is due on `until_on`."""

    claim: str
    until_on: date
    reason: str
    deferred_by: str
    deferred_on: date


@event("payout.claim-suspended")
class ClaimSuspended:
    """A claim is not pursued for now (Niederschlagung, § 59 LHO); it stands, and what comes in is counted on it."""

    claim: str
    reason: str
    suspended_by: str
    suspended_on: date


@event("payout.claim-resumed")
class ClaimResumed:
    """A claim is pursued again after its suspension (Wiederaufnahme der Beitreibung)."""

    claim: str
    reason: str
    due_on: date
    resumed_by: str
    resumed_on: date


@event("payout.claim-remitted")
class ClaimRemitted:
    """A part of a claim or all of it was given up (Erlass, § 59 LHO): `cents` of what was demanded, the rest is interest."""

    claim: str
    remission: str
    cents: int
    interest_cents: int
    reason: str
    remitted_by: str
    remitted_on: date


@event("payout.claim-reminded")
class ClaimReminded:
    """A claim was due and is not paid (Zahlungserinnerung); the next reminder comes after `due_on`."""

    claim: str
    number: int
    open_cents: int
    due_on: date
    reminded_on: date


@event("payout.claim-settled")
class ClaimSettled:
    """Nothing of a claim is open any more (Forderung erledigt): it was `paid` or, in a part or whole, `remitted`."""

    claim: str
    outcome: str
    paid_cents: int
    interest_cents: int
    remitted_cents: int
    settled_on: date


type Event = (
    ClaimOpened | DemandServiceNoted | RepaymentBooked | RepaymentFoundOnAccount
    | InterestAssessed | InterestWaived | ClaimDeferred | ClaimSuspended | ClaimResumed
    | ClaimRemitted | ClaimReminded | ClaimSettled
)  # fmt: skip
