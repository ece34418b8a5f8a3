"""Richtlinie, Verwaltungspraxis, Parameter: readable files, named by their content, in force by day."""

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from services.review import programme
from services.review.judging import VOCABULARY
from services.review.programme import (
    Basis,
    Event,
    NoPolicyInForce,
    PolicyKind,
    PolicyNotConsistent,
    PolicyNotReadable,
    PolicyPublished,
    PublishPolicy,
    UnknownItem,
    decider,
    parameters_in_force,
    policy_in_force,
    publish_policy,
)
from shared.policy import PARAMETER_TITLES, FinancingType, Parameters, in_force, read
from shared.records import field_names
from shared.shipped_policies import shipped
from tests.review.builders import GUIDELINE, LATER_PRACTICE, PARAMETERS, POLICIES, PRACTICE, practice_of, published
from tests.scenario import A_MONDAY, Scenario

FILES = (GUIDELINE, PRACTICE, PARAMETERS)
FIRST_FORMAT = [path.read_text("utf-8") for path in sorted(Path(__file__).with_name("policies_of_format_1").iterdir())]
"""The two files of the house's first issue, as they lie in logs."""


def given(*history: Event):
    return Scenario(decider, history)


def of(text: str) -> PolicyPublished:
    """A file as a log keeps it, whether or not it could be published today."""
    it = read(text)
    return PolicyPublished(
        kind=it.kind, version=it.version, title=it.title, in_force_on=it.in_force_on, text=text,
        sha256=sha256(text.encode()).hexdigest(), published_by=A_MONDAY.actor,
    )  # fmt: skip


def test_policies_are_published_with_their_full_text_and_their_hash():
    events = decider.decide(PublishPolicy(texts=FILES), decider.initial, A_MONDAY)
    assert [it.kind for it in events] == [PolicyKind.GUIDELINE, PolicyKind.PRACTICE, PolicyKind.PARAMETERS]
    assert [it.text for it in events] == list(FILES)
    assert [it.sha256 for it in events] == [sha256(it.encode()).hexdigest() for it in FILES]
    assert {it.in_force_on for it in events} == {date(2024, 7, 1)}


def test_the_same_policy_is_published_once():
    given(*map(of, FILES)).when(PublishPolicy(texts=FILES)).then()
    given(*map(of, FILES)).when(PublishPolicy(texts=(LATER_PRACTICE, LATER_PRACTICE))).then(of(LATER_PRACTICE))


@pytest.mark.parametrize(
    "text",
    [
        "kein = TOML = hier",
        'kind = "law"',
        GUIDELINE.replace('source = "', 'origin = "'),
        GUIDELINE.replace("rate_bp = 8000", "rate_bp = 80000", 1),
        GUIDELINE.replace("rate_bp = 8000", "rate_bp = 0.8", 1),
        GUIDELINE.replace("rate_bp = 8000", "rate_bp = true", 1),
        GUIDELINE.replace("rate_bp = 8000", "rate_bp = 8000\nmaximum_cents = 5\nminimum_cents = 6", 1),
        GUIDELINE.replace("rate_bp = 8000", "rate_bp = 8000\ncooperation_bonus_bp = 2001", 1),
        GUIDELINE.replace("rate_bp = 8000", "rate_bp = 8000\nquota = 5", 1),
        GUIDELINE.replace('financing_type = "share"', 'financing_type = "loan"', 1),
        GUIDELINE.replace('financing_type = "share"', 'financing_type = "fixed"', 1),
        GUIDELINE.replace('code = "training"', 'code = "interfaces"'),
        GUIDELINE.replace('letter = "2f"', 'letter = "2c"'),
        GUIDELINE.replace("format = 2", "format = 3"),
        GUIDELINE.replace("in_force_on = 2024-07-01", 'in_force_on = "2024-07-01"'),
        PRACTICE.replace('budget_title = "1605-63371"', 'budget_title = "Kapitel 1605"'),
        PRACTICE.replace('programme = "thueregovrl"', ""),
        PRACTICE.replace("opens_on = 2024-07-01", "opens_on = 2024-07-01\ncloses_on = 2024-06-30", 1),
        PRACTICE.replace("opens_on = 2024-07-01", "", 1),
        PARAMETERS.replace("reservation_days = 60", "reservation_days = -1"),
        PARAMETERS.replace("document_request_days = 14", "document_request_days = 13"),
        PARAMETERS.replace("retention_years = 10", ""),
        PARAMETERS.replace('day_count = "act/365"', 'day_count = "act/364"'),
        PARAMETERS.replace("[8000, 9500, 10000]", "[9500, 8000]"),
        PARAMETERS.replace("payout_only_when_final = true", "payout_only_when_final = 1"),
        PARAMETERS.replace("[signing]\ntitle", "[signing]\nheading"),
        PARAMETERS + "\n[lottery]\nmost = 1\n",
        GUIDELINE + "#" * 100_000,
        *FIRST_FORMAT,
    ],
)
def test_a_file_that_is_no_policy_is_not_published(text: str):
    assert text not in FILES
    with pytest.raises(PolicyNotReadable):
        given(*map(of, FILES)).when(PublishPolicy(texts=(text,)))


