"""Auszahlungsplan eines Zuwendungsbescheids: Mittelabruf prüfen, feststellen, anordnen.

Intake and review have no mutual order: a Mittelabruf that comes before the plan is registered and waits;
whichever comes last, the state is the same.
"""

from services.payout.disbursement.account_change import confirm_account, discard_account, propose_account
from services.payout.disbursement.across import HOLDS, certify, concerned, lift_hold, municipalities, order, place_hold
from services.payout.disbursement.changes import FundsReturned, ReturnFunds, SupplementPlan
from services.payout.disbursement.commands import (
    CertifyDrawdown,
    Command,
    ExamineDrawdown,
    NoteConflict,
    NoteRejection,
    NoteReturn,
    NoteSettlement,
    OpenPlan,
    OrderDrawdown,
    RegisterDrawdown,
)
from services.payout.disbursement.deciding import decide
from services.payout.disbursement.errors import (
    AlreadyOrdered,
    DrawdownDiffers,
    DrawdownIsRejected,
    NotCertified,
    NotExamined,
    NotThisPayment,
    PlanDiffers,
    PlanIsFrozen,
    PlanNotOpen,
    UnknownDrawdown,
    YearNotOpen,
)
from services.payout.disbursement.events import (
    CertificationVoided,
    DrawdownAccepted,
    DrawdownFreed,
    DrawdownReduced,
    DrawdownRegistered,
    DrawdownRejected,
    Event,
    PlanOpened,
)
from services.payout.disbursement.giving_back import unordered
from services.payout.disbursement.limits import open_condition, payable
from services.payout.disbursement.noun import decider
from services.payout.disbursement.retention import ACCEPTED, NoteProof, ProofNoted, withheld_cents
from services.payout.disbursement.side_condition import (
    NoteSideCondition,
    SideConditionNoted,
    SideConditionOpen,
    in_words,
    outcome_of,
)
from services.payout.disbursement.states import (
    Accepted,
    Certified,
    Disbursement,
    Drawdown,
    Open,
    Ordered,
    Paid,
    Registered,
    Rejected,
    Stage,
    Waiting,
)
from shared.contracts.drawdown_reasons import REASONS

__all__ = [
    "ACCEPTED",
    "HOLDS",
    "REASONS",
    "Accepted",
    "AlreadyOrdered",
    "CertificationVoided",
    "Certified",
    "CertifyDrawdown",
    "Command",
    "Disbursement",
    "Drawdown",
    "DrawdownAccepted",
    "DrawdownDiffers",
    "DrawdownFreed",
    "DrawdownIsRejected",
    "DrawdownReduced",
    "DrawdownRegistered",
    "DrawdownRejected",
    "Event",
    "ExamineDrawdown",
    "FundsReturned",
    "NotCertified",
    "NotExamined",
    "NotThisPayment",
    "NoteConflict",
    "NoteProof",
    "NoteRejection",
    "NoteReturn",
    "NoteSettlement",
    "NoteSideCondition",
    "Open",
    "OpenPlan",
    "OrderDrawdown",
    "Ordered",
    "Paid",
    "PlanDiffers",
    "PlanIsFrozen",
    "PlanNotOpen",
    "PlanOpened",
    "ProofNoted",
    "RegisterDrawdown",
    "Registered",
    "Rejected",
    "ReturnFunds",
    "SideConditionNoted",
    "SideConditionOpen",
    "Stage",
    "SupplementPlan",
    "UnknownDrawdown",
    "Waiting",
    "YearNotOpen",
    "certify",
    "concerned",
    "confirm_account",
    "decide",
    "decider",
    "discard_account",
    "in_words",
    "lift_hold",
    "municipalities",
    "open_condition",
    "order",
    "outcome_of",
    "payable",
    "place_hold",
    "propose_account",
    "unordered",
    "withheld_cents",
]
