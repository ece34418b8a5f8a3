"""A file of the account that tells very many payments decides the same in portions as at once."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.payout import clearing
from services.payout import payment as payments
from services.payout.report import (
    STATEMENT,
    AccountEntry,
    Booking,
    BookingReport,
    Statement,
    apply_booking,
    apply_in_portions,
    is_large,
)
from shared.decider import replace
from tests.payout.builders import BATCH, House, bookings, debit, drawdown, plan, rejected, statuses, system

COUNT = 7
ON = date(2025, 8, 6)


def _handed_over() -> House:
    """Seven payments of seven cases in one file; the last was refused."""
    house = House()
    for number in range(COUNT):
        case = f"{number:032x}"
        house.disbursement(plan(case), system(), case)
        house.certified(drawdown(f"d{number}"), case)
        house.order(f"d{number}", f"p{number}", case=case)
    house.seal(*(f"p{number}" for number in range(COUNT)))
    house.transmit()
    house.answered(statuses(rejected(house.reference(f"p{COUNT - 1}"))))
    return house


HOUSE = _handed_over()
REFERENCES = [HOUSE.reference(f"p{number}") for number in range(COUNT)]
CENTS = HOUSE.payment("p0").order.cents
GROUP = f"{BATCH}-01"

named = st.builds(
    Booking, reference=st.sampled_from([*REFERENCES, "RF18000000000000"]), cents=st.sampled_from([CENTS, CENTS - 1])
)


@st.composite
def lines(draw: st.DrawFn) -> AccountEntry:
    told = tuple(draw(st.lists(named, max_size=5)))
    all_of_them = sum(it.cents for it in told) or draw(st.sampled_from([COUNT, COUNT - 1])) * CENTS
    made = debit(
        *told,
        key=f"K-{draw(st.integers(1, 3))}",
        cents=draw(st.sampled_from([all_of_them, all_of_them, all_of_them + 1])),
        group=draw(st.sampled_from(["", GROUP])),
    )
    returned = draw(st.booleans()) and bool(told)
    return replace(made, debit=not returned, credit=returned, returned=returned) if draw(st.booleans()) else made


def _as_statement(entries: Sequence[AccountEntry]) -> BookingReport:
    of_day = Statement(
        id="S-1", account="DE75512108001245126199", sequence=1, opening_cents=0, closing_cents=0, entries=len(entries), closed_on=ON
    )  # fmt: skip
    return BookingReport(
        message_id="M-1", entries=tuple(entries), kind=STATEMENT, statements=(of_day,), explained=2, created_on=ON
    )


def _in_portions(house: House, report: BookingReport, portion: int, sha: str = "b" * 64) -> None:
    for it in apply_in_portions(report, sha, [house.sealed()], portion=portion).parts():
        house.record(it, system())


def _events(house: House) -> dict[str, list[Any]]:
    return {stream: events for stream, events in house.events.items() if events}


@given(st.lists(lines(), min_size=1, max_size=6), st.integers(1, 6))
@settings(max_examples=150, deadline=None)
def test_whatever_a_file_tells_it_decides_the_same_in_portions_as_at_once(
    told: list[AccountEntry], portion: int
) -> None:
    report = _as_statement(told)
    at_once, in_portions = deepcopy(HOUSE), deepcopy(HOUSE)
    at_once.record(apply_booking(report, "b" * 64, [at_once.sealed()]), system())
    _in_portions(in_portions, report, portion)
    assert _events(in_portions) == _events(at_once)


def test_a_debit_that_names_a_payment_twice_is_not_cut_between_the_two() -> None:
    twice = debit(*(Booking(reference=it, cents=CENTS) for it in [*REFERENCES[:3], REFERENCES[0]]))
    house = deepcopy(HOUSE)
    _in_portions(house, bookings(twice), 3)
    opened = [it for events in house.events.values() for it in events if isinstance(it, clearing.ClearingOpened)]
    assert [one.reason for it in opened for one in it.items] == ["debited-twice"]


@pytest.mark.parametrize("name", ["the same file", "another file under its name"])
def test_a_file_that_comes_again_moves_nothing_in_any_portion(name: str) -> None:
    house = deepcopy(HOUSE)
    told = [debit(Booking(reference=it, cents=CENTS), key=f"K-{it}") for it in REFERENCES[:5]]
    _in_portions(house, bookings(*told), 2)
    before = {stream: len(events) for stream, events in house.events.items()}
    other = [replace(it, key=f"L-{it.key}") for it in told]
    again, sha = (told, "b" * 64) if name == "the same file" else (other, "c" * 64)
    _in_portions(house, bookings(*again), 2, sha)
    grown = {stream for stream, events in house.events.items() if len(events) != before.get(stream, 0)}
    assert not any(it.startswith(("payment-", "disbursement-")) for it in grown)
    assert bool(grown) == (name != "the same file"), "an incident is noted, a repetition is not"
    assert all(isinstance(house.payment(f"p{number}"), payments.Settled) for number in range(5))


def test_only_a_file_that_tells_much_is_taken_in_in_portions() -> None:
    one = debit(Booking(reference=REFERENCES[0], cents=CENTS))
    assert not is_large(bookings(one))
    assert is_large(bookings(debit(cents=COUNT * CENTS, group=GROUP))), (
        "nobody knows how many a group's name stands for"
    )
    assert is_large(bookings(*[one] * 501))
    assert not is_large(replace(bookings(*[one] * 501), kind="interim"))
