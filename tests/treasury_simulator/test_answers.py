"""What the simulated treasury answers and books, on real files through its own working loop."""

import json
import os
from pathlib import Path

import pytest

from deploy.treasury_simulator.__main__ import main
from tests.published import errors
from tests.treasury_simulator.builders import (
    CREDITOR,
    DEBTOR,
    OTHER_CREDITOR,
    Counter,
    Transfer,
    camt_055,
    found,
    pain_001,
)

THREE = (
    Transfer("TH26AAAA0001", "19200.00"),
    Transfer("TH26AAAA0002", "10800.00", OTHER_CREDITOR, "Mühlhausen/Thüringen", "Förderung für Digitalisierung"),
    Transfer("TH26AAAA0003", "14800.00"),
)


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    return Counter(tmp_path / "treasury")


def work(counter: Counter) -> dict[str, bytes]:
    assert main([str(counter.root), "--once"]) == 0
    return counter.answers()


def last_status(counter: Counter) -> bytes:
    return [content for name, content in work(counter).items() if "pain.002" in name][-1]


def test_a_right_file_is_accepted_and_booked_to_the_cent(counter: Counter) -> None:
    counter.send(pain_001(*THREE))
    answers = work(counter)
    assert list(answers) == ["000001-1-pain.002.001.10.xml", "000001-2-camt.054.001.08.xml"]
    status, notification = answers.values()
    assert found(status, "OrgnlGrpInfAndSts/OrgnlMsgId") == ["FS20260302A"]
    assert found(status, "GrpSts") == ["ACTC"]
    assert found(status, "OrgnlEndToEndId") == [transfer.reference for transfer in THREE]
    assert found(status, "TxSts") == ["ACCP", "ACCP", "ACCP"]
    assert found(notification, "Ntry/Amt") == ["44800.00"]
    assert found(notification, "Ntry/CdtDbtInd") == ["DBIT"]
    assert found(notification, "Ntry/Sts/Cd") == ["BOOK"]
    assert found(notification, "Ntry/BookgDt/Dt") == found(notification, "Ntry/ValDt/Dt") == ["2026-03-04"]
    assert found(notification, "Btch/PmtInfId") == ["FS20260302A-1"]
    assert found(notification, "Btch/NbOfTxs") == ["3"]
    assert found(notification, "Refs/EndToEndId") == [transfer.reference for transfer in THREE]
    assert found(notification, "TxDtls/Amt") == ["19200.00", "10800.00", "14800.00"]
    assert found(notification, "Acct/Id/IBAN") == [DEBTOR]


def test_the_taken_file_is_kept_as_it_came(counter: Counter) -> None:
    counter.send(pain_001(), "FS20260302A.0123456789ab.xml")
    work(counter)
    assert list((counter.root / "to-treasury").iterdir()) == []
    assert (counter.root / "received" / "FS20260302A.0123456789ab.xml").read_bytes() == pain_001()


def test_files_of_the_same_name_do_not_displace_each_other(counter: Counter) -> None:
    for content in (pain_001(), pain_001(), WELL[:-300]):
        counter.send(content)
        work(counter)
    kept = {path.name: path.read_bytes() for path in (counter.root / "received").iterdir()}
    assert kept == {"orders.xml": pain_001(), "orders.2.xml": pain_001(), "orders.3.xml": WELL[:-300]}
    assert [file["name"] for file in counter.book()["files"]] == ["orders.xml", "orders.2.xml", "orders.3.xml"]


def test_a_name_that_is_no_name_is_kept_under_a_harmless_one(counter: Counter) -> None:
    (counter.root / "to-treasury" / os.fsdecode(b"\xff$(x)\n.xml")).write_bytes(pain_001())
    (counter.root / "to-treasury" / "link.xml").symlink_to("/etc/hostname")
    assert len(work(counter)) == 2
    assert [path.name for path in (counter.root / "received").iterdir()] == ["___x__.xml"]


