"""Files of the treasury for every reader, damaged by chance: read, or refused with a reason; never another exception, and never another amount booked.

`EXAMPLES=n` tries more than the usual 300 of each kind.
"""

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.payout import payment as payments
from services.payout.report import BookingReport, RecallReport, ReportReceived, StatusReport, apply_recall_answer
from services.payout.treasury import Unreadable, hkr, iso20022
from services.payout.treasury.hkr.notation import etree
from services.payout.treasury.known import read
from tests.payout.builders import BATCH, DEBTOR, House, system, transmitted_house
from tests.payout.messages import (
    balance,
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
from tests.payout.versions import Line, Paid, account

EXAMPLES = int(os.environ.get("EXAMPLES", "300"))
TRIES = settings(
    max_examples=EXAMPLES, database=None, derandomize=EXAMPLES == 300,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
HOUSE = transmitted_house()
REFERENCE = HOUSE.reference("p1")
PAID = 19_200_00

HKR_BOOKINGS = (
    f"Buchungsdatei;{hkr.NAMESPACES[2]}\r\nVorsatz;B-1\r\nEinzelsatz;17;Auszahlung;{REFERENCE};19200.00;2025-08-06\r\n"
    "Nachsatz;1;19200.00\r\n"
)
HKR_ANSWER = f"Vorsatz;Q-1;{BATCH};1;19200.00;teilweise;\r\nEinzelsatz;{REFERENCE};abgewiesen;AC04\r\nNachsatz;1\r\n"
HKR_RETURN = f"Vorsatz;R-1\r\nEinzelsatz;18;{REFERENCE};19200.00;2025-08-08;AC04\r\nNachsatz;1;19200.00\r\n"
HKR_DAY = (
    f"Vorsatz;T-1;{DEBTOR.iban};1;2025-08-06;1.00\r\nEinzelsatz;17;Auszahlung;{REFERENCE};19200.00;\r\n"
    f"Einzelsatz;18;Rueckgabe;{REFERENCE};19200.00;AC04\r\nNachsatz;2;19200.00;19200.00;1.00\r\n"
)
STATUS = pain_002(information(f"{BATCH}-01", transaction(REFERENCE, "RJCT", "AC04")), batch=BATCH)
PAYING = Line((Paid(REFERENCE, PAID),), group=f"{BATCH}-01")
RETURNED = Line((Paid(REFERENCE, PAID - 5_00, charges=5_00),), debit=False, reason="AC04")
FILES: dict[str, bytes] = {
    "notification": camt_054(entry("19200.00", details(REFERENCE, "19200.00"), group=f"{BATCH}-01")),
    "statement": camt_053(
        entry("19200.00", details(REFERENCE)), came_back("19200.00", REFERENCE), opening="1.00", closing="1.00"
    ),
    "status": STATUS,
    "recall": camt_029(BATCH, (REFERENCE, "RJCR", "CUST")),
    "interim": interim(entry("19200.00", details(REFERENCE, "19200.00"))),
    "oldest statement": account("053", 2, PAYING, RETURNED),
    "older notification": account("054", 4, PAYING),
    "newest statement": account("053", 14, PAYING, RETURNED),
    "older status": STATUS.replace(b"002.001.10", b"002.001.03"),
    "newest status": STATUS.replace(b"002.001.10", b"002.001.15"),
    "hkr-acknowledgement": f"Quittung;{hkr.NAMESPACES[2]}\r\n{HKR_ANSWER}".encode(),
    "hkr-bookings": HKR_BOOKINGS.encode(),
    "hkr-bookings-xml": etree.tostring(hkr.from_csv(HKR_BOOKINGS.encode()), xml_declaration=True, encoding="UTF-8"),
    "hkr-closed-day": f"Tagesabschluss;{hkr.NAMESPACES[2]}\r\n{HKR_DAY}".encode(),
    "hkr-returns": f"Rueckgabedatei;{hkr.NAMESPACES[1]}\r\n{HKR_RETURN}".encode(),
}
READERS = {"CstmrPmtStsRpt", "RsltnOfInvstgtn", "BkToCstmrAcctRpt", "BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn"}
"""The messages of ISO 20022 that are read."""
VERSIONS = {"camt.053.001.02", "camt.054.001.04", "camt.053.001.14", "pain.002.001.03", "pain.002.001.15"}
"""One of each kind of version that puts something elsewhere, and the newest."""
PIECES = (
    b"<", b">", b"</Ntry>", b"<!DOCTYPE x>", b"&amp;", b"&x;", b"\0", b"\xff\xfe", b"-", b"0", b"99999999999999999999", b".",
    b'Ccy="USD"', b";", b'"', b"\r\n", b"2025-02-30", b"12025-08-06", b"Nachsatz;0", b"<Ntry/>",
    b"DBIT", b"RJCT", b"<![CDATA[", b"<!--", b"<?x ?>", balance("CLBD", "5.00", "x").encode(),
)  # fmt: skip


@st.composite
def damages(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """Up to four cuts, repetitions, changed bytes or pieces from elsewhere."""
    steps = draw(
        st.lists(
            st.tuples(st.sampled_from(["cut", "repeat", "flip", "piece"]), st.floats(0, 1), st.integers(1, 60), st.sampled_from(PIECES)),
            min_size=1, max_size=4,
        )
    )  # fmt: skip

    def damaged(raw: bytes) -> bytes:
        for how, where, length, piece in steps:
            at = int(where * len(raw))
            match how:
                case "cut":
                    raw = raw[:at] + raw[at + length :]
                case "repeat":
                    raw = raw[: at + length] + raw[at:]
                case "flip":
                    raw = raw[:at] + bytes(it ^ (1 << length % 8) for it in raw[at : at + 1]) + raw[at + 1 :]
                case _:
                    raw = raw[:at] + piece + raw[at:]
        return raw

    return damaged


def taken_in(raw: bytes) -> tuple[str, House]:
    """What became of a file: the code of its refusal or what was received, and the house after it."""
    house = transmitted_house()
    try:
        found = read(raw)
    except Unreadable as error:
        return error.code if error.reason.endswith(".") else "without a sentence", house
    match found:
        case BookingReport():
            events = house.booked(found)
        case StatusReport():
            events = house.answered(found)
        case RecallReport():
            events = house.record(apply_recall_answer(found, "a" * 64), system())
    assert any(isinstance(it, ReportReceived) for it in events)
    return "", house


@pytest.mark.parametrize("kind", FILES)
def test_a_damaged_file_is_read_or_refused_with_a_reason_and_books_no_other_amount(kind: str) -> None:
    refused = 0

    @TRIES
    @given(damages())
    def tried(damage: Callable[[bytes], bytes]) -> None:
        nonlocal refused
        code, house = taken_in(damage(FILES[kind]))
        refused += bool(code)
        assert code != "without a sentence"
        state = house.payment("p1")
        assert isinstance(
            state, payments.Batched | payments.Accepted | payments.Settled | payments.Rejected | payments.Returned
        )
        if isinstance(state, payments.Settled | payments.Returned):
            assert not code
        if isinstance(state, payments.Returned):
            assert 0 < state.returned.cents <= PAID
        after, _ = taken_in(FILES[kind])
        assert after == ""  # the next file is processed

    tried()
    assert refused > EXAMPLES // 3


def test_the_undamaged_files_do_what_they_say() -> None:
    states = {kind: taken_in(raw)[1].payment("p1") for kind, raw in FILES.items()}
    assert {kind: type(it).__name__ for kind, it in states.items()} == {
        "notification": "Settled",
        "statement": "Returned",
        "status": "Rejected",
        "recall": "Batched",
        "interim": "Batched",
        "oldest statement": "Returned",
        "older notification": "Settled",
        "newest statement": "Returned",
        "older status": "Rejected",
        "newest status": "Rejected",
        "hkr-acknowledgement": "Rejected",
        "hkr-bookings": "Settled",
        "hkr-bookings-xml": "Settled",
        "hkr-closed-day": "Returned",
        "hkr-returns": "Batched",
    }


def test_there_is_a_file_for_every_reader() -> None:
    assert {root for _, root in iso20022.READERS} == READERS
    assert {it for it in READERS if any(it.encode() in raw for raw in FILES.values())} == READERS
    assert {it for it in VERSIONS if any(it.encode() in raw for raw in FILES.values())} == VERSIONS
    answers = {kind for kind in hkr.COLUMNS[2] if kind != "Anordnungsdatei"}
    assert {it.split(b";")[0].decode() for it in FILES.values() if hkr.looks_like_csv(it)} == answers