@pytest.mark.parametrize(
    "texts",
    [
        (GUIDELINE, PRACTICE),
        (GUIDELINE, PARAMETERS),
        (PRACTICE, PARAMETERS),
        (GUIDELINE, PRACTICE, PARAMETERS.replace("in_force_on = 2024-07-01", "in_force_on = 2024-07-02")),
        (GUIDELINE, practice_of(date(2024, 7, 2)), PARAMETERS),
        (GUIDELINE, PRACTICE.replace('code = "training"', 'code = "swimming-pools"'), PARAMETERS),
        (GUIDELINE, PRACTICE[: PRACTICE.rindex("[[items]]")], PARAMETERS),
        (GUIDELINE, PRACTICE.replace("opens_on = 2024-07-01", "opens_on = 2024-06-30", 1), PARAMETERS),
        (
            GUIDELINE.replace("in_force_on = 2024-07-01", "in_force_on = 2024-07-01\nexpires_on = 2025-12-31"),
            PRACTICE.replace("opens_on = 2024-07-01", "opens_on = 2024-07-01\ncloses_on = 2026-01-01", 1),
            PARAMETERS,
        ),
        (*FILES, POLICIES["ortskerne-guideline-2025-01"]),
    ],
)
def test_files_that_leave_a_gap_or_contradict_each_other_are_not_published(texts: tuple[str, ...]):
    with pytest.raises(PolicyNotConsistent):
        given().when(PublishPolicy(texts=texts))


def test_a_guideline_with_an_end_decides_nothing_after_it():
    ending = GUIDELINE.replace("in_force_on = 2024-07-01", "in_force_on = 2024-07-01\nexpires_on = 2025-12-31")
    programme = decider.fold(
        decider.decide(PublishPolicy(texts=(ending, PRACTICE, PARAMETERS)), decider.initial, A_MONDAY)
    )
    assert policy_in_force(programme, date(2025, 12, 31), "interfaces").is_open
    with pytest.raises(NoPolicyInForce):
        policy_in_force(programme, date(2026, 1, 1), "interfaces")


def test_every_shipped_programme_can_be_published_and_names_itself():
    assert set(shipped()) == {"ortskerne", "thueregovrl"}
    for name, files in shipped().items():
        texts = [it.text for it in files]
        it = publish_policy(*texts)
        assert it.primary == f"programme-{name}"
        assert len(it.judge([decider.initial], A_MONDAY)[it.primary]) == len(texts)


