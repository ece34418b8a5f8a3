"""Rückforderung: what a recipient has to repay (§ 49a VwVfG), proposed by one person and demanded by another.

A stream per case. Money paid beyond what is granted now is demanded as a whole (I); money that was used too late bears interest
for the time until its use and stays (IV). Payout keeps the claim; what it tells of it is noted here.
"""

from services.review.recovery.commands import (
    DEMAND,
    DROP,
    PROPOSE,
    ClaimKind,
    Command,
    DemandRepayment,
    DropRepayment,
    NoteDemandDispatch,
    NoteDemandFailure,
    NoteRepayment,
    NoteSettlement,
    ProposeRepayment,
)
from services.review.recovery.deciding import decide, reference_of
from services.review.recovery.errors import (
    BelowBagatelle,
    BeyondExcess,
    ClaimTaken,
    DemandIsSettled,
    IneffectiveDayMissing,
    NoRepaymentProposal,
    NothingAnnulled,
    NothingDemanded,
    RepaymentProposalOpen,
)
from services.review.recovery.events import (
    ClaimSettlementNoted,
    DemandDispatched,
    DemandServiceFailed,
    Event,
    RepaymentDemanded,
    RepaymentDropped,
    RepaymentNoted,
    RepaymentProposed,
)
from services.review.recovery.evolving import evolve
from services.review.recovery.noun import decider
from services.review.recovery.states import Recovery

__all__ = [
    "DEMAND",
    "DROP",
    "PROPOSE",
    "BelowBagatelle",
    "BeyondExcess",
    "ClaimKind",
    "ClaimSettlementNoted",
    "ClaimTaken",
    "Command",
    "DemandDispatched",
    "DemandIsSettled",
    "DemandRepayment",
    "DemandServiceFailed",
    "DropRepayment",
    "Event",
    "IneffectiveDayMissing",
    "NoRepaymentProposal",
    "NoteDemandDispatch",
    "NoteDemandFailure",
    "NoteRepayment",
    "NoteSettlement",
    "NothingAnnulled",
    "NothingDemanded",
    "ProposeRepayment",
    "Recovery",
    "RepaymentDemanded",
    "RepaymentDropped",
    "RepaymentNoted",
    "RepaymentProposalOpen",
    "RepaymentProposed",
    "decide",
    "decider",
    "evolve",
    "reference_of",
]
