"""What holds in every state of a noun, however it was reached."""

from collections.abc import Callable, Mapping
from typing import Any

from services.review.budget import Budget, Open


def budget_is_covered(budget: Budget) -> None:
    """Reserved, committed and paid together never exceed what the plan gives, in no year (C2).

    A freeze that comes later does not count: it never reaches what was promised before it (C11).
    """
    if isinstance(budget, Open):
        for it in budget.years:
            parts = (it.reserved_cents, it.committed_cents, it.paid_cents)
            assert min(parts) >= 0, it
            assert sum(parts) <= it.voted_cents, it


INVARIANTS: Mapping[str, Callable[[Any], None]] = {"review.budget": budget_is_covered}
