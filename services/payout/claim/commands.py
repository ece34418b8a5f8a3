"""What can be asked of a claim."""

from datetime import date
from enum import StrEnum

from shared.contracts import Acted
from shared.decider import value
from shared.interest import DayCount, HalfYearRate

BOOK, ASSESS, WAIVE = "book-repayment", "assess-interest", "waive-interest"
DEFER, SUSPEND, RESUME, REMIT = "defer-claim", "suspend-claim", "resume-claim", "remit-claim"
ACTIONS = frozenset({BOOK, ASSESS, WAIVE, DEFER, SUSPEND, RESUME, REMIT})


class PaidBy(StrEnum):
    """How a claim was met: money on the Land's account (Zahlungseingang), or set off (Aufrechnung)."""

    TRANSFER = "transfer"
    SET_OFF = "set-off"


@value
class OpenClaim:
    """A claim as review demanded it."""

    claim: str
    kind: str
    cents: int
    interest_cents: int
    interest_from_on: date | None
    waived_because: str
    day_count: DayCount
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


@value
class NoteService:
    """Review tells how it stands with the notice of the demand, maybe before the demand itself."""

    claim: str
    step: str
    number: int
    due_on: date | None
    happened_on: date


@value
class BookRepayment:
    """`repayment` names the booking, so that the same is counted once; `voucher` is the treasury's, or what was set off.

    `received_on` is the day of the booking, `valued_on` that of its value, if the file has one.

    `assigned` says that two persons found in the list of what is to be explained that the booking belongs here.
    """

    claim: str
    repayment: str
    cents: int
    received_on: date
    paid_by: PaidBy
    voucher: str
    acted: tuple[Acted, ...] = ()
    assigned: bool = False
    valued_on: date | None = None


@value
class TakeReceipt:
    """What a booking of the account (`voucher`) brought for a claim; `listed` says that its money already waits to be explained."""

    claim: str
    repayment: str
    cents: int
    received_on: date
    voucher: str
    listed: bool = False
    valued_on: date | None = None


@value
class MatchRepayment:
    """A booking of the account (`voucher`) is the money that a person entered before as this `repayment`; two persons found so."""

    claim: str
    repayment: str
    cents: int
    received_on: date
    voucher: str
    acted: tuple[Acted, ...] = ()


@value
class AssessInterest:
    claim: str
    rates: tuple[HalfYearRate, ...]
    acted: tuple[Acted, ...] = ()


@value
class WaiveInterest:
    claim: str
    reason: str
    acted: tuple[Acted, ...] = ()


@value
class DeferClaim:
    claim: str
    until_on: date
    reason: str
    acted: tuple[Acted, ...] = ()


@value
class SuspendClaim:
    claim: str
    reason: str
    acted: tuple[Acted, ...] = ()


@value
class ResumeClaim:
    claim: str
    reason: str
    acted: tuple[Acted, ...] = ()


@value
class RemitClaim:
    claim: str
    remission: str
    cents: int
    reason: str
    acted: tuple[Acted, ...] = ()


@value
class RemindOfClaims:
    """A day has passed on which something was due."""


type OfClaim = (
    BookRepayment | MatchRepayment | AssessInterest | WaiveInterest | DeferClaim | SuspendClaim | ResumeClaim | RemitClaim
)  # fmt: skip
type Command = OpenClaim | NoteService | OfClaim | TakeReceipt | RemindOfClaims
