"""Side conditions: drafted with the proposal, imposed with the notice, and followed until each is fulfilled, waived or violated."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from services.review import assessment, award, fulfilment
from services.review.examination import ReasonMissing
from services.review.fulfilment import (
    ConditionIsFulfilled,
    ConditionIsWaived,
    ConditionsNotImposed,
    ExpireSideConditions,
    FindViolation,
    Fulfilment,
    FulfilmentDateNotValid,
    ImposeSideConditions,
    NothingToFulfil,
    RecordFulfilment,
    SideConditionFulfilled,
    SideConditionOverdue,
    SideConditionsImposed,
    SideConditionViolated,
    SideConditionWaived,
    Standing,
    UnknownSideCondition,
    WaiveSideCondition,
    decider,
)
from services.review.publications import publish
from services.review.side_condition import (
    ConditionNotValid,
    UnknownConditionBlock,
    WantedCondition,
    drafted,
    placed,
)
from services.review.wiring import blueprint
from shared.contracts import SideCondition, review
from shared.decider import RefusedAttempt, decision, replace
from shared.duties import MATRIX
from shared.identity import Role
from shared.policy import ConditionKind, PolicyNotReadable, read
from tests.conftest import StartNats
from tests.review.builders import (
    CASE,
    D1_SPLIT,
    LETTER,
    NOTE,
    PRACTICE,
    PROGRAMME,
    House,
    approve,
    approver,
    budget_officer,
    officer,
    opened_house,
    propose_d1,
    reserve,
    system,
)
from tests.review.road import D1_EXPENDITURE, D1_PROPOSAL, OPINION, Road
from tests.review.test_api import place
from tests.review.test_pages import HTML
from tests.scenario import Scenario, acting
from tests.servers import wait_until
from tests.service import serving

BLOCKS = read(PRACTICE).side_conditions
DISPATCHED, DUE = date(2025, 7, 25), date(2025, 10, 27)
"""Served on 29 July; 90 days later is a Monday."""
OWN_FUNDS, RESERVED = WantedCondition(code="own-funds"), WantedCondition(code="later-requirements")
WRITTEN = WantedCondition(
    kind=ConditionKind.REQUIREMENT, text="Ein Zwischenbericht ist vorzulegen.", law="§ 36 Absatz 2 Nummer 4 ThürVwVfG",
    due_on=date(2025, 12, 1), proof="Zwischenbericht",
)  # fmt: skip


def conditions() -> tuple[SideCondition, ...]:
    """Nr. 1 own funds before the first payment, Nr. 2 a reservation, Nr. 3 a report, with their days."""
    return placed(drafted((OWN_FUNDS, RESERVED, WRITTEN), BLOCKS, (), DISPATCHED), date(2025, 7, 29))


IMPOSED = SideConditionsImposed(notice=1, conditions=conditions(), imposed_on=DISPATCHED)
FULFILLED = RecordFulfilment(number=1, evidence="Beschluss 12/2025", fulfilled_on=date(2025, 8, 1))


def given(*history: fulfilment.Event) -> Scenario[fulfilment.Command, fulfilment.Event, Fulfilment]:
    return Scenario(decider, history)


def standings(history: Sequence[fulfilment.Event]) -> dict[int, Standing]:
    return {it.condition.number: it.standing for it in decider.fold(history).tracked}


# ---- Drafting -------------------------------------------------------------------------------------------------------


def test_they_are_numbered_the_experts_first_then_the_practices_texts_and_own_ones():
    its = drafted((OWN_FUNDS, WRITTEN), BLOCKS, ("Standard XÖV verwenden",), DISPATCHED)
    assert [(it.number, it.kind, it.bars) for it in its] == [
        (1, "requirement", "nothing"), (2, "suspensive-condition", "first-payment"), (3, "requirement", "nothing"),
    ]  # fmt: skip
    assert (its[1].code, its[1].due_days, its[2].due_on) == ("own-funds", 90, date(2025, 12, 1))
    assert placed(its, date(2025, 7, 29))[1].due_on == DUE


def test_a_text_that_the_practice_does_not_have_is_refused():
    with pytest.raises(UnknownConditionBlock):
        drafted((WantedCondition(code="nowhere"),), BLOCKS, (), DISPATCHED)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"text": " "}, ReasonMissing),
        ({"law": ""}, ReasonMissing),
        ({"due_on": date(2025, 7, 24)}, ConditionNotValid),
        ({"kind": ConditionKind.SUSPENSIVE}, ConditionNotValid),
        ({"kind": ConditionKind.REVOCATION_RESERVED}, ConditionNotValid),
    ],
)
def test_an_own_text_fits_its_kind(changed: dict[str, Any], error: type[Exception]):
    with pytest.raises(error):
        drafted((replace(WRITTEN, **changed),), BLOCKS, (), DISPATCHED)


def test_a_text_is_chosen_once():
    with pytest.raises(ConditionNotValid):
        drafted((OWN_FUNDS, OWN_FUNDS), BLOCKS, (), DISPATCHED)


@pytest.mark.parametrize("line", ['bars = "first-payment"\n', 'kind = "suspensive-condition"'])
def test_a_practice_whose_text_contradicts_its_kind_is_not_published(line: str):
    instead = "" if line.startswith("bars") else 'kind = "revocation-reserved"'
    with pytest.raises(PolicyNotReadable):
        read(PRACTICE.replace(line, instead, 1))


# ---- Fulfilment -----------------------------------------------------------------------------------------------------


def test_nothing_can_be_found_before_the_notice_went_out():
    with pytest.raises(ConditionsNotImposed):
        given().when(FULFILLED, officer())


def test_a_notice_imposes_them_once():
    command = ImposeSideConditions(notice=1, conditions=conditions())
    given().when(command, officer(DISPATCHED)).then(IMPOSED)
    given(IMPOSED).when(command, officer(DISPATCHED)).then()


def test_a_fulfilment_is_recorded_with_its_evidence_and_once():
    done = given(IMPOSED).when(FULFILLED, officer(date(2025, 8, 4))).then_one(SideConditionFulfilled)
    assert (done.recorded_by, done.revision) == ("p-officer", 1)
    given(IMPOSED, done).when(FULFILLED, officer(date(2025, 8, 5))).then()
    assert standings([IMPOSED, done])[1] == Standing.FULFILLED


def test_a_fulfilment_needs_its_evidence_and_lies_not_in_the_future():
    with pytest.raises(ReasonMissing):
        given(IMPOSED).when(replace(FULFILLED, evidence=" "), officer(date(2025, 8, 4)))
    with pytest.raises(FulfilmentDateNotValid):
        given(IMPOSED).when(FULFILLED, officer(date(2025, 7, 31)))


def test_what_is_only_reserved_or_unknown_cannot_be_fulfilled():
    with pytest.raises(NothingToFulfil):
        given(IMPOSED).when(replace(FULFILLED, number=2), officer(date(2025, 8, 4)))
    with pytest.raises(UnknownSideCondition):
        given(IMPOSED).when(replace(FULFILLED, number=4), officer(date(2025, 8, 4)))


def test_a_waiver_stays_and_a_fulfilment_may_turn_out_a_violation():
    waived = (
        given(IMPOSED)
        .when(WaiveSideCondition(number=1, reason="entbehrlich"), approver())
        .then_one(SideConditionWaived)
    )
    with pytest.raises(ConditionIsWaived):
        given(IMPOSED, waived).when(FULFILLED, officer(date(2025, 8, 4)))
    with pytest.raises(ConditionIsWaived):
        given(IMPOSED, waived).when(FindViolation(number=1, findings="fehlt"), officer(date(2025, 8, 4)))
    done = given(IMPOSED).when(FULFILLED, officer(date(2025, 8, 4))).then_one(SideConditionFulfilled)
    with pytest.raises(ConditionIsFulfilled):
        given(IMPOSED, done).when(WaiveSideCondition(number=1, reason="entbehrlich"), approver())
    broken = (
        given(IMPOSED, done).when(FindViolation(number=1, findings="aufgehoben"), officer(date(2025, 9, 1)))
        .then_one(SideConditionViolated)
    )  # fmt: skip
    again = (
        given(IMPOSED, done, broken)
        .when(replace(FULFILLED, evidence="neuer Beschluss"), officer(date(2025, 9, 2)))
        .then_one(SideConditionFulfilled)
    )
    assert [it.revision for it in (done, broken, again)] == [1, 2, 3]


def test_who_recorded_a_fulfilment_waives_none_and_the_other_way_round():
    waived = (
        given(IMPOSED)
        .when(WaiveSideCondition(number=3, reason="entbehrlich"), approver())
        .then_one(SideConditionWaived)
    )
    with pytest.raises(RefusedAttempt) as refused:
        given(IMPOSED, waived).when(FULFILLED, acting("p-approver", Role.CASE_OFFICER, date(2025, 8, 4)))
    assert refused.value.rule == "fulfilment-apart"
    assert refused.value.matrix_sha256 == MATRIX.sha256


def test_the_clock_notes_once_what_is_overdue_by_the_day_that_it_was_due():
    given(IMPOSED).when(ExpireSideConditions(), system(DUE)).then()
    late = given(IMPOSED).when(ExpireSideConditions(), system(date(2026, 3, 1))).events
    assert [(it.number, it.due_on, it.revision) for it in late if isinstance(it, SideConditionOverdue)] == [
        (1, DUE, 1), (3, date(2025, 12, 1), 2),
    ]  # fmt: skip
    given(IMPOSED, *late).when(ExpireSideConditions(), system(date(2026, 3, 2))).then()


def test_what_is_settled_never_falls_due():
    done = given(IMPOSED).when(FULFILLED, officer(date(2025, 8, 4))).then_one(SideConditionFulfilled)
    assert decider.fold([IMPOSED, done]).next_due_on == date(2025, 12, 1)
    given(IMPOSED, done).when(ExpireSideConditions(), system(date(2025, 11, 1))).then()


def test_a_second_notice_sets_new_days_and_keeps_what_was_found():
    done = given(IMPOSED).when(FULFILLED, officer(date(2025, 8, 4))).then_one(SideConditionFulfilled)
    later = placed(drafted((OWN_FUNDS, RESERVED, WRITTEN), BLOCKS, (), DISPATCHED), date(2025, 9, 1))
    overdue = SideConditionOverdue(number=3, revision=2, due_on=date(2025, 12, 1), noted_on=date(2025, 12, 2))
    again = given(IMPOSED, done, overdue).when(ImposeSideConditions(notice=2, conditions=later), officer()).events
    assert standings([IMPOSED, done, overdue, *again]) == {
        1: Standing.FULFILLED, 2: Standing.NOTHING_TO_DO, 3: Standing.OPEN,
    }  # fmt: skip


# ---- With proposal, award and contracts -----------------------------------------------------------------------------


def dispatched() -> House:
    house = opened_house()
    propose_d1(house)
    house.perform(
        assessment.propose(
            CASE, PROGRAMME, by_year=D1_SPLIT, starts_on=date(2025, 6, 15), ends_on=date(2026, 6, 30), note=NOTE,
            wanted=(OWN_FUNDS, RESERVED, WRITTEN),
        ),
        officer(),
    )  # fmt: skip
    house.perform(reserve(), budget_officer())
    house.perform(approve(), approver())
    house.perform(award.dispatch(CASE, PROGRAMME, LETTER), officer(DISPATCHED))
    return house


def test_the_notice_imposes_what_was_proposed_with_its_days_counted_from_service():
    house = dispatched()
    its = house.state(decider.stream(CASE)).tracked
    assert [(it.condition.number, it.condition.due_on, it.standing) for it in its] == [
        (1, DUE, Standing.OPEN), (2, None, Standing.NOTHING_TO_DO), (3, date(2025, 12, 1), Standing.OPEN),
    ]  # fmt: skip
    notified = house.state(award.decider.stream(CASE))
    told = publish(house.log[award.decider.stream(CASE)][-1], notified)
    assert isinstance(told, review.AwardNotified)
    assert [it.due_on for it in told.side_conditions] == [DUE, None, date(2025, 12, 1)]


def test_payout_is_told_of_those_that_payments_wait_for():
    house = dispatched()
    waiver = award.RecordWaiver(declared_on=date(2025, 7, 31))
    house.perform(decision(award.decider, CASE, waiver), officer(date(2025, 7, 31)))
    stream = award.decider.stream(CASE)
    told = publish(house.log[stream][-1], house.state(stream))
    assert isinstance(told, review.FundsAssigned)
    assert [(it.number, it.bars) for it in told.side_conditions] == [(1, "first-payment")]


def test_an_expert_of_the_case_does_not_waive_what_the_case_demands():
    house = dispatched()
    waive = award.assess_condition(CASE, fulfilment.WAIVE, WaiveSideCondition(number=1, reason="entbehrlich"))
    with pytest.raises(RefusedAttempt):
        house.perform(waive, approver(person="p-expert"))
    house.perform(waive, approver())
    assert house.state(decider.stream(CASE)).tracked[0].standing == Standing.WAIVED


def test_others_are_told_what_was_found_with_who_found_it():
    found = SideConditionFulfilled(
        number=1, revision=4, evidence="Beschluss 12/2025", fulfilled_on=DISPATCHED, recorded_by="p-officer",
        recorded_on=DISPATCHED,
    )  # fmt: skip
    told = publish(found, Fulfilment())
    assert isinstance(told, review.SideConditionAssessed)
    assert (told.outcome, told.revision, told.acted[0].action) == ("fulfilled", 4, "record-fulfilment")


# ---- Over the API and on the page -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Road]:
    with serving(blueprint, place(tmp_path_factory.mktemp("conditions"), start_nats)) as service:
        told = Road(service)
        assert told.open_budget().status_code == 201
        yield told


EVIDENCE = {"number": 1, "evidence": "Beschluss 12/2025", "fulfilled_on": "2025-05-28"}
PROPOSAL = D1_PROPOSAL | {
    "side_conditions": [
        {"code": "own-funds"},
        {"code": "later-requirements"},
        {"kind": "requirement", "text": "Ein Zwischenbericht ist vorzulegen.", "law": "§ 36 VwVfG", "due_on": "2025-12-01"},
    ]
}  # fmt: skip


def test_from_the_proposal_to_the_fulfilment_over_the_api(road: Road):
    case = road.receive()
    road.do(case, "opinion", OPINION)
    road.do(case, "expenditure", D1_EXPENDITURE)
    wrong = road.act(case, "proposal", PROPOSAL | {"side_conditions": [{"code": "nowhere"}]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown-side-condition")
    road.do(case, "proposal", PROPOSAL)
    assert [it["standing"] for it in road.read(case)["side_conditions"]] == ["", "", ""]
    road.do(case, "reservation")
    road.do(case, "approval")
    early = road.act(case, "side-conditions/fulfilment", EVIDENCE)
    assert (early.status_code, early.json()["code"]) == (409, "side-conditions-not-imposed")
    road.do(case, "notice")
    offered = {it["name"]: it for it in road.read(case)["actions"]}
    assert offered["record-fulfilment"]["primary"] == "fulfilment"
    road.do(case, "side-conditions/fulfilment", EVIDENCE)
    road.do(case, "side-conditions/waiver", {"number": 3, "reason": "Der Bericht liegt schon vor."})
    found = road.read(case)["side_conditions"]
    assert [(it["number"], it["standing"]) for it in found] == [(1, "fulfilled"), (2, "nothing-to-do"), (3, "waived")]
    road.service.settled()
    page = road.person("p-officer", Role.CASE_OFFICER).get(f"/review/cases/{case}", headers=HTML).text
    assert "Nebenbestimmung Nr. 1 erfüllt" in page
    assert "side-condition-fulfilled" in " ".join(road.topics(case))


def test_what_nobody_fulfilled_is_overdue_the_day_after(tmp_path: Any, start_nats: StartNats):
    with serving(blueprint, place(tmp_path, start_nats)) as service:
        road = Road(service)
        road.open_budget()
        case = road.receive()
        road.do(case, "opinion", OPINION)
        road.do(case, "expenditure", D1_EXPENDITURE)
        road.do(case, "proposal", PROPOSAL)
        road.do(case, "reservation")
        road.do(case, "approval")
        road.do(case, "notice")
        due = date.fromisoformat(road.read(case)["side_conditions"][0]["due_on"])
        road.turn_to(due)
        service.settled()
        assert road.read(case)["side_conditions"][0]["standing"] == "open"
        road.turn_to(date.fromordinal(due.toordinal() + 3))
        wait_until(lambda: road.read(case)["side_conditions"][0]["standing"] == "overdue", "überfällig")
        service.settled()
        assert road.topics(case).count("side-condition-overdue") == 1
