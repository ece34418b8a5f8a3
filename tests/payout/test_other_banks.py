"""Files of other banks and treasuries, and what becomes of the one payment of a batch by each: moved as it says, else left to be cleared or refused."""

import gzip
import re

import pytest

from services.payout import payment as payments
from services.payout.report import BookingReport, RecallReport, ReportReceived, StatusReport, apply_recall_answer
from services.payout.treasury import Unreadable, hkr
from services.payout.treasury.hkr.notation import etree
from services.payout.treasury.known import read
from tests.payout.builders import BATCH, CASE, file_of, system, transmitted_house
from tests.payout.messages import (
    ACCOUNT,
    came_back,
    camt_029,
    camt_053,
    camt_054,
    details,
    entry,
    information,
    interim,
    pain_002,
    transaction,
)

PAID = "19200.00"
OURS = transmitted_house().reference("p1")
GROUP = f"{BATCH}-01"
TOLD = f"<RmtInf><Ustrd>EREF+{OURS} SVWZ+Zuwendung</Ustrd></RmtInf></TxDtls>"
LINE = entry(PAID, details(OURS, PAID))
ACCEPTED = pain_002(information(GROUP, transaction(OURS, "ACCP")), batch=BATCH)
CANCELLED = camt_029(BATCH, (OURS, "ACCR", "CUST"))
HKR = (
    f"Buchungsdatei;{hkr.NAMESPACE}\r\nVorsatz;B-1\r\nEinzelsatz;17;Auszahlung;{OURS};{PAID};2025-08-06\r\n"
    f"Nachsatz;1;{PAID}\r\n"
)
HKR_XML: bytes = etree.tostring(hkr.from_csv(HKR.encode()), xml_declaration=True, encoding="UTF-8")


def prefixed(raw: bytes) -> bytes:
    """Every element under a named prefix instead of the default one."""
    return re.sub(rb"<(/?)([A-Za-z])", rb"<\1ns0:\2", raw).replace(b" xmlns=", b" xmlns:ns0=")


def quoted(text: str) -> bytes:
    return "\r\n".join(";".join(f'"{it}"' for it in line.split(";")) for line in text.split("\r\n")[:-1]).encode()


def padded(text: str) -> bytes:
    """As a spreadsheet saves it: every line as long as the longest."""
    return "\r\n".join(line + ";" * (5 - line.count(";")) for line in text.split("\r\n")[:-1]).encode()


def dated(text: str) -> bytes:
    return camt_054(entry(PAID, details(OURS, PAID), booked=text))


