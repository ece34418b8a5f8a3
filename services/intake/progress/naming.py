"""By what a fact is told from the others of its class."""

from typing import Any

from services.intake.progress.award import (
    ApplicationRejectedFormally,
    AwardAnnounced,
    AwardBecameFinal,
    AwardHearingClosed,
    AwardHearingOpened,
    AwardHearingRestarted,
    FundsAssigned,
    FundsSupplemented,
    GrantChanged,
    NoticeProgressed,
    ReductionRequested,
    RefusalAnnounced,
    SideConditionAssessed,
    WithdrawalSettled,
)
from services.intake.progress.facts import Fact
from services.intake.progress.payment import (
    DrawdownExamined,
    DrawdownReceived,
    PaymentOrdered,
    PaymentRejected,
    PaymentReturned,
    PaymentSettled,
)
from services.intake.progress.procedure import (
    AssessmentBegun,
    CaseClosed,
    CasePutOnHold,
    CaseReopened,
    CaseResumed,
    ConflictOfInterestNoted,
    HearingClosed,
    HearingExtended,
    HearingOpened,
    InvolvementNoted,
    RecipientSucceeded,
)
from services.intake.progress.proof import (
    ClaimSettled,
    DemandProgressed,
    PaymentsStopped,
    ProofDecided,
    ProofReceived,
    ProofReminded,
    RepaymentDemanded,
    RepaymentReceived,
)
from services.intake.progress.request import (
    ChangeReceived,
    ChangeSettled,
    EarlyStartDecided,
    EarlyStartReceived,
)

type Identity = tuple[type[Any], str]
"""A fact's class and what tells it from the others of its class; of some classes an application has at most one, and that is empty."""


def identity_of(fact: Fact) -> Identity:
    return type(fact), _name(fact)


def _name(fact: Fact) -> str:
    match fact:
        case (
            AssessmentBegun()
            | AwardAnnounced()
            | RefusalAnnounced()
            | ApplicationRejectedFormally()
            | WithdrawalSettled()
            | AwardBecameFinal()
            | FundsAssigned()
        ):
            return ""
        case DrawdownReceived() | DrawdownExamined():
            return fact.drawdown
        case PaymentOrdered() | PaymentSettled() | PaymentRejected() | PaymentReturned():
            return fact.payment
        case RecipientSucceeded():
            return fact.old_key
        case EarlyStartReceived() | EarlyStartDecided():
            return fact.early_start
        case ChangeReceived() | ChangeSettled():
            return fact.change
        case ProofReceived() | ProofDecided():
            return fact.proof
        case RepaymentDemanded() | ClaimSettled():
            return fact.claim
        case RepaymentReceived():
            return fact.repayment
        case FundsSupplemented():
            return str(fact.supplement)
        case ReductionRequested():
            return str(fact.reduction)
        case SideConditionAssessed():
            return str(fact.revision)
        case HearingOpened() | CasePutOnHold() | CaseResumed() | AwardHearingOpened() | CaseClosed() | CaseReopened():
            return str(fact.number)
        case _:
            return _composed(fact)


type _Repeatable = (
    HearingExtended
    | HearingClosed
    | NoticeProgressed
    | AwardHearingClosed
    | AwardHearingRestarted
    | GrantChanged
    | ConflictOfInterestNoted
    | InvolvementNoted
    | DemandProgressed
    | ProofReminded
    | PaymentsStopped
)
"""What may be told more than once under one number, so that the number alone is no name."""


def _composed(fact: _Repeatable) -> str:
    match fact:
        case HearingExtended():
            # A letter that goes out again may leave the last day as it was.
            return " ".join((f"{fact.number} {fact.ends_on} {fact.extended_on}", *(it.person for it in fact.acted)))
        case HearingClosed():
            # A hearing may be extended, and end unanswered, more than once.
            return f"{fact.number} answered" if fact.answered else f"{fact.number} {fact.closed_on}"
        case NoticeProgressed():
            return f"{fact.proposal} {fact.number} {fact.step}"
        case AwardHearingClosed():
            # A statement may come late, after it the same hearing may still be dropped, and after a restart it ends again.
            how = "dropped" if fact.dropped else "answered" if fact.answered else "unanswered"
            return f"{fact.number} {how} {fact.restarts}"
        case AwardHearingRestarted():
            return f"{fact.number} {fact.restart}"
        case GrantChanged():
            if fact.part:
                return f"{fact.number} {fact.part}"
            return str(fact.number) if fact.number else f"{fact.kind} {fact.change} {fact.effective_on}"
        case ConflictOfInterestNoted():
            return " ".join(it.person for it in fact.acted)
        case InvolvementNoted():
            return " ".join(f"{it.person} {it.action}" for it in fact.acted)
        case DemandProgressed():
            return f"{fact.claim} {fact.number} {fact.step}"
        case ProofReminded():
            return fact.reminded_on.isoformat()
        case PaymentsStopped():
            return f"{fact.number} {'stopped' if fact.stopped else 'released'}"
