"""How a recovery stands."""

from datetime import date

from services.review.recovery.events import (
    ClaimSettlementNoted,
    DemandDispatched,
    DemandServiceFailed,
    RepaymentDemanded,
    RepaymentNoted,
    RepaymentProposed,
)
from shared.contracts import Acted
from shared.decider import value


@value
class Recovery:
    """`noted` and `settlements` may be told before anything else of their claim."""

    proposals: int = 0
    proposal: RepaymentProposed | None = None
    demanded: tuple[RepaymentDemanded, ...] = ()
    dropped: tuple[int, ...] = ()
    noted: tuple[RepaymentNoted, ...] = ()
    settlements: tuple[ClaimSettlementNoted, ...] = ()
    acted: tuple[Acted, ...] = ()
    dispatches: tuple[DemandDispatched, ...] = ()
    failures: tuple[DemandServiceFailed, ...] = ()

    @property
    def demanded_cents(self) -> int:
        """What was demanded of money paid in excess."""
        return sum(it.proposed.cents for it in self.demanded)

    def demand(self, number: int) -> RepaymentDemanded | None:
        return next((it for it in self.demanded if it.proposed.number == number), None)

    def dispatch(self, number: int) -> DemandDispatched | None:
        """The last dispatch of a demand's notice, served or not."""
        return next((it for it in reversed(self.dispatches) if it.number == number), None)

    def awaits_service(self, it: RepaymentDemanded) -> bool:
        """Whether nothing is due by this demand, because its notice did not arrive or never left."""
        sent = self.dispatch(it.proposed.number)
        if any(
            one.dispatch >= (sent.dispatch if sent else 1) for one in self.failures if one.number == it.proposed.number
        ):
            return True
        return sent is None and it.awaits_service

    def due_on(self, it: RepaymentDemanded) -> date:
        """The day by which it is to be paid, as its last notice says."""
        sent = self.dispatch(it.proposed.number)
        return sent.due_on if sent else it.due_on

    def is_settled(self, claim: str) -> bool:
        return any(it.claim == claim for it in self.settlements)