def test_every_item_of_the_guideline_is_open_at_eighty_percent():
    for item in ("interfaces", "training", "document-management", "e-invoicing", "information-security"):
        terms = policy_in_force(published(), date(2026, 2, 28), item)
        assert (terms.is_open, terms.rate_bp, terms.budget_title) == (True, 8000, "1605-63371")


def test_the_later_practice_grants_interfaces_and_training_only():
    programme = published(LATER_PRACTICE)
    granted = {
        it.code: policy_in_force(programme, date(2026, 3, 1), it.code).is_open
        for it in in_force(programme.published, date(2026, 3, 1)).guideline.items
    }
    assert {code for code, is_open in granted.items() if is_open} == {"interfaces", "training"}
    assert len(granted) == 8
    assert policy_in_force(programme, date(2026, 2, 28), "document-management").is_open
    assert "Haushaltsmittel" in policy_in_force(programme, date(2026, 3, 1), "document-management").closed_because


def test_another_ministrys_programme_is_a_file():
    texts = [it.text for it in shipped()["ortskerne"]]
    programme = decider.fold(decider.decide(PublishPolicy(texts=tuple(texts)), decider.initial, A_MONDAY))
    place, shop, signs = (policy_in_force(programme, date(2025, 6, 2), it) for it in ("3.1", "3.2", "3.3"))
    assert (place.financing_type, shop.financing_type, signs.financing_type) == tuple(
        FinancingType(it) for it in ("gap", "fixed", "share")
    )
    assert (shop.fixed_cents, place.minimum_cents, place.maximum_cents) == (25_000_00, 10_000_00, 250_000_00)
    assert (place.budget_title, place.signing_limit_cents, place.programme) == ("1003-88377", 100_000_00, "ortskerne")
    assert not signs.is_open
    assert parameters_in_force(programme, date(2025, 6, 2)).document_request_days == 21


def test_nothing_applies_before_the_guideline_is_in_force():
    with pytest.raises(NoPolicyInForce):
        policy_in_force(published(), date(2024, 6, 30), "interfaces")


def test_an_item_that_the_guideline_does_not_know_has_no_terms():
    with pytest.raises(UnknownItem):
        policy_in_force(published(), date(2025, 6, 30), "swimming-pools")


def test_an_item_may_be_named_by_its_letter_and_no_item_by_no_name():
    on = date(2025, 6, 30)
    assert policy_in_force(published(), on, "2c") == policy_in_force(published(), on, "interfaces")
    with pytest.raises(UnknownItem):
        policy_in_force(published(), on, "")


def test_a_new_practice_closes_an_item_from_its_day_on_and_not_before():
    programme = published(practice_of(date(2025, 9, 1), closed="training"))
    before = policy_in_force(programme, date(2025, 8, 31), "training")
    after = policy_in_force(programme, date(2025, 9, 1), "training")
    assert (before.is_open, after.is_open) == (True, False)
    assert before.basis.guideline_sha256 == after.basis.guideline_sha256
    assert before.basis.practice_sha256 != after.basis.practice_sha256
    assert before.basis.parameters_sha256 == after.basis.parameters_sha256 != ""


def test_an_item_is_open_through_the_last_day_of_its_period():
    text = PRACTICE.replace(
        'code = "training"\nopens_on = 2024-07-01', 'code = "training"\nopens_on = 2024-08-01\ncloses_on = 2024-08-31'
    )
    programme = published(text)
    found = [
        policy_in_force(programme, date(2024, month, day), "training").is_open
        for month, day in ((7, 31), (8, 1), (8, 31), (9, 1))
    ]
    assert found == [False, True, True, False]


def test_of_two_practices_for_the_same_day_the_later_published_one_applies():
    programme = published(practice_of(date(2024, 7, 1), closed="training"))
    assert not policy_in_force(programme, date(2025, 1, 1), "training").is_open


# ---- What lies in logs already -------------------------------------------------------------------------------------


