"""The noun of the package."""

from services.payout.statement.commands import Command
from services.payout.statement.deciding import decide
from services.payout.statement.events import Event, StatementContradicted, StatementNoted, StatementPageNoted
from services.payout.statement.evolving import evolve
from services.payout.statement.states import Statements
from shared.decider import Decider

decider = Decider[Command, Event, Statements](
    name="statement",
    per_case=False,
    initial=Statements(),
    decide=decide,
    evolve=evolve,
    events=[StatementNoted, StatementPageNoted, StatementContradicted],
)
