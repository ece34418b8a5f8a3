"""Interest by § 49a VwVfG: exact, the same however a time is divided, and never guessed."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.interest import (
    Balance,
    DayCount,
    RatesNotValid,
    RateUnknown,
    base_rate_bp,
    exact,
    lines_of,
    read_base_rates,
    statement,
)
from shared.published_rates import shipped_base_rates

RATES = shipped_base_rates()
DAYS = st.dates(date(2002, 1, 1), date(2026, 6, 30))


def owed(cents: int, from_on: date, until_on: date) -> Balance:
    return Balance(cents=cents, from_on=from_on, until_on=until_on)


def test_the_money_of_a_lower_expenditure_bears_interest_for_94_days() -> None:
    found = statement([owed(640_000, date(2026, 2, 27), date(2026, 6, 1))], RATES, DayCount.ACT_365)
    assert found.cents == 10_334
    assert [(it.days, it.rate_bp) for it in found.lines] == [(94, 627)]


def test_money_that_was_used_41_days_late_bears_interest() -> None:
    from_on = date(2025, 10, 17)
    found = statement([owed(1_080_000, from_on, from_on + timedelta(days=41))], RATES, DayCount.ACT_365)
    assert found.cents == 7_606


@pytest.mark.parametrize(
    ("day_count", "days", "cents"),
    [(DayCount.ACT_365, 120, 28_340), (DayCount.ACT_ACT, 120, 28_262), (DayCount.THIRTY_360, 119, 28_494)],
)
def test_the_convention_says_which_days_count_and_what_a_day_is_worth(
    day_count: DayCount, days: int, cents: int
) -> None:
    found = statement([owed(1_000_000, date(2024, 2, 1), date(2024, 5, 31))], RATES, day_count)
    assert [it.days for it in found.lines] == [days]
    assert found.cents == cents


@given(
    cents=st.integers(0, 99_999_999_999),
    days=st.lists(DAYS, min_size=3, max_size=6),
    day_count=st.sampled_from(DayCount),
)
def test_interest_is_the_same_however_its_time_is_divided(cents: int, days: list[date], day_count: DayCount) -> None:
    cuts = sorted(days)
    whole = lines_of([owed(cents, cuts[0], cuts[-1])], RATES, day_count)
    parts = lines_of([owed(cents, one, other) for one, other in pairwise(cuts)], RATES, day_count)
    assert exact(whole, day_count) == exact(parts, day_count)
    assert (
        statement([owed(cents, cuts[0], cuts[-1])], RATES, day_count).cents
        == statement([owed(cents, a, b) for a, b in pairwise(cuts)], RATES, day_count).cents
    )


@given(
    one=st.integers(0, 10**9),
    other=st.integers(0, 10**9),
    days=st.tuples(DAYS, DAYS),
    day_count=st.sampled_from(DayCount),
)
def test_interest_is_the_same_however_its_amount_is_divided(
    one: int, other: int, days: tuple[date, date], day_count: DayCount
) -> None:
    first, last = min(days), max(days)
    together = lines_of([owed(one + other, first, last)], RATES, day_count)
    apart = lines_of([owed(one, first, last), owed(other, first, last)], RATES, day_count)
    assert exact(together, day_count) == exact(apart, day_count)


@settings(max_examples=20)
@given(first=DAYS, days=st.integers(1, 800))
def test_a_statement_rounded_per_period_would_differ(first: date, days: int) -> None:
    """The control of the one rounding: a cent for a day is nothing, for many days it is not."""
    last = min(first + timedelta(days=days), date(2026, 6, 30))
    one = statement([owed(100_000, first, last)], RATES, DayCount.ACT_365).cents
    daily = sum(
        statement([owed(100_000, it, it + timedelta(days=1))], RATES, DayCount.ACT_365).cents
        for it in (first + timedelta(days=n) for n in range((last - first).days))
    )
    assert abs(daily - one) <= (last - first).days
    assert (last - first).days < 300 or daily != one


def test_the_line_changes_with_the_half_year() -> None:
    found = lines_of([owed(100, date(2025, 6, 30), date(2026, 1, 2))], RATES, DayCount.ACT_365)
    assert [(it.from_on, it.days, it.rate_bp) for it in found] == [
        (date(2025, 6, 30), 1, 727),
        (date(2025, 7, 1), 184, 627),
        (date(2026, 1, 1), 1, 627),
    ]


@pytest.mark.parametrize("on", [date(2026, 7, 1), date(2001, 12, 31), date(2031, 1, 1)])
def test_a_rate_that_is_not_published_is_not_guessed(on: date) -> None:
    with pytest.raises(RateUnknown):
        base_rate_bp(RATES, on)
    with pytest.raises(RateUnknown):
        statement([owed(100, on, on + timedelta(days=1))], RATES, DayCount.ACT_365)


def test_a_rate_that_was_published_is_a_further_line() -> None:
    text = "2026-01-01,1.27\n2026-07-01,-0.88\n"
    assert base_rate_bp(read_base_rates(text), date(2026, 12, 31)) == -88
    assert base_rate_bp(RATES, date(2022, 12, 31)) == -88
    assert base_rate_bp(RATES, date(2024, 2, 29)) == 362


@pytest.mark.parametrize(
    "text", ["2026-01-01,1.27\n2027-01-01,1.27", "2026-02-01,1.27", "2026-01-01,1.275", "2026-01-01,x", "x,1.27"]
)
def test_a_table_with_a_gap_or_nonsense_is_refused(text: str) -> None:
    with pytest.raises(RatesNotValid):
        read_base_rates(text)