def test_a_file_still_being_written_is_left_alone(counter: Counter) -> None:
    counter.send(pain_001(), ".orders.xml")
    counter.send(pain_001(), "orders.xml.part")
    assert work(counter) == {}
    assert len(list((counter.root / "to-treasury").iterdir())) == 2


def test_without_batch_booking_every_payment_has_its_own_entry(counter: Counter) -> None:
    counter.send(pain_001(*THREE, batch_booking="false"))
    notification = work(counter)["000001-2-camt.054.001.08.xml"]
    assert found(notification, "Ntry/Amt") == ["19200.00", "10800.00", "14800.00"]
    assert found(notification, "Btch") == []
    assert len(set(found(notification, "Ntry/AcctSvcrRef"))) == 3


def test_the_notifications_of_an_account_are_numbered_without_gaps(counter: Counter) -> None:
    for number in range(1, 4):
        content = pain_001(Transfer(f"TH26AAAA000{number}"), message_id=f"FS2026030{number}")
        counter.send(content if number != 2 else content[:-20])
        work(counter)
    counter.send(pain_001(Transfer("TH26AAAA0009"), message_id="OTHER", debtor=OTHER_CREDITOR))
    notifications = [content for name, content in work(counter).items() if "camt.054" in name]
    assert [found(it, "ElctrncSeqNb") for it in notifications] == [["1"], ["2"], ["1"]]


def test_umlauts_in_names_and_texts_are_read(counter: Counter) -> None:
    counter.send(pain_001(Transfer("TH26AAAA0001", name="Gemeinde Grüßen-Öttern", text="Förderung für Ämter")))
    assert found(last_status(counter), "TxSts") == ["ACCP"]


def test_umlauts_in_identifiers_are_refused(counter: Counter) -> None:
    counter.send(pain_001(Transfer("TH26ÄAAA0001")))
    assert found(last_status(counter), "GrpSts") == ["RJCT"]


def test_no_answer_names_a_creditor_or_his_account(counter: Counter) -> None:
    counter.send(pain_001(*THREE, Transfer("TH26AAAA0004", iban="DE02120300000000202052")))
    for content in work(counter).values():
        assert CREDITOR.encode() not in content
        assert b"DE02120300000000202052" not in content
        assert "Mühlhausen".encode() not in content


# ---- duplicates ------------------------------------------------------------------------------------------------------


def test_the_same_bytes_again_are_answered_with_the_same_bytes_and_booked_once(counter: Counter) -> None:
    counter.send(pain_001(*THREE))
    first = work(counter)
    for name in first:
        (counter.root / "from-treasury" / name).unlink()
    counter.send(pain_001(*THREE), "sent again.xml")
    assert work(counter) == first
    assert counter.book()["totals"] == {"ordered": 3, "settled": 3, "rejected": 0, "duplicate": 0}
    assert [file["state"] for file in counter.book()["files"]] == ["accepted", "repeated"]


def test_a_known_message_with_other_bytes_is_a_duplicate_as_a_whole(counter: Counter) -> None:
    counter.send(pain_001(Transfer("TH26AAAA0001")))
    work(counter)
    counter.send(pain_001(Transfer("TH26AAAA0002")))
    status = last_status(counter)
    assert found(status, "GrpSts") == ["RJCT"]
    assert found(status, "StsRsnInf/Rsn/Cd") == ["AM05"]
    assert found(status, "TxSts") == []
    assert counter.book()["totals"] == {"ordered": 1, "settled": 1, "rejected": 0, "duplicate": 1}
    assert counter.book()["payments"]["TH26AAAA0002"]["bookings"] == 0


