"""Every file of ours, read a second time by rules that were written from their sources and not from our writers."""

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from services.payout.batch import Writing
from services.payout.collection import Kind
from services.payout.payment import reference_of
from services.payout.recall import RecalledEntry, RecallGrounds, RecallRequested
from services.payout.treasury import Account, Collection, Instruction, TakeBack, Transfer, TransferGroup, Unwritable
from services.payout.treasury.filing import refuse_unpayable
from services.payout.treasury.iso20022 import plain
from services.payout.treasury.iso20022.recall_request import WRITING, build_recall
from services.payout.treasury.known import FORMATS
from shared.calendar import next_target_day
from shared.identity import check_characters
from shared.records import replace
from tests import second_reading
from tests.payout.builders import DEBTOR, IBAN
from tests.second_reading import RULES, read, rules_broken, series
from tests.second_reading.values import is_target_day

FILES = Path(second_reading.__file__).parent
MADE = datetime(2025, 8, 4, 10, tzinfo=UTC)
TITLES = ("1605-63371", "1605-88301")
IBANS = (IBAN, "DE02300209000106531065", "AT611904300234573201", "FR1420041010050500013M02606")


def named(stem: str) -> str:
    return stem + check_characters(stem)


def transfer(number: int, **more: Any) -> Transfer:
    plain = Transfer(
        reference=reference_of(f"{number:032x}", 1 + number % 1000, 1, 2025),
        cents=19_200_00 + number,
        payee=Account(holder="Stadt Mühlhausen/Thüringen", iban=IBANS[number % 2]),
        text="Zuwendung ThürEGovRL EG-2025-00001, Haushaltsjahr 2025",
        file_number="EG-2025-00001",
    )
    return replace(plain, **more)


def ordered(*groups: Sequence[Transfer], native: bool = False, **more: Any) -> Instruction:
    plain = Instruction(
        message_id="b0000000000000000000000000000001",
        created_at=MADE,
        execution_on=date(2025, 8, 5),
        debtor=DEBTOR,
        native_text=native,
        number=1,
        groups=tuple(
            TransferGroup(
                id=f"b0000000000000000000000000000001-{place:02d}",
                title=TITLES[place % 2],
                year=2025,
                single=place % 2 == 1,
                transfers=tuple(some),
            )
            for place, some in enumerate(groups, start=1)
        ),
    )
    return replace(plain, **more)


def collected() -> tuple[Collection, ...]:
    first = Collection(
        kind=Kind.COLLECT, reference=named("AO260000000000001N001"), refers_to="", payable_under=named("RF260000000000001R001"),
        cents=6_400_00, due_on=date(2025, 9, 21), payer="Stadt Stadtilm", title=TITLES[0], year=2025,
        text="Erstattung ThürEGovRL EG-2025-00001", file_number="EG-2025-00001",
    )  # fmt: skip
    changes = [
        replace(first, kind=kind, reference=named(f"AO260000000000001N00{place}"), refers_to=first.reference)
        for place, kind in ((2, Kind.CHANGE), (3, Kind.DEDUCT))
    ]
    return first, *changes


def taken_back() -> TakeBack:
    return TakeBack(
        reference=named("AB260000000000001N0001"), refers_to=transfer(1).reference, cents=19_200_01,
        payee="Stadt Mühlhausen", title=TITLES[0], year=2025, text="Auszahlung abgesetzt", file_number="EG-2025-00001",
    )  # fmt: skip


def asked_back(count: int = 3, grounds: RecallGrounds = RecallGrounds.DUPLICATE) -> RecallRequested:
    entries = tuple(
        RecalledEntry(
            payment=f"p{number}", case="c", drawdown="d", reference=transfer(number).reference,
            cents=transfer(number).cents, group=f"b0000000000000000000000000000001-{1 + number // 2:02d}",
        )
        for number in range(count)
    )  # fmt: skip
    return RecallRequested(
        recall="c0000000000000000000000000000001", batch="b0000000000000000000000000000001", batch_created_at=MADE,
        execution_on=date(2025, 8, 5), debtor="x", entries=entries, grounds=grounds, text="", requested_by="p",
        requested_on=date(2025, 8, 5),
    )  # fmt: skip


