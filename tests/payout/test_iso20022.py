from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import lxml.etree
import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from services.payout.report import Answer, Booking, BookingReport, StatusReport
from services.payout.treasury import Account, Instruction, Transfer, TransferGroup, Unreadable, Unwritable
from services.payout.treasury.iso20022 import PAIN_001, build, plain, read
from shared.records import replace
from tests.payout.builders import DEBTOR, IBAN, PAYEE
from tests.payout.messages import camt_054, details, entry, information, pain_002, transaction
from tests.published import errors as schema_errors
from tests.published import schema

etree: Any = lxml.etree  # pyright: ignore[reportAttributeAccessIssue] lxml has no types
NS = {"p": PAIN_001}
ONE = Transfer(
    reference="TH25AAAAAAAAAAAAAT01A0142", cents=19_200_00, payee=PAYEE, text="Zuwendung ThürEGovRL EG-2025-1"
)
TWO = replace(ONE, reference="TH25BBBBBBBBBBBBBT02A0142", cents=10_800_00)
instruction = Instruction(
    message_id="b0000000000000000000000000000001",
    created_at=datetime(2025, 8, 4, 10, tzinfo=UTC),
    execution_on=date(2025, 8, 5),
    debtor=DEBTOR,
    groups=(
        TransferGroup(id="b0000000000000000000000000000001-01", transfers=(ONE, TWO)),
        TransferGroup(
            id="b0000000000000000000000000000001-02",
            transfers=(replace(ONE, reference="TH26CCCCCCCCCCCCCT03A0142", cents=14_800_00),),
        ),
    ),
)


def texts(raw: bytes, path: str) -> list[str]:
    return [it.text for it in etree.fromstring(raw).findall(f".//{path}", NS)]


# ---- out


def test_the_file_is_valid_against_the_schema() -> None:
    schema("pain.001.001.09").assertValid(etree.fromstring(build(instruction)))


def test_the_schema_notices_a_wrong_file() -> None:
    wrong = build(instruction).replace(b"<PmtMtd>TRF</PmtMtd>", b"<PmtMtd>XXX</PmtMtd>")
    assert not schema("pain.001.001.09").validate(etree.fromstring(wrong))


def test_the_bytes_never_change() -> None:
    golden = Path(__file__).parent / "golden" / "pain.001.xml"
    assert build(instruction) == golden.read_bytes()


def test_the_same_instant_in_another_zone_makes_the_same_bytes() -> None:
    elsewhere = instruction.created_at.astimezone(timezone(timedelta(hours=2)))
    assert build(replace(instruction, created_at=elsewhere)) == build(instruction)


def test_sums_and_counts_are_right_on_both_levels() -> None:
    raw = build(instruction)
    assert texts(raw, "p:GrpHdr/p:NbOfTxs") == ["3"]
    assert texts(raw, "p:GrpHdr/p:CtrlSum") == ["44800.00"]
    assert texts(raw, "p:PmtInf/p:NbOfTxs") == ["2", "1"]
    assert texts(raw, "p:PmtInf/p:CtrlSum") == ["30000.00", "14800.00"]


def test_what_a_payment_system_checks_beyond_the_schema() -> None:
    raw = build(instruction)
    assert texts(raw, "p:Purp/p:Cd") == ["GOVT"] * 3
    assert texts(raw, "p:BtchBookg") == ["true"] * 2
    assert texts(raw, "p:ReqdExctnDt/p:Dt") == ["2025-08-05"] * 2
    assert texts(raw, "p:EndToEndId")[0] == ONE.reference
    assert texts(raw, "p:Ustrd")[0] == "Zuwendung ThuerEGovRL EG-2025-1"
    assert texts(raw, "p:Dbtr/p:Nm") == ["Thueringer Landeshauptkasse"] * 2
    assert b"PstlAdr" not in raw
    assert b"BICFI" not in raw


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Mühlhausen/Thüringen", "Muehlhausen/Thueringen"),
        ("Großbreitenbach", "Grossbreitenbach"),
        ("Über Öl & Ähre", "Ueber Oel + Aehre"),
        ("Café – „Łódź“ ẞ", "Cafe - 'Lodz' SS"),
        ("//a//b//", "a/b"),
        ("a\u0308rgern", "aergern"),
        ("北京 <&>", ".. .+."),
        ("  viel   Raum ", "viel Raum"),
        ("x" * 80, "x" * 70),
    ],
)
def test_names_are_written_in_the_sepa_character_set_by_the_german_convention(given: str, expected: str) -> None:
    assert plain(given, 70) == expected


