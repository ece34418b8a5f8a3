"""The order files of a budget and cash system as the simulated treasury reads, numbers and answers them."""

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
