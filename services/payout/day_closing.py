"""Closing a day: the statements are read in the transaction that closes it, so that none comes in between."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.payout import reconciliation
from services.payout import statement as statements
from services.payout.reconciliation import CloseDay, Sides
from services.payout.statement import StatementNoted, Statements
from shared.decider import AnyDecider, Context, Decided, Decision, replace


def close_day(day: date, ours: Sides, accounts: Sequence[str]) -> Decision:
    """Close a day of these accounts (`statement.stream_id`); `ours` says what our books say of it."""
    stream = reconciliation.decider.stream(reconciliation.REGISTER)
    reads: dict[str, AnyDecider] = {stream: reconciliation.decider}
    reads |= {statements.decider.stream(it): statements.decider for it in accounts}

    def judge(states: Sequence[Any], context: Context) -> Decided:
        command = CloseDay(closed_on=day, sides=with_statements(ours, day, states[1:]))
        return {stream: reconciliation.decider.decide(command, states[0], context)}

    return Decision(reads=reads, judge=judge, action="CloseDay", creates=True)


def with_statements(ours: Sides, day: date, accounts: Sequence[Statements]) -> Sides:
    """The sides of a day with what the statements say of it."""
    noted = sorted(
        (it for state in accounts for it in state.noted.values() if any(one.booked_on == day for one in it.days)),
        key=lambda it: (it.year, it.number or 0, it.statement),
    )
    sums = [one for it in noted for one in it.days if one.booked_on == day]
    return replace(
        ours,
        debit_cents=sum(it.debit_cents for it in sums),
        credit_cents=sum(it.credit_cents for it in sums),
        files=tuple(dict.fromkeys(one for it in noted for one in it.files or (it.sha256,))),
        statements=tuple(it.statement for it in noted),
        opening_cents=noted[0].opening_cents if noted else 0,
        closing_cents=noted[-1].closing_cents if noted else 0,
        incomplete=any(_is_incomplete(state, noted) or _lacks_page(state, day) for state in accounts),
    )


def _lacks_page(state: Statements, day: date) -> bool:
    """Whether a page is missing of a statement that books this day, or one before."""
    waiting = (one for pages in statements.waiting_pages(state) for it in pages for one in it.days)
    return any(it.booked_on <= day for it in waiting)


def _is_incomplete(state: Statements, noted: Sequence[StatementNoted]) -> bool:
    """Whether a number is missing before the day's statements."""
    numbers: Mapping[int, int] = {it.year: it.number for it in noted if it.number is not None}
    return any(year in numbers and first < numbers[year] for year, first, _ in statements.gaps(state))