@forall(st.text(max_size=300), st.integers(1, 140))
def test_no_text_leaves_the_character_set_or_its_length(text: str, length: int) -> None:
    written = plain(text, length)
    assert len(written) <= length
    assert all(it in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ " for it in written)
    assert not written.startswith("/")
    assert not written.endswith("/")
    assert "//" not in written


def with_one(**changes: Any) -> Instruction:
    return replace(instruction, groups=(TransferGroup(id="G", transfers=(replace(ONE, **changes),)),))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (replace(instruction, groups=()), "empty"),
        (replace(instruction, groups=(TransferGroup(id="G", transfers=()),)), "empty"),
        (replace(instruction, message_id="x" * 36), "bad-identifier"),
        (replace(instruction, message_id="/x"), "bad-identifier"),
        (replace(instruction, groups=instruction.groups[:1] * 2), "bad-identifier"),
        (with_one(reference="th25"), "bad-reference"),
        (with_one(reference="X" * 26), "bad-reference"),
        (replace(instruction, groups=(TransferGroup(id="G", transfers=(ONE, ONE)),)), "reference-twice"),
        (with_one(cents=0), "bad-amount"),
        (with_one(cents=100_000_000_000), "bad-amount"),
        (with_one(payee=Account(holder="Stadt", iban="DE02 1203")), "bad-iban"),
        (with_one(payee=Account(holder="Stadt", iban="DE03120300000000202051")), "bad-iban"),
        (with_one(payee=Account(holder=" ", iban=IBAN)), "bad-name"),
    ],
)
def test_what_has_no_valid_file_is_named_and_not_written(wrong: Instruction, code: str) -> None:
    with pytest.raises(Unwritable) as refused:
        build(wrong)
    assert refused.value.code == code
    assert IBAN not in str(refused.value)


# ---- in


def status_report(raw: bytes) -> StatusReport:
    report = read(raw)
    assert isinstance(report, StatusReport)
    return report


def booking_report(raw: bytes) -> BookingReport:
    report = read(raw)
    assert isinstance(report, BookingReport)
    return report


STATUS = pain_002(
    information("B-1-01", transaction("R1", "ACCP"), transaction("R2", "RJCT", "AC04"), status="PART"),
    information("B-1-02", status="RJCT", code="FF01"),
    status="PART",
    sums=True,
)
BOOKING = camt_054(
    entry("300.00", details("R1", "100.00"), details("R2", "200.00"), group="B-1-01"),
    entry("5.5", details("R3", group="B-1-02"), servicer="", booked="<DtTm>2025-08-07T01:00:00+02:00</DtTm>"),
    entry("7", direction="CRDT", status="PDNG"),
)


def test_the_samples_are_valid_messages() -> None:
    assert schema_errors(BOOKING) == schema_errors(STATUS) == []


def test_a_status_report_is_read_at_all_three_levels() -> None:
    report = status_report(STATUS)
    assert (report.message_id, report.batch, report.count, report.sum_cents) == ("S-1", "B-1", 2, 30_000_00)
    assert [(it.answer, it.group, it.reference, it.reason) for it in report.statuses] == [
        (Answer.PARTIAL, "", "", ""),
        (Answer.PARTIAL, "B-1-01", "", ""),
        (Answer.ACCEPTED, "B-1-01", "R1", ""),
        (Answer.REJECTED, "B-1-01", "R2", "AC04"),
        (Answer.REJECTED, "B-1-02", "", "FF01"),
    ]


def test_a_whole_file_is_refused_without_any_transaction() -> None:
    (status,) = status_report(pain_002(status="RJCT", code="FF01")).statuses
    assert (status.answer, status.reason, status.group, status.reference) == (Answer.REJECTED, "FF01", "", "")


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("RCVC", Answer.PENDING),
        ("PDNG", Answer.PENDING),
        ("RVMC", Answer.PAYEE_CLOSE),
        ("RVCM", Answer.PAYEE_CLOSE),
        ("RVNM", Answer.PAYEE_DIFFERS),
        ("RVNA", Answer.PAYEE_UNCHECKED),
    ],
)
def test_a_verification_of_the_payee_is_no_acceptance(code: str, answer: Answer) -> None:
    assert status_report(pain_002(status=code)).statuses[0].answer == answer


def test_debits_are_read_with_all_their_details() -> None:
    first, second, third = booking_report(BOOKING).entries
    assert (first.key, first.cents, first.group, first.debit, first.booked) == ("K-1", 300_00, "B-1-01", True, True)
    assert first.bookings == (Booking(reference="R1", cents=100_00), Booking(reference="R2", cents=200_00))
    assert (second.key, second.cents, second.group, second.booked_on) == (
        "~20250807-D550-R3-1",
        5_50,
        "B-1-02",
        date(2025, 8, 7),
    )
    assert second.bookings == (Booking(reference="R3", cents=5_50),)  # one detail alone has the entry's amount
    assert (third.debit, third.booked, third.bookings) == (False, False, ())


