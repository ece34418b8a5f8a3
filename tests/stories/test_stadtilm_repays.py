"""Example d1 to its end: Stadtilm spends less than was planned, proves it, repays 6,400.00 with 103.34 of interest."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from shared.identity import Role
from tests.conftest import StartNats
from tests.intake.builders import STADTILM
from tests.review.road import BUDGET_2025
from tests.stories.ministry import (
    APPROVER,
    BUDGET,
    CASHIER,
    EXAMINER,
    OFFICER,
    SECOND_APPROVER,
    Ministry,
    Person,
    Refused,
    ministry,
)
from tests.stories.steps import letter_of, paid
from tests.stories.test_stadtilm import approved, drawn, financed

AUDITORS: Sequence[Person] = (("p-usage-1", Role.USAGE_AUDITOR), ("p-usage-2", Role.USAGE_AUDITOR))
SPENT: Mapping[int, int] = {1: 32_000_00, 2: 10_000_00, 3: 6_000_00}
"""48,000.00 of the 56,000.00 that were planned."""


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Ministry]:
    with ministry(tmp_path_factory.mktemp("repays"), start_nats(), date(2025, 5, 12)) as it:
        it.act("review/open-budget", BUDGET, BUDGET_2025)
        yield it


def test_stadtilm_proves_48_000_euros_repays_6_400_and_pays_103_34_of_interest_and_the_case_is_closed(
    house: Ministry,
) -> None:
    case = all_paid(house)
    # 15.05.2026 the proof of use, 18.05. checked by one, in depth by another, accepted by two
    house.turn_to(date(2026, 5, 15))
    handed_in(house, case)
    house.turn_to(date(2026, 5, 18))
    with pytest.raises(Refused, match="nothing-annulled"):
        house.act("review/propose-repayment", OFFICER, demanded(6_400_00), case=case)
    assert accepted(house, case) == (38_400_00, 44_800_00, 6_400_00)
    # 20.05. proposed with the day on which the credit note came, 22.05. demanded by another person
    house.turn_to(date(2026, 5, 20))
    with pytest.raises(Refused, match="ineffective-day-missing"):
        house.act("review/propose-repayment", OFFICER, demanded(6_400_00, ineffective_on=None), case=case)
    with pytest.raises(Refused, match="beyond-excess"):
        house.act("review/propose-repayment", OFFICER, demanded(6_400_01), case=case)
    house.act("review/propose-repayment", OFFICER, demanded(6_400_00), case=case)
    house.turn_to(date(2026, 5, 22))
    house.act("review/demand-repayment", APPROVER, case=case)
    asked = house.facts("review", case, "repayment-demanded")
    assert (asked["demanded_on"], asked["due_on"]) == ("2026-05-22", "2026-06-21")
    house.act("review/dispatch-letter", OFFICER, {"letter": "repayment-1"}, case=case)
    text = letter_of(house, case, "repayment-1")
    for told in (
        "640000zuerstatten",
        "Nachweisvom15052026",
        "3840000",
        asked["reference"],
        "27022026",
    ):
        assert told in text, (told, text)
    # 01.06. the money comes in, 03.06. its interest is fixed: 94 days at 6.27 %
    house.turn_to(date(2026, 6, 1))
    on_claim(house, case, "repayments", CASHIER, {"cents": 6_400_00, "received_on": "2026-06-01", "voucher": "K 4711"})
    house.turn_to(date(2026, 6, 3))
    [it] = on_claim(house, case, "interest", EXAMINER)
    assert (it["interest_cents"], [(one["days"], one["rate_bp"]) for one in it["lines"]]) == (103_34, [(94, 627)])
    house.turn_to(date(2026, 6, 20))
    interest = {"cents": 103_34, "received_on": "2026-06-20", "voucher": "K 4712"}
    [it] = on_claim(house, case, "repayments", CASHIER, interest)
    assert (it["status"], it["received_cents"]) == ("settled", 6_503_34)
    # The budget: 14,800.00 of the obligation are paid, and what came in is income.
    assert paid(house, 2026) == {2026: 14_800_00}
    assert income(house, case) == [6_400_00, 103_34]
    [told] = house.read(f"/review/cases/{case}")["repayments"]
    assert (told["received_cents"], told["received_interest_cents"], told["outcome"]) == (6_400_00, 103_34, "paid")
    assert "claim-settled" in house.happened("intake", case)
    # 10,800.00 of it were used 41 days late: 76.06 more, and nothing else can be demanded.
    late = {
        "kind": "late-use",
        "cents": 10_800_00,
        "from_on": "2026-01-12",
        "until_on": "2026-02-22",
        "reasons": "später bezahlt",
    }
    house.act("review/propose-repayment", OFFICER, late, case=case)
    house.act("review/demand-repayment", APPROVER, case=case)
    assert house.facts("review", case, "repayment-demanded")["proposed"]["interest_cents"] == 76_06
    assert "7606fest" in letter_of(house, case, "repayment-2")
    with pytest.raises(Refused, match="beyond-excess"):
        house.act("review/propose-repayment", OFFICER, demanded(1_000_00), case=case)
    closed(house, case)


@pytest.mark.parametrize(
    ("financing", "final_cents", "overpaid_cents"),
    [
        ('financing_type = "fixed"\nfixed_cents = 4_480_000', 44_800_00, 0),
        ('financing_type = "gap"', 36_800_00, 8_000_00),
    ],
)
def test_what_stadtilm_repays_of_48_000_euros_depends_on_how_it_is_financed(
    house: Ministry, financing: str, final_cents: int, overpaid_cents: int
) -> None:
    house.act("review/publish-policy", SECOND_APPROVER, {"texts": financed(financing)})
    case = all_paid(house, OF_A_GAP if "gap" in financing else DUE, programme="other-financing")
    house.turn_to(date(2026, 5, 15))
    handed_in(house, case)
    house.turn_to(date(2026, 5, 18))
    # Who leaves the grant as it is accepts alone; a final amount that deviates needs two.
    by = AUDITORS if overpaid_cents else AUDITORS[:1]
    assert accepted(house, case, by) == (final_cents, 44_800_00, overpaid_cents)
    with pytest.raises(Refused, match="beyond-excess"):
        house.act("review/propose-repayment", OFFICER, demanded(overpaid_cents + 1), case=case)
    note = {"note": "Zweck erreicht."}
    house.act("review/write-closing-note", AUDITORS[0], note, case=case)
    if overpaid_cents:
        with pytest.raises(Refused, match="excess-open"):
            house.act("review/close-case", APPROVER, case=case)
        house.act("review/propose-repayment", OFFICER, demanded(overpaid_cents), case=case)
        house.act("review/demand-repayment", APPROVER, case=case)
        received = {"cents": overpaid_cents, "received_on": "2026-05-18", "voucher": "K 4711"}
        on_claim(house, case, "repayments", CASHIER, received)
        [it] = on_claim(house, case, "interest", EXAMINER)
        interest = {"cents": it["interest_cents"], "received_on": "2026-05-18", "voucher": "K 4712"}
        on_claim(house, case, "repayments", CASHIER, interest)
        assert income(house, case)[0] == overpaid_cents
    house.act("review/close-case", APPROVER, case=case)
    assert "case-closed" in house.happened("intake", case)


def test_stadtilm_repays_in_two_parts_and_interest_is_waived_because_it_did_not_cause_the_reason(
    house: Ministry,
) -> None:
    case = all_paid(house)
    house.turn_to(date(2026, 5, 18))
    handed_in(house, case)
    accepted(house, case)
    house.act("review/propose-repayment", OFFICER, demanded(6_400_00), case=case)
    house.act("review/demand-repayment", APPROVER, case=case)
    # The notice comes back from the post: nothing is due until it was sent again, and then its whole time runs anew.
    assert standing(house, case) == ("unserved", "2026-06-17")
    house.act("review/dispatch-letter", OFFICER, {"letter": "repayment-1"}, case=case)
    assert standing(house, case) == ("open", "2026-06-17")
    house.act("review/record-letter-failure", OFFICER, {"letter": "repayment-1", "reason": "returned"}, case=case)
    assert standing(house, case) == ("unserved", "2026-06-17")
    house.act("review/dispatch-letter", OFFICER, {"letter": "repayment-1", "channel": "post"}, case=case)
    assert standing(house, case) == ("open", "2026-06-21")
    for cents, voucher in ((4_000_00, "K 4711"), (2_400_00, "K 4712")):
        on_claim(house, case, "repayments", CASHIER, {"cents": cents, "received_on": "2026-05-18", "voucher": voucher})
    why = {"reason": "Die Gutschrift war nicht zu vertreten; erstattet ist innerhalb der gesetzten Frist."}
    [it] = on_claim(house, case, "interest/waiver", BUDGET, why)
    assert (it["status"], it["interest_due_cents"], it["received_cents"]) == ("settled", 0, 6_400_00)
    assert house.facts("payout", case, "interest-waived")["reason"] == why["reason"]
    assert income(house, case) == [4_000_00, 2_400_00]


def standing(house: Ministry, case: str) -> tuple[str, str]:
    """How it stands with the first claim at payout, and when it is due."""
    [it] = house.read(f"/payout/cases/{case}")["claims"]
    return it["status"], it["due_on"]


def closed(house: Ministry, case: str) -> None:
    """The case is closed once the last claim is paid; its file is kept for ten years, the recipient's books for five."""
    note = {"note": "Zweck erreicht, Erstattung und Zinsen sind eingegangen."}
    house.act("review/write-closing-note", AUDITORS[0], note, case=case)
    with pytest.raises(Refused, match="claim-open"):
        house.act("review/close-case", APPROVER, case=case)
    house.turn_to(date(2026, 7, 6))
    last = {"cents": 76_06, "received_on": "2026-07-06", "voucher": "K 4713"}
    on_claim(house, case, "repayments", CASHIER, last, number=1)
    house.act("review/close-case", APPROVER, case=case)
    told = house.read(f"/review/cases/{case}")["closure"]
    assert (told["closed_on"], told["retained_until_on"], told["recipient_keeps_until_on"]) == (
        "2026-07-06", "2036-12-31", "2031-12-31",
    )  # fmt: skip
    assert "case-closed" in house.happened("intake", case)


