"""Example d1: Stadt Stadtilm builds an interface. Every date and every cent, from the submission to the plan of payment."""

from collections.abc import Iterator
from datetime import date

import pytest

from tests.conftest import StartNats
from tests.intake.builders import STADTILM, a_body
from tests.review.road import BUDGET_2025, D1_EXPENDITURE, D1_PROPOSAL, OPINION
from tests.stories.ministry import APPROVER, BUDGET, CLERK, EXPERT, OFFICER, Ministry, ministry


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Ministry]:
    with ministry(tmp_path_factory.mktemp("stadtilm"), start_nats(), date(2025, 5, 12)) as it:
        it.act("review/open-budget", BUDGET, BUDGET_2025)
        yield it


def test_stadtilm_is_granted_44_800_euros(house: Ministry) -> None:
    submitted = house.act("intake/submit-application", STADTILM, a_body())
    case = submitted["case"]
    house.turn_to(date(2025, 5, 28))
    house.act("intake/declare-complete", CLERK, case=case)
    house.turn_to(date(2025, 6, 23))
    house.act("review/record-expert-opinion", EXPERT, OPINION, case=case)
    house.turn_to(date(2025, 6, 30))
    house.act("review/assess-expenditure", OFFICER, D1_EXPENDITURE, case=case)
    house.act("review/propose-award", OFFICER, D1_PROPOSAL, case=case)
    assert house.facts("review", case, "award-proposed")["granted_cents"] == 44_800_00
    house.turn_to(date(2025, 7, 21))
    house.act("review/reserve-funds", BUDGET, {"title": BUDGET_2025["title"], "year": 2025}, case=case)
    house.turn_to(date(2025, 7, 25))
    house.act("review/approve-grant", APPROVER, case=case)
    house.act("review/dispatch-notice", OFFICER, case=case)
    notice = house.facts("review", case, "notice-dispatched")
    assert (notice["deemed_served_on"], notice["remedy_ends_on"]) == ("2025-07-29", "2025-08-29")
    house.turn_to(date(2025, 7, 31))
    house.act("review/record-waiver", OFFICER, {"declared_on": "2025-07-31"}, case=case)
    assert house.facts("review", case, "decision-became-final")["final_on"] == "2025-07-31"
    plan = house.facts("payout", case, "plan-opened")
    assert plan["by_year"] == [{"cents": 30_000_00, "year": 2025}, {"cents": 14_800_00, "year": 2026}]
