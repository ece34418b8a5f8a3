"""Every command judged against the budget as it stands."""

from collections.abc import Sequence
from functools import reduce
from typing import assert_never

from services.review.budget import closing, opening, paying, planning, promising
from services.review.budget.accounts import years_after
from services.review.budget.commands import (
    AllowDespiteProvisional,
    CarryOver,
    CloseBudget,
    Command,
    CommitFunds,
    ExpireReservation,
    FreezeFunds,
    GiveFunds,
    HandOverRemainder,
    LiftFreeze,
    OpenBudget,
    ProclaimBudget,
    PutOnCommitment,
    RecordPayment,
    RecordRepayment,
    ReduceCommitment,
    ReleaseReservation,
    ReserveFunds,
    ReversePayment,
    ShiftCommitment,
    TakeFunds,
    TakeOverRemainder,
)
from services.review.budget.errors import BudgetNotOpen
from services.review.budget.events import Event, ThresholdReached
from services.review.budget.evolving import evolve
from services.review.budget.states import Budget, Open, Unopened, YearAccount
from shared.decider import Context


def decide(command: Command, budget: Budget, context: Context) -> Sequence[Event]:
    events = _decide(command, budget, context)
    return [*events, *_alarms(budget, events)] if events else events


def _decide(command: Command, budget: Budget, context: Context) -> Sequence[Event]:
    if isinstance(budget, Unopened):
        match command:
            case OpenBudget():
                return opening.open_budget(command, budget, context)
            case RecordPayment():
                return paying.wait_for_budget(command, budget)
            case CarryOver() | PutOnCommitment():
                return []
            case _:
                raise BudgetNotOpen
    match command:
        case ReserveFunds():
            return promising.reserve(command, budget, context)
        case ReleaseReservation():
            return promising.release(command, budget)
        case ExpireReservation():
            return promising.expire(command, budget, context)
        case CommitFunds():
            return promising.commit(command, budget, context)
        case ReduceCommitment():
            return promising.reduce_commitment(command, budget)
        case ShiftCommitment():
            return promising.shift(command, budget, context)
        case RecordPayment():
            return paying.pay(command, budget)
        case ReversePayment():
            return paying.reverse(command, budget)
        case PutOnCommitment():
            return paying.put_on_commitment(command, budget)
        case RecordRepayment():
            return paying.repay(command, budget)
        case _:
            return _change_plan(command, budget, context)


type PlanCommand = (
    OpenBudget | ProclaimBudget | AllowDespiteProvisional | CarryOver | FreezeFunds | LiftFreeze | GiveFunds | TakeFunds
    | CloseBudget | HandOverRemainder | TakeOverRemainder
)  # fmt: skip


def _change_plan(command: PlanCommand, budget: Open, context: Context) -> Sequence[Event]:
    match command:
        case OpenBudget():
            return opening.open_again(command, budget)
        case ProclaimBudget():
            return opening.proclaim(command, budget, context)
        case AllowDespiteProvisional():
            return opening.allow(command, budget, context)
        case CarryOver():
            return opening.carry_over(command, budget, context)
        case FreezeFunds():
            return planning.freeze(command, budget)
        case LiftFreeze():
            return planning.lift(command, budget)
        case GiveFunds():
            return planning.give(command, budget)
        case TakeFunds():
            return planning.take(command, budget)
        case HandOverRemainder():
            return planning.hand_over(command, budget)
        case TakeOverRemainder():
            return planning.take_over(command, budget)
        case CloseBudget():
            return closing.close(command, budget, context)
        case _ as missing:
            assert_never(missing)


def _alarms(budget: Budget, events: Sequence[Event]) -> Sequence[Event]:
    """A threshold that is reached is told, once in a budget's life."""
    state = budget
    if isinstance(budget, Unopened) or len(events) > 1:
        state = reduce(evolve, events, budget)
        years = state.years if isinstance(state, Open) else ()
    else:
        years = years_after(budget, events[0])
    if isinstance(state, Unopened):
        return []
    return [
        ThresholdReached(
            year=it.year, threshold_bp=threshold, taken_cents=it.taken_cents, available_cents=it.available_cents
        )
        for it in years
        for threshold in state.opening.alarms_bp
        if threshold > it.alarmed_bp and _reaches(it, threshold)
    ]


def _reaches(it: YearAccount, threshold_bp: int) -> bool:
    return it.taken_cents > 0 and it.taken_cents * 10_000 >= it.available_cents * threshold_bp
