"""A request to cancel, from the first person's wish to the treasury's last word; its file is sealed before it is sent."""

from services.payout.recall.commands import (
    Command,
)
from services.payout.recall.deciding import (
    decide,
)
from services.payout.recall.events import (
    Event,
    RecallAnswered,
    RecallApproved,
    RecallDropped,
    RecallListed,
    RecallRequested,
    RecallSubmissionStarted,
    RecallTransmitted,
)
from services.payout.recall.evolving import (
    evolve,
)
from services.payout.recall.states import (
    Recalling,
    Unrequested,
)
from shared.decider import Decider

decider = Decider[Command, Event, Recalling](
    name="recall",
    per_case=False,
    initial=Unrequested(),
    decide=decide,
    evolve=evolve,
    events=[
        RecallListed,
        RecallRequested,
        RecallApproved,
        RecallDropped,
        RecallSubmissionStarted,
        RecallTransmitted,
        RecallAnswered,
    ],
)
