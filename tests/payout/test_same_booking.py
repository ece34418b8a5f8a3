"""A bank's number may come again on another day: a second booking never vanishes, and one that is told again never doubles."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.payout import clearing
from services.payout import payment as payments
from services.payout.clearing import Direction, ProposeResolution, Resolution, listed_as
from services.payout.disbursement import Debit
from services.payout.matching import unexplained
from services.payout.report import AccountEntry, Booking, BookingReport, approve, listed_names
from services.payout.report import bookings as taking
from services.payout.treasury.iso20022 import read
from shared.identity import Role
from shared.records import replace
from tests.payout.builders import BATCH, House, bookings, debit, transmitted_house
from tests.payout.messages import camt_053, camt_054, details, entry
from tests.payout.road import Road
from tests.payout.test_clearing import PAID, agree, listed, propose
from tests.payout.test_desk import lay, ordered, reference
from tests.payout.test_paid_after_refusal import drawn, refused_house
from tests.payout.test_receipt import DAY, EXPECTED, OWED, REFERENCE, booked, came_in, clerk, owing, take, waiting
from tests.scenario import acting

FIRST, SECOND = date(2025, 8, 6), date(2025, 8, 7)


def paid(house: House, on: date = FIRST, key: str = "K-1") -> AccountEntry:
    return replace(debit(Booking(reference=house.reference("p1"), cents=PAID), key=key), booked_on=on)


def back(house: House, on: date, key: str = "K-R") -> AccountEntry:
    return replace(paid(house, on, key), debit=False, credit=True, returned=True)


def tell(house: House, *lines: AccountEntry, number: int = 1) -> None:
    house.booked(bookings(*lines, message=f"C-{number}"), f"{number:064}", BATCH)


def items(house: House) -> Sequence[tuple[str, int]]:
    return [(it.item.reason, it.item.cents) for _, _, it in listed(house)]


def test_the_same_number_payment_and_amount_on_another_day_is_another_debit() -> None:
    house = transmitted_house()
    for number, on in enumerate([FIRST, SECOND, FIRST, SECOND]):
        tell(house, paid(house, on), number=number)
    assert isinstance(house.payment("p1"), payments.Settled)
    assert items(house) == [("debited-twice", PAID)]


def test_within_one_file_as_well() -> None:
    house = transmitted_house()
    tell(house, paid(house), paid(house, SECOND))
    tell(house, paid(house, SECOND), paid(house), number=2)
    assert items(house) == [("debited-twice", PAID)]


def test_a_return_told_on_another_day_is_another_return() -> None:
    house = transmitted_house()
    for number, on in enumerate([SECOND, SECOND, SECOND + timedelta(days=1)]):
        tell(house, paid(house), back(house, on), number=number)
    assert isinstance(house.payment("p1"), payments.Returned)
    assert items(house) == [("returned-twice", PAID)]


def test_a_return_before_its_debit_is_told_apart_too() -> None:
    house = transmitted_house()
    tell(house, back(house, SECOND))
    tell(house, back(house, SECOND), back(house, FIRST), number=2)
    assert items(house) == [("returned-twice", PAID)]


def test_a_return_may_bear_the_number_of_its_debit() -> None:
    house = transmitted_house()
    for number in (1, 2):
        tell(house, paid(house), back(house, SECOND, "K-1"), number=number)
    assert isinstance(house.payment("p1"), payments.Returned)
    assert items(house) == []


def test_a_refused_payment_that_is_debited_on_two_days_is_questioned_twice() -> None:
    house = refused_house()
    for number, on in enumerate([FIRST, SECOND, FIRST, SECOND]):
        tell(house, paid(house, on), number=number)
    assert items(house) == [("settled-after-rejection", PAID)] * 2
    assert [it.booked_on for it in drawn(house).debits] == [FIRST, SECOND]


def test_what_two_persons_assigned_is_known_by_the_name_it_had() -> None:
    house = refused_house()
    tell(house, paid(house), number=1)
    tell(house, paid(house, SECOND), number=2)
    name, number, it = listed(house)[1]
    assert it.item.booking == "K-1~20250807"
    propose(house, name, number, "assigned", payment="p1")  # pyright: ignore[reportArgumentType]
    agree(house, name, number, payment="p1")
    assert isinstance(house.payment("p1"), payments.Settled)
    tell(house, paid(house, SECOND), number=3)
    assert len(items(house)) == 2


def test_a_question_of_before_days_were_kept_is_the_same_on_any_day() -> None:
    house = refused_house()
    tell(house, paid(house))
    old = [replace(it, booked_on=None) for it in drawn(house).debits]
    assert old == [Debit(payment="p1", booking="K-1", cents=PAID)]
    for events in house.events.values():
        events[:] = [replace(it, booked_on=None) if type(it).__name__ == "DebitQuestioned" else it for it in events]
    tell(house, paid(house, SECOND), number=2)
    assert len(items(house)) == 1


def test_a_claim_is_repaid_by_each_of_two_bookings_of_one_number() -> None:
    house = owing()
    half = replace(came_in(OWED // 2), booked_on=DAY - timedelta(days=1))
    other = came_in(OWED - OWED // 2)
    for number, lines in enumerate([(half,), (other,), (half, other), (other, half)]):
        take(house, *(replace(it, key="K-1") for it in lines), number=number)
    assert (booked(house), waiting(house)) == (OWED, [])


def assigned(house: House, key: str, on: date) -> None:
    """A credit without a reference, which two persons find to be the claim's."""
    take(house, replace(came_in(OWED // 2, key, ""), booked_on=on), number=100)
    name, number, _ = listed(house)[-1]
    command = ProposeResolution(
        number=number, proposal="x1", resolution=Resolution.ASSIGNED, reason="ohne Kennung", claim="c1"
    )
    house.tell(clearing.decider, name, command, clerk(Role.TREASURY))
    agreeing = acting("p-two", Role.TREASURY, DAY)
    house.record(approve(name, number, "x1", owed=EXPECTED.claims[REFERENCE]), agreeing)


@pytest.mark.parametrize("first", ["assigned", "told"])
def test_a_number_given_anew_after_a_credit_was_assigned_is_another_credit(first: str) -> None:
    house, anew = owing(), came_in(OWED // 2)
    before = DAY - timedelta(days=1)
    if first == "told":
        take(house, anew)
    assigned(house, "K-1", before)
    for number, line in enumerate([anew, replace(anew, booked_on=before), anew], 2):
        take(house, line, number=number)
    assert booked(house) == OWED
    assert [it[0] for it in waiting(house)] == ["not-a-debit"]


# ---- In any files, in any order, however often -----------------------------------------------------------------------

real = st.tuples(st.sampled_from(["K-1", "K-2"]), st.sampled_from([FIRST, SECOND, SECOND + timedelta(days=1)]))
"""What a bank books: a number and a day."""


@st.composite
def told(draw: st.DrawFn) -> tuple[set[tuple[str, date]], list[list[tuple[str, date]]]]:
    """Bookings, and files that tell them, all of them at least once."""
    booked = sorted(draw(st.sets(real, min_size=1, max_size=4)))
    files = draw(st.lists(st.lists(st.sampled_from(booked), max_size=3), max_size=4))
    return set(booked), [list(dict.fromkeys(it)) for it in [*files, draw(st.permutations(booked))]]


def told_to(house: House, files: Sequence[Sequence[tuple[str, date]]]) -> int:
    """How many debits there are after these files: the payment's own, and those to be cleared."""
    for number, file in enumerate(files):
        tell(house, *(paid(house, on, key) for key, on in file), number=number)
    settled = isinstance(house.payment("p1"), payments.Settled)
    return settled + sum(it.item.direction == Direction.OUT for _, _, it in listed(house))


@pytest.mark.parametrize("made", [transmitted_house, refused_house])
@settings(max_examples=60, deadline=None)
@given(told=told())
def test_there_are_as_many_debits_as_were_booked(made: Any, told: tuple[set[tuple[str, date]], Any]) -> None:
    booked, files = told
    assert told_to(made(), files) == len(booked)


def test_without_the_day_a_second_debit_vanishes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "told_apart", lambda _turn, line, *_: line)
    assert told_to(transmitted_house(), [[("K-1", FIRST)], [("K-1", SECOND)]]) == 1


# ---- What the lists say beforehand -----------------------------------------------------------------------------------


class Lists:
    """The lists that a file is held against."""

    def __init__(self, **views: dict[str, dict[str, Any]]) -> None:
        self._views = {name.replace("_", "-"): it for name, it in views.items()}

    def bodies(self, view: str, keys: set[str]) -> dict[str, dict[str, Any]]:
        return {it: body for it, body in self._views.get(view, {}).items() if it in keys}


def left(lists: Lists, line: AccountEntry) -> bool:
    found: Any = unexplained(lists, frozenset({line.account}), "notification", [line])  # pyright: ignore[reportArgumentType]
    return list(found) == [line]


@pytest.mark.parametrize(
    ("booking", "on", "is_left"), [("K-1", FIRST, False), ("K-1", SECOND, True), ("K-1~20250806", FIRST, False)]
)
def test_a_line_is_passed_over_only_where_its_payment_was_booked_on_its_day(
    booking: str, on: date, is_left: bool
) -> None:
    house = transmitted_house()
    body = {
        "cents": PAID,
        "booking": booking,
        "booked_on": on.isoformat(),
        "returned_booking": "",
        "returned_cents": 0,
        "returned_on": None,
    }
    assert left(Lists(references={house.reference("p1"): body}), paid(house)) == is_left


@pytest.mark.parametrize(("on", "is_left"), [(FIRST, False), (SECOND, True)])
def test_a_stranger_s_line_is_passed_over_only_where_it_was_listed_on_its_day(on: date, is_left: bool) -> None:
    line = debit(Booking(reference="X", cents=5_00), key="K-9")
    assert left(Lists(clearing_bookings={listed_as("K-9", on, credit=False): {"cents": 5_00}}), line) == is_left


def test_a_credit_that_was_not_believed_and_waits_is_not_booked_as_well_when_it_is_told_again() -> None:
    line = came_in(OWED, "K-9")
    own, of_day = listed_names(line)
    assert not left(Lists(clearing_bookings={of_day: {"cents": OWED}}), line)
    assert left(Lists(clearing_bookings={of_day: {"cents": 1}}), line)
    house = owing()
    take(house, line, expected=replace(EXPECTED, listed=frozenset({of_day})))
    assert (booked(house), own) == (0, f"K-9 {DAY} in")


def test_what_undoes_a_stranger_s_line_under_its_number_is_listed_as_well() -> None:
    line = debit(Booking(reference="X", cents=5_00), key="K-9")
    listed_before = Lists(clearing_bookings={listed_as("K-9", FIRST, credit=False): {"cents": 5_00}})
    assert not left(listed_before, line)
    assert left(listed_before, replace(line, debit=False, credit=True))


def ours(house: House) -> dict[str, dict[str, Any]]:
    """A payment that nothing was booked of."""
    body = {"cents": PAID, "booking": "", "booked_on": None, "returned_booking": "", "returned_cents": 0}
    return {house.reference("p1"): body | {"returned_on": None}}


@pytest.mark.parametrize("odd", ["sum", "return", "currency", "stranger"])
def test_an_odd_line_that_waits_is_not_listed_a_second_time(odd: str) -> None:
    house = transmitted_house()
    line = {
        "sum": replace(paid(house), cents=PAID + 1),
        "return": back(house, FIRST, "K-1"),
        "currency": replace(paid(house), other_currency=True),
        "stranger": replace(paid(house), bookings=(Booking(reference="X", cents=0), Booking(reference="Y", cents=0))),
    }[odd]
    name, _ = listed_names(line)
    assert left(Lists(references=ours(house)), line)
    assert left(Lists(references=ours(house), clearing_bookings={name: {"cents": 1}}), line)
    assert not left(Lists(references=ours(house), clearing_bookings={name: {"cents": line.cents}}), line)


def test_a_debit_of_ours_that_adds_up_is_decided_on_whatever_is_listed() -> None:
    house = transmitted_house()
    listed_before = {listed_as("K-1", FIRST, credit=False): {"cents": PAID}}
    assert left(Lists(references=ours(house), clearing_bookings=listed_before), paid(house))


def keys(raw: bytes) -> list[tuple[str, date]]:
    found = read(raw)
    assert isinstance(found, BookingReport)
    return [(it.key, it.booked_on) for it in found.entries]


def test_a_statement_of_several_days_names_its_lines_as_the_notices_of_each_day_do() -> None:
    one, other = (entry("5.00", details("X", "5.00"), booked=f"<Dt>{it}</Dt>") for it in (FIRST, SECOND))
    assert keys(camt_053(one, other)) == [*keys(camt_054(one)), *keys(camt_054(other))]
    assert keys(camt_054(one, one)) == [("K-1", FIRST), ("K-1#2", FIRST)]


def test_over_the_desk_a_number_of_another_day_is_another_booking(road: Road, case: str) -> None:
    payment = ordered(road, case)
    road.transmitted(payment)
    name, number = reference(road, payment), f"R-{case[:8]}"
    for place, day in enumerate(["2025-08-04", "2025-08-05", "2025-08-05", "2025-08-04"]):
        ours = entry("19200.00", details(name, "19200.00"), servicer=number, booked=f"<Dt>{day}</Dt>")
        theirs = entry("5.00", details("X", "5.00"), servicer=f"{number}-X", booked=f"<Dt>{day}</Dt>")
        raw = camt_054(ours, theirs).replace(b"C-1", f"{number}-{place}".encode())
        lay(road, f"{number}-{place}.xml", raw.replace(b"2025-08-06T", b"2025-08-05T"))
    assert road.read(f"/payout/payments/{payment}")["status"] == "settled"
    told = [it for it in road.read("/payout/clearing?limit=200")["items"] if number in it["booking"]]
    assert sorted((it["reason"], it["booked_on"]) for it in told) == [
        ("debited-twice", "2025-08-05"), ("unknown-reference", "2025-08-04"), ("unknown-reference", "2025-08-05"),
    ]  # fmt: skip
