"""Anteil, Fehlbedarf, Festbetrag: the figures of the law, to the cent, and what no figures can break."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review import financing
from services.review.financing import Financed, Sought, effective_rate_bp, granted_cents, remaining_cents, sought
from shared.contracts.intake import Cooperation, Participant
from shared.money import MAX_CENTS, at_rate
from shared.policy import FinancingType, Terms
from shared.records import replace
from tests.review.builders import application, terms

SHARE, GAP, FIXED = FinancingType.SHARE, FinancingType.GAP, FinancingType.FIXED
CENTS = st.integers(0, MAX_CENTS)
D1 = Sought(grant_cents=44_800_00, covering_cents=19_700_00, cut_cents=8_500_00)


def its(**changes: Any) -> Terms:
    return replace(terms(), **changes)


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    rate = draw(st.integers(1, 10_000))
    most = draw(st.one_of(st.just(0), CENTS))
    return its(
        financing_type=draw(st.sampled_from(FinancingType)),
        rate_bp=rate,
        cooperation_bonus_bp=draw(st.integers(0, 10_000 - rate)),
        fixed_cents=draw(CENTS),
        maximum_cents=most,
        minimum_cents=draw(st.integers(0, most or MAX_CENTS)),
    )


ASKED = st.builds(Sought, grant_cents=CENTS, covering_cents=CENTS, cut_cents=CENTS, is_cooperation=st.booleans())


@st.composite
def financed(draw: st.DrawFn) -> Financed:
    rate, eligible = draw(st.integers(1, 10_000)), draw(CENTS)
    return Financed(
        financing_type=draw(st.sampled_from(FinancingType)),
        rate_bp=rate,
        eligible_cents=eligible,
        granted_cents=draw(st.integers(0, at_rate(eligible, rate))),
    )


# ---- What is granted ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "granted"),
    [
        ({}, 44_800_00),
        ({"financing_type": GAP, "rate_bp": 9_000}, 44_800_00),
        ({"financing_type": FIXED, "rate_bp": 10_000, "fixed_cents": 25_000_00}, 25_000_00),
        ({"maximum_cents": 40_000_00}, 40_000_00),
        ({"minimum_cents": 44_800_00}, 44_800_00),
        ({"minimum_cents": 44_800_01}, 0),
    ],
)
def test_example_d1_under_every_financing_type(changes: dict[str, Any], granted: int):
    assert granted_cents(its(**changes), 56_000_00, D1) == granted


def test_own_money_first_bears_what_is_not_eligible():
    gap = its(financing_type=GAP, rate_bp=10_000)
    assert (
        granted_cents(gap, 56_000_00, Sought(grant_cents=56_000_00, covering_cents=8_500_00, cut_cents=8_500_00))
        == 56_000_00
    )
    assert (
        granted_cents(gap, 56_000_00, Sought(grant_cents=56_000_00, covering_cents=8_500_01, cut_cents=8_500_00))
        == 55_999_99
    )


def test_a_cooperation_gets_its_bonus_and_never_more_than_all():
    assert effective_rate_bp(its(rate_bp=6_000, cooperation_bonus_bp=1_500), is_cooperation=True) == 7_500
    assert effective_rate_bp(its(rate_bp=6_000, cooperation_bonus_bp=1_500), is_cooperation=False) == 6_000
    assert effective_rate_bp(its(rate_bp=9_000, cooperation_bonus_bp=1_500), is_cooperation=True) == 10_000


@given(any_terms(), CENTS, ASKED)
def test_a_grant_is_never_above_rate_maximum_or_application_nor_below_the_minimum(
    it: Terms, eligible: int, asked: Sought
):
    granted = granted_cents(it, eligible, asked)
    rate = effective_rate_bp(it, is_cooperation=asked.is_cooperation)
    assert 0 <= granted <= min(eligible, asked.grant_cents)
    assert granted * 10_000 <= eligible * rate
    assert granted <= it.maximum_cents or not it.maximum_cents
    assert granted <= it.fixed_cents or it.financing_type != FIXED
    assert granted == 0 or granted >= it.minimum_cents


@given(any_terms(), CENTS, CENTS, ASKED)
def test_more_eligible_expenditure_never_means_a_smaller_grant(it: Terms, one: int, other: int, asked: Sought):
    less, more = sorted((one, other))
    assert granted_cents(it, less, asked) <= granted_cents(it, more, asked)


@given(any_terms(), CENTS, ASKED, CENTS)
def test_more_money_of_others_never_means_a_larger_grant(it: Terms, eligible: int, asked: Sought, more: int):
    richer = replace(asked, covering_cents=asked.covering_cents + more)
    assert granted_cents(it, eligible, richer) <= granted_cents(it, eligible, asked)


# ---- What remains ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "left"), [(SHARE, 38_400_00), (FIXED, 44_800_00), (GAP, 36_800_00)])
def test_example_d1_with_8000_euros_saved(kind: FinancingType, left: int):
    it = Financed(financing_type=kind, rate_bp=8_000, granted_cents=44_800_00, eligible_cents=56_000_00)
    assert remaining_cents(it, 48_000_00) == left


def test_example_d2_when_a_partner_leaves():
    it = Financed(financing_type=SHARE, rate_bp=8_000, granted_cents=240_000_00, eligible_cents=300_000_00)
    assert remaining_cents(it, 270_000_00) == 216_000_00


@given(financed(), CENTS, CENTS)
def test_what_remains_is_never_above_grant_or_expenditure(it: Financed, spent: int, other: int):
    left = remaining_cents(it, spent, other)
    assert 0 <= left <= it.granted_cents
    assert left <= spent
    assert left * 10_000 <= spent * it.rate_bp or it.financing_type != SHARE


@given(financed(), CENTS, CENTS, CENTS, CENTS)
def test_what_remains_grows_with_the_expenditure_and_falls_with_others_money(
    it: Financed, spent: int, more: int, other: int, extra: int
):
    assert remaining_cents(it, spent, other) <= remaining_cents(it, spent + more, other)
    assert remaining_cents(it, spent, other + extra) <= remaining_cents(it, spent, other)


@given(financed())
def test_as_planned_everything_remains(it: Financed):
    assert remaining_cents(it, it.eligible_cents) == it.granted_cents


def test_a_cooperation_counts_from_the_number_of_bodies_that_the_parameters_set():
    cooperation = Cooperation(
        cost_key="equal", participants=tuple(Participant(key=f"1607000{it}") for it in range(1, 4))
    )
    it, base = application(cooperation=cooperation), its(rate_bp=6_000, cooperation_bonus_bp=1_500)
    assert granted_cents(base, 50_000_00, sought(it, 50_000_00, base)) == 37_500_00
    larger = replace(base, cooperation_members=4)
    assert granted_cents(larger, 50_000_00, sought(it, 50_000_00, larger)) == 30_000_00
    assert granted_cents(base, 50_000_00, sought(application(), 50_000_00, base)) == 30_000_00


# ---- Controls -------------------------------------------------------------------------------------------------------


def test_rounding_up_would_be_above_the_rate(monkeypatch: pytest.MonkeyPatch):
    asked = Sought(grant_cents=MAX_CENTS, covering_cents=0, cut_cents=0)
    assert granted_cents(its(), 3, asked) * 10_000 <= 3 * 8_000
    monkeypatch.setattr(financing, "at_rate", lambda cents, rate_bp: -(-cents * rate_bp // 10_000))
    assert granted_cents(its(), 3, asked) * 10_000 > 3 * 8_000
