"""Where a payment stands."""

from datetime import date

from services.payout.payment.events import (
    PayeeDecision,
    PaymentOrdered,
    PaymentReturnAwaitsDebit,
    PaymentReturned,
    RecallOutcome,
)
from shared.decider import value


@value
class Recalled:
    """The last request to cancel; `outcome` is None until the treasury answers."""

    recall: str
    outcome: RecallOutcome | None = None

    @property
    def is_refused(self) -> bool:
        return self.outcome == RecallOutcome.REFUSED


@value
class PayeeCheck:
    """What the bank said of the payee, until when somebody decides, and what was decided."""

    finding: str
    due_on: date
    missed: bool = False
    decision: PayeeDecision | None = None


@value
class Unordered: ...


@value
class Ordered:
    order: PaymentOrdered


@value
class Batched:
    """`early` is a return of which the debit is not known yet; `check` what the bank said of the payee."""

    order: PaymentOrdered
    batch: str
    early: PaymentReturnAwaitsDebit | None = None
    recalled: Recalled | None = None
    check: PayeeCheck | None = None


@value
class Accepted:
    order: PaymentOrdered
    batch: str
    early: PaymentReturnAwaitsDebit | None = None
    recalled: Recalled | None = None


@value
class Settled:
    order: PaymentOrdered
    batch: str
    booking: str
    settled_on: date
    recalled: Recalled | None = None


@value
class Rejected:
    order: PaymentOrdered
    batch: str
    reason: str
    recalled: Recalled | None = None


@value
class Returned:
    """Paid and come back: `booking` is the debit, `returned` what came back."""

    order: PaymentOrdered
    batch: str
    booking: str
    settled_on: date
    returned: PaymentReturned
    recalled: Recalled | None = None


@value
class Cancelled:
    order: PaymentOrdered
    batch: str


type Payment = Unordered | Ordered | Batched | Accepted | Settled | Rejected | Returned | Cancelled
