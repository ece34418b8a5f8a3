"""A statement in several messages: it is there when its last page and all before it are, in whatever order they came."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from itertools import permutations

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from services.payout import statement as statements
from services.payout.day_closing import with_statements
from services.payout.report import BookingReport
from services.payout.statement import (
    DaySums,
    Event,
    NoteStatement,
    StatementContradicted,
    StatementNoted,
    StatementPageNoted,
    deciding,
)
from services.payout.statement.pages import pages_of
from services.payout.treasury.iso20022 import read
from shared.records import replace
from tests.payout.builders import House, system, transmitted_house
from tests.payout.messages import balance, camt_053, details, entry
from tests.payout.test_clearing import listed
from tests.payout.test_reconciliation import SIDES
from tests.payout.test_statement import DAY, reasons, state_of, statement, told

BOOKED = (100, -30, 7)
"""What the three pages book, net."""


def page(number: int, *, of: int = 3, opening: int | None = None, closing: int | None = None) -> NoteStatement:
    """A page of statement 8, which goes from 50 to 127."""
    cents = BOOKED[number - 1]
    return NoteStatement(
        sha256=f"{number:064x}", message_id=f"M-{number}", statement="S-8", year=2025, number=8, closed_on=DAY, entries=1,
        opening_cents=50 if number == 1 else opening, closing_cents=127 if number == of else closing,
        days=(DaySums(booked_on=DAY, debit_cents=max(0, -cents), credit_cents=max(0, cents)),), page=number,
        is_last=number == of,
    )  # fmt: skip


def told_of(*commands: NoteStatement) -> list[Event]:
    """What is recorded of these, one after the other."""
    found: list[Event] = []
    for it in commands:
        found += statements.decider.decide(it, statements.decider.fold(found), system(DAY))
    return found


def noted_in(events: Sequence[Event]) -> StatementNoted:
    (found,) = (it for it in events if isinstance(it, StatementNoted))
    return found


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_in_any_order_the_pages_are_one_statement_with_the_balances_of_both_ends(order: tuple[int, ...]) -> None:
    events = told_of(*(page(it) for it in order))
    assert sum(isinstance(it, StatementPageNoted) for it in events) == 3
    whole = noted_in(events)
    assert events[-1] is whole, "it is there with the page that was missing, and not before"
    assert (whole.opening_cents, whole.closing_cents, whole.entries, whole.findings) == (50, 127, 3, ())
    assert whole.days == (DaySums(booked_on=DAY, debit_cents=30, credit_cents=107),)
    assert whole.files == tuple(f"{it:064x}" for it in (1, 2, 3))


def test_the_same_page_again_is_a_duplicate_before_and_after_the_statement_is_whole() -> None:
    resent = replace(page(2), sha256="f" * 64, message_id="M-2-bis")
    events = told_of(page(2), resent, page(1), page(3), resent, page(3), page(1))
    assert [type(it) for it in events] == [StatementPageNoted] * 3 + [StatementNoted]


def test_another_page_under_the_same_number_or_behind_the_last_is_an_incident() -> None:
    other = replace(page(2), sha256="e" * 64, entries=9)
    behind = replace(page(2), sha256="d" * 64, page=4)
    earlier_last = replace(page(2), sha256="c" * 64, is_last=True)
    for odd in (other, behind, earlier_last):
        before = [page(1), page(2), page(3)] if odd is not earlier_last else [page(3)]
        events = told_of(*before, odd, odd)
        assert [type(it) for it in events].count(StatementContradicted) == 1


def test_a_missing_page_is_a_gap_to_the_next_statement_and_keeps_the_day_open() -> None:
    first = replace(page(1), page=0, is_last=True, number=7, statement="S-7", sha256="7" * 64)
    following = replace(first, number=9, statement="S-9", sha256="9" * 64, opening_cents=127)
    events = told_of(first, page(1), page(3), following)
    noted = [it for it in events if isinstance(it, StatementNoted)]
    assert [it.number for it in noted] == [7, 9]
    assert noted[-1].findings == (statements.GAP,)
    state = statements.decider.fold(events)
    assert [it.page for pages in statements.waiting_pages(state) for it in pages] == [1, 3]
    assert with_statements(SIDES, DAY, [state]).incomplete
    whole = statements.decider.fold(told_of(first, page(1), page(3), following, page(2)))
    assert not statements.waiting_pages(whole)
    assert not with_statements(SIDES, DAY, [whole]).incomplete
    assert statements.gaps(whole) == []


def test_balances_that_are_not_carried_from_page_to_page_are_told() -> None:
    carried = [page(1, closing=150), page(2, opening=150, closing=120), page(3, opening=120)]
    assert noted_in(told_of(*carried)).findings == ()
    broken = [page(1, closing=150), page(2, opening=149, closing=120), page(3, opening=120)]
    assert noted_in(told_of(*broken)).findings == (statements.PAGES_DIFFER,)
    short = [page(1), page(2), replace(page(3), closing_cents=126)]
    assert noted_in(told_of(*short)).findings == (statements.PAGES_DIFFER,)


def test_at_the_turn_of_a_year_the_pages_of_one_statement_find_each_other() -> None:
    made = replace(page(1), year=2026, closed_on=date(2026, 1, 2))
    last = replace(page(2, of=2), year=2025, closed_on=date(2025, 12, 31), closing_cents=120)
    whole = noted_in(told_of(made, last))
    assert (whole.year, whole.number, whole.findings) == (2025, 8, ())
    assert noted_in(told_of(last, made)) == whole
    year_before = replace(page(1), year=2024, closed_on=date(2024, 8, 6))
    assert not [it for it in told_of(year_before, last) if isinstance(it, StatementNoted)]


@st.composite
def tellings(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """What the pages book, and an order in which they come, all at least once."""
    booked = draw(st.lists(st.integers(-500, 500), min_size=2, max_size=6))
    numbers = list(range(1, len(booked) + 1))
    again = draw(st.lists(st.sampled_from(numbers), max_size=5))
    return booked, draw(st.permutations([*numbers, *again]))


def of_pages(booked: Sequence[int], order: Sequence[int]) -> list[Event]:
    def one(number: int) -> NoteStatement:
        cents = booked[number - 1]
        sums = DaySums(booked_on=DAY, debit_cents=max(0, -cents), credit_cents=max(0, cents))
        return NoteStatement(
            sha256=f"{number:064x}", message_id=f"M-{number}", statement="S-8", year=2025, number=8, closed_on=DAY,
            opening_cents=0 if number == 1 else None, closing_cents=sum(booked) if number == len(booked) else None,
            entries=1, days=(sums,), page=number, is_last=number == len(booked),
        )  # fmt: skip

    return told_of(*(one(it) for it in order))


@settings(max_examples=80)
@given_any(tellings())
def test_however_they_come_the_pages_are_one_statement_to_the_cent(told: tuple[list[int], list[int]]) -> None:
    booked, order = told
    events = of_pages(booked, order)
    whole = noted_in(events)
    assert (whole.entries, whole.findings) == (len(booked), ())
    assert sum(it.credit_cents - it.debit_cents for it in whole.days) == sum(booked)
    assert not any(isinstance(it, StatementContradicted) for it in events)


def test_without_knowing_its_pages_a_number_is_told_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "pages_of", lambda *_: ())
    assert not [it for it in of_pages([1, 2, 3], [1, 2, 3]) if isinstance(it, StatementNoted)]
    assert pages_of(page(1), statements.Statements()) == ()


# ---- Files -----------------------------------------------------------------------------------------------------------


def in_pages(
    number: int, last: bool, *lines: str, header: bool = True, balances: str = "", electronic: int = 8, legal: int = 0
) -> bytes:
    """A page of a statement as a bank writes it: in the header of the message, or in the statement."""
    paging = f"<PgNb>{number}</PgNb><LastPgInd>{str(last).lower()}</LastPgInd>"
    raw = camt_053(*lines, message="M-8", number=electronic)
    told = f"<LglSeqNb>{legal}</LglSeqNb>" if legal else ""
    raw = raw.replace(b"</ElctrncSeqNb>", f"</ElctrncSeqNb>{told}".encode())
    raw = raw.replace(b"</Acct>", f"</Acct>{balances}".encode())
    if header:
        return raw.replace(b"</CreDtTm></GrpHdr>", f"</CreDtTm><MsgPgntn>{paging}</MsgPgntn></GrpHdr>".encode())
    own = f"<Id>S-M-8</Id><StmtPgntn>{paging}</StmtPgntn>".encode()
    return raw.replace(b"<Id>S-M-8</Id>", own).replace(b"<MsgId>M-8<", f"<MsgId>M-8-{number}<".encode())


def line(amount: str, servicer: str, direction: str = "CRDT") -> str:
    return entry(amount, details("FREMD"), direction=direction, servicer=servicer)


FIRST, LAST = balance("OPBD", "10.00", "2025-08-05"), balance("CLBD", "12.50", "2025-08-06")
BETWEEN = balance("ITBD", "15.00", "2025-08-06")


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("numbers", [(8, 8, 0), (8, 9, 8)])
def test_pages_are_read_by_the_header_of_the_message_or_of_the_statement(
    header: bool, numbers: tuple[int, int, int]
) -> None:
    one = in_pages(
        1, False, line("5.00", "A"), header=header, balances=FIRST + BETWEEN, electronic=numbers[0], legal=numbers[2]
    )
    two = in_pages(2, True, line("2.50", "B", "DBIT"), header=header, balances=BETWEEN + LAST, electronic=numbers[1], legal=numbers[2])  # fmt: skip
    for order in ((one, two), (two, one)):
        house = transmitted_house()
        for raw in order:
            _lay(house, raw)
        (account,) = [it for it in house.events if it.startswith("statement-")]
        whole = noted_in(house.events[account])
        assert (whole.number, whole.opening_cents, whole.closing_cents, whole.findings) == (8, 10_00, 12_50, ())
        assert len(whole.files) == 2
        assert sorted(it.item.booking for _, _, it in listed(house)) == ["A", "B"]


def _lay(house: House, raw: bytes) -> None:
    report = read(raw)
    assert isinstance(report, BookingReport)
    house.booked(report, sha256(raw).hexdigest())


def test_whole_statements_in_a_message_of_pages_are_whole_and_one_page_of_one_is_no_page() -> None:
    full = in_pages(2, False, line("2.50", "B"), balances=FIRST + LAST)
    only = in_pages(1, True, line("2.50", "B"))
    for raw in (full, only):
        report = read(raw)
        assert isinstance(report, BookingReport)
        (found,) = report.statements
        assert (found.page, found.is_last) == (0, True)


def test_a_page_opens_no_item_and_the_number_is_not_used_twice() -> None:
    house = transmitted_house()
    first, second = (
        replace(statement(8, 50, 127), page=it, is_last=it == 2, opening_cents=None, closing_cents=None)
        for it in (1, 2)
    )
    assert reasons(told(house, first, message="M-8")) == []
    assert reasons(told(house, second, message="M-8/2")) == []
    assert [it.number for it in state_of(house).noted.values()] == [8]
