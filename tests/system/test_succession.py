"""Berga/Elster (domain d3): a town applies, is merged into another on 1 January 2024, and its successor is granted and paid."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from services.intake.wiring import blueprint as intake
from services.payout.wiring import blueprint as payout
from services.review.wiring import blueprint as review
from shared.identity import Role
from tests.conftest import StartNats
from tests.intake.builders import a_body
from tests.payout.road import settings_at
from tests.review.road import Road
from tests.servers import wait_until
from tests.service import Place, Running, serving

BERGA, SUCCESSOR = "16076004", "16076094"
REFERENCE = "16/2024/0013-R"
LIST = f"""kennziffer,einheit,ars_alt,ags_alt,name_alt,aenderungsart,ars_neu,ags_neu,name_neu,wirksam_ab
{REFERENCE},Gemeinde,160760004004,{BERGA},"Berga/Elster, Stadt",1,160760094094,{SUCCESSOR},"Berga-Wünschendorf, Stadt",01.01.2024
{REFERENCE},Gemeinde,160765004084,16076084,Wünschendorf/Elster,1,160760094094,{SUCCESSOR},"Berga-Wünschendorf, Stadt",01.01.2024
"""


class Three:
    """Intake, review and payout at one place, and the people who act."""

    def __init__(self, place: Place, at_intake: Running, at_review: Running, at_payout: Running) -> None:
        self.place = place
        self.intake, self.review, self.payout = at_intake, at_review, at_payout
        self.road = Road(at_review)
        self.old = at_intake.client("p-berga", Role.APPLICANT, keys=(BERGA,))
        self.new = at_intake.client("p-berga-wuenschendorf", Role.APPLICANT, keys=(SUCCESSOR,))
        self.clerk = at_intake.client("p-clerk", Role.INTAKE_CLERK)
        self.officer = at_review.client("p-officer", Role.CASE_OFFICER)
        self.examiner = at_payout.client("p-examiner", Role.CASE_OFFICER)

    def turn_to(self, on: date) -> None:
        self.place.turn_to(datetime(on.year, on.month, on.day, 9, tzinfo=UTC))

    def post(self, client: httpx2.Client, path: str, body: Any = None, etag: str = "") -> Any:
        headers = {"Idempotency-Key": uuid4().hex} | ({"If-Match": etag} if etag else {})
        answer = client.post(path, json=body or {}, headers=headers)
        assert answer.is_success, (path, answer.text)
        return answer.json()

    def until(self, what: str, seen: Callable[[], Any]) -> None:
        wait_until(lambda: bool(seen()), what)


@pytest.fixture(scope="module")
def house(start_nats: StartNats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Three]:
    place = Place(folder=tmp_path_factory.mktemp("succession"), nats=start_nats())
    place.turn_to(datetime(2023, 11, 20, 9, tzinfo=UTC))
    with (
        serving(intake, place) as at_intake,
        serving(review, place) as at_review,
        serving(payout, place, settings_at(place)) as at_payout,
    ):
        yield Three(place, at_intake, at_review, at_payout)


def told_names(client: httpx2.Client, path: str) -> tuple[str, str]:
    read = client.get(path).json()
    return read["applicant_key"], read["applicant_name"]


def test_the_successor_of_berga_elster_is_granted_and_paid_what_berga_elster_applied_for(house: Three) -> None:
    # 20 November 2023: Berga/Elster applies, intake finds the application complete.
    case = house.post(
        house.old, "/intake/applications", a_body(applicant_key=BERGA, account_holder="Stadt Berga/Elster")
    )["case"]
    etag = house.clerk.get(f"/intake/cases/{case}").headers["etag"]
    house.post(house.clerk, f"/intake/cases/{case}/completeness", etag=etag)
    house.until("den Vorgang in der Prüfung", lambda: house.officer.get(f"/review/cases/{case}").is_success)

    # 15 January 2024: the list of changes arrives, the case waits for its successor, an officer names it.
    house.turn_to(date(2024, 1, 15))
    changes = {"file": {"file_name": "2024.csv", "content_base64": b64encode(LIST.encode()).decode()}}
    assert house.post(house.clerk, "/intake/register/change-list", changes)["changes"] == 2
    house.until("die Nachfolge", lambda: house.road.read(case)["heirs"])
    heir = house.road.read(case)["heirs"][0]
    assert (heir["new_key"], heir["new_name"], heir["reference"]) == (SUCCESSOR, "Stadt Berga-Wünschendorf", REFERENCE)
    assert [it["case"] for it in house.officer.get("/review/successions").json()["items"]] == [case]
    listed = house.officer.get("/review/successions", headers={"Accept": "text/html"}).text
    assert "Stadt Berga/Elster" in listed
    page = house.officer.get(f"/review/cases/{case}", headers={"Accept": "text/html"}).text
    assert "Rechtsnachfolge vermerken" in page
    house.post(
        house.officer, f"/review/cases/{case}/succession", {"new_key": SUCCESSOR},
        house.road.read(case)["etags"]["recipient"],
    )  # fmt: skip
    house.until("die Einsicht der neuen Stadt", lambda: house.new.get(f"/intake/cases/{case}").is_success)
    assert told_names(house.new, f"/intake/cases/{case}") == (SUCCESSOR, "Stadt Berga-Wünschendorf")
    assert house.old.get(f"/intake/cases/{case}").status_code == 404

    # 2025: the successor is granted, waives all remedies, and calls the money.
    house.turn_to(date(2025, 7, 25))
    house.road.open_budget()
    house.road.dispatch(case)
    house.road.do(case, "waiver", {"declared_on": "2025-07-25"})
    house.until("den Auszahlungsplan", lambda: house.examiner.get(f"/payout/cases/{case}").is_success)
    house.until("die Zuweisung", lambda: house.examiner.get(f"/payout/cases/{case}").json()["open"])
    assert told_names(house.examiner, f"/payout/cases/{case}") == (SUCCESSOR, "Stadt Berga-Wünschendorf")
    house.until("die Mittel bei der Stadt", lambda: house.new.get(f"/intake/cases/{case}").json()["assigned"])
    call = {
        "year": 2025,
        "eligible_due_cents": 24_000_00,
        "requested_cents": 19_200_00,
        "needed_on": "2025-08-01",
        "purpose": "x",
    }
    refused = house.old.post(f"/intake/cases/{case}/drawdowns", json=call, headers={"Idempotency-Key": uuid4().hex})
    assert (refused.status_code, refused.json()["code"]) == (403, "attempt-refused")
    house.post(house.new, f"/intake/cases/{case}/drawdowns", call)
    house.until("den Abruf in der Auszahlung", lambda: house.examiner.get(f"/payout/cases/{case}").json()["drawdowns"])

    # What was recorded before the merger is as it was.
    events = house.road.auditor.get(f"/review/cases/{case}/history").json()["events"]
    told = {it["topic"].split(".")[1]: it["facts"] for it in events}
    assert told["assessment-opened"]["application"]["applicant_key"] == BERGA
    assert told["recipient-succeeded"]["reference"] == REFERENCE
    assert told["grant-approved"]["grant"]["applicant_key"] == SUCCESSOR
