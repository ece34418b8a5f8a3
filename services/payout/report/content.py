"""What a file of the treasury says, whatever its format."""

from datetime import date
from enum import StrEnum

from shared.decider import value


class Answer(StrEnum):
    """What a status means for the payment: only `ACCEPTED` and `REJECTED` move it."""

    RECEIVED = "received"
    PENDING = "pending"
    PARTIAL = "partial"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


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
    """The treasury's answer to one file, `batch` by its message id. `count` and `sum_cents` are what it says it received."""

    message_id: str
    batch: str
    statuses: tuple[Status, ...]
    count: int | None = None
    sum_cents: int | None = None


@value
class Booking:
    """One payment inside an entry of the account."""

    reference: str
    cents: int


@value
class AccountEntry:
    """One line of the treasury's account; `key` is its own name for it. Only a booked debit moves payments."""

    key: str
    cents: int
    debit: bool
    booked: bool
    booked_on: date
    group: str = ""
    bookings: tuple[Booking, ...] = ()


@value
class BookingReport:
    message_id: str
    entries: tuple[AccountEntry, ...]


def batches_named(report: StatusReport | BookingReport) -> frozenset[str]:
    """The batches that a file speaks of by name; a booking can name its payments alone."""
    if isinstance(report, StatusReport):
        return frozenset({report.batch})
    return frozenset(entry.group.rpartition("-")[0] for entry in report.entries if entry.group) - {""}


def references_named(report: BookingReport) -> frozenset[str]:
    return frozenset(booking.reference for entry in report.entries for booking in entry.bookings)
