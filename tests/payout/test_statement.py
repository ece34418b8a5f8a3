"""Statements of the account: numbered without holes, each going on where the one before it ended; lines told twice are booked once."""

from collections.abc import Sequence
from datetime import date
from itertools import permutations

import pytest

from services.payout import statement as statements
from services.payout.report import (
    STATEMENT,
    AccountEntry,
    Booking,
    BookingReport,
    DaySums,
    ReportReceived,
    Statement,
    apply_booking,
    keep_all,
)
from services.payout.statement import StatementContradicted, StatementNoted, gaps, stream_id
from services.payout.treasury.iso20022 import read
from tests.payout.builders import House, debit, transmitted_house
from tests.payout.messages import camt_053, camt_054, details, entry
from tests.payout.road import Road
from tests.payout.test_desk import lay, reference
from tests.payout.test_report import PAID, two_payments

ACCOUNT = "DE75512108001245126199"
DAY = date(2025, 8, 6)


def statement(number: int | None, opening: int, closing: int, name: str = "", day: date = DAY) -> Statement:
    return Statement(
        id=name or f"S-{number}", account=ACCOUNT, sequence=number, opening_cents=opening, closing_cents=closing,
        entries=0, closed_on=day,
    )  # fmt: skip


def told(house: House, *ones: Statement, message: str = "", sha: str = "") -> ReportReceived | None:
    message = message or "-".join(it.id for it in ones)
    report = BookingReport(message_id=message, entries=(), kind=STATEMENT, statements=ones)
    events = house.booked(report, sha or message.ljust(64, "0"))
    return next((it for it in events if isinstance(it, ReportReceived)), None)


def reasons(received: ReportReceived | None) -> list[str]:
    assert received is not None
    return [it.reason for it in received.unmatched]


def state_of(house: House) -> statements.Statements:
    return house.state(statements.decider, stream_id(ACCOUNT))


def test_statements_that_follow_each_other_raise_nothing() -> None:
    house = transmitted_house()
    for number, (opening, closing) in enumerate([(0, 100), (100, 70), (70, 70)], 7):
        assert reasons(told(house, statement(number, opening, closing))) == []
    assert gaps(state_of(house)) == []
    assert state_of(house).last == ((2025, 9),)


def test_a_missing_number_is_an_incident_and_comes_late_without_another() -> None:
    house = transmitted_house()
    told(house, statement(7, 0, 100))
    assert reasons(told(house, statement(10, 70, 70))) == ["statement-gap"]
    assert gaps(state_of(house)) == [(2025, 8, 9)]
    assert reasons(told(house, statement(8, 100, 90))) == []
    assert reasons(told(house, statement(9, 90, 70))) == []
    assert gaps(state_of(house)) == []


def test_a_late_statement_that_carries_nothing_forward_is_an_incident_on_either_side() -> None:
    house = transmitted_house()
    told(house, statement(7, 0, 100))
    told(house, statement(9, 70, 70))
    assert reasons(told(house, statement(8, 100, 71))) == ["statement-opening-differs"]
    other = transmitted_house()
    told(other, statement(7, 0, 100))
    assert reasons(told(other, statement(8, 99, 70))) == ["statement-opening-differs"]


def test_the_first_number_of_a_year_goes_on_from_the_last_of_the_year_before() -> None:
    house = transmitted_house()
    told(house, statement(250, 0, 100, day=date(2025, 12, 30)))
    assert reasons(told(house, statement(1, 90, 90, day=date(2026, 1, 2)))) == ["statement-opening-differs"]
    other = transmitted_house()
    told(other, statement(250, 0, 100, day=date(2025, 12, 30)))
    assert reasons(told(other, statement(2, 90, 90, day=date(2026, 1, 5)))) == ["statement-gap"]


def test_numbers_that_run_on_over_the_turn_of_a_year_leave_no_gap() -> None:
    house = transmitted_house()
    told(house, statement(250, 0, 100, day=date(2025, 12, 30)))
    assert reasons(told(house, statement(251, 100, 90, day=date(2026, 1, 2)))) == []
    assert reasons(told(house, statement(252, 90, 80, day=date(2026, 1, 5)))) == []
    other = transmitted_house()
    told(other, statement(250, 0, 100, day=date(2025, 12, 30)))
    assert reasons(told(other, statement(252, 100, 90, day=date(2026, 1, 2)))) == ["statement-gap"]


def test_two_statements_with_one_number_are_an_incident_and_the_first_one_stands() -> None:
    house = transmitted_house()
    told(house, statement(7, 0, 100))
    again = told(house, statement(7, 0, 99, "S-other"))
    assert reasons(again) == ["statement-number-twice"]
    found = state_of(house).noted["2025/7"]
    assert found.closing_cents == 100
    assert told(house, statement(7, 0, 99, "S-other"), message="S-other", sha="S-other".ljust(64, "0")) is None


def test_the_same_statement_in_another_file_is_no_second_one() -> None:
    house = transmitted_house()
    told(house, statement(7, 0, 100))
    assert reasons(told(house, statement(7, 0, 100), message="again")) == []
    assert len(house.events[f"statement-{stream_id(ACCOUNT)}"]) == 1


