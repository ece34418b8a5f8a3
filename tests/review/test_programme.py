"""Richtlinie und Verwaltungspraxis: readable files, named by their content, in force by day."""

from datetime import date
from hashlib import sha256

import pytest

from services.review.programme import (
    Event,
    NoPolicyInForce,
    PolicyKind,
    PolicyNotReadable,
    PolicyPublished,
    PublishPolicy,
    UnknownItem,
    decider,
    policy_in_force,
    publish_policy,
)
from tests.review.builders import GUIDELINE, POLICIES, PRACTICE, published
from tests.scenario import A_MONDAY, Scenario


def given(*history: Event):
    return Scenario(decider, history)


def of(text: str) -> PolicyPublished:
    return decider.decide(PublishPolicy(text=text), decider.initial, A_MONDAY)[0]


def without_training(on: str) -> str:
    """The practice with training closed from a day on."""
    return PRACTICE.replace("closed_items = []", 'closed_items = ["training"]').replace("2024-07-01", on)


def test_a_policy_is_published_with_its_full_text_and_its_hash():
    it = given().when(PublishPolicy(text=GUIDELINE)).then_one(PolicyPublished)
    assert (it.kind, it.in_force_on, it.text) == (PolicyKind.GUIDELINE, date(2024, 7, 1), GUIDELINE)
    assert it.sha256 == sha256(GUIDELINE.encode()).hexdigest()


def test_the_same_policy_is_published_once():
    given(of(GUIDELINE)).when(PublishPolicy(text=GUIDELINE)).then()


@pytest.mark.parametrize(
    "text",
    [
        "kein = TOML = hier",
        'kind = "law"',
        GUIDELINE.replace('source = "', 'origin = "'),
        GUIDELINE.replace("rate_bp = 8000", "rate_bp = 80000", 1),
        GUIDELINE.replace("rate_bp = 8000", "rate_bp = 0.8", 1),
        GUIDELINE.replace('code = "training"', 'code = "interfaces"'),
        PRACTICE.replace("reservation_days = 60", "reservation_days = -1"),
        PRACTICE.replace('budget_title = "1605-63371"', 'budget_title = "Kapitel 1605"'),
        PRACTICE.replace('programme = "thueregovrl"', ""),
    ],
)
def test_a_file_that_is_no_policy_is_not_published(text: str):
    with pytest.raises(PolicyNotReadable):
        given().when(PublishPolicy(text=text))


def test_every_shipped_policy_can_be_published():
    assert POLICIES
    for path in POLICIES:
        assert publish_policy(path.read_text(encoding="utf-8")).primary == "programme-thueregovrl"


def test_every_item_of_the_guideline_is_open_at_eighty_percent():
    for item in ("interfaces", "training", "document-management", "e-invoicing", "information-security"):
        terms = policy_in_force(published(), date(2026, 3, 2), item)
        assert (terms.is_open, terms.rate_bp, terms.budget_title) == (True, 8000, "1605-63371")


def test_nothing_applies_before_the_guideline_is_in_force():
    with pytest.raises(NoPolicyInForce):
        policy_in_force(published(), date(2024, 6, 30), "interfaces")


def test_a_guideline_without_its_practice_decides_nothing():
    with pytest.raises(NoPolicyInForce):
        policy_in_force(published(GUIDELINE), date(2025, 6, 30), "interfaces")


def test_an_item_that_the_guideline_does_not_know_has_no_terms():
    with pytest.raises(UnknownItem):
        policy_in_force(published(), date(2025, 6, 30), "swimming-pools")


def test_an_item_may_be_named_by_its_letter_and_no_item_by_no_name():
    on = date(2025, 6, 30)
    assert policy_in_force(published(), on, "2c") == policy_in_force(published(), on, "interfaces")
    with pytest.raises(UnknownItem):
        policy_in_force(published(), on, "")


def test_a_new_practice_closes_an_item_from_its_day_on_and_not_before():
    programme = published(GUIDELINE, PRACTICE, without_training("2025-09-01"))
    before = policy_in_force(programme, date(2025, 8, 31), "training")
    after = policy_in_force(programme, date(2025, 9, 1), "training")
    assert (before.is_open, after.is_open) == (True, False)
    assert before.basis.guideline_sha256 == after.basis.guideline_sha256
    assert before.basis.practice_sha256 != after.basis.practice_sha256


def test_of_two_practices_for_the_same_day_the_later_published_one_applies():
    programme = published(GUIDELINE, PRACTICE, without_training("2024-07-01"))
    assert not policy_in_force(programme, date(2025, 1, 1), "training").is_open
