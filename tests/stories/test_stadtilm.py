"""Example d1: Stadt Stadtilm builds an interface. Every date and every cent, from the submission to the plan of payment."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import date

import pytest

from shared.identity import Role
from tests.conftest import StartNats
from tests.intake.builders import STADTILM, a_body
from tests.review.road import BUDGET_2025, D1_EXPENDITURE, D1_PROPOSAL, OPINION
from tests.stories.ministry import (
    APPROVER,
    BUDGET,
    CLERK,
    EXAMINER,
    EXPERT,
    OFFICER,
    Ministry,
    Refused,
    ministry,
)

EARLY_START = {
    "description": "Schnittstelle zwischen DMS und Fachverfahren",
    "reason": "Der bisherige Dienst endet im Juli.",
    "expenditure": [{"description": "Entwicklung", "cents": 38_000_00}],
    "contract_on": "2025-06-10",
}
PROOF = {
    "file_name": "beschluss.pdf",
    "media_type": "application/pdf",
    "kind": "council-decision",
    "content_base64": b64encode(b"%PDF-1.7\nBeschluss\n%%EOF\n").decode(),
    "number": 1,
}


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Ministry]:
    with ministry(tmp_path_factory.mktemp("stadtilm"), start_nats(), date(2025, 5, 12)) as it:
        it.act("review/open-budget", BUDGET, BUDGET_2025)
        yield it


def test_stadtilm_is_granted_44_800_euros(house: Ministry) -> None:
    # 12.05. submitted, early start requested
    case = house.act("intake/submit-application", STADTILM, a_body())["case"]
    early = house.act("intake/request-early-start", STADTILM, EARLY_START, case=case)["early_start"]
    # 16.05. the proof of the own share is asked for until 30.05., supplied on 28.05.
    house.turn_to(date(2025, 5, 16))
    wanted = {"documents": [{"kind": "council-decision", "text": "Nachweis des Eigenanteils"}]}
    house.act("intake/request-documents", CLERK, wanted, case=case)
    assert house.facts("intake", case, "documents-requested")["deadline"]["ends_on"] == "2025-05-30"
    with pytest.raises(Refused, match="documents-missing"):
        house.act("intake/declare-complete", CLERK, case=case)
    house.turn_to(date(2025, 5, 28))
    house.act("intake/supply-documents", STADTILM, {"attachments": [PROOF]}, case=case)
    house.act("intake/declare-complete", CLERK, case=case)
    assert house.facts("review", case, "assessment-opened")["opened_on"] == "2025-05-28"
    # 02.06. the early start is approved, by another person than proposed it
    house.turn_to(date(2025, 6, 2))
    proposed = {"consent": True, "reasons": "Das Rechenzentrum stellt den alten Dienst im Juli ab."}
    house.act("review/propose-early-start", OFFICER, proposed, case=case, early_start=early)
    house.act("review/approve-early-start", APPROVER, case=case, early_start=early)
    assert house.facts("intake", case, "early-start-decided")["approved"] is True
    # 23.06. opinion, 30.06. proposal
    house.turn_to(date(2025, 6, 23))
    house.act("review/record-expert-opinion", EXPERT, OPINION, case=case)
    house.turn_to(date(2025, 6, 30))
    house.act("review/assess-expenditure", OFFICER, D1_EXPENDITURE, case=case)
    house.act("review/propose-award", OFFICER, D1_PROPOSAL, case=case)
    assert house.facts("review", case, "award-proposed")["granted_cents"] == 44_800_00
    # 21.07. reserved, 25.07. approved by a second person and dispatched
    house.turn_to(date(2025, 7, 21))
    house.act("review/reserve-funds", BUDGET, {"title": BUDGET_2025["title"], "year": 2025}, case=case)
    house.turn_to(date(2025, 7, 25))
    with pytest.raises(Refused, match="attempt-refused"):
        house.act("review/approve-grant", (OFFICER[0], Role.APPROVER), case=case)
    house.act("review/approve-grant", APPROVER, case=case)
    assert sheet(house)["committed"] == {2025: 30_000_00, 2026: 14_800_00}
    house.act("review/dispatch-notice", OFFICER, case=case)
    notice = house.facts("review", case, "notice-dispatched")
    assert (notice["deemed_served_on"], notice["remedy_ends_on"]) == ("2025-07-29", "2025-08-29")
    # 29.07. the clock knows that it is served; 31.07. waived, and final on the same day
    house.turn_to(date(2025, 7, 29))
    assert "notice-deemed-served" in house.happened("review", case)
    house.turn_to(date(2025, 7, 31))
    house.act("review/record-waiver", OFFICER, {"declared_on": "2025-07-31"}, case=case)
    assert house.facts("review", case, "decision-became-final")["final_on"] == "2025-07-31"
    plan = house.facts("payout", case, "plan-opened")
    assert plan["by_year"] == [{"cents": 30_000_00, "year": 2025}, {"cents": 14_800_00, "year": 2026}]
    # 04.08. 24,000.00 of the eligible expenditure are due: 19,200.00
    house.turn_to(date(2025, 8, 4))
    body = {"year": 2025, "eligible_due_cents": 24_000_00, "requested_cents": 19_200_00}
    drawdown = house.act("intake/request-drawdown", STADTILM, body, case=case)["drawdown"]
    house.act("payout/examine-drawdown", EXAMINER, case=case, drawdown=drawdown)
    assert house.facts("payout", case, "drawdown-accepted")["accepted_cents"] == 19_200_00


def test_without_a_waiver_the_award_is_final_when_the_clock_has_passed_the_last_day(house: Ministry) -> None:
    case = house.act("intake/submit-application", STADTILM, a_body())["case"]
    house.act("intake/declare-complete", CLERK, case=case)
    house.act("review/record-expert-opinion", EXPERT, OPINION, case=case)
    house.act("review/assess-expenditure", OFFICER, D1_EXPENDITURE, case=case)
    house.act("review/propose-award", OFFICER, D1_PROPOSAL, case=case)
    house.act("review/reserve-funds", BUDGET, {"title": BUDGET_2025["title"], "year": 2025}, case=case)
    house.turn_to(date(2025, 7, 10))
    house.act("review/approve-grant", APPROVER, case=case)
    house.turn_to(date(2025, 7, 25))
    house.act("review/dispatch-notice", OFFICER, case=case)
    house.turn_to(date(2025, 8, 29))
    assert "decision-became-final" not in house.happened("review", case)
    # The clock gets to it days later, and the date is that of the law.
    house.turn_to(date(2025, 9, 4))
    assert house.facts("review", case, "decision-became-final")["final_on"] == "2025-08-30"


def sheet(house: Ministry) -> dict[str, dict[int, int]]:
    """What is committed for each year in the title's budget of 2025."""
    told = house.read(f"/review/budgets/{BUDGET_2025['title']}/2025")
    return {"committed": {it["year"]: it["committed_cents"] for it in told["years"] if it["committed_cents"]}}
