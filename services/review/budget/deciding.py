"""Every command judged against the budget as it stands."""

from collections.abc import Sequence
from functools import reduce
from typing import assert_never

from services.review.budget.commands import (
    CarryOver,
    Command,
    CommitFunds,
    OpenBudget,
    RecordPayment,
    ReleaseReservation,
    ReserveFunds,
)
from services.review.budget.errors import (
    AlreadyCommitted,
    AmountsNotValid,
    AppropriationBelowPreloads,
    BudgetAlreadyOpen,
    BudgetNotOpen,
    BudgetYearNotBegun,
    OtherAmountsReserved,
    PaymentBeyondCommitment,
    PaymentContradicted,
)
from services.review.budget.events import (
    BudgetCarriedOver,
    BudgetOpened,
    CommitmentCarried,
    Event,
    FundsCommitmentRefused,
    FundsCommitted,
    FundsReservationRefused,
    FundsReserved,
    PaymentAwaitingBudget,
    PaymentRecorded,
    ReservationReleased,
    Shortfall,
)
from services.review.budget.evolving import evolve
from services.review.budget.states import Budget, Open, Unopened, cents_of
from shared.contracts import YearAmount
from shared.decider import Context
from shared.money import MAX_CENTS


def decide(command: Command, budget: Budget, context: Context) -> Sequence[Event]:
    match command, budget:
        case OpenBudget(), Unopened():
            return _open(command, budget, context)
        case OpenBudget(), Open(opening=opening):
            same = (opening.title, opening.year, opening.appropriation_cents, opening.authorisations)
            if same != (command.title, command.year, command.appropriation_cents, command.authorisations):
                raise BudgetAlreadyOpen
            return []
        case CarryOver(), Unopened():
            return []
        case CarryOver(), Open():
            return [] if budget.carried_into else [BudgetCarriedOver(into=command.into, carried_on=context.valid_on)]
        case RecordPayment(), Unopened():
            return _await(command, budget)
        case RecordPayment(), Open():
            return _pay(command, budget)
        case ((ReserveFunds() | ReleaseReservation() | CommitFunds()), Unopened()):
            raise BudgetNotOpen
        case ReserveFunds(), Open():
            return _reserve(command, budget, context)
        case ReleaseReservation(), Open():
            return _release(command, budget)
        case CommitFunds(), Open():
            return _commit(command, budget, context)
        case _ as missing:
            assert_never(missing)


def _check_amounts(by_year: Sequence[YearAmount]) -> None:
    years = [it.year for it in by_year]
    if years != sorted(set(years)) or any(not 0 < it.cents <= MAX_CENTS for it in by_year):
        raise AmountsNotValid


def _open(command: OpenBudget, budget: Unopened, context: Context) -> Sequence[Event]:
    _check_amounts(command.authorisations)
    if not 0 <= command.appropriation_cents <= MAX_CENTS or any(
        it.year <= command.year for it in command.authorisations
    ):
        raise AmountsNotValid
    if context.valid_on.year < command.year:
        raise BudgetYearNotBegun
    if sum(cents_of(it.by_year, command.year) for it in command.preloads) > command.appropriation_cents:
        raise AppropriationBelowPreloads
    opened = BudgetOpened(
        title=command.title,
        year=command.year,
        appropriation_cents=command.appropriation_cents,
        authorisations=command.authorisations,
        opened_on=context.valid_on,
    )
    carried = [
        CommitmentCarried(entry=entry, case=line.case, by_year=line.by_year)
        for entry, line in enumerate(command.preloads, start=1)
    ]
    events: list[Event] = [opened, *carried]
    state = reduce(evolve, events, budget)
    for it in (early.payment for early in sorted(budget.awaiting.values(), key=lambda it: it.number)):
        # One that no commitment covers stays waiting, for people to see; it must not keep the whole year shut.
        if isinstance(state, Open) and it.cents <= state.position(it.case).unpaid_cents(state.year):
            payment = RecordPayment(payment=it.payment, case=it.case, cents=it.cents, paid_on=it.paid_on)
            recorded = _pay(payment, state)
            events += recorded
            state = reduce(evolve, recorded, state)
    return events


