"""What has to come of the plan, reckoned from it alone."""

from collections.abc import Mapping, Sequence

from deploy.demo_plan import (
    AMENDMENTS,
    APPROPRIATION_CENTS,
    AUTHORISATIONS,
    BUDGET_TITLE,
    FREEZE_ON,
    STAYS_FROZEN_CENTS,
    Ending,
    PlannedCase,
)
from deploy.demo_report.results import Account, Outcome


def expected(case: PlannedCase) -> Outcome:
    """What has to come of a case, from its plan alone."""
    granted = case.granted
    awarded, paid = (sum(case.kept.values()), case.paid_cents) if granted else (0, 0)
    if case.change and case.alters:
        status = "amended" if case.change.kind in AMENDMENTS else str(case.change.kind)
    elif granted:
        status = "proof-accepted" if case.proves_on else "paid" if paid == awarded else "partly-paid"
    else:
        refused = case.ending in (Ending.REFUSED, Ending.CLOSED_BY_PRACTICE)
        status = "refused" if refused else "withdrawn"
    return Outcome(
        status=status, applied_cents=case.applied_cents, awarded_cents=awarded, ordered_cents=paid, settled_cents=paid
    )


def expected_accounts(cases: Sequence[PlannedCase]) -> Sequence[Account]:
    """What the budgets have to say at the end: a year's promises for later years are carried into the next one's."""
    found: list[Account] = []
    carried: Mapping[int, int] = {}
    for budget, votes in AUTHORISATIONS.items():
        committed = {budget: 0, **dict.fromkeys(votes, 0), **carried}
        for case in cases:
            if case.granted and case.days.approved.year == budget:
                for year, cents in case.kept.items():
                    committed[year] = committed.get(year, 0) + cents
        paid = sum(it.accepted_cents for case in cases if case.granted for it in case.drawdowns if it.year == budget)
        cash = APPROPRIATION_CENTS - (STAYS_FROZEN_CENTS if budget == FREEZE_ON.year else 0)
        found.append(_account(budget, budget, cash, committed[budget] - paid, paid))
        found += [
            _account(budget, year, votes.get(year, 0) + carried.get(year, 0), cents)
            for year, cents in sorted(committed.items())
            if year > budget
        ]
        carried = {year: cents for year, cents in committed.items() if year > budget and cents}
    return found


def _account(budget_year: int, year: int, available: int, committed: int, paid_cents: int = 0) -> Account:
    return Account(
        title=BUDGET_TITLE, budget_year=budget_year, year=year, available_cents=available, reserved_cents=0,
        committed_cents=committed, paid_cents=paid_cents,
    )  # fmt: skip
