"""Example d2: Arnstadt leads three partners of the Ilm-Kreis. 300,000.00 EUR eligible, 240,000.00 EUR granted, over three years."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.conftest import StartNats
from tests.intake.builders import a_body
from tests.review.road import BUDGET_2025, D1_PROPOSAL, OPINION
from tests.stories.ministry import (
    APPROVER,
    BUDGET,
    CLERK,
    EXPERT,
    OFFICER,
    SECOND_APPROVER,
    Ministry,
    Refused,
    ministry,
)

ARNSTADT, STADTILM, AMT_WACHSENBURG, RIECHHEIMER_BERG = "16070004", "16070048", "16070028", "160705009"
BY_YEAR = [{"year": 2025, "cents": 90_000_00}, {"year": 2026, "cents": 110_000_00}, {"year": 2027, "cents": 40_000_00}]
SHARES = {ARNSTADT: 34_795_74, STADTILM: 10_351_07, AMT_WACHSENBURG: 9_808_15, RIECHHEIMER_BERG: 5_045_04}
LINES = [
    {"category": "development", "description": "Schnittstelle DMS – Fachverfahren", "year": 2025, "cents": 150_000_00},
    {"category": "development", "description": "Ausbau für alle Beteiligten", "year": 2026, "cents": 100_000_00},
    {"category": "setup", "description": "Einrichtung und Tests", "year": 2027, "cents": 50_000_00},
]


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Ministry]:
    with ministry(tmp_path_factory.mktemp("arnstadt"), start_nats(), date(2025, 5, 12)) as it:
        it.act("review/open-budget", BUDGET, BUDGET_2025)
        yield it


def a_cooperation() -> dict[str, Any]:
    return a_body(
        applicant_key=ARNSTADT,
        title="Gemeinsame Schnittstelle im Ilm-Kreis",
        lines=LINES,
        financing={"own_cents": 60_000_00, "third_party_cents": 0, "grant_cents": 240_000_00},
        by_year=BY_YEAR,
        starts_on="2025-07-01",
        ends_on="2027-12-31",
        account_holder="Stadt Arnstadt",
        cooperation={
            "cost_key": "inhabitants",
            "partners": [{"key": it} for it in (STADTILM, AMT_WACHSENBURG, RIECHHEIMER_BERG)],
            "forwards_grant": True,
        },
    )


def test_four_bodies_share_the_cost_to_the_cent_and_two_approvers_sign(house: Ministry) -> None:
    case = house.act("intake/submit-application", ARNSTADT, a_cooperation())["case"]
    house.act("intake/declare-complete", CLERK, case=case)
    told = house.facts("review", case, "assessment-opened")["application"]
    shares = told["cooperation"]["participants"]
    assert {it["key"]: it["own_cents"] for it in shares} == SHARES
    assert [it["cost_cents"] for it in shares] == [173_978_70, 51_755_34, 49_040_77, 25_225_19]
    house.turn_to(date(2025, 6, 23))
    house.act("review/record-expert-opinion", EXPERT, OPINION, case=case)
    lines = [{"line": number, "eligible_cents": it["cents"]} for number, it in enumerate(LINES, 1)]
    house.act("review/assess-expenditure", OFFICER, {"lines": lines}, case=case)
    proposal = D1_PROPOSAL | {"by_year": BY_YEAR, "starts_on": "2025-07-01", "ends_on": "2027-12-31"}
    with pytest.raises(Refused, match="warnings-open"):
        house.act("review/propose-award", OFFICER, proposal, case=case)
    noted = {"consideration": "Die Weitergabe regelt eine Nebenbestimmung des Bescheids."}
    house.act("review/acknowledge-warnings", OFFICER, noted, case=case)
    house.act("review/propose-award", OFFICER, proposal, case=case)
    house.act("review/reserve-funds", BUDGET, {"title": BUDGET_2025["title"], "year": 2025}, case=case)
    house.act("review/approve-grant", APPROVER, case=case)
    with pytest.raises(Refused, match="attempt-refused"):
        house.act("review/approve-grant", APPROVER, case=case)
    house.act("review/approve-grant", SECOND_APPROVER, case=case)
    assert house.facts("review", case, "grant-approved")["grant"]["granted_cents"] == 240_000_00
