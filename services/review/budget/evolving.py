"""Every event folded into the budget; no rules."""

from datetime import date
from typing import Any, assert_never, cast

from services.review.budget.accounts import years_after
from services.review.budget.events import (
    BudgetCarriedOver,
    BudgetClosed,
    BudgetOpened,
    BudgetProclaimed,
    CommitmentCarried,
    CommitmentLapsed,
    CommitmentMoved,
    CommitmentReduced,
    CommitmentShifted,
    CommitmentShiftRefused,
    Event,
    FreezeLifted,
    FundsCommitmentRefused,
    FundsCommitted,
    FundsFrozen,
    FundsGiven,
    FundsReservationRefused,
    FundsReserved,
    FundsTaken,
    PaymentAwaitingBudget,
    PaymentPutOnCommitment,
    PaymentRecorded,
    PaymentReversed,
    ProvisionalOverrideGranted,
    RemainderHandedOver,
    RemainderTakenOver,
    RepaymentReceived,
    ReservationReleased,
    ThresholdReached,
)
from services.review.budget.states import (
    Budget,
    Early,
    Freeze,
    Open,
    Position,
    Unopened,
    YearAccount,
    summed,
)
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
        case FundsReservationRefused() | FundsCommitmentRefused() | CommitmentShiftRefused():
            return budget
        case BudgetCarriedOver():
            return replace(budget, carried_into=it.into)
        case BudgetClosed():
            return replace(budget, closed_on=it.closed_on)
        case ProvisionalOverrideGranted():
            return replace(budget, overrides=budget.overrides.put(it.case, it.reason))
        case ThresholdReached():
            return replace(budget, years=years_after(budget, it))
        case BudgetProclaimed():
            return replace(_entered(budget, it), provisional=False)
        case (
            FundsFrozen() | FreezeLifted() | FundsGiven() | FundsTaken() | RemainderHandedOver() | RemainderTakenOver()
        ):
            return _plan(_entered(budget, it), it)
        case (
            CommitmentCarried() | FundsReserved() | ReservationReleased() | FundsCommitted() | CommitmentReduced()
            | CommitmentShifted() | CommitmentLapsed() | CommitmentMoved() | PaymentRecorded() | RepaymentReceived()
            | PaymentReversed() | PaymentPutOnCommitment()
        ):  # fmt: skip
            position = _position(budget.position(it.case), it, budget.year)
            return _noted(replace(_entered(budget, it), positions=budget.positions.put(it.case, position)), it)
        case _ as missing:
            assert_never(missing)


def reference_of(it: Event) -> str:
    """The reference from outside under which an event is entered once; empty when it has none."""
    match it:
        case FundsFrozen():
            return f"freeze:{it.freeze}"
        case FundsGiven():
            return f"given:{it.reference}"
        case FundsTaken():
            return f"taken:{it.reference}"
        case RemainderHandedOver():
            return f"handed-over:{it.origin}:{it.consent}"
        case RemainderTakenOver():
            return f"taken-over:{it.out_of}:{it.origin}:{it.consent}"
        case CommitmentReduced() | CommitmentShifted():
            return f"change:{it.case}:{it.reference}"
        case RepaymentReceived():
            return f"repayment:{it.repayment}"
        case PaymentReversed():
            return f"reversal:{it.payment}"
        case _:
            return ""


def _opened(it: BudgetOpened, budget: Budget) -> Open:
    own = YearAccount(year=it.year, appropriated_cents=it.appropriation_cents)
    later = {promise.year: YearAccount(year=promise.year, continued_cents=promise.cents) for promise in it.continued}
    for promise in it.authorisations:
        account = later.get(promise.year) or YearAccount(year=promise.year)
        later[promise.year] = replace(account, appropriated_cents=promise.cents)
    return Open(
        title=it.title,
        year=it.year,
        opening=it,
        years=(own, *(later[year] for year in sorted(later))),
        awaiting=budget.awaiting,
        provisional=it.provisional,
    )


def _entered(budget: Open, it: Any) -> Open:
    """The budget with the entry's number and what it does to the years."""
    return replace(budget, entries=it.entry, years=years_after(budget, cast(Event, it)))


