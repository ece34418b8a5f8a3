"""Rechtsnachfolge in a running case: the register tells who ceased, a person names the successor, and nothing decided changes."""

from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any

import pytest

from services.review import dissolution, succession
from services.review.dissolution import BodyDissolved, NoteDissolution
from services.review.succession import (
    NotASuccessor,
    RecipientExists,
    RecipientSucceeded,
    RecordSuccession,
    SuccessionNotYetEffective,
)
from services.review.wiring import blueprint
from shared.contracts import Acted, intake
from shared.identity import Role
from tests.conftest import StartNats
from tests.review.builders import application
from tests.review.road import Road
from tests.scenario import Scenario, acting
from tests.service import Place, serving

OFFICER = acting("p-officer", Role.CASE_OFFICER, date(2024, 1, 15))
BERGA = BodyDissolved(
    reference="16/2024/0013-R", effective_on=date(2024, 1, 1), old_key="16076004", old_name="Stadt Berga/Elster",
    new_key="16076094", new_name="Stadt Berga-Wünschendorf",
)  # fmt: skip
RODEBERG = tuple(
    BodyDissolved(
        reference="16/2024/0017-R", effective_on=date(2024, 1, 1), old_key="16064055", old_name="Rodeberg",
        new_key=key, new_name=name,
    )
    for key, name in (("16061118", "Stadt Dingelstädt"), ("16064046", "Stadt Mühlhausen/Thüringen"))
)  # fmt: skip
SUCCEEDED = RecipientSucceeded(
    reference="16/2024/0013-R", old_key="16076004", old_name="Stadt Berga/Elster", new_key="16076094",
    new_name="Stadt Berga-Wünschendorf", effective_on=date(2024, 1, 1), recorded_on=date(2024, 1, 15),
    acted=Acted(person="p-officer", role=Role.CASE_OFFICER, action="record-succession"),
)  # fmt: skip


def given(*history: RecipientSucceeded) -> Scenario[Any, RecipientSucceeded, Any]:
    return Scenario(succession.decider, history)


def naming(new_key: str, *by: BodyDissolved) -> RecordSuccession:
    return RecordSuccession(new_key=new_key, former=by[0].old_key if by else "16070048", by=by)


# ---- One case ------------------------------------------------------------------------------------------------------


def test_berga_elster_is_succeeded_by_the_new_town_under_the_official_reference() -> None:
    given().when(naming("16076094", BERGA), OFFICER).then(SUCCEEDED)


def test_the_same_succession_again_is_none() -> None:
    given(SUCCEEDED).when(naming("16076094", BERGA), OFFICER).then()
    given(SUCCEEDED).when(naming("16076094"), OFFICER).then()


def test_of_a_body_that_was_divided_a_person_names_the_successor() -> None:
    it = given().when(naming("16064046", *RODEBERG), OFFICER).then_one(RecipientSucceeded)
    assert (it.new_name, it.reference) == ("Stadt Mühlhausen/Thüringen", "16/2024/0017-R")


def test_nobody_succeeds_whom_the_register_does_not_name() -> None:
    with pytest.raises(NotASuccessor, match="Stadt Dingelstädt"):
        given().when(naming("16070048", *RODEBERG), OFFICER)


def test_nobody_succeeds_a_recipient_that_exists() -> None:
    with pytest.raises(RecipientExists):
        given().when(naming("16070004"), OFFICER)


def test_a_change_of_next_year_is_no_succession_yet() -> None:
    with pytest.raises(SuccessionNotYetEffective, match=r"01\.01\.2024"):
        given().when(naming("16076094", BERGA), acting("p-officer", Role.CASE_OFFICER, date(2023, 12, 31)))


def test_a_successor_may_itself_be_succeeded() -> None:
    later = BodyDissolved(
        reference="16/2027/0001-R", effective_on=date(2027, 1, 1), old_key="16076094",
        old_name="Stadt Berga-Wünschendorf", new_key="16076022", new_name="Stadt Greiz",
    )  # fmt: skip
    at = acting("p-officer", Role.CASE_OFFICER, date(2027, 2, 1))
    second = given(SUCCEEDED).when(naming("16076022", later), at).then_one(RecipientSucceeded)
    recipient = succession.decider.fold([SUCCEEDED, second])
    it = application(applicant_key="16076004", applicant_name="Stadt Berga/Elster")
    assert (recipient.key(it), recipient.name(it)) == ("16076022", "Stadt Greiz")
    assert succession.decider.initial.name(it) == "Stadt Berga/Elster"


