"""Example d2: Arnstadt leads three partners of the Ilm-Kreis. 300,000.00 EUR eligible, 240,000.00 EUR granted, over three years."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from shared.identity import Role
from tests.conftest import StartNats
from tests.intake.builders import PDF, a_body, attached
from tests.review.builders import TITLE
from tests.review.road import BUDGET_2025, D1_PROPOSAL
from tests.stories.ministry import APPROVER, BUDGET, OFFICER, SECOND_APPROVER, Ministry, Refused, ministry
from tests.stories.steps import assessed, committed, dispatched, in_review, proposed, reserved

ARNSTADT, STADTILM, AMT_WACHSENBURG, RIECHHEIMER_BERG = "16070004", "16070048", "16070028", "160705009"
BY_YEAR = [{"year": 2025, "cents": 90_000_00}, {"year": 2026, "cents": 110_000_00}, {"year": 2027, "cents": 40_000_00}]
LEFT = [*BY_YEAR[:2], {"year": 2027, "cents": 16_000_00}]
BUDGET_2026 = BUDGET_2025 | {"year": 2026, "authorisations": [{"year": 2027, "cents": 6_000_000_00}]}
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


def a_cooperation(**changes: Any) -> dict[str, Any]:
    partners = [{"key": it} for it in (STADTILM, AMT_WACHSENBURG, RIECHHEIMER_BERG)]
    together = {"cost_key": "inhabitants", "partners": partners, "forwards_grant": True}
    return a_body(
        applicant_key=ARNSTADT,
        title="Gemeinsame Schnittstelle im Ilm-Kreis",
        lines=LINES,
        financing={"own_cents": 60_000_00, "third_party_cents": 0, "grant_cents": 240_000_00},
        by_year=BY_YEAR,
        starts_on="2025-07-01",
        ends_on="2027-12-31",
        account_holder="Stadt Arnstadt",
        cooperation=together | changes,
        attachments=[attached(), attached(PDF + b"2", "cooperation-agreement")],
    )


def agreed(*shares: int) -> dict[str, Any]:
    """An agreed cost key, in percent."""
    lead, *others = (it * 100 for it in shares)
    keys = (STADTILM, AMT_WACHSENBURG, RIECHHEIMER_BERG)
    partners = [{"key": key, "share_bp": bp} for key, bp in zip(keys, others, strict=True)]
    return {"cost_key": "agreed", "lead_share_bp": lead, "partners": partners}


def awarded(house: Ministry) -> str:
    """The award of 240,000.00, signed by two, dispatched and final."""
    case = in_review(house, ARNSTADT, a_cooperation())
    house.turn_to(date(2025, 6, 23))
    assessed(house, case)
    with pytest.raises(Refused, match="warnings-open"):
        house.act("review/propose-award", OFFICER, D1_PROPOSAL, case=case)
    proposed(house, case)
    reserved(house, case, 2025)
    house.act("review/approve-grant", APPROVER, case=case)
    with pytest.raises(Refused, match="attempt-refused"):
        house.act("review/approve-grant", APPROVER, case=case)
    house.act("review/approve-grant", SECOND_APPROVER, case=case)
    assert house.facts("review", case, "grant-approved")["grant"]["granted_cents"] == 240_000_00
    house.turn_to(date(2025, 7, 25))
    dispatched(house, case)
    house.act("review/record-waiver", OFFICER, {"declared_on": "2025-07-25"}, case=case)
    house.turn_to(date(2026, 1, 12))
    house.act("review/open-budget", BUDGET, BUDGET_2026)
    assert committed(house, 2026) == {2026: 110_000_00, 2027: 40_000_00}
    return case


# ---- Cost keys -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "own", "cost"),
    [
        ({}, list(SHARES.values()), [173_978_70, 51_755_34, 49_040_77, 25_225_19]),
        ({"cost_key": "equal"}, [15_000_00] * 4, [75_000_00] * 4),
        (
            agreed(58, 17, 16, 9),
            [34_800_00, 10_200_00, 9_600_00, 5_400_00],
            [174_000_00, 51_000_00, 48_000_00, 27_000_00],
        ),
    ],
)
def test_four_bodies_share_the_cost_to_the_cent(
    house: Ministry, key: dict[str, Any], own: list[int], cost: list[int]
) -> None:
    case = in_review(house, ARNSTADT, a_cooperation(**key))
    shares = house.facts("review", case, "assessment-opened")["application"]["cooperation"]["participants"]
    assert [it["key"] for it in shares] == list(SHARES)
    assert ([it["own_cents"] for it in shares], [it["cost_cents"] for it in shares]) == (own, cost)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (agreed(58, 17, 16, 8), "cost-key-invalid"),
        ({"partners": [{"key": STADTILM}, {"key": STADTILM}]}, "participant-repeated"),
        ({"partners": []}, "too-few-participants"),
        ({"partners": [{"key": "16076004"}]}, "dissolved-applicant"),
    ],
)
def test_a_cooperation_that_is_none_is_not_taken(house: Ministry, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        house.act("intake/submit-application", ARNSTADT, a_cooperation(**wrong))


# ---- A partner leaves ------------------------------------------------------------------------------------------------


def test_a_partner_leaves_and_the_last_year_falls_by_what_was_for_it(house: Ministry) -> None:
    case = awarded(house)
    # Money is called by the lead alone.
    call = {"year": 2026, "eligible_due_cents": 100_000_00, "requested_cents": 80_000_00}
    for partner in (STADTILM, AMT_WACHSENBURG):
        answer = house.town(partner).post(
            f"/intake/cases/{case}/drawdowns", json=call, headers={"Idempotency-Key": partner}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "attempt-refused")
    told = {
        "kind": "partner-leaves",
        "eligible_cents": 270_000_00,
        "by_year": LEFT,
        "reason": "Amt Wachsenburg scheidet aus.",
    }
    house.act("intake/request-change", ARNSTADT, told, case=case)
    amendment = {
        "by_year": LEFT,
        "eligible_cents": 270_000_00,
        "ends_on": "2027-12-31",
        "reasons": "Ein Partner weniger.",
    }
    with pytest.raises(Refused, match="amendment-not-valid"):
        house.act("review/propose-amendment", OFFICER, amendment | {"by_year": BY_YEAR}, case=case)
    house.act("review/propose-amendment", OFFICER, amendment, case=case)
    with pytest.raises(Refused, match="attempt-refused"):
        house.act("review/approve-amendment", (OFFICER[0], Role.APPROVER), case=case)
    house.act("review/approve-amendment", APPROVER, case=case)
    changed = house.facts("review", case, "grant-amended")
    assert (changed["grant"]["granted_cents"], changed["less"]) == (216_000_00, [{"cents": 24_000_00, "year": 2027}])
    is_left_with_216_000(house, case)
    assert house.read(f"/intake/cases/{case}")["status"]["granted_cents"] == 216_000_00


def test_a_lead_that_does_not_tell_is_heard_and_the_part_is_revoked(house: Ministry) -> None:
    case = awarded(house)
    facts = "Amt Wachsenburg ist ausgeschieden, ohne dass es mitgeteilt wurde."
    heard = {"annulment": "revocation", "legal_basis": "vwvfg-49-3-2", "facts": facts}
    house.act("review/open-award-hearing", OFFICER, heard, case=case)
    revocation = {
        "annulment": "revocation", "legal_basis": "vwvfg-49-3-2", "by_year": LEFT, "eligible_cents": 270_000_00,
        "effective_on": "2026-01-12", "reasons": facts, "discretion": "Ein milderes Mittel gibt es nicht.",
    }  # fmt: skip
    with pytest.raises(Refused, match="hearing-running"):
        house.act("review/propose-annulment", OFFICER, revocation, case=case)
    # Nobody answers until Monday, 26 January; within a year from then on it can be revoked.
    house.turn_to(date(2026, 1, 30))
    expired = house.facts("review", case, "award-hearing-expired")
    assert (expired["expired_on"], expired["limit"]["ends_on"]) == ("2026-01-27", "2027-01-26")
    house.act("review/propose-annulment", OFFICER, revocation, case=case)
    house.act("review/decide-annulment", APPROVER, case=case)
    assert house.facts("review", case, "grant-revoked")["lost"] == [{"cents": 24_000_00, "year": 2027}]
    # An action would suspend it: nothing moves before its own period has passed.
    house.act("review/dispatch-notice", OFFICER, {"proposal": 1}, case=case)
    told = house.facts("review", case, "notice-dispatched")
    assert (told["deemed_served_on"], told["remedy_ends_on"]) == ("2026-02-03", "2026-03-03")
    house.turn_to(date(2026, 3, 3))
    assert committed(house, 2026) == {2026: 110_000_00, 2027: 40_000_00}
    house.turn_to(date(2026, 3, 4))
    is_left_with_216_000(house, case)


def is_left_with_216_000(house: Ministry, case: str) -> None:
    """Budget and plan of payment agree; the obligation fell by a counter-entry, and nothing was rewritten."""
    assert committed(house, 2026) == {2026: 110_000_00, 2027: 16_000_00}
    plan = {it["year"]: it["granted_cents"] for it in house.read(f"/payout/cases/{case}")["years"]}
    assert plan == {2025: 90_000_00, 2026: 110_000_00, 2027: 16_000_00}
    listed = house.read(f"/review/budgets/{TITLE}/2026/statement")["sections"]
    changes = [line["change"]["committed_cents"] for it in listed if it["year"] == 2027 for line in it["lines"]]
    assert [it for it in changes if it] == [40_000_00, -24_000_00]
