"""The noun of the package."""

from services.payout.disbursement.changes import DrawdownReopened, FundsReturned, PlanSupplemented, ReductionReceived
from services.payout.disbursement.commands import Command
from services.payout.disbursement.deciding import decide
from services.payout.disbursement.events import (
    CertificationVoided,
    ConflictNoted,
    DrawdownAccepted,
    DrawdownCertified,
    DrawdownFreed,
    DrawdownOrdered,
    DrawdownPaid,
    DrawdownReduced,
    DrawdownRegistered,
    DrawdownRejected,
    DrawdownUnpaid,
    Event,
    InvolvementNoted,
    PlanOpened,
    UnspentNoted,
)
from services.payout.disbursement.evolving import evolve
from services.payout.disbursement.questioned import (
    DebitExplained,
    DebitQuestioned,
    DrawdownOverpaid,
    OverpaymentRecovered,
    OverpaymentReturned,
)
from services.payout.disbursement.retention import ProofNoted
from services.payout.disbursement.side_condition import SideConditionNoted
from services.payout.disbursement.states import Disbursement, Waiting
from shared.decider import Decider

decider = Decider[Command, Event, Disbursement](
    name="disbursement",
    initial=Waiting(),
    decide=decide,
    evolve=evolve,
    events=[
        PlanOpened,
        DrawdownRegistered,
        DrawdownAccepted,
        DrawdownReduced,
        DrawdownRejected,
        UnspentNoted,
        DrawdownCertified,
        DrawdownOrdered,
        DrawdownPaid,
        DrawdownFreed,
        DrawdownUnpaid,
        CertificationVoided,
        ReductionReceived,
        FundsReturned,
        DrawdownReopened,
        PlanSupplemented,
        SideConditionNoted,
        ConflictNoted,
        InvolvementNoted,
        ProofNoted,
        DebitQuestioned,
        DebitExplained,
        DrawdownOverpaid,
        OverpaymentRecovered,
        OverpaymentReturned,
    ],
)