MOVED: dict[str, tuple[bytes, str]] = {
    "prefix": (prefixed(ACCEPTED), "Accepted"),
    "byte order mark": (b"\xef\xbb\xbf" + ACCEPTED, "Accepted"),
    "no declaration": (ACCEPTED.partition(b"?>")[2], "Accepted"),
    "lines of Windows": (ACCEPTED.replace(b"><", b">\r\n<"), "Accepted"),
    "comments": (ACCEPTED.replace(b">ACCP", b">AC<!-- x -->CP").replace(b"<GrpHdr>", b"<?pi?><GrpHdr>"), "Accepted"),
    "another format's name in a comment": (
        ACCEPTED.replace(b"<GrpHdr>", b"<!-- urn:foerderstrom:hkr:1 --><GrpHdr>"),
        "Accepted",
    ),
    "schema location": (
        ACCEPTED.replace(b"<Document ", b'<Document xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:schemaLocation="a b" '),
        "Accepted",
    ),
    "reference on a line of its own": (ACCEPTED.replace(OURS.encode(), b"\n  " + OURS.encode() + b"\n"), "Accepted"),
    "reference in small letters": (ACCEPTED.replace(OURS.encode(), OURS.lower().encode()), "Accepted"),
    "reference in groups": (ACCEPTED.replace(OURS.encode(), f"{OURS[:8]} {OURS[8:]}".encode()), "Accepted"),
    "sum without decimals": (
        ACCEPTED.replace(b".09</OrgnlMsgNmId>", b".09</OrgnlMsgNmId><OrgnlNbOfTxs>01</OrgnlNbOfTxs><OrgnlCtrlSum>019200.0</OrgnlCtrlSum>"),
        "Accepted",
    ),
    "debit of the whole group": (camt_054(entry(PAID, group=GROUP)), "Settled"),
    "debit with a prefix": (prefixed(camt_054(LINE)), "Settled"),
    "reference in the text": (camt_054(entry(PAID, details("NOTPROVIDED", PAID).replace("</TxDtls>", TOLD))), "Settled"),
    "reference in the text alone": (camt_054(entry(PAID, f"<TxDtls>{TOLD}")), "Settled"),
    "reference as the instruction's": (
        camt_054(entry(PAID, f"<TxDtls><Refs><InstrId>{OURS}</InstrId></Refs></TxDtls>")),
        "Settled",
    ),
    "reference broken in two": (camt_054(entry(PAID, details(f"{OURS[:9]}\n{OURS[9:]}", PAID))), "Settled"),
    "amount without decimals": (camt_054(entry("19200", details(OURS))), "Settled"),
    "amount with leading zeros": (camt_054(entry("0019200.0", details(OURS))), "Settled"),
    "day with a zone": (dated("<Dt>2025-08-06+02:00</Dt>"), "Settled"),
    "instant": (dated("<DtTm>2025-08-06T10:00:00.000+02:00</DtTm>"), "Settled"),
    "account in groups": (camt_054(LINE).replace(ACCOUNT.encode(), b"de65 8200 0000 0082 0015 89"), "Settled"),
    "line of nothing beside it": (camt_054(entry("0.00", servicer="Z"), LINE), "Settled"),
    "former balance": (camt_053(LINE, opening="20000.00", closing="800.00").replace(b"OPBD", b"PRCD"), "Settled"),
    "no opening balance": (camt_053(LINE, closing="800.00"), "Settled"),
    "came back, named in the text": (
        camt_054(LINE, came_back(PAID, "NOTPROVIDED").replace("<RtrInf>", f"<RmtInf><Ustrd>RETURN EREF+{OURS}</Ustrd></RmtInf><RtrInf>")),
        "Returned",
    ),
    "came back less charges in dollars": (
        camt_054(LINE, came_back("19195.00", OURS, charges="6.00").replace('Rcrd><Amt Ccy="EUR"', 'Rcrd><Amt Ccy="USD"')),
        "Returned",
    ),
    "noted during the day": (interim(LINE), "Batched"),
    "HKR quoted": (quoted(HKR), "Settled"),
    "HKR of a spreadsheet": (padded(HKR), "Settled"),
    "HKR with a mark and bare lines": (b"\xef\xbb\xbf" + HKR.replace("\r\n", "\n").encode(), "Settled"),
    "HKR with a prefix": (prefixed(HKR_XML), "Settled"),
    "HKR after a long comment": (HKR_XML.replace(b"<Buch", b"<!-- " + b"x" * 9_000 + b" --><Buch", 1), "Settled"),
    "HKR day with a zone": (HKR.replace("2025-08-06", "2025-08-06+02:00").encode(), "Settled"),
}  # fmt: skip
DOLLARS = entry("5.00", details("X", "6.00").replace("EUR", "USD"), servicer="U")
CLEARED: dict[str, tuple[bytes, str, list[tuple[str, str]]]] = {
    "reference cut": (ACCEPTED.replace(OURS.encode(), OURS[:-1].encode()), "Batched", [(OURS[:-1], "unknown-reference")]),
    "two payments in one text": (
        camt_054(entry(PAID, f"<TxDtls><RmtInf><Ustrd>{OURS} {payments.reference_of(CASE, 2, 1, 2025)}</Ustrd></RmtInf></TxDtls>")),
        "Batched", [("K-1", "unknown-reference")],
    ),
    "no name at all": (camt_054(entry(PAID, "<TxDtls/>")), "Batched", [("K-1", "unknown-reference")]),
    "a name that is none, twice": (camt_054(*[entry(PAID, details(OURS, PAID), servicer="NONREF")] * 2), "Settled", [(OURS, "debited-twice")]),
    "one name for two lines": (camt_054(LINE, LINE), "Settled", [(OURS, "debited-twice")]),
    "a status of the bank's own": (camt_054(LINE.replace("<Cd>BOOK</Cd>", "<Prtry>GEBUCHT</Prtry>")), "Batched", [("K-1", "not-booked")]),
    "to be booked": (camt_054(entry(PAID, details(OURS, PAID), status="FUTR")), "Batched", [("K-1", "not-booked")]),
    "for information": (camt_054(entry(PAID, details(OURS, PAID), status="INFO")), "Batched", [("K-1", "not-booked")]),
    "reversed": (camt_054(LINE.replace("<Sts>", "<RvslInd>true</RvslInd><Sts>")), "Batched", [("K-1", "not-a-debit")]),
    "ours, of nothing": (camt_054(entry("0.00", details(OURS, "0.00"))), "Batched", [(OURS, "amount-differs")]),
    "another's, in dollars": (camt_054(DOLLARS, LINE), "Settled", [("X", "unknown-reference")]),
    "two, of untold shares": (camt_054(entry("19300.00", details(OURS), details("X"))), "Batched", [("K-1", "sum-differs")]),
    "the other way inside": (
        camt_054(entry(PAID, details(OURS, PAID).replace("</TxDtls>", "<CdtDbtInd>CRDT</CdtDbtInd></TxDtls>"))),
        "Batched", [("K-1", "sum-differs")],
    ),
    "one ours, one not": (camt_054(entry("19300.00", details(OURS, PAID), details("X", "100.00"))), "Settled", [("X", "unknown-reference")]),
    "booked in the last century": (dated("<Dt>1999-01-01</Dt>"), "Batched", [(OURS, "booked-before-order")]),
    "came back with more": (camt_054(LINE, came_back("19200.01", OURS)), "Settled", [(OURS, "amount-differs")]),
    "unasked, with each payment its file": (
        re.sub(rb"<OrgnlGrpInfAndSts>.*</OrgnlGrpInfAndSts>", b"", CANCELLED).replace(
            b"<TxInfAndSts>", f"<TxInfAndSts><OrgnlGrpInf><OrgnlMsgId>{BATCH}</OrgnlMsgId></OrgnlGrpInf>".encode()
        ),
        "Batched", [(OURS, "recall-cancelled")],
    ),
    "unasked, under the bank's field": (CANCELLED.replace(b"OrgnlEndToEndId", b"OrgnlTxId"), "Batched", [(OURS, "recall-cancelled")]),
    "HKR, one number for two": (
        HKR.replace(f"Nachsatz;1;{PAID}", f"Einzelsatz;17;Auszahlung;{OURS};{PAID};2025-08-06\r\nNachsatz;2;38400.00").encode(),
        "Settled", [(OURS, "debited-twice")],
    ),
    "HKR, booked in the first year": (HKR.replace("2025-08-06", "0001-08-06").encode(), "Batched", [(OURS, "booked-before-order")]),
}  # fmt: skip
REFUSED: dict[str, tuple[bytes, str, str]] = {
    "older version": (ACCEPTED.replace(b"002.001.10", b"002.001.02"), "unknown-message", "pain.002.001.03 bis pain.002.001.15"),
    "older statement": (camt_054(LINE).replace(b"054.001.08", b"054.001.01"), "unknown-message", "camt.054.001.02 bis camt.054.001.14"),
    "a name of its own": (ACCEPTED.replace(b"tech:xsd:pain", b"tech:xsd:DK-pain"), "unknown-message", "vereinbarten Fassung"),
    "our own file": (file_of(transmitted_house().sealed()), "unknown-message", "bekannten Formats"),
    "packed": (gzip.compress(ACCEPTED), "not-utf-8", "ungepackt"),
    "ISO-8859-1": (ACCEPTED.replace(b"UTF-8", b"ISO-8859-1"), "not-utf-8", "UTF-8"),
    "five decimals": (camt_054(entry("19200.00000", details(OURS))), "bad-amount", "zwei Nachkommastellen"),
    "signed": (camt_054(entry("+19200.00", details(OURS))), "bad-amount", "ohne Vorzeichen"),
    "no number": (camt_054(entry("NaN", details(OURS))), "bad-amount", "ohne Vorzeichen"),
    "digits of another script": (camt_054(entry("١٩٢٠٠", details(OURS))), "bad-amount", "ohne Vorzeichen"),
    "day of a week": (dated("<Dt>2025-W32-3</Dt>"), "bad-date", "JJJJ-MM-TT"),
    "German day": (dated("<Dt>06.08.2025</Dt>"), "bad-date", "JJJJ-MM-TT"),
    "before all time": (dated("<DtTm>0001-01-01T00:00:00+14:00</DtTm>"), "bad-date", "JJJJ-MM-TT"),
    "status of the older version": (camt_054(LINE.replace("<Cd>BOOK</Cd>", "BOOK")), "missing", "Sts/Cd"),
    "answer about two files": (
        CANCELLED.replace(b"<TxInfAndSts>", b"<TxInfAndSts><OrgnlGrpInf><OrgnlMsgId>B-9</OrgnlMsgId></OrgnlGrpInf>"),
        "missing", "genau eine Datei",
    ),
    "answer about no payment": (re.sub(rb"<OrgnlEndToEndId>.*?</OrgnlEndToEndId>", b"", CANCELLED), "missing", "keine Zahlung"),
    "HKR by commas": (HKR.replace(";", ",").encode(), "not-well-formed", "Semikolon"),
    "HKR amount by comma": (HKR.replace(PAID, "19200,00").encode(), "not-valid", "Zeile 3, Betrag"),
    "HKR after the year 9999": (HKR.replace("2025-08-06", "12025-08-06").encode(), "bad-date", "Kalender"),
    "HKR line of another kind": ((HKR + "\x1a").encode(), "bad-line", "Zeile 5"),
    "HKR field of another kind": (HKR_XML.replace(b"<Art>", b"<Mueller>").replace(b"</Art>", b"</Mueller>"), "not-valid", "unbekanntes Feld"),
}  # fmt: skip


