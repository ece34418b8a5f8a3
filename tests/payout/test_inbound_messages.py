"""Every kind of message that the treasury sends, read from where it lies; hostile ones are refused and hold up nothing."""

import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from services.payout.report import BookingReport, DaySums, Recall, RecallReport, Statement
from services.payout.treasury import Unreadable
from services.payout.treasury.iso20022 import MAX_SIZE, read
from services.payout.treasury.iso20022.parsing import MAX_HELD
from tests.payout.messages import (
    CAMT_053,
    CAMT_054,
    came_back,
    camt_029,
    camt_053,
    camt_054,
    details,
    entry,
    information,
    pain_002,
    transaction,
)
from tests.published import errors

DAY = date(2025, 8, 6)
SUMMARY = "<TxsSummry><TtlNtries><NbOfNtries>{count}</NbOfNtries><Sum>{total}</Sum></TtlNtries></TxsSummry>"


def booked(raw: bytes | Path) -> BookingReport:
    report = read(raw)
    assert isinstance(report, BookingReport)
    return report


def refused(raw: bytes | Path, limit: int = MAX_SIZE) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(raw, limit)
    return caught.value


STATEMENT = camt_053(
    entry("100.00", details("R1")),
    came_back("95.00", "R0", charges="5.00"),
    opening="1000.00",
    closing="995.00",
    summary=SUMMARY.format(count=2, total="195.00"),
)


def test_the_samples_are_valid_statements() -> None:
    assert errors(camt_053(entry("1", details("R")), opening="1", closing="0")) == []
    assert errors(camt_053(came_back("1", "R"), opening="0", closing="1")) == []


def test_a_statement_tells_its_number_its_balances_and_its_lines() -> None:
    report = booked(STATEMENT)
    (statement,) = report.statements
    assert report.kind == "statement"
    assert statement == Statement(
        id="S-M-1",
        account="DE65820000000082001589",
        sequence=7,
        opening_cents=1_000_00,
        closing_cents=995_00,
        entries=2,
        closed_on=date(2025, 8, 6),
        days=(
            DaySums(booked_on=date(2025, 8, 6), debit_cents=100_00, credit_cents=0),
            DaySums(booked_on=date(2025, 8, 8), debit_cents=0, credit_cents=95_00),
        ),
    )
    assert [(it.key, it.debit, it.credit, it.returned) for it in report.entries] == [
        ("K-1", True, False, False),
        ("K-R1", False, True, True),
    ]


def test_a_payment_that_came_back_tells_why_and_what_was_kept_of_it() -> None:
    (line,) = booked(camt_054(came_back("95.00", "R0", code="MS03", charges="5.00"))).entries
    (one,) = line.bookings
    assert (one.reference, one.cents, one.reason, one.charges_cents) == ("R0", 95_00, "MS03", 5_00)


def test_a_report_during_the_day_is_read_as_provisional() -> None:
    raw = camt_054(entry("1", details("R1"))).replace(b"camt.054", b"camt.052")
    raw = raw.replace(b"BkToCstmrDbtCdtNtfctn", b"BkToCstmrAcctRpt").replace(b"Ntfctn>", b"Rpt>")
    assert booked(raw).kind == "interim"


def test_the_answer_to_a_request_to_cancel_is_read() -> None:
    report = read(camt_029("B-1", ("R1", "ACCR", "CUST"), ("R2", "RJCR", "ARDT"), ("R3", "PDCR", "LEGL")))
    assert isinstance(report, RecallReport)
    assert report.batch == "B-1"
    assert [(it.reference, it.recall) for it in report.statuses] == [
        ("R1", Recall.CANCELLED),
        ("R2", Recall.REFUSED),
        ("R3", Recall.PENDING),
    ]


def test_lines_that_name_nothing_of_ours_are_read_and_name_nothing() -> None:
    (line,) = booked(camt_053(entry("2500000000.00", "<TxDtls><Refs/></TxDtls>"))).entries
    assert (line.cents, line.bookings[0].reference) == (2_500_000_000_00, "")


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert booked(b"\xef\xbb\xbf" + STATEMENT) == booked(STATEMENT)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (STATEMENT.replace(b"<NbOfNtries>2", b"<NbOfNtries>3"), "count-differs"),
        (STATEMENT.replace(b"<Sum>195.00", b"<Sum>195.01"), "sum-differs"),
        (STATEMENT.replace(b">995.00<", b">995.01<"), "balance-differs"),
        (STATEMENT.replace(b">100.00<", b">100.00000<"), "bad-amount"),
    ],
)
def test_a_statement_that_contradicts_itself_is_refused(wrong: bytes, code: str) -> None:
    assert refused(wrong).code == code


