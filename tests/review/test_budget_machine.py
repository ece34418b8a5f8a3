"""Whatever many people do in whatever order, the budget is never over-committed by a cent."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

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
    YearAccount,
    promising,
)
from services.review.programme import Basis
from shared.contracts import YearAmount
from shared.decider import Context, DomainError, replace
from shared.formats import encode
from tests.review.builders import TITLE, budget_officer, cents

CASES = st.sampled_from([f"case-{number}" for number in range(3)])
DAYS = st.dates(date(2025, 7, 1), date(2025, 12, 31))
CENTS = st.integers(1, 60)
YEARS = st.sampled_from([2025, 2026, 2027])
REFERENCES = st.sampled_from(["A", "B", "C", "D"])
BASIS = Basis(guideline_sha256="aa" * 32, practice_sha256="bb" * 32)


@st.composite
def splits(draw: st.DrawFn) -> tuple[YearAmount, ...]:
    years = sorted(draw(st.sets(st.sampled_from([2025, 2026, 2027]), min_size=1)))
    return tuple(YearAmount(year=year, cents=draw(CENTS)) for year in years)


class BudgetMachine(RuleBasedStateMachine):
    """Many people do everything that can be done to a budget; the book beside it is kept by hand from the events alone."""

    def __init__(self) -> None:
        super().__init__()
        opening = BudgetOpened(
            title=TITLE,
            year=2025,
            appropriation_cents=100,
            authorisations=cents(y2026=80, y2027=40),
            opened_on=date(2025, 1, 2),
            transferable=True,
            repayments_set_off=True,
        )
        self.begin_with(opening)
        self.voted = {2025: 100, 2026: 80, 2027: 40}
        self.frozen = dict.fromkeys(self.voted, 0)
        self.spoken_for = dict.fromkeys(self.voted, 0)
        self.reservations: dict[str, tuple[YearAmount, ...]] = {}
        self.commitments: dict[str, dict[int, int]] = {}
        self.paid: dict[str, int] = {}
        self.entries = 0
        self.alarms: set[tuple[int, int]] = set()

    def begin_with(self, opening: BudgetOpened) -> None:
        self.events: list[budget.Event] = [opening]
        self.state = budget.decider.fold(self.events)

    @initialize(provisional=st.sampled_from([False, False, False, True]), first=splits(), second=splits())
    def begin(self, provisional: bool, first: tuple[YearAmount, ...], second: tuple[YearAmount, ...]) -> None:
        opening = self.events[0]
        assert isinstance(opening, BudgetOpened)
        self.begin_with(replace(opening, provisional=provisional))
        for case, by_year in (("case-0", first), ("case-1", second)):
            self.reserve_and_commit(case, by_year, date(2025, 7, 1))

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
            self.events.append(msgspec.json.decode(encode(it), type=type(it)))
            self.book(it)
            self.check()
        if any(getattr(it, "REFUSAL", "") for it in events):
            return
        assert list(self.judged(command, budget_officer(on))) == []

    def take(self, by_year: Sequence[YearAmount]) -> None:
        """Money is set aside anew: it must have been free, and neither frozen nor promised to others."""
        for part in by_year:
            self.spoken_for[part.year] += part.cents
            assert self.spoken_for[part.year] <= self.voted[part.year] - self.frozen[part.year]

    def book(self, it: Any) -> None:
        if hasattr(it, "entry"):
            self.entries += 1
            assert it.entry == self.entries
            assert getattr(it, "counters", 0) < it.entry
        if not self.book_of_a_case(it):
            self.book_of_the_plan(it)

    def book_of_a_case(self, it: Any) -> bool:
        match it:
            case budget.FundsReserved():
                self.reservations[it.case] = it.by_year
                self.take(it.by_year)
            case budget.ReservationReleased():
                for part in self.reservations.pop(it.case):
                    self.spoken_for[part.year] -= part.cents
            case budget.FundsCommitted():
                self.commitments[it.case] = {part.year: part.cents for part in self.reservations.pop(it.case)}
            case budget.CommitmentReduced():
                for part in it.by_year:
                    self.spoken_for[part.year] -= part.cents
                    self.commitments[it.case][part.year] -= part.cents
            case budget.CommitmentShifted():
                assert it.reserved == self.reservations.pop(it.case) == it.more
                for part in (*it.less, *it.reserved):
                    self.spoken_for[part.year] -= part.cents
                for part in it.more:
                    self.spoken_for[part.year] += part.cents
                own = self.commitments.setdefault(it.case, {})
                for sign, parts in ((-1, it.less), (1, it.more)):
                    for part in parts:
                        own[part.year] = own.get(part.year, 0) + sign * part.cents
            case budget.PaymentRecorded():
                self.paid[it.case] = self.paid.get(it.case, 0) + it.cents
            case budget.RepaymentReceived():
                assert it.set_off_cents + it.income_cents == it.cents + it.interest_cents
                self.paid[it.case] = self.paid.get(it.case, 0) - it.set_off_cents
                self.commitments.setdefault(it.case, {2025: 0})[2025] = (
                    self.commitments.get(it.case, {}).get(2025, 0) - it.set_off_cents
                )
                self.spoken_for[2025] -= it.set_off_cents
            case budget.CommitmentLapsed() | budget.CommitmentMoved():
                self.commitments[it.case][2025] -= it.cents
                self.spoken_for[2025] -= it.cents
                if isinstance(it, budget.CommitmentMoved):
                    self.voted[2025] -= it.cents
            case _:
                return False
        own_year = self.commitments.get(it.case, {}).get(2025, 0)
        assert 0 <= self.paid.get(it.case, 0) <= own_year or not self.paid.get(it.case, 0)
        assert all(left >= 0 for left in self.commitments.get(it.case, {}).values())
        return True

    def book_of_the_plan(self, it: Any) -> None:
        match it:
            case budget.FundsFrozen():
                self.frozen[it.year] += it.cents
            case budget.FreezeLifted():
                self.frozen[it.year] -= it.cents
            case budget.FundsGiven() | budget.RemainderHandedOver():
                self.voted[2025] -= it.cents
            case budget.FundsTaken() | budget.RemainderTakenOver():
                self.voted[2025] += it.cents
            case budget.BudgetProclaimed():
                self.voted[2025] += it.appropriation_cents - 100
                self.voted[2026] = sum(part.cents for part in it.authorisations if part.year == 2026)
                self.voted[2027] = sum(part.cents for part in it.authorisations if part.year == 2027)
            case budget.ThresholdReached():
                assert (it.year, it.threshold_bp) not in self.alarms
                self.alarms.add((it.year, it.threshold_bp))
            case _:
                pass

    def check(self) -> None:
        """The property, on the book that was kept beside the noun and on the noun's own accounts."""
        for year, total in self.spoken_for.items():
            assert 0 <= total <= self.voted[year], f"{year}: {total} of {self.voted[year]}"
        assert isinstance(self.state, Open)
        for account in self.state.years:
            assert account.taken_cents == self.spoken_for[account.year]
            assert account.voted_cents == self.voted[account.year]
            assert 0 <= account.frozen_cents == self.frozen[account.year]
            assert min(account.reserved_cents, account.committed_cents, account.paid_cents, account.free_cents) >= 0

    @rule(case=CASES, by_year=splits(), on=DAYS, expires_on=DAYS)
    def reserve(self, case: str, by_year: tuple[YearAmount, ...], on: date, expires_on: date) -> None:
        self.tell(ReserveFunds(case=case, by_year=by_year, expires_on=expires_on, basis=BASIS), on)

    @rule(case=CASES, on=DAYS)
    def release(self, case: str, on: date) -> None:
        self.tell(ReleaseReservation(case=case, reason="withdrawn"), on)

    @rule(case=CASES, on=DAYS)
    def expire(self, case: str, on: date) -> None:
        self.tell(budget.ExpireReservation(case=case), on)

    @rule(case=CASES, on=DAYS)
    def commit_what_is_reserved(self, case: str, on: date) -> None:
        by_year = self.reservations.get(case, cents(y2025=1))
        self.tell(CommitFunds(case=case, by_year=by_year, basis=BASIS), on)

    @rule(case=CASES, by_year=splits(), on=DAYS)
    def reserve_and_commit(self, case: str, by_year: tuple[YearAmount, ...], on: date) -> None:
        self.tell(ReserveFunds(case=case, by_year=by_year, expires_on=date(2025, 12, 31), basis=BASIS), on)
        self.commit_what_is_reserved(case, on)

    @rule(case=CASES, by_year=splits(), on=DAYS)
    def commit_anything(self, case: str, by_year: tuple[YearAmount, ...], on: date) -> None:
        self.tell(CommitFunds(case=case, by_year=by_year, basis=BASIS), on)

    @rule(case=CASES, by_year=splits(), reference=REFERENCES, on=DAYS)
    def reduce_commitment(self, case: str, by_year: tuple[YearAmount, ...], reference: str, on: date) -> None:
        self.tell(budget.ReduceCommitment(case=case, by_year=by_year, reason="weniger", reference=reference), on)

    @rule(case=CASES, part=st.integers(1, 100), reference=REFERENCES, on=DAYS)
    def reduce_what_is_committed(self, case: str, part: int, reference: str, on: date) -> None:
        amounts = {year: cents * part // 100 for year, cents in sorted(self.commitments.get(case, {}).items())}
        by_year = tuple(YearAmount(year=year, cents=cents) for year, cents in amounts.items() if cents)
        self.reduce_commitment(case, by_year, reference, on)

    @rule(case=CASES, less=splits() | st.just(()), more=splits(), reference=REFERENCES, on=DAYS)
    def shift(
        self, case: str, less: tuple[YearAmount, ...], more: tuple[YearAmount, ...], reference: str, on: date
    ) -> None:
        change: dict[str, Any] = {"reason": "anders", "reference": reference, "basis": BASIS}
        self.tell(budget.ShiftCommitment(case=case, less=less, more=more, **change), on)

    @rule(case=CASES, more=splits(), reference=REFERENCES, on=DAYS, expires_on=DAYS)
    def reserve_an_increase(
        self, case: str, more: tuple[YearAmount, ...], reference: str, on: date, expires_on: date
    ) -> None:
        asked = ReserveFunds(case=case, by_year=more, expires_on=expires_on, basis=BASIS, increase=reference)
        self.tell(asked, on)

    @rule(case=CASES, less=splits() | st.just(()), reference=REFERENCES, on=DAYS)
    def shift_to_what_is_reserved(self, case: str, less: tuple[YearAmount, ...], reference: str, on: date) -> None:
        self.reserve_an_increase(case, cents(y2025=1, y2026=1), reference, on, date(2025, 12, 31))
        self.shift(case, less, self.reservations.get(case, cents(y2025=1)), reference, on)

    @rule(case=CASES, payment=st.integers(1, 20), amount=CENTS, on=DAYS)
    def pay(self, case: str, payment: int, amount: int, on: date) -> None:
        self.tell(RecordPayment(payment=f"p-{payment}", case=case, cents=amount, paid_on=on), on)

    @rule(case=CASES, payment=st.integers(1, 20), part=st.integers(1, 100), on=DAYS)
    def pay_what_is_committed(self, case: str, payment: int, part: int, on: date) -> None:
        amount = self.commitments.get(case, {}).get(2025, 0) * part // 100
        self.pay(case, payment, amount, on)

    @rule(case=CASES, repayment=REFERENCES, amount=CENTS, interest=st.integers(0, 9), on=DAYS)
    def repay(self, case: str, repayment: str, amount: int, interest: int, on: date) -> None:
        back = budget.RecordRepayment(
            repayment=repayment, case=case, cents=amount, interest_cents=interest, received_on=on
        )
        self.tell(back, on)

    @rule(reference=REFERENCES, year=YEARS, amount=CENTS | st.just(0), share=st.integers(0, 9_000), on=DAYS)
    def freeze(self, reference: str, year: int, amount: int, share: int, on: date) -> None:
        share = 0 if amount else share
        self.tell(budget.FreezeFunds(reference=reference, year=year, cents=amount, share_bp=share, reason="Sperre"), on)

    @rule(reference=REFERENCES, left=st.integers(0, 30), on=DAYS)
    def lift(self, reference: str, left: int, on: date) -> None:
        self.tell(budget.LiftFreeze(freeze=reference, left_cents=left, reason="frei"), on)

    @rule(out=st.booleans(), reference=REFERENCES, amount=st.integers(1, 120), on=DAYS)
    def reallocate(self, out: bool, reference: str, amount: int, on: date) -> None:
        kind = budget.GiveFunds if out else budget.TakeFunds
        self.tell(kind(reference=reference, counterpart="x", cents=amount, reason="Bedarf", authority="Vermerk"), on)

    @rule(amount=CENTS, consent=REFERENCES, on=DAYS)
    def take_over(self, amount: int, consent: str, on: date) -> None:
        self.tell(budget.TakeOverRemainder(origin=2024, cents=amount, out_of=2024, consent=consent), on)

    @rule(case=CASES, on=DAYS)
    def allow(self, case: str, on: date) -> None:
        self.tell(budget.AllowDespiteProvisional(case=case, reason="Pflicht"), on)

    @rule(amount=st.integers(50, 150), later=st.integers(1, 90), on=DAYS)
    def proclaim(self, amount: int, later: int, on: date) -> None:
        act = budget.ProclaimBudget(
            appropriation_cents=amount, authorisations=cents(y2026=later, y2027=later), reference="HG"
        )
        self.tell(act, on)

    @precondition(lambda self: len(self.events) > 12)
    @rule(move=st.booleans())
    def close(self, move: bool) -> None:
        self.tell(budget.CloseBudget(moved_into=2026 if move else 0, consent="FM"), date(2026, 1, 20))

    @precondition(lambda self: isinstance(self.state, Open) and self.state.closed_on is not None)
    @rule(origin=st.sampled_from([2024, 2025]), amount=CENTS, consent=REFERENCES)
    def hand_over(self, origin: int, amount: int, consent: str) -> None:
        self.tell(budget.HandOverRemainder(origin=origin, cents=amount, into=2026, consent=consent), date(2026, 2, 2))

    @invariant()
    def never_over_committed(self) -> None:
        self.check()

    def teardown(self) -> None:
        assert budget.decider.fold(self.events) == self.state, "the bytes of the events give the same budget"


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
            increase=command.increase,
        )


