"""The budget as the machinery knows it."""

from typing import get_args

from services.review.budget.commands import Command
from services.review.budget.deciding import decide
from services.review.budget.events import Event
from services.review.budget.evolving import evolve
from services.review.budget.states import Budget, Unopened
from shared.decider import Decider

decider = Decider[Command, Event, Budget](
    name="budget",
    per_case=False,
    initial=Unopened(),
    decide=decide,
    evolve=evolve,
    events=get_args(Event.__value__),
)
