"""The order file of a budget and cash system (docs/treasury.md), in XML or CSV, by the treasury's own reading."""

import csv
import io
import re
from collections.abc import Mapping, Sequence

from deploy.treasury_simulator import checks
from deploy.treasury_simulator.order import Batch, FileRefused, Order, Payment, Reason
from deploy.treasury_simulator.xml_tree import Node

NAMESPACE = "urn:foerderstrom:hkr:1"
FORMAT = "hkr"
_ORDERS = "Anordnungsdatei"
_COLUMNS: Mapping[str, Sequence[str]] = {
    "Vorsatz": ("Kennung", "Dateinummer", "ErstelltAm", "Ausfuehrungstag", "Auftraggeber", "AuftraggeberIBAN"),
    "Einzelsatz": (
        *("Nummer", "Art", "Fremdkennzeichen", "Bezug", "Titel", "Haushaltsjahr"),
        *("Betrag", "Name", "IBAN", "Aktenzeichen", "Zweck"),
    ),
    "Nachsatz": ("Anzahl", "Summe", "PruefsummeIBAN"),
}
_REFERENCE = re.compile("[A-Z0-9]{1,25}")

type Record = Mapping[str, str]


def looks_like_csv(content: bytes) -> bool:
    """Whether the file says so in its first line."""
    return content.startswith(f"{_ORDERS};{NAMESPACE}".encode())


def read(content: bytes | Node) -> Order:
    """The order in a CSV file or in the tree of an XML file; raises FileRefused."""
    try:
        return _order(_of_csv(content) if isinstance(content, bytes) else _of_xml(content))
    except FileRefused as refused:
        refused.format = FORMAT
        raise


def _of_csv(content: bytes) -> list[tuple[str, Record]]:
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), delimiter=";", strict=True))[1:]
    except (UnicodeDecodeError, csv.Error) as broken:
        raise FileRefused("FF01", "kein vollständiges CSV") from broken
    if any(not line or len(line) != len(_COLUMNS.get(line[0], ())) + 1 for line in lines):
        raise FileRefused("FF01", "eine Zeile hat nicht die Form eines Satzes")
    return [(line[0], dict(zip(_COLUMNS[line[0]], line[1:], strict=True))) for line in lines]


def _of_xml(root: Node) -> list[tuple[str, Record]]:
    if root.name != _ORDERS:
        raise FileRefused("FF01", f"keine {_ORDERS}")
    records: list[tuple[str, Record]] = []
    for record in root.children:
        fields = {field.name: field.text for field in record.children}
        known = _COLUMNS.get(record.name, ())
        if list(fields) != [name for name in known if name in fields] or len(fields) != len(record.children):
            raise FileRefused("FF01", f"{record.name}: Felder fehlen oder stehen falsch")
        records.append((record.name, fields))
    return records


def _order(records: list[tuple[str, Record]]) -> Order:
    kinds = [kind for kind, _ in records]
    if len(kinds) < 3 or kinds != ["Vorsatz", *["Einzelsatz"] * (len(kinds) - 2), "Nachsatz"]:
        raise FileRefused("FF01", "Vorsatz, Einzelsätze und Nachsatz gehören in dieser Reihenfolge in die Datei")
    header, trailer = records[0][1], records[-1][1]
    message_id, created_at = header.get("Kennung", ""), header.get("ErstelltAm", "")
    if not checks.is_identifier(message_id) or not checks.is_instant(created_at):
        raise FileRefused("FF01", "Vorsatz: Kennung oder ErstelltAm fehlt")
    try:
        return _checked(header, [fields for _, fields in records[1:-1]], trailer)
    except FileRefused as refused:
        raise FileRefused(refused.reason.code, refused.reason.text, message_id, created_at) from None


def _checked(header: Record, records: list[Record], trailer: Record) -> Order:
    if not checks.is_day(header.get("Ausfuehrungstag", "")):
        raise FileRefused("DT01", "Vorsatz: kein gültiger Ausführungstag")
    if not checks.is_iban(header.get("AuftraggeberIBAN", "")):
        raise FileRefused("AC02", "Vorsatz: keine gültige IBAN")
    payments = [_payment(place, fields) for place, fields in enumerate(records, start=1)]
    if len({payment.reference for payment in payments}) != len(payments):
        raise FileRefused("DU04", "Fremdkennzeichen: mehrfach in derselben Datei")
    total = sum(payment.amount_cents for payment in payments)
    if checks.count(trailer.get("Anzahl", "")) != len(payments):
        raise FileRefused("AM18", "Nachsatz: Anzahl stimmt nicht")
    if checks.control_sum_cents(trailer.get("Summe", "")) != total:
        raise FileRefused("AM10", "Nachsatz: Summe stimmt nicht")
    if trailer.get("PruefsummeIBAN") != _iban_checksum(payments):
        raise FileRefused("AM10", "Nachsatz: Prüfsumme der IBAN stimmt nicht")
    by_title: dict[str, list[Payment]] = {}
    for payment, fields in zip(payments, records, strict=True):
        by_title.setdefault(f"{fields['Titel']}-{fields['Haushaltsjahr']}", []).append(payment)
    batches = [
        Batch(title, header["AuftraggeberIBAN"], header["Ausfuehrungstag"], False, tuple(some))
        for title, some in by_title.items()
    ]
    number = checks.count(header.get("Dateinummer", ""))
    if not number:
        raise FileRefused("FF01", "Vorsatz: Dateinummer fehlt")
    return Order(header["Kennung"], header["ErstelltAm"], tuple(batches), FORMAT, number)


def _payment(place: int, fields: Record) -> Payment:
    reference, cents = fields.get("Fremdkennzeichen", ""), checks.cents(fields.get("Betrag", ""))
    if fields.get("Nummer") != str(place) or fields.get("Art") != "Auszahlung":
        raise FileRefused("FF01", "Einzelsatz: nur Auszahlungen, fortlaufend nummeriert")
    if not _REFERENCE.fullmatch(reference) or cents is None:
        raise FileRefused("FF01", "Einzelsatz: Fremdkennzeichen oder Betrag fehlt")
    iban = fields.get("IBAN", "")
    fault = None if checks.is_iban(iban) else Reason("AC03", "IBAN des Empfängers ist ungültig")
    return Payment(reference, None, cents, iban[:34], fault)


def _iban_checksum(payments: list[Payment]) -> str:
    total = sum(int("".join(str(int(it, 36)) for it in payment.creditor_iban)) for payment in payments)
    return f"{total % 10**20:020d}"
