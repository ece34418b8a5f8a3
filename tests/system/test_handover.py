"""Money has one owner at a time: no order of acts and messages of review and payout makes a cent belong to two or to none."""

from itertools import product
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.payout.disbursement import giving_back
from services.review import award as awards
from services.review.award import changing
from shared.records import replace
from tests.review.builders import cents
from tests.system.handover import Handover, cents_of

amounts = st.integers(0, 40).map(lambda it: it * 1_000_00)


class Machine(RuleBasedStateMachine):
    """People and messages in any order; after each step everything adds up."""

    def __init__(self) -> None:
        super().__init__()
        self.both = Handover()

    @rule(first=amounts, second=amounts)
    def amend(self, first: int, second: int) -> None:
        by_year = {"y2025": first, "y2026": second}
        self.both.propose_amendment(cents(**{year: amount for year, amount in by_year.items() if amount}))

    @rule()
    def lapse(self) -> None:
        self.both.propose_lapse()

    @rule(wanted=st.booleans())
    def freeze(self, wanted: bool) -> None:
        self.both.freeze(wanted=wanted)

    @rule(cents=st.integers(1, 30).map(lambda it: it * 1_000_00), year=st.sampled_from([2025, 2025, 2026]))
    def draw(self, cents: int, year: int) -> None:
        self.both.draw(cents, year)

    @rule(number=st.integers(1, 4))
    def work(self, number: int) -> None:
        self.both.work_on(number)

    @rule(number=st.integers(1, 4), paid=st.booleans())
    def answer(self, number: int, paid: bool) -> None:
        self.both.answer(number, paid=paid)

    @rule(back=st.sampled_from([0, 0, 0, 1, 2, 3]))
    def to_payout(self, back: int) -> None:
        self.both.deliver_to_payout(back)

    @rule(back=st.sampled_from([0, 0, 0, 1, 2, 3]))
    def to_review(self, back: int) -> None:
        self.both.deliver_to_review(back)

    @invariant()
    def one_owner(self) -> None:
        self.both.check()


def explore(examples: int = 50) -> None:
    run_state_machine_as_test(Machine, settings=settings(max_examples=examples, stateful_step_count=40, database=None))


def test_every_cent_has_one_owner_in_every_order() -> None:
    explore()


def test_a_review_that_frees_when_it_asks_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = changing.approve_amendment

    def hasty(case: str, proposal: int, immediate: str = "") -> Any:
        decided = honest(case, proposal, immediate)

        def judge(states: Any, context: Any) -> Any:
            found = dict(decided.judge(states, context))
            for it in found.get(f"award-{case}", ()):
                if isinstance(it, awards.ReductionRequested) and it.by_year:
                    funds = dict(zip(changing.holding(states[0]), states[1:], strict=True))
                    found |= changing._reduced(states[0], it.by_year, "zu früh", funds, context)
            return found

        return replace(decided, judge=judge)

    monkeypatch.setattr(awards, "approve_amendment", hasty)
    with pytest.raises(AssertionError):
        explore()


def test_a_payout_that_returns_what_is_ordered_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving_back, "unordered", lambda state: state.plan.by_year)
    both = ordered_and_asked()
    both.all_to_payout()
    monkeypatch.undo()
    with pytest.raises(AssertionError, match="mehr angeordnet"):
        both.check()


# ---- Every interleaving of a few acts --------------------------------------------------------------------------------


def ordered_and_asked() -> Handover:
    """20,000.00 of 2025 are ordered; review asks 25,000.00 of its 30,000.00 back to grant them in 2026."""
    both = Handover()
    both.all_to_payout()
    both.draw(20_000_00)
    for _ in range(3):
        both.work_on(1)
    both.propose_amendment(cents(y2025=5_000_00, y2026=39_800_00))
    return both


def test_what_is_ordered_stays_and_only_the_rest_changes_its_year() -> None:
    both = ordered_and_asked()
    assert both.committed() == {2025: 30_000_00, 2026: 39_800_00}
    both.all_to_payout()
    both.check()
    both.deliver_to_review()
    while both.to_review.waiting:
        both.deliver_to_review()
    while both.to_payout.waiting:
        both.deliver_to_payout()
    both.check()
    assert both.committed() == {2025: 20_000_00, 2026: 24_800_00}
    assert both.owned()["payout"] == {2025: 20_000_00, 2026: 24_800_00}
    assert cents_of(both.award.grant.by_year) == {2025: 20_000_00, 2026: 24_800_00}


def test_what_the_treasury_refuses_goes_back_as_it_was_asked() -> None:
    both = ordered_and_asked()
    while both.to_payout.waiting:
        both.deliver_to_payout()
    both.answer(1, paid=False)
    both.check()
    while both.to_review.waiting or both.to_payout.waiting:
        both.deliver_to_review()
        both.deliver_to_payout()
    both.check()
    assert both.committed() == {2025: 5_000_00, 2026: 24_800_00}


@pytest.mark.parametrize("order", list(product("arpo", repeat=5)), ids="".join)
def test_asks_returns_and_orders_interleave_in_every_way(order: tuple[str, ...]) -> None:
    """a: review asks for less; r: its lane delivers; p: payout's lane delivers; o: the next act on a drawdown."""
    both = Handover()
    both.all_to_payout()
    both.draw(20_000_00)
    both.work_on(1)
    for step in order:
        match step:
            case "a":
                granted = cents_of(both.award.grant.by_year)
                both.propose_amendment(cents(y2025=granted.get(2025, 0) - 7_000_00, y2026=granted[2026]))
            case "r":
                both.deliver_to_payout()
            case "p":
                both.deliver_to_review()
            case _:
                both.work_on(1)
        both.check()
    while both.to_review.waiting or both.to_payout.waiting:
        both.deliver_to_review()
        both.deliver_to_payout()
    both.check()
    assert not any(it.pending for it in both.award.course.reductions)
