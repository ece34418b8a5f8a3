"""Kriterien des fachlichen Votums: listed by the practice, judged one by one, kept with the hash of what asked for them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.review import assessment
from services.review.assessment import ExpertOpinionRecorded, decider
from services.review.criteria import (
    CriteriaChanged,
    CriterionEntry,
    CriterionMissing,
    CriterionTwice,
    JudgedCriterion,
    PointsNotValid,
    UnknownCriterion,
    judge_criteria,
    rating_bp,
)
from services.review.examination import Opinion, ReasonMissing
from services.review.pages.criteria_fields import criteria_fields
from services.review.programme import PolicyNotConsistent, PolicyNotReadable, in_force_on, publish_policy
from services.review.wiring import blueprint
from shared.decider import DomainError, decision, replace
from shared.identity import Role
from shared.policy import Criterion, CriterionKind, read
from tests.conftest import StartNats
from tests.review.builders import (
    CASE,
    D1_LINES,
    GUIDELINE,
    OPEN,
    PARAMETERS,
    POLICIES,
    PRACTICE,
    PROGRAMME,
    House,
    expert,
    officer,
    opened_house,
    proposal,
    published,
    system,
)
from tests.review.road import CRITERIA, OPINION, TYPED_CRITERIA, Road
from tests.review.test_api import place
from tests.service import serving

ASKED = in_force_on(published(), date(2025, 6, 23)).criteria("interfaces")
GIVEN = tuple(CriterionEntry(**it) for it in CRITERIA)
STRICTER = PRACTICE.replace("in_force_on = 2024-07-01", "in_force_on = 2025-06-25").replace(
    "required = false", "required = true"
)
"""A practice that requires what the one before only allowed."""


def opine(*criteria: CriterionEntry, opinion: Opinion = Opinion.POSITIVE):
    return assessment.opine(CASE, PROGRAMME, opinion=opinion, reasons="nachnutzbar", criteria=criteria)


# ---- The file -------------------------------------------------------------------------------------------------------


def test_the_practice_lists_what_an_opinion_judges_and_for_which_items() -> None:
    policy = in_force_on(published(), date(2025, 6, 23))
    assert [(it.code, it.kind, it.highest, it.weight, it.required) for it in policy.criteria("2c")] == [
        ("standard", CriterionKind.YES_NO, 1, 3, True),
        ("re-use", CriterionKind.SCALE, 3, 2, True),
        ("information-security", CriterionKind.YES_NO, 1, 1, True),
        ("benefit", CriterionKind.SCALE, 3, 1, False),
    ]
    assert [it.code for it in policy.criteria("training")] == ["re-use", "information-security", "benefit"]
    assert all(it.title and it.source for it in policy.criteria("interfaces"))


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('code = "re-use"\ntitle = "Nachnutzbarkeit', 'code = "standard"\ntitle = "Nachnutzbarkeit', "criteria"),
        ("highest = 3", "highest = 1", "criteria.1.highest"),
        ("highest = 3", "highest = 11", "criteria.1.highest"),
        ("weight = 3", "weight = 0", "criteria.0.weight"),
        ("weight = 3\n", "", "criteria.0.weight"),
        ("required = true", "required = 1", "criteria.0.required"),
        ('kind = "yes-no"\nweight', 'kind = "stars"\nweight', "criteria.0.kind"),
        ('kind = "yes-no"\nweight', 'kind = "yes-no"\nhighest = 3\nweight', "criteria.0.highest"),
        ('title = "Standard der Schnittstelle', 'heading = "Standard der Schnittstelle', "criteria.0.title"),
    ],
)
def test_a_criterion_that_lacks_something_or_says_it_wrongly_is_not_published(old: str, new: str, field: str) -> None:
    text = PRACTICE.replace(old, new, 1)
    assert text != PRACTICE
    with pytest.raises(PolicyNotReadable) as caught:
        read(text)
    assert caught.value.field == field


def test_a_criterion_for_an_item_that_the_guideline_does_not_know_is_not_published() -> None:
    text = PRACTICE.replace('items = ["interfaces"]', 'items = ["swimming-pools"]')
    house = opened_house()
    with pytest.raises(PolicyNotConsistent, match="swimming-pools"):
        house.perform(publish_policy(text), officer())
    assert read(GUIDELINE).criteria == ()
    assert read(PARAMETERS).criteria == ()


# ---- What is entered ------------------------------------------------------------------------------------------------


def test_what_is_said_is_kept_as_the_practice_had_it_in_its_order() -> None:
    assert judge_criteria(tuple(reversed(GIVEN)), ASKED) == (
        JudgedCriterion(code="standard", title="Standard der Schnittstelle (XÖV oder offen gelegt)",
                           kind=CriterionKind.YES_NO, points=1, highest=1, weight=3, text="XÖV, offen gelegt"),
        JudgedCriterion(code="re-use", title="Nachnutzbarkeit durch andere Kommunen",
                           kind=CriterionKind.SCALE, points=2, highest=3, weight=2, text="mit eigener Anpassung nachnutzbar"),
        JudgedCriterion(code="information-security", title="Bezug zum Informationssicherheits-Managementsystem (ISMS)",
                           kind=CriterionKind.YES_NO, points=1, highest=1, weight=1, text="im ISMS erfasst"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("criteria", "error", "field"),
    [
        (GIVEN[:2], CriterionMissing, "criteria"),
        ((*GIVEN[:2], CriterionEntry(code="information-security")), CriterionMissing, "criteria.2.points"),
        ((*GIVEN[:2], CriterionEntry(code="information-security", text="ja")), CriterionMissing, "criteria.2.points"),
        ((*GIVEN[:2], CriterionEntry(code="information-security", points=1)), ReasonMissing, "criteria.2.text"),
        ((*GIVEN, CriterionEntry(code="benefit", points=4, text="hoch")), PointsNotValid, "criteria.3.points"),
        ((*GIVEN, CriterionEntry(code="benefit", points=-1, text="hoch")), PointsNotValid, "criteria.3.points"),
        ((*GIVEN, CriterionEntry(code="beauty", points=1, text="hoch")), UnknownCriterion, "criteria.3.code"),
        ((*GIVEN, GIVEN[0]), CriterionTwice, "criteria"),
    ],
)
def test_what_is_missing_or_wrong_is_told_at_its_field(
    criteria: tuple[CriterionEntry, ...], error: type[DomainError], field: str
) -> None:
    with pytest.raises(error) as caught:
        judge_criteria(criteria, ASKED)
    assert (caught.value.field, caught.value.status) == (field, 422)


def test_what_is_not_required_may_be_left_out() -> None:
    assert judge_criteria((*GIVEN, CriterionEntry(code="benefit")), ASKED) == judge_criteria(GIVEN, ASKED)


judged_ones = st.builds(
    JudgedCriterion, code=st.just("x"), title=st.just("x"), kind=st.just(CriterionKind.SCALE), points=st.just(0),
    highest=st.integers(1, 10), weight=st.integers(1, 100), text=st.just("x"),
)  # fmt: skip


@drawn(st.lists(judged_ones, min_size=1, max_size=8), st.data())
def test_the_rating_lies_between_nothing_and_all_and_grows_with_every_point(
    its: list[JudgedCriterion], data: st.DataObject
) -> None:
    points = [data.draw(st.integers(0, it.highest)) for it in its]
    judged = [replace(it, points=one) for it, one in zip(its, points, strict=True)]
    rating = rating_bp(judged)
    assert rating is not None
    assert 0 <= rating <= 10_000
    assert (rating == 10_000) == all(it.points == it.highest for it in judged)
    more = [replace(it, points=min(it.highest, it.points + 1)) for it in judged]
    assert (rating_bp(more) or 0) >= rating


def test_without_criteria_there_is_no_rating() -> None:
    assert rating_bp(()) is None


def received() -> House:
    house = opened_house()
    house.perform(decision(decider, CASE, OPEN), system())
    return house


# ---- The opinion ----------------------------------------------------------------------------------------------------


def test_the_opinion_keeps_the_criteria_with_the_hash_of_the_practice_in_force() -> None:
    house = received()
    on = date(2025, 6, 23)
    house.perform(opine(*GIVEN), expert(on))
    said = house.log[decider.stream(CASE)][-1]
    assert isinstance(said, ExpertOpinionRecorded)
    assert said.criteria == judge_criteria(GIVEN, ASKED)
    assert said.basis == in_force_on(published(), on).basis
    assert house.kinds(opine(*GIVEN), expert(on)) == []
    changed = (*GIVEN[:2], replace(GIVEN[2], points=0))
    assert house.kinds(opine(*changed), expert(on)) == ["ExpertOpinionRecorded"]


def test_a_negative_opinion_judges_the_criteria_too() -> None:
    with pytest.raises(CriterionMissing):
        received().perform(opine(opinion=Opinion.NEGATIVE), expert(date(2025, 6, 23)))


def test_a_practice_that_requires_more_since_the_opinion_needs_a_new_one() -> None:
    house = received()
    house.perform(opine(*GIVEN), expert(date(2025, 6, 23)))
    house.perform(publish_policy(STRICTER), officer(date(2025, 6, 24)))
    house.perform(decision(decider, CASE, D1_LINES), officer(date(2025, 6, 30)))
    with pytest.raises(CriteriaChanged, match="Nutzen für Bürgerinnen"):
        house.perform(proposal(), officer(date(2025, 6, 30)))
    house.perform(opine(*GIVEN, CriterionEntry(code="benefit", points=2, text="spürbar")), expert(date(2025, 6, 30)))
    house.perform(decision(decider, CASE, D1_LINES), officer(date(2025, 6, 30)))
    house.perform(proposal(), officer(date(2025, 6, 30)))
    assert isinstance(house.state(decider.stream(CASE)), assessment.Proposed)


def test_an_opinion_of_version_1_loads_and_says_no_criteria_and_still_carries_a_proposal() -> None:
    stored = (
        b'{"opinion":"positive","reasons":"gut","conditions":[],"recorded_by":"p-expert","recorded_on":"2025-06-23"}'
    )
    said = msgspec.json.decode(stored, type=ExpertOpinionRecorded)
    assert (said.criteria, said.basis, rating_bp(said.criteria)) == ((), None, None)
    house = received()
    house.log[decider.stream(CASE)].append(said)
    house.perform(publish_policy(STRICTER), officer(date(2025, 6, 24)))
    house.perform(decision(decider, CASE, D1_LINES), officer(date(2025, 6, 30)))
    house.perform(proposal(), officer(date(2025, 6, 30)))
    assert isinstance(house.state(decider.stream(CASE)), assessment.Proposed)


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Road]:
    with serving(blueprint, place(tmp_path_factory.mktemp("criteria"), start_nats)) as service:
        yield Road(service)


# ---- Over the API and in the form -----------------------------------------------------------------------------------


def test_over_the_api_the_criteria_are_given_checked_and_shown_with_their_rating(road: Road) -> None:
    case = road.receive()
    missing = road.act(case, "opinion", OPINION | {"criteria": CRITERIA[:2]})
    assert (missing.status_code, missing.json()["code"]) == (422, "criterion-missing")
    assert "ISMS" in missing.json()["detail"]
    road.do(case, "opinion", OPINION)
    told = road.read(case)["opinion"]
    assert [(it["code"], it["told"], it["text"]) for it in told["criteria"]] == [
        ("standard", "ja", "XÖV, offen gelegt"),
        ("re-use", "2 von 3", "mit eigener Anpassung nachnutzbar"),
        ("information-security", "ja", "im ISMS erfasst"),
    ]
    assert told["rating_bp"] == (3 + 2 * 2 + 1) * 10_000 // (3 + 3 * 2 + 1)
    sheets = road.auditor.get("/review/policies").json()["items"]
    sheet = next(it for it in sheets if it["programme"] == PROGRAMME)
    assert [it["code"] for it in sheet["criteria"]][:2] == ["standard", "re-use"]
    assert told["practice_sha256"] in {it["sha256"] for it in sheet["files"] if it["in_force"]}


def test_the_form_asks_for_the_criteria_of_the_item_and_keeps_what_was_said(road: Road) -> None:
    fields = {it["name"]: it for it in criteria_fields(ASKED, None)}
    assert [it["value"] for it in fields["criteria.0.points"]["options"]] == ["1", "0"]
    assert [it["value"] for it in fields["criteria.1.points"]["options"]] == ["0", "1", "2", "3"]
    assert (fields["criteria.0.points"]["required"], fields["criteria.3.points"]["required"]) == (True, False)
    case = road.receive()
    client, path = road.person("p-expert", Role.EXPERT), f"/review/forms/cases/{case}/opinion"
    typed: dict[str, Any] = {
        "If-Match": road.read(case)["etags"]["assessment"],
        "opinion": "positive",
        "reasons": "gut",
    }
    typed |= {f"criteria.{index}.code": it.code for index, it in enumerate(ASKED)} | TYPED_CRITERIA
    html = {"Accept": "text/html"}
    refused = client.post(path, data=typed | {"criteria.1.points": ""}, headers=html)
    assert refused.status_code == 422
    assert 'href="#record-expert-opinion-criteria.1.points"' in refused.text
    assert "mit eigener Anpassung nachnutzbar" in refused.text
    assert client.post(path, data=typed, headers=html).status_code == 303
    page = client.get(f"/review/cases/{case}", headers=html).text
    assert "Fachliches Votum: Kriterien" in page
    assert "2 von 3" in page
    assert "Kriterien des fachlichen Votums" in client.get("/review/policies", headers=html).text


def test_the_invented_programme_asks_by_its_own_file() -> None:
    asked = read(POLICIES["ortskerne-practice-2025-01"]).criteria
    assert [it.code for it in asked if it.asks("wayfinding")] == ["liveliness"]
    assert isinstance(asked[0], Criterion)
