"""One odd line holds up no other: nothing is booked of it, the rest of its file is taken in, and the balances say what it was."""

import re

import pytest

from services.payout.clearing import Direction
from services.payout.matching import unexplained
from services.payout.report import (
    AccountEntry,
    BookingReport,
    Recall,
    RecallReport,
    ReportReceived,
    apply_recall_answer,
)
from services.payout.treasury import Unreadable
from services.payout.treasury.iso20022 import read
from tests.payout.builders import BATCH, House, system, transmitted_house
from tests.payout.messages import balance, camt_029, camt_053, camt_054, details, entry
from tests.payout.test_clearing import listed

PAID = "19200.00"
OURS = transmitted_house().reference("p1")
LINE = entry(PAID, details(OURS, PAID))
FIRST_PAGE = b"<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>"
DOLLARS = entry("99.00", details("X-1"), servicer="U-1", currency="USD")


def report(raw: bytes) -> BookingReport:
    found = read(raw)
    assert isinstance(found, BookingReport)
    return found


def taken(*raw: bytes) -> tuple[str, list[tuple[str, str, int, Direction]]]:
    """What becomes of our payment, and what is to be cleared."""
    house = transmitted_house()
    for place, it in enumerate(raw):
        house.booked(report(it), f"{place:064}")
    items = [it.item for _, _, it in listed(house)]
    return type(house.payment("p1")).__name__, [(it.reference, it.reason, it.cents, it.direction) for it in items]


def test_a_line_in_dollars_is_to_be_cleared_and_the_rest_of_its_file_is_taken_in() -> None:
    assert taken(camt_054(DOLLARS, LINE)) == ("Settled", [("U-1", "wrong-currency", 0, Direction.NONE)])


def test_what_a_statement_lacks_without_the_line_is_what_the_line_was_in_euros() -> None:
    raw = camt_053(DOLLARS, LINE, opening="20000.00", closing="711.50")
    assert taken(raw) == ("Settled", [("U-1", "wrong-currency", 88_50, Direction.OUT)])
    [statement] = report(raw).statements
    assert [(it.debit_cents, it.credit_cents) for it in statement.days] == [(19_288_50, 0)]
    assert (statement.opening_cents, statement.closing_cents) == (20_000_00, 711_50)


def test_of_several_nobody_knows_which_and_the_day_says_more_than_is_explained() -> None:
    two = DOLLARS, DOLLARS.replace("U-1", "U-2")
    raw = camt_053(*two, LINE, opening="20000.00", closing="711.50")
    state, items = taken(raw)
    assert (state, [(it[1], it[2]) for it in items]) == ("Settled", [("wrong-currency", 0)] * 2)
    [statement] = report(raw).statements
    explained = 19_200_00 + sum(cents for _, _, cents, _ in items)
    assert sum(it.debit_cents for it in statement.days) == 19_288_50 > explained


@pytest.mark.parametrize("closing", ["800.00", "20800.00"])
def test_a_line_the_balances_do_not_need_or_that_goes_the_other_way_is_none_of_euros(closing: str) -> None:
    other = DOLLARS.replace("DBIT", "CRDT") if closing == "800.00" else DOLLARS
    state, items = taken(camt_053(other, LINE, opening="20000.00", closing=closing))
    assert (state, items) == ("Settled", [("U-1", "wrong-currency", 0, Direction.NONE)])


def test_our_payment_in_dollars_is_not_paid_and_waits() -> None:
    state, items = taken(camt_054(entry(PAID, details(OURS), currency="USD")))
    assert state == "Batched"
    assert items == [(OURS, "wrong-currency", 0, Direction.NONE)]


def test_beside_another_s_it_waits_as_well_and_the_line_is_told_once() -> None:
    state, items = taken(camt_054(entry(PAID, details(OURS), details("X-1"), currency="USD")))
    assert (state, [it[0] for it in items]) == ("Batched", ["K-1", OURS])


def test_the_balances_say_what_was_paid_of_it_and_it_is_not_taken_for_the_payment() -> None:
    raw = camt_053(entry(PAID, details(OURS), currency="USD"), opening="20000.00", closing="800.00")
    assert taken(raw) == ("Batched", [(OURS, "wrong-currency", 19_200_00, Direction.OUT)])