def test_a_known_reference_in_another_file_is_refused_and_the_others_are_paid(counter: Counter) -> None:
    counter.send(pain_001(Transfer("TH26AAAA0001", "100.00")))
    work(counter)
    again = (Transfer("TH26AAAA0001", "100.00"), Transfer("TH26AAAA0002", "7.01"))
    counter.send(pain_001(*again, message_id="FS20260302B"))
    answers = work(counter)
    assert found(answers["000002-1-pain.002.001.10.xml"], "TxSts") == ["RJCT", "ACCP"]
    assert found(answers["000002-1-pain.002.001.10.xml"], "TxInfAndSts/StsRsnInf/Rsn/Cd") == ["AM05"]
    assert found(answers["000002-2-camt.054.001.08.xml"], "Ntry/Amt") == ["7.01"]
    assert found(answers["000002-2-camt.054.001.08.xml"], "Btch/NbOfTxs") == ["1"]
    book = counter.book()
    assert book["totals"] == {"ordered": 2, "settled": 2, "rejected": 0, "duplicate": 1}
    assert book["cents"] == {"ordered": 10701, "settled": 10701, "rejected": 0, "duplicate": 10000}
    assert book["payments"]["TH26AAAA0001"] == {
        "amount_cents": 10000,
        "iban": CREDITOR,
        "state": "booked",
        "code": None,
        "message_id": "FS20260302A",
        "booked_on": "2026-03-04",
        "bookings": 1,
        "duplicates_refused": 1,
        "returned_on": None,
        "charges_cents": None,
    }


def test_a_file_with_nothing_but_known_references_is_not_notified(counter: Counter) -> None:
    counter.send(pain_001())
    work(counter)
    counter.send(pain_001(message_id="FS20260302B"))
    assert list(work(counter))[2:] == ["000002-1-pain.002.001.10.xml"]


def test_a_reference_twice_in_one_file_refuses_the_file(counter: Counter) -> None:
    counter.send(pain_001(Transfer("TH26AAAA0001"), Transfer("TH26AAAA0001")))
    assert found(last_status(counter), "StsRsnInf/Rsn/Cd") == ["DU04"]
    assert counter.book()["totals"]["ordered"] == 0


def test_a_refused_message_does_not_use_up_its_id(counter: Counter) -> None:
    counter.send(pain_001(total="1.00"))
    assert found(last_status(counter), "GrpSts") == ["RJCT"]
    counter.send(pain_001())
    assert found(last_status(counter), "GrpSts") == ["ACTC"]


# ---- broken files ----------------------------------------------------------------------------------------------------

