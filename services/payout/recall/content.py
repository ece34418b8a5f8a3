"""What a request to cancel names, and why."""

from enum import StrEnum

from services.payout.batch import MAX_ENTRIES
from shared.decider import value
from shared.identity import Sealed

MAX_RECALLED = MAX_ENTRIES
"""As many payments as a file holds can be asked back at once."""
LISTED_AT_ONCE, ANSWERED_AT_ONCE = 400, 4_000
"""So that an event stays below 512 kB; what is more is listed before the request, and answered in several events."""


class RecallGrounds(StrEnum):
    """Why an order is to be cancelled, as the code of the message (ISO external cancellation reasons)."""

    DUPLICATE = "DUPL"
    WRONG_ACCOUNT = "AC03"
    WRONG_AMOUNT = "AM09"
    TECHNICAL = "TECH"
    FRAUD = "FRAD"
    OTHER = "CUST"


@value
class RecalledEntry:
    """One payment to be cancelled, with everything that the file says of it; `group` is its group in the batch.

    `file_number` is the case's. Where the treasury is told by an order (Absetzungsanordnung), `order` is that order's own reference,
    and the rest repeats the payment.
    """

    payment: str
    case: str
    drawdown: str
    reference: str
    cents: int
    group: str
    order: str = ""
    title: str = ""
    year: int = 0
    file_number: str = ""
    account_holder: Sealed | None = None
