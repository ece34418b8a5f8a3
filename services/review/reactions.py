"""What review does when another service says something: the contract in, a decision of its own out."""

from typing import Any, assert_never

from services.review import (
    assessment,
    award,
    budget,
    closing,
    dissolution,
    early_start,
    involvement,
    proof,
    recovering,
    recovery,
)
from services.review.closure import NoteStep, Step
from services.review.examination import Application
from shared.contracts.intake import (
    ApplicationCompleted,
    ApplicationWithdrawn,
    BodyDissolved,
    ChangeRequested,
    DrawdownRequested,
    EarlyStartRequested,
    ProofSubmitted,
)
from shared.contracts.payout import (
    ClaimSettled,
    DrawdownExamined,
    FundsReturned,
    PaymentOrdered,
    PaymentRejected,
    PaymentReturned,
    PaymentSettled,
    RepaymentReceived,
    UnspentNoted,
)
from shared.decider import Decision, decision, field_names
from shared.records import likeness

HANDLED: tuple[type, ...] = (
    ApplicationCompleted,
    ApplicationWithdrawn,
    BodyDissolved,
    EarlyStartRequested,
    ChangeRequested,
    FundsReturned,
    DrawdownRequested,
    DrawdownExamined,
    PaymentOrdered,
    PaymentRejected,
    PaymentSettled,
    PaymentReturned,
    ProofSubmitted,
    RepaymentReceived,
    UnspentNoted,
    ClaimSettled,
)


def react(contract: object, case: str) -> Decision | None:
    """The decision a contract calls for, None when it is none of review's."""
    match contract:
        case ApplicationCompleted():
            known = set(field_names(Application)) & set(field_names(contract))
            content: dict[str, Any] = {it: getattr(contract, it) for it in known}
            command = assessment.OpenAssessment(application=Application(**content))
            return decision(assessment.decider, case, command)
        case ApplicationWithdrawn():
            settled = assessment.settle_withdrawal(case, contract.withdrawn_on) if contract.complete else None
            if contract.early_start:
                settled = early_start.withdraw(contract.early_start, contract.withdrawn_on, settled)
            return involvement.noting(case, contract.acted, settled)
        case DrawdownRequested() | DrawdownExamined() | PaymentOrdered():
            return closing.noting(case, _step(contract), involvement.noting(case, contract.acted))
        case PaymentRejected():
            told = closing.noting(case, _step(contract))
            return recovering.failed(case, contract.title, contract.year, contract.payment, told)
        case UnspentNoted():
            return decision(recovery.decider, case, likeness(recovery.NoteUnspent, contract))
        case BodyDissolved():
            told = likeness(dissolution.NoteDissolution, contract)
            return decision(dissolution.decider, dissolution.REGISTER, told)
        case EarlyStartRequested():
            opened = early_start.OpenEarlyStart(request=likeness(early_start.EarlyStartRequest, contract))
            return involvement.noting(case, contract.acted, decision(early_start.decider, contract.early_start, opened))
        case PaymentSettled():
            paid = budget.RecordPayment(
                payment=contract.payment, case=case, cents=contract.cents, paid_on=contract.settled_on,
                overpaid=bool(contract.beside),
            )  # fmt: skip
            entered = budget.record_payment(contract.title, contract.year, paid)
            noted = proof.NotePayment(payment=contract.payment, cents=contract.cents, paid_on=contract.settled_on)
            told = closing.noting(case, _step(contract), proof.noting(case, noted, entered))
            return involvement.noting(case, contract.acted, _overpaid(contract, case, told))
        case PaymentReturned():
            back = budget.ReversePayment(
                payment=contract.payment, case=case, cents=contract.cents, returned_on=contract.returned_on
            )
            noted = proof.NotePayment(
                payment=f"{contract.payment}-returned", cents=-contract.cents, paid_on=contract.returned_on
            )
            entered = budget.reverse_payment(contract.title, contract.year, back)
            told = closing.noting(case, _step(contract), proof.noting(case, noted, entered))
            return recovering.failed(case, contract.title, contract.year, contract.payment, told)
        case ProofSubmitted():
            received = proof.ReceiveProof(
                proof=contract.proof,
                kind=proof.Kind(contract.kind),
                lines=contract.lines,
                covering_cents=contract.covering_cents,
                report=contract.report,
                submitted_on=contract.submitted_on,
                acted=contract.acted,
            )
            return involvement.noting(case, contract.acted, proof.receiving(case, received))
        case RepaymentReceived():
            received = recovering.receive(case, contract.title, likeness(recovery.NoteRepayment, contract))
            return involvement.noting(case, contract.acted, closing.noting(case, _step(contract), received))
        case ClaimSettled():
            settled = decision(recovery.decider, case, likeness(recovery.NoteSettlement, contract))
            return involvement.noting(case, contract.acted, settled)
        case FundsReturned():
            return award.take_back(case, likeness(award.TakeBackFunds, contract))
        case ChangeRequested():
            asked = decision(award.decider, case, likeness(award.ReceiveChange, contract))
            return involvement.noting(case, contract.acted, asked)
        case _:
            return None


def _overpaid(it: PaymentSettled, case: str, told: Decision) -> Decision:
    """One that was made beside another pays its drawdown twice."""
    if not it.beside:
        return told
    noted = recovery.NoteOverpayment(
        payment=it.payment, drawdown=it.drawdown, beside=it.beside, cents=it.cents, paid_on=it.settled_on
    )
    return recovering.noting(case, noted, told)


type Moving = (
    DrawdownRequested
    | DrawdownExamined
    | PaymentOrdered
    | PaymentRejected
    | PaymentSettled
    | PaymentReturned
    | RepaymentReceived
)


def _step(it: Moving) -> NoteStep:
    """What a contract says of the money's way, as a closure keeps it."""
    match it:
        case DrawdownRequested():
            return NoteStep(
                step=Step.REQUESTED, name=it.drawdown, drawdown=it.drawdown, cents=it.requested_cents,
                happened_on=it.requested_on,
            )  # fmt: skip
        case DrawdownExamined():
            return NoteStep(
                step=Step.EXAMINED, name=it.drawdown, drawdown=it.drawdown, cents=it.accepted_cents,
                happened_on=it.examined_on, number=it.examination,
            )  # fmt: skip
        case RepaymentReceived():
            return NoteStep(
                step=Step.REPAID, name=it.repayment, drawdown="", cents=it.cents, happened_on=it.received_on
            )  # fmt: skip
        case PaymentOrdered():
            step, on = Step.ORDERED, it.ordered_on
        case PaymentRejected():
            step, on = Step.REJECTED, it.rejected_on
        case PaymentSettled():
            step, on = Step.SETTLED, it.settled_on
        case PaymentReturned():
            step, on = Step.RETURNED, it.returned_on
        case _ as missing:
            assert_never(missing)
    return NoteStep(step=step, name=it.payment, drawdown=it.drawdown, cents=it.cents, happened_on=on)
