"""What an event does to the years of a budget: sums, no rules."""

from collections.abc import Sequence

from services.review.budget.events import (
    BudgetProclaimed,
    CommitmentCarried,
    CommitmentLapsed,
    CommitmentMoved,
    CommitmentReduced,
    CommitmentShifted,
    Event,
    FreezeLifted,
    FundsCommitted,
    FundsFrozen,
    FundsGiven,
    FundsReserved,
    FundsTaken,
    PaymentPutOnCommitment,
    PaymentRecorded,
    PaymentReversed,
    RemainderHandedOver,
    RemainderTakenOver,
    RepaymentReceived,
    ReservationReleased,
    ThresholdReached,
)
from services.review.budget.states import Open, YearAccount, cents_of
from shared.contracts import YearAmount
from shared.decider import replace

type Years = tuple[YearAccount, ...]


def years_after(budget: Open, it: Event) -> Years:
    """The years' accounts after an event; those of the budget itself when it moves none."""
    match it:
        case FundsReserved():
            return _entered(budget.years, it.by_year, reserved=1)
        case ReservationReleased():
            return _entered(budget.years, it.by_year, reserved=-1)
        case FundsCommitted():
            return _entered(budget.years, it.by_year, reserved=-1, committed=1)
        case CommitmentCarried():
            return _carried(budget, it)
        case CommitmentReduced():
            return _entered(budget.years, it.by_year, committed=-1)
        case CommitmentShifted():
            less = _entered(budget.years, it.less, committed=-1)
            return _entered(_entered(less, it.reserved, reserved=-1), it.more, committed=1)
        case PaymentRecorded(overpaid=True):
            return _entered(budget.years, _own(budget, it.cents), paid=1)
        case PaymentReversed(overpaid=True):
            return _entered(budget.years, _own(budget, it.cents), paid=-1)
        case PaymentRecorded():
            return _entered(budget.years, _own(budget, it.cents), committed=-1, paid=1)
        case PaymentReversed():
            return _entered(budget.years, _own(budget, it.cents), committed=1, paid=-1)
        case PaymentPutOnCommitment():
            return _entered(budget.years, _own(budget, it.cents), committed=-1)
        case RepaymentReceived():
            return _entered(budget.years, _own(budget, it.set_off_cents), paid=-1)
        case CommitmentLapsed():
            return _entered(budget.years, _own(budget, it.cents), committed=-1)
        case _:
            return _plan_after(budget, it)


def _plan_after(budget: Open, it: Event) -> Years:
    """What the plan gives, after an event that changes it."""
    match it:
        case CommitmentMoved():
            freed = _entered(budget.years, _own(budget, it.cents), committed=-1)
            return _changed(freed, budget.year, remainder_cents=-it.cents)
        case FundsFrozen():
            return _changed(budget.years, it.year, frozen_cents=it.cents)
        case FreezeLifted():
            return _changed(budget.years, it.year, frozen_cents=-it.cents)
        case FundsGiven():
            return _changed(budget.years, budget.year, reallocated_cents=-it.cents)
        case FundsTaken():
            return _changed(budget.years, budget.year, reallocated_cents=it.cents)
        case RemainderHandedOver():
            return _changed(budget.years, budget.year, remainder_cents=-it.cents)
        case RemainderTakenOver():
            return _changed(budget.years, budget.year, remainder_cents=it.cents)
        case BudgetProclaimed():
            return _proclaimed(budget, it)
        case ThresholdReached():
            return tuple(
                replace(account, alarmed_bp=it.threshold_bp) if account.year == it.year else account
                for account in budget.years
            )
        case _:
            return budget.years


def _own(budget: Open, cents: int) -> tuple[YearAmount, ...]:
    return (YearAmount(year=budget.year, cents=cents),)


def _entered(
    years: Years, by_year: Sequence[YearAmount], *, reserved: int = 0, committed: int = 0, paid: int = 0
) -> Years:
    """The accounts after an entry; `reserved`, `committed`, `paid` say with which sign its amounts count there."""
    cents = {it.year: it.cents for it in by_year}
    return tuple(
        replace(
            it,
            reserved_cents=it.reserved_cents + reserved * cents[it.year],
            committed_cents=it.committed_cents + committed * cents[it.year],
            paid_cents=it.paid_cents + paid * cents[it.year],
        )
        if it.year in cents
        else it
        for it in years
    )


def _changed(years: Years, year: int, **cents: int) -> Years:
    """The accounts with amounts of one year added to what the plan gives there."""
    return tuple(
        replace(it, **{name: getattr(it, name) + more for name, more in cents.items()}) if it.year == year else it
        for it in years
    )


def _with_years(years: Years, wanted: Sequence[int]) -> Years:
    known = {it.year: it for it in years}
    return tuple(known.get(it) or YearAccount(year=it) for it in sorted({*known, *wanted}))


def _carried(budget: Open, it: CommitmentCarried) -> Years:
    """The own year's part takes from its cash; later years bring the authorisation they were made on with them."""
    years = _with_years(budget.years, [part.year for part in it.by_year])
    for part in it.by_year:
        if part.year != budget.year:
            years = _changed(years, part.year, brought_cents=part.cents)
    return _entered(years, it.by_year, committed=1)


def _proclaimed(budget: Open, it: BudgetProclaimed) -> Years:
    """The act's amounts; of an earlier authorisation that lived on only what was used of it stays."""
    return tuple(
        replace(
            account,
            appropriated_cents=it.appropriation_cents
            if account.year == budget.year
            else cents_of(it.authorisations, account.year),
            continued_cents=min(account.continued_cents, max(0, account.taken_cents - account.brought_cents)),
        )
        for account in _with_years(budget.years, [part.year for part in it.authorisations])
    )
