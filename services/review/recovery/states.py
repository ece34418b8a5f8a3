"""How a recovery stands."""

from collections.abc import Sequence
from datetime import date

from services.review.recovery.commands import ClaimKind
from services.review.recovery.events import (
    ClaimSettlementNoted,
    DemandDispatched,
    DemandServiceFailed,
    OverpaymentEnded,
    OverpaymentNoted,
    RepaymentDemanded,
    RepaymentNoted,
    RepaymentProposed,
    UnspentNoted,
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
    overpayments: tuple[OverpaymentNoted, ...] = ()
    ended: tuple[OverpaymentEnded, ...] = ()
    unspent: tuple[UnspentNoted, ...] = ()

    @property
    def demanded_cents(self) -> int:
        """What was demanded of money that was paid, in excess or twice."""
        return sum(it.proposed.cents for it in self.demanded)

    @property
    def demanded_excess_cents(self) -> int:
        """What of it was paid beyond the grant."""
        return sum(it.proposed.cents for it in self.demanded if it.proposed.kind == ClaimKind.EXCESS)

    @property
    def overpaid(self) -> Sequence[OverpaymentNoted]:
        """The payments by which something is paid twice: neither they nor the payments beside them came to nothing."""
        gone = {it.payment for it in self.ended}
        return [it for it in self.overpayments if not {it.payment, it.beside} & gone]

    @property
    def overpaid_cents(self) -> int:
        return sum(it.cents for it in self.overpaid)

    def reclaimable_cents(self, payment: str) -> int:
        """What of an overpayment is not demanded yet."""
        paid = sum(it.cents for it in self.overpaid if it.payment == payment)
        return paid - sum(it.proposed.cents for it in self.demanded if it.proposed.payment == payment)

    def charged_until(self, drawdown: str) -> date:
        """Until when interest was demanded for what of this drawdown was used too late."""
        founded = {it.proposed.unspent for it in self.demanded if it.proposed.unspent}
        days = (
            it.noted_on
            for it in self.unspent
            if it.drawdown in founded and any(part.drawdown == drawdown for part in it.parts)
        )
        return max(days, default=date.min)

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