DUE, OF_A_GAP = (24_000_00, 40_000_00), (30_400_00, 43_200_00)
"""Expenditure due at the first two drawdowns; a gap is paid only after the recipient's own funds (ANBest Nr. 1.4)."""


def all_paid(house: Ministry, due: tuple[int, int] = DUE, **changes: Any) -> str:
    """The award, final at once, and its three drawdowns."""
    case = approved(house, **changes)
    house.act("review/dispatch-notice", OFFICER, case=case)
    house.act("review/record-waiver", OFFICER, {"declared_on": "2025-05-12"}, case=case)
    assert drawn(house, case, date(2025, 8, 4), 2025, due[0], 19_200_00) == (19_200_00, "")
    assert drawn(house, case, date(2025, 10, 15), 2025, due[1], 12_800_00) == (10_800_00, "year-exhausted")
    house.turn_to(date(2026, 1, 5))
    house.act("review/open-budget", BUDGET, BUDGET_2025 | {"year": 2026, "authorisations": []})
    assert drawn(house, case, date(2026, 1, 12), 2026, 56_000_00, 14_800_00) == (14_800_00, "")
    return case


def handed_in(house: Ministry, case: str) -> None:
    lines = [
        {"line": line, "cents": cents, "vouchers": [{"number": f"R-{line}", "paid_on": "2026-02-27", "cents": cents}]}
        for line, cents in SPENT.items()
    ]
    body = {"kind": "final", "lines": lines, "report": "Die Schnittstelle läuft."}
    house.act("intake/submit-proof", STADTILM, body, case=case)


