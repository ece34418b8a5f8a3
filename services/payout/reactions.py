"""What payout does when another service tells something: contract in, decision out, no rule in between."""

from services.payout import budget_entry, claim, disbursement, hold, municipal_tie, overpaid, payee
from shared import ties
from shared.contracts.intake import DrawdownRequested
from shared.contracts.review import (
    ChangeRefused,
    ConflictOfInterestDeclared,
    DemandProgressed,
    FundsAssigned,
    FundsSupplemented,
    MunicipalTieDeclared,
    OverpaymentSettled,
    PaymentEntered,
    PaymentsStopped,
    ProofDecided,
    RecipientSucceeded,
    ReductionRequested,
    RepaymentDemanded,
    SideConditionAssessed,
    TookPart,
)
from shared.decider import Decision, decision
from shared.records import likeness

HANDLED: tuple[type, ...] = (
    FundsAssigned,
    FundsSupplemented,
    ReductionRequested,
    DrawdownRequested,
    PaymentsStopped,
    RecipientSucceeded,
    SideConditionAssessed,
    ConflictOfInterestDeclared,
    MunicipalTieDeclared,
    RepaymentDemanded,
    DemandProgressed,
    OverpaymentSettled,
    ProofDecided,
    PaymentEntered,
    ChangeRefused,
    TookPart,
)
"""The contracts that payout reacts to; every other is passed over."""


UNTOLD = frozenset({
    "decide-annulment", "approve-amendment", "drop-proposal", "refuse-change", "propose-repayment", "drop-repayment",
})  # fmt: skip
"""What was done at review after the money was assigned and may bar from an act here, without money that tells of it."""


def react(contract: object, case: str) -> Decision | None:
    """The decision that a contract about a case asks for, None when payout does not handle it."""
    match contract:
        case FundsAssigned():
            return decision(disbursement.decider, case, likeness(disbursement.OpenPlan, contract), creates=True)
        case ReductionRequested():
            return decision(disbursement.decider, case, likeness(disbursement.ReturnFunds, contract))
        case FundsSupplemented():
            return decision(disbursement.decider, case, likeness(disbursement.SupplementPlan, contract))
        case DrawdownRequested():
            return decision(disbursement.decider, case, likeness(disbursement.RegisterDrawdown, contract))
        case SideConditionAssessed():
            return decision(disbursement.decider, case, likeness(disbursement.NoteSideCondition, contract))
        case ProofDecided(outcome=disbursement.ACCEPTED):
            return decision(disbursement.decider, case, likeness(disbursement.NoteProof, contract))
        case ConflictOfInterestDeclared():
            return decision(disbursement.decider, case, likeness(disbursement.NoteConflict, contract))
        case ChangeRefused() | TookPart():
            acted = tuple(it for it in contract.acted if it.action in UNTOLD)
            return decision(disbursement.decider, case, disbursement.NoteInvolvement(acted=acted)) if acted else None
        case MunicipalTieDeclared():
            return decision(municipal_tie.decider, ties.REGISTER, likeness(municipal_tie.NoteTie, contract))
        case RecipientSucceeded():
            return decision(payee.decider, case, likeness(payee.SucceedPayee, contract))
        case RepaymentDemanded():
            return decision(claim.decider, case, likeness(claim.OpenClaim, contract), creates=True)
        case DemandProgressed():
            return decision(claim.decider, case, likeness(claim.NoteService, contract))
        case OverpaymentSettled():
            return overpaid.end(contract, case)
        case PaymentEntered():
            return budget_entry.note(contract)
        case PaymentsStopped():
            return decision(hold.decider, hold.REGISTER, _hold(contract, case))
        case _:
            return None


def _hold(it: PaymentsStopped, case: str) -> hold.PlaceHold | hold.LiftHold:
    """An overdue proof of use holds the case's payments until it comes in."""
    name = f"proof-{it.number}-{case}"
    if not it.stopped:
        return hold.LiftHold(hold=name, reason="Der Verwendungsnachweis liegt vor.")
    return hold.PlaceHold(
        hold=name, case=case, kind=hold.HoldKind.CASE, target=case, reason=hold.HoldReason.PROOF_OVERDUE, text=""
    )
