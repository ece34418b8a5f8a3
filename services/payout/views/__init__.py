"""Lists of payout, made from its own log alone: cases by what is next, payments, batches, what the treasury said.

No personal value is in them; sealed boxes stay in the log.
"""

from services.payout.views.batches import BATCH_STATUSES
from services.payout.views.cases import STEPS, next_of
from services.payout.views.payments import PAYMENT_STATUSES, status_of
from services.payout.views.projecting import project
from services.payout.views.queries import (
    batches_of_references,
    claim_named,
    claims_of_references,
    listed,
    listed_bookings,
    ordered_cases,
    ordered_payments,
    outgoing,
    paid_twice,
    payee_checks_missed,
    payment_of_reference,
    report_of_file,
    totals,
)

__all__ = [
    "BATCH_STATUSES",
    "PAYMENT_STATUSES",
    "STEPS",
    "batches_of_references",
    "claim_named",
    "claims_of_references",
    "listed",
    "listed_bookings",
    "next_of",
    "ordered_cases",
    "ordered_payments",
    "outgoing",
    "paid_twice",
    "payee_checks_missed",
    "payment_of_reference",
    "project",
    "report_of_file",
    "status_of",
    "totals",
]
