from datetime import date
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from services.payout import payment as payments
from services.payout.disbursement import (
    REASONS,
    AlreadyOrdered,
    CertifyDrawdown,
    Disbursement,
    DrawdownAccepted,
    DrawdownDiffers,
    DrawdownIsRejected,
    DrawdownReduced,
    DrawdownRegistered,
    DrawdownRejected,
    Event,
    ExamineDrawdown,
    NotCertified,
    NoteRejection,
    NoteSettlement,
    NotExamined,
    NotThisPayment,
    Open,
    OrderDrawdown,
    PlanDiffers,
    PlanNotOpen,
    PlanOpened,
    UnknownDrawdown,
    YearNotOpen,
    decider,
    order,
)
from shared.contracts import YearAmount
from shared.decider import RefusedAttempt
from shared.identity import Role, has_valid_check
from shared.money import at_rate
from shared.records import replace
from tests.payout.builders import CASE, House, certifier, drawdown, examiner, orderer, plan, system
from tests.scenario import Scenario, acting


def given(*history: Event) -> Scenario[Any, Event, Disbursement]:
    return Scenario(decider, history)


def events_of(*commands: object) -> tuple[Event, ...]:
    house = House()
    for command in commands:
        house.disbursement(command, examiner())
    return tuple(house.events[decider.stream(CASE)])


def test_a_plan_opens_when_funds_are_assigned() -> None:
    opened = given().when(plan(), system()).then_one(PlanOpened)
    assert opened.by_year == (YearAmount(year=2025, cents=30_000_00), YearAmount(year=2026, cents=14_800_00))


def test_the_same_assignment_again_decides_nothing() -> None:
    given(*events_of(plan())).when(plan(), system()).then()


def test_another_assignment_for_the_same_case_is_refused() -> None:
    with pytest.raises(PlanDiffers):
        given(*events_of(plan())).when(replace(plan(), rate_bp=9_000), system())


def test_a_drawdown_before_its_plan_waits() -> None:
    given().when(drawdown(), system()).then_one(DrawdownRegistered)
    with pytest.raises(PlanNotOpen):
        given(*events_of(drawdown())).when(ExamineDrawdown(drawdown="d1"), examiner())


def test_whichever_comes_first_plan_and_drawdowns_end_in_the_same_state() -> None:
    first, second = drawdown("d1"), drawdown("d2", due=40_000_00, cents=12_800_00)
    ends = {
        decider.fold(events_of(*arrivals))
        for arrivals in permutations([plan(), first, second, first, plan()])
        # one publisher's messages keep their order
        if arrivals.index(first) < arrivals.index(second)
    }
    assert len(ends) == 1
    assert isinstance(ends.pop(), Open)


def test_the_same_drawdown_again_decides_nothing_and_with_other_figures_is_refused() -> None:
    history = events_of(plan(), drawdown(), ExamineDrawdown(drawdown="d1"))
    given(*history).when(drawdown(), system()).then()
    with pytest.raises(DrawdownDiffers):
        given(*history).when(drawdown(cents=1), system())


def test_a_drawdown_within_all_limits_is_accepted() -> None:
    given(*events_of(plan(), drawdown())).when(ExamineDrawdown(drawdown="d1"), examiner()).then(
        DrawdownAccepted(
            drawdown="d1", accepted_cents=19_200_00, examined_by="p-examiner", examined_on=date(2025, 8, 4)
        )
    )


def test_a_drawdown_beyond_the_year_is_cut_to_what_is_left() -> None:
    asked = drawdown("d2", due=40_000_00, cents=12_800_00)
    history = events_of(plan(), drawdown(), ExamineDrawdown(drawdown="d1"), asked)
    cut = given(*history).when(ExamineDrawdown(drawdown="d2"), examiner()).then_one(DrawdownReduced)
    assert (cut.accepted_cents, cut.reason) == (10_800_00, "year-exhausted")


@pytest.mark.parametrize(
    ("asked", "cents", "reason"),
    [
        (drawdown(due=10_000_00, cents=19_200_00), 8_000_00, "pro-rata"),
        (drawdown(due=1_000_000_00, cents=90_000_00), 30_000_00, "year-exhausted"),
        (drawdown(due=10_000_01, cents=8_000_01), 8_000_00, "pro-rata"),
    ],
)
def test_a_cut_names_the_narrowest_limit(asked: object, cents: int, reason: str) -> None:
    cut = given(*events_of(plan(), asked)).when(ExamineDrawdown(drawdown="d1"), examiner()).then_one(DrawdownReduced)
    assert (cut.accepted_cents, cut.reason) == (cents, reason)
    assert reason in REASONS


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (drawdown(year=2027), "not-a-plan-year"),
        (drawdown(due=0), "pro-rata"),
        (drawdown(cents=0), "nothing-requested"),
    ],
)
def test_a_drawdown_of_which_nothing_can_be_paid_is_rejected_with_the_reason(asked: object, reason: str) -> None:
    no = given(*events_of(plan(), asked)).when(ExamineDrawdown(drawdown="d1"), examiner()).then_one(DrawdownRejected)
    assert no.reason == reason
    assert reason in REASONS


def test_years_that_promise_more_than_the_eligible_share_stop_at_the_share() -> None:
    generous = plan(by_year={2025: 100_000_00})
    cut = (
        given(*events_of(generous, drawdown(due=99_000_00, cents=80_000_00)))
        .when(ExamineDrawdown(drawdown="d1"), examiner())
        .then_one(DrawdownReduced)
    )
    assert cut.accepted_cents == 44_800_00


