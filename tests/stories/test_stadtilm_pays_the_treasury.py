"""Example d1 through the treasury: the claim is ordered, paid in two parts and its interest, and all of it is in the HÜL."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from services.payout.settings import FREE_STATE, DebtorAccount
from services.review.settings import office
from tests.conftest import StartNats
from tests.payout.road import book, simulated_treasury
from tests.review.builders import TITLE
from tests.review.road import BUDGET_2025
from tests.servers import wait_until
from tests.stories.ministry import APPROVER, BUDGET, CASHIER, EXAMINER, OFFICER, ORDERER, Ministry, Refused, ministry
from tests.stories.steps import letter_of
from tests.stories.test_stadtilm_repays import accepted, all_paid, demanded, handed_in, income, on_claim


@pytest.fixture(params=["hkr-xml", "hkr-csv"])
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats
) -> Iterator[Ministry]:
    folder = tmp_path_factory.mktemp("treasury")
    with ministry(folder, start_nats(), date(2025, 5, 12), treasury_format=request.param) as it:
        it.act("review/open-budget", BUDGET, BUDGET_2025)
        yield it


def account(house: Ministry) -> DebtorAccount:
    return house.services["payout"].house.settings.debtors[FREE_STATE]  # pyright: ignore[reportAttributeAccessIssue]


def told_the_treasury(house: Ministry, case: str) -> str:
    """What the claim needs is ordered, sealed, released, and answered; the order's kind."""
    told = house.read(f"/payout/cases/{case}")
    path = {"case": case, "claim": told["claims"][0]["claim"]}
    client = house.person("payout", ORDERER)
    answer = client.post(
        "/payout/cases/{case}/claims/{claim}/order".format(**path), json={}, headers={"If-Match": told["claims_etag"]}
    )
    assert answer.status_code == 200, answer.text
    house.settle()
    batch = house.act("payout/seal-batch", ORDERER, {})["batch"]
    house.act("payout/release-batch", CASHIER, batch=batch)
    wait_until(lambda: house.read(f"/payout/batches/{batch}")["status"] == "transmitted", "die Übergabe an die Kasse")
    simulated_treasury(house.place.folder / "treasury", "--once")
    wait_until(lambda: house.read(f"/payout/batches/{batch}")["status"] == "completed", "die Quittung")
    return house.read(f"/payout/cases/{case}")["collections"][-1]["kind"]


def pays(house: Ministry, case: str, cents: int, on: str, told: str = "bookings") -> dict[str, Any]:
    """The town pays to the account and under the Kassenzeichen that its letter names; the claim after the file that tells it."""
    reference = house.read(f"/payout/cases/{case}")["claims"][0]["reference"]
    paid = {"id": f"{on}-{cents}", "reference": reference, "cents": cents, "on": on, "account": account(house).iban}
    folder = house.place.folder / "treasury"
    (folder / "scenario.json").write_text(json.dumps({"paid": [{**paid, "told": told}]}), "utf-8")
    before = house.read(f"/payout/cases/{case}")["claims"][0]["received_cents"]
    simulated_treasury(folder, "--once")
    wait_until(
        lambda: house.read(f"/payout/cases/{case}")["claims"][0]["received_cents"] == before + cents, "der Eingang"
    )
    return house.read(f"/payout/cases/{case}")["claims"][0]


def listed_income(house: Ministry, on: str) -> int:
    """What the HÜL of a day says came in."""
    return house.read(f"/review/budgets/{TITLE}/2026/statement?on={on}")["income_cents"]


def test_what_stadtilm_pays_to_the_treasury_settles_its_claim_and_is_income_in_the_list(house: Ministry) -> None:
    case = all_paid(house)
    house.turn_to(date(2026, 5, 18))
    handed_in(house, case)
    accepted(house, case)
    house.act("review/propose-repayment", OFFICER, demanded(6_400_00), case=case)
    house.turn_to(date(2026, 5, 22))
    house.act("review/demand-repayment", APPROVER, case=case)
    asked = house.facts("review", case, "repayment-demanded")
    # The letter names the treasury's account, which is the one that payout speaks of, and the Kassenzeichen.
    assert office().account == account(house)
    text = letter_of(house, case, "repayment-1")
    for told in ("FreistaatThüringen", account(house).iban, f"Kassenzeichen{asked['reference']}"):
        assert told in text, (told, text)
    # Before the treasury is told, nobody else's number; then exactly what is owed, by when, under which Kassenzeichen.
    assert told_the_treasury(house, case) == "collect"
    treasury = house.place.folder / "treasury"
    claim = {"amount_cents": 6_400_00, "due_on": "2026-06-21", "received_cents": 0}
    assert book(treasury)["claims"] == {asked["reference"]: claim}
    house.turn_to(date(2026, 6, 1))
    assert listed_income(house, "2026-06-01") == 0
    assert pays(house, case, 4_000_00, "2026-06-01", "statement")["open_cents"] == 2_400_00
    assert pays(house, case, 2_400_00, "2026-06-01")["status"] == "interest-open"
    assert (income(house, case), listed_income(house, "2026-06-01")) == ([4_000_00, 2_400_00], 6_400_00)
    # The interest is fixed, and the treasury is told of it before it is paid.
    house.turn_to(date(2026, 6, 3))
    [it] = on_claim(house, case, "interest", EXAMINER)
    assert told_the_treasury(house, case) == "change"
    claim = {"amount_cents": 6_400_00 + it["interest_cents"], "due_on": it["due_on"], "received_cents": 6_400_00}
    assert book(treasury)["claims"] == {asked["reference"]: claim}
    house.turn_to(date(2026, 6, 20))
    assert pays(house, case, it["interest_cents"], "2026-06-20", "notification")["status"] == "settled"
    assert listed_income(house, "2026-06-20") == 6_400_00 + it["interest_cents"]
    assert listed_income(house, "2026-06-19") == 6_400_00
    told_after = book(treasury)["claims"][asked["reference"]]
    assert told_after["amount_cents"] == told_after["received_cents"]
    with pytest.raises(AssertionError, match="nothing-to-order"):
        told_the_treasury(house, case)
    assert "claim-settled" in house.happened("intake", case)


def test_what_is_given_up_is_taken_off_at_the_treasury_by_somebody_who_did_not_give_it_up(house: Ministry) -> None:
    case = all_paid(house)
    house.turn_to(date(2026, 5, 18))
    handed_in(house, case)
    accepted(house, case)
    house.act("review/propose-repayment", OFFICER, demanded(6_400_00), case=case)
    house.act("review/demand-repayment", APPROVER, case=case)
    reference = house.facts("review", case, "repayment-demanded")["reference"]
    treasury = house.place.folder / "treasury"
    assert told_the_treasury(house, case) == "collect"
    on_claim(house, case, "deferral", BUDGET, {"until_on": "2026-12-31", "reason": "Haushaltslage"})
    assert told_the_treasury(house, case) == "change"
    assert book(treasury)["claims"][reference]["due_on"] == "2026-12-31"
    on_claim(house, case, "remission", BUDGET, {"cents": 6_400_00, "reason": "Härte"})
    assert told_the_treasury(house, case) == "deduct"
    assert book(treasury)["claims"][reference]["amount_cents"] == 0
    with pytest.raises(Refused):
        house.act("payout/seal-batch", ORDERER, {})
