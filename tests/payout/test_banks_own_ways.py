"""The ways of banks and their systems, each in the shape in which it writes: what becomes of our payment by it."""

import re

import pytest

from services.payout import payment as payments
from services.payout.report import BookingReport, ReportReceived, StatusReport
from services.payout.treasury.iso20022 import read
from tests.payout.builders import BATCH, CASE, transmitted_house
from tests.payout.messages import (
    ACCOUNT,
    balance,
    camt_053,
    camt_054,
    details,
    entry,
    information,
    pain_002,
    transaction,
)
from tests.payout.versions import Line, Paid, account

PAID = "19200.00"
CENTS = 19_200_00
OURS = transmitted_house().reference("p1")
OTHER = payments.reference_of(CASE, 2, 1, 2025)
GROUP = f"{BATCH}-01"
LINE = entry(PAID, details(OURS, PAID))


def refs(end_to_end: str, **more: str) -> str:
    """What a payment is called in all the places where banks put names."""
    order = ("MsgId", "AcctSvcrRef", "PmtInfId", "InstrId", "EndToEndId", "TxId", "MndtId")
    named = {"EndToEndId": end_to_end, **more}
    return "<Refs>" + "".join(f"<{it}>{named[it]}</{it}>" for it in order if it in named) + "</Refs>"


def detail(head: str, *words: str, more: str = "") -> str:
    text = "".join(f"<Ustrd>{it}</Ustrd>" for it in words)
    return f"<TxDtls>{head}{f'<RmtInf>{text}</RmtInf>' if words else ''}{more}</TxDtls>"


def credit(amount: str, inner: str, kind: str = "<BkTxCd/>") -> str:
    raw = entry(amount, inner, direction="CRDT", servicer="K-R", booked="<Dt>2025-08-08</Dt>")
    return raw.replace("<BkTxCd/>", kind)


def of_dk(code: str, issuer: str = "DK") -> str:
    return f"<BkTxCd><Prtry><Cd>{code}</Cd><Issr>{issuer}</Issr></Prtry></BkTxCd>"


RETURN = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
KEPT = '<AmtDtls><TxAmt><Amt Ccy="EUR">19200.00</Amt></TxAmt></AmtDtls><Chrgs><Rcrd><Amt Ccy="EUR">5.00</Amt></Rcrd></Chrgs>'
PARTS = '<AmtDtls><InstdAmt><Amt Ccy="EUR">{}</Amt></InstdAmt></AmtDtls>'

