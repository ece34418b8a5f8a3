"""How a recovery stands after what happened."""

from typing import assert_never

from services.review.recovery.commands import DROP, PROPOSE
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
from services.review.recovery.states import Recovery
from shared import duties
from shared.decider import replace
from shared.identity import Role


def evolve(recovery: Recovery, it: Event) -> Recovery:
    match it:
        case RepaymentProposed():
            acted = duties.with_act(recovery.acted, it.proposed_by, Role.CASE_OFFICER, PROPOSE)
            return replace(recovery, proposals=it.number, proposal=it, acted=acted)
        case RepaymentDemanded():
            return replace(recovery, proposal=None, demanded=(*recovery.demanded, it), acted=it.acted)
        case OverpaymentNoted():
            return replace(recovery, overpayments=(*recovery.overpayments, it))
        case OverpaymentEnded():
            return replace(recovery, ended=(*recovery.ended, it))
        case UnspentNoted():
            return replace(recovery, unspent=(*recovery.unspent, it))
        case DemandDispatched():
            return replace(recovery, dispatches=(*recovery.dispatches, it))
        case DemandServiceFailed():
            return replace(recovery, failures=(*recovery.failures, it))
        case RepaymentDropped():
            acted = duties.with_act(recovery.acted, it.dropped_by, Role.APPROVER, DROP)
            return replace(recovery, proposal=None, dropped=(*recovery.dropped, it.number), acted=acted)
        case RepaymentNoted():
            return replace(recovery, noted=(*recovery.noted, it))
        case ClaimSettlementNoted():
            return replace(recovery, settlements=(*recovery.settlements, it))
        case _ as missing:
            assert_never(missing)
