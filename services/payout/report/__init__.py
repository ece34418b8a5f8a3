"""Rückmeldung der Kasse: each file that comes back is recorded once, with what it moved and what nobody could explain.

A file is one transaction over its report, the batches, payments and disbursements that it speaks of. What contradicts
our books is listed and moves nothing: money is never booked on a guess.
"""

from services.payout.report.answers import apply_status_report
from services.payout.report.answers_by_hand import AnswerByHand, record_recall_answer
from services.payout.report.assigning import propose
from services.payout.report.bookings import apply_booking
from services.payout.report.bounds import Bounds
from services.payout.report.content import (
    DUPLICATES,
    MADE,
    STATEMENT,
    AccountEntry,
    Answer,
    Booking,
    BookingReport,
    DaySums,
    Message,
    Recall,
    RecallReport,
    RecallStatus,
    Sift,
    Statement,
    Status,
    StatusReport,
    batches_named,
    credits_named,
    keep_all,
    listed_names,
    of_its_day,
    references_named,
)
from services.payout.report.noun import (
    QuarantineReport,
    ReportConflicting,
    ReportQuarantined,
    ReportReceived,
    Unmatched,
    decider,
)
from services.payout.report.portions import PORTION, apply_in_portions, is_large
from services.payout.report.recall_answers import DEDUCTED, apply_recall_answer, apply_recall_receipt, meant
from services.payout.report.receipts import NOTHING, Expected, Owed
from services.payout.report.recovering import ClaimOfOtherMoney
from services.payout.report.resolving import approve, counter_of
from services.payout.report.taking_in import quarantine

__all__ = [
    "DEDUCTED",
    "DUPLICATES",
    "MADE",
    "NOTHING",
    "PORTION",
    "STATEMENT",
    "AccountEntry",
    "Answer",
    "AnswerByHand",
    "Booking",
    "BookingReport",
    "Bounds",
    "ClaimOfOtherMoney",
    "DaySums",
    "Expected",
    "Message",
    "Owed",
    "QuarantineReport",
    "Recall",
    "RecallReport",
    "RecallStatus",
    "ReportConflicting",
    "ReportQuarantined",
    "ReportReceived",
    "Sift",
    "Statement",
    "Status",
    "StatusReport",
    "Unmatched",
    "apply_booking",
    "apply_in_portions",
    "apply_recall_answer",
    "apply_recall_receipt",
    "apply_status_report",
    "approve",
    "batches_named",
    "counter_of",
    "credits_named",
    "decider",
    "is_large",
    "keep_all",
    "listed_names",
    "meant",
    "of_its_day",
    "propose",
    "quarantine",
    "record_recall_answer",
    "references_named",
]
