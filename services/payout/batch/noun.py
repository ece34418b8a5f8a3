"""One sealed file, and what belongs to it."""

from services.payout.batch.commands import Command
from services.payout.batch.deciding import decide
from services.payout.batch.events import (
    BatchDiscarded,
    BatchEntered,
    BatchListed,
    BatchReleased,
    BatchSealed,
    BatchTransmitted,
    Event,
    OrderEntered,
    SubmissionStarted,
    SubmissionUnknown,
)
from services.payout.batch.evolving import evolve
from services.payout.batch.states import Batch, Unsealed
from shared.decider import Decider

decider = Decider[Command, Event, Batch](
    name="batch",
    per_case=False,
    initial=Unsealed(),
    decide=decide,
    evolve=evolve,
    events=[
        BatchListed,
        BatchSealed,
        BatchReleased,
        BatchDiscarded,
        OrderEntered,
        BatchEntered,
        SubmissionStarted,
        SubmissionUnknown,
        BatchTransmitted,
    ],
)