def test_a_reversed_debit_is_no_debit() -> None:
    reversed_entry = entry("1").replace("<Sts>", "<RvslInd>true</RvslInd><Sts>")
    assert not booking_report(camt_054(reversed_entry)).entries[0].debit


def deep(levels: int) -> bytes:
    return b"<a>" * levels + b"</a>" * levels


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (STATUS.decode().encode("utf-16"), "not-utf-8"),
        (STATUS.decode().replace("UTF-8", "UTF-16").encode("utf-16-le"), "not-utf-8"),
        (STATUS.replace(b'encoding="UTF-8"', b'encoding="ISO-8859-1"'), "not-utf-8"),
        (STATUS.replace(b"AC04", b"\xff"), "not-utf-8"),
        (DOCTYPE + STATUS.partition(b"?>")[2], "doctype"),
        (b"<!doctype html><html></html>", "doctype"),
        (STATUS[:-20], "not-well-formed"),
        (STATUS[: len(STATUS) // 2], "not-well-formed"),
        (b"hello", "not-well-formed"),
        (STATUS + STATUS, "not-well-formed"),
        (deep(60), "too-deep"),
        (deep(5_000), "too-deep"),
        (b"<Document/>", "unknown-message"),
        (STATUS.replace(b"pain.002.001.10", b"pain.002.001.02"), "unknown-message"),
        (BOOKING.replace(b"camt.054.001.08", b"camt.054.001.01"), "unknown-message"),
        (BOOKING.replace(b"camt.054.001.08", b"camt.052.001.08"), "missing"),
        (STATUS.replace(b"CstmrPmtStsRpt", b"Other"), "missing"),
        (STATUS.replace(b"<MsgId>S-1</MsgId>", b""), "missing"),
        (STATUS.replace(b"R1", b"R\xe2\x80\xae1"), "bad-identifier"),
        (STATUS.replace(b"R1", b"R" * 36), "bad-identifier"),
        (STATUS.replace(b"AC04", b"<script>"), "not-well-formed"),
        (STATUS.replace(b"pain.001.001.09", b"pain.008.001.08"), "unknown-original"),
        (STATUS.replace(b"<OrgnlNbOfTxs>2", b"<OrgnlNbOfTxs>-2"), "bad-number"),
        (STATUS.replace(b"30000.00", b"3e4"), "bad-amount"),
        (BOOKING.replace(b">300.00<", b">300.001<"), "bad-amount"),
        (BOOKING.replace(b">300.00<", b">-300.00<"), "bad-amount"),
        (BOOKING.replace(b">300.00<", b"><"), "bad-amount"),
        (BOOKING.replace(b"2025-08-06<", b"2025-13-06<"), "bad-date"),
        (BOOKING.replace(b"<BookgDt><Dt>2025-08-06</Dt></BookgDt>", b""), "missing"),
        (BOOKING.replace(b">DBIT<", b">BOTH<"), "unknown-direction"),
        (camt_054().replace(b"Ntfctn>", b"Ntfctm>"), "missing"),
    ],
)  # fmt: skip
def test_what_is_not_understood_in_full_is_refused_in_full(raw: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(raw)
    assert refused.value.code == code
    assert refused.value.reason


def test_a_small_file_that_unfolds_into_a_large_one_is_refused_before_it_is_parsed() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>'
    with pytest.raises(Unreadable, match="doctype"):
        read(bomb)


@forall(st.binary(max_size=300))
def test_no_bytes_do_anything_but_be_read_or_refused(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read(raw)


@forall(st.data())
def test_a_damaged_file_is_read_or_refused_and_never_breaks(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([STATUS, BOOKING]))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    damaged = whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]
    with suppress(Unreadable):
        assert read(damaged).message_id


def test_an_error_tells_nothing_of_the_file() -> None:
    secret = b"GEHEIM" * 20
    for raw in (STATUS.replace(b"R1", secret), BOOKING.replace(b">300.00<", b">" + secret + b"<")):
        with pytest.raises(Unreadable) as refused:
            read(raw)
        assert "GEHEIM" not in str(refused.value)


@forall(st.text(max_size=80), st.booleans())
def test_no_name_can_break_out_of_its_field(name: str, native: bool) -> None:
    given = replace(with_one(payee=Account(holder=f"x{name}", iban=IBAN), text=f"y{name}"), native_text=native)
    raw = build(given)
    schema("pain.001.001.09").assertValid(etree.fromstring(raw))
    assert texts(raw, "p:Cdtr/p:Nm") == [plain(f"x{name}", 70, native=native)]
    assert texts(raw, "p:Ustrd") == [plain(f"y{name}", 140, native=native)]
