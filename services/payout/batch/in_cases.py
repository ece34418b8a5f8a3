"""What the cases in a file say against it: somebody who must not act in one of them, or an account that is not its any more.

A batch acts in many cases at once. What was declared, done or changed in one of them after the order counts as before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from services.payout import account as accounts
from services.payout import collection, municipal_tie
from services.payout import disbursement as disbursements
from services.payout import payee as payees
from services.payout import payment as payments
from services.payout.batch.content import Entry
from shared import duties, ties
from shared.contracts import Acted
from shared.decider import AnyDecider, Context, DomainError

TIES = municipal_tie.decider.stream(ties.REGISTER)


class PaymentToFormerAccount(DomainError):
    """`detail` says which payment."""

    code = "payment-to-former-account"
    title = (
        "Eine der Zahlungen ginge auf eine Bankverbindung, die nicht mehr gilt. Verwerfen Sie den Zahlungslauf: "
        "Dabei wird ihre Anordnung zurückgenommen, und auf die neue Bankverbindung wird neu festgestellt und angeordnet."
    )


class AccountOfPaymentInChange(DomainError):
    """`detail` says which payment."""

    code = "payment-account-in-change"
    title = (
        "Die Bankverbindung einer der Zahlungen wird gerade geändert. Bestätigen oder verwerfen Sie die Änderung; "
        "bis dahin lässt sich nur der Zahlungslauf verwerfen."
    )


class OfCase(Protocol):
    """An order, or its entry in a file: both know their case."""

    @property
    def case(self) -> str: ...
    @property
    def file_number(self) -> str: ...


def reads_of(orders: Sequence[OfCase]) -> dict[str, AnyDecider]:
    """What has to be read of the cases of these orders."""
    reads: dict[str, AnyDecider] = {TIES: municipal_tie.decider}
    for it in orders:
        reads[payees.decider.stream(it.case)] = payees.decider
        reads[disbursements.decider.stream(it.case)] = disbursements.decider
        reads[accounts.decider.stream(it.case)] = accounts.decider
    return reads


def collecting(entries: Sequence[OfCase]) -> dict[str, AnyDecider]:
    """The streams of the orders about claims of these cases."""
    return {collection.decider.stream(it.case): collection.decider for it in entries}


def tell_orders(
    told: Iterable[tuple[str, collection.Command]], states: Mapping[str, Any], context: Context
) -> dict[str, list[Any]]:
    """What is said of orders about claims, each with its case, one after the other: a case may have several in a file."""
    now, decided = dict(states), dict[str, list[Any]]()
    for case, command in told:
        stream = collection.decider.stream(case)
        events = list(collection.decider.decide(command, now[stream], context))
        now[stream] = collection.decider.fold(events, now[stream])
        if events:
            decided.setdefault(stream, []).extend(events)
    return decided


def refuse_barred(action: str, orders: Sequence[OfCase], states: Mapping[str, Any], context: Context) -> None:
    """`RefusedAttempt`, which names the case, when this person must not do the action in one of the orders' cases."""
    for it in orders:
        state, payee = states[disbursements.decider.stream(it.case)], states[payees.decider.stream(it.case)]
        collected: collection.Collections | None = states.get(collection.decider.stream(it.case))
        known = acts_in(state, payee, states[TIES], context.actor)
        acted = (*known, *collected.acted) if collected else known
        duties.refuse(action, acted, context, case=it.case, file_number=it.file_number)


def acts_in(
    state: disbursements.Disbursement, payee: payees.Payee, tied: municipal_tie.Ties, person: str
) -> tuple[Acted, ...]:
    """What was done in a case, and what ties this person to its municipalities."""
    return (*state.acted, *ties.conflicts(tied.declared, person, disbursements.municipalities(state, payee)))


def refuse_former_accounts(orders: Sequence[payments.PaymentOrdered], states: Mapping[str, Any]) -> None:
    """`PaymentToFormerAccount` or `AccountOfPaymentInChange` for the first order whose case's account is another one now."""
    for it in orders:
        account: accounts.Account = states[accounts.decider.stream(it.case)]
        if hindrance := account_hindrance(it, account):
            raise hindrance


def refuse_questioned(orders: Sequence[payments.PaymentOrdered | Entry], states: Mapping[str, Any]) -> None:
    """`DebitUnexplained` for the first order whose Mittelabruf was perhaps paid already, by an attempt that was refused."""
    for it in orders:
        disbursements.refuse_unexplained(debits_of(it, states))


def debits_of(it: payments.PaymentOrdered | Entry, states: Mapping[str, Any]) -> tuple[disbursements.Debit, ...]:
    """The debits that were questioned of the order's Mittelabruf, explained or not."""
    state: disbursements.Disbursement = states[disbursements.decider.stream(it.case)]
    return next((one.debits for one in state.drawdowns if one.id == it.drawdown), ())


def is_perhaps_paid(entry: Entry, states: Mapping[str, Any]) -> bool:
    """Whether a debit of another attempt at this entry's Mittelabruf waits for its explanation."""
    return any(it.payment != entry.payment for it in disbursements.open_debits(debits_of(entry, states)))


def is_to_former_account(order: payments.PaymentOrdered | Entry, account: accounts.Account) -> bool:
    """Whether the case was given another account since the order."""
    now = account.confirmed
    return now is not None and (now.account_holder, now.iban) != (order.account_holder, order.iban)


def account_hindrance(
    order: payments.PaymentOrdered, account: accounts.Account
) -> PaymentToFormerAccount | AccountOfPaymentInChange | None:
    """Why this order must not be paid while the case's account is this one; None when it may."""
    told = f"Vorgang {order.file_number}, Zahlung {order.reference}"
    if is_to_former_account(order, account):
        return PaymentToFormerAccount(told)
    return AccountOfPaymentInChange(told) if account.proposed is not None else None
