"""What payout tells: a case, a payment, a batch as committed, items of the lists; the shapes are the OpenAPI's."""

from services.payout.api.answers.of_backlog import told_open
from services.payout.api.answers.of_batch import told_batch
from services.payout.api.answers.of_case import told_case
from services.payout.api.answers.of_payment import told_payment
from services.payout.api.answers.shapes import (
    Batch,
    BatchCollection,
    BatchEntry,
    BatchItem,
    Case,
    CaseItem,
    ConditionOfCase,
    DrawdownOfCase,
    Listing,
    NextAction,
    Open,
    PaymentItem,
    PaymentOfCase,
    ReportItem,
    YearPlan,
)

__all__ = [
    "Batch",
    "BatchCollection",
    "BatchEntry",
    "BatchItem",
    "Case",
    "CaseItem",
    "ConditionOfCase",
    "DrawdownOfCase",
    "Listing",
    "NextAction",
    "Open",
    "PaymentItem",
    "PaymentOfCase",
    "ReportItem",
    "YearPlan",
    "told_batch",
    "told_case",
    "told_open",
    "told_payment",
]
