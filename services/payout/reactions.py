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
from shared.decider import Decision, decision, field_names
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
            return decision(disbursement.decider, case, open_plan(contract), creates=True)
        case ReductionRequested():
            asked = {it: getattr(contract, it) for it in field_names(contract)}
            return decision(disbursement.decider, case, disbursement.ReturnFunds(**asked))
        case FundsSupplemented():
            added = {it: getattr(contract, it) for it in field_names(contract)}
            return decision(disbursement.decider, case, disbursement.SupplementPlan(**added))
        case DrawdownRequested():
            return decision(disbursement.decider, case, register_drawdown(contract))
        case SideConditionAssessed():
            found = {it: getattr(contract, it) for it in field_names(contract)}
            return decision(disbursement.decider, case, disbursement.NoteSideCondition(**found))
        case ConflictOfInterestDeclared():
            noted = disbursement.NoteConflict(acted=contract.acted, declared_on=contract.declared_on)
            return decision(disbursement.decider, case, noted)
        case ChangeRefused() | TookPart():
            acted = tuple(it for it in contract.acted if it.action in UNTOLD)
            return decision(disbursement.decider, case, disbursement.NoteInvolvement(acted=acted)) if acted else None
        case MunicipalTieDeclared():
            tied = municipal_tie.NoteTie(acted=contract.acted, key=contract.key, declared_on=contract.declared_on)
            return decision(municipal_tie.decider, ties.REGISTER, tied)
        case RepaymentDemanded():
            return decision(claim.decider, case, likeness(claim.OpenClaim, contract), creates=True)
        case OverpaymentSettled():
            return overpaid.end(contract, case)
        case DemandProgressed():
            return decision(claim.decider, case, likeness(claim.NoteService, contract))
        case RecipientSucceeded():
            succeed = payee.SucceedPayee(
                reference=contract.reference,
                old_key=contract.old_key,
                new_key=contract.new_key,
                new_name=contract.new_name,
                effective_on=contract.effective_on,
            )
            return decision(payee.decider, case, succeed)
        case ProofDecided(outcome=disbursement.ACCEPTED):
            noted = disbursement.NoteProof(
                proof=contract.proof,
                final_cents=contract.final_cents,
                decided_on=contract.decided_on,
                acted=contract.acted,
            )
            return decision(disbursement.decider, case, noted)
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


def open_plan(it: FundsAssigned) -> disbursement.OpenPlan:
    return disbursement.OpenPlan(
        award=it.award,
        file_number=it.file_number,
        title=it.title,
        applicant_key=it.applicant_key,
        applicant_name=it.applicant_name,
        by_year=it.by_year,
        eligible_cents=it.eligible_cents,
        rate_bp=it.rate_bp,
        account_holder=it.account_holder,
        iban=it.iban,
        assigned_on=it.assigned_on,
        acted=it.acted,
        side_conditions=it.side_conditions,
        programme=it.programme,
        drawdown_months=it.drawdown_months,
        withheld_bp=it.withheld_bp,
        municipalities=it.municipalities,
        financing_type=it.financing_type,
    )


def register_drawdown(it: DrawdownRequested) -> disbursement.RegisterDrawdown:
    return disbursement.RegisterDrawdown(
        drawdown=it.drawdown,
        year=it.year,
        eligible_due_cents=it.eligible_due_cents,
        requested_cents=it.requested_cents,
        requested_on=it.requested_on,
        acted=it.acted,
        needed_on=it.needed_on,
        purpose=it.purpose,
        spent=it.spent,
    )
