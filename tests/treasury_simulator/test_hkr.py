"""The order files of a budget and cash system as the simulated treasury reads, numbers and answers them."""

import json
from pathlib import Path

import pytest

from deploy.treasury_simulator.__main__ import main
from deploy.treasury_simulator.order import FileRefused
from deploy.treasury_simulator.reading import read
from tests.treasury_simulator.builders import ROOT, Counter, found

GOLDEN = ROOT / "tests" / "payout" / "golden"
XML, CSV = (GOLDEN / "hkr.xml").read_bytes(), (GOLDEN / "hkr.csv").read_bytes()
"""Dateinummer 12, three orders."""
FIRST = XML.replace(b"<Dateinummer>12<", b"<Dateinummer>1<")


def work(counter: Counter) -> list[bytes]:
    assert main([str(counter.root), "--once"]) == 0
    return list(counter.answers().values())


def test_both_notations_are_the_same_order() -> None:
    assert read(CSV) == read(XML)
    assert (read(XML).number, len(read(XML).payments)) == (12, 3)


def test_a_right_file_is_acknowledged_and_booked_order_by_order(tmp_path: Path) -> None:
    counter = Counter(tmp_path / "treasury")
    counter.send(FIRST)
    acknowledged, booked = work(counter)
    assert found(acknowledged, "Vorsatz/Ergebnis") == ["angenommen"]
    assert found(acknowledged, "Einzelsatz/Ergebnis") == ["angenommen"] * 3
    assert found(booked, "Einzelsatz/Art") == ["Auszahlung"] * 3
    assert found(booked, "Nachsatz/Summe") == ["44800.00"]
    assert counter.book()["totals"] == {"ordered": 3, "settled": 3, "rejected": 0, "duplicate": 0}


@pytest.mark.parametrize("second", [FIRST, FIRST.replace(b">1<", b">3<", 1)], ids=["again", "one is missing"])
def test_the_running_number_has_no_hole_and_comes_once(tmp_path: Path, second: bytes) -> None:
    counter = Counter(tmp_path / "treasury")
    counter.send(FIRST, "one.xml")
    work(counter)
    counter.send(second.replace(b"<Kennung>", b"<Kennung>Z", 1), "two.xml")
    refused = work(counter)[-1]
    assert found(refused, "Vorsatz/Ergebnis") == ["abgewiesen"]
    assert found(refused, "Vorsatz/Grund") == ["AM18"]
    assert counter.book()["totals"]["ordered"] == 3


