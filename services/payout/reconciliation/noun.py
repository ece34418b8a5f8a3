"""The noun of the package."""

from services.payout.reconciliation.commands import Command
from services.payout.reconciliation.deciding import decide
from services.payout.reconciliation.events import DifferenceProposed, Event, ReconciliationClosed, YearSealed
from services.payout.reconciliation.evolving import evolve
from services.payout.reconciliation.states import Closings
from shared.decider import Decider

decider = Decider[Command, Event, Closings](
    name="reconciliation",
    per_case=False,
    initial=Closings(),
    decide=decide,
    evolve=evolve,
    events=[ReconciliationClosed, YearSealed, DifferenceProposed],
)