def test_whatever_the_order_of_arrival_the_account_is_the_same() -> None:
    ones = [statement(7, 0, 100), statement(8, 100, 70), statement(9, 70, 70)]
    found = set[str]()
    for order in permutations(ones):
        house = transmitted_house()
        for one in order:
            told(house, one)
        found.add(repr(sorted((key, it.closing_cents) for key, it in state_of(house).noted.items())))
        assert gaps(state_of(house)) == []
    assert len(found) == 1


@pytest.mark.parametrize("kind", ["notification", "interim"])
def test_only_statements_of_the_day_are_numbered(kind: str) -> None:
    house = transmitted_house()
    report = BookingReport(message_id="C-1", entries=(), kind=kind, statements=(statement(9, 0, 1),))
    assert not any(isinstance(it, StatementNoted | StatementContradicted) for it in house.booked(report))


def test_the_number_is_read_from_either_field_with_the_day_and_its_sums() -> None:
    raw = camt_053(entry("3.00", details("A")), entry("2.00", direction="CRDT"), opening="5.00", closing="4.00")
    legal = raw.replace(b"ElctrncSeqNb>", b"LglSeqNb>")
    for text in (raw, legal):
        found = read(text)
        assert isinstance(found, BookingReport)
        (one,) = found.statements
        assert (one.sequence, one.closed_on) == (7, DAY)
        assert one.days == (DaySums(booked_on=DAY, debit_cents=3_00, credit_cents=2_00),)


# ---- One booking, told twice ----------------------------------------------------------------------------------------


def lines_of(raw: bytes) -> Sequence[AccountEntry]:
    found = read(raw)
    assert isinstance(found, BookingReport)
    return found.entries


def test_a_booking_without_the_banks_name_is_called_alike_by_the_notification_and_the_statement() -> None:
    two = [entry("19200.00", details("R1"), servicer="") for _ in range(2)]
    first = lines_of(camt_054(two[0]))
    both = lines_of(camt_053(entry("1.00", details("R0"), servicer=""), *two))
    assert first[0].key == both[1].key
    assert both[1].key != both[2].key  # a second debit in one file is one


def test_a_payment_told_by_both_is_debited_once_and_a_second_debit_is_seen() -> None:
    house = transmitted_house()
    name = house.reference("p1")
    line = entry("19200.00", details(name), servicer="")
    house.booked(_report(camt_054(line)))
    assert reasons(_received(house.booked(_report(camt_053(line)), "c" * 64))) == []
    twice = _received(house.booked(_report(camt_053(line, line, message="M-2", number=8)), "d" * 64))
    assert reasons(twice) == ["debited-twice"]


def _report(raw: bytes) -> BookingReport:
    found = read(raw)
    assert isinstance(found, BookingReport)
    return found


def _received(events: Sequence[object]) -> ReportReceived:
    return next(it for it in events if isinstance(it, ReportReceived))


def test_lines_are_sifted_while_they_are_read_and_counted_all_the_same() -> None:
    raw = camt_053(*(entry("1.00", details(f"R{it}"), servicer=f"K-{it}") for it in range(5_000)))
    asked: list[int] = []

    def every_tenth(kind: str, lines: Sequence[AccountEntry]) -> Sequence[AccountEntry]:
        asked.append(len(lines))
        return keep_all(kind, lines)[::10]

    found = read(raw, sift=every_tenth)
    assert isinstance(found, BookingReport)
    assert (asked, len(found.entries), found.explained) == ([2_000, 2_000, 1_000], 500, 4_500)
    assert found.statements[0].entries == 5_000
    house = transmitted_house()
    received = _received(house.booked(found))
    assert (received.matched, received.unmatched_count) == (4_500, 500)


def test_a_debit_of_one_payment_reads_no_other_of_its_batch() -> None:
    house = two_payments()
    line = debit(Booking(reference=house.reference("p1"), cents=PAID))
    asked = apply_booking(BookingReport(message_id="C-1", entries=(line,)), "b" * 64, [house.sealed()])
    assert "payment-p1" in asked.reads
    assert "payment-p2" not in asked.reads


# ---- Over the service -----------------------------------------------------------------------------------------------


def test_what_a_notification_booked_needs_no_decision_when_the_statement_tells_it_again(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    payment = road.ordered("d1", case)
    batch = road.transmitted(payment)
    ours = entry("19200.00", details(reference(road, payment)), servicer=f"K-{batch}")
    foreign = entry("7.00", details("FREMD"), servicer=f"F-{batch}")
    lay(road, "n.xml", camt_054(ours, foreign).replace(b"C-1", b"N" + batch[:20].encode()))
    before = len(road.read("/payout/clearing?about=outgoing")["items"])
    lay(road, "s.xml", camt_053(ours, foreign, message=f"M{batch[:20]}", opening="20000.00", closing="793.00"))
    newest = road.read("/payout/reports")["items"][0]
    assert (newest["message_id"], newest["matched"], newest["unmatched"]) == (f"M{batch[:20]}", 2, 0)
    assert len(road.read("/payout/clearing?about=outgoing")["items"]) == before
    lay(road, "t.xml", camt_053(message=f"T{batch[:20]}", number=9, opening="800.00", closing="800.00"))
    assert road.read("/payout/clearing?about=file")["items"][0]["reason"] == "statement-gap"
