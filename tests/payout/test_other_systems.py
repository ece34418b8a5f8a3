"""Files as other people's systems write them: valid by the schema, and not as ours would be."""

from collections.abc import Sequence
from datetime import date

import pytest

from services.payout import report as reports
from services.payout.report import Answer, BookingReport, ReportReceived, StatusReport
from services.payout.treasury.iso20022 import read
from tests.payout.builders import BATCH, transmitted_house
from tests.payout.messages import camt_053, camt_054, details, entry, information, pain_002, reason, transaction
from tests.published import errors

PAIR = (("R1", "100.00"), ("R2", "200.00"))


def is_valid(raw: bytes) -> bool:
    return errors(raw) == []


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


def on_our_payment(raw: bytes) -> tuple[str, list[tuple[str, str]]]:
    """What becomes of the one payment of a batch at the treasury, and what is left to be cleared."""
    house = transmitted_house()
    found = read(raw)
    match found:
        case StatusReport():
            events = house.answered(found)
        case BookingReport():
            events = house.booked(found)
        case _:
            raise AssertionError(found)
    left = [(it.reference, it.reason) for one in events if isinstance(one, ReportReceived) for it in one.unmatched]
    return type(house.payment("p1")).__name__, left


REFERENCE = transmitted_house().reference("p1")
GROUP = f"{BATCH}-01"
BARE = transaction(REFERENCE, "RJCT")
SENT_BEFORE: dict[str, bytes] = {
    "reason of the file": pain_002(information(GROUP, BARE), batch=BATCH, status="RJCT", code="AM05"),
    "reason of the group": pain_002(information(GROUP, BARE, status="RJCT", code="DUPL"), batch=BATCH),
    "reason of a group without a status": pain_002(
        information(GROUP, BARE, status="RJCT", code="DUPL").replace("<PmtInfSts>RJCT</PmtInfSts>", ""), batch=BATCH
    ),
    "reason of the file, another of the payment": pain_002(
        information(GROUP, transaction(REFERENCE, "RJCT", "NARR")), batch=BATCH, status="RJCT", code="AM05"
    ),
    "second reason": pain_002(
        information(GROUP, BARE.replace("</TxSts>", "</TxSts>" + reason("NARR") + reason("AM05"))), batch=BATCH
    ),
    "the bank's words": pain_002(
        information(GROUP, transaction(REFERENCE, "RJCT", "X").replace("<Cd>X</Cd>", "<Prtry>am05/Doppelt!</Prtry>")),
        batch=BATCH,
    ),
}  # fmt: skip


@pytest.mark.parametrize("where", SENT_BEFORE)
def test_a_file_that_was_sent_before_is_at_the_treasury_wherever_the_reason_stands(where: str) -> None:
    assert on_our_payment(SENT_BEFORE[where]) == ("Batched", [(REFERENCE, "duplicate-receipt")])


@pytest.mark.parametrize(
    ("own", "of_group", "of_file"), [("AC04", "AC06", "FF01"), ("", "AC06", "FF01"), ("", "", "FF01")]
)
def test_a_refusal_has_its_own_reason_else_that_of_its_group_else_that_of_its_file(
    own: str, of_group: str, of_file: str
) -> None:
    answer = information(GROUP, transaction(REFERENCE, "RJCT", own), status="RJCT", code=of_group)
    house = transmitted_house()
    found = read(pain_002(answer, batch=BATCH, status="RJCT", code=of_file))
    assert isinstance(found, StatusReport)
    house.answered(found)
    assert house.payment("p1").reason == (own or of_group or of_file)


@pytest.mark.parametrize("words", ["Herr Mueller verzogen", "Mueller", "Konto 12345 von Frau Meier"])
def test_what_a_bank_says_of_persons_in_place_of_a_code_is_not_taken_over(words: str) -> None:
    raw = pain_002(information("B-1-01", transaction("R1", "RJCT", "AC04")))
    [found] = statuses(raw.replace(b"<Cd>AC04</Cd>", f"<Prtry>{words}</Prtry>".encode()))
    assert found.reason == "NARR"


@pytest.mark.parametrize("told", [("ACCP", "RJCT"), ("RJCT", "ACCP"), ("PDNG", "RJCT")])
def test_a_file_that_takes_and_refuses_one_payment_says_neither(told: tuple[str, str]) -> None:
    twice = (transaction(REFERENCE, it, "AC04" if it == "RJCT" else "") for it in told)
    raw = pain_002(information(GROUP, *twice), batch=BATCH)
    assert on_our_payment(raw) == ("Batched", [(REFERENCE, "answers-contradict")])
