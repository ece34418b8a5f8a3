"""A payment that comes back: an event of its own, the drawdown begins anew at its certification, whatever arrives first."""

from collections.abc import Callable
from datetime import date
from itertools import permutations

import pytest

from services.payout import batch as batches
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.disbursement.commands import NoteReturn
from services.payout.publications import publish
from services.payout.report import AccountEntry, Booking, ReportReceived, Unmatched
from shared.contracts.payout import PaymentReturned
from shared.records import replace
from tests.payout.builders import (
    CASE,
    House,
    bookings,
    certifier,
    debit,
    rejected,
    statuses,
    system,
    transmitted_house,
)

PAID = 19_200_00
BACK = date(2025, 8, 8)


def credit(reference: str, cents: int = PAID, charges: int = 0, key: str = "K-R1") -> AccountEntry:
    one = Booking(reference=reference, cents=cents, reason="AC04", charges_cents=charges)
    return AccountEntry(
        key=key, cents=cents, debit=False, booked=True, booked_on=BACK, bookings=(one,), returned=True, credit=True
    )


def settled_house() -> House:
    house = transmitted_house()
    house.booked(bookings(debit(Booking(reference=house.reference("p1"), cents=PAID))))
    return house


def take_back(house: House, message: str = "C-2", *lines: AccountEntry) -> ReportReceived:
    events = house.booked(
        bookings(*(lines or (credit(house.reference("p1")),)), message=message), message.ljust(64, "0")
    )
    return next(it for it in events if isinstance(it, ReportReceived))


def drawdown_of(house: House) -> disbursements.Drawdown:
    return house.state(disbursements.decider, CASE).drawdowns[0]


def test_a_return_undoes_the_debit_and_asks_for_a_new_certification() -> None:
    house = settled_house()
    told = take_back(house)
    assert (told.matched, told.unmatched) == (1, ())
    state = house.payment("p1")
    assert isinstance(state, payments.Returned)
    assert (state.booking, state.returned.settlement, state.returned.booking) == ("K-1", "K-1", "K-R1")
    assert (state.returned.cents, state.returned.reason, state.returned.returned_on) == (PAID, "AC04", BACK)
    assert drawdown_of(house).stage == disbursements.Accepted()
    with pytest.raises(disbursements.NotCertified):
        house.order("d1", "p2")
    house.disbursement(disbursements.CertifyDrawdown(drawdown="d1"), certifier())
    house.order("d1", "p2")
    assert house.payment("p2").order.attempt == 2
    assert house.reference("p2") != house.reference("p1")


def test_without_a_return_what_was_paid_is_never_ordered_again() -> None:
    house = settled_house()
    with pytest.raises(disbursements.AlreadyOrdered):
        house.order("d1", "p2")


def test_what_the_banks_kept_is_told() -> None:
    house = settled_house()
    take_back(house, "C-2", credit(house.reference("p1"), PAID - 5_00, charges=5_00))
    returned = house.payment("p1").returned
    assert (returned.cents, returned.charges_cents) == (PAID - 5_00, 5_00)


@pytest.mark.parametrize("cents", [PAID + 1, 0])
def test_no_more_comes_back_than_was_paid(cents: int) -> None:
    house = settled_house()
    told = take_back(house, "C-2", credit(house.reference("p1"), cents))
    assert [it.reason for it in told.unmatched] == ["amount-differs"]
    assert isinstance(house.payment("p1"), payments.Settled)


def test_the_same_return_told_again_is_one_and_another_is_an_incident() -> None:
    house = settled_house()
    take_back(house)
    assert take_back(house, "C-3").unmatched == ()
    twice = take_back(house, "C-4", credit(house.reference("p1"), key="K-R2"))
    assert twice.unmatched == (Unmatched(reference=house.reference("p1"), reason="returned-twice"),)


def test_a_return_of_what_was_refused_or_never_ours_is_listed() -> None:
    house = transmitted_house()
    house.answered(statuses(rejected(house.reference("p1"))))
    assert [it.reason for it in take_back(house).unmatched] == ["returned-after-rejection"]
    assert [it.reason for it in take_back(house, "C-3", credit("")).unmatched] == ["unknown-reference"]
    nameless = replace(credit(""), bookings=())
    assert [it.reason for it in take_back(house, "C-4", nameless).unmatched] == ["return-names-no-payment"]


def test_a_return_before_its_debit_waits_for_it() -> None:
    house = transmitted_house()
    take_back(house)
    assert isinstance(house.payment("p1"), payments.Batched)
    assert isinstance(drawdown_of(house).stage, disbursements.Ordered)
    house.booked(bookings(debit(Booking(reference=house.reference("p1"), cents=PAID))))
    assert isinstance(house.payment("p1"), payments.Returned)
    assert drawdown_of(house).stage == disbursements.Accepted()


def test_every_order_of_debit_and_return_ends_the_same() -> None:
    ends: set[str] = set()
    for arrivals in permutations(range(3)):
        house = transmitted_house()
        line = debit(Booking(reference=house.reference("p1"), cents=PAID))
        files: list[Callable[[], object]] = [
            lambda house=house, line=line: house.booked(bookings(line), "1" * 64),
            lambda house=house: house.booked(bookings(credit(house.reference("p1")), message="C-2"), "2" * 64),
            lambda house=house, line=line: house.booked(bookings(line, message="C-3"), "3" * 64),
        ]
        for number in (*arrivals, *arrivals):
            files[number]()
        ends.add(repr([house.payment("p1"), drawdown_of(house)]))
    assert len(ends) == 1


def test_a_return_after_the_batch_was_completed_reopens_the_money() -> None:
    house = settled_house()
    assert isinstance(house.state(batches.decider, "b0000000000000000000000000000001"), batches.Transmitted)
    take_back(house)
    again = NoteReturn(case=CASE, drawdown="d1", payment="p1", reason="AC04")
    assert house.disbursement(again, system()) == []
    with pytest.raises(disbursements.NotThisPayment):
        house.disbursement(replace(again, payment="p9"), system())


def test_the_others_are_told_of_a_return() -> None:
    house = settled_house()
    take_back(house)
    state = house.payment("p1")
    told = publish(state.returned, state)
    assert told == PaymentReturned(
        payment="p1",
        drawdown="d1",
        title=state.order.title,
        year=2025,
        cents=PAID,
        charges_cents=0,
        reason="AC04",
        returned_on=BACK,
    )
