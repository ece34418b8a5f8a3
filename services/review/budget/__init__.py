"""Haushaltstitel: what one title may spend in one budget year and promise for later ones, entry by entry (HÜL).

One stream holds the budget of one title and year: the year's own cash (Ansatz) and the authorisations to commit later
years (Verpflichtungsermächtigungen, HGrG § 22). Per year, at every event: reserved + committed + paid ≤ available.
Entries that move money are numbered without a gap; nothing is corrected but by a counter-entry that names the first.
"""

from services.review.budget.across import budget_id, open_next_budget, preloads
from services.review.budget.commands import (
    CarriedLine,
    CarryOver,
    Command,
    CommitFunds,
    OpenBudget,
    RecordPayment,
    ReleaseReservation,
    ReserveFunds,
)
from services.review.budget.deciding import decide
from services.review.budget.errors import (
    AlreadyCommitted,
    AmountsNotValid,
    AppropriationBelowPreloads,
    BudgetAlreadyOpen,
    BudgetNotOpen,
    BudgetYearNotBegun,
    OtherAmountsReserved,
    PaymentBeyondCommitment,
    PaymentContradicted,
)
from services.review.budget.events import (
    BudgetCarriedOver,
    BudgetOpened,
    CommitmentCarried,
    Event,
    FundsCommitmentRefused,
    FundsCommitted,
    FundsReservationRefused,
    FundsReserved,
    PaymentAwaitingBudget,
    PaymentRecorded,
    ReservationReleased,
    Shortfall,
)
from services.review.budget.evolving import evolve
from services.review.budget.noun import decider
from services.review.budget.states import Budget, Early, Open, Position, Unopened, YearAccount, cents_of

__all__ = [
    "AlreadyCommitted",
    "AmountsNotValid",
    "AppropriationBelowPreloads",
    "Budget",
    "BudgetAlreadyOpen",
    "BudgetCarriedOver",
    "BudgetNotOpen",
    "BudgetOpened",
    "BudgetYearNotBegun",
    "CarriedLine",
    "CarryOver",
    "Command",
    "CommitFunds",
    "CommitmentCarried",
    "Early",
    "Event",
    "FundsCommitmentRefused",
    "FundsCommitted",
    "FundsReservationRefused",
    "FundsReserved",
    "Open",
    "OpenBudget",
    "OtherAmountsReserved",
    "PaymentAwaitingBudget",
    "PaymentBeyondCommitment",
    "PaymentContradicted",
    "PaymentRecorded",
    "Position",
    "RecordPayment",
    "ReleaseReservation",
    "ReservationReleased",
    "ReserveFunds",
    "Shortfall",
    "Unopened",
    "YearAccount",
    "budget_id",
    "cents_of",
    "decide",
    "decider",
    "evolve",
    "open_next_budget",
    "preloads",
]
