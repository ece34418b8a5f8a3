"""The order file of an HKR system and its answers, in both notations."""

from datetime import date
from functools import partial
from pathlib import Path
from uuid import uuid4

import lxml.etree
import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from services.payout import sequence
from services.payout.batch import NotByHand, OnlyByHand, RecordEntry, ReleaseBatch, StartSubmission, Writing, seal
from services.payout.report import STATEMENT, AccountEntry, Answer, Booking, BookingReport, DaySums, StatusReport
from services.payout.settings import FREE_STATE
from services.payout.treasury import Account, Instruction, Unreadable, Unwritable
from services.payout.treasury import instruction as instruction_of
from services.payout.treasury.hkr import NAMESPACE, NAMESPACES, build_csv, build_xml, from_csv, iban_checksum
from services.payout.treasury.hkr.notation import SCHEMA, schema_errors
from services.payout.treasury.known import FORMATS, read
from services.payout.wiring import blueprint
from shared.contracts.review import PaymentEntered
from shared.records import replace
from tests.payout.builders import DEBTOR, PAYEE, House, cashier, ordered_house, orderer
from tests.payout.road import MONDAY, Road, on_the_road, settings_at
from tests.payout.test_desk import lay
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
TAGESABSCHLUSS = f"""Tagesabschluss;urn:foerderstrom:hkr:2
Vorsatz;T-1;{DEBTOR.iban};7;2025-08-06;-100.00
Einzelsatz;2025-000017;Auszahlung;TH25A;19200.00;
Einzelsatz;2025-000018;Rueckgabe;TH25B;500.00;AC04
Einzelsatz;2025-000019;Einzahlung;TH25C;64.00;
Nachsatz;3;19200.00;564.00;-18736.00
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


def test_a_closed_day_is_a_statement_of_all_that_was_booked_between_two_balances() -> None:
    for raw in both(TAGESABSCHLUSS):
        found = read(raw)
        assert isinstance(found, BookingReport)
        (told,) = found.statements
        assert (found.kind, told.account, told.sequence, told.closed_on) == (
            STATEMENT,
            DEBTOR.iban,
            7,
            date(2025, 8, 6),
        )
        assert (told.opening_cents, told.closing_cents, told.entries) == (-100_00, -18_736_00, 3)
        assert told.days == (DaySums(booked_on=date(2025, 8, 6), debit_cents=19_200_00, credit_cents=564_00),)
        assert [(it.key, it.debit, it.returned, it.credit) for it in found.entries] == [
            ("2025-000017", True, False, False),
            ("2025-000018", False, True, True),
            ("2025-000019", False, False, True),
        ]
        assert {it.account for it in found.entries} == {DEBTOR.iban}


@forall(st.integers(-(10**9), 10**9), st.lists(st.integers(1, 10**9), max_size=5), st.integers(-2, 2))
def test_a_closed_day_is_taken_only_when_its_balances_follow_from_its_bookings(
    opening: int, paid: list[int], off: int
) -> None:
    def text(cents: int) -> str:
        return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"

    records = "".join(f"Einzelsatz;K-{place};Auszahlung;TH25A;{text(it)};\n" for place, it in enumerate(paid))
    closing = opening - sum(paid) + off
    raw = (
        f"Tagesabschluss;{NAMESPACES[2]}\nVorsatz;T-1;{DEBTOR.iban};1;2025-08-06;{text(opening)}\n{records}"
        f"Nachsatz;{len(paid)};{text(sum(paid))};0.00;{text(closing)}\n"
    ).encode()
    if off:
        with pytest.raises(Unreadable, match="balance-differs"):
            read(raw)
    else:
        found = read(raw)
        assert isinstance(found, BookingReport)
        assert found.statements[0].closing_cents == closing


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (TAGESABSCHLUSS.replace("Nachsatz;3", "Nachsatz;2"), "count-differs"),
        (TAGESABSCHLUSS.replace(";564.00;", ";564.01;"), "sum-differs"),
        (TAGESABSCHLUSS.replace("-18736.00", "18736.00"), "balance-differs"),
        (TAGESABSCHLUSS.replace(";7;2025", ";0;2025"), "not-valid"),
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


def test_a_house_that_speaks_hkr_closes_its_day_against_that_of_the_treasury(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    with on_the_road(Place(folder=tmp_path, nats=nats_server), treasury_format="hkr-xml") as road:
        road.assign(case := uuid4().hex)
        road.request("d1", case)
        payment = road.ordered("d1", case)
        road.transmitted(payment)
        reference = road.read(f"/payout/payments/{payment}")["reference"]
        debit = f"Einzelsatz;17;Auszahlung;{reference};19200.00"
        lay(
            road, "b.csv", f"Buchungsdatei;{NAMESPACE}\nVorsatz;B-1\n{debit};2025-08-06\nNachsatz;1;19200.00\n".encode()
        )
        road.until(f"/payout/payments/{payment}", "status", "settled")
        ours = road.service.house.settings.debtors[FREE_STATE].iban  # pyright: ignore[reportAttributeAccessIssue]
        close = partial(road.act, "p-cashier", "/payout/reconciliations", {"closed_on": "2025-08-06"}, etag='"0"')
        assert close().json()["code"] == "day-without-statement"
        day = f"Tagesabschluss;{NAMESPACES[2]}\nVorsatz;T-1;{ours};1;2025-08-06;20000.00\n{debit};\n"
        lay(road, "t.csv", f"{day}Nachsatz;1;19200.00;0.00;800.00\n".encode())
        told = road.read("/payout/days/2025-08-06")
        assert (told["debit_cents"], told["settled_cents"], told["differences"]) == (19_200_00, 19_200_00, [])
        assert (told["opening_cents"], told["closing_cents"], told["statements"]) == (20_000_00, 800_00, ["T-1"])
        entered = PaymentEntered(
            payment=payment,
            kind="paid",
            title="1605-63371",
            year=2025,
            entry=3,
            cents=19_200_00,
            booked_on=date(2025, 8, 6),
        )
        road.service.tell("review", case, entered)
        assert close().status_code == 201
        assert [it["status"] for it in road.read(f"/payout/cases/{case}")["payments"]] == ["settled"], "booked once"


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
