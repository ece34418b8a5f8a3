"""What is asked of a payment."""

from datetime import date

from services.payout.payment.events import PayeeDecision, RecallOutcome
from shared.decider import value
from shared.identity import Sealed


@value
class OrderPayment:
    payment: str
    case: str
    drawdown: str
    attempt: int
    reference: str
    cents: int
    title: str
    year: int
    file_number: str
    account_holder: Sealed
    iban: Sealed
    certified_by: str
    took_part: tuple[str, ...] = ()
    payees: tuple[str, ...] = ()
    programme: str = ""


@value
class BatchPayment:
    batch: str


@value
class UnbatchPayment:
    batch: str


@value
class CancelPayment:
    """`batch` is empty for an order that lies in no file."""

    batch: str


@value
class AcceptPayment:
    batch: str
    status: str


@value
class SettlePayment:
    """`released_by` released its batch; `booking` names the debit on the account: a second debit with another name is never taken for a repetition.

    `assigned` says that two persons found the debit to be this payment's: only so does it outweigh a refusal; it pays twice `beside` the payment that was
    made instead.
    """

    batch: str
    cents: int
    booking: str
    settled_on: date
    released_by: str = ""
    assigned: bool = False
    beside: str = ""


@value
class RejectPayment:
    batch: str
    reason: str


@value
class ReturnPayment:
    """`booking` names the credit by which it came back; `charges_cents` is what the banks kept of it."""

    batch: str
    cents: int
    booking: str
    reason: str
    charges_cents: int
    returned_on: date


@value
class RecallPayment:
    """Two persons want the order back that the treasury holds; `recall` is their request, in its file."""

    batch: str
    recall: str


@value
class AnswerRecall:
    """What the treasury says to a request to cancel: `status` and `reason` are its codes."""

    batch: str
    recall: str
    outcome: RecallOutcome
    status: str
    reason: str


@value
class ReportPayeeCheck:
    """`finding` is the answer's code: the bank knows another holder, nearly this one, or cannot say."""

    batch: str
    finding: str


@value
class DecidePayeeCheck:
    batch: str
    decision: PayeeDecision
    proposed_by: str


@value
class MissPayeeCheck:
    """The day for a decision may have passed."""


type Command = (
    OrderPayment
    | BatchPayment
    | UnbatchPayment
    | CancelPayment
    | AcceptPayment
    | SettlePayment
    | RejectPayment
    | ReturnPayment
    | RecallPayment
    | AnswerRecall
    | ReportPayeeCheck
    | DecidePayeeCheck
    | MissPayeeCheck
)
