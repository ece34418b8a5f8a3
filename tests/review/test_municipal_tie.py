"""Who is tied to a municipality acts in none of its cases; and many cases are given out at once, all or none."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import httpx2
import msgspec
import pytest

from services.review import assessment as assessments
from services.review import award, handling, municipal_tie
from services.review.assigning import assign_cases
from services.review.handling import OthersAreAssignedByApprovers, PersonIsExcluded, within_duty
from services.review.municipal_tie import (
    Command,
    DeclareMunicipalTie,
    Event,
    MunicipalTieDeclared,
    MunicipalTieTold,
    TellTies,
    TieGround,
    Ties,
    decider,
    keys_of,
)
from services.review.publications import publish
from services.review.succession import Recipient
from services.review.wiring import blueprint, policies
from shared.contracts import Acted, review
from shared.contracts.intake import Cooperation, Participant
from shared.decider import Context, RefusedAttempt, decision, replace
from shared.identity import Role
from shared.service import Blueprint
from tests.conftest import StartNats
from tests.review.builders import (
    CASE,
    D1_LINES,
    LETTER,
    OTHER_CASE,
    POSITIVE,
    House,
    application,
    approve,
    approver,
    budget_officer,
    expert,
    officer,
    opened_house,
    proposal,
    propose_d1,
    reserve,
    system,
)
from tests.review.road import OPINION, Road
from tests.review.test_api import place
from tests.review.test_pages import HTML
from tests.scenario import Scenario
from tests.servers import wait_until
from tests.service import Running, serving

ON, STADTILM = date(2025, 6, 30), "16070048"
DECLARE = DeclareMunicipalTie(key=STADTILM, ground=TieGround.COUNCIL)
BIASED = handling.DeclareConflictOfInterest(ground=handling.ConflictGround.DOUBT)


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Road]:
    with serving(blueprint, place(tmp_path_factory.mktemp("ties"), start_nats)) as service:
        yield Road(service)


def given(*history: Event) -> Scenario[Command, Event, Ties]:
    return Scenario(decider, history)


def test_a_tie_is_declared_once() -> None:
    declared = given().when(DECLARE, officer()).then_one(MunicipalTieDeclared)
    assert (declared.person, declared.key) == ("p-officer", STADTILM)
    given(declared).when(DECLARE, officer()).then()


def tied_house() -> House:
    house = opened_house()
    propose_d1(house)
    house.perform(decision(decider, municipal_tie.REGISTER, DECLARE), officer())
    return house


@pytest.mark.parametrize("key", [STADTILM, "16070004"])
def test_who_is_tied_does_nothing_in_the_municipalitys_cases_and_everything_in_others(key: str) -> None:
    house = tied_house()
    again = within_duty(
        decision(handling.decider, CASE, handling.HandBackCase(reason="x")), CASE, "hand-back-case", (key,)
    )
    house.perform(decision(handling.decider, CASE, handling.AssignReviewer(person="p-officer")), officer())
    if key == STADTILM:
        with pytest.raises(RefusedAttempt) as refused:
            house.perform(again, officer())
        assert refused.value.rule == "conflict-of-interest"
    else:
        assert house.kinds(again, officer()) == ["CaseHandedBack"]


def test_without_the_register_the_tied_person_would_act() -> None:
    house = tied_house()
    house.perform(decision(handling.decider, CASE, handling.AssignReviewer(person="p-officer")), officer())
    unprotected = within_duty(
        decision(handling.decider, CASE, handling.HandBackCase(reason="x")), CASE, "hand-back-case", ()
    )
    assert house.kinds(unprotected, officer()) == ["CaseHandedBack"]


def test_a_case_is_about_its_applicant_its_recipient_its_partners_and_whom_it_applies_for() -> None:
    shared = application(
        on_behalf_of=("16070010",),
        cooperation=Cooperation(
            cost_key="equal",
            participants=(
                Participant(key=STADTILM, name="Stadtilm", cost_cents=1, own_cents=1),
                Participant(key="16070004", name="Arnstadt", cost_cents=1, own_cents=1),
            ),
        ),
    )
    house = opened_house()
    propose_d1(house)
    state = assessments.decider.fold(
        assessments.decide(assessments.OpenAssessment(application=shared), assessments.decider.initial, officer())
    )
    assert keys_of(state, Recipient()) == (STADTILM, "16070010", "16070004")
    assert keys_of(assessments.decider.initial, Recipient()) == ()


def test_the_others_are_told_of_a_tie_without_its_ground_and_of_all_municipalities_of_an_award() -> None:
    declared = given().when(DECLARE, officer()).then_one(MunicipalTieDeclared)
    act = Acted(person="p-officer", role=Role.CASE_OFFICER, action="declare-municipal-tie")
    assert publish(declared, Ties()) == review.MunicipalTieDeclared(acted=(act,), key=STADTILM, declared_on=ON)
    house = opened_house()
    told = application(on_behalf_of=("16070010",))
    house.perform(decision(assessments.decider, CASE, assessments.OpenAssessment(application=told)), system())
    for step in (POSITIVE, D1_LINES):
        house.perform(decision(assessments.decider, CASE, step), expert() if step is POSITIVE else officer())
    house.perform(proposal(), officer())
    house.perform(reserve(), budget_officer())
    house.perform(approve(), approver())
    house.perform(decision(award.decider, CASE, award.DispatchNotice(letter=LETTER)), officer(date(2025, 7, 25)))
    house.perform(
        decision(award.decider, CASE, award.RecordWaiver(declared_on=date(2025, 7, 31))), officer(date(2025, 7, 31))
    )
    (assigned,) = [it for it in house.log[f"award-{CASE}"] if isinstance(it, award.FundsAssigned)]
    told_on = publish(assigned, house.state(f"award-{CASE}"))
    assert isinstance(told_on, review.FundsAssigned)
    assert told_on.municipalities == (STADTILM, "16070010")


def test_a_tie_of_version_1_is_told_later_once_and_one_that_was_told_at_once_never_again() -> None:
    (old,) = [
        msgspec.json.decode(
            b'{"person":"p-officer","role":"case-officer","key":"16070048","ground":"council","declared_on":"2025-06-30"}',
            type=MunicipalTieDeclared,
        )
    ]
    told = given(old).when(TellTies(), system()).then_one(MunicipalTieTold)
    act = Acted(person="p-officer", role=Role.CASE_OFFICER, action="declare-municipal-tie")
    assert publish(told, Ties()) == review.MunicipalTieDeclared(acted=(act,), key=STADTILM, declared_on=ON)
    given(old, told).when(TellTies(), system()).then()
    new = given().when(DECLARE, officer()).then_one(MunicipalTieDeclared)
    given(new).when(TellTies(), system()).then()
    given(old, told).when(DECLARE, officer()).then()


def older(monkeypatch: pytest.MonkeyPatch) -> Blueprint:
    """Review as it was before it told anybody of a tie."""
    declare = municipal_tie._declare  # pyright: ignore[reportPrivateUsage]

    def untold(command: DeclareMunicipalTie, known: Ties, context: Context) -> list[Event]:
        return [replace(it, told=False) for it in declare(command, known, context)]

    def tell(event: object, state: object) -> object | None:
        return None if isinstance(event, MunicipalTieDeclared) else publish(event, state)

    monkeypatch.setattr(municipal_tie, "_declare", untold)
    return replace(blueprint, publish=tell, followers=policies)


def test_a_new_version_tells_on_its_start_of_the_ties_that_an_older_one_kept_to_itself(
    tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = place(tmp_path_factory.mktemp("older-ties"), start_nats)
    with monkeypatch.context() as before, serving(older(before), where) as service:
        tied = Road(service).person("p-tied", Role.EXPERT)
        assert post(tied, "/review/municipal-ties", {"key": STADTILM, "ground": "council"}).status_code == 201

        assert recorded(service) == ["review.municipal-tie-declared"]
    both = ["review.municipal-tie-declared", "review.municipal-tie-told"]
    for _start in ("first", "second"):
        with serving(blueprint, where) as service:
            wait_until(lambda service=service: recorded(service) == both, "die Nachmeldung")
            service.settled()
            assert recorded(service) == both


def recorded(service: Running) -> list[str]:
    rows = service.house.store.recorder.rows(0, 10_000)
    return [it.topic.rpartition(".v")[0] for it in rows if it.topic.startswith("review.municipal-tie-")]


# ---- Many at once ---------------------------------------------------------------------------------------------------


def test_many_cases_are_assigned_at_once_and_again_nothing() -> None:
    house = opened_house()
    both = assign_cases((CASE, OTHER_CASE), "p-officer")
    assert house.kinds(both, approver()) == ["ReviewerAssigned", "ReviewerAssigned"]
    assert house.kinds(both, approver()) == []
    assert [house.log[handling.decider.stream(it)][0].case for it in (CASE, OTHER_CASE)] == [CASE, OTHER_CASE]


def test_if_one_cannot_be_assigned_none_is() -> None:
    house = opened_house()
    house.perform(decision(handling.decider, OTHER_CASE, BIASED), officer())
    with pytest.raises(PersonIsExcluded, match=OTHER_CASE):
        house.perform(assign_cases((CASE, OTHER_CASE), "p-officer"), approver())
    assert handling.decider.stream(CASE) not in house.log
    with pytest.raises(OthersAreAssignedByApprovers):
        house.perform(assign_cases((CASE,), "p-colleague"), officer())


def post(client: httpx2.Client, path: str, body: Any) -> httpx2.Response:
    return client.post(path, json=body, headers={"Idempotency-Key": uuid4().hex})


def test_over_the_api_a_head_gives_out_cases_and_a_tied_person_is_kept_from_them(road: Road) -> None:
    cases = [road.receive(), road.receive()]
    head = road.person("p-head", Role.APPROVER)
    assert post(head, "/review/assignments", {"cases": cases, "person": "p-colleague"}).status_code == 201
    assert [road.read(it)["handling"]["reviewer"] for it in cases] == ["p-colleague", "p-colleague"]
    road.service.settled()
    listed = road.person("p-colleague", Role.CASE_OFFICER).get("/review/?assigned=me", headers=HTML).text
    assert all(f"/review/cases/{it}" in listed for it in cases)
    expert = road.person("p-tied", Role.EXPERT)
    assert post(expert, "/review/municipal-ties", {"key": STADTILM, "ground": "council"}).status_code == 201
    refused = road.act(cases[0], "opinion", OPINION, by=expert)
    assert (refused.status_code, refused.json()["code"]) == (403, "attempt-refused")
    assert "attempt-refused" in " ".join(road.topics(cases[0]))
    offered = expert.get(f"/review/cases/{cases[0]}").json()["actions"]
    assert not next(it for it in offered if it["name"] == "record-expert-opinion")["allowed"]
    excluded = post(head, "/review/assignments", {"cases": cases, "person": "p-tied"})
    assert (excluded.status_code, excluded.json()["code"]) == (422, "person-is-excluded")


def test_the_queue_offers_both_as_forms(road: Road) -> None:
    case = road.receive()
    road.service.settled()
    text = road.person("p-head", Role.APPROVER).get("/review/", headers=HTML).text
    assert 'action="/review/forms/assignments"' in text
    assert f'value="{case}"' in text
    assert 'action="/review/forms/municipal-ties"' in text
