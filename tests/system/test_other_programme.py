"""Ein Programm ist eine Datei: what review publishes is offered at intake, and another ministry's programme goes the whole way."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx2
import pytest

from deploy.embedded import Embedded
from deploy.people import applicant
from tests.intake.builders import STADTILM, a_body
from tests.servers import wait_until

TOWN, CLERK, EXPERT, OFFICER, BUDGET, APPROVER = (
    applicant(STADTILM).id,
    "p-2k7d",
    "p-4tq8",
    "p-7c9r",
    "p-e2j5",
    "p-b8v4",
)
OPINION = {
    "opinion": "positive",
    "reasons": "trägt den Ort",
    "criteria": [{"code": "liveliness", "points": 4, "text": "einziger Laden im Ort"}],
}
NOTE = dict.fromkeys(("necessity", "other_offices", "eligible_extent", "financing_type", "secured_financing", "later_budgets"), "wie im Antrag")  # fmt: skip


class Front:
    """The front address, one token for each person."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client
        self._tokens: dict[str, str] = {}

    def _headers(self, person: str) -> dict[str, str]:
        if person not in self._tokens:
            self._tokens[person] = self._client.post("/sign-in/token", json={"person": person}).json()["token"]
        return {"Authorization": f"Bearer {self._tokens[person]}"}

    def get(self, person: str, path: str) -> httpx2.Response:
        return self._client.get(path, headers=self._headers(person))

    def create(self, person: str, path: str, body: Any) -> dict[str, Any]:
        answer = self._client.post(path, json=body, headers=self._headers(person) | {"Idempotency-Key": uuid4().hex})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def step(self, person: str, path: str, version: str, body: Any = None) -> dict[str, Any]:
        answer = self._client.post(path, json=body or {}, headers=self._headers(person) | {"If-Match": version})
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    def assessed(self, case: str) -> dict[str, Any]:
        return self.get(OFFICER, f"/review/cases/{case}").json()

    def review(self, person: str, case: str, step: str, body: Any = None) -> None:
        self.step(person, f"/review/cases/{case}/{step}", self.assessed(case)["etags"]["assessment"], body)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    begin = datetime(2025, 5, 12, 8, tzinfo=ZoneInfo("Europe/Berlin"))
    with Embedded(tmp_path_factory.mktemp("programmes") / "house", calendar=begin) as house:
        house.wait_ready(120)
        with httpx2.Client(base_url=house.url, trust_env=False, timeout=30) as client:
            yield Front(client)


def _offered(front: Front) -> list[str]:
    return [it["programme"] for it in front.get(TOWN, "/intake/programmes").json()["items"]]


def test_an_application_for_another_programme_is_granted_by_that_programmes_file(front: Front) -> None:
    wait_until(lambda: _offered(front) == ["ortskerne", "thueregovrl"], "die Regelungen beim Antragseingang")
    body = a_body(
        programme="ortskerne", item="village-shop", title="Dorfladen mit digitalem Zugang",
        measures=[{"title": "Ausbau", "details": {"opening-hours": "40"}}],
    )  # fmt: skip
    case = front.create(TOWN, "/intake/applications", body)["case"]
    version = front.get(CLERK, f"/intake/cases/{case}").headers["etag"]
    front.step(CLERK, f"/intake/cases/{case}/completeness", version)
    wait_until(lambda: "etags" in front.assessed(case), "den Vorgang in der Prüfung")
    front.review(EXPERT, case, "opinion", OPINION)
    lines = [{"line": number, "eligible_cents": it["cents"]} for number, it in enumerate(body["lines"], 1)]
    front.review(OFFICER, case, "expenditure", {"lines": lines})
    proposed = {
        "by_year": [{"year": 2025, "cents": 25_000_00}],
        "starts_on": "2025-06-02",
        "ends_on": "2026-04-30",
        "note": NOTE,
    }
    front.review(OFFICER, case, "proposal", proposed)
    budget = {"title": "1003-88377", "year": 2025, "appropriation_cents": 1_000_000_00, "authorisations": []}
    front.create(BUDGET, "/review/budgets", budget)
    front.review(BUDGET, case, "reservation")
    front.review(APPROVER, case, "approval")
    found = front.assessed(case)
    assert found["award"]["granted_cents"] == 25_000_00
    assert [it["result"] for it in found["proposal"]["rules"]] == ["met"] * len(found["proposal"]["rules"])
    sheets = {it["programme"]: it for it in front.get(OFFICER, "/review/policies").json()["items"]}
    in_force = {it["sha256"] for it in sheets["ortskerne"]["files"] if it["in_force"]}
    hashes = {found["proposal"][f"{kind}_sha256"] for kind in ("guideline", "practice", "parameters")}
    assert hashes == in_force
    letter = front.get(OFFICER, f"/review/cases/{case}/letter")
    assert (letter.status_code, letter.content[:5]) == (200, b"%PDF-")
