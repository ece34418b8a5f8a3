"""The order file of an HKR system and its answers, in both notations."""

from datetime import date
from pathlib import Path

import lxml.etree
import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from services.payout import sequence
from services.payout.batch import NotByHand, OnlyByHand, RecordEntry, ReleaseBatch, StartSubmission, Writing, seal
from services.payout.report import AccountEntry, Answer, Booking, BookingReport, StatusReport
from services.payout.treasury import Account, Instruction, Unreadable, Unwritable
from services.payout.treasury import instruction as instruction_of
from services.payout.treasury.hkr import NAMESPACE, build_csv, build_xml, from_csv, iban_checksum
from services.payout.treasury.hkr.notation import SCHEMA, schema_errors
from services.payout.treasury.known import FORMATS, read
from services.payout.wiring import blueprint
from shared.records import replace
from tests.payout.builders import DEBTOR, PAYEE, House, cashier, ordered_house, orderer
from tests.payout.road import MONDAY, Road, settings_at
from tests.payout.test_iso20022 import instruction as three
from tests.servers import NatsServer
from tests.service import Place, serving

NUMBERED = replace(
    three,
    number=12,
    groups=tuple(
        replace(
            group,
            title="1605-63371",
            year=2025,
            transfers=tuple(replace(it, file_number="EG-2025-00001") for it in group.transfers),
        )
        for group in three.groups
    ),
)
GOLDEN = Path(__file__).parent / "golden"


def sealed_as(house: House, writing: Writing) -> Instruction:
    content = replace(house.draft("p1"), writing=writing)
    return instruction_of(content, {it.reference: PAYEE for it in content.entries}, DEBTOR)


# ---- out


def test_the_order_file_holds_header_records_and_a_trailer_that_agrees() -> None:
    root = lxml.etree.fromstring(build_xml(NUMBERED))
    space = {"h": "urn:foerderstrom:hkr:1"}
    assert root.findtext("h:Vorsatz/h:Dateinummer", namespaces=space) == "12"
    assert [it.text for it in root.findall("h:Einzelsatz/h:Nummer", space)] == ["1", "2", "3"]
    assert root.findtext("h:Nachsatz/h:Anzahl", namespaces=space) == "3"
    assert root.findtext("h:Nachsatz/h:Summe", namespaces=space) == "44800.00"
    assert root.findtext("h:Nachsatz/h:PruefsummeIBAN", namespaces=space) == iban_checksum([PAYEE.iban] * 3)


def test_the_checksum_notices_another_iban_and_two_that_are_exchanged_for_others() -> None:
    assert iban_checksum([PAYEE.iban]) == f"{1314_02120300000000202051 % 10**20:020d}"
    assert iban_checksum([PAYEE.iban, DEBTOR.iban]) == iban_checksum([DEBTOR.iban, PAYEE.iban])
    assert iban_checksum([PAYEE.iban, PAYEE.iban]) != iban_checksum([DEBTOR.iban, PAYEE.iban])


@pytest.mark.parametrize("name", ["hkr-xml", "hkr-csv"])
def test_the_bytes_never_change(name: str) -> None:
    known = FORMATS[name]
    assert known.build(NUMBERED) == (GOLDEN / f"hkr.{known.suffix}").read_bytes()


def test_both_notations_say_the_same() -> None:
    of_csv = from_csv(build_csv(NUMBERED))
    of_xml = lxml.etree.fromstring(build_xml(NUMBERED), lxml.etree.XMLParser(remove_blank_text=True))
    assert lxml.etree.tostring(of_csv) == lxml.etree.tostring(of_xml)
    assert schema_errors(of_csv) == ""


def test_the_schema_is_one_and_it_notices_a_wrong_file() -> None:
    schema = lxml.etree.XMLSchema(lxml.etree.parse(SCHEMA))
    raw = build_xml(NUMBERED)
    assert schema.validate(lxml.etree.fromstring(raw))
    for right, wrong in [(b"Auszahlung<", b"Geschenk<"), (b"19200.00<", b"19200.000<"), (b"<Anzahl>3", b"<Anzahl>-3")]:
        assert not schema.validate(lxml.etree.fromstring(raw.replace(right, wrong, 1)))


def test_what_the_schema_refuses_is_never_sealed() -> None:
    with pytest.raises(Unwritable, match="not-valid"):
        build_xml(replace(NUMBERED, number=0))
    with pytest.raises(Unwritable, match="not-valid"):
        build_csv(replace(NUMBERED, groups=(replace(NUMBERED.groups[0], year=25),)))


