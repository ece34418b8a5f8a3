"""What a file of the treasury says, whatever its format."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum

from services.payout.clearing import listed_as
from services.payout.statement import DaySums
from shared.decider import value


class Answer(StrEnum):
    """What a status means for the payment: only `ACCEPTED`, `REJECTED` and `CANCELLED` (by the bank, after the hand-over) move it.

    `UNKNOWN` is one of no list. `PAYEE_…` are results of a verification of the payee (Empfängerüberprüfung) that a person has to look at.
    """

    RECEIVED = "received"
    PENDING = "pending"
    PARTIAL = "partial"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    BLOCKED = "payment-blocked"
    UNKNOWN = "unknown-status"
    PAYEE_CLOSE = "payee-close-match"
    PAYEE_DIFFERS = "payee-no-match"
    PAYEE_UNCHECKED = "payee-not-checked"


ON_PAYEE = frozenset({Answer.PAYEE_CLOSE, Answer.PAYEE_DIFFERS, Answer.PAYEE_UNCHECKED})
PAYEE_MATCHES = "RCVC"
"""The status of a payment whose payee is the holder of the account."""
DUPLICATES = frozenset({"AM05", "DUPL"})
"""“You sent this before” is no refusal: the treasury holds the file. Taken for one, it would be paid twice."""


@value
class Status:
    """One answer: to a payment (`reference`), else to a group of payments (`group`), else to the whole file. `status` and `reason` are codes."""

    answer: Answer
    status: str
    reason: str = ""
    group: str = ""
    reference: str = ""


@value
class StatusReport:
    """The treasury's answer to one file, `batch` by its message id. `count` and `sum_cents` are what it says it received.

    `created_at` is the instant that the file it answers bears, as it repeats it; None where it does not, or without a zone.
    """

    message_id: str
    batch: str
    statuses: tuple[Status, ...]
    count: int | None = None
    sum_cents: int | None = None
    created_at: datetime | None = None


@value
class Booking:
    """One payment inside an entry of the account; `reason` (a code) and `charges_cents` are those of one that came back."""

    reference: str
    cents: int
    reason: str = ""
    charges_cents: int = 0


@value
class AccountEntry:
    """One line of the treasury's account; `key` is its own name for it.

    `debit` is one that pays; `credit` is whether money came in, and `returned` whether it is a payment that came back.
    `account` is whose line it is, empty where the format does not say; `valued_on` the day of its value (Wertstellung), if it tells one.
    One in another currency (`other_currency`) has the cents that the balances say it was, else none.
    """

    key: str
    cents: int
    debit: bool
    booked: bool
    booked_on: date
    group: str = ""
    bookings: tuple[Booking, ...] = ()
    returned: bool = False
    credit: bool = False
    account: str = ""
    valued_on: date | None = None
    other_currency: bool = False


@value
class Statement:
    """What encloses lines of an account: its number in the year and its balances, if it has any; negative when overdrawn.

    `closed_on` is its day, `days` what it books day by day. `page` is 0 where it is whole, else only a page of it is told.
    """

    id: str
    account: str
    sequence: int | None
    opening_cents: int | None
    closing_cents: int | None
    entries: int
    closed_on: date | None = None
    days: tuple[DaySums, ...] = ()
    page: int = 0
    is_last: bool = True


def of_its_day(line: AccountEntry) -> str:
    """What a line is called whose name was another booking's on another day."""
    return f"{line.key}~{line.booked_on:%Y%m%d}"


def listed_names(line: AccountEntry) -> tuple[str, str]:
    """What a line may be called in the lists: by its own name, or by that and its day where it was not believed, or another had it."""
    own, of_day = (listed_as(it, line.booked_on, credit=line.credit) for it in (line.key, of_its_day(line)))
    return own, of_day


INTERIM = "interim"
"""A report during the day (camt.052): what it says is provisional and moves nothing."""


STATEMENT = "statement"
"""A statement of the account (camt.053), which tells all bookings of its day."""
MADE = "~"
"""What the key of a line begins with that bears no name of the bank's: it is made of what the line says."""


@value
class BookingReport:
    """`kind` is `interim`, `statement` or `notification`; `explained` counts the lines that need no decision and are not among `entries`.

    `created_on` is the day that the file bears as its own.
    """

    message_id: str
    entries: tuple[AccountEntry, ...]
    kind: str = "notification"
    statements: tuple[Statement, ...] = ()
    explained: int = 0
    created_on: date | None = None


type Sift = Callable[[str, Sequence[AccountEntry]], Sequence[AccountEntry]]
"""Asked for a few thousand lines of a kind of file at a time, as they are read: those that still need a decision."""


def keep_all(_kind: str, lines: Sequence[AccountEntry]) -> Sequence[AccountEntry]:
    return lines


class Recall(StrEnum):
    """What became of a request to cancel."""

    CANCELLED = "cancelled"
    REFUSED = "refused"
    PENDING = "pending"
    UNKNOWN = "unknown"


@value
class RecallStatus:
    """One answer to a request to cancel a payment, a group or a whole file."""

    recall: Recall
    status: str
    reason: str = ""
    group: str = ""
    reference: str = ""


@value
class RecallReport:
    message_id: str
    batch: str
    statuses: tuple[RecallStatus, ...]


type Message = StatusReport | BookingReport | RecallReport
"""A file of the treasury, read."""


def batches_named(report: Message) -> frozenset[str]:
    """The batches that a file speaks of by name; a booking can name its payments alone."""
    if not isinstance(report, BookingReport):
        return frozenset({report.batch})
    named = frozenset(it.group for it in report.entries if it.group)
    return (named | {it.rpartition("-")[0] for it in named}) - {""}


def credits_named(report: BookingReport) -> tuple[frozenset[str], frozenset[str]]:
    """What booked credits name, and what they are called in the lists."""
    lines = [it for it in report.entries if it.credit and it.booked and not it.returned and it.bookings]
    named = frozenset(one.reference for it in lines for one in it.bookings) - {""}
    return named, frozenset(name for it in lines for name in listed_names(it))


def references_named(report: BookingReport) -> frozenset[str]:
    return frozenset(booking.reference for entry in report.entries for booking in entry.bookings)