def accepted(house: Ministry, case: str, by: Sequence[Person] = AUDITORS) -> tuple[int, int, int]:
    """The proof is checked and accepted by these; what finally remains, what was paid, and what of that is too much."""
    name = house.read(f"/review/cases/{case}")["proofs"][0]["proof"]
    lines = [{"line": line, "cents": cents} for line, cents in SPENT.items()]
    found = {"proof": name, "lines": lines}
    first = {"complete": True, "plausible": True, "purpose_reached": True, "special_reason": True}
    house.act("review/check-proof", AUDITORS[0], found | first, case=case)
    house.act("review/check-proof-in-depth", AUDITORS[1], found | {"findings": "Alle Belege gesehen."}, case=case)
    for one in by:
        house.act("review/accept-proof", one, {"proof": name, "note": "Zweck erreicht."}, case=case)
    told = house.facts("review", case, "proof-accepted")
    return told["final_cents"], told["paid_cents"], told["overpaid_cents"]


def demanded(cents: int, ineffective_on: str | None = "2026-02-27") -> dict[str, Any]:
    return {"cents": cents, "reasons": "Der Anbieter hat gutgeschrieben.", "ineffective_on": ineffective_on}


def on_claim(
    house: Ministry, case: str, step: str, by: Person, body: Any = None, number: int = 0
) -> list[dict[str, Any]]:
    """A person does something with one of the case's claims; the claims after it."""
    told = house.read(f"/payout/cases/{case}")
    claim = told["claims"][number]["claim"]
    client = house.person("payout", by)
    path = f"/payout/cases/{case}/claims/{claim}/{step}"
    answer = client.post(path, json=body or {}, headers={"If-Match": told["claims_etag"]})
    assert answer.status_code == 200, answer.text
    return house.read(f"/payout/cases/{case}")["claims"]


def income(house: Ministry, case: str) -> list[int]:
    """What the budget entered as income of the case, in order."""
    told = (it for it in house.history("review", case) if it["topic"].startswith("review.repayment-received."))
    return [it["facts"]["income_cents"] for it in told]
