"""Hearing, hold and formal rejection as people meet them: over the API, by the clock, on the page."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from services.review.wiring import blueprint
from shared.identity import Role
from tests.conftest import StartNats
from tests.review.road import DISPENSATION, Road
from tests.review.test_api import place
from tests.review.test_pages import read
from tests.servers import wait_until
from tests.service import serving


@pytest.fixture
def road(tmp_path: Path, start_nats: StartNats) -> Iterator[Road]:
    with serving(blueprint, place(tmp_path, start_nats)) as service:
        road = Road(service)
        road.open_budget()
        yield road


def status(road: Road, case: str) -> str:
    return road.read(case)["status"]


def test_a_hearing_runs_until_the_clock_ends_it_and_then_it_may_be_refused(road: Road) -> None:
    case = road.receive()
    road.do(case, "refusal-proposal", {"reasons": ["kein Standard"]})
    assert status(road, case) == "awaiting-hearing"
    refused = road.act(case, "refusal")
    assert (refused.status_code, refused.json()["code"]) == (409, "hearing-missing")
    road.do(case, "hearing", {"about": "refusal", "announced": "Das Vorhaben folgt keinem Standard."})
    found = road.read(case)
    # fourteen days from Wednesday 28 May 2025
    assert (found["status"], found["hearing"]["ends_on"]) == ("awaiting-statement", "2025-06-11")
    assert "§ 31" in found["hearing"]["rule"]
    road.turn_to(date(2025, 6, 16))  # a weekend later than its day
    wait_until(lambda: status(road, case) == "awaiting-refusal", "den Ablauf der Anhörung")
    assert road.read(case)["hearing"]["expired_on"] == "2025-06-12"
    road.do(case, "refusal")
    assert road.topics(case).count("hearing-deadline-expired") == 1


def test_a_case_on_hold_comes_back_on_its_day(road: Road) -> None:
    case = road.propose()
    road.do(case, "hold", {"reason": "budget-freeze", "text": "Sperre von 10 %.", "resubmission_on": "2025-06-30"})
    assert status(road, case) == "on-hold"
    assert road.act(case, "reservation").json()["code"] == "case-is-on-hold"
    road.turn_to(date(2025, 7, 1))
    wait_until(lambda: "case-resubmitted" in road.topics(case), "die Wiedervorlage")
    road.do(case, "resumption", {"reason": "Die Sperre ist aufgehoben."})
    assert status(road, case) == "awaiting-reservation"


def test_an_inadmissible_application_is_rejected_formally_by_a_second_person(road: Road) -> None:
    case = road.receive()
    body = {"grounds": ["project-started"], "reasons": ["Der Vertrag ist vom 2. Mai."]}
    both = road.person("p-both", Role.CASE_OFFICER, Role.APPROVER)
    road.do(case, "rejection-proposal", body, by=both)
    assert road.act(case, "rejection", by=both).status_code == 403
    road.do(case, "rejection")
    found = road.read(case)
    assert (found["status"], found["rejection"]["decided"]) == ("awaiting-refusal-notice", True)
    assert [it["name"] for it in found["actions"]] == ["dispatch-notice"]


def test_the_page_offers_each_step_beside_the_road_and_tells_what_happened(road: Road) -> None:
    case = road.receive()
    road.do(case, "refusal-proposal", {"reasons": ["kein Standard"]})
    officer = road.person("p-officer", Role.CASE_OFFICER)
    text = read(officer, f"/review/cases/{case}")
    for step in ("hearing", "hearing/dispensation", "hold", "rejection-proposal"):
        assert f'action="/review/forms/cases/{case}/{step}"' in text, step
    assert "Anhörung fehlt" in text
    road.do(case, "hearing/dispensation", DISPENSATION)
    road.service.settled()
    text = read(officer, f"/review/cases/{case}")
    assert "Von der Anhörung abgesehen" in text
    assert "§ 28 Abs. 2 Nr. 3 VwVfG" in text
