"""Where a payment stands."""

from datetime import date

from services.payout.payment.events import PaymentOrdered, PaymentReturnAwaitsDebit, PaymentReturned
from shared.decider import value


@value
class Unordered: ...


@value
class Ordered:
    order: PaymentOrdered


@value
class Batched:
    """`early` is a return of which the debit is not known yet."""

    order: PaymentOrdered
    batch: str
    early: PaymentReturnAwaitsDebit | None = None


@value
class Accepted:
    order: PaymentOrdered
    batch: str
    early: PaymentReturnAwaitsDebit | None = None


@value
class Settled:
    order: PaymentOrdered
    batch: str
    booking: str
    settled_on: date


@value
class Rejected:
    order: PaymentOrdered
    batch: str
    reason: str


@value
class Returned:
    """Paid and come back: `booking` is the debit, `returned` what came back."""

    order: PaymentOrdered
    batch: str
    booking: str
    settled_on: date
    returned: PaymentReturned


@value
class Cancelled:
    order: PaymentOrdered
    batch: str


type Payment = Unordered | Ordered | Batched | Accepted | Settled | Rejected | Returned | Cancelled