def _noted(budget: Open, it: Event) -> Open:
    """The budget with what else an entry of a case leaves behind."""
    match it:
        case PaymentRecorded():
            return replace(budget, awaiting=budget.awaiting.without(it.payment))
        case CommitmentMoved():
            return replace(budget, moved_cents=budget.moved_cents + it.cents)
        case CommitmentReduced() | CommitmentShifted() | RepaymentReceived() | PaymentReversed():
            return replace(budget, references=budget.references.put(reference_of(it), it))
        case _:
            return budget


def _plan(budget: Open, it: Event) -> Open:
    """The budget after a change of what the plan gives."""
    match it:
        case FreezeLifted():
            freeze = replace(budget.freezes[it.freeze], left_cents=it.left_cents)
            return replace(budget, freezes=budget.freezes.put(it.freeze, freeze))
        case FundsFrozen():
            freeze = Freeze(entry=it.entry, year=it.year, cents=it.cents, share_bp=it.share_bp, left_cents=it.cents)
            budget = replace(budget, freezes=budget.freezes.put(it.freeze, freeze))
        case RemainderTakenOver():
            more = (YearAmount(year=it.origin, cents=it.cents),)
            budget = replace(budget, remainders=summed(budget.remainders, more))
        case RemainderHandedOver():
            more = (YearAmount(year=it.origin, cents=it.cents),)
            budget = replace(budget, handed_over=summed(budget.handed_over, more))
        case _:
            pass
    return replace(budget, references=budget.references.put(reference_of(it), it))


def _position(before: Position, it: Event, year: int) -> Position:
    match it:
        case FundsReserved():
            return replace(
                before, reserved=it.by_year, reserved_entry=it.entry, expires_on=it.expires_on, basis=it.basis,
                increase=it.increase,
            )  # fmt: skip
        case ReservationReleased():
            return _unreserved(before)
        case FundsCommitted():
            return Position(committed=it.by_year, committed_entry=it.entry, basis=it.basis)
        case CommitmentCarried():
            entry, basis = before.committed_entry or it.entry, it.basis or before.basis
            return replace(before, committed=summed(before.committed, it.by_year), committed_entry=entry, basis=basis)
        case CommitmentReduced():
            return replace(before, committed=summed(before.committed, it.by_year, -1))
        case CommitmentShifted():
            committed = summed(summed(before.committed, it.less, -1), it.more)
            entry = before.committed_entry or it.entry
            left = _unreserved(before) if it.reserved else before
            return replace(left, committed=committed, committed_entry=entry, basis=it.basis)
        case _:
            return _settled(before, it, year)


def _unreserved(it: Position) -> Position:
    return replace(it, reserved=(), reserved_entry=0, expires_on=date.max, increase="")


def _settled(before: Position, it: Event, year: int) -> Position:
    """The position after money of the year was paid, came back, or can no longer be paid."""
    match it:
        case PaymentRecorded(overpaid=True):
            return replace(
                before, payments=before.payments.put(it.payment, it.cents), last_payment_entry=it.entry,
                overpaid=before.overpaid.put(it.payment, it.cents), overpaid_cents=before.overpaid_cents + it.cents,
            )  # fmt: skip
        case PaymentPutOnCommitment():
            return replace(
                before, overpaid=before.overpaid.without(it.payment), overpaid_cents=before.overpaid_cents - it.cents,
                paid_cents=before.paid_cents + it.cents, last_payment_entry=it.entry,
            )  # fmt: skip
        case PaymentReversed(overpaid=True):
            return replace(before, overpaid_cents=before.overpaid_cents - it.cents)
        case RepaymentReceived(overpaid=True):
            return replace(before, overpaid_cents=before.overpaid_cents - it.set_off_cents)
        case PaymentRecorded():
            payments = before.payments.put(it.payment, it.cents)
            paid = before.paid_cents + it.cents
            return replace(before, payments=payments, paid_cents=paid, last_payment_entry=it.entry)
        case PaymentReversed():
            return replace(before, paid_cents=before.paid_cents - it.cents)
        case RepaymentReceived():
            gone = (YearAmount(year=year, cents=it.set_off_cents),)
            paid = before.paid_cents - it.set_off_cents
            return replace(before, committed=summed(before.committed, gone, -1), paid_cents=paid)
        case CommitmentLapsed():
            gone = (YearAmount(year=year, cents=it.cents),)
            return replace(before, committed=summed(before.committed, gone, -1))
        case CommitmentMoved():
            gone = (YearAmount(year=year, cents=it.cents),)
            return replace(before, committed=summed(before.committed, gone, -1), moved_into=it.into)
        case _:
            return before
