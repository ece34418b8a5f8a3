"""The same thing told in any version settles, refuses and takes back the same payments."""

import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from services.payout import payment as payments
from services.payout.report import BookingReport, RecallReport, ReportReceived
from services.payout.treasury import Unreadable, iso20022
from services.payout.treasury.iso20022 import read
from tests.payout.builders import BATCH, transmitted_house
from tests.payout.messages import camt_029, information, pain_002, transaction
from tests.payout.versions import ACCOUNTS, ISO, STATUSES, Line, Paid, account
from tests.published import errors

KINDS = ("052", "053", "054")
OURS = transmitted_house().reference("p1")
PAID = 19_200_00
GROUP = f"{BATCH}-01"


def valid(raw: bytes) -> bytes:
    assert not errors(raw)
    return raw


def booked(raw: bytes) -> BookingReport:
    found = read(valid(raw))
    assert isinstance(found, BookingReport)
    return found


def becomes(raw: bytes) -> tuple[str, list[tuple[str, str]]]:
    """What becomes of the one payment of a batch, and what is left to be cleared."""
    house = transmitted_house()
    found = read(raw)
    assert not isinstance(found, RecallReport)
    events = house.booked(found) if isinstance(found, BookingReport) else house.answered(found)
    left = [(it.reference, it.reason) for one in events if isinstance(one, ReportReceived) for it in one.unmatched]
    return type(house.payment("p1")).__name__, left


references = st.sampled_from(
    ["", OURS, *(payments.reference_of("c" * 32, it, 1, 2025) for it in range(1, 5)), "R-77/4"]
)
amounts = st.integers(min_value=1, max_value=99_999_99)
parts = st.builds(
    Paid, reference=references, cents=amounts, charges=st.sampled_from([0, 0, 5_00]), text=st.sampled_from(["", OURS])
)
lines = st.builds(
    Line,
    payments=st.lists(parts, min_size=1, max_size=3).map(tuple),
    group=st.sampled_from(["", "", GROUP]),
    cents=st.sampled_from([0, 0, 0, 777_00]),
    debit=st.booleans(),
    reason=st.sampled_from(["", "", "AC04", "MS03"]),
    status=st.sampled_from(["BOOK", "BOOK", "PDNG", "INFO"]),
)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12)
@forall(told=st.lists(lines, min_size=1, max_size=4), opening=st.integers(-1_000_00, 1_000_000_00))
def test_an_account_is_the_same_evidence_in_every_version(kind: str, told: list[Line], opening: int) -> None:
    agreed = booked(account(kind, 8, *told, opening=opening))
    assert len(agreed.entries) == len(told)
    for version in ACCOUNTS:
        assert booked(account(kind, version, *told, opening=opening)) == agreed, version


LIVED: dict[str, tuple[tuple[Line, ...], str, list[tuple[str, str]]]] = {
    "paid": ((Line((Paid(OURS, PAID),)),), "Settled", []),
    "paid as a group": ((Line(group=GROUP, cents=PAID),), "Settled", []),
    "paid in a batch": ((Line((Paid(OURS, PAID), Paid("R-9", 1_00)), group="B-0"),), "Settled", [("R-9", "unknown-reference")]),
    "named in the text": ((Line((Paid("", PAID, text=f"EREF+{OURS}"),)),), "Settled", []),
    "came back": ((Line((Paid(OURS, PAID),)), Line((Paid(OURS, PAID),), debit=False, reason="AC04")), "Returned", []),
    "came back with charges": (
        (Line((Paid(OURS, PAID),)), Line((Paid(OURS, PAID - 5_00, charges=5_00),), debit=False, reason="AC04")), "Returned", [],
    ),
    "only noted": ((Line((Paid(OURS, PAID),), status="PDNG"),), "Batched", [("K-1", "not-booked")]),
}  # fmt: skip


@pytest.mark.parametrize("version", ACCOUNTS)
@pytest.mark.parametrize("what", LIVED)
def test_what_an_account_tells_of_our_payment_happens_in_every_version(what: str, version: int) -> None:
    told, state, left = LIVED[what]
    for kind in ("053", "054"):
        assert becomes(account(kind, version, *told)) == (state, left)
    assert becomes(account("052", version, *told)) == ("Batched", [])


@pytest.mark.parametrize("kind", KINDS)
def test_the_austrian_name_of_the_second_version_says_the_same(kind: str) -> None:
    raw = account(kind, 2, *LIVED["came back with charges"][0])
    austrian = raw.replace(
        f"{ISO}camt.{kind}.001.02".encode(), f"ISO:camt.{kind}.001.02:APC:STUZZA:payments:003".encode()
    )
    assert read(austrian) == read(raw)


@pytest.mark.parametrize("version", ACCOUNTS)
def test_a_statement_in_pages_is_one_in_every_version(version: int) -> None:
    line = Line((Paid(OURS, PAID),))
    first, last = (booked(account("053", version, line, page=it)).statements[0] for it in ((1, False), (2, True)))
    assert [(it.page, it.is_last) for it in (first, last)] == [(1, False), (2, True)]
    assert first.opening_cents == 0
    assert last.closing_cents == -PAID


