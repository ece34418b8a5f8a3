"""Who works on a case: assignment, substitution until a day, and the conflict of interest that ends every right in it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from services.review import assessment, award, handling
from services.review.handling import (
    AppointSubstitute,
    AssignedToAnother,
    AssignReviewer,
    CaseHandedBack,
    CaseIsNotAssigned,
    ConflictGround,
    ConflictOfInterestDeclared,
    DeclareConflictOfInterest,
    ExpireSubstitution,
    HandBackCase,
    OthersAreAssignedByApprovers,
    PersonIsExcluded,
    ReviewerAssigned,
    SubstitutionEnded,
    SubstitutionNotValid,
    decider,
    within_duty,
)
from services.review.publications import publish
from services.review.urgency import Urgency, urgency_of
from services.review.wiring import blueprint
from shared.contracts import Acted, review
from shared.decider import Context, RefusedAttempt, decision
from shared.identity import Role
from tests.conftest import StartNats
from tests.review.builders import CASE, D1_LINES, House, approve, approver, officer, opened_house, propose_d1, system
from tests.review.road import D1_EXPENDITURE, OPINION, Road
from tests.review.test_api import place
from tests.review.test_pages import read
from tests.scenario import Scenario, acting
from tests.servers import wait_until
from tests.service import serving

ON = date(2025, 6, 30)
assigned = ReviewerAssigned(person="p-officer", assigned_by="p-officer", assigned_on=ON)
BIASED = DeclareConflictOfInterest(ground=ConflictGround.RELATIVE)


def given(*history: handling.Event) -> Scenario[handling.Command, handling.Event, handling.Handling]:
    return Scenario(decider, history)


def colleague(on: date = ON) -> Context:
    return acting("p-colleague", Role.CASE_OFFICER, on)


def test_an_officer_takes_a_case_and_a_head_assigns_it_to_anybody():
    given().when(AssignReviewer(person="p-officer"), officer()).then(assigned)
    given(assigned).when(AssignReviewer(person="p-officer"), officer()).then()
    with pytest.raises(OthersAreAssignedByApprovers):
        given().when(AssignReviewer(person="p-colleague"), officer())
    given(assigned).when(AssignReviewer(person="p-colleague"), approver()).then_one(ReviewerAssigned)


def test_a_case_is_handed_back_with_a_reason_by_its_reviewer_or_a_head():
    with pytest.raises(AssignedToAnother):
        given(assigned).when(HandBackCase(reason="Urlaub"), colleague())
    given(assigned).when(HandBackCase(reason="Urlaub"), officer()).then_one(CaseHandedBack)
    given().when(HandBackCase(reason="Urlaub"), officer()).then()


def substituted(*more: handling.Event) -> Sequence[handling.Event]:
    command = AppointSubstitute(person="p-colleague", ends_on=date(2025, 7, 11))
    return (assigned, *decider.decide(command, decider.fold([assigned]), officer()), *more)


def test_a_substitution_ends_with_its_day_by_the_clock_once():
    with pytest.raises(CaseIsNotAssigned):
        given().when(AppointSubstitute(person="p-colleague", ends_on=ON), officer())
    with pytest.raises(SubstitutionNotValid):
        given(assigned).when(AppointSubstitute(person="p-officer", ends_on=ON), officer())
    given(*substituted()).when(ExpireSubstitution(), system(date(2025, 7, 11))).then()
    ended = SubstitutionEnded(
        substitute="p-colleague", is_expired=True, ended_on=date(2025, 7, 12), noted_on=date(2025, 7, 20)
    )
    given(*substituted()).when(ExpireSubstitution(), system(date(2025, 7, 20))).then(ended)
    given(*substituted(ended)).when(ExpireSubstitution(), system(date(2025, 7, 20))).then()


def test_who_is_excluded_is_not_assigned_and_gives_the_case_back():
    declared = given(assigned).when(BIASED, officer())
    (conflict, back) = decider.decide(BIASED, decider.fold([assigned]), officer())
    declared.then(conflict, back)
    assert isinstance(conflict, ConflictOfInterestDeclared)
    assert isinstance(back, CaseHandedBack)
    with pytest.raises(PersonIsExcluded):
        given(assigned, conflict, back).when(AssignReviewer(person="p-officer"), approver())
    with pytest.raises(RefusedAttempt) as refused:
        given(assigned, conflict, back).when(AssignReviewer(person="p-officer"), officer())
    assert refused.value.rule == "conflict-of-interest"
    given(assigned, conflict, back).when(BIASED, officer()).then()


# ---- What it means for every action ---------------------------------------------------------------------------------


def proposed() -> House:
    house = opened_house()
    propose_d1(house)
    return house


def test_who_declared_a_conflict_does_nothing_in_the_case_any_more_and_others_go_on():
    house = proposed()
    house.perform(decision(decider, CASE, BIASED), approver())
    refusal = decision(assessment.decider, CASE, assessment.ProposeRefusal(reasons=("kein Standard",)))
    for decided, action in ((approve(), "approve-grant"), (refusal, "propose-refusal")):
        with pytest.raises(RefusedAttempt) as refused:
            house.perform(within_duty(decided, CASE, action), approver())
        assert refused.value.rule == "conflict-of-interest"
    assert house.kinds(within_duty(refusal, CASE, "propose-refusal"), officer()) == ["RefusalProposed"]


def test_without_the_guard_who_is_excluded_would_act():
    house = proposed()
    house.perform(decision(decider, CASE, BIASED), officer())
    refusal = decision(assessment.decider, CASE, assessment.ProposeRefusal(reasons=("kein Standard",)))
    assert house.kinds(refusal, officer()) == ["RefusalProposed"]


def test_an_assigned_case_is_its_reviewers_and_the_substitutes_until_the_last_day():
    house = proposed()
    for command in (
        AssignReviewer(person="p-officer"),
        AppointSubstitute(person="p-colleague", ends_on=date(2025, 7, 11)),
    ):
        house.perform(decision(decider, CASE, command), officer())
    again = within_duty(decision(assessment.decider, CASE, D1_LINES), CASE, "assess-expenditure")
    for on, person, may in (
        (date(2025, 7, 11), "p-colleague", True),
        (date(2025, 7, 12), "p-colleague", False),
        (date(2025, 7, 12), "p-officer", True),
        (date(2025, 7, 11), "p-stranger", False),
    ):
        try:
            house.perform(again, acting(person, Role.CASE_OFFICER, on))
        except AssignedToAnother:
            assert not may, (on, person)
        else:
            assert may, (on, person)
    assert isinstance(house.state(f"assessment-{CASE}"), assessment.Proposed)
    assert award.decider.initial == award.Unsigned()


@pytest.mark.parametrize(
    ("due_on", "expected"),
    [
        (None, Urgency.NOTHING_DUE),
        (date(2025, 6, 15), Urgency.CRITICALLY_OVERDUE),
        (date(2025, 6, 16), Urgency.OVERDUE),
        (date(2025, 6, 29), Urgency.OVERDUE),
        (date(2025, 6, 30), Urgency.DUE_SOON),
        (date(2025, 7, 7), Urgency.DUE_SOON),
        (date(2025, 7, 8), Urgency.TIME_LEFT),
    ],
)
def test_the_queue_tells_how_near_a_day_is(due_on: date | None, expected: Urgency):
    assert urgency_of(due_on, ON) == expected


# ---- Over the API ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Road]:
    with serving(blueprint, place(tmp_path_factory.mktemp("handling"), start_nats)) as service:
        road = Road(service)
        road.open_budget()
        yield road


def test_every_action_of_a_case_is_refused_to_who_declared_a_conflict(road: Road) -> None:
    case = road.receive()
    both = road.person("p-biased", Role.CASE_OFFICER, Role.APPROVER)
    road.do(case, "conflict-of-interest", {"ground": "relative"}, by=both)
    bodies: dict[str, Any] = {
        "refusal-proposal": {"reasons": ["keine Mittel"]},
        "hold": {"reason": "budget-freeze", "text": "Sperre", "resubmission_on": "2025-06-30"},
        "approval": {},
        "assignment": {"person": "p-biased"},
    }
    for step, body in bodies.items():
        answer = road.act(case, step, body, by=both)
        assert (answer.status_code, answer.json()["code"]) == (403, "attempt-refused"), step
    told = both.get(f"/review/cases/{case}").json()
    assert told["handling"]["excluded"] == ["p-biased"]
    assert told["handling"]["actions"] == []
    assert all(not it["allowed"] for it in told["actions"])
    road.do(case, "opinion", OPINION)


def test_a_case_that_is_assigned_stands_in_its_reviewers_queue_and_is_nobody_elses(road: Road) -> None:
    case = road.receive()
    mine, other = (road.person(it, Role.CASE_OFFICER) for it in ("p-mine", "p-other"))
    road.do(case, "assignment", {"person": "p-mine"}, by=mine)
    road.do(case, "opinion", OPINION)
    refused = road.act(case, "expenditure", D1_EXPENDITURE, by=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "assigned-to-another")
    road.do(case, "substitution", {"person": "p-other", "ends_on": "2025-06-10"}, by=mine)
    road.do(case, "expenditure", D1_EXPENDITURE, by=other)
    road.service.settled()
    assert f"/review/cases/{case}" in read(mine, "/review/?assigned=me")
    assert f"/review/cases/{case}" not in read(other, "/review/?assigned=me")
    text = read(mine, f"/review/cases/{case}")
    assert "Vertretung eingetragen" in text
    assert f'action="/review/forms/cases/{case}/conflict-of-interest"' in text
    road.turn_to(date(2025, 6, 12))
    wait_until(lambda: not road.read(case)["handling"]["substitute"], "das Ende der Vertretung")


def test_a_certifier_declares_a_conflict_to_review_and_the_others_are_told_without_the_reason(road: Road) -> None:
    case = road.receive()
    certifier = road.person("p-certifier", Role.CERTIFIER)
    road.do(case, "conflict-of-interest", {"ground": "relative"}, by=certifier)
    assert road.read(case)["handling"]["excluded"] == ["p-certifier"]
    (declared,) = decider.decide(BIASED, decider.initial, acting("p-certifier", Role.CERTIFIER, ON))
    told = publish(declared, decider.initial)
    assert told == review.ConflictOfInterestDeclared(
        acted=(Acted(person="p-certifier", role=Role.CERTIFIER, action="declare-conflict-of-interest"),),
        declared_on=ON,
    )
