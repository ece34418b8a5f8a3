"""What may be done with a plan and its Mittelabrufe."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from services.payout.disbursement.changes import PlanSupplemented, ReductionReceived, ReturnFunds, SupplementPlan
from services.payout.disbursement.commands import (
    CertifyDrawdown,
    Command,
    EndOverpayment,
    ExamineDrawdown,
    NoteConflict,
    NoteInvolvement,
    NoteRejection,
    NoteReturn,
    NoteSettlement,
    OpenPlan,
    OrderDrawdown,
    RegisterDrawdown,
)
from services.payout.disbursement.errors import (
    AlreadyOrdered,
    DrawdownDiffers,
    DrawdownIsRejected,
    NotCertified,
    NotExamined,
    PlanDiffers,
    PlanIsFrozen,
    YearNotOpen,
)
from services.payout.disbursement.events import (
    ConflictNoted,
    DrawdownAccepted,
    DrawdownCertified,
    DrawdownOrdered,
    DrawdownReduced,
    DrawdownRegistered,
    DrawdownRejected,
    Event,
    InvolvementNoted,
    PlanOpened,
)
from services.payout.disbursement.evolving import as_registered, drawdown_of, evolve
from services.payout.disbursement.giving_back import give_back
from services.payout.disbursement.limits import open_condition, payable
from services.payout.disbursement.need import noted, refuse_second, refused_for
from services.payout.disbursement.questioned import (
    ExplainDebit,
    QuestionDebit,
    explain,
    question,
    refuse_unexplained,
)
from services.payout.disbursement.retention import NoteProof, note_proof
from services.payout.disbursement.settling import end_overpayment, free, settle, unpay
from services.payout.disbursement.side_condition import NoteSideCondition, SideConditionOpen, in_words, note
from services.payout.disbursement.states import (
    Accepted,
    Certified,
    Disbursement,
    Drawdown,
    Ordered,
    Paid,
    Registered,
    Rejected,
    Waiting,
    find,
    plan_of,
)
from shared import duties
from shared.decider import Context, replace
from shared.records import likeness


def decide(command: Command, state: Disbursement, context: Context) -> Sequence[Event]:
    match command:
        case OpenPlan():
            return _open(command, state, context)
        case RegisterDrawdown():
            return _register(command, state)
        case ExamineDrawdown():
            return _examine(command, state, context)
        case CertifyDrawdown():
            return _certify(command, state, context)
        case OrderDrawdown():
            return _order(command, state, context)
        case NoteSettlement():
            return settle(command, state)
        case NoteRejection():
            return free(command, state, context)
        case NoteReturn():
            return unpay(command, state, context)
        case EndOverpayment():
            return end_overpayment(command, state)
        case QuestionDebit():
            return question(command, find(state, command.drawdown).debits)
        case ExplainDebit():
            return explain(command, find(state, command.drawdown).debits)
        case ReturnFunds():
            return _return(command, state, context)
        case SupplementPlan():
            return _supplement(command, state)
        case NoteSideCondition():
            return note(command, state.noted)
        case NoteProof():
            return _note_proof(command, state, context)
        case NoteConflict():
            if all(it in state.acted for it in command.acted):
                return []
            return [ConflictNoted(acted=command.acted, declared_on=command.declared_on)]
        case NoteInvolvement():
            news = tuple(it for it in command.acted if it not in state.acted)
            return [InvolvementNoted(acted=news)] if news else []
        case _ as missing:
            assert_never(missing)


def _open(command: OpenPlan, state: Disbursement, context: Context) -> Sequence[Event]:
    opened = likeness(PlanOpened, command)
    if isinstance(state, Waiting):
        return [opened, *give_back(evolve(state, opened), context)]
    if opened != state.opened:
        raise PlanDiffers
    return []


def _register(command: RegisterDrawdown, state: Disbursement) -> Sequence[Event]:
    registered = DrawdownRegistered(
        drawdown=command.drawdown,
        tranche=len(state.drawdowns) + 1,
        year=command.year,
        eligible_due_cents=command.eligible_due_cents,
        requested_cents=command.requested_cents,
        requested_on=command.requested_on,
        acted=command.acted,
        needed_on=command.needed_on,
        purpose=command.purpose,
        spent=command.spent,
    )
    for known in state.drawdowns:
        if known.id == command.drawdown:
            if drawdown_of(replace(registered, tranche=known.tranche)) != as_registered(known):
                raise DrawdownDiffers
            return []
    return [registered]


def _examine(command: ExamineDrawdown, state: Disbursement, context: Context) -> Sequence[Event]:
    plan, asked = plan_of(state), find(state, command.drawdown)
    if not isinstance(asked.stage, Registered):
        return []
    duties.refuse("examine-drawdown", state.acted, context)
    person, day = context.actor, context.valid_on
    refuse_second(state, asked, day)
    late = noted(plan, state.drawdowns, asked, day)
    cents, reason = examined(state, asked, day)
    if not cents:
        reason = reason or "nothing-requested"
        return [*late, DrawdownRejected(drawdown=asked.id, reason=reason, examined_by=person, examined_on=day)]
    if reason:
        return [
            *late,
            DrawdownReduced(
                drawdown=asked.id, accepted_cents=cents, reason=reason, examined_by=person, examined_on=day
            ),
        ]
    return [*late, DrawdownAccepted(drawdown=asked.id, accepted_cents=cents, examined_by=person, examined_on=day)]


def examined(state: Disbursement, asked: Drawdown, on: date) -> tuple[int, str]:
    """Cents that an examination on this day accepts and, when it is less than asked for, the code of why."""
    plan = plan_of(state)
    if reason := refused_for(plan, state.drawdowns, asked, on):
        return 0, reason
    return payable(plan, state.drawdowns, asked, state.proof)


def _certify(command: CertifyDrawdown, state: Disbursement, context: Context) -> Sequence[Event]:
    asked = find(state, command.drawdown)
    match asked.stage:
        case Registered():
            raise NotExamined
        case Rejected():
            raise DrawdownIsRejected
        case Accepted():
            refuse_second(state, asked, context.valid_on)
            _require_payable(state)
            duties.refuse("certify-drawdown", state.acted, context)
            return [
                DrawdownCertified(
                    drawdown=asked.id,
                    accepted_cents=asked.accepted_cents,
                    certified_by=context.actor,
                    certified_on=context.valid_on,
                )
            ]
        case Certified() | Ordered() | Paid():
            return []
        case _ as missing:
            assert_never(missing)


def _order(command: OrderDrawdown, state: Disbursement, context: Context) -> Sequence[Event]:
    asked = find(state, command.drawdown)
    match asked.stage:
        case Registered():
            raise NotExamined
        case Accepted():
            raise NotCertified
        case Rejected():
            raise DrawdownIsRejected
        case Certified():
            if command.payment in asked.refused:
                return []  # The refused order, repeated: a new attempt is a new payment.
            refuse_second(state, asked, context.valid_on)
            _require_payable(state)
            refuse_unexplained(asked.debits)
            duties.refuse("order-payment", state.acted, context)
            if context.valid_on.year != asked.year:
                raise YearNotOpen(f"Haushaltsjahr {asked.year}, heute ist der {context.valid_on:%d.%m.%Y}.")
            return [
                DrawdownOrdered(
                    drawdown=asked.id,
                    payment=command.payment,
                    attempt=len(asked.refused) + 1,
                    ordered_by=context.actor,
                    ordered_on=context.valid_on,
                )
            ]
        case Ordered() | Paid():
            if asked.stage.payment != command.payment and command.payment not in asked.refused:
                raise AlreadyOrdered
            return []
        case _ as missing:
            assert_never(missing)


def _note_proof(command: NoteProof, state: Disbursement, context: Context) -> Sequence[Event]:
    """What finally remains is known: a drawdown that was examined before and is above it is examined anew."""
    noted = note_proof(command, state.proof)
    return [*noted, *(again for it in noted for again in give_back(evolve(state, it), context))]


def _require_payable(state: Disbursement) -> None:
    if state.changes.frozen:
        raise PlanIsFrozen
    if waiting_for := open_condition(state):
        raise SideConditionOpen(in_words(waiting_for))


def _return(command: ReturnFunds, state: Disbursement, context: Context) -> Sequence[Event]:
    received = likeness(ReductionReceived, command)
    if command.reduction in {it.reduction for it in state.changes.asked}:
        return []
    return [received, *give_back(evolve(state, received), context)]


def _supplement(command: SupplementPlan, state: Disbursement) -> Sequence[Event]:
    if command.supplement in state.changes.supplements:
        return []
    return [likeness(PlanSupplemented, command)]
