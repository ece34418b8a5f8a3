"""Der Haushalt über die Schnittstelle und auf seinen Seiten: the plan changes, the clock releases, the list is of any day."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from services.review import budget as budgets
from services.review.wiring import blueprint
from shared.contracts.payout import PaymentSettled
from shared.identity import Role
from tests.conftest import StartNats
from tests.review.builders import PARAMETERS, TITLE
from tests.review.road import D1_EXPENDITURE, D1_PROPOSAL, OPINION, Road
from tests.review.test_api import place
from tests.review.test_pages import read, send, shown
from tests.servers import wait_until
from tests.service import serving

OTHER_TITLE = "1605-88371"
HELD = {"reason": "budget-exhausted", "text": "Die Mittel sind ausgeschöpft.", "resubmission_on": "2099-01-04"}


@pytest.fixture
def road(tmp_path: Path, start_nats: StartNats) -> Iterator[Road]:
    """A review of its own for each test: they turn the calendar, which never goes back."""
    with serving(blueprint, place(tmp_path / "place", start_nats)) as service:
        told = Road(service)
        told.open_budget()
        yield told


def officer(road: Road) -> httpx2.Client:
    return road.person("p-budget", Role.BUDGET_OFFICER)


def enter(road: Road, path: str, *, of: int = 2025, title: str = TITLE, key: str = "", **body: Any) -> httpx2.Response:
    headers = {"Idempotency-Key": key or uuid4().hex}
    return officer(road).post(f"/review/budgets/{title}/{of}/{path}", json=body, headers=headers)


def sheet(road: Road, year: int = 2025, title: str = TITLE) -> dict[str, Any]:
    return road.auditor.get(f"/review/budgets/{title}/{year}").json()


def own(road: Road, title: str = TITLE) -> dict[str, Any]:
    return sheet(road, title=title)["years"][0]


def statement(road: Road, on: date | None = None, **asked: Any) -> dict[str, Any]:
    params = {**({"on": on.isoformat()} if on else {}), **asked}
    answer = road.auditor.get(f"/review/budgets/{TITLE}/2025/statement", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_freeze_meets_the_next_reservation_and_its_lifting_lets_it_through(road: Road) -> None:
    case = road.propose()
    frozen = enter(road, "freezes", reference="FM 1", year=2025, share_bp=10_000, reason="Haushaltssperre")
    assert frozen.status_code == 200, frozen.text
    assert own(road)["free_cents"] == 0
    refused = road.act(case, "reservation")
    assert (refused.status_code, refused.json()["code"]) == (409, "funds-not-available")
    assert enter(road, "freezes/lift", freeze="FM 1", left_cents=0, reason="aufgehoben").status_code == 200
    road.do(case, "reservation")
    assert "gesperrt" in read(officer(road), f"/review/cases/{case}"), "the timeline says why it was refused"


def test_money_is_moved_between_titles_and_each_problem_is_named(road: Road) -> None:
    before = own(road)["available_cents"]
    road.open_budget(title=OTHER_TITLE, appropriation_cents=5_000_00, authorisations=[])
    moved: dict[str, Any] = {
        "taker": OTHER_TITLE,
        "cents": 1_000_00,
        "reference": "U 1",
        "reason": "Bedarf",
        "authority": "FM 2",
    }
    key = uuid4().hex
    assert enter(road, "reallocations", key=key, **moved).status_code == 200
    assert enter(road, "reallocations", key=key, **moved).status_code == 200, "the same request again is the same entry"
    assert (own(road)["available_cents"], own(road, OTHER_TITLE)["available_cents"]) == (before - 1_000_00, 6_000_00)
    wrongs: list[tuple[dict[str, Any], int, str]] = [
        ({"cents": 10**10}, 409, "funds-not-free"),
        ({"taker": TITLE}, 422, "same-title"),
        ({"taker": "1605-00000"}, 409, "budget-not-open"),
    ]
    for wrong, status, code in wrongs:
        body: dict[str, Any] = {**moved, "reference": uuid4().hex, **wrong}
        answer = enter(road, "reallocations", **body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert enter(road, "freezes", title="nicht-da", reference="x", reason="x", cents=1, year=2025).status_code == 409


def test_only_budget_officers_change_the_plan(road: Road) -> None:
    client = road.person("p-officer", Role.CASE_OFFICER)
    for path in ("freezes", "freezes/lift", "reallocations", "closing", "remainders", "proclamation", "overrides"):
        answer = client.post(f"/review/budgets/{TITLE}/2025/{path}", json={}, headers={"Idempotency-Key": uuid4().hex})
        assert answer.status_code in (403, 422)
    body = {"reference": "x", "year": 2025, "cents": 1, "reason": "x"}
    answer = client.post(f"/review/budgets/{TITLE}/2025/freezes", json=body, headers={"Idempotency-Key": uuid4().hex})
    assert answer.status_code == 403


def test_the_clock_releases_a_reservation_when_its_day_is_over(road: Road) -> None:
    case = road.reserve()
    reserved = own(road)["reserved_cents"]
    last = date.fromisoformat(road.read(case)["reservation"]["expires_on"])
    road.turn_to(last + timedelta(days=1))
    wait_until(lambda: road.read(case)["status"] == "awaiting-reservation", "der Verfall der Vormerkung")
    road.service.settled()
    assert own(road)["reserved_cents"] < reserved
    assert "Die Frist der Vormerkung ist abgelaufen." in read(officer(road), f"/review/cases/{case}")


def test_who_waits_for_money_is_listed_by_the_day_of_completeness(road: Road) -> None:
    later = road.propose(road.receive(completed_on=date(2025, 6, 20)))
    first = road.propose(road.receive(completed_on=date(2025, 6, 2)))
    served = road.reserve(road.receive(completed_on=date(2025, 5, 20)))
    held = road.receive(completed_on=date(2025, 5, 30))
    road.do(held, "hold", HELD, by=road.person("p-officer", Role.CASE_OFFICER))
    other = road.receive(completed_on=date(2025, 5, 30))
    road.do(other, "hold", HELD | {"reason": "practice-closed"}, by=road.person("p-officer", Role.CASE_OFFICER))
    road.service.settled()
    found = road.auditor.get("/review/waiting-list").json()["items"]
    cases = [it["case"] for it in found]
    assert cases[0] == held
    assert other not in cases, "it does not wait for money"
    assert cases.index(first) < cases.index(later)
    assert served not in cases
    assert [it["completed_on"] for it in found] == sorted(it["completed_on"] for it in found)
    assert "Wer zum Zuge kommt" in read(road.auditor, "/review/waiting-list")


def test_the_list_of_a_past_day_is_the_same_whenever_it_is_asked_for(road: Road) -> None:
    road.turn_to(date(2025, 7, 25))
    road.approve()
    road.service.settled()
    as_it_was = statement(road)
    road.turn_to(date(2025, 7, 28))
    road.reserve()
    assert statement(road, date(2025, 7, 25)) == as_it_was | {"on": "2025-07-25"}
    assert statement(road)["entries"] == as_it_was["entries"] + 1


def test_the_list_has_a_part_per_year_gapless_entries_and_running_sums(road: Road) -> None:
    case = road.dispatch()
    road.service.settled()
    told = statement(road)
    assert (told["sections"][0]["part"], told["sections"][0]["year"]) == ("HÜL-A", 2025)
    assert {it["part"] for it in told["sections"][1:]} == {"HÜL-VE"}
    entries = sorted({line["entry"] for part in told["sections"] for line in part["lines"] if line["entry"]})
    assert entries == list(range(1, told["entries"] + 1))
    for part, years in zip(told["sections"], sheet(road)["years"], strict=True):
        running = dict.fromkeys(("available_cents", "reserved_cents", "committed_cents", "paid_cents"), 0)
        for line in part["lines"]:
            running = {name: cents + line["change"][name] for name, cents in running.items()}
            assert running == {name: line["sums"][name] for name in running}
        assert running == {name: part["closing"][name] for name in running} == {name: years[name] for name in running}
    mine = [line for line in told["sections"][0]["lines"] if line["case"] == case]
    assert {(it["kind"], it["file_number"]) for it in mine} == {
        ("Vormerkung", "EG-2025-00001"), ("Festlegung", "EG-2025-00001"),
    }  # fmt: skip
    assert all(it["basis"] and it["dispatched_on"] for it in mine)
    assert mine[1]["counters"] == mine[0]["entry"]


def test_a_long_list_is_read_in_pages(road: Road) -> None:
    road.approve()
    whole = statement(road)
    found, after = [], 0
    while True:
        part = statement(road, after=after, limit=1)
        found += part["sections"][0]["lines"]
        after = part["next"]
        if not after:
            break
    assert found == whole["sections"][0]["lines"]


def test_a_day_to_come_has_no_list(road: Road) -> None:
    for params, status in (({"on": "2099-01-01"}, 422), ({"on": "gestern"}, 422), ({"on": "2001-01-01"}, 404)):
        answer = road.auditor.get(f"/review/budgets/{TITLE}/2025/statement", params=params)
        assert answer.status_code == status, params


def test_the_budget_page_offers_what_can_be_done_and_prints_its_list(road: Road) -> None:
    road.approve()
    road.service.settled()
    page, form = f"/review/budgets/{TITLE}/2025", f"/review/forms/budgets/{TITLE}/2025/freezes"
    filled = shown(officer(road), page, form) | {
        "reference": "FM 7", "year": "2025", "cents": "1.234,50", "share_bp": "", "reason": "Sperre",
    }  # fmt: skip
    assert send(officer(road), form, filled).status_code == 303
    assert "1.234,50 €" in read(officer(road), page)
    wrong = send(officer(road), form, filled | {"Idempotency-Key": "other", "cents": "2,00"})
    assert (wrong.status_code, "bereits etwas anderes gebucht" in wrong.text) == (409, True)
    lift = f"{form}/lift"
    lifted = shown(officer(road), page, lift) | {"freeze": "FM 7", "left_cents": "0", "reason": "frei"}
    assert send(officer(road), lift, lifted).status_code == 303
    assert "freezes" not in read(road.auditor, page), "who only reads is offered nothing"
    printed = read(road.auditor, f"{page}/statement")
    assert "HÜL-A: Ausgaben 2025" in printed
    assert "Aufhebung der Sperre" in printed


def test_a_provisional_budget_makes_an_exception_for_one_case_and_ends_with_its_act(road: Road) -> None:
    road.turn_to(date(2026, 1, 5))
    road.open_budget(year=2026, authorisations=[], provisional=True)
    case = road.receive()
    road.do(case, "opinion", OPINION)
    road.do(case, "expenditure", D1_EXPENDITURE)
    road.do(case, "proposal", D1_PROPOSAL | {"by_year": [{"year": 2026, "cents": 44_800_00}]})
    refused = road.act(case, "reservation")
    assert refused.status_code == 409
    allowed = enter(road, "overrides", of=2026, case=case, reason="rechtlich verpflichtet")
    assert allowed.status_code == 200, allowed.text
    road.do(case, "reservation")
    assert "provisional-override-granted" in road.topics(case)
    assert "Vorläufige Haushaltsführung" in " ".join(sheet(road, 2026)["warnings"])
    act: dict[str, Any] = {"appropriation_cents": 10**9, "authorisations": [], "reference": "GVBl. 1/2026"}
    assert enter(road, "proclamation", of=2026, **act).status_code == 200
    assert sheet(road, 2026)["provisional"] is False


def test_a_year_is_closed_and_its_remainder_goes_on(road: Road) -> None:
    title = "1605-63399"
    road.open_budget(title=title, appropriation_cents=9_000_00, authorisations=[], transferable=True)
    assert enter(road, "closing", title=title).json()["code"] == "budget-year-not-over"
    road.turn_to(date(2026, 1, 20))
    road.open_budget(title=title, year=2026, appropriation_cents=1_000_00, authorisations=[], transferable=True)
    assert enter(road, "closing", title=title).status_code == 200
    rest: dict[str, Any] = {"origin": 2025, "cents": 9_000_00, "consent": "FM 3"}
    assert enter(road, "remainders", title=title, **rest).status_code == 200
    assert own(road, title)["available_cents"] == 0
    assert sheet(road, 2026, title)["years"][0]["available_cents"] == 10_000_00
    assert "geschlossen" in read(officer(road), f"/review/budgets/{title}/2025")


def paid_case(road: Road) -> str:
    """Example d1 of which 19,200.00 are paid."""
    case = road.dispatch()
    settled = PaymentSettled(
        payment=f"p-{case}", drawdown="d-1", title=TITLE, year=2025, cents=19_200_00, settled_on=date(2025, 8, 6)
    )
    road.service.tell("payout", case, settled)
    wait_until(lambda: own(road)["paid_cents"] == 19_200_00, "die Buchung der Zahlung")
    return case


def test_a_repayment_is_entered_in_a_form_and_interest_is_income(road: Road) -> None:
    case = paid_case(road)
    road.turn_to(date(2025, 11, 3))
    road.service.settled()
    page, form = f"/review/budgets/{TITLE}/2025", f"/review/forms/budgets/{TITLE}/2025/repayments"
    filled = shown(officer(road), page, form) | {
        "case": case, "repayment": "K 4711", "cents": "6.400,00", "interest_cents": "103,34", "received_on": "2025-11-03",
    }  # fmt: skip
    assert send(officer(road), form, filled).status_code == 303
    assert own(road)["paid_cents"] == 19_200_00, "the plan of this title does not let it be set off"
    assert statement(road)["income_cents"] == 6_503_34
    assert "Rückzahlung gebucht" in read(officer(road), f"/review/cases/{case}")
    again = enter(road, "repayments", case=case, repayment="K 4711", cents=1, received_on="2025-11-03")
    assert (again.status_code, again.json()["code"]) == (409, "reference-contradicted")


def test_every_problem_of_the_budget_says_in_german_what_is_possible(road: Road) -> None:
    road.reserve()
    problems = [
        enter(road, "freezes", reference="FM", year=2025, cents=10**11 - 1, reason="x"),
        enter(road, "freezes/lift", freeze="nie", reason="x"),
        enter(road, "remainders", origin=2025, cents=1, consent="FM"),
        enter(road, "closing"),
        enter(road, "proclamation", appropriation_cents=1, reference="GVBl."),
    ]
    codes = [it.json()["code"] for it in problems]
    assert codes == [
        "freeze-beyond-funds", "unknown-freeze", "not-transferable", "budget-year-not-over", "budget-not-provisional",
    ]  # fmt: skip
    assert all(it.json()["title"].endswith(".") for it in problems)


def test_a_budget_is_opened_with_the_thresholds_and_the_last_day_of_orders_that_the_policy_says(road: Road) -> None:
    assert sheet(road)["last_order_on"] == "2025-12-15"
    later = PARAMETERS.replace("in_force_on = 2024-07-01", "in_force_on = 2025-05-01")
    changed = later.replace("last_order_day = 15", "last_order_day = 5").replace("[8000, 9500, 10000]", "[1000]")
    approver = road.person("p-approver", Role.APPROVER)
    answer = approver.post("/review/policies", json={"texts": [changed]}, headers={"Idempotency-Key": uuid4().hex})
    assert answer.status_code == 201, answer.text
    road.turn_to(date(2026, 1, 5))
    assert road.open_budget(year=2026, appropriation_cents=100_000_00, authorisations=[]).status_code == 201
    assert sheet(road, 2026)["last_order_on"] == "2026-12-05"
    assert road.open_budget(title=OTHER_TITLE, last_order_on="2025-11-28").status_code == 201
    assert sheet(road, title=OTHER_TITLE)["last_order_on"] == "2025-11-28", (
        "what a person says, and no programme's title"
    )
    store, last = road.service.house.store, road.service.house.writer.head.position
    events = [store.mapper.recorded(row).event for row in store.recorder.rows_at(range(1, last + 1))]
    opened = {(it.title, it.year): it.alarms_bp for it in events if isinstance(it, budgets.BudgetOpened)}
    assert opened[TITLE, 2026] == (1_000,)
    assert opened[TITLE, 2025] == opened[OTHER_TITLE, 2025] == (8_000, 9_500, 10_000)


# ---- Entries for one case are acts in it --------------------------------------------------------------------------------


def exception_for(road: Road, case: str, person: httpx2.Client) -> httpx2.Response:
    body, headers = {"case": case, "reason": "rechtlich verpflichtet"}, {"Idempotency-Key": uuid4().hex}
    return person.post(f"/review/budgets/{TITLE}/2026/overrides", json=body, headers=headers)


def proposed_in_2026(road: Road) -> str:
    road.turn_to(date(2026, 1, 5))
    road.open_budget(year=2026, authorisations=[], provisional=True)
    case = road.receive()
    road.do(case, "opinion", OPINION)
    road.do(case, "expenditure", D1_EXPENDITURE)
    road.do(case, "proposal", D1_PROPOSAL | {"by_year": [{"year": 2026, "cents": 44_800_00}]})
    return case


def test_who_proposed_makes_no_exception_for_the_case_and_who_made_it_does_not_approve(road: Road) -> None:
    case = proposed_in_2026(road)
    proposer = road.person("p-officer", Role.BUDGET_OFFICER)
    refused = exception_for(road, case, proposer)
    assert (refused.status_code, refused.json()["code"]) == (403, "attempt-refused")
    assert "Rückzahlung" in refused.text
    assert exception_for(road, case, road.person("p-both", Role.BUDGET_OFFICER)).status_code == 200
    road.do(case, "reservation")
    late = road.act(case, "approval", by=road.person("p-both", Role.APPROVER))
    assert (late.status_code, late.json()["code"]) == (403, "attempt-refused")
    road.do(case, "approval")
    assert road.topics(case).count("house.attempt-refused") == 2


def test_who_declared_a_conflict_or_is_tied_to_the_municipality_enters_nothing_for_the_case(road: Road) -> None:
    case = proposed_in_2026(road)
    biased, tied = (road.person(it, Role.BUDGET_OFFICER) for it in ("p-biased", "p-tied"))
    road.do(case, "conflict-of-interest", {"ground": "doubt"}, by=biased)
    declared = tied.post(
        "/review/municipal-ties",
        json={"key": "16070048", "ground": "council"},
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert declared.status_code == 201
    body = {"case": case, "repayment": "K 1", "cents": 1, "received_on": "2026-01-05"}
    for person in (biased, tied):
        assert exception_for(road, case, person).json()["code"] == "attempt-refused"
        booked = person.post(
            f"/review/budgets/{TITLE}/2026/repayments", json=body, headers={"Idempotency-Key": uuid4().hex}
        )
        assert booked.json()["code"] == "attempt-refused"
    assert exception_for(road, case, officer(road)).status_code == 200