def recall_file(asked: RecallRequested, *, native: bool = False) -> bytes:
    return build_recall(asked, MADE, DEBTOR.holder, Writing(version=WRITING, native_text=native))


SINGLE = frozenset({"b0000000000000000000000000000001-01"})


@dataclass(frozen=True)
class Way:
    """One of the forms in which orders leave the house."""

    name: str
    write: Callable[[Instruction], bytes]
    single: frozenset[str] | None = None

    def wrong(self, instruction: Instruction) -> list[str]:
        return read(self.write(instruction), native=instruction.native_text, single=self.single)


def versioned(name: str, version: int) -> Callable[[Instruction], bytes]:
    return lambda it: FORMATS[name].build(replace(it, version=version))


WAYS = (
    Way("iso20022", FORMATS["iso20022"].build, SINGLE),
    *(Way(f"{name}-{version}", versioned(name, version)) for name in ("hkr-xml", "hkr-csv") for version in (1, 2)),
)
ways = pytest.mark.parametrize("way", WAYS, ids=lambda it: it.name)
natives = pytest.mark.parametrize("native", [False, True], ids=["convention", "native"])


# ---- Right files -----------------------------------------------------------------------------------------------------


@ways
@natives
@pytest.mark.parametrize("count", [1, 2, 20_000])
def test_a_file_of_one_of_two_and_of_twenty_thousand_payments_keeps_every_rule(
    way: Way, native: bool, count: int
) -> None:
    half = [transfer(it) for it in range(count)]
    groups = [half[: count // 2], half[count // 2 :]] if count > 1 else [half]
    assert way.wrong(ordered(*groups, native=native)) == []


@natives
@pytest.mark.parametrize("name", ["hkr-xml", "hkr-csv"])
def test_orders_about_claims_and_orders_that_take_payments_back_keep_every_rule(name: str, native: bool) -> None:
    write = versioned(name, 2)
    both = ordered([transfer(1)], native=native, collections=collected())
    assert read(write(both), native=native) == []
    back = ordered(native=native, taken_back=(taken_back(),))
    assert read(write(back), native=native) == []


@natives
@pytest.mark.parametrize("grounds", RecallGrounds)
def test_a_request_to_cancel_keeps_every_rule_for_every_reason(grounds: RecallGrounds, native: bool) -> None:
    assert read(recall_file(asked_back(5, grounds), native=native), native=native) == []


amounts = st.integers(1, 99_999_999_999)
holders = st.one_of(
    st.text(min_size=1, max_size=200),
    st.text("ÄÖÜäöüß&/ ", min_size=1, max_size=200).map("x".__add__),
    st.sampled_from(["Ü" * 140, "x" * 69 + "ß", "//Stadt//", "Stadt 🏛 Suhl", "\u202eStadt\u202c", "<&>\"'x", "Łódź", "a\u0308rgern"]),
).filter(lambda it: any(one.isalpha() for one in plain(it, 70)))  # fmt: skip
batches = st.lists(
    st.tuples(amounts, holders, st.text(max_size=200), st.sampled_from(IBANS), st.integers(0, 3)),
    min_size=1,
    max_size=12,
)


@ways
@forall(batches, st.booleans(), st.dates(date(2024, 1, 1), date(2034, 12, 20)), st.integers(0, 23))
@settings(max_examples=60)
def test_whatever_is_ordered_its_file_keeps_every_rule(
    way: Way, rows: list[tuple[int, str, str, str, int]], native: bool, on: date, hour: int
) -> None:
    groups: dict[int, list[Transfer]] = {}
    for number, (cents, holder, text, iban, place) in enumerate(rows):
        payee = Account(holder=holder, iban=iban)
        groups.setdefault(place, []).append(transfer(number, cents=cents, payee=payee, text=f"Zuwendung {text}"))
    made = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
    local = (made + timedelta(hours=2)).date()
    given = ordered(*groups.values(), native=native, created_at=made, execution_on=next_target_day(local))
    wrong = way.wrong(given)
    if way.single is not None:
        odd = {it.id for it in given.groups if it.single}
        wrong = read(way.write(given), native=native, single=frozenset(odd))
    assert wrong == []


# ---- At the edges ----------------------------------------------------------------------------------------------------

EDGES = {
    "an umlaut where the name is cut": "x" * 69 + "ü" + "x" * 70,
    "a sharp s where the name is cut": "x" * 69 + "ß",
    "nothing but umlauts": "Ü" * 140,
    "a slash where the name is cut": "x" * 69 + "/" + "x",
    "slashes": "//Stadt//Suhl//",
    "markup": "<Stadt> & \"Söhne\" 'x'",
    "right to left": "\u202eStadt\u202c \u200fSuhl",
    "a face": "Stadt 🏛️ Suhl",
    "what cannot be seen": "Stadt\u00ad\u200b Suhl\ufeff",
    "control characters": "Stadt\x00\x1b[31m\r\nSuhl",
    "a combining mark": "Mu\u0308hlhausen",
    "other letters": "Łódź Ærø Œuvre ĳ ﬁ № ½",
    "a field of a table": "=Stadt;Suhl\tx",
}


@ways
@natives
@pytest.mark.parametrize("text", EDGES.values(), ids=EDGES.keys())
def test_no_name_and_no_text_breaks_a_file(way: Way, native: bool, text: str) -> None:
    odd = transfer(1, payee=Account(holder=text, iban=IBAN), text=f"Zuwendung {text}{text}")
    assert way.wrong(ordered([odd, transfer(2)], native=native)) == []


@ways
def test_the_smallest_amount_and_the_largest_sum_are_written_as_they_are(way: Way) -> None:
    assert way.wrong(ordered([transfer(1, cents=1)])) == []
    most = [transfer(it, cents=99_999_999_999) for it in range(20_000)]
    assert way.wrong(ordered(most)) == []
    assert b"19999999999800.00" in way.write(ordered(most))


def test_a_text_that_grows_beyond_its_length_by_its_umlauts_is_cut_to_it() -> None:
    grown = transfer(1, text="Ü" * 139 + "x")
    [short] = re.findall("<Ustrd>(.*)</Ustrd>", FORMATS["iso20022"].build(ordered([grown])).decode())
    [kept] = re.findall("<Ustrd>(.*)</Ustrd>", FORMATS["iso20022"].build(ordered([grown], native=True)).decode())
    assert (short, kept) == ("Ue" * 70, "Ü" * 139 + "x")


def test_the_day_of_execution_is_a_day_of_t2_by_both_reckonings() -> None:
    on, end = date(2024, 1, 1), date(2035, 12, 1)
    days = [on + timedelta(days=it) for it in range((end - on).days)]
    assert all(is_target_day(next_target_day(it)) for it in days)
    assert {next_target_day(it) for it in days} >= {it for it in days[5:] if is_target_day(it)}
    assert next_target_day(date(2026, 12, 25)) == date(2026, 12, 28)
    assert next_target_day(date(2026, 4, 3)) == date(2026, 4, 7)


@ways
def test_a_file_that_was_sealed_before_an_account_was_too_far_keeps_its_bytes(way: Way) -> None:
    far = transfer(1, payee=Account(holder="Stadt", iban="CH9300762011623852957"))
    assert rules_broken(way.wrong(ordered([far]))) == {"payee-country"}
    with pytest.raises(Unwritable, match="payee-too-far"):
        refuse_unpayable([far.payee])


# ---- Each rule, broken -----------------------------------------------------------------------------------------------

PAIN = FORMATS["iso20022"].build(ordered([transfer(1), transfer(2)], [transfer(3)]))
RECALL = recall_file(asked_back())
HKR = versioned("hkr-xml", 2)(ordered([transfer(1), transfer(2)], collections=collected()))
CSV = versioned("hkr-csv", 2)(ordered([transfer(1), transfer(2)], collections=collected()))
ONE, TWO, THREE = (transfer(it).reference for it in (1, 2, 3))
ADDRESS = "<PstlAdr><AdrLine>Markt 1</AdrLine></PstlAdr>"

BROKEN: list[tuple[bytes, str, str, str]] = [
    (PAIN, "encoding", "UTF-8'", "UTF-16'"),
    (PAIN, "encoding", "Stadt Muehl", "Stadt\u00adMuehl"),
    (PAIN, "no-foreign-markup", "<Document", "<!-- x --><Document"),
    (PAIN, "no-foreign-markup", "<Document", "<?x y?><Document"),
    (PAIN, "no-foreign-markup", "Stadt Muehl", "Stadt &amp; Muehl"),
    (PAIN, "structure", "<PmtMtd>TRF</PmtMtd>", ""),
    (PAIN, "structure", "<BtchBookg>false</BtchBookg>", "<BtchBookg>false</BtchBookg><BtchBookg>false</BtchBookg>"),
    (PAIN, "structure", "<PmtId>", "<PmtId><InstrId>X</InstrId>"),
    (PAIN, "structure", "</Document>", "<Splmtry/></Document>"),
    (PAIN, "no-address", "</Nm>\n        </Cdtr>", f"</Nm>{ADDRESS}</Cdtr>"),
    (PAIN, "no-bic", "<Othr>\n", "<BICFI>HELADEFF820</BICFI><Othr>\n"),
    (PAIN, "identifier", "<MsgId>", "<MsgId>/"),
    (PAIN, "identifier", "<PmtInfId>b00", "<PmtInfId>b//"),
    (PAIN, "identifier", "<MsgId>b", "<MsgId>bbbbb"),
    (PAIN, "identifier", "<MsgId>b", "<MsgId>ü"),
    (PAIN, "group-id-once", "0001-02", "0001-01"),
    (PAIN, "reference", ONE, ONE[:-2] + "00"),
    (PAIN, "reference", ONE, ONE.lower()),
    (PAIN, "reference", ONE, named("X" * 24)),
    (PAIN, "reference-once", TWO, ONE),
    (PAIN, "reference-once", THREE, ONE),
    (PAIN, "count", "<NbOfTxs>3", "<NbOfTxs>4"),
    (PAIN, "count", "<NbOfTxs>2", "<NbOfTxs>1"),
    (PAIN, "sum", "<CtrlSum>57600.06", "<CtrlSum>57600.07"),
    (PAIN, "sum", "<CtrlSum>38400.03", "<CtrlSum>38400.3"),
    (PAIN, "amount", ">19200.01<", ">19200.0<"),
    (PAIN, "amount", ">19200.01<", ">0.00<"),
    (PAIN, "amount", ">19200.01<", ">1000000000.00<"),
    (PAIN, "amount", 'Ccy="EUR"', 'Ccy="USD"'),
    (PAIN, "instant", "10:00:00Z", "10:00:00"),
    (PAIN, "execution-day", "<Dt>2025-08-05", "<Dt>2025-08-09"),
    (PAIN, "execution-day", "<Dt>2025-08-05", "<Dt>2025-08-01"),
    (PAIN, "execution-day", "<Dt>2025-08-05", "<Dt>2025-12-25"),
    (PAIN, "execution-day", "<Dt>2025-08-05", "<Dt>2025-09-05"),
    (PAIN, "method", ">TRF<", ">CHK<"),
    (PAIN, "batch-booking", "<BtchBookg>true", "<BtchBookg>false"),
    (PAIN, "service-level", ">SEPA<", ">URGP<"),
    (PAIN, "charges", ">SLEV<", ">DEBT<"),
    (PAIN, "purpose", ">GOVT<", ">SALA<"),
    (PAIN, "agent", ">NOTPROVIDED<", ">BUNDESBANK<"),
    (PAIN, "name", "Stadt Muehlhausen", "Stadt Mühlhausen"),
    (PAIN, "name", "Stadt Muehlhausen/Thueringen", "x" * 71),
    (PAIN, "name", "Stadt Muehlhausen/Thueringen", "..."),
    (PAIN, "name", "Stadt Muehl", "Stadt  Muehl"),
    (PAIN, "text", "Zuwendung ThuerEGovRL", "Zuwendung " + "x" * 140),
    (PAIN, "text", "Zuwendung Thuer", "Zuwendung Thür"),
    (PAIN, "text", "Zuwendung Thuer", "/Zuwendung Thuer"),
    (PAIN, "iban", IBANS[1], IBANS[1][:-1] + "6"),
    (PAIN, "iban", IBANS[1], "DE0230020900010653106"),
    (PAIN, "payee-country", IBANS[1], "CH9300762011623852957"),
    (PAIN, "payee-country", IBANS[1], "BR1800360305000010009795493C1"),
    (RECALL, "encoding", "Landeshauptkasse", "Landes\u200bhauptkasse"),
    (RECALL, "structure", "<CtrlData>", "<CtrlDatum/><CtrlData>"),
    (RECALL, "no-address", "Landeshauptkasse</Nm>", f"Landeshauptkasse</Nm>{ADDRESS}"),
    (RECALL, "no-bic", "<Othr>\n", "<BICFI>HELADEFF820</BICFI><Othr>\n"),
    (RECALL, "identifier", "<Id>c0", "<Id>/c0"),
    (RECALL, "identifier", "<OrgnlMsgId>b", "<OrgnlMsgId>_b"),
    (RECALL, "group-id-once", "0001-02", "0001-01"),
    (RECALL, "reference", ONE, ONE[:-1] + "X"),
    (RECALL, "reference-once", ONE, TWO),
    (RECALL, "count", "<NbOfTxs>3", "<NbOfTxs>2"),
    (RECALL, "sum", "<CtrlSum>57600.03", "<CtrlSum>57600.30"),
    (RECALL, "amount", ">19200.01<", ">-19200.01<"),
    (RECALL, "instant", "<CreDtTm>2025-08-04T10:00:00Z", "<CreDtTm>2025-08-04T25:00:00Z"),
    (RECALL, "execution-day", ">2025-08-05<", ">2025-08-10<"),
    (RECALL, "name", "Thueringer Landes", "Thüringer Landes"),
    (RECALL, "agent", ">NOTPROVIDED<", ">X<"),
    (RECALL, "original", "pain.001.001.09", "pain.008.001.08"),
    (RECALL, "original", "<CxlRsnInf>", "<OrgnlTxRef><Cdtr><Nm>x</Nm></Cdtr></OrgnlTxRef><CxlRsnInf>"),
    (RECALL, "reason", "<Cd>DUPL</Cd>", "<Cd>AC03</Cd>"),
    (RECALL, "reason", "<Cd>DUPL</Cd>", "<Prtry>DUPL</Prtry>"),
    *[
        (raw, rule, right, wrong)
        for raw, mark in ((HKR, "<{}>{}"), (CSV, "{}{}"))
        for rule, right, wrong in (
            ("encoding", "Stadt Muehl", "Stadt\u00adMuehl"),
            ("identifier", "b0000000000000000000000000000001", "/0000000000000000000000000000001"),
            ("instant", "2025-08-04T10:00:00Z", "2025-08-04T10:00:00+02:00"),
            ("execution-day", "2025-08-05", "2025-08-10"),
            ("name", "Stadt Muehlhausen", "Stadt Mühlhausen"),
            ("text", "Zuwendung ThuerEGovRL", "Zuwendung " + "x" * 140),
            ("reference", ONE, ONE[:-2] + "00"),
            ("reference-once", ONE, TWO),
            ("amount", "19200.01", "19200.010"),
            ("sum", "57600.03", "57600.30"),
            ("paid-sum", "38400.03", "38400.30"),
            ("iban", IBANS[1], IBANS[1][:-1] + "6"),
            ("payee-country", IBANS[1], "CH9300762011623852957"),
            ("checksum", IBANS[1], "DE75512108001245126199"),
            ("kind", "Annahme", "Auszahlung"),
            ("kind", "Auszahlung", "Absetzung"),
            ("budget", TITLES[1], "Ä" + TITLES[1]),
            ("due-day", "2025-09-21", "2025-09-31"),
            *([("count", mark.format("Anzahl", "5"), mark.format("Anzahl", "6"))] if raw is HKR else []),
        )
    ],
    (HKR, "structure", "<Titel>", "<Titel2/><Titel>"),
    (HKR, "no-foreign-markup", "<Vorsatz>", "<!-- x --><Vorsatz>"),
    (HKR, "record-number", "<Nummer>2<", "<Nummer>3<"),
    (HKR, "file-number", "<Dateinummer>1<", "<Dateinummer>0<"),
    (CSV, "structure", "\r\nVorsatz;", "\r\nVorsatz2;"),
    (CSV, "structure", "Einzelsatz;2;Auszahlung;", "Einzelsatz;2;;"),
    (CSV, "lines", "\r\n", "\n"),
    (CSV, "lines", "EG-2025-00001;", "EG-2025-00001;;"),
    (CSV, "record-number", "Einzelsatz;2;", "Einzelsatz;3;"),
    (CSV, "count", "Nachsatz;5", "Nachsatz;4"),
    (CSV, "file-number", ";1;2025", ";01;2025"),
]  # fmt: skip


@pytest.mark.parametrize("raw", [PAIN, RECALL, HKR, CSV], ids=["pain", "recall", "hkr-xml", "hkr-csv"])
def test_the_files_that_are_broken_below_are_right(raw: bytes) -> None:
    assert read(raw, single=SINGLE) == []


@pytest.mark.parametrize(
    ("raw", "rule", "right", "wrong"), BROKEN, ids=[f"{place}-{it[1]}" for place, it in enumerate(BROKEN)]
)
def test_each_broken_rule_is_noticed(raw: bytes, rule: str, right: str, wrong: str) -> None:
    broken = raw.decode().replace(right, wrong, 1).encode()
    assert broken != raw
    assert rule in rules_broken(read(broken, single=SINGLE))


def test_a_file_that_is_too_large_or_in_another_encoding_is_noticed() -> None:
    one = PAIN.decode()
    start, end = one.index("      <CdtTrfTxInf>"), one.index("    </PmtInf>")
    crowd = one[:start] + one[start:end] * 10_001 + one[end:]
    assert "size" in rules_broken(read(crowd.encode()))
    assert "encoding" in rules_broken(read(PAIN.replace(b"Stadt", b"St\xe4dt")))
    assert "encoding" in rules_broken(read(CSV.replace(b"Stadt", b"St\xe4dt")))
    assert "encoding" in rules_broken(read(b"\xef\xbb\xbf" + PAIN))


def test_numbers_with_holes_and_names_that_were_given_twice_are_noticed() -> None:
    files = [
        versioned("hkr-xml" if it % 2 else "hkr-csv", 2)(
            ordered([transfer(it)], number=it, message_id=f"b000000000000000000000000000000{it}")
        )
        for it in range(1, 6)
    ]
    assert series(files) == []
    assert series([*files, files[2]]) == [], "the same bytes again are the same file"
    assert rules_broken(series(files[:2] + files[3:])) == {"file-number"}
    again = versioned("hkr-xml", 2)(ordered([transfer(9)], number=5, message_id="b0000000000000000000000000000009"))
    assert rules_broken(series([*files, again])) == {"file-number"}
    assert rules_broken(series([PAIN, PAIN.replace(b"57600", b"57601")])) == {"file-once", "reference-once"}
    assert series([PAIN, RECALL]) == []


def test_every_rule_has_a_file_that_breaks_it() -> None:
    elsewhere = {"size", "file-once"}
    assert {it[1] for it in BROKEN} | elsewhere == set(RULES)


def test_the_second_reading_knows_nothing_of_the_first() -> None:
    for file in sorted(FILES.glob("*.py")):
        for it in ast.walk(ast.parse(file.read_text())):
            named_ones = [it.module or ""] if isinstance(it, ast.ImportFrom) else []
            named_ones += [one.name for one in it.names] if isinstance(it, ast.Import) else []
            assert not [
                name for name in named_ones if name.split(".")[0] in {"services", "shared", "deploy", "lxml"}
            ], file
            assert not [name for name in named_ones if name.startswith("tests") and "second_reading" not in name], file