def test_told_again_it_is_one_question_about_our_payment() -> None:
    raw = camt_054(entry(PAID, details(OURS), currency="USD"))
    _, items = taken(raw, raw.replace(b"C-1", b"C-2"))
    assert [it[0] for it in items].count(OURS) == 1


def test_an_account_kept_in_dollars_beside_ours_holds_up_nothing() -> None:
    theirs = re.search(
        rb"<Stmt>.*</Stmt>", camt_053(DOLLARS, opening="100.00", closing="1.00").replace(b'"EUR"', b'"USD"')
    )
    assert theirs
    raw = camt_053(LINE, opening="20000.00", closing="800.00")
    both = raw.replace(b"</Stmt>", b"</Stmt>" + theirs[0].replace(b"DE65", b"DE66"))
    assert taken(both)[0] == "Settled"
    assert [it.closing_cents for it in report(both).statements if it.account] == [800_00]


REFUSED = {
    "balances in dollars, lines in euros": camt_053(LINE, opening="20000.00", closing="800.00").replace(
        balance("CLBD", "800.00", "2025-08-06").encode(), balance("CLBD", "800.00", "2025-08-06").replace("EUR", "USD").encode()
    ),
    "a page": camt_053(DOLLARS, opening="20000.00").replace(b"<ElctrncSeqNb>", FIRST_PAGE + b"<ElctrncSeqNb>"),
    "more than can be told": camt_054(*[DOLLARS] * 1_001),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_makes_the_whole_doubtful_is_refused(what: str) -> None:
    with pytest.raises(Unreadable, match="wrong-currency"):
        read(REFUSED[what])


class NothingListed:
    """Lists that know nothing."""

    def bodies(self, _view: str, _keys: set[str]) -> dict[str, dict[str, int]]:
        return {}


def test_a_line_of_no_cents_is_not_taken_for_an_explained_one() -> None:
    [line] = report(camt_054(DOLLARS)).entries
    left: list[AccountEntry] = list(unexplained(NothingListed(), frozenset({line.account}), "notification", [line]))  # pyright: ignore[reportArgumentType]
    assert left == [line]


# ---- Answers to a request to cancel ----------------------------------------------------------------------------------


def answered(raw: bytes) -> tuple[House, list[tuple[str, str]]]:
    house, found = transmitted_house(), read(raw)
    assert isinstance(found, RecallReport)
    events = house.record(apply_recall_answer(found, "a" * 64, house.sealed()), system())
    return house, [
        (it.reference, it.reason) for one in events if isinstance(one, ReportReceived) for it in one.unmatched
    ]


def test_an_answer_of_no_list_to_a_request_to_cancel_is_asked_about() -> None:
    _, items = answered(camt_029(BATCH, (OURS, "XXXX", "CUST"), ("R-9", "RJCR", "CUST")))
    assert items == [(OURS, "unknown-status"), ("R-9", "recall-refused")]


@pytest.mark.parametrize(
    ("above", "meant"),
    [("RJCR", Recall.REFUSED), ("ACCR", Recall.CANCELLED), ("PACR", Recall.UNKNOWN), ("", Recall.UNKNOWN)],
)
@pytest.mark.parametrize("level", ["file", "group"])
def test_one_without_a_status_of_its_own_has_that_of_its_group_or_file(level: str, above: str, meant: Recall) -> None:
    raw = camt_029(BATCH, (OURS, "X", "CUST")).replace(b"<TxCxlSts>X</TxCxlSts>", b"")
    code = f"GrpCxlSts>{above}</GrpCxlSts>" if level == "file" else f"PmtInfCxlSts>{above}</PmtInfCxlSts>"
    end = b"</OrgnlGrpInfAndSts>" if level == "file" else b"<TxInfAndSts>"
    found = read(raw.replace(end, f"<{code}".encode() + end) if above else raw)
    assert isinstance(found, RecallReport)
    assert [it.recall for it in found.statuses if it.reference] == [meant]
