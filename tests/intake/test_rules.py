"""The catalogue of checks B1 to B20: for each rule one form that breaks it and one that keeps it."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.intake.application import AlreadySubmitted, ApplicationSubmitted, Facts
from services.intake.application.commands import AskedField, Similar
from services.intake.application.found import Severity
from services.intake.application.rules import RULES, examined
from services.intake.cooperation import apportioned
from shared.contracts import YearAmount
from shared.contracts.intake import Cooperation, Detail, Finding, Measure, Participant
from shared.decider import DomainError
from shared.formats import encode
from shared.identity import DocumentReference
from shared.records import replace
from tests.intake.builders import (
    APPLICANT,
    ARNSTADT,
    DECLARED,
    LINES,
    RECEIPT,
    STADTILM,
    SUBMISSION,
    SUBMITTED,
    SUBMITTED_ON,
    given,
    sealed,
)

AMT_WACHSENBURG, RIECHHEIMER_BERG, ELXLEBEN = "16070028", "160705009", "16070013"
FINANCING = SUBMISSION.financing


def paper(kind: str, **changes: Any) -> DocumentReference:
    it = DocumentReference(sha256=64 * "d", size=1_000, media_type="application/pdf", kind=kind, subject="p-stadtilm")
    return replace(it, **changes)


def with_papers(*kinds: str) -> tuple[DocumentReference, ...]:
    return (*SUBMISSION.documents, *(paper(kind) for kind in kinds))


def declared(**answers: bool | None) -> dict[str, Any]:
    return {"declarations": replace(DECLARED, **answers)}


def known(**facts: Any) -> dict[str, Any]:
    return {"facts": Facts(**facts)}


def together(*partners: Participant, lead_bp: int = 0, cost_key: str = "equal", **more: Any) -> dict[str, Any]:
    lead = Participant(key=STADTILM, share_bp=lead_bp)
    return {
        "cooperation": Cooperation(cost_key=cost_key, participants=(lead, *partners), forwards_grant=False),
        "documents": with_papers("cooperation-agreement"),
        **more,
    }


WITH_ARNSTADT = together(Participant(key=ARNSTADT))
LINKED = AskedField(code="linked-systems", title="Verbundene Systeme", kind="text")
PERSONS = AskedField(code="persons", title="Zahl der Personen", kind="number")
REUSE = AskedField(code="re-use", title="Offen zur Nachnutzung", kind="yes-no")
DESCRIBED = Measure(
    title="Schnittstelle",
    details=(
        Detail(code="linked-systems", text="DMS und Bauverfahren"),
        Detail(code="persons", text="12"),
        Detail(code="re-use", text="yes"),
    ),
)


def described(**texts: str) -> Measure:
    changed = {it.code: it.text for it in DESCRIBED.details} | {
        name.replace("_", "-"): it for name, it in texts.items()
    }
    return Measure(title="Schnittstelle", details=tuple(Detail(code=code, text=it) for code, it in changed.items()))


ASKED = known(asked=(LINKED, PERSONS, REUSE))
FOR_MEMBERS: dict[str, Any] = {
    "applicant_key": RIECHHEIMER_BERG,
    "applicant_keys": (RIECHHEIMER_BERG,),
    "on_behalf_of": (ELXLEBEN,),
    "representative_office": "chair",
    "documents": with_papers("proxy"),
}
ENDED = known(early_start_on=date(2025, 5, 1), early_start_ends_on=date(2025, 5, 9))
SIMILAR = Similar(file_number="EG-2025-00007", same_title=True)

CATALOGUE: list[tuple[str, dict[str, Any], str, str, str, dict[str, Any]]] = [
    ("B1", {"applicant_key": "16999999"}, "error", "unknown-applicant", "applicant_key", {"applicant_key": STADTILM}),
    ("B1", {"applicant_key": "16076004"}, "error", "dissolved-applicant", "applicant_key", {}),
    ("B2", {"applicant_key": "Elxleben"}, "error", "name-is-no-key", "applicant_key", {}),
    ("B3", {"on_behalf_of": (ELXLEBEN,)}, "error", "not-an-association", "on_behalf_of", FOR_MEMBERS),
    ("B3", {**FOR_MEMBERS, "documents": SUBMISSION.documents}, "missing", "proxy-missing", "attachments", FOR_MEMBERS),
    ("B4", {"item": " "}, "error", "text-missing", "item", {}),
    ("B4", known(item_known=False), "error", "unknown-item", "item", {}),
    ("B4", known(closed_because="keine Mittel"), "warning", "item-closed", "item", {}),
    ("B5", {"starts_on": date(2025, 5, 11)}, "error", "project-begun", "starts_on", {"starts_on": SUBMITTED_ON}),
    (
        "B5", {"contract_on": date(2025, 5, 9)}, "error", "project-begun", "contract_on",
        {"contract_on": date(2025, 5, 9), **known(early_start_on=date(2025, 5, 9))},
    ),
    (
        "B5", {"starts_on": date(2025, 5, 8), **known(early_start_on=date(2025, 5, 9))}, "error", "project-begun", "starts_on",
        {"starts_on": date(2025, 5, 9), **known(early_start_on=date(2025, 5, 9))},
    ),
    (
        "B19", declared(not_started=False), "error", "declaration-missing", "declarations.not_started",
        {**declared(not_started=False), **known(early_start_on=date(2025, 5, 9))},
    ),
    (
        "B5", {"starts_on": date(2025, 5, 10), **ENDED}, "error", "project-begun", "starts_on",
        {"starts_on": date(2025, 5, 9), **ENDED},
    ),
    (
        "B5", {"contract_on": date(2025, 5, 10), **ENDED}, "error", "project-begun", "contract_on",
        {"contract_on": date(2025, 5, 9), **ENDED},
    ),
    ("B6", {"ends_on": date(2025, 6, 2)}, "error", "period-reversed", "ends_on", {}),
    ("B6", {"ends_on": date(2028, 6, 3), **known(period_months=36)}, "warning", "period-long", "ends_on",
     {"ends_on": date(2028, 6, 2), **known(period_months=36)}),
    ("B7", {"by_year": SUBMISSION.by_year[:1]}, "error", "years-differ", "by_year", {}),
    ("B8", {"lines": (replace(LINES[0], cents=0), *LINES[1:])}, "error", "amount-not-positive", "lines.0.cents", {}),
    ("B8", declared(input_tax_reclaimed=True), "warning", "input-tax", "declarations.input_tax_reclaimed", {}),
    ("B9", {"financing": replace(FINANCING, own_cents=1)}, "error", "financing-gap", "financing", {}),
    ("B9", known(rate_bp=6_900), "warning", "grant-above-rate", "financing.grant_cents", known(rate_bp=8_000)),
    ("B9", {"documents": ()}, "missing", "own-share-unproven", "financing.own_cents", {}),
    ("B10", known(minimum_cents=44_800_01), "warning", "grant-below-minimum", "financing.grant_cents", known(minimum_cents=44_800_00)),
    ("B10", known(maximum_cents=44_799_99), "warning", "grant-above-maximum", "financing.grant_cents", known(maximum_cents=44_800_00)),
    ("B11", declared(equalisation_funding=True), "warning", "double-funding", "declarations.equalisation_funding", {}),
    ("B11", declared(other_funding=None), "missing", "answer-missing", "declarations.other_funding", {}),
    ("B11", known(similar=(SIMILAR,)), "warning", "same-title", "title", {}),
    ("B12", together(), "error", "too-few-participants", "cooperation.partners", WITH_ARNSTADT),
    ("B12", together(Participant(key=STADTILM)), "error", "participant-repeated", "cooperation.partners.0.key", {}),
    ("B12", together(Participant(key="16999999")), "error", "unknown-applicant", "cooperation.partners.0.key", {}),
    (
        "B12", together(Participant(key=ARNSTADT, share_bp=4_999), lead_bp=5_000, cost_key="agreed"),
        "error", "cost-key-invalid", "cooperation.lead_share_bp",
        together(Participant(key=ARNSTADT, share_bp=5_000), lead_bp=5_000, cost_key="agreed"),
    ),
    ("B12", {**WITH_ARNSTADT, "documents": SUBMISSION.documents}, "missing", "agreement-missing", "attachments", WITH_ARNSTADT),
    ("B13", ASKED, "missing", "measures-missing", "measures", {**ASKED, "measures": (DESCRIBED,)}),
    ("B13", {**ASKED, "measures": (described(linked_systems=" "),)}, "missing", "detail-missing", "measures.0.details.linked-systems", {}),
    ("B13", {**ASKED, "measures": (described(persons="zwölf"),)}, "error", "detail-invalid", "measures.0.details.persons", {}),
    ("B13", {**ASKED, "measures": (described(re_use="no"),)}, "warning", "promise-refused", "measures.0.details.re-use", {}),
    ("B14", declared(economic_activity=True), "warning", "economic-activity", "declarations.economic_activity", {}),
    (
        "B15", declared(budget_safeguarding=True), "missing", "supervisory-statement-missing", "attachments",
        declared(budget_safeguarding=False),
    ),
    ("B16", {"representative_name": None}, "missing", "representative-missing", "representative_name", {}),
    ("B16", {"representative_office": "chair"}, "warning", "representative-office-unusual", "representative_office", {}),
    ("B17", known(account_abroad=True), "warning", "iban-foreign", "iban", {}),
    ("B17", known(account_of_another=True), "warning", "account-holder-differs", "account_holder", {}),
    ("B18", {"documents": (*SUBMISSION.documents, paper("other", media_type="text/html"))}, "error", "attachment-not-allowed", "attachments.2",
     {"documents": with_papers("other")}),
    ("B19", declared(not_started=False), "error", "declaration-missing", "declarations.not_started", {}),
    ("B19", declared(electronic_service=False), "warning", "no-electronic-service", "declarations.electronic_service", {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "breaking", "severity", "code", "field", "keeping"),
    CATALOGUE,
    ids=[f"{it[0]}-{it[3]}" for it in CATALOGUE],
)
def test_a_form_that_breaks_a_rule_is_told_so_and_one_that_keeps_it_is_not(
    rule: str, breaking: dict[str, Any], severity: str, code: str, field: str, keeping: dict[str, Any]
) -> None:
    broken = examined(replace(SUBMISSION, **breaking), SUBMITTED_ON)
    found = [(it.rule, it.severity, it.code, it.field) for it in broken]
    assert (rule, severity, code, field) in found
    assert all(it.text.strip() for it in broken)
    kept = replace(SUBMISSION, **keeping)
    assert [it for it in examined(kept, SUBMITTED_ON) if it.rule == rule] == []


def test_every_rule_of_a_form_is_in_the_catalogue() -> None:
    assert {it[0] for it in CATALOGUE} == set(RULES) == {f"B{number}" for number in range(1, 20)}


def test_b20_the_same_submission_again_decides_nothing_and_another_in_its_place_is_refused() -> None:
    given(SUBMITTED, RECEIPT).when(SUBMISSION, APPLICANT).then()
    with pytest.raises(AlreadySubmitted):
        given(SUBMITTED, RECEIPT).when(replace(SUBMISSION, submission_sha256=64 * "6"), APPLICANT)


def test_a_refused_form_is_told_all_that_was_found_errors_first() -> None:
    form = replace(
        SUBMISSION, starts_on=date(2025, 5, 11), lines=(replace(LINES[0], year=2031), *LINES[1:]), representative_name=None,
        **declared(complete=False, economic_activity=True),
    )  # fmt: skip
    with pytest.raises(DomainError) as caught:
        given().when(form, APPLICANT)
    told = caught.value
    assert (told.code, told.field) == ("project-begun", "starts_on")
    assert [(it.field, it.code, it.severity) for it in told.errors] == [
        ("starts_on", "project-begun", ""),
        ("lines.0.year", "line-outside-period", ""),
        ("declarations.complete", "declaration-missing", ""),
        ("declarations.economic_activity", "economic-activity", "warning"),
        ("representative_name", "representative-missing", "missing"),
    ]


def test_what_is_missing_or_to_be_looked_at_is_kept_with_an_accepted_form() -> None:
    form = replace(SUBMISSION, representative_name=None, **declared(other_funding=True))
    it = given().when(form, APPLICANT).then_one(ApplicationSubmitted)
    assert [(one.rule, one.severity) for one in it.findings] == [("B11", "warning"), ("B16", "missing")]


def test_a_form_as_it_was_before_these_rules_is_still_accepted_and_asked_for_what_is_new() -> None:
    bare = replace(
        SUBMISSION, representative_name=None, representative_office="", documents=(),
        **declared(electronic_service=None, equalisation_funding=None, other_funding=None, economic_activity=None,
                   budget_safeguarding=None, input_tax_reclaimed=None),
    )  # fmt: skip
    it = given().when(bare, APPLICANT).then_one(ApplicationSubmitted)
    assert {one.severity for one in it.findings} == {Severity.MISSING}
    assert {one.rule for one in it.findings} == {"B8", "B9", "B11", "B14", "B15", "B16", "B19"}


def test_an_application_stored_before_is_read_with_nothing_in_the_new_places() -> None:
    stored = msgspec.json.decode(encode(SUBMITTED), type=dict[str, Any])
    added = (
        "programme",
        "on_behalf_of",
        "cooperation",
        "measures",
        "contract_on",
        "representative_name",
        "representative_office",
        "findings",
    )
    for name in added:
        del stored[name]
    for name in ("electronic_service", "equalisation_funding", "other_funding", "economic_activity"):
        del stored["declarations"][name]
    read = msgspec.json.decode(encode(stored), type=ApplicationSubmitted)
    assert (read.programme, read.findings, read.cooperation) == ("thueregovrl", (), None)
    assert read.declarations.economic_activity is None


# ---- The cost key --------------------------------------------------------------------------------------------------

D2 = Cooperation(
    cost_key="inhabitants",
    participants=tuple(Participant(key=it) for it in (ARNSTADT, STADTILM, AMT_WACHSENBURG, RIECHHEIMER_BERG)),
    forwards_grant=True,
)


def test_d2_is_shared_by_inhabitants_to_the_cent() -> None:
    form = replace(
        SUBMISSION, applicant_key=ARNSTADT, applicant_keys=(ARNSTADT,), cooperation=D2,
        lines=(replace(LINES[0], cents=300_000_00, year=2025),),
        financing=replace(FINANCING, own_cents=60_000_00, grant_cents=240_000_00),
        by_year=(YearAmount(year=2025, cents=90_000_00), YearAmount(year=2026, cents=110_000_00), YearAmount(year=2027, cents=40_000_00)),
        ends_on=date(2027, 10, 31),
    )  # fmt: skip
    it = given().when(form, APPLICANT).then_one(ApplicationSubmitted).cooperation
    assert it
    assert [(one.name, one.inhabitants, one.own_cents, one.cost_cents) for one in it.participants] == [
        ("Stadt Arnstadt", 28_264, 34_795_74, 173_978_70),
        ("Stadt Stadtilm", 8_408, 10_351_07, 51_755_34),
        ("Amt Wachsenburg", 7_967, 9_808_15, 49_040_77),
        ("Verwaltungsgemeinschaft Riechheimer Berg", 4_098, 5_045_04, 25_225_19),
    ]


participants = st.lists(
    st.builds(Participant, key=st.just("k"), inhabitants=st.integers(1, 220_000), share_bp=st.integers(1, 10_000)),
    min_size=2,
    max_size=40,
)


@for_all(
    participants, st.sampled_from(["inhabitants", "equal", "agreed"]), st.integers(1, 10**11), st.integers(0, 10**11)
)
def test_what_the_participants_carry_sums_to_the_whole_and_nobody_carries_a_cent_more_than_their_part(
    its: list[Participant], cost_key: str, total: int, own: int
) -> None:
    it = apportioned(Cooperation(cost_key=cost_key, participants=tuple(its)), total, own)
    assert sum(one.cost_cents for one in it.participants) == total
    assert sum(one.own_cents for one in it.participants) == own
    assert sum(one.share_bp for one in it.participants) == 10_000
    weights = {
        "inhabitants": [one.inhabitants for one in its], "equal": [1 for _ in its], "agreed": [one.share_bp for one in its],
    }[cost_key]  # fmt: skip
    for one, weight in zip(it.participants, weights, strict=True):
        assert abs(one.cost_cents * sum(weights) - total * weight) < sum(weights)


@for_all(st.permutations(D2.participants[1:]))
def test_the_order_of_the_partners_changes_nobodys_part(partners: list[Participant]) -> None:
    inhabitants = {ARNSTADT: 28_264, STADTILM: 8_408, AMT_WACHSENBURG: 7_967, RIECHHEIMER_BERG: 4_098}
    named = tuple(replace(it, inhabitants=inhabitants[it.key]) for it in (D2.participants[0], *partners))
    it = apportioned(replace(D2, participants=named), 300_000_00, 60_000_00)
    assert {one.key: one.own_cents for one in it.participants} == {
        ARNSTADT: 34_795_74, STADTILM: 10_351_07, AMT_WACHSENBURG: 9_808_15, RIECHHEIMER_BERG: 5_045_04,
    }  # fmt: skip


def test_a_finding_names_nobody() -> None:
    form = replace(
        SUBMISSION,
        representative_name=sealed("representative_name"),
        **known(similar=(SIMILAR,), account_of_another=True),
    )
    texts = " ".join(it.text for it in examined(form, SUBMITTED_ON))
    assert isinstance(examined(form, SUBMITTED_ON)[0], Finding)
    assert "p-stadtilm" not in texts
