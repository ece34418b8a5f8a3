"""The order file of an HKR system, in XML and in CSV, by docs/treasury.md."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.second_reading import values
from tests.second_reading.told import Told
from tests.second_reading.tree import Element, parsed, shaped

SPACES = {"urn:foerderstrom:hkr:1": 1, "urn:foerderstrom:hkr:2": 2}
_HEADER = "Kennung Dateinummer ErstelltAm Ausfuehrungstag Auftraggeber AuftraggeberIBAN"
_RECORD = {
    1: "Nummer Art Fremdkennzeichen Bezug? Titel Haushaltsjahr Betrag Name IBAN? Aktenzeichen Zweck",
    2: "Nummer Art Fremdkennzeichen Bezug? Kassenzeichen? Titel Haushaltsjahr Betrag Faelligkeit? Name IBAN? Aktenzeichen Zweck",
}
_TRAILER = {1: "Anzahl Summe PruefsummeIBAN", 2: "Anzahl Summe SummeAuszahlungen PruefsummeIBAN"}
_BUDGET = re.compile(r"[A-Za-z0-9 ./-]{1,35}")
_KINDS = {
    ("Auszahlung", frozenset({"IBAN"})),
    ("Annahme", frozenset({"Kassenzeichen", "Faelligkeit"})),
    ("Aenderung", frozenset({"Bezug", "Kassenzeichen", "Faelligkeit"})),
    ("Absetzung", frozenset({"Bezug", "Kassenzeichen", "Faelligkeit"})),
    ("Absetzung", frozenset({"Bezug"})),
}
"""Which of the fields that may be absent an order of each kind has."""
_OPTIONAL = {"Bezug", "Kassenzeichen", "Faelligkeit", "IBAN"}
_MOST = 20_400


@dataclass
class File:
    version: int
    header: Mapping[str, str] = field(default_factory=dict[str, str])
    records: list[Mapping[str, str]] = field(default_factory=list[Mapping[str, str]])
    trailer: Mapping[str, str] = field(default_factory=dict[str, str])


def read_xml(raw: bytes, *, native: bool) -> list[str]:
    told = Told()
    root = parsed(raw, told)
    if root is not None and (file := of_xml(root, told)):
        _judge(file, told, native=native)
    return told.found


def of_xml(root: Element, told: Told) -> File | None:
    space = root.tag[1:].partition("}")[0]
    version = SPACES.get(space, 0)
    told.unless(bool(version) and root.tag == f"{{{space}}}Anordnungsdatei", "structure", "root")
    if not version:
        return None
    shape = {
        "Anordnungsdatei": "Vorsatz Einzelsatz+ Nachsatz", "Vorsatz": _HEADER, "Einzelsatz": _RECORD[version],
        "Nachsatz": _TRAILER[version],
    }  # fmt: skip
    shaped(root, space, shape, told)
    file = File(version)
    for record in root:
        fields = {it.tag.removeprefix(f"{{{space}}}"): it.text or "" for it in record}
        match record.tag.removeprefix(f"{{{space}}}"):
            case "Vorsatz":
                file.header = fields
            case "Nachsatz":
                file.trailer = fields
            case _:
                file.records.append(fields)
    return file


def read_csv(raw: bytes, *, native: bool) -> list[str]:
    told = Told()
    if file := of_csv(raw, told):
        _judge(file, told, native=native)
    return told.found


def of_csv(raw: bytes, told: Told) -> File | None:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        told.unless(False, "encoding", "bytes")
        return None
    told.unless(all(it.isprintable() or it in "\r\n" for it in text), "encoding", "invisible character")
    told.unless(text.endswith("\r\n") and text.count("\n") == text.count("\r\n") == text.count("\r"), "lines", "ends")
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    version = SPACES.get(lines[0][1], 0) if len(lines[0]) == 2 else 0
    kinds = [it[0] for it in lines[1:] if it]
    ordered = len(kinds) > 2 and kinds == ["Vorsatz", *["Einzelsatz"] * (len(kinds) - 2), "Nachsatz"]
    told.unless(version > 0 and lines[0][0] == "Anordnungsdatei" and ordered, "structure", "records")
    if not version or not ordered:
        return None
    known = {"Vorsatz": _HEADER, "Einzelsatz": _RECORD[version], "Nachsatz": _TRAILER[version]}
    file = File(version)
    for number, (kind, *fields) in enumerate(lines[1:], start=2):
        columns = known[kind].replace("?", "").split()
        needed = [it for it in known[kind].split() if not it.endswith("?")]
        told.unless(len(fields) == len(columns), "lines", str(number))
        found = {name: it for name, it in zip(columns, fields, strict=False) if it}
        told.unless(all(it in found for it in needed), "structure", str(number))
        match kind:
            case "Vorsatz":
                file.header = found
            case "Nachsatz":
                file.trailer = found
            case _:
                file.records.append(found)
    return file


def _judge(file: File, told: Told, *, native: bool) -> None:
    head, tail = file.header.get, file.trailer.get
    made = values.instant(head("ErstelltAm", ""))
    told.unless(made is not None, "instant")
    told.unless(values.is_identifier(head("Kennung", "")), "identifier", "Kennung")
    told.unless(bool(re.fullmatch(r"[1-9][0-9]{0,8}", head("Dateinummer", ""))), "file-number", "Dateinummer")
    told.unless(values.is_name(head("Auftraggeber", ""), native=native), "name", "Auftraggeber")
    told.unless(values.is_iban(head("AuftraggeberIBAN", "")), "iban", "AuftraggeberIBAN")
    payments = [it for it in file.records if it.get("Art") == "Auszahlung"]
    on = head("Ausfuehrungstag", "")
    right = values.is_execution_day(on, made) if payments else values.day(on) is not None
    told.unless(right, "execution-day")
    told.unless(0 < len(file.records) <= _MOST, "size")
    told.unless(
        [it.get("Nummer") for it in file.records] == [str(it + 1) for it in range(len(file.records))], "record-number"
    )
    references = [it.get("Fremdkennzeichen", "") for it in file.records]
    told.unless(len(set(references)) == len(references), "reference-once")
    for it in file.records:
        _record(it, told, native=native)
    told.unless(values.count(tail("Anzahl")) == len(file.records), "count")
    told.unless(values.sum_cents(tail("Summe")) == _sum(file.records), "sum")
    told.unless(file.version < 2 or values.sum_cents(tail("SummeAuszahlungen")) == _sum(payments), "paid-sum")
    told.unless(tail("PruefsummeIBAN") == values.checksum([it.get("IBAN", "0") for it in payments]), "checksum")


def _sum(records: list[Mapping[str, str]]) -> int:
    return sum(values.cents(it.get("Betrag")) for it in records)


def _record(it: Mapping[str, str], told: Told, *, native: bool) -> None:
    reference = it.get("Fremdkennzeichen", "")
    told.unless(values.is_reference(reference), "reference", reference)
    for name in {"Bezug", "Kassenzeichen"} & it.keys():
        told.unless(values.is_reference(it[name]), "reference", f"{reference} {name}")
    told.unless((it.get("Art"), frozenset(it.keys() & _OPTIONAL)) in _KINDS, "kind", reference)
    told.unless(values.cents(it.get("Betrag")) > 0, "amount", reference)
    told.unless(values.is_name(it.get("Name", ""), native=native), "name", reference)
    told.unless(values.is_text(it.get("Zweck", ""), 140, native=native), "text", reference)
    budget = all(_BUDGET.fullmatch(it.get(name, "")) for name in ("Titel", "Aktenzeichen"))
    told.unless(budget and bool(re.fullmatch("20[0-9]{2}", it.get("Haushaltsjahr", ""))), "budget", reference)
    if "Faelligkeit" in it:
        told.unless(values.day(it["Faelligkeit"]) is not None, "due-day", reference)
    if "IBAN" in it:
        told.unless(values.is_iban(it["IBAN"]), "iban", reference)
        told.unless(values.in_eea(it["IBAN"]), "payee-country", reference)
