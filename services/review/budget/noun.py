"""The budget as the machinery knows it."""

from services.review.budget.commands import Command
from services.review.budget.deciding import decide
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
)
from services.review.budget.evolving import evolve
from services.review.budget.states import Budget, Unopened
from shared.decider import Decider

decider = Decider[Command, Event, Budget](
    name="budget",
    per_case=False,
    initial=Unopened(),
    decide=decide,
    evolve=evolve,
    events=[
        BudgetOpened,
        CommitmentCarried,
        BudgetCarriedOver,
        FundsReserved,
        FundsReservationRefused,
        ReservationReleased,
        FundsCommitted,
        FundsCommitmentRefused,
        PaymentAwaitingBudget,
        PaymentRecorded,
    ],
)
