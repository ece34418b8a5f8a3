"""The noun of the package."""

from services.review.recovery.commands import Command
from services.review.recovery.deciding import decide
from services.review.recovery.events import (
    ClaimSettlementNoted,
    DemandDispatched,
    DemandServiceFailed,
    Event,
    OverpaymentEnded,
    OverpaymentNoted,
    RepaymentDemanded,
    RepaymentDropped,
    RepaymentNoted,
    RepaymentProposed,
    UnspentNoted,
)
from services.review.recovery.evolving import evolve
from services.review.recovery.states import Recovery
from shared.decider import Decider

decider = Decider[Command, Event, Recovery](
    name="recovery",
    initial=Recovery(),
    decide=decide,
    evolve=evolve,
    events=[
        OverpaymentNoted,
        OverpaymentEnded,
        UnspentNoted,
        RepaymentProposed,
        RepaymentDemanded,
        DemandDispatched,
        DemandServiceFailed,
        RepaymentDropped,
        RepaymentNoted,
        ClaimSettlementNoted,
    ],
)
