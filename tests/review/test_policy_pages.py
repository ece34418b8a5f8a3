"""Die Regelungen lesen und veröffentlichen: over the API byte for byte, on the page with what applies, by an approver alone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.review.wiring import blueprint
from shared.identity import Role
from tests.conftest import StartNats
from tests.review.builders import GUIDELINE, LATER_PRACTICE, PARAMETERS, POLICIES, PRACTICE, practice_of
from tests.review.road import Road
from tests.service import Place, serving

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def road(start_nats: StartNats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    nats = start_nats()
    place = Place(folder=tmp_path_factory.mktemp("policies"), nats=nats)
    place.turn_to(datetime(2025, 7, 1, 9, tzinfo=UTC))
    with serving(blueprint, place) as service:
        it = Road(service)
        service.settled()
        yield it
    nats.stop()


def publish(road: Road, *texts: str, role: Role = Role.APPROVER) -> Any:
    client = road.person(f"p-{role}", role)
    return client.post("/review/policies", json={"texts": texts}, headers={"Idempotency-Key": uuid4().hex})


def test_every_shipped_file_can_be_read_byte_for_byte_at_its_hash(road: Road):
    sheets = {it["programme"]: it for it in road.auditor.get("/review/policies").json()["items"]}
    assert set(sheets) == {"ortskerne", "thueregovrl"}
    listed = [file["sha256"] for it in sheets.values() for file in it["files"]]
    assert sorted(listed) == sorted(sha256(it.encode()).hexdigest() for it in POLICIES.values())
    for text in POLICIES.values():
        answer = road.auditor.get(f"/review/policies/{sha256(text.encode()).hexdigest()}")
        assert (answer.status_code, answer.content) == (200, text.encode())
    assert road.auditor.get(f"/review/policies/{'0' * 64}").status_code == 404


def test_what_applies_depends_on_the_day(road: Road):
    def of(on: str) -> dict[str, Any]:
        return road.auditor.get(f"/review/policies?on={on}").json()["items"][1]

    assert all(it["is_open"] for it in of("2026-02-28")["items"])
    later = of("2026-03-01")
    assert [it["code"] for it in later["items"] if it["is_open"]] == ["interfaces", "training"]
    assert {it["sha256"] for it in later["files"] if it["in_force"]} == {
        sha256(it.encode()).hexdigest() for it in (GUIDELINE, LATER_PRACTICE, PARAMETERS)
    }
    assert of("2024-06-30")["items"] == []


def test_the_page_shows_files_items_rules_and_the_text(road: Road):
    text = road.auditor.get("/review/policies", headers=HTML).text
    for told in (
        "Verwaltungspraxis zur ThürEGovRL",
        "Ortskerne",
        "Anteilfinanzierung, 80 %",
        "granted_cents &lt;= applied_cents",
    ):
        assert told in text
    assert "Regelung veröffentlichen" not in text
    whole = road.auditor.get(f"/review/policies/{sha256(PRACTICE.encode()).hexdigest()}", headers=HTML).text
    assert "Kapitel und Titel: nicht gefunden" in whole
    assert "Regelungen" in road.auditor.get("/review/", headers=HTML).text


def test_an_approver_publishes_and_nobody_else(road: Road):
    later = practice_of(date(2025, 8, 1), closed="e-invoicing")
    assert publish(road, later, role=Role.CASE_OFFICER).status_code == 403
    answer = publish(road, later)
    assert answer.status_code == 201, answer.text
    assert answer.json()["files"] == 5
    assert publish(road, later).json()["files"] == 5
    found = road.auditor.get("/review/policies?on=2025-08-01").json()["items"][1]
    assert next(it for it in found["items"] if it["code"] == "e-invoicing")["is_open"] is False


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (["kein = TOML = hier"], "policy-not-readable"),
        ([PRACTICE.replace('code = "training"', 'code = "swimming-pools"')], "policy-not-consistent"),
        ([GUIDELINE.replace("thueregovrl", "anderes")], "policy-not-consistent"),
        ([], "invalid-request"),
        (["x" * 100_001], "invalid-request"),
    ],
)
def test_what_is_no_policy_is_refused_by_name_and_nothing_is_recorded(road: Road, texts: list[str], code: str):
    before = road.service.house.writer.head.position
    answer = publish(road, *texts)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert road.service.house.writer.head.position == before


def test_a_form_keeps_the_bytes_of_a_file_whatever_the_browser_makes_of_its_lines(road: Road):
    later = practice_of(date(2025, 9, 1))
    approver = road.person("p-approver", Role.APPROVER)
    page = approver.get("/review/policies", headers=HTML).text
    assert "Regelung veröffentlichen" in page
    form = {"texts.0": later.replace("\n", "\r\n"), "texts.1": "", "texts.2": "", "Idempotency-Key": uuid4().hex}
    headers = HTML | {"Origin": road.service.url}
    answer = approver.post("/review/forms/policies", data={**form, "back": "/review/policies"}, headers=headers)
    assert answer.status_code == 303, answer.text
    assert road.auditor.get(f"/review/policies/{sha256(later.encode()).hexdigest()}").status_code == 200
    wrong = approver.post(
        "/review/forms/policies", data={**form, "texts.0": "falsch", "Idempotency-Key": "y"}, headers=headers
    )
    assert wrong.status_code == 422
    assert "nicht lesbar" in wrong.text


def test_a_case_shows_what_every_rule_said_and_the_three_hashes(road: Road):
    road.open_budget()
    case = road.propose()
    proposal = road.read(case)["proposal"]
    assert {it["result"] for it in proposal["rules"]} == {"met"}
    assert proposal["rules"][0]["reason"].startswith("Die Zuwendung von 44.800,00 €")
    assert proposal["parameters_sha256"] == sha256(PARAMETERS.encode()).hexdigest()
    text = road.auditor.get(f"/review/cases/{case}", headers=HTML).text
    assert "Regeln aus Richtlinie und Verwaltungspraxis" in text


@pytest.mark.parametrize("published", [True, False])
def test_who_published_the_policy_of_a_decision_does_not_approve_it(
    start_nats: StartNats, tmp_path: Path, published: bool
) -> None:
    place = Place(folder=tmp_path, nats=start_nats())
    place.turn_to(datetime(2025, 7, 1, 9, tzinfo=UTC))
    with serving(blueprint, place) as service:
        road = Road(service)
        road.open_budget()
        if published:
            assert publish(road, practice_of(date(2025, 7, 1))).status_code == 201
        case = road.reserve()
        publisher = road.person("p-approver", Role.APPROVER)
        signed = road.act(case, "approval", by=publisher)
        if not published:
            assert signed.status_code == 200, "of a file that ships with the house nobody is the publisher"
            return
        assert (signed.status_code, signed.json()["code"]) == (403, "attempt-refused")
        assert "nicht nach ihr" in signed.json()["detail"]
        road.do(case, "approval", by=road.person("p-other", Role.APPROVER))
