"""Whatever many people do in whatever order, the budget is never over-committed by a cent."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.review import budget
from services.review.budget import (
    BudgetOpened,
    CommitFunds,
    FundsReservationRefused,
    FundsReserved,
    Open,
    RecordPayment,
    ReleaseReservation,
    ReserveFunds,
)
from services.review.programme import Basis
from shared.contracts import YearAmount
from shared.decider import Context, DomainError
from tests.review.builders import TITLE, budget_officer, cents

CASES = st.sampled_from([f"case-{number}" for number in range(6)])
DAYS = st.dates(date(2025, 7, 1), date(2025, 12, 31))
CENTS = st.integers(1, 60)
BASIS = Basis(guideline_sha256="aa" * 32, practice_sha256="bb" * 32)


@st.composite
def splits(draw: st.DrawFn) -> tuple[YearAmount, ...]:
    years = sorted(draw(st.sets(st.sampled_from([2025, 2026, 2027]), min_size=1)))
    return tuple(YearAmount(year=year, cents=draw(CENTS)) for year in years)


class BudgetMachine(RuleBasedStateMachine):
    """Many cases reserve, release, commit and are paid; the book beside it is kept by hand from the events alone."""

    def __init__(self) -> None:
        super().__init__()
        opening = BudgetOpened(
            title=TITLE,
            year=2025,
            appropriation_cents=100,
            authorisations=cents(y2026=80),
            opened_on=date(2025, 1, 2),
        )
        self.state = budget.decider.fold([opening])
        self.available = {2025: 100, 2026: 80, 2027: 0}
        self.spoken_for = dict.fromkeys(self.available, 0)
        self.reservations: dict[str, tuple[YearAmount, ...]] = {}
        self.commitments: dict[str, tuple[YearAmount, ...]] = {}
        self.paid: dict[str, int] = {}
        self.entries = 0

    def judged(self, command: budget.Command, context: Context) -> Sequence[budget.Event]:
        return budget.decide(command, self.state, context)

    def tell(self, command: budget.Command, on: date) -> None:
        before = self.state
        try:
            events = self.judged(command, budget_officer(on))
        except DomainError:
            assert self.state is before
            return
        for it in events:
            self.state = budget.evolve(self.state, it)
            self.book(it)
            self.check()
        again = [] if any(getattr(it, "REFUSAL", "") for it in events) else self.judged(command, budget_officer(on))
        assert list(again) == []

    def book(self, it: Any) -> None:
        if hasattr(it, "entry"):
            self.entries += 1
            assert it.entry == self.entries
        match it:
            case budget.FundsReserved():
                self.reservations[it.case] = it.by_year
                for part in it.by_year:
                    self.spoken_for[part.year] += part.cents
            case budget.ReservationReleased():
                for part in self.reservations.pop(it.case):
                    self.spoken_for[part.year] -= part.cents
            case budget.FundsCommitted():
                self.commitments[it.case] = self.reservations.pop(it.case)
            case budget.PaymentRecorded():
                self.paid[it.case] = self.paid.get(it.case, 0) + it.cents
                assert self.paid[it.case] <= sum(p.cents for p in self.commitments[it.case] if p.year == 2025)
            case _:
                pass

    def check(self) -> None:
        """The property, on the book that was kept beside the noun and on the noun's own accounts."""
        for year, total in self.spoken_for.items():
            assert 0 <= total <= self.available[year], f"{year}: {total} of {self.available[year]}"
        assert isinstance(self.state, Open)
        for account in self.state.years:
            taken = account.reserved_cents + account.committed_cents + account.paid_cents
            assert taken == self.spoken_for[account.year]
            assert min(account.reserved_cents, account.committed_cents, account.paid_cents, account.free_cents) >= 0

    @rule(case=CASES, by_year=splits(), on=DAYS, expires_on=DAYS)
    def reserve(self, case: str, by_year: tuple[YearAmount, ...], on: date, expires_on: date) -> None:
        self.tell(ReserveFunds(case=case, by_year=by_year, expires_on=expires_on, basis=BASIS), on)

    @rule(case=CASES, on=DAYS)
    def release(self, case: str, on: date) -> None:
        self.tell(ReleaseReservation(case=case, reason="withdrawn"), on)

    @rule(case=CASES, on=DAYS)
    def commit_what_is_reserved(self, case: str, on: date) -> None:
        by_year = self.reservations.get(case, cents(y2025=1))
        self.tell(CommitFunds(case=case, by_year=by_year, basis=BASIS), on)

    @rule(case=CASES, by_year=splits(), on=DAYS)
    def commit_anything(self, case: str, by_year: tuple[YearAmount, ...], on: date) -> None:
        self.tell(CommitFunds(case=case, by_year=by_year, basis=BASIS), on)

    @rule(case=CASES, payment=st.integers(1, 20), amount=CENTS, on=DAYS)
    def pay(self, case: str, payment: int, amount: int, on: date) -> None:
        self.tell(RecordPayment(payment=f"p-{payment}", case=case, cents=amount, paid_on=on), on)

    @invariant()
    def never_over_committed(self) -> None:
        self.check()


class BudgetWithoutTheCheck(BudgetMachine):
    """The negative control: a budget that sets aside whatever is asked of it."""

    def judged(self, command: budget.Command, context: Context) -> Sequence[budget.Event]:
        events = super().judged(command, context)
        return [self.waved_through(it, command) for it in events]

    def waved_through(self, it: budget.Event, command: budget.Command) -> budget.Event:
        if not (isinstance(it, FundsReservationRefused) and isinstance(command, ReserveFunds)):
            return it
        return FundsReserved(
            entry=self.entries + 1,
            case=command.case,
            by_year=command.by_year,
            expires_on=command.expires_on,
            basis=BASIS,
        )


QUICK = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def test_no_interleaving_over_commits_the_budget_by_a_cent():
    run_state_machine_as_test(BudgetMachine, settings=QUICK)  # pyright: ignore[reportUnknownMemberType] # untyped there


def test_a_budget_without_the_check_is_caught_by_the_same_property():
    with pytest.raises(AssertionError):
        run_state_machine_as_test(BudgetWithoutTheCheck, settings=QUICK)  # pyright: ignore[reportUnknownMemberType]
