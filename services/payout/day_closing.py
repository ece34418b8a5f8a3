"""Closing a day: the statements are read in the transaction that closes it, so that none comes in between."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from services.payout import reconciliation
from services.payout import statement as statements
from services.payout.reconciliation import AccountBalances, Cause, CloseDay, ProposeDifference, Sides
from services.payout.statement import StatementNoted, Statements
from shared.decider import AnyDecider, Context, Decided, Decision, replace
from shared.identity import Sealed


def close_day(day: date, ours: Sides, accounts: Sequence[str], proposal: str = "") -> Decision:
    """Close a day of these accounts (`statement.stream_id`); `ours` says what our books say of it, `proposal` names a difference."""
    return _judged(day, ours, accounts, lambda sides: CloseDay(closed_on=day, sides=sides, proposal=proposal))


def propose_difference(
    day: date, ours: Sides, accounts: Sequence[str], proposal: str, cause: Cause, reason: Sealed
) -> Decision:
    """Name the difference between a day's payments and what the budget says of them."""

    def made(sides: Sides) -> ProposeDifference:
        return ProposeDifference(closed_on=day, proposal=proposal, cause=cause, sides=sides, sealed_reason=reason)

    return _judged(day, ours, accounts, made)


def _judged(
    day: date, ours: Sides, accounts: Sequence[str], command: Callable[[Sides], CloseDay | ProposeDifference]
) -> Decision:
    stream = reconciliation.decider.stream(reconciliation.REGISTER)
    reads: dict[str, AnyDecider] = {stream: reconciliation.decider}
    reads |= {statements.decider.stream(it): statements.decider for it in accounts}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        asked = command(with_statements(ours, day, states[1:], accounts))
        decided = reconciliation.decider.decide(asked, states[0], context)
        return {stream: decided} if decided else {}

    return Decision(reads=reads, judge=judge, action=type(command(ours)).__name__, creates=True)


def with_statements(ours: Sides, day: date, accounts: Sequence[Statements], names: Sequence[str] = ()) -> Sides:
    """The sides of a day with what the statements say of it; `names` are those of the accounts."""
    by_account = [_of_day(state, day) for state in accounts]
    noted = [it for of_account in by_account for it in of_account]
    told = zip(names or [""] * len(accounts), by_account, strict=True)
    balances = tuple(_balances(name, of_account) for name, of_account in told if of_account)
    sums = [one for it in noted for one in it.days if one.booked_on == day]
    return replace(
        ours,
        debit_cents=sum(it.debit_cents for it in sums),
        credit_cents=sum(it.credit_cents for it in sums),
        files=tuple(dict.fromkeys(one for it in noted for one in it.files or (it.sha256,))),
        statements=tuple(it.statement for it in noted),
        opening_cents=sum(it.opening_cents for it in balances),
        closing_cents=sum(it.closing_cents for it in balances),
        accounts=balances,
        incomplete=any(_is_incomplete(state, noted) or _lacks_page(state, day) for state in accounts),
    )


def _of_day(state: Statements, day: date) -> Sequence[StatementNoted]:
    found = (it for it in state.noted.values() if any(one.booked_on == day for one in it.days))
    return sorted(found, key=lambda it: (it.year, it.number or 0, it.statement))


def _balances(account: str, noted: Sequence[StatementNoted]) -> AccountBalances:
    return AccountBalances(
        account=account,
        opening_cents=noted[0].opening_cents,
        closing_cents=noted[-1].closing_cents,
        statements=tuple(it.statement for it in noted),
    )


def _lacks_page(state: Statements, day: date) -> bool:
    """Whether a page is missing of a statement that books this day, or one before."""
    waiting = (one for pages in statements.waiting_pages(state) for it in pages for one in it.days)
    return any(it.booked_on <= day for it in waiting)


def _is_incomplete(state: Statements, noted: Sequence[StatementNoted]) -> bool:
    """Whether a number is missing before the day's statements."""
    numbers: Mapping[int, int] = {it.year: it.number for it in noted if it.number is not None}
    return any(year in numbers and first < numbers[year] for year, first, _ in statements.gaps(state))
