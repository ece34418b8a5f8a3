"""A municipality merges while its money is being paid: the successor reads, calls, is written to, and nothing that was is rewritten."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.conftest import StartNats
from tests.intake.builders import a_body
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
from tests.stories.steps import committed, letter_of, paid, reserved

GONE, SUCCESSOR, REFERENCE = "16070028", "16070004", "16/2026/0001-R"
LIST = f"""kennziffer,einheit,ars_alt,ags_alt,name_alt,aenderungsart,ars_neu,ags_neu,name_neu,wirksam_ab
{REFERENCE},Gemeinde,160700028028,{GONE},Amt Wachsenburg,1,160700004004,{SUCCESSOR},"Arnstadt, Stadt",01.01.2026
"""


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Ministry]:
    with ministry(tmp_path_factory.mktemp("wachsenburg"), start_nats(), date(2025, 5, 12)) as it:
        it.act("review/open-budget", BUDGET, BUDGET_2025)
        yield it


def test_a_municipality_merges_after_its_first_money_was_paid(house: Ministry) -> None:
    # 2025: Amt Wachsenburg is granted 44,800.00 and paid 30,000.00 of it.
    body = a_body(applicant_key=GONE, account_holder="Gemeinde Amt Wachsenburg")
    case = house.act("intake/submit-application", GONE, body)["case"]
    house.act("intake/declare-complete", CLERK, case=case)
    house.act("review/record-expert-opinion", EXPERT, OPINION, case=case)
    house.act("review/assess-expenditure", OFFICER, D1_EXPENDITURE, case=case)
    house.act("review/propose-award", OFFICER, D1_PROPOSAL, case=case)
    house.turn_to(date(2025, 7, 25))
    reserved(house, case, 2025)
    house.act("review/approve-grant", APPROVER, case=case)
    house.act("review/dispatch-notice", OFFICER, case=case)
    house.act("review/record-waiver", OFFICER, {"declared_on": "2025-07-25"}, case=case)
    assert drawn(house, case, GONE, date(2025, 8, 4), 2025, 37_500_00, 30_000_00) == 30_000_00
    before = {name: house.history(name, case) for name in ("review", "payout")}

    # 8 January 2026: the list of changes arrives; the case waits for its successor, and an officer names it.
    house.turn_to(date(2026, 1, 8))
    house.act("review/open-budget", BUDGET, BUDGET_2025 | {"year": 2026, "authorisations": []})
    changes = {"file": {"file_name": "2026.csv", "content_base64": b64encode(LIST.encode()).decode()}}
    house.act("intake/import-territorial-changes", CLERK, changes)
    assert [it["case"] for it in house.read("/review/successions")["items"]] == [case]
    with pytest.raises(Refused, match="not-a-successor"):
        house.act("review/record-succession", OFFICER, {"new_key": "16070048"}, case=case)
    house.act("review/record-succession", OFFICER, {"new_key": SUCCESSOR}, case=case)
    for service in ("review", "payout"):
        told = house.read(f"/{service}/cases/{case}")
        assert (told["applicant_key"], told["applicant_name"]) == (SUCCESSOR, "Stadt Arnstadt"), service
    assert house.facts("review", case, "recipient-succeeded")["reference"] == REFERENCE
    assert house.town(GONE).get(f"/intake/cases/{case}").status_code == 404
    assert house.town(SUCCESSOR).get(f"/intake/cases/{case}").status_code == 200

    # The rest is called by the successor alone, and paid from the same obligation into the account that is known.
    call = {"year": 2026, "eligible_due_cents": 56_000_00, "requested_cents": 14_800_00}
    with pytest.raises(Refused, match="attempt-refused"):
        house.act("intake/request-drawdown", GONE, call, case=case)
    assert drawn(house, case, SUCCESSOR, date(2026, 1, 12), 2026, 56_000_00, 14_800_00) == 14_800_00
    assert (paid(house, 2025), paid(house, 2026), committed(house, 2026)) == ({2025: 30_000_00}, {2026: 14_800_00}, {})

    # A later decision is addressed to the successor; what was told and recorded before is as it was.
    facts = "Die Schnittstelle steht anderen Kommunen nicht offen."
    heard = {"annulment": "revocation", "legal_basis": "vwvfg-49-3-2", "facts": facts}
    house.act("review/open-award-hearing", OFFICER, heard, case=case)
    house.turn_to(date(2026, 1, 27))
    revocation = {
        "annulment": "revocation", "legal_basis": "vwvfg-49-3-2", "by_year": [{"year": 2025, "cents": 30_000_00}],
        "eligible_cents": 37_500_00, "effective_on": "2026-01-12", "reasons": facts, "discretion": "Kein milderes Mittel.",
    }  # fmt: skip
    house.act("review/propose-annulment", OFFICER, revocation, case=case)
    house.act("review/decide-annulment", APPROVER, case=case)
    house.act("review/dispatch-notice", OFFICER, {"proposal": 1}, case=case)
    assert "StadtArnstadt" in letter_of(house, case, "change-1")
    house.turn_to(date(2026, 3, 10))
    course = house.read(f"/review/cases/{case}")["award"]["course"]
    assert (course["returned_cents"], course["kept_cents"]) == (0, 14_800_00)
    assert paid(house, 2026) == {2026: 14_800_00}
    for service, events in before.items():
        assert list(house.history(service, case))[: len(events)] == list(events), service


def drawn(house: Ministry, case: str, town: str, on: date, year: int, due: int, requested: int) -> int:
    """On a day a town asks for money, and it is paid; how much was accepted."""
    house.turn_to(on)
    body: dict[str, Any] = {
        "year": year, "eligible_due_cents": due, "requested_cents": requested, "needed_on": on.isoformat(),
        "purpose": "Rechnung", "spent": [{"line": 1, "cents": due}],
    }  # fmt: skip
    drawdown = house.act("intake/request-drawdown", town, body, case=case)["drawdown"]
    told = house.act("payout/examine-drawdown", EXAMINER, case=case, drawdown=drawdown)["drawdowns"]
    house.paid(case, drawdown)
    return next(it["accepted_cents"] for it in told if it["drawdown"] == drawdown)
