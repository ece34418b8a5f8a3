"""Every event folded into the budget; no rules."""

from collections.abc import Sequence
from typing import assert_never

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
)
from services.review.budget.states import Budget, Early, Open, Position, Unopened, YearAccount
from shared.contracts import YearAmount
from shared.decider import replace


def evolve(budget: Budget, it: Event) -> Budget:
    if isinstance(it, BudgetOpened):
        return _opened(it, budget)
    if isinstance(it, PaymentAwaitingBudget):
        return replace(
            budget, awaiting=budget.awaiting.put(it.payment, Early(number=len(budget.awaiting) + 1, payment=it))
        )
    if isinstance(budget, Unopened):
        return budget
    match it:
        case FundsReservationRefused() | FundsCommitmentRefused():
            return budget
        case BudgetCarriedOver():
            return replace(budget, carried_into=it.into)
        case CommitmentCarried():
            return _carried(it, budget)
        case FundsReserved():
            position = Position(reserved=it.by_year, reserved_entry=it.entry, expires_on=it.expires_on)
            return _entered(budget, it.entry, it.case, position, it.by_year, reserved=1)
        case ReservationReleased():
            return _entered(budget, it.entry, it.case, Position(), it.by_year, reserved=-1)
        case FundsCommitted():
            position = Position(committed=it.by_year, committed_entry=it.entry)
            return _entered(budget, it.entry, it.case, position, it.by_year, reserved=-1, committed=1)
        case PaymentRecorded():
            before = budget.position(it.case)
            payments = before.payments.put(it.payment, it.cents)
            position = replace(before, payments=payments, paid_cents=before.paid_cents + it.cents)
            own_year = (YearAmount(year=budget.year, cents=it.cents),)
            awaiting = budget.awaiting.without(it.payment)
            after = _entered(budget, it.entry, it.case, position, own_year, committed=-1, paid=1)
            return replace(after, awaiting=awaiting)
        case _ as missing:
            assert_never(missing)


def _opened(it: BudgetOpened, budget: Budget) -> Open:
    own = YearAccount(year=it.year, available_cents=it.appropriation_cents)
    later = tuple(YearAccount(year=promise.year, available_cents=promise.cents) for promise in it.authorisations)
    return Open(title=it.title, year=it.year, opening=it, years=(own, *later), awaiting=budget.awaiting)


def _carried(it: CommitmentCarried, budget: Open) -> Open:
    """The own year's part takes from its cash; later years bring the authorisation they were made on with them."""
    years = {account.year: account for account in budget.years}
    for part in it.by_year:
        account = years.get(part.year, YearAccount(year=part.year, available_cents=0))
        more = part.cents if part.year != budget.year else 0
        years[part.year] = replace(account, available_cents=account.available_cents + more)
    position = Position(committed=it.by_year, committed_entry=it.entry)
    brought = replace(budget, years=tuple(years[year] for year in sorted(years)))
    return _entered(brought, it.entry, it.case, position, it.by_year, committed=1)


def _entered(
    budget: Open,
    entry: int,
    case: str,
    position: Position,
    by_year: Sequence[YearAmount],
    *,
    reserved: int = 0,
    committed: int = 0,
    paid: int = 0,
) -> Open:
    """The budget after an entry; `reserved`, `committed`, `paid` say with which sign its amounts count there."""
    cents = {it.year: it.cents for it in by_year}
    years = tuple(
        YearAccount(
            year=it.year,
            available_cents=it.available_cents,
            reserved_cents=it.reserved_cents + reserved * cents.get(it.year, 0),
            committed_cents=it.committed_cents + committed * cents.get(it.year, 0),
            paid_cents=it.paid_cents + paid * cents.get(it.year, 0),
        )
        for it in budget.years
    )
    return Open(
        title=budget.title,
        year=budget.year,
        opening=budget.opening,
        years=years,
        entries=entry,
        carried_into=budget.carried_into,
        positions=budget.positions.put(case, position),
        awaiting=budget.awaiting,
    )
