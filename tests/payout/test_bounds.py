"""A line moves something only on the account that its payment is paid from, and on a day that has come."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.report import AccountEntry, Booking, BookingReport, Bounds, apply_booking
from services.payout.treasury import Unreadable
from services.payout.treasury.iso20022 import read
from shared.records import replace
from tests.payout.builders import House, debit, system, transmitted_house
from tests.payout.messages import camt_054, details, entry
from tests.payout.test_clearing import PAID, listed
from tests.payout.test_paid_after_refusal import drawn, refused_house

OURS, OTHER, FOREIGN = "DE65820000000082001589", "DE02100100100006820101", "DE75512108001245126199"
BOUNDS = Bounds(accounts={"landeshauptkasse": OURS, "bundeskasse": OTHER})
CREATED = date(2025, 8, 6)


def told(
    house: House, *lines: AccountEntry, message: str = "C-1", bounds: Bounds = BOUNDS, on: date = CREATED
) -> list[Any]:
    report = BookingReport(message_id=message, entries=lines, created_on=on)
    sha = message.encode().hex().zfill(64)
    return house.record(apply_booking(report, sha, [house.sealed()], bounds=bounds), system())


def line(house: House, account: str = OURS, on: date = CREATED) -> AccountEntry:
    return replace(debit(Booking(reference=house.reference("p1"), cents=PAID)), account=account, booked_on=on)


def reasons(house: House) -> list[tuple[str, str, int]]:
    return [(it.item.reason, it.item.payment, it.item.cents) for _, _, it in listed(house)]


@pytest.mark.parametrize("account", [FOREIGN, OTHER])
def test_a_debit_of_another_account_settles_nothing_and_the_right_one_does_still(account: str) -> None:
    house = transmitted_house()
    told(house, line(house, account))
    assert not isinstance(house.payment("p1"), payments.Settled)
    assert reasons(house) == [("foreign-account", "p1", PAID)]
    told(house, line(house, account), message="C-2")
    assert len(listed(house)) == 1, "dieselbe Belastung noch einmal gemeldet"
    told(house, line(house), message="C-3")
    assert isinstance(house.payment("p1"), payments.Settled)


def test_without_the_accounts_the_foreign_debit_would_settle_it() -> None:
    house = transmitted_house()
    told(house, line(house, FOREIGN), bounds=Bounds())
    assert isinstance(house.payment("p1"), payments.Settled)


def test_a_foreign_debit_of_a_refused_payment_keeps_it_from_being_ordered_anew() -> None:
    house = refused_house()
    told(house, line(house, FOREIGN))
    with pytest.raises(disbursements.DebitUnexplained):
        house.order("d1", "p2")
    assert [it.booking for it in drawn(house).debits] == [listed(house)[0][2].item.booking]


def test_money_that_comes_back_on_another_account_returns_nothing() -> None:
    house = transmitted_house()
    told(house, line(house))
    back = replace(line(house, FOREIGN), key="K-R", debit=False, credit=True, returned=True)
    told(house, back, message="C-2")
    assert isinstance(house.payment("p1"), payments.Settled)
    assert [it[0] for it in reasons(house)] == ["foreign-account"]
    told(house, replace(back, account=OURS), message="C-3")
    assert isinstance(house.payment("p1"), payments.Returned)


@given(st.integers(min_value=-400, max_value=400))
def test_a_day_that_has_not_come_or_was_long_before_the_order_books_nothing(days: int) -> None:
    house = transmitted_house()
    told(house, line(house, on=CREATED + timedelta(days=days)))
    since_sealed = (CREATED - house.sealed().created_at.date()).days + days
    believed = since_sealed >= -BOUNDS.before_order_days and days <= BOUNDS.after_file_days
    assert isinstance(house.payment("p1"), payments.Settled) == believed
    why = "booked-ahead" if days > 0 else "booked-before-order"
    assert reasons(house) == ([] if believed else [(why, "p1", PAID)])


def test_a_file_that_bears_a_day_far_ahead_is_not_believed_either() -> None:
    house, later = transmitted_house(), date(2026, 1, 5)
    told(house, line(house, on=later), on=later)
    assert reasons(house) == [("booked-ahead", "p1", PAID)]


def test_each_line_says_whose_account_it_is_on_and_one_of_nobodys_is_not_read() -> None:
    report = read(camt_054(entry("1.00", details("R"))))
    assert isinstance(report, BookingReport)
    assert (report.created_on, [it.account for it in report.entries]) == (CREATED, [OURS])
    bare = camt_054(entry("1.00", details("R"))).replace(f"<Acct><Id><IBAN>{OURS}</IBAN></Id></Acct>".encode(), b"")
    with pytest.raises(Unreadable) as refused:
        read(bare)
    assert refused.value.code == "missing"
