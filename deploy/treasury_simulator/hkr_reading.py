"""The order file of a budget and cash system (docs/treasury.md), in XML or CSV, by the treasury's own reading."""

import csv
import io
import re
from collections.abc import Mapping, Sequence

from deploy.treasury_simulator import checks
from deploy.treasury_simulator.order import Batch, Collection, FileRefused, Order, Payment, Reason, TakeBack
from deploy.treasury_simulator.xml_tree import Node

NAMESPACES: Mapping[int, str] = {1: "urn:foerderstrom:hkr:1", 2: "urn:foerderstrom:hkr:2"}
FORMAT = "hkr"
_ORDERS = "Anordnungsdatei"
_HEADER = ("Kennung", "Dateinummer", "ErstelltAm", "Ausfuehrungstag", "Auftraggeber", "AuftraggeberIBAN")
_COLUMNS: Mapping[int, Mapping[str, Sequence[str]]] = {
    1: {
        "Vorsatz": _HEADER,
        "Einzelsatz": (
            *("Nummer", "Art", "Fremdkennzeichen", "Bezug", "Titel", "Haushaltsjahr"),
            *("Betrag", "Name", "IBAN", "Aktenzeichen", "Zweck"),
        ),
        "Nachsatz": ("Anzahl", "Summe", "PruefsummeIBAN"),
    },
    2: {
        "Vorsatz": _HEADER,
        "Einzelsatz": (
            *("Nummer", "Art", "Fremdkennzeichen", "Bezug", "Kassenzeichen", "Titel", "Haushaltsjahr"),
            *("Betrag", "Faelligkeit", "Name", "IBAN", "Aktenzeichen", "Zweck"),
        ),
        "Nachsatz": ("Anzahl", "Summe", "SummeAuszahlungen", "PruefsummeIBAN"),
    },
}
_REFERENCE = re.compile("[A-Z0-9]{1,25}")
_CLAIM_KINDS = ("Annahme", "Aenderung", "Absetzung")

type Record = Mapping[str, str]


def _version(content: bytes) -> int:
    heads = {version: f"{_ORDERS};{space}".encode() for version, space in NAMESPACES.items()}
    return next((version for version, head in heads.items() if content.startswith(head)), 0)


def looks_like_csv(content: bytes) -> bool:
    """Whether the file says so in its first line."""
    return _version(content) > 0


def read(content: bytes | Node, namespace: str = "") -> Order:
    """The order in a CSV file or in the tree of an XML file; raises FileRefused."""
    by_space = {space: version for version, space in NAMESPACES.items()}
    version = _version(content) if isinstance(content, bytes) else by_space.get(namespace, 1)
    try:
        return _order(_of_csv(content, version) if isinstance(content, bytes) else _of_xml(content, version), version)
    except FileRefused as refused:
        refused.format, refused.version = FORMAT, version
        raise


def _of_csv(content: bytes, version: int) -> list[tuple[str, Record]]:
    columns = _COLUMNS[version]
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), delimiter=";", strict=True))[1:]
    except (UnicodeDecodeError, csv.Error) as broken:
        raise FileRefused("FF01", "kein vollständiges CSV") from broken
    if any(not line or len(line) != len(columns.get(line[0], ())) + 1 for line in lines):
        raise FileRefused("FF01", "eine Zeile hat nicht die Form eines Satzes")
    return [(line[0], dict(zip(columns[line[0]], line[1:], strict=True))) for line in lines]


def _of_xml(root: Node, version: int) -> list[tuple[str, Record]]:
    if root.name != _ORDERS:
        raise FileRefused("FF01", f"keine {_ORDERS}")
    records: list[tuple[str, Record]] = []
    for record in root.children:
        fields = {field.name: field.text for field in record.children}
        known = _COLUMNS[version].get(record.name, ())
        if list(fields) != [name for name in known if name in fields] or len(fields) != len(record.children):
            raise FileRefused("FF01", f"{record.name}: Felder fehlen oder stehen falsch")
        records.append((record.name, fields))
    return records


def _order(records: list[tuple[str, Record]], version: int) -> Order:
    kinds = [kind for kind, _ in records]
    if len(kinds) < 3 or kinds != ["Vorsatz", *["Einzelsatz"] * (len(kinds) - 2), "Nachsatz"]:
        raise FileRefused("FF01", "Vorsatz, Einzelsätze und Nachsatz gehören in dieser Reihenfolge in die Datei")
    header, trailer = records[0][1], records[-1][1]
    message_id, created_at = header.get("Kennung", ""), header.get("ErstelltAm", "")
    if not checks.is_identifier(message_id) or not checks.is_instant(created_at):
        raise FileRefused("FF01", "Vorsatz: Kennung oder ErstelltAm fehlt")
    try:
        return _checked(header, [fields for _, fields in records[1:-1]], trailer, version)
    except FileRefused as refused:
        raise FileRefused(refused.reason.code, refused.reason.text, message_id, created_at) from None