def test_a_batch_is_written_as_it_was_sealed_whatever_the_settings_say_later() -> None:
    house = ordered_house()
    content = replace(house.draft("p1"), writing=Writing(format="hkr-csv", native_text=True, number=1))
    house.record(seal(content, "a" * 64, "csv"), orderer())
    sealed = house.sealed()
    assert sealed.writing == content.writing
    assert sealed.file_name.endswith(".csv")
    thuringian = {it.reference: Account(holder="Stadt Mühlhausen", iban=PAYEE.iban) for it in sealed.entries}
    raw = FORMATS[sealed.writing.format].build(instruction_of(sealed, thuringian, DEBTOR))
    assert "Stadt Mühlhausen" in raw.decode()


def test_umlauts_and_single_debits_are_part_of_what_is_sealed() -> None:
    plain = FORMATS["iso20022"].build(sealed_as(ordered_house(), Writing()))
    native = FORMATS["iso20022"].build(
        sealed_as(ordered_house(), Writing(native_text=True, single_titles=("1605-63371",)))
    )
    assert b"Thueringer Landeshauptkasse" in plain
    assert "Thüringer Landeshauptkasse" in native.decode()
    assert b"<BtchBookg>true" in plain
    assert b"<BtchBookg>false" in native


# ---- the running number


def test_files_are_numbered_without_holes_and_a_number_is_given_once() -> None:
    house = ordered_house()
    content = house.draft("p1")
    numbered = replace(content, writing=Writing(format="hkr-xml", number=1))
    for wrong in (2, 7):
        with pytest.raises(sequence.NumberNotNext):
            house.record(seal(replace(content, writing=Writing(format="hkr-xml", number=wrong)), "a" * 64), orderer())
    house.record(seal(numbered, "a" * 64), orderer())
    assert house.record(seal(numbered, "a" * 64), orderer()) == []
    assert house.state(sequence.decider, content.debtor).next == 2


# ---- in

QUITTUNG = """Quittung;urn:foerderstrom:hkr:1
Vorsatz;Q-1;b0000000000000000000000000000001;2;30000.00;teilweise;
Einzelsatz;TH25A;angenommen;
Einzelsatz;TH25B;abgewiesen;AC04
Nachsatz;2
"""
BUCHUNGEN = """Buchungsdatei;urn:foerderstrom:hkr:1
Vorsatz;B-1
Einzelsatz;2025-000017;Auszahlung;TH25A;19200.00;2025-08-06
Nachsatz;1;19200.00
"""
RUECKGABEN = """Rueckgabedatei;urn:foerderstrom:hkr:1
Vorsatz;R-1
Einzelsatz;2025-000031;TH25A;19200.00;2025-08-08;AC04
Nachsatz;1;19200.00
"""


def both(text: str) -> list[bytes]:
    """The file in CSV and in XML."""
    return [text.encode(), lxml.etree.tostring(from_csv(text.encode()), xml_declaration=True, encoding="UTF-8")]


def test_an_acknowledgement_answers_the_file_and_its_orders() -> None:
    for raw in both(QUITTUNG):
        found = read(raw)
        assert isinstance(found, StatusReport)
        assert (found.batch, found.count, found.sum_cents) == ("b0000000000000000000000000000001", 2, 30_000_00)
        assert [(it.answer, it.reference, it.reason) for it in found.statuses] == [
            (Answer.PARTIAL, "", ""),
            (Answer.ACCEPTED, "TH25A", ""),
            (Answer.REJECTED, "TH25B", "AC04"),
        ]


