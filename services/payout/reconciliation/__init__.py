"""Tagesabschluss: orders, statements and the budget say the same of a day, to the cent, and a person closes it.

What a statement books is a payment, a return, a repayment, or stands on the clearing list; what was paid in all is what the budget says.
A budget that never enters a payment is named by two persons, and stands in every closing until it does.
All days of the treasury's accounts lie in one stream, closed in their order.
"""

from services.payout.reconciliation.commands import (
    REGISTER,
    AccountBalances,
    Cause,
    CloseDay,
    Command,
    ProposeDifference,
    SealYear,
    Sides,
)
from services.payout.reconciliation.deciding import NAMED_BY_ONESELF, decide, differences
from services.payout.reconciliation.errors import (
    BudgetDiffers,
    BudgetLate,
    DayDiffers,
    DayNotNext,
    DifferenceChanged,
    DifferenceReasonMissing,
    NothingBooked,
    NothingDiffers,
    NothingPaid,
    StatementsIncomplete,
    YearDifferenceUnnamed,
    YearNotReady,
)
from services.payout.reconciliation.events import (
    Difference,
    DifferenceProposed,
    Event,
    ReconciliationClosed,
    YearSealed,
)
from services.payout.reconciliation.noun import decider
from services.payout.reconciliation.states import Closings

__all__ = [
    "NAMED_BY_ONESELF",
    "REGISTER",
    "AccountBalances",
    "BudgetDiffers",
    "BudgetLate",
    "Cause",
    "CloseDay",
    "Closings",
    "Command",
    "DayDiffers",
    "DayNotNext",
    "Difference",
    "DifferenceChanged",
    "DifferenceProposed",
    "DifferenceReasonMissing",
    "Event",
    "NothingBooked",
    "NothingDiffers",
    "NothingPaid",
    "ProposeDifference",
    "ReconciliationClosed",
    "SealYear",
    "Sides",
    "StatementsIncomplete",
    "YearDifferenceUnnamed",
    "YearNotReady",
    "YearSealed",
    "decide",
    "decider",
    "differences",
]
