"""The items of one file: opened with it, taken by an owner, resolved by a proposal of one person and the approval of another."""

from services.payout.clearing.commands import Command
from services.payout.clearing.deciding import decide
from services.payout.clearing.events import (
    ClearingOpened,
    ClearingResolved,
    ClearingTaken,
    Event,
    ResolutionDeclined,
    ResolutionProposed,
)
from services.payout.clearing.evolving import evolve
from services.payout.clearing.states import Clearing
from shared.decider import Decider

decider = Decider[Command, Event, Clearing](
    name="clearing",
    per_case=False,
    initial=Clearing(),
    decide=decide,
    evolve=evolve,
    events=[ClearingOpened, ClearingTaken, ResolutionProposed, ResolutionDeclined, ClearingResolved],
)
