"""Committed money is paid, and comes back."""

from collections.abc import Sequence

from services.review.budget.checks import check_cents, check_not_closed, is_repeated
from services.review.budget.commands import PutOnCommitment, RecordPayment, RecordRepayment, ReversePayment
from services.review.budget.errors import (
    AmountsNotValid,
    PaymentBeyondCommitment,
    PaymentContradicted,
    PaymentNotRecorded,
)
from services.review.budget.events import (
    Event,
    PaymentAwaitingBudget,
    PaymentPutOnCommitment,
    PaymentRecorded,
    PaymentReversed,
    RepaymentReceived,
)
from services.review.budget.states import Open, Unopened
from shared.money import MAX_CENTS


def wait_for_budget(command: RecordPayment, budget: Unopened) -> Sequence[Event]:
    if command.payment in budget.awaiting:
        return []
    return [
        PaymentAwaitingBudget(
            payment=command.payment,
            case=command.case,
            cents=command.cents,
            paid_on=command.paid_on,
            overpaid=command.overpaid,
        )
    ]


def pay(command: RecordPayment, budget: Open) -> Sequence[Event]:
    position = budget.position(command.case)
    known = position.payments.get(command.payment)
    if known is not None:
        if known != command.cents:
            raise PaymentContradicted
        return []
    check_not_closed(budget)
    if command.cents <= 0 or (not command.overpaid and command.cents > position.unpaid_cents(budget.year)):
        raise PaymentBeyondCommitment
    return [
        PaymentRecorded(
            entry=budget.entries + 1,
            counters=position.committed_entry,
            payment=command.payment,
            case=command.case,
            cents=command.cents,
            paid_on=command.paid_on,
            overpaid=command.overpaid,
        )
    ]


def reverse(command: ReversePayment, budget: Open) -> Sequence[Event]:
    """Counter a payment's entry, once: its money is committed and unpaid again."""
    known = budget.references.get(f"reversal:{command.payment}")
    if is_repeated(known, case=command.case, cents=command.cents):
        return []
    check_not_closed(budget)
    position = budget.position(command.case)
    if not 0 < command.cents <= position.payments.get(command.payment, 0):
        raise PaymentNotRecorded
    return [
        PaymentReversed(
            entry=budget.entries + 1,
            counters=position.last_payment_entry,
            payment=command.payment,
            case=command.case,
            cents=command.cents,
            returned_on=command.returned_on,
            overpaid=command.payment in position.overpaid,
        )
    ]


def put_on_commitment(command: PutOnCommitment, budget: Open) -> Sequence[Event]:
    """Once, and only as a whole: where the bank kept some of what came back, or some was paid back already, it stays beside."""
    position = budget.position(command.case)
    cents = position.overpaid.get(command.payment, 0)
    fits = 0 < cents <= min(position.unpaid_cents(budget.year), position.overpaid_cents)
    if budget.closed_on or not fits or f"reversal:{command.payment}" in budget.references:
        return []
    return [
        PaymentPutOnCommitment(
            entry=budget.entries + 1,
            counters=position.committed_entry,
            payment=command.payment,
            case=command.case,
            cents=cents,
            instead_of=command.instead_of,
        )
    ]


def repay(command: RecordRepayment, budget: Open) -> Sequence[Event]:
    """Set off as far as this year's plan allows it and this year's expenditure for the case reaches; the rest is income."""
    known = budget.references.get(f"repayment:{command.repayment}")
    asked = {"case": command.case, "cents": command.cents, "interest_cents": command.interest_cents}
    if is_repeated(known, **asked):
        return []
    check_not_closed(budget)
    if command.cents or not command.interest_cents:
        check_cents(command.cents)
    if not 0 <= command.interest_cents <= MAX_CENTS or command.received_on.year != budget.year:
        raise AmountsNotValid("Zu buchen ist im Haushaltsjahr des Eingangs.", field="received_on")
    position = budget.position(command.case)
    spent = max(0, position.overpaid_cents) if command.overpaid else position.paid_cents
    set_off = min(command.cents, spent) if budget.opening.repayments_set_off else 0
    return [
        RepaymentReceived(
            entry=budget.entries + 1,
            counters=position.last_payment_entry if set_off else 0,
            repayment=command.repayment,
            case=command.case,
            cents=command.cents,
            interest_cents=command.interest_cents,
            set_off_cents=set_off,
            income_cents=command.cents - set_off + command.interest_cents,
            received_on=command.received_on,
            overpaid=command.overpaid,
        )
    ]
