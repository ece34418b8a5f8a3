"""The day on which money counts: that of its value if a file tells one, else that of its booking, by which the account is closed."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.payout import claim
from services.payout.claim import AssessInterest, RepaymentBooked
from services.payout.clearing import Part
from services.payout.report import AccountEntry, BookingReport
from services.payout.treasury.iso20022 import read
from shared.decider import Context
from shared.identity import Role
from shared.interest import HalfYearRate
from shared.records import replace
from tests.payout.messages import camt_053, camt_054, details, entry, interim
from tests.payout.road import Road
from tests.payout.test_desk import lay
from tests.payout.test_receipt import DAY, OPENED, OWED, TAKEN, came_in, claim_of, credit, given, owed_by, owing, take
from tests.payout.test_split import agree, divide, repayments
from tests.scenario import acting

BEARING = replace(OPENED, interest_from_on=date(2026, 2, 27), interest_bagatelle_cents=0)
TODAY = acting("system", Role.SYSTEM, DAY)


def booked(valued_on: date | None, context: Context = TODAY) -> RepaymentBooked:
    found: Any = given(BEARING).when(replace(TAKEN, valued_on=valued_on), context).only(RepaymentBooked)
    return found


@pytest.mark.parametrize("days", [0, 1, 3, 31])
def test_the_value_is_the_day_that_counts_and_the_booking_is_kept_beside_it(days: int) -> None:
    it = booked(DAY - timedelta(days=days))
    assert it.received_on == DAY - timedelta(days=days)
    assert (it.account_on or it.received_on) == DAY


def test_without_a_value_or_with_a_slip_or_one_to_come_the_booking_counts() -> None:
    for valued_on in (None, DAY - timedelta(days=32), date(1970, 1, 1), date(2099, 1, 1), DAY + timedelta(days=1)):
        assert (booked(valued_on).received_on, booked(valued_on).account_on) == (DAY, None)
    tomorrow = acting("system", Role.SYSTEM, DAY + timedelta(days=1))
    late = booked(DAY + timedelta(days=1), tomorrow)
    assert (late.received_on, late.account_on) == (DAY + timedelta(days=1), DAY)


def interest(valued_on: date | None) -> int:
    """What is owed on a claim that was paid whole by this booking."""
    rates = (HalfYearRate(from_on=date(2026, 1, 1), rate_bp=127),)
    command = AssessInterest(claim="c1", rates=rates)
    paid = booked(valued_on)
    return given(BEARING, paid).when(command, acting("p-i", Role.CASE_OFFICER, DAY)).events[0].cents


def test_interest_ends_on_the_day_of_the_value() -> None:
    day_by_day = [interest(DAY - timedelta(days=it)) for it in range(5)]
    assert day_by_day == sorted(day_by_day, reverse=True)
    assert len(set(day_by_day)) == 5
    assert interest(None) == day_by_day[0]


def test_what_two_persons_assign_counts_on_its_value_too_and_again_decides_nothing() -> None:
    house = owing(BEARING)
    take(house, came_in(OWED + 5, "K-9", "", valued_on=DAY - timedelta(days=2)))
    name = next(it.partition("-")[2] for it in house.events if it.startswith("clearing-"))
    parts = (Part(cents=OWED, claim="c1"),)
    divide(house, name, *parts)
    agree(house, name, *parts)
    assert agree(house, name, *parts) == []
    (it,) = repayments(house)
    assert (it.received_on, it.account_on) == (DAY - timedelta(days=2), DAY)


def line_of(raw: bytes) -> AccountEntry:
    report = read(raw)
    assert isinstance(report, BookingReport)
    return report.entries[0]


@pytest.mark.parametrize("written", [camt_053, camt_054, interim])
@pytest.mark.parametrize("value", ["<Dt>2025-08-05</Dt>", "<DtTm>2025-08-05T23:30:00+02:00</DtTm>"])
def test_every_file_of_an_account_is_read_for_it(written: Any, value: str) -> None:
    one = entry("64.00", details("FREMD"), direction="CRDT").replace("</BookgDt>", f"</BookgDt><ValDt>{value}</ValDt>")
    line = line_of(written(one))
    assert (line.booked_on, line.valued_on) == (date(2025, 8, 6), date(2025, 8, 5))
    assert line_of(written(entry("64.00", details("FREMD")))).valued_on is None


def test_a_booking_of_before_is_read_as_it_was() -> None:
    assert (RepaymentBooked.VERSION, TAKEN.valued_on) == (1, None)  # pyright: ignore[reportAttributeAccessIssue]
    assert not claim.of_account(replace(booked(None), booked_by="p-one"))


def test_a_day_on_which_a_claim_was_repaid_agrees_and_the_pages_show_both_days(road: Road, case: str) -> None:
    key, day = f"V-{case[:8]}", "2025-08-03"
    reference = owed_by(road, case)
    paid = credit(reference, "64.00", key).replace("2025-08-04", day)
    paid = paid.replace("</BookgDt>", "</BookgDt><ValDt><Dt>2025-08-02</Dt></ValDt>")
    number = 1_000 + int(case[:6], 16)
    lay(road, f"v-{case}.xml", camt_053(paid, message=key, number=number, on=day))
    assert claim_of(road, case)["status"] == "settled"
    (told,) = claim_of(road, case)["repayments"]
    assert (told["received_on"], told["account_on"]) == ("2025-08-02", day)
    sides = road.read(f"/payout/days/{day}")
    assert (sides["received_cents"], sides["credit_cents"], sides["differences"]) == (64_00, 64_00, [])
    page = road.ask("p-cashier", f"/payout/cases/{case}", headers={"Accept": "text/html"}).text
    assert "Eingänge zu" in page
    assert "02.08.2025" in page
    follower, views = road.service.house.view_follower, road.service.house.views
    follower.rebuild()
    road.service.settled()
    assert views.get("sums", f"day/{day}").body["received"] == 64_00  # pyright: ignore[reportOptionalMemberAccess]