def test_bookings_are_debits_and_returned_money_is_none() -> None:
    for raw in both(BUCHUNGEN):
        found = read(raw)
        assert isinstance(found, BookingReport)
        assert found.entries == (
            AccountEntry(
                key="2025-000017", cents=19_200_00, debit=True, booked=True, booked_on=date(2025, 8, 6),
                bookings=(Booking(reference="TH25A", cents=19_200_00),),
            ),
        )  # fmt: skip
    for raw in both(RUECKGABEN):
        returned = read(raw)
        assert isinstance(returned, BookingReport)
        assert not returned.entries[0].debit


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (QUITTUNG.replace("Nachsatz;2", "Nachsatz;3"), "count-differs"),
        (BUCHUNGEN.replace("1;19200.00\n", "1;19200.01\n"), "sum-differs"),
        (BUCHUNGEN.replace("19200.00;2025", "19200.00000;2025"), "not-valid"),
        (BUCHUNGEN.replace("Auszahlung", "Geschenk"), "not-valid"),
        (BUCHUNGEN.replace("Nachsatz;1;19200.00\n", ""), "not-valid"),
        (BUCHUNGEN.replace("2025-08-06", "6.8.2025"), "not-valid"),
        (BUCHUNGEN + "Einzelsatz;zuviel\n", "bad-line"),
        (BUCHUNGEN + "\n", "bad-line"),
        (BUCHUNGEN.replace("B-1", '"B-1'), "not-csv"),
        (BUCHUNGEN.replace("B-1", "B\x01"), "bad-line"),
        (build_csv(NUMBERED).decode(), "unknown-message"),
    ],
)
def test_what_is_not_whole_and_right_is_refused_with_a_reason(wrong: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(wrong.encode())
    assert refused.value.code == code
    assert "TH25A" not in refused.value.reason


@forall(st.text(max_size=200))
def test_whatever_follows_the_first_line_is_read_or_refused(text: str) -> None:
    raw = b"Buchungsdatei;urn:foerderstrom:hkr:1\r\n" + text.encode("utf-8", "replace")
    with pytest.raises(Unreadable):
        read(raw)


# ---- the whole road


def test_a_house_that_speaks_hkr_pays_by_the_acknowledgement_and_the_booking(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    place = Place(folder=tmp_path, nats=nats_server)
    settings = settings_at(place).model_copy(update={"treasury_format": "hkr-csv"})
    place.turn_to(MONDAY)
    with serving(blueprint, place, settings) as service:
        road = Road(service=service, treasury=place.folder / "treasury")
        road.assign()
        road.request()
        payment = road.ordered()
        batch = road.transmitted(payment)
        (handed_over,) = (road.treasury / "to-treasury").glob("*.csv")
        root = from_csv(handed_over.read_bytes())
        assert schema_errors(root) == ""
        reference = root.findtext("{*}Einzelsatz/{*}Fremdkennzeichen")
        for name, text in [
            ("q", f"Quittung;{NAMESPACE}\nVorsatz;Q-1;{batch};1;19200.00;angenommen;\nNachsatz;0\n"),
            (
                "b",
                f"Buchungsdatei;{NAMESPACE}\nVorsatz;B-1\nEinzelsatz;17;Auszahlung;{reference};19200.00;2025-08-06\nNachsatz;1;19200.00\n",
            ),
        ]:
            (road.treasury / "from-treasury" / f"{name}.csv").write_text(text, "utf-8")
        road.until(f"/payout/payments/{payment}", "status", "settled")
        road.until(f"/payout/batches/{batch}", "status", "completed")


def test_a_batch_that_is_typed_in_by_hand_is_at_the_treasury_from_then_on(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    place = Place(folder=tmp_path, nats=nats_server)
    settings = settings_at(place).model_copy(update={"treasury_format": "manual"})
    place.turn_to(MONDAY)
    with serving(blueprint, place, settings) as service:
        road = Road(service=service, treasury=place.folder / "treasury")
        road.assign()
        road.request()
        payment = road.ordered()
        batch = road.sealed(payment)
        path = f"/payout/batches/{batch}"
        early = road.act("p-cashier", f"{path}/entry", {"cash_reference": "KZ 2025/17"})
        assert early.json()["code"] == "batch-not-released"
        road.released(batch)
        assert "Kassenzeichen" in road.clients["p-cashier"].get(path, headers={"Accept": "text/html"}).text
        assert road.done("p-cashier", f"{path}/entry", {"cash_reference": "KZ 2025/17"})["status"] == "transmitted"
        other = road.act("p-cashier", f"{path}/entry", {"cash_reference": "KZ 2025/18"})
        assert other.json()["code"] == "batch-other-cash-reference"
        assert list((road.treasury / "to-treasury").iterdir()) == []
        reference = road.read(f"/payout/payments/{payment}")["reference"]
        booked = f"Buchungsdatei;{NAMESPACE}\nVorsatz;B-1\nEinzelsatz;17;Auszahlung;{reference};19200.00;2025-08-06\nNachsatz;1;19200.00\n"
        (road.treasury / "from-treasury" / "b.csv").write_text(booked, "utf-8")
        road.until(path, "status", "completed")
        assert road.read(path)["cash_reference"] == "KZ 2025/17"


def test_what_goes_as_a_file_is_not_typed_in_and_the_other_way_round() -> None:
    house = ordered_house()
    house.seal("p1")
    house.batch(ReleaseBatch(), cashier())
    with pytest.raises(NotByHand):
        house.batch(RecordEntry(cash_reference="KZ 1"), cashier())
    other = ordered_house()
    content = replace(other.draft("p1"), writing=Writing(format="manual", number=1))
    other.record(seal(content, "a" * 64, "csv"), orderer())
    other.batch(ReleaseBatch(), cashier())
    with pytest.raises(OnlyByHand):
        other.batch(StartSubmission(attempt=1), cashier())
    other.batch(RecordEntry(cash_reference="KZ 1"), cashier())
    assert other.batch(RecordEntry(cash_reference="KZ 1"), cashier()) == []
