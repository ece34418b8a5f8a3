"""What holds in every state of a noun, however it was reached."""

from collections.abc import Callable, Mapping
from typing import Any

from services.payout.collection import ACCEPTED, Collections, Kind
from services.review.budget import Budget, Open


def budget_is_covered(budget: Budget) -> None:
    """Reserved, committed and paid together never exceed what the plan gives, in no year (C2).

    A freeze that comes later does not count: it never reaches what was promised before it (C11). Nor does what the treasury paid
    twice: it was spent beside every promise, and is asked back.
    """
    if isinstance(budget, Open):
        for it in budget.years:
            parts = (it.reserved_cents, it.committed_cents, it.paid_cents)
            assert min(parts) >= 0, it
            twice = sum(one.overpaid_cents for one in budget.positions.values()) if it.year == budget.year else 0
            assert sum(parts) - twice <= it.voted_cents, it


def treasury_knows_what_was_ordered(state: Collections) -> None:
    """Whoever does what the orders about a claim say, and nothing else, collects what the last of them made known.

    What the treasury refused or was never sent does not count; at most one order about a claim is on its way.
    """
    for claim in {it.ordered.claim for it in state.orders}:
        amount = 0
        standing = state.of_claim(claim)
        for it in standing:
            amount = amount - it.ordered.cents if it.ordered.kind == Kind.DEDUCT else it.ordered.cents
            assert amount == it.ordered.target_cents, standing
        assert all(it.stage == ACCEPTED for it in standing[:-1]), standing


INVARIANTS: Mapping[str, Callable[[Any], None]] = {
    "review.budget": budget_is_covered,
    "payout.collection": treasury_knows_what_was_ordered,
}