DOCTYPE = b'<!DOCTYPE Document [<!ENTITY amount SYSTEM "file:///etc/hostname">]><Document'
WELL = pain_001(*THREE)


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        pytest.param(WELL[:-300], "FF01", "abgeschnitten", id="truncated"),
        pytest.param(b"", "FF01", "abgeschnitten", id="empty"),
        pytest.param(WELL.replace(b"<Document", DOCTYPE, 1), "FF01", "DOCTYPE", id="doctype"),
        pytest.param(WELL.decode().encode("utf-16"), "FF01", "UTF-8", id="utf-16"),
        pytest.param(WELL.replace(b'"UTF-8"', b'"UTF-7"'), "FF01", "UTF-8", id="utf-7"),
        pytest.param(WELL.decode().encode("latin-1"), "FF01", "UTF-8", id="latin-1 said to be UTF-8"),
        pytest.param(WELL + b" " * 21_000_000, "FF01", "20 MiB", id="too large"),
        pytest.param(WELL.replace(b"001.09", b"001.03"), "FF01", "pain.001.001.09", id="another version"),
        pytest.param(WELL.replace(b"19200", b"19<!-- -->200"), "FF01", "Kommentare", id="comment inside an amount"),
        pytest.param(WELL.replace(b"<PmtMtd>TRF", b"<PmtMtd>CHK"), "FF01", "PmtMtd", id="cheque"),
        pytest.param(WELL.replace(b"<InitgPty>", b"<Authstn/><InitgPty>"), "FF01", "GrpHdr", id="foreign element"),
        pytest.param(WELL.replace(b"2026-03-04", b"2026-02-30"), "DT01", "ReqdExctnDt", id="no such day"),
        pytest.param(WELL.replace(b"T09:00:00Z", b"T25:00:00Z"), "DT01", "CreDtTm", id="no such hour"),
        pytest.param(pain_001(*THREE, count=2), "AM18", "GrpHdr/NbOfTxs", id="count of the file"),
        pytest.param(pain_001(*THREE, batch_count=4), "AM18", "PmtInf/NbOfTxs", id="count of the batch"),
        pytest.param(pain_001(*THREE, total="44800.01"), "AM10", "GrpHdr/CtrlSum", id="sum of the file"),
        pytest.param(pain_001(*THREE, batch_total="44799.99"), "AM10", "PmtInf/CtrlSum", id="sum of the batch"),
        pytest.param(WELL.replace(b">19200.00<", b">19200.0<"), "FF01", "InstdAmt", id="one decimal"),
        pytest.param(WELL.replace(b">19200.00<", b">-19200.00<"), "FF01", "InstdAmt", id="negative amount"),
        pytest.param(pain_001(debtor="DE02500105170137075031"), "AC02", "DbtrAcct", id="debtor's check digits"),
        pytest.param(pain_001(Transfer("X" * 36)), "FF01", "EndToEndId", id="reference of 36"),
        pytest.param(pain_001(Transfer("/X")), "FF01", "EndToEndId", id="reference with a leading slash"),
        pytest.param(pain_001(Transfer("NOTPROVIDED")), "FF01", "EndToEndId", id="no reference"),
        pytest.param(pain_001(Transfer("X", name="N" * 71)), "FF01", "Nm", id="name of 71"),
        pytest.param(pain_001(Transfer("X", name="Řepy")), "FF01", "Nm", id="a letter outside SEPA and German"),
        pytest.param(pain_001(Transfer("X", text="t" * 141)), "FF01", "Ustrd", id="text of 141"),
    ],
)
def test_a_broken_file_is_refused_as_a_whole_and_the_next_is_served(
    counter: Counter, content: bytes, code: str, told: str
) -> None:
    counter.send(content)
    status = last_status(counter)
    assert found(status, "GrpSts") == ["RJCT"]
    assert found(status, "StsRsnInf/Rsn/Cd") == [code]
    assert told in found(status, "StsRsnInf/AddtlInf")[0]
    assert found(status, "TxSts") == []
    assert counter.book()["totals"] == {"ordered": 0, "settled": 0, "rejected": 0, "duplicate": 0}
    counter.send(pain_001(message_id="NEXT"))
    assert found(last_status(counter), "GrpSts") == ["ACTC"]


def test_an_unstructured_address_is_refused(counter: Counter) -> None:
    address = b"<PstlAdr><AdrLine>Fischmarkt 1, Erfurt</AdrLine></PstlAdr></Cdtr>"
    counter.send(pain_001().replace(b"</Cdtr>", address))
    assert found(last_status(counter), "StsRsnInf/Rsn/Cd") == ["BE04"]


@pytest.mark.parametrize(
    ("transfer", "code"),
    [
        pytest.param(Transfer("BAD", "1.00", "DE02120300000000202052"), "AC03", id="check digits"),
        pytest.param(Transfer("BAD", "1.00", "DE0212030000000020205"), "AC03", id="length"),
        pytest.param(Transfer("BAD", "0.00"), "AM01", id="zero"),
        pytest.param(Transfer("BAD", "1000000000.00"), "AM02", id="a thousand million"),
    ],
)
def test_one_bad_payment_does_not_stop_the_others(counter: Counter, transfer: Transfer, code: str) -> None:
    counter.send(pain_001(transfer, Transfer("GOOD", "2.00")))
    answers = work(counter)
    status = answers["000001-1-pain.002.001.10.xml"]
    assert found(status, "TxSts") == ["RJCT", "ACCP"]
    assert found(status, "TxInfAndSts/StsRsnInf/Rsn/Cd") == [code]
    assert found(status, "NbOfTxsPerSts/DtldNbOfTxs") == ["1", "1"]
    assert found(answers["000001-2-camt.054.001.08.xml"], "Ntry/Amt") == ["2.00"]