WRONG = {
    "count": (XML.replace(b"<Anzahl>3<", b"<Anzahl>2<"), "AM18"),
    "sum": (XML.replace(b"<Summe>44800.00<", b"<Summe>44800.01<"), "AM10"),
    "checksum": (XML.replace(b"<PruefsummeIBAN>0", b"<PruefsummeIBAN>9"), "AM10"),
    "no trailer": (XML[: XML.index(b"<Nachsatz>")] + b"</Anordnungsdatei>", "FF01"),
    "numbers": (XML.replace(b"<Nummer>2<", b"<Nummer>3<"), "FF01"),
    "kind": (XML.replace(b"<Art>Auszahlung<", b"<Art>Annahme<", 1), "FF01"),
    "order of fields": (
        XML.replace(b"<Art>Auszahlung</Art>", b"", 1).replace(b"</Zweck>", b"</Zweck><Art>x</Art>", 1),
        "FF01",
    ),
    "csv cut": (CSV[:-60], "FF01"),
    "csv of other columns": (CSV.replace(b"Nachsatz;", b"Nachsatz;;"), "FF01"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_file_is_refused_as_a_whole(kind: str) -> None:
    content, code = WRONG[kind]
    assert content not in (XML, CSV)
    with pytest.raises(FileRefused) as refused:
        read(content)
    assert (refused.value.reason.code, refused.value.format) == (code, "hkr")


# ---- the second version: orders about claims -------------------------------------------------------------------------

SECOND, SECOND_CSV = (GOLDEN / "hkr-2.xml").read_bytes(), (GOLDEN / "hkr-2.csv").read_bytes()
"""Dateinummer 2: a payment, an order to collect, and one that changes it, which comes first."""
ACCOUNT = "DE75512108001245126199"


def record(number: int, kind: str, reference: str, cents: str, due_on: str, refers_to: str = "") -> str:
    return f"Einzelsatz;{number};{kind};{reference};{refers_to};RF26A;1605-63371;2026;{cents};{due_on};Stadt Stadtilm;;EG-1;Erstattung\r\n"


def orders(number: int, *records: str, total: str = "", paid: str = "0.00") -> bytes:
    """A file with orders about claims and no payment."""
    cents = sum(int(it.split(";")[8].replace(".", "")) for it in records)
    return (
        f"Anordnungsdatei;urn:foerderstrom:hkr:2\r\nVorsatz;B{number};{number};2026-06-01T10:00:00Z;2026-06-01;Kasse;{ACCOUNT}\r\n"
        f"{''.join(records)}Nachsatz;{len(records)};{total or f'{cents // 100}.{cents % 100:02}'};{paid};{0:020d}\r\n"
    ).encode()


COLLECT = record(1, "Annahme", "AO1", "6400.00", "2026-06-21")


def results(raw: bytes) -> list[tuple[str, str]]:
    reasons = iter(found(raw, "Einzelsatz/Grund"))
    told = zip(found(raw, "Einzelsatz/Fremdkennzeichen"), found(raw, "Einzelsatz/Ergebnis"), strict=True)
    return [(it, result if result == "angenommen" else next(reasons)) for it, result in told]


def test_both_notations_of_the_second_version_are_the_same_order() -> None:
    assert read(SECOND_CSV) == read(SECOND)
    assert [it.kind for it in read(SECOND).collections] == ["Aenderung", "Annahme"]
    assert read(SECOND).version == 2


def test_a_claim_is_collected_changed_and_taken_off(tmp_path: Path) -> None:
    counter = Counter(tmp_path / "treasury")
    counter.send(orders(1, COLLECT), "1.csv")
    (first,) = work(counter)
    assert b"urn:foerderstrom:hkr:2" in first
    assert (found(first, "Vorsatz/Anzahl"), found(first, "Vorsatz/Summe")) == (["1"], ["6400.00"])
    assert counter.book()["claims"] == {
        "RF26A": {"amount_cents": 6_400_00, "due_on": "2026-06-21", "received_cents": 0}
    }
    change = record(1, "Aenderung", "AO2", "6000.00", "2026-12-31", "AO1")
    counter.send(orders(2, change, record(2, "Absetzung", "AO3", "5000.00", "2026-12-31", "AO1")), "2.csv")
    assert results(work(counter)[-1]) == [("AO2", "angenommen"), ("AO3", "angenommen")]
    assert counter.book()["claims"]["RF26A"] == {"amount_cents": 1_000_00, "due_on": "2026-12-31", "received_cents": 0}


def test_an_order_that_contradicts_the_book_is_refused_alone(tmp_path: Path) -> None:
    counter = Counter(tmp_path / "treasury")
    counter.send(orders(1, COLLECT), "1.csv")
    work(counter)
    wrong = (
        record(1, "Aenderung", "AO4", "1.00", "2026-12-31", "AO9"),
        record(2, "Absetzung", "AO5", "6400.01", "2026-12-31", "AO1"),
        record(3, "Annahme", "AO6", "1.00", "2026-12-31"),
        record(4, "Annahme", "AO1", "1.00", "2026-12-31"),
    )
    counter.send(orders(2, *wrong), "2.csv")
    assert results(work(counter)[-1]) == [("AO4", "NOOR"), ("AO5", "AM02"), ("AO6", "AM05"), ("AO1", "AM05")]
    assert counter.book()["claims"]["RF26A"]["amount_cents"] == 6_400_00


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (orders(1, COLLECT, total="6400.01"), "AM10"),
        (orders(1, COLLECT, paid="6400.00"), "AM10"),
        (orders(1, record(2, "Annahme", "AO1", "1.00", "2026-06-21")), "FF01"),
        (orders(1, record(1, "Annahme", "AO1", "1.00", "2026-06-31")), "DT01"),
        (orders(1, record(1, "Annahme", "AO1", "1.00", "2026-06-21", "AO9")), "FF01"),
        (orders(1, record(1, "Aenderung", "AO1", "1.00", "2026-06-21")), "FF01"),
        (orders(1, record(1, "Geschenk", "AO1", "1.00", "2026-06-21")), "FF01"),
        (orders(1, COLLECT, COLLECT.replace(";1;", ";2;", 1)), "DU04"),
        (SECOND.replace(b"<SummeAuszahlungen>19200.00", b"<SummeAuszahlungen>19200.01"), "AM10"),
        (SECOND.replace(b"<Anzahl>3<", b"<Anzahl>1<"), "AM18"),
    ],
)
def test_a_wrong_file_of_the_second_version_is_refused_as_a_whole(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(content)
    assert (refused.value.reason.code, refused.value.version) == (code, 2)


@pytest.mark.parametrize("told", ["bookings", "statement", "notification"])
def test_what_somebody_pays_is_told_once_in_the_file_that_was_asked_for(tmp_path: Path, told: str) -> None:
    counter = Counter(tmp_path / "treasury")
    counter.send(orders(1, COLLECT), "1.csv")
    work(counter)
    paid = {"id": "r1", "reference": "RF26A", "cents": 640000, "on": "2026-06-20", "account": ACCOUNT, "told": told}
    (counter.root / "scenario.json").write_text(json.dumps({"paid": [paid]}), "utf-8")
    told_of = work(counter)
    assert work(counter) == told_of
    raw = told_of[-1]
    if told == "bookings":
        assert found(raw, "Einzelsatz/Art") == ["Einzahlung"]
        assert found(raw, "Einzelsatz/Fremdkennzeichen") == ["RF26A"]
        assert found(raw, "Nachsatz/Summe") == ["6400.00"]
    else:
        assert b"Erstattung RF26A" in raw
        assert b"<CdtDbtInd>CRDT" in raw
    assert counter.book()["claims"]["RF26A"]["received_cents"] == 6_400_00
    assert counter.book()["totals"]["ordered"] == 0


def test_a_payment_that_says_nothing_clear_ends_the_program(tmp_path: Path) -> None:
    counter = Counter(tmp_path / "treasury")
    paid = {"id": "r1", "reference": "RF26A", "cents": 0, "on": "2026-06-20", "account": ACCOUNT}
    (counter.root / "scenario.json").write_text(json.dumps({"paid": [paid]}), "utf-8")
    assert main([str(counter.root), "--once"]) == 4