def test_an_examined_drawdown_is_not_examined_again() -> None:
    given(*events_of(plan(), drawdown(), ExamineDrawdown(drawdown="d1"))).when(
        ExamineDrawdown(drawdown="d1"), examiner()
    ).then()


def test_steps_out_of_order_are_named_errors() -> None:
    registered = events_of(plan(), drawdown())
    examined = events_of(plan(), drawdown(), ExamineDrawdown(drawdown="d1"))
    refused = events_of(plan(), drawdown(due=0), ExamineDrawdown(drawdown="d1"))
    certify, pay = CertifyDrawdown(drawdown="d1"), OrderDrawdown(drawdown="d1", payment="p1")
    for history, command, error in [
        (registered, certify, NotExamined),
        (registered, pay, NotExamined),
        (examined, pay, NotCertified),
        (refused, certify, DrawdownIsRejected),
        (refused, pay, DrawdownIsRejected),
        (registered, CertifyDrawdown(drawdown="d9"), UnknownDrawdown),
        (
            registered,
            NoteSettlement(case=CASE, drawdown="d1", payment="p1", settled_on=date(2025, 8, 6)),
            NotThisPayment,
        ),
        (registered, NoteRejection(case=CASE, drawdown="d1", payment="p1", reason="AC04"), NotThisPayment),
    ]:
        with pytest.raises(error):
            given(*history).when(command, certifier())


def test_who_certified_may_not_order() -> None:
    house = House()
    house.disbursement(plan(), system())
    house.certified(drawdown())
    with pytest.raises(RefusedAttempt) as refused:
        # the same person under another role: the law asks for the person
        house.record(order(CASE, "d1", "p1"), acting("p-certifier", Role.ORDERING_OFFICER, date(2025, 8, 4)))
    assert (refused.value.rule, refused.value.action) == ("certifier-may-not-order", "order-payment")
    house.order("d1", "p1")  # negative control: another person may


def test_a_drawdown_is_ordered_in_its_own_budget_year_only() -> None:
    house = House()
    house.disbursement(plan(), system())
    house.certified(drawdown())
    with pytest.raises(YearNotOpen):
        house.record(order(CASE, "d1", "p1"), orderer(date(2026, 1, 2)))


def test_ordering_opens_the_payment_in_the_same_transaction() -> None:
    house = House()
    house.disbursement(plan(), system())
    house.certified(drawdown())
    house.order("d1", "p1")
    ordered = house.payment("p1").order
    assert (ordered.cents, ordered.title, ordered.year, ordered.attempt) == (19_200_00, "1605-63371", 2025, 1)
    assert (ordered.certified_by, ordered.ordered_by) == ("p-certifier", "p-orderer")
    assert len(ordered.reference) == 25
    assert has_valid_check(ordered.reference)


def test_a_drawdown_is_never_ordered_twice() -> None:
    house = House()
    house.disbursement(plan(), system())
    house.certified(drawdown())
    house.order("d1", "p1")
    assert house.order("d1", "p1") == []
    with pytest.raises(AlreadyOrdered):
        house.order("d1", "p2")
    assert isinstance(house.payment("p2"), payments.Unordered)


def test_a_payment_id_that_is_taken_stops_the_whole_order() -> None:
    house = House()
    house.disbursement(plan(), system())
    house.certified(drawdown("d1"))
    house.certified(drawdown("d2", due=40_000_00, cents=12_800_00))
    house.order("d1", "p1")
    with pytest.raises(payments.PaymentTaken):
        house.order("d2", "p1")
    house.order("d2", "p2")


def test_d1_is_drawn_down_to_the_cent() -> None:
    house = House()
    house.disbursement(plan(), system())
    asked = [
        drawdown("d1", 2025, 24_000_00, 19_200_00, date(2025, 8, 4)),
        drawdown("d2", 2025, 40_000_00, 12_800_00, date(2025, 10, 15)),
        drawdown("d3", 2026, 56_000_00, 14_800_00, date(2026, 1, 12)),
    ]
    for number, one in enumerate(asked, start=1):
        house.certified(one)
        house.order(one.drawdown, f"p{number}", one.requested_on)
    paid = [house.payment(f"p{number}").order.cents for number in (1, 2, 3)]
    assert paid == [19_200_00, 10_800_00, 14_800_00]
    assert sum(paid) == 44_800_00


@forall(
    asked=st.lists(
        st.tuples(st.sampled_from([2025, 2026, 2027]), st.integers(0, 70_000_00), st.integers(0, 60_000_00)),
        max_size=8,
    ),
    rate_bp=st.integers(1, 10_000),
)
def test_what_is_accepted_never_exceeds_year_grant_or_share(asked: list[tuple[int, int, int]], rate_bp: int) -> None:
    house = House()
    granted = plan(rate_bp=rate_bp)
    house.disbursement(granted, system())
    for number, (year, due, cents) in enumerate(asked):
        house.disbursement(drawdown(f"d{number}", year, due, cents), system())
        house.disbursement(ExamineDrawdown(drawdown=f"d{number}"), examiner())
        state = house.state(decider, CASE)
        one = state.drawdowns[number]
        assert 0 <= one.accepted_cents <= cents
        assert one.accepted_cents == cents or one.reason in REASONS
        total = sum(it.accepted_cents for it in state.drawdowns)
        if one.accepted_cents:
            assert total <= at_rate(due, rate_bp)
        assert total <= at_rate(granted.eligible_cents, rate_bp)
        for part in granted.by_year:
            assert sum(it.accepted_cents for it in state.drawdowns if it.year == part.year) <= part.cents
