"""Acknowledgement, booking file, return file and closed day of a budget and cash system (docs/treasury.md), in XML."""

from xml.etree import ElementTree

from deploy.treasury_simulator.account_report import Line, lines_of
from deploy.treasury_simulator.book import FileEntry, Standing
from deploy.treasury_simulator.fault import Step
from deploy.treasury_simulator.hkr_reading import NAMESPACES
from deploy.treasury_simulator.status_report import spoken_of
from deploy.treasury_simulator.writing import Element, add, euros, written

ACKNOWLEDGEMENT, BOOKINGS, RETURNS, CLOSED_DAY = "quittung", "buchungsdatei", "rueckgabedatei", "tagesabschluss"
SILENT = "silent"
_NOBODY = "FS19991231A"


def hkr_kind(step: Step) -> str:
    """Which file a step is in this format."""
    if step.send == "status":
        return ACKNOWLEDGEMENT
    if step.send == "statement":
        return CLOSED_DAY
    return RETURNS if "returns" in step.lines else BOOKINGS


def acknowledgement(entry: FileEntry, step: Step, identification: str) -> bytes:
    """What became of this file."""
    root = _root("Quittung", entry)
    header = add(root, "Vorsatz")
    add(header, "Kennung", identification)
    add(header, "Bezug", _NOBODY if step.of_another else entry.message_id or "OHNE-KENNUNG")
    payments = [payment for batch in entry.batches for payment in batch.payments]
    orders = [*payments, *entry.collections]
    if entry.state == "rejected":
        add(header, "Ergebnis", "abgewiesen")
        add(header, "Grund", entry.code)
    else:
        add(header, "Anzahl", str(len(orders) + step.count_off))
        add(header, "Summe", euros(sum(it.amount_cents for it in orders) + step.sum_off))
        if step.level == "file":
            add(header, "Ergebnis", step.answers)
            add(header, "Grund", step.reason or "MS03")
        else:
            refused = any(it.state not in ("booked", "taken") for it in orders)
            add(header, "Ergebnis", "teilweise" if refused else "angenommen")
    singly = entry.state == "accepted" and step.level == "payment"
    told = [it for it in payments if singly and spoken_of(it, step)]
    for payment in told:
        result = step.answers or ("angenommen" if payment.state == "booked" else "abgewiesen")
        _acknowledged(root, payment.reference, result, step.reason or payment.code)
    collected = entry.collections if singly and step.orders != SILENT else ()
    for it in collected:
        result = step.orders or ("angenommen" if it.state == "taken" else "abgewiesen")
        _acknowledged(root, it.reference, result, it.code)
    add(add(root, "Nachsatz"), "Anzahl", str(len(told) + len(collected) + step.trailer_off))
    return written(root)


def deducted(entry: FileEntry, step: Step, identification: str) -> bytes:
    """What became of the orders that take payments back; of those still worked on nothing is said."""
    root = _root("Quittung", entry)
    header = add(root, "Vorsatz")
    add(header, "Kennung", identification)
    add(header, "Bezug", entry.asked_by)
    add(header, "Anzahl", str(len(entry.taken_back) + step.count_off))
    add(header, "Summe", euros(sum(it.amount_cents for it in entry.taken_back) + step.sum_off))
    result = {"ACCR": "angenommen", "RJCR": "abgewiesen"}.get(step.recall)
    add(header, "Ergebnis", "teilweise" if result == "abgewiesen" else "angenommen")
    for it in entry.taken_back if result else ():
        _acknowledged(root, it.reference, result or "", step.reason)
    add(add(root, "Nachsatz"), "Anzahl", str((len(entry.taken_back) if result else 0) + step.trailer_off))
    return written(root)


def _acknowledged(root: Element, reference: str, result: str, code: str | None) -> None:
    record = add(root, "Einzelsatz")
    add(record, "Fremdkennzeichen", reference)
    add(record, "Ergebnis", result)
    if result == "abgewiesen":
        add(record, "Grund", code or "MS03")


def hkr_account(entry: FileEntry, account: str, step: Step, identification: str) -> bytes:
    """What was debited, came in, or came back."""
    returned = hkr_kind(step) == RETURNS
    root = _root("Rueckgabedatei" if returned else "Buchungsdatei", entry)
    add(add(root, "Vorsatz"), "Kennung", identification)
    lines = lines_of(entry, account, step)
    for line in lines:
        _record(root, line, step, returned=returned)
    trailer = add(root, "Nachsatz")
    add(trailer, "Anzahl", str(len(lines) + step.trailer_off))
    add(trailer, "Summe", euros(sum(abs(line.cents) for line in lines) + step.total_off))
    return written(root)


def closed_day(entry: FileEntry, account: str, step: Step, identification: str, standing: Standing) -> bytes:
    """All that was booked on this account on the day of the file, between its balances."""
    root = _root("Tagesabschluss", entry)
    header = add(root, "Vorsatz")
    add(header, "Kennung", identification)
    add(header, "KontoIBAN", account)
    add(header, "Nummer", str(standing.number + step.number_off))
    add(header, "Buchungstag", standing.on)
    add(header, "Anfangsbestand", _balance(standing.opening_cents + step.opening_off))
    lines = lines_of(entry, account, step)
    for line in lines:
        record = add(root, "Einzelsatz")
        add(record, "Buchungsnummer", line.key)
        add(record, "Art", "Rueckgabe" if line.returned else "Auszahlung" if line.cents < 0 else "Einzahlung")
        add(record, "Fremdkennzeichen", line.payments[0].reference if line.payments else line.reference)
        add(record, "Betrag", euros(abs(line.cents)))
    trailer = add(root, "Nachsatz")
    add(trailer, "Anzahl", str(len(lines) + step.trailer_off))
    add(trailer, "SummeAuszahlungen", euros(sum(-line.cents for line in lines if line.cents < 0) + step.total_off))
    add(trailer, "SummeEinzahlungen", euros(sum(line.cents for line in lines if line.cents > 0)))
    add(trailer, "Endbestand", _balance(standing.closing_cents + step.closing_off))
    return written(root)


def _balance(cents: int) -> str:
    return ("-" if cents < 0 else "") + euros(abs(cents))


def _record(root: Element, line: Line, step: Step, *, returned: bool) -> None:
    record = add(root, "Einzelsatz")
    add(record, "Buchungsnummer", line.key)
    if not returned:
        add(record, "Art", "Auszahlung" if line.cents < 0 else "Einzahlung")
    add(record, "Fremdkennzeichen", line.payments[0].reference if line.payments else line.reference)
    add(record, "Betrag", euros(abs(line.cents)))
    add(record, "Buchungstag", line.booked_on)
    if returned:
        add(record, "Grund", step.reason or "AC04")


def _root(name: str, entry: FileEntry) -> Element:
    return ElementTree.Element(name, {"xmlns": NAMESPACES[entry.version]})
