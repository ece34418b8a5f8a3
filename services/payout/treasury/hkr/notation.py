"""The two notations of an HKR file: XML by `hkr.xsd`, and CSV, which is the same records with a column per field.

A CSV line begins with the record's kind; an optional field that is absent is an empty column. CSV is read and written by way of the
XML, so that both are held to one schema.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import lxml.etree

from services.payout.treasury import Unreadable

etree: Any = lxml.etree  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType] lxml has no types
NAMESPACE = "urn:foerderstrom:hkr:1"
SCHEMA = Path(__file__).parent / "hkr.xsd"
HEADER, RECORD, TRAILER = "Vorsatz", "Einzelsatz", "Nachsatz"

type Columns = Mapping[str, Sequence[str]]

COLUMNS: Mapping[str, Columns] = {
    "Anordnungsdatei": {
        HEADER: ("Kennung", "Dateinummer", "ErstelltAm", "Ausfuehrungstag", "Auftraggeber", "AuftraggeberIBAN"),
        RECORD: (
            "Nummer", "Art", "Fremdkennzeichen", "Bezug", "Titel", "Haushaltsjahr", "Betrag", "Name", "IBAN",
            "Aktenzeichen", "Zweck",
        ),
        TRAILER: ("Anzahl", "Summe", "PruefsummeIBAN"),
    },
    "Quittung": {
        HEADER: ("Kennung", "Bezug", "Anzahl", "Summe", "Ergebnis", "Grund"),
        RECORD: ("Fremdkennzeichen", "Ergebnis", "Grund"),
        TRAILER: ("Anzahl",),
    },
    "Buchungsdatei": {
        HEADER: ("Kennung",),
        RECORD: ("Buchungsnummer", "Art", "Fremdkennzeichen", "Betrag", "Buchungstag"),
        TRAILER: ("Anzahl", "Summe"),
    },
    "Rueckgabedatei": {
        HEADER: ("Kennung",),
        RECORD: ("Buchungsnummer", "Fremdkennzeichen", "Betrag", "Buchungstag", "Grund"),
        TRAILER: ("Anzahl", "Summe"),
    },
}  # fmt: skip
"""The fields of every record, by kind of file, in the order of the schema."""


def tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def schema_errors(root: Any) -> str:
    """Where a file is not valid, as line and kind of error, never with its text; empty when it is valid."""
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    if schema.validate(root):
        return ""
    first = schema.error_log[0]
    return f"Zeile {first.line}: {first.type_name}"


def append(root: Any, kind: str, fields: Mapping[str, str]) -> None:
    """A record with its fields in the order of the schema; empty ones are left out."""
    record = etree.SubElement(root, tag(kind))
    for name, text in fields.items():
        if text:
            etree.SubElement(record, tag(name)).text = text


def new(kind: str) -> Any:
    return etree.Element(tag(kind), nsmap={None: NAMESPACE})


def fields_of(record: Any) -> dict[str, str]:
    return {etree.QName(it).localname: it.text or "" for it in record}


def to_csv(root: Any) -> bytes:
    """The same records in CSV: UTF-8, semicolons, CR LF."""
    kind = etree.QName(root).localname
    written = io.StringIO(newline="")
    lines = csv.writer(written, delimiter=";", lineterminator="\r\n")
    lines.writerow([kind, NAMESPACE])
    for record in root:
        name, fields = etree.QName(record).localname, fields_of(record)
        lines.writerow([name, *(fields.get(it, "") for it in COLUMNS[kind][name])])
    return written.getvalue().encode()


def looks_like_csv(raw: bytes) -> bool:
    """Whether a file begins with the name of one of these files and the namespace."""
    return raw.removeprefix(b"\xef\xbb\xbf").startswith(tuple(f"{kind};{NAMESPACE}".encode() for kind in COLUMNS))


def from_csv(raw: bytes) -> Any:
    """The XML of a CSV file. Raises `Unreadable`."""
    try:
        lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))
    except UnicodeDecodeError:
        raise Unreadable("not-utf-8", "Die Datei ist nicht in UTF-8 geschrieben.") from None
    except csv.Error:
        raise Unreadable("not-csv", "Die Datei ist kein vollständiges CSV.") from None
    kind = lines[0][0]
    root = new(kind)
    for line in lines[1:]:
        names = COLUMNS[kind].get(line[0]) if line else None
        if names is None or len(line) != len(names) + 1:
            raise Unreadable("bad-line", "Eine Zeile hat nicht die Form eines Satzes.")
        try:
            append(root, line[0], dict(zip(names, line[1:], strict=True)))
        except ValueError:
            raise Unreadable("bad-line", "Eine Zeile enthält Zeichen, die kein Text sind.") from None
    return root