def told(raw: bytes) -> tuple[str, list[tuple[str, str]]]:
    house = transmitted_house()
    found = read(raw)
    match found:
        case StatusReport():
            events = house.answered(found)
        case BookingReport():
            events = house.booked(found)
        case RecallReport():
            events = house.record(apply_recall_answer(found, "a" * 64, house.sealed()), system())
    left = [(it.reference, it.reason) for one in events if isinstance(one, ReportReceived) for it in one.unmatched]
    return type(house.payment("p1")).__name__, left


@pytest.mark.parametrize("kind", MOVED)
def test_what_another_system_says_of_our_payment_is_understood(kind: str) -> None:
    raw, state = MOVED[kind]
    assert told(raw) == (state, [])


@pytest.mark.parametrize("kind", CLEARED)
def test_what_it_says_that_cannot_be_is_left_to_be_cleared_and_holds_up_no_other_line(kind: str) -> None:
    raw, state, left = CLEARED[kind]
    assert told(raw) == (state, left)


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_read_is_refused_with_a_reason_that_can_be_passed_on(kind: str) -> None:
    raw, code, words = REFUSED[kind]
    with pytest.raises(Unreadable) as refused:
        read(raw)
    assert refused.value.code == code
    assert words in refused.value.reason
    assert not {OURS, "Mueller"} & set(refused.value.reason.split())


@pytest.mark.parametrize("tenth", range(1, 10))
@pytest.mark.parametrize("raw", [ACCEPTED, camt_053(LINE), CANCELLED, HKR.encode(), HKR_XML])
def test_a_file_that_ends_at_any_tenth_of_it_is_refused(raw: bytes, tenth: int) -> None:
    with pytest.raises(Unreadable):
        read(raw[: len(raw) * tenth // 10])


def test_an_instant_is_booked_on_our_day_whatever_day_it_is_there() -> None:
    found = read(dated("<DtTm>2025-08-05T23:30:00Z</DtTm>"))
    assert isinstance(found, BookingReport)
    assert [it.booked_on.isoformat() for it in found.entries] == ["2025-08-06"]


def test_a_file_of_more_lines_than_lxml_counts_is_read() -> None:
    found = read(
        (HKR.replace(f"Nachsatz;1;{PAID}\r\n", "") + "Einzelsatz;1;Auszahlung;X;1.00;2025-08-06\r\n" * 70_000).encode()
        + b"Nachsatz;70001;89200.00\r\n"
    )
    assert isinstance(found, BookingReport)
    assert (len(found.entries), found.entries[-1].key) == (70_001, "1#70000")