MOVED: dict[str, tuple[bytes, str]] = {
    "a sum of which the bank tells its own name, and the group": (
        camt_054(entry(PAID, detail(refs("NOTPROVIDED", MsgId="SAMMLER-4711", PmtInfId=GROUP)))), "Settled",
    ),
    "a sum of the whole file, named in its details": (camt_054(entry(PAID, detail(refs("NOTPROVIDED", MsgId=BATCH)))), "Settled"),
    "a host that knows capital letters only": (camt_054(entry(PAID, group=GROUP.upper())), "Settled"),
    "an answer of a host that knows capital letters only": (
        pain_002(information(GROUP.upper(), status="ACSP"), batch=BATCH.upper()), "Accepted",
    ),
    "a reference cut into lines of 27": (
        camt_054(entry(PAID, detail(refs("NOTPROVIDED"), f"SVWZ+Zuwendung EREF+{OURS[:7]}", f"{OURS[7:]} ABWA+LHK"))), "Settled",
    ),
    "a prefix before the reference": (camt_054(entry(PAID, details(f"EREF+{OURS}", PAID))), "Settled"),
    "shares as they were instructed": (
        camt_054(entry("19300.00", detail(refs(OURS), more=PARTS.format(PAID)), detail(refs("X"), more=PARTS.format("100.00")))),
        "Settled",
    ),
    "both balances of the day before, and one by the hour": (
        camt_053(LINE, opening="20000.00", closing="800.00").replace(b"<Dt><Dt>2025-08-06</Dt></Dt>", b"<Dt><DtTm>2025-08-06T00:00:00.000000000</DtTm></Dt>"),
        "Settled",
    ),
    "a balance available in another currency": (
        camt_053(LINE, opening="20000.00", closing="800.00").replace(
            b"<Ntry>", balance("CLAV", "900.00", "2025-08-06").replace("EUR", "CHF").encode() + b"<Ntry>", 1
        ),
        "Settled",
    ),
    "a number of 18 digits": (camt_053(LINE, number=202508060000000001), "Settled"),
    "came back, by the number of the German banks alone": (
        camt_054(LINE, credit(PAID, detail(refs(OURS)), of_dk("NRTI+159+9310"))), "Returned",
    ),
    "came back, named in the text under the bank's own name": (
        camt_054(LINE, credit(PAID, detail(refs("RUECK-0815"), f"RETOURE EREF+{OURS}", more=RETURN))), "Returned",
    ),
    "came back, named where the bank says more": (
        camt_054(LINE, credit(PAID, detail(refs("NOTPROVIDED"), more=f"{RETURN[:-9]}<AddtlInf>{OURS}</AddtlInf></RtrInf>"))), "Returned",
    ),
    "came back, told before what the banks kept": (camt_054(LINE, credit("19195.00", detail(refs(OURS) + KEPT, more=RETURN))), "Returned"),
    "the second version, with names of parties and balances": (account("053", 2, Line((Paid(OURS, CENTS),)), opening=1_00), "Settled"),
    "an answer to a file by its kind in capital letters": (
        pain_002(information(GROUP, transaction(OURS, "ACCP")), batch=BATCH).replace(b"pain.001.001.09", b"PAIN.001.001.09"), "Accepted",
    ),
    "a group that is called nothing": (pain_002(information("NOTPROVIDED", transaction(OURS, "RJCT", "AC01")), batch=BATCH), "Rejected"),
    "a reference in another case within its group": (
        pain_002(information(GROUP, transaction(OURS.lower(), "RJCT", "MS03"), status="PART"), batch=BATCH, status="PART"), "Rejected",
    ),
    "an account that stands as another kind of number": (
        camt_054(LINE).replace(f"<IBAN>{ACCOUNT}</IBAN>".encode(), f"<Othr><Id>{ACCOUNT}</Id></Othr>".encode()), "Settled",
    ),
}  # fmt: skip
CLEARED: dict[str, tuple[bytes, str, list[tuple[str, str]]]] = {
    "a credit that quotes our payment and is no return": (
        camt_054(credit(PAID, detail(refs(OURS)), of_dk("NTRF+166+9310"))), "Batched", [("K-R", "not-a-debit")],
    ),
    "the number of a return, of nobody's list": (
        camt_054(credit(PAID, detail(refs(OURS)), of_dk("159", "BANK"))), "Batched", [("K-R", "not-a-debit")],
    ),
    "another's debit that quotes our payment": (
        camt_054(entry(PAID, detail(refs("X-1"), f"wie {OURS}"))), "Batched", [("X-1", "unknown-reference")],
    ),
    "two of ours, cut into lines": (
        camt_054(entry(PAID, detail(refs("NOTPROVIDED"), f"EREF+{OURS[:7]}", f"{OURS[7:]} {OTHER}"))), "Batched", [("NOTPROVIDED", "unknown-reference")],
    ),
    "a sum of a group that is not its own": (
        camt_054(entry("1.00", detail(refs("NOTPROVIDED", PmtInfId=GROUP)))), "Batched", [(GROUP, "sum-differs")],
    ),
    "came back with more kept than told": (
        camt_054(LINE, credit("19194.00", detail(refs(OURS) + KEPT, more=RETURN))), "Settled", [("K-R", "sum-differs")],
    ),
}  # fmt: skip


def told(raw: bytes) -> tuple[str, list[tuple[str, str]]]:
    house = transmitted_house()
    found = read(raw)
    assert isinstance(found, BookingReport | StatusReport)
    events = house.booked(found) if isinstance(found, BookingReport) else house.answered(found)
    left = [(it.reference, it.reason) for one in events if isinstance(one, ReportReceived) for it in one.unmatched]
    return type(house.payment("p1")).__name__, left


@pytest.mark.parametrize("way", MOVED)
def test_a_bank_s_own_way_is_understood(way: str) -> None:
    raw, state = MOVED[way]
    became, left = told(raw)
    assert became == state
    assert not [it for it in left if it[0] not in ("X", "K-R")]


@pytest.mark.parametrize("way", CLEARED)
def test_what_only_looks_like_it_moves_nothing(way: str) -> None:
    raw, state, left = CLEARED[way]
    assert told(raw) == (state, left)


def keys(raw: bytes) -> dict[str, str]:
    found = read(raw)
    assert isinstance(found, BookingReport)
    return {it.bookings[0].reference: it.key for it in found.entries}


def test_alike_payments_of_a_group_that_the_bank_does_not_name_are_told_apart_in_any_order() -> None:
    one, other = (entry("5.00", details(it, "5.00", GROUP), servicer="") for it in ("R1", "R2"))
    assert keys(camt_054(one, other)) == keys(camt_053(other, one))


def test_a_sum_is_the_same_booking_whether_its_payments_are_told_or_not() -> None:
    with_payments = entry("7.00", details("R1", "5.00"), details("R2", "2.00"), group=GROUP, servicer="")
    without = re.sub(r"<TxDtls>.*</TxDtls>", "", with_payments)
    told_in = [read(camt_054(it)) for it in (with_payments, without)]
    assert len({it.entries[0].key for it in told_in if isinstance(it, BookingReport)}) == 1
