"""What happened to a payment."""

from datetime import date
from enum import StrEnum

from shared.decider import event
from shared.identity import Sealed


@event("payout.payment-ordered")
class PaymentOrdered:
    """The treasury is told to pay (§ 70 ThürLHO): amount, title, year, payee, under a reference that is never used again.

    `attempt` rises only after the treasury refused the attempt before it; `took_part` are the persons who are kept from
    releasing it. `payees` are the keys of who is and was the recipient: a hold on one of them or on the programme keeps the
    order out of every file.
    """

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
    ordered_by: str
    ordered_on: date
    took_part: tuple[str, ...] = ()
    payees: tuple[str, ...] = ()
    programme: str = ""


@event("payout.payment-batched")
class PaymentBatched:
    """The order lies in this sealed batch (Zahlungslauf), and can lie in no other."""

    case: str
    batch: str


@event("payout.payment-unbatched")
class PaymentUnbatched:
    """The batch was discarded before its file was handed over (Zahlungslauf verworfen); the order stands and can lie in another one."""

    case: str
    batch: str


CANCELLED_BY_BANK = "CANC"
"""The reason of a payment that the bank cancelled after it was handed over: terminal, as a refusal is."""
CANCELLED = "cancelled"
"""The reason for which a Mittelabruf can be ordered anew, told as the treasury's are by their codes."""


@event("payout.payment-cancelled")
class PaymentCancelled:
    """The order was taken back before its file was handed over (Anordnung zurückgenommen): nothing was or will be paid under this reference.

    `batch` is empty when it lay in none.
    """

    case: str
    batch: str
    cancelled_by: str
    cancelled_on: date


@event("payout.payment-accepted")
class PaymentAccepted:
    """The treasury took the order (Annahme durch die Kasse; `status` ACCP, ACSP, ACWC, ACSC); accepted is not paid."""

    case: str
    status: str
    accepted_on: date


@event("payout.payment-settled")
class PaymentSettled:
    """The treasury's account was debited for this order under the entry `booking`; a return can still follow for months.

    One that had been refused may pay its drawdown twice, `beside` the payment that was made instead (Überzahlung).
    """

    case: str
    cents: int
    booking: str
    settled_on: date
    released_by: str = ""
    beside: str = ""


@event("payout.payment-rejected")
class PaymentRejected:
    """The treasury refused the order for `reason`, its code (Ablehnung durch die Kasse): nothing was or will be paid under this reference."""

    case: str
    reason: str
    rejected_on: date


@event("payout.payment-return-awaits-debit")
class PaymentReturnAwaitsDebit:
    """A credit says that this payment came back (Rückläufer), of which no debit is known yet; it counts from the debit on."""

    case: str
    cents: int
    booking: str
    reason: str
    charges_cents: int
    returned_on: date


@event("payout.payment-returned")
class PaymentReturned:
    """The payment came back from the recipient's bank (Rückläufer) under the entry `booking`, for `reason` (the bank's code).

    `settlement` is the debit that it undoes; `charges_cents` is what the banks kept. Nothing more will be paid under this reference.
    """

    case: str
    settlement: str
    cents: int
    booking: str
    reason: str
    charges_cents: int
    returned_on: date


class RecallOutcome(StrEnum):
    """What the treasury says to a request to cancel."""

    GRANTED = "granted"
    REFUSED = "refused"
    PENDING = "pending"


@event("payout.payment-recalled")
class PaymentRecalled:
    """The treasury, which holds the order, is asked to cancel it (Rückruf); until it answers the order stands."""

    case: str
    batch: str
    recall: str
    recalled_by: str
    recalled_on: date


@event("payout.payment-recall-answered")
class PaymentRecallAnswered:
    """The treasury answered a request to cancel (Antwort auf den Rückruf): granted, refused or still pending.

    Granted before the debit, nothing is paid under this reference; granted after it, the money has to come back first.
    """

    case: str
    batch: str
    recall: str
    outcome: RecallOutcome
    status: str
    reason: str
    answered_on: date


class PayeeDecision(StrEnum):
    """What two persons say to a payee whom the bank does not know as the holder."""

    RELEASED = "payee-confirmed"
    WITHDRAWN = "payee-withdrawn"


@event("payout.payee-check-reported")
class PayeeCheckReported:
    """The bank checked the payee (Empfängerüberprüfung): another holder, nearly the same name, or no answer (`finding`).

    No acceptance and no refusal: the order is held for a person, until `due_on` at the latest.
    """

    case: str
    finding: str
    reported_on: date
    due_on: date


@event("payout.payee-check-missed")
class PayeeCheckMissed:
    """Nobody decided until `due_on` on a payment whose payee the bank questioned (Frist verstrichen)."""

    case: str
    due_on: date


@event("payout.payee-check-decided")
class PayeeCheckDecided:
    """Two persons said that the payee is right (`payee-confirmed`) or that the order is to be called back (`payee-withdrawn`)."""

    case: str
    decision: PayeeDecision
    proposed_by: str
    approved_by: str
    decided_on: date


type Event = (
    PaymentOrdered
    | PaymentBatched
    | PaymentUnbatched
    | PaymentCancelled
    | PaymentAccepted
    | PaymentSettled
    | PaymentRejected
    | PaymentReturnAwaitsDebit
    | PaymentReturned
    | PaymentRecalled
    | PaymentRecallAnswered
    | PayeeCheckReported
    | PayeeCheckMissed
    | PayeeCheckDecided
)
