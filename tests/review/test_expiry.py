"""Verfall einer Vormerkung: the clock releases it on both sides at once, whatever order things come in."""

from datetime import date, timedelta

from services.review import budget
from services.review.assessment import Proposed
from services.review.expiry import expire_reservation
from tests.review.builders import (
    BUDGET,
    CASE,
    approve,
    approver,
    budget_officer,
    opened_house,
    propose_d1,
    reserve,
    system,
)

LAST = date(2025, 7, 21) + timedelta(days=60)
AFTER = system(LAST + timedelta(days=1))


def test_the_day_after_the_last_one_frees_the_money_and_the_case_waits_for_a_new_reservation():
    house = opened_house()
    propose_d1(house)
    house.perform(reserve(), budget_officer())
    assert house.kinds(expire_reservation(CASE, BUDGET), system(LAST)) == []
    assert house.kinds(expire_reservation(CASE, BUDGET), AFTER) == ["ReservationDropped", "ReservationReleased"]
    assert house.kinds(expire_reservation(CASE, BUDGET), AFTER) == []
    assert isinstance(house.state(f"assessment-{CASE}"), Proposed)
    assert house.state(f"budget-{BUDGET}").account(2025).reserved_cents == 0
    assert house.kinds(reserve(), budget_officer(date(2025, 9, 22))) == ["ReservationNoted", "FundsReserved"]


def test_what_was_committed_before_does_not_expire():
    house = opened_house()
    propose_d1(house)
    house.perform(reserve(), budget_officer())
    house.perform(approve(), approver())
    assert house.kinds(expire_reservation(CASE, BUDGET), AFTER) == []


def test_a_clock_that_comes_after_new_year_still_frees_the_old_years_reservation():
    house = opened_house()
    propose_d1(house)
    house.perform(reserve(), budget_officer())
    house.perform(budget.open_next_budget("1605-63371", 2026, 1_000_000_00), budget_officer(date(2026, 1, 2)))
    late = system(date(2026, 2, 2))
    assert house.kinds(expire_reservation(CASE, BUDGET), late) == ["ReservationDropped", "ReservationReleased"]