def _year_over(budget: Open, context: Context) -> bool:
    """The authority to spend and to commit ends with the calendar year (HGrG § 27)."""
    return bool(budget.carried_into) or context.valid_on.year != budget.year


def _shortfall(by_year: Sequence[YearAmount], budget: Open, context: Context) -> Shortfall | None:
    if _year_over(budget, context):
        return Shortfall.YEAR_OVER
    if not {it.year for it in by_year} <= {it.year for it in budget.years}:
        return Shortfall.AUTHORISATION_MISSING
    free = budget.free(by_year)
    if any(asked.cents > left.cents for asked, left in zip(by_year, free, strict=True)):
        return Shortfall.FUNDS_EXHAUSTED
    return None


def _reserve(command: ReserveFunds, budget: Open, context: Context) -> Sequence[Event]:
    _check_amounts(command.by_year)
    if not command.by_year:
        raise AmountsNotValid
    position = budget.position(command.case)
    if command.by_year in (position.reserved, position.committed):
        return []
    if position.committed_entry:
        raise AlreadyCommitted
    if position.reserved_entry:
        raise OtherAmountsReserved
    if reason := _shortfall(command.by_year, budget, context):
        # Asked again it is refused, and recorded, again: an empty decision would read like a success.
        free = budget.free(command.by_year)
        return [FundsReservationRefused(case=command.case, by_year=command.by_year, free=free, reason=reason)]
    return [
        FundsReserved(
            entry=budget.entries + 1,
            case=command.case,
            by_year=command.by_year,
            expires_on=command.expires_on,
            basis=command.basis,
        )
    ]


def _release(command: ReleaseReservation, budget: Open) -> Sequence[Event]:
    position = budget.position(command.case)
    if not position.reserved_entry:
        return []
    return [
        ReservationReleased(
            entry=budget.entries + 1,
            counters=position.reserved_entry,
            case=command.case,
            by_year=position.reserved,
            reason=command.reason,
        )
    ]


def _commit(command: CommitFunds, budget: Open, context: Context) -> Sequence[Event]:
    position = budget.position(command.case)
    if position.committed_entry:
        if command.by_year != position.committed:
            raise AlreadyCommitted
        return []
    reason = None
    if _year_over(budget, context):
        reason = Shortfall.YEAR_OVER
    elif not position.reserved_entry or command.by_year != position.reserved:
        reason = Shortfall.NOT_RESERVED
    elif context.valid_on > position.expires_on:
        reason = Shortfall.RESERVATION_EXPIRED
    if reason:
        return [FundsCommitmentRefused(case=command.case, by_year=command.by_year, reason=reason)]
    return [
        FundsCommitted(
            entry=budget.entries + 1,
            counters=position.reserved_entry,
            case=command.case,
            by_year=command.by_year,
            basis=command.basis,
        )
    ]


def _await(command: RecordPayment, budget: Unopened) -> Sequence[Event]:
    if command.payment in budget.awaiting:
        return []
    return [
        PaymentAwaitingBudget(payment=command.payment, case=command.case, cents=command.cents, paid_on=command.paid_on)
    ]


def _pay(command: RecordPayment, budget: Open) -> Sequence[Event]:
    position = budget.position(command.case)
    known = position.payments.get(command.payment)
    if known is not None:
        if known != command.cents:
            raise PaymentContradicted
        return []
    if not 0 < command.cents <= position.unpaid_cents(budget.year):
        raise PaymentBeyondCommitment
    return [
        PaymentRecorded(
            entry=budget.entries + 1,
            counters=position.committed_entry,
            payment=command.payment,
            case=command.case,
            cents=command.cents,
            paid_on=command.paid_on,
        )
    ]
