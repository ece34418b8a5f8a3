"""The noun of the package."""

from services.payout.claim.commands import Command
from services.payout.claim.deciding import decide
from services.payout.claim.events import (
    ClaimDeferred,
    ClaimOpened,
    ClaimReminded,
    ClaimRemitted,
    ClaimResumed,
    ClaimSettled,
    ClaimSuspended,
    DemandServiceNoted,
    Event,
    InterestAssessed,
    InterestWaived,
    RepaymentBooked,
    RepaymentFoundOnAccount,
)
from services.payout.claim.evolving import evolve
from services.payout.claim.states import Claims
from shared.decider import Decider

decider = Decider[Command, Event, Claims](
    name="claim",
    initial=Claims(),
    decide=decide,
    evolve=evolve,
    events=[
        ClaimOpened,
        DemandServiceNoted,
        RepaymentBooked,
        RepaymentFoundOnAccount,
        InterestAssessed,
        InterestWaived,
        ClaimDeferred,
        ClaimSuspended,
        ClaimResumed,
        ClaimRemitted,
        ClaimReminded,
        ClaimSettled,
    ],
)