def test_a_refusal_without_a_readable_id_names_the_file_by_its_hash(counter: Counter) -> None:
    counter.send(WELL[:-300])
    status = last_status(counter)
    assert found(status, "OrgnlMsgId") == ["NOTPROVIDED"]
    assert found(status, "AddtlInf")[1] == f"SHA-256 {counter.book()['files'][0]['sha256']}"


# ---- scenario --------------------------------------------------------------------------------------------------------


def test_the_scenario_rejects_by_reference_and_by_ending_of_the_account(counter: Counter) -> None:
    rules = [
        {"reference": "TH26AAAA0001", "reject": "AC04", "text": "Konto aufgelöst"},
        {"iban_ending": "1065", "reject": "AC06"},
    ]
    (counter.root / "scenario.json").write_text(json.dumps({"rules": rules}))
    counter.send(pain_001(*THREE))
    status = last_status(counter)
    assert found(status, "TxSts") == ["RJCT", "RJCT", "ACCP"]
    assert found(status, "TxInfAndSts/StsRsnInf/Rsn/Cd") == ["AC04", "AC06"]
    assert counter.book()["cents"] == {"ordered": 4480000, "settled": 1480000, "rejected": 3000000, "duplicate": 0}


@pytest.mark.parametrize(
    "rules", ["{", "[]", '{"rules": [{"reject": "AC04"}]}', '{"rules": [{"refrence": "X", "reject": "AC04"}]}']
)
def test_a_mistaken_scenario_ends_the_program_and_loses_nothing(counter: Counter, rules: str) -> None:
    (counter.root / "scenario.json").write_text(rules)
    counter.send(pain_001())
    assert main([str(counter.root), "--once"]) == 4
    (counter.root / "scenario.json").unlink()
    assert found(last_status(counter), "GrpSts") == ["ACTC"]


# ---- schemas ---------------------------------------------------------------------------------------------------------


def samples(counter: Counter) -> dict[str, bytes]:
    counter.send(pain_001(*THREE, Transfer("BAD", "1.00", "DE02120300000000202052")))
    work(counter)
    counter.send(pain_001(*THREE, batch_booking="false", message_id="FS20260302B"))
    work(counter)
    counter.send(pain_001(Transfer("TH26AAAA0009"), message_id="FS20260302C", batch_booking="false"))
    work(counter)
    for content in (WELL[:-300], pain_001(total="1.00"), pain_001(Transfer("OTHER"))):
        counter.send(content)
        work(counter)
    return counter.answers()


def test_every_answer_is_valid_by_its_official_schema(counter: Counter) -> None:
    answers = samples(counter)
    assert [sum(kind in name for name in answers) for kind in ("pain.002", "camt.054")] == [6, 2]
    assert {name: errors(content) for name, content in answers.items() if errors(content)} == {}


def test_the_order_files_of_these_tests_are_valid_by_the_schema() -> None:
    assert errors(WELL) == []


@pytest.mark.parametrize(
    ("reason", "understood"), [("<Cd>DUPL</Cd>", True), ("<Prtry>AC03</Prtry>", True), ("<Cd>AC03</Cd>", False)]
)
def test_a_request_to_cancel_is_understood_with_the_reasons_of_its_closed_list(
    counter: Counter, reason: str, understood: bool
) -> None:
    counter.send(pain_001())
    work(counter)
    counter.send(camt_055(Transfer("TH26AAAA0001"), reason=reason), "recall.xml")
    answers = work(counter)
    assert ("000002-1-camt.029.001.06.xml" in answers) == understood
    assert (errors(camt_055(Transfer("TH26AAAA0001"), reason=reason)) == []) == understood