def test_what_could_be_read_of_a_refused_file_is_told() -> None:
    lines = [entry("10.00", details(f"R{number}"), servicer=f"K-{number}") for number in range(5)]
    found = refused(camt_053(*lines, summary=SUMMARY.format(count=6, total="50.00"))).found
    assert (found.message_id, found.count, found.cents) == ("M-1", 5, 50_00)


def test_a_truncated_file_tells_how_far_it_went(tmp_path: Path) -> None:
    file = tmp_path / "cut.xml"
    raw = camt_053(*(entry("10.00", details(f"R{number}"), servicer=f"K-{number}") for number in range(4_000)))
    file.write_bytes(raw[: len(raw) * 3 // 4])
    error = refused(file)
    assert error.code == "not-well-formed"
    assert error.found.message_id == "M-1"
    assert 2_000 < error.found.count < 4_000


def test_a_file_beyond_the_limit_is_refused_without_being_read(tmp_path: Path) -> None:
    file = tmp_path / "huge.xml"
    with file.open("wb") as handle:
        handle.truncate(MAX_SIZE + 1)  # a hole: nothing of it lies on the disk
    assert refused(file).code == "too-large"
    assert refused(b" " * 101, limit=100).code == "too-large"


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "no-part-ever-ends": (lambda: b"<Document><x>" + b"<y/>" * (MAX_HELD // 4 + 100_000), "part-too-large"),
    "one-line-without-end": (
        lambda: camt_053(entry("1", details("R")))[:-34] + b"<AddtlStmtInf>" + b"<y/>" * (MAX_HELD // 4 + 100_000),
        "part-too-large",
    ),
    "one-text-without-end": (lambda: b"<Document>" + b"x" * 11_000_000, "part-too-large"),
    "deep-in-a-line": (
        lambda: camt_053(entry("1", "<TxDtls>" + "<a>" * 50 + "</a>" * 50 + "</TxDtls>")),
        "too-deep",
    ),
    "deep-behind-a-line": (
        lambda: camt_053(*[entry("1", details("R"))] * 2_000)[:-34] + b"<a>" * 60,
        "too-deep",
    ),
    "a-line-of-another-namespace": (
        lambda: STATEMENT.replace(b"<Ntry>", b'<Ntry xmlns="urn:x">', 1),
        "missing",
    ),
    "two-messages": (
        lambda: STATEMENT.replace(b"</BkToCstmrStmt>", b"</BkToCstmrStmt><BkToCstmrStmt/>"),
        "missing",
    ),
    "a-line-of-another-message": (
        lambda: pain_002(information("B-1", transaction("R1", "ACCP"))).replace(b"<GrpHdr>", b"<Ntry/><GrpHdr>"),
        "missing",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_refused_and_take_no_more_memory_than_one_part(kind: str, tmp_path: Path) -> None:
    make, code = HOSTILE[kind]
    file = tmp_path / "hostile.xml"
    file.write_bytes(make())
    tracemalloc.start()
    error = refused(file)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.code == code
    assert most < 20_000_000


def test_lines_are_read_one_after_the_other_and_leave_the_memory(tmp_path: Path) -> None:
    file = tmp_path / "long.xml"
    filler = "<AddtlNtryInf>" + "x" * 400 + "</AddtlNtryInf></Ntry>"
    line = entry("10.00", details("R1")).replace("</Ntry>", filler)
    file.write_bytes(camt_053(*[line] * 20_000, summary=SUMMARY.format(count=20_000, total="200000.00")))
    assert len(booked(file).entries) == 20_000


def test_the_table_of_messages_is_explicit() -> None:
    for namespace in (CAMT_053, CAMT_054):
        other = STATEMENT.replace(CAMT_053.encode(), namespace.replace("001.08", "001.01").encode())
        assert refused(other).code == "unknown-message"
