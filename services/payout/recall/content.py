"""What a request to cancel names, and why."""

from enum import StrEnum

from shared.decider import value

MAX_RECALLED = 400
"""So many payments are in one request, whose events stay below 512 kB."""


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
    """One payment to be cancelled, with everything that the file says of it; `group` is its group in the batch."""

    payment: str
    case: str
    drawdown: str
    reference: str
    cents: int
    group: str
