"""Example d1: Stadt Stadtilm builds an interface. Every date and every cent, from the submission to the plan of payment."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from shared.identity import Role
from tests.conftest import StartNats
from tests.intake.builders import STADTILM, a_body, attached
from tests.review.builders import GUIDELINE, PARAMETERS, PRACTICE, PROGRAMME
from tests.review.road import BUDGET_2025, D1_EXPENDITURE, D1_PROPOSAL, OPINION
from tests.stories.ministry import (
    APPROVER,
    BUDGET,
    CLERK,
    EXAMINER,
    EXPERT,
    OFFICER,
    SECOND_APPROVER,
    Ministry,
    Refused,
    ministry,
)
from tests.stories.steps import committed, paid

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
    without_proof = a_body(attachments=[attached(kind="offer")])
    case = house.act("intake/submit-application", STADTILM, without_proof)["case"]
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
    assert committed(house, 2025) == {2025: 30_000_00, 2026: 14_800_00}
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
    assert drawn(house, case, date(2025, 8, 4), 2025, 24_000_00, 19_200_00) == (19_200_00, "")
    # 15.10. on 40,000.00 it asks for 12,800.00 more, but the year 2025 holds 30,000.00
    accepted, why = drawn(house, case, date(2025, 10, 15), 2025, 40_000_00, 12_800_00)
    assert (accepted, why) == (10_800_00, "year-exhausted")
    # 12.01.2026 the rest from the obligation for 2026, which the new budget has brought along
    house.turn_to(date(2026, 1, 5))
    house.act("review/open-budget", BUDGET, BUDGET_2025 | {"year": 2026, "authorisations": []})
    assert committed(house, 2026) == {2026: 14_800_00}
    assert drawn(house, case, date(2026, 1, 12), 2026, 56_000_00, 14_800_00) == (14_800_00, "")
    assert (paid(house, 2025), paid(house, 2026)) == ({2025: 30_000_00}, {2026: 14_800_00})
    # 27.02. a credit note: the expenditure is 48,000.00, of which 80 % are 38,400.00
    house.turn_to(date(2026, 2, 27))
    told = {"kind": "amount", "eligible_cents": 48_000_00, "reason": "Gutschrift des Anbieters"}
    house.act("intake/request-change", STADTILM, told, case=case)
    with pytest.raises(Refused, match=r"38\.400,00"):
        house.act("review/propose-amendment", OFFICER, amended(44_800_00), case=case)
    house.act("review/propose-amendment", OFFICER, amended(38_400_00), case=case)
    house.act("review/approve-amendment", APPROVER, case=case)
    # All of it is paid: payout keeps 6,400.00 that Stadtilm has too much, and the budget does not get them back by this.
    course = house.read(f"/review/cases/{case}")["award"]["course"]
    assert (course["pending_cents"], course["returned_cents"], course["kept_cents"]) == (0, 0, 6_400_00)
    assert paid(house, 2026) == {2026: 14_800_00}


@pytest.mark.parametrize(
    ("financing", "left", "next_year"),
    [
        ('financing_type = "share"', 38_400_00, 8_400_00),
        ('financing_type = "gap"', 36_800_00, 6_800_00),
        ('financing_type = "fixed"\nfixed_cents = 4_480_000', 44_800_00, 14_800_00),
    ],
)
def test_what_less_expenditure_leaves_of_the_grant_depends_on_how_it_is_financed(
    house: Ministry, financing: str, left: int, next_year: int
) -> None:
    house.act("review/publish-policy", SECOND_APPROVER, {"texts": financed(financing)})
    case = approved(house, programme="other-financing")
    assert house.facts("review", case, "grant-approved")["grant"]["granted_cents"] == 44_800_00
    house.act("review/dispatch-notice", OFFICER, case=case)
    house.act("review/record-waiver", OFFICER, {"declared_on": "2025-05-12"}, case=case)
    told = {"kind": "amount", "eligible_cents": 48_000_00, "reason": "Gutschrift des Anbieters"}
    house.act("intake/request-change", STADTILM, told, case=case)
    with pytest.raises(Refused, match="amendment-not-valid"):
        house.act("review/propose-amendment", OFFICER, amended(left + 1), case=case)
    house.act("review/propose-amendment", OFFICER, amended(left), case=case)
    house.act("review/approve-amendment", APPROVER, case=case)
    assert committed(house, 2025) == {2025: 30_000_00, 2026: next_year}
    granted = {it["year"]: it["granted_cents"] for it in house.read(f"/payout/cases/{case}")["years"]}
    assert granted == {2025: 30_000_00, 2026: next_year}
    assert sum(granted.values()) == left


def test_without_a_waiver_the_award_is_final_when_the_clock_has_passed_the_last_day(house: Ministry) -> None:
    case = approved(house)
    house.turn_to(date(2025, 7, 25))
    house.act("review/dispatch-notice", OFFICER, case=case)
    house.turn_to(date(2025, 8, 29))
    assert "decision-became-final" not in house.happened("review", case)
    # The clock gets to it days later, and the date is that of the law.
    house.turn_to(date(2025, 9, 4))
    assert house.facts("review", case, "decision-became-final")["final_on"] == "2025-08-30"


def approved(house: Ministry, **changes: Any) -> str:
    """Stadtilm's award as it was applied for, approved on one day."""
    case = house.act("intake/submit-application", STADTILM, a_body(**changes))["case"]
    house.act("intake/declare-complete", CLERK, case=case)
    house.act("review/record-expert-opinion", EXPERT, OPINION, case=case)
    house.act("review/assess-expenditure", OFFICER, D1_EXPENDITURE, case=case)
    house.act("review/propose-award", OFFICER, D1_PROPOSAL, case=case)
    house.act("review/reserve-funds", BUDGET, {"title": BUDGET_2025["title"], "year": 2025}, case=case)
    house.act("review/approve-grant", APPROVER, case=case)
    return case


def financed(how: str) -> list[str]:
    """A programme that is like the guideline but for how it is financed."""
    changes = {f'programme = "{PROGRAMME}"': 'programme = "other-financing"', 'financing_type = "share"': how}
    texts = [GUIDELINE, PRACTICE, PARAMETERS]
    for before, after in changes.items():
        texts = [it.replace(before, after) for it in texts]
    return texts


def amended(cents: int) -> dict[str, Any]:
    """The award on 48,000.00 of expenditure; what changes is the last year."""
    by_year = [{"year": 2025, "cents": 30_000_00}, {"year": 2026, "cents": cents - 30_000_00}]
    return {"by_year": by_year, "eligible_cents": 48_000_00, "ends_on": "2026-06-30", "conditions": [], "reasons": "x"}


def drawn(house: Ministry, case: str, on: date, year: int, due: int, requested: int) -> tuple[int, str]:
    """On a day the town asks for money, and it is paid; how much was accepted, and why less."""
    house.turn_to(on)
    body = {
        "year": year, "eligible_due_cents": due, "requested_cents": requested, "needed_on": on.isoformat(),
        "purpose": "Rechnung", "spent": [{"line": 1, "cents": due}],
    }  # fmt: skip
    drawdown = house.act("intake/request-drawdown", STADTILM, body, case=case)["drawdown"]
    told = house.act("payout/examine-drawdown", EXAMINER, case=case, drawdown=drawdown)["drawdowns"]
    house.paid(case, drawdown)
    found = next(it for it in told if it["drawdown"] == drawdown)
    return found["accepted_cents"], found["reason"]