QUICK = settings(max_examples=200, stateful_step_count=50, suppress_health_check=[HealthCheck.too_slow], database=None)


def test_no_interleaving_over_commits_the_budget_by_a_cent():
    run_state_machine_as_test(BudgetMachine, settings=QUICK)  # pyright: ignore[reportUnknownMemberType] # untyped there


def test_a_budget_without_the_check_is_caught_by_the_same_property():
    with pytest.raises(AssertionError):
        run_state_machine_as_test(BudgetWithoutTheCheck, settings=UNSHRUNK)  # pyright: ignore[reportUnknownMemberType]


UNSHRUNK = settings(QUICK, phases=[Phase.generate], max_examples=2_000, derandomize=True)
"""A control only has to find something, not the shortest way to it."""


def waved(*_asked: Any) -> None:
    """A rule that lets everything pass."""


CONTROLS: Mapping[str, Callable[[pytest.MonkeyPatch], None]] = {
    "reductions and shifts of what is not committed": lambda it: it.setattr(promising, "_check_reducible", waved),
    "promises without looking at what is free": lambda it: it.setattr(promising, "shortfall", waved),
    "freezes that nobody heeds": lambda it: it.setattr(
        YearAccount, "available_cents", property(lambda account: account.voted_cents)
    ),
    "money given away that is promised": lambda it: it.setattr(
        YearAccount, "free_cents", property(lambda account: account.voted_cents)
    ),
    "an act that gives less than is promised": lambda it: it.setattr(
        YearAccount, "taken_cents", property(lambda account: account.paid_cents)
    ),
    "references that may be used twice": lambda it: it.setattr(
        promising, "is_repeated", lambda *_known, **_asked: False
    ),
}
"""Each protection taken away; the same property must notice."""


@pytest.mark.parametrize("name", CONTROLS)
def test_a_budget_without_one_of_its_protections_is_caught(name: str, monkeypatch: pytest.MonkeyPatch):
    CONTROLS[name](monkeypatch)
    # A command that is judged again and then refused by name breaks the promise that it decides nothing.
    with pytest.raises((AssertionError, DomainError, KeyError, ExceptionGroup)):
        run_state_machine_as_test(BudgetMachine, settings=UNSHRUNK)  # pyright: ignore[reportUnknownMemberType]
