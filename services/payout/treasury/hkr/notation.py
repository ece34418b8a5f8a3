"""The two notations of an HKR file: XML by its schema, and CSV, which is the same records with a column per field.

The version stands in the namespace: the second one knows orders about claims, and how the treasury closed a day.
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
NAMESPACES: Mapping[int, str] = {1: "urn:foerderstrom:hkr:1", 2: "urn:foerderstrom:hkr:2"}
"""By version. Add, never alter: an old file's bytes must stay the same."""
NAMESPACE = NAMESPACES[1]
SCHEMA = Path(__file__).parent / "hkr.xsd"
SCHEMAS: Mapping[int, Path] = {1: SCHEMA, 2: SCHEMA.with_name("hkr-2.xsd")}
_FIRST_LINE = 200
_LAST_LINE = 65_535
"""No element is further down, to lxml."""
HEADER, RECORD, TRAILER = "Vorsatz", "Einzelsatz", "Nachsatz"

type Columns = Mapping[str, Sequence[str]]

_COLUMNS: Mapping[str, Columns] = {
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
_SECOND: Mapping[str, Columns] = {
    **_COLUMNS,
    "Anordnungsdatei": {
        HEADER: _COLUMNS["Anordnungsdatei"][HEADER],
        RECORD: (
            "Nummer", "Art", "Fremdkennzeichen", "Bezug", "Kassenzeichen", "Titel", "Haushaltsjahr", "Betrag",
            "Faelligkeit", "Name", "IBAN", "Aktenzeichen", "Zweck",
        ),
        TRAILER: ("Anzahl", "Summe", "SummeAuszahlungen", "PruefsummeIBAN"),
    },
    "Tagesabschluss": {
        HEADER: ("Kennung", "KontoIBAN", "Nummer", "Buchungstag", "Anfangsbestand"),
        RECORD: ("Buchungsnummer", "Art", "Fremdkennzeichen", "Betrag", "Grund"),
        TRAILER: ("Anzahl", "SummeAuszahlungen", "SummeEinzahlungen", "Endbestand"),
    },
}  # fmt: skip
COLUMNS: Mapping[int, Mapping[str, Columns]] = {1: _COLUMNS, 2: _SECOND}
"""The fields of every record, by version and kind of file, in the order of the schema."""
_NAMES = frozenset(
    name
    for kinds in COLUMNS.values()
    for kind, records in kinds.items()
    for record, fields in records.items()
    for name in (kind, record, *fields)
)


def version_of(root: Any) -> int:
    """The version of a file's namespace; 0 when it is none of these files."""
    space = etree.QName(root).namespace
    return next((version for version, it in NAMESPACES.items() if it == space), 0)


def found(root: Any, name: str) -> Any:
    """Every record of a kind."""
    return root.iterfind(f"{{{etree.QName(root).namespace}}}{name}")


def schema_errors(root: Any) -> str:
    """Where a file is not valid, as line and field, never with its text; empty when it is valid."""
    version = version_of(root)
    if not version:
        return "unbekannte Fassung"
    schema = etree.XMLSchema(etree.parse(SCHEMAS[version]))
    if schema.validate(root):
        return ""
    first = schema.error_log[0]
    [element, *_] = [*root.getroottree().xpath(first.path or "/*"), root]
    name = etree.QName(element).localname
    return f"Zeile {first.line}, {name if name in _NAMES else 'unbekanntes Feld'}"


def append(root: Any, kind: str, fields: Mapping[str, str]) -> None:
    """A record with its fields in the order of the schema; empty ones are left out."""
    space = etree.QName(root).namespace
    record = etree.SubElement(root, f"{{{space}}}{kind}")
    for name, text in fields.items():
        if text:
            etree.SubElement(record, f"{{{space}}}{name}").text = text


def new(kind: str, version: int = 1) -> Any:
    space = NAMESPACES[version]
    return etree.Element(f"{{{space}}}{kind}", nsmap={None: space})


def fields_of(record: Any) -> dict[str, str]:
    return {etree.QName(it).localname: it.text or "" for it in record}


def to_csv(root: Any) -> bytes:
    """The same records in CSV: UTF-8, semicolons, CR LF."""
    kind, version = etree.QName(root).localname, version_of(root)
    written = io.StringIO(newline="")
    lines = csv.writer(written, delimiter=";", lineterminator="\r\n")
    lines.writerow([kind, NAMESPACES[version]])
    for record in root:
        name, fields = etree.QName(record).localname, fields_of(record)
        lines.writerow([name, *(fields.get(it, "") for it in COLUMNS[version][kind][name])])
    return written.getvalue().encode()


def _told(raw: bytes) -> tuple[str, int] | None:
    """Kind and version by the first line of a CSV file, quoted or not and padded or not; None when it is none of these files."""
    line = raw.removeprefix(b"\xef\xbb\xbf")[:_FIRST_LINE].replace(b"\r", b"\n").partition(b"\n")[0]
    kind, _, space = (it.strip('" ') for it in line.decode("utf-8", "replace").rstrip("; ").partition(";"))
    version = next((version for version, it in NAMESPACES.items() if it == space), 0)
    return (kind, version) if version and kind in COLUMNS[version] else None


def looks_like_csv(raw: bytes) -> bool:
    """Whether a file begins with the name of one of these files and the namespace."""
    return _told(raw) is not None


def from_csv(raw: bytes) -> Any:
    """The XML of a CSV file, which begins as one. Raises `Unreadable`."""
    try:
        lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))
    except UnicodeDecodeError:
        raise Unreadable("not-utf-8", "Die Datei ist nicht in UTF-8 geschrieben.") from None
    except csv.Error:
        raise Unreadable("not-csv", "Die Datei ist kein vollständiges CSV.") from None
    told = _told(raw)
    if told is None:
        raise Unreadable("unknown-message", "Die Datei ist keine Nachricht eines bekannten Formats.")
    kind, version = told
    root = new(kind, version)
    for number, line in enumerate(lines[1:], start=2):
        names = COLUMNS[version][kind].get(line[0]) if line else None
        if names is None or len(line) <= len(names) or any(line[len(names) + 1 :]):
            raise Unreadable("bad-line", f"Zeile {number} hat nicht die Form eines Satzes.")
        try:
            append(root, line[0], dict(zip(names, line[1:], strict=False)))
        except ValueError:
            raise Unreadable("bad-line", f"Zeile {number} enthält Zeichen, die kein Text sind.") from None
        for it in root[-1].iter():
            it.sourceline = min(number, _LAST_LINE)
    return root
