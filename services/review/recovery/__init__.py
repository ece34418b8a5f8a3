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
    NoteFailedPayment,
    NoteOverpayment,
    NoteRepayment,
    NoteSettlement,
    NoteUnspent,
    ProposeRepayment,
)
from services.review.recovery.deciding import decide, reference_of
from services.review.recovery.errors import (
    BelowBagatelle,
    BeyondExcess,
    ClaimTaken,
    DemandIsSettled,
    IneffectiveDayMissing,
    LateUseDemanded,
    NoRepaymentProposal,
    NothingAnnulled,
    NothingDemanded,
    NothingOverpaid,
    RepaymentProposalOpen,
    UnknownFinding,
)
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
from services.review.recovery.noting import late_balances
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
    "LateUseDemanded",
    "NoRepaymentProposal",
    "NoteDemandDispatch",
    "NoteDemandFailure",
    "NoteFailedPayment",
    "NoteOverpayment",
    "NoteRepayment",
    "NoteSettlement",
    "NoteUnspent",
    "NothingAnnulled",
    "NothingDemanded",
    "NothingOverpaid",
    "OverpaymentEnded",
    "OverpaymentNoted",
    "ProposeRepayment",
    "Recovery",
    "RepaymentDemanded",
    "RepaymentDropped",
    "RepaymentNoted",
    "RepaymentProposalOpen",
    "RepaymentProposed",
    "UnknownFinding",
    "UnspentNoted",
    "decide",
    "decider",
    "evolve",
    "late_balances",
    "reference_of",
]