@pytest.mark.parametrize("version", ACCOUNTS)
def test_the_status_of_one_version_is_none_in_another(version: int) -> None:
    raw = account("054", version, Line((Paid(OURS, PAID),)))
    other = raw.replace(b"<Sts>BOOK</Sts>", b"<Sts><Cd>BOOK</Cd></Sts>") if version <= 6 else raw.replace(
        b"<Sts><Cd>BOOK</Cd></Sts>", b"<Sts>BOOK</Sts>"
    )  # fmt: skip
    with pytest.raises(Unreadable, match="missing"):
        read(other)


ANSWERS: dict[str, tuple[bytes, str, list[tuple[str, str]]]] = {
    "payment taken": (pain_002(information(GROUP, transaction(OURS, "ACSP")), batch=BATCH), "Accepted", []),
    "payment refused": (pain_002(information(GROUP, transaction(OURS, "RJCT", "AC04")), batch=BATCH, status="PART"), "Rejected", []),
    "group refused": (pain_002(information(GROUP, status="RJCT", code="AC01"), batch=BATCH), "Rejected", []),
    "file refused": (pain_002(batch=BATCH, status="RJCT", code="FF01"), "Rejected", []),
    "file arrived": (pain_002(batch=BATCH, status="ACTC"), "Batched", []),
    "payment without a status of its own": (
        pain_002(information(GROUP, transaction(OURS, "X").replace("<TxSts>X</TxSts>", ""), status="RJCT", code="AC01"), batch=BATCH),
        "Rejected", [],
    ),
}  # fmt: skip
PUBLISHED = sorted({it for it, root in iso20022.READERS if root == "CstmrPmtStsRpt"})


@pytest.mark.parametrize("namespace", PUBLISHED)
@pytest.mark.parametrize("what", ANSWERS)
def test_an_answer_is_the_same_in_every_version(what: str, namespace: str) -> None:
    raw, state, left = ANSWERS[what]
    assert becomes(raw.replace(f"{ISO}pain.002.001.10".encode(), namespace.encode())) == (state, left)


@pytest.mark.parametrize("version", [f"pain.002.001.{it:02}" for it in STATUSES])
def test_the_answers_are_valid_in_every_version(version: str) -> None:
    for raw, _, _ in ANSWERS.values():
        valid(raw.replace(b"pain.002.001.10", version.encode()))


def transport_log(step: str, answered: str = "EBICS") -> bytes:
    """A customer protocol as EBICS defines it: of the shape of an answer, about files on the line."""
    at = "<Othr><Id>2025-08-04T12:00:00.000Z</Id><SchmeNm><Prtry>TimeStamp</Prtry></SchmeNm></Othr>"
    why = f"<StsRsnInf><Orgtr><Nm>LHK0001</Nm><Id><OrgId>{at}</OrgId></Id></Orgtr><Rsn><Cd>TS01</Cd></Rsn><AddtlInf>RJCT</AddtlInf></StsRsnInf>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{ISO}pain.002.001.03"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>HAC-1</MsgId><CreDtTm>2025-08-04T12:00:00Z</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{answered}</OrgnlMsgId><OrgnlMsgNmId>{answered}</OrgnlMsgNmId></OrgnlGrpInfAndSts>"
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{step}</OrgnlPmtInfId>{why}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()


@pytest.mark.parametrize("answered", ["EBICS", "pain.001.001.09"])
@pytest.mark.parametrize("step", ["FILE_UPLOAD", "ES_VERIFICATION", "ORDER_HAC_FINAL_POS", "ORDER_HAC_FINAL_NEG"])
def test_a_log_of_transmissions_is_no_evidence_about_payments(step: str, answered: str) -> None:
    with pytest.raises(Unreadable, match="transport-log") as refused:
        read(valid(transport_log(step, answered)))
    assert "HAC" in refused.value.reason


@pytest.mark.parametrize("version", range(3, 14))
def test_an_answer_to_a_request_to_cancel_is_the_same_in_every_version(version: int) -> None:
    raw = camt_029(BATCH, (OURS, "RJCR", "CUST"))
    assert read(valid(raw.replace(b"camt.029.001.06", f"camt.029.001.{version:02}".encode()))) == read(raw)


@pytest.mark.parametrize(
    "name", ["camt.053.001.01", "camt.053.001.15", "camt.029.001.02", "pain.002.001.02", "pain.002.001.16"]
)
def test_of_another_version_it_is_said_which_ones_are_read(name: str) -> None:
    raw = account("053", 8).replace(b"camt.053.001.08", name.encode())
    with pytest.raises(Unreadable, match="unknown-message") as refused:
        read(raw)
    assert name[:8] in refused.value.reason
    assert name not in refused.value.reason