def _checked(header: Record, records: list[Record], trailer: Record, version: int) -> Order:
    if not checks.is_day(header.get("Ausfuehrungstag", "")):
        raise FileRefused("DT01", "Vorsatz: kein gültiger Ausführungstag")
    if not checks.is_iban(header.get("AuftraggeberIBAN", "")):
        raise FileRefused("AC02", "Vorsatz: keine gültige IBAN")
    if [fields.get("Nummer") for fields in records] != [str(place) for place in range(1, len(records) + 1)]:
        raise FileRefused("FF01", "Einzelsatz: nicht fortlaufend nummeriert")
    paid = [fields for fields in records if fields.get("Art") == "Auszahlung"]
    payments = [_payment(fields) for fields in paid]
    taken_back = [_take_back(fields) for fields in records if _takes_back(fields, version)]
    others = [fields for fields in records if fields not in paid and not _takes_back(fields, version)]
    collections = [_collection(fields, version) for fields in others]
    if taken_back and (payments or collections):
        raise FileRefused("FF01", "Absetzungen von Auszahlungen stehen in einer Datei für sich")
    _check_trailer(trailer, payments, [*collections, *taken_back], version)
    by_title: dict[str, list[Payment]] = {}
    for payment, fields in zip(payments, paid, strict=True):
        by_title.setdefault(f"{fields['Titel']}-{fields['Haushaltsjahr']}", []).append(payment)
    account = header["AuftraggeberIBAN"]
    batches = [Batch(title, account, header["Ausfuehrungstag"], False, tuple(some)) for title, some in by_title.items()]
    number = checks.count(header.get("Dateinummer", ""))
    if not number:
        raise FileRefused("FF01", "Vorsatz: Dateinummer fehlt")
    of_file = (header["Kennung"], header["ErstelltAm"], tuple(batches), FORMAT, number, version)
    return Order(*of_file, account, tuple(collections), tuple(taken_back))


def _check_trailer(
    trailer: Record, payments: list[Payment], collections: Sequence[Collection | TakeBack], version: int
) -> None:
    references = [it.reference for it in (*payments, *collections)]
    if len(set(references)) != len(references):
        raise FileRefused("DU04", "Fremdkennzeichen: mehrfach in derselben Datei")
    paid = sum(payment.amount_cents for payment in payments)
    if checks.count(trailer.get("Anzahl", "")) != len(references):
        raise FileRefused("AM18", "Nachsatz: Anzahl stimmt nicht")
    if checks.control_sum_cents(trailer.get("Summe", "")) != paid + sum(it.amount_cents for it in collections):
        raise FileRefused("AM10", "Nachsatz: Summe stimmt nicht")
    if version > 1 and checks.control_sum_cents(trailer.get("SummeAuszahlungen", "")) != paid:
        raise FileRefused("AM10", "Nachsatz: Summe der Auszahlungen stimmt nicht")
    if trailer.get("PruefsummeIBAN") != _iban_checksum(payments):
        raise FileRefused("AM10", "Nachsatz: Prüfsumme der IBAN stimmt nicht")


def _payment(fields: Record) -> Payment:
    reference, cents = fields.get("Fremdkennzeichen", ""), checks.cents(fields.get("Betrag", ""))
    if not _REFERENCE.fullmatch(reference) or cents is None:
        raise FileRefused("FF01", "Einzelsatz: Fremdkennzeichen oder Betrag fehlt")
    if fields.get("Faelligkeit") or fields.get("Kassenzeichen"):
        raise FileRefused("FF01", "Auszahlung: hat keine Fälligkeit und kein Kassenzeichen")
    iban = fields.get("IBAN", "")
    fault = None if checks.is_iban(iban) else Reason("AC03", "IBAN des Empfängers ist ungültig")
    return Payment(reference, None, cents, iban[:34], fault)


def _takes_back(fields: Record, version: int) -> bool:
    return version > 1 and fields.get("Art") == "Absetzung" and not fields.get("Kassenzeichen")


def _take_back(fields: Record) -> TakeBack:
    reference, first, cents = (
        fields.get("Fremdkennzeichen", ""),
        fields.get("Bezug", ""),
        checks.cents(fields["Betrag"]),
    )
    if not (_REFERENCE.fullmatch(reference) and _REFERENCE.fullmatch(first) and cents):
        raise FileRefused("FF01", "Absetzung: Fremdkennzeichen, Bezug oder Betrag fehlt")
    if fields.get("Faelligkeit") or fields.get("IBAN"):
        raise FileRefused("FF01", "Absetzung einer Auszahlung: hat keine Fälligkeit und keine IBAN")
    return TakeBack(reference, first, cents)


def _collection(fields: Record, version: int) -> Collection:
    kind, cents = fields.get("Art", ""), checks.cents(fields.get("Betrag", ""))
    if version < 2 or kind not in _CLAIM_KINDS:
        raise FileRefused("FF01", "Einzelsatz: unbekannte Art der Anordnung")
    reference, under, first = (fields.get(it, "") for it in ("Fremdkennzeichen", "Kassenzeichen", "Bezug"))
    if not (_REFERENCE.fullmatch(reference) and _REFERENCE.fullmatch(under) and cents):
        raise FileRefused("FF01", f"{kind}: Fremdkennzeichen, Kassenzeichen oder Betrag fehlt")
    if (kind == "Annahme") == bool(first) or fields.get("IBAN"):
        raise FileRefused("FF01", f"{kind}: Bezug fehlt oder ist zu viel, oder eine IBAN steht darin")
    due_on = fields.get("Faelligkeit", "")
    if not checks.is_day(due_on):
        raise FileRefused("DT01", f"{kind}: kein gültiger Tag der Fälligkeit")
    return Collection(kind, reference, first, under, cents, due_on)


def _iban_checksum(payments: list[Payment]) -> str:
    total = sum(int("".join(str(int(it, 36)) for it in payment.creditor_iban)) for payment in payments)
    return f"{total % 10**20:020d}"