def test_the_files_of_the_first_issue_still_fold_and_apply_once_there_are_parameters():
    guideline, practice = FIRST_FORMAT
    programme = decider.fold([of(guideline), of(practice)])
    with pytest.raises(NoPolicyInForce):
        policy_in_force(programme, date(2025, 6, 30), "interfaces")
    corrected = decider.fold(decider.decide(PublishPolicy(texts=(PARAMETERS,)), programme, A_MONDAY), start=programme)
    terms = policy_in_force(corrected, date(2025, 6, 30), "training")
    assert (terms.is_open, terms.rate_bp, terms.signing_limit_cents) == (True, 8000, 200_000_00)
    assert terms.basis.guideline_sha256 == sha256(guideline.encode()).hexdigest()


def test_the_files_of_this_version_take_the_place_of_those_of_the_first_issue():
    before = decider.fold(map(of, FIRST_FORMAT))
    after = decider.fold(decider.decide(PublishPolicy(texts=FILES), before, A_MONDAY), start=before)
    assert policy_in_force(after, date(2025, 6, 30), "2c") == policy_in_force(published(), date(2025, 6, 30), "2c")


def test_a_basis_of_the_first_issue_named_two_files():
    assert Basis(guideline_sha256="a", practice_sha256="b").parameters_sha256 == ""


# ---- Rules ---------------------------------------------------------------------------------------------------------


def test_the_rules_in_force_are_the_guidelines_and_the_practices():
    codes = [it.code for it in in_force(published().published, date(2025, 6, 30)).rules]
    assert codes == [
        "within-rate", "within-application", "own-share", "not-begun", "no-other-funding", "item-open", "period-length", "period-not-over",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        GUIDELINE.replace("granted_cents <= applied_cents", "granted_cents <= __import__('os')"),
        GUIDELINE.replace("granted_cents <= applied_cents", "granted_cents <= submitted_on"),
        GUIDELINE.replace("granted_cents <= applied_cents", "granted_cents <= cents_of_the_moon"),
        GUIDELINE.replace("granted_cents <= applied_cents", "granted_cents"),
        GUIDELINE.replace("Beantragt sind {applied_cents}", "Beantragt sind {applied}"),
        GUIDELINE.replace('code = "own-share"', 'code = "within-rate"'),
        GUIDELINE.replace('consequence = "warns"', 'consequence = "explodes"'),
        GUIDELINE.replace('source = "Fördersatz der Richtlinie"', ""),
    ],
)
def test_a_rule_that_cannot_be_judged_is_not_published(text: str):
    assert text != GUIDELINE
    with pytest.raises(PolicyNotReadable):
        given().when(PublishPolicy(texts=(text, PRACTICE, PARAMETERS)))


def test_guideline_and_practice_have_no_rule_of_the_same_name():
    twice = PRACTICE.replace('code = "item-open"', 'code = "within-rate"')
    with pytest.raises(PolicyNotConsistent):
        given().when(PublishPolicy(texts=(GUIDELINE, twice, PARAMETERS)))


def test_the_page_about_policy_files_names_every_parameter_and_everything_a_rule_may_ask():
    page = (Path(__file__).parents[2] / "docs/policies.md").read_text("utf-8")
    assert [it for it in (*VOCABULARY, *field_names(Parameters)) if f"| `{it}` |" not in page] == []


def test_every_parameter_has_a_title_that_people_read():
    assert set(PARAMETER_TITLES) == set(field_names(Parameters))


# ---- Nothing is a value that nobody reads ----------------------------------------------------------------------------


def test_every_value_of_the_parameters_is_read_by_code_that_decides():
    services = Path(programme.__file__).parents[1]
    texts = [
        path.read_text(encoding="utf-8")
        for path in (*services.rglob("*.py"), *(services.parent / "shared/policy").glob("in_force.py"))
    ]
    read = {name for name in field_names(Parameters) if any(f".{name}" in text for text in texts)}
    assert set(field_names(Parameters)) - read == set()
