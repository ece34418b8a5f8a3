"""Auszahlungsanordnung: one payment order, given once, answered by the treasury, never given a second time.

Handing over the file (SUBMITTING, UNKNOWN, TRANSMITTED) is a fact about the batch and recorded there, once per
file. Whether the treasury could know a payment at all is therefore asked of the batch before this noun is asked.
"""

from services.payout.payment.commands import (
    AcceptPayment,
    BatchPayment,
    CancelPayment,
    Command,
    OrderPayment,
    RejectPayment,
    ReturnPayment,
    SettlePayment,
    UnbatchPayment,
)
from services.payout.payment.deciding import decide
from services.payout.payment.errors import (
    AlreadyBatched,
    AmountDiffers,
    AnsweredAlready,
    DebitedTwice,
    NeverOrdered,
    NotInBatch,
    NumbersExhausted,
    PaymentIsCancelled,
    PaymentTaken,
    RejectedAfterSettlement,
    ReturnedAfterRejection,
    ReturnedTwice,
    SettledAfterRejection,
)
from services.payout.payment.events import (
    CANCELLED,
    Event,
    PaymentAccepted,
    PaymentBatched,
    PaymentCancelled,
    PaymentOrdered,
    PaymentRejected,
    PaymentReturnAwaitsDebit,
    PaymentReturned,
    PaymentSettled,
    PaymentUnbatched,
)
from services.payout.payment.evolving import evolve
from services.payout.payment.naming import reference_of
from services.payout.payment.noun import decider
from services.payout.payment.states import (
    Accepted,
    Batched,
    Cancelled,
    Ordered,
    Payment,
    Rejected,
    Returned,
    Settled,
    Unordered,
)

__all__ = [
    "CANCELLED",
    "AcceptPayment",
    "Accepted",
    "AlreadyBatched",
    "AmountDiffers",
    "AnsweredAlready",
    "BatchPayment",
    "Batched",
    "CancelPayment",
    "Cancelled",
    "Command",
    "DebitedTwice",
    "Event",
    "NeverOrdered",
    "NotInBatch",
    "NumbersExhausted",
    "OrderPayment",
    "Ordered",
    "Payment",
    "PaymentAccepted",
    "PaymentBatched",
    "PaymentCancelled",
    "PaymentIsCancelled",
    "PaymentOrdered",
    "PaymentRejected",
    "PaymentReturnAwaitsDebit",
    "PaymentReturned",
    "PaymentSettled",
    "PaymentTaken",
    "PaymentUnbatched",
    "RejectPayment",
    "Rejected",
    "RejectedAfterSettlement",
    "ReturnPayment",
    "Returned",
    "ReturnedAfterRejection",
    "ReturnedTwice",
    "SettlePayment",
    "Settled",
    "SettledAfterRejection",
    "UnbatchPayment",
    "Unordered",
    "decide",
    "decider",
    "evolve",
    "reference_of",
]