@pytest.mark.parametrize("order", list(permutations((BERGA, *RODEBERG))))
def test_what_the_register_tells_is_known_in_every_order_and_once(order: tuple[BodyDissolved, ...]) -> None:
    scenario: Scenario[Any, BodyDissolved, Any] = Scenario(dissolution.decider, order)
    again = {
        name: getattr(BERGA, name)
        for name in ("reference", "effective_on", "old_key", "old_name", "new_key", "new_name")
    }
    scenario.when(NoteDissolution(**again), OFFICER).then()
    told = dissolution.decider.fold(order)
    assert {it.new_key for it in told.of("16064055")} == {"16061118", "16064046"}
    assert told.of("16070048") == ()


# ---- Over HTTP -----------------------------------------------------------------------------------------------------


def test_before_award_after_award_and_after_finality_the_case_goes_to_the_successor(
    start_nats: StartNats, tmp_path: Any
) -> None:
    place = Place(folder=tmp_path / "place", nats=start_nats())
    place.turn_to(datetime(2025, 6, 30, 9, tzinfo=UTC))
    with serving(blueprint, place) as service:
        road = Road(service)
        road.open_budget()
        early, late, over = (road.receive(applicant_key="16070028", applicant_name="Amt Wachsenburg") for _ in range(3))
        road.dispatch(late)
        road.dispatch(over)
        road.do(over, "waiver", {"declared_on": "2025-06-30"})
        assert road.read(early)["heirs"] == []
        assert succeeds(road, early).json()["code"] == "recipient-exists"
        service.tell("intake", "", dissolved())
        road.service.settled()
        listed = road.auditor.get("/review/successions").json()["items"]
        assert {it["case"] for it in listed} == {early, late, over}
        for case in (early, late, over):
            read = road.read(case)
            assert [it["new_name"] for it in read["heirs"]] == ["Stadt Arnstadt"]
            assert read["actions"][0]["name"] == "record-succession"
            assert succeeds(road, case, "16070048").json()["code"] == "not-a-successor"
            assert succeeds(road, case).status_code == 200
            after = road.read(case)
            assert (after["applicant_key"], after["applicant_name"], after["heirs"]) == (
                "16070004", "Stadt Arnstadt", [],
            )  # fmt: skip
            assert [it["reference"] for it in after["successions"]] == ["16/2025/0001-R"]
            assert succeeds(road, case).status_code == 200
        road.service.settled()
        assert road.auditor.get("/review/successions").json()["items"] == []
        road.approve(early)
        granted = facts(road, early, "grant-approved")["grant"]
        assert (granted["applicant_key"], granted["applicant_name"]) == ("16070004", "Stadt Arnstadt")
        before = facts(road, late, "grant-approved")["grant"]
        assert (before["applicant_key"], before["applicant_name"]) == ("16070028", "Amt Wachsenburg")
        old, new = (road.person(f"p-{key}", Role.APPLICANT, keys=(key,)) for key in ("16070028", "16070004"))
        assert (
            old.get(f"/review/cases/{late}/letter").status_code,
            new.get(f"/review/cases/{late}/letter").status_code,
        ) == (404, 200)
        assert road.topics(over)[-1] == "recipient-succeeded"


def dissolved() -> intake.BodyDissolved:
    return intake.BodyDissolved(
        reference="16/2025/0001-R", effective_on=date(2025, 6, 1), old_key="16070028", old_name="Amt Wachsenburg",
        new_key="16070004", new_name="Stadt Arnstadt",
    )  # fmt: skip


def succeeds(road: Road, case: str, new_key: str = "16070004") -> Any:
    headers = {"If-Match": road.read(case)["etags"]["recipient"]}
    client = road.person("p-officer", Role.CASE_OFFICER)
    return client.post(f"/review/cases/{case}/succession", json={"new_key": new_key}, headers=headers)


def facts(road: Road, case: str, name: str) -> dict[str, Any]:
    events = road.auditor.get(f"/review/cases/{case}/history").json()["events"]
    return next(it["facts"] for it in events if it["topic"].startswith(f"review.{name}."))
