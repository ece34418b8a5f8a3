"""What an HKR system answers: acknowledgement, bookings, returned money, the close of its day. A file that is not valid is refused in full."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from services.payout.report import (
    STATEMENT,
    AccountEntry,
    Answer,
    Booking,
    BookingReport,
    DaySums,
    Statement,
    Status,
    StatusReport,
)
from services.payout.treasury import Unreadable
from services.payout.treasury.hkr.notation import HEADER, RECORD, TRAILER, etree, fields_of, found, schema_errors
from shared.decider import replace
from shared.money import from_decimal

_FILE = {"angenommen": Answer.RECEIVED, "teilweise": Answer.PARTIAL, "abgewiesen": Answer.REJECTED}
"""“Angenommen” for a file says that it arrived whole; its orders are answered singly."""
_ORDER = _FILE | {"angenommen": Answer.ACCEPTED}
_RETURNED = "Rueckgabe"


def read_tree(root: Any) -> StatusReport | BookingReport:
    """What a file says. Raises `Unreadable`, also when its trailer does not agree with its records."""
    if where := schema_errors(root):
        raise Unreadable("not-valid", f"Die Datei entspricht nicht dem HKR-Schema ({where}).")
    header = fields_of(next(found(root, HEADER)))
    records = [fields_of(it) for it in found(root, RECORD)]
    trailer = fields_of(next(found(root, TRAILER)))
    _agrees(trailer, records)
    match etree.QName(root).localname:
        case "Quittung":
            return _acknowledgement(header, records)
        case "Buchungsdatei" | "Rueckgabedatei":
            return BookingReport(message_id=header["Kennung"], entries=tuple(_entries(records)))
        case "Tagesabschluss":
            return _closed_day(header, records, trailer)
        case _:
            raise Unreadable("unknown-message", "Die Datei ist keine Antwort der Kasse.")


def _agrees(trailer: dict[str, str], records: Sequence[dict[str, str]]) -> None:
    if int(trailer["Anzahl"]) != len(records):
        raise Unreadable("count-differs", "Die Anzahl im Nachsatz stimmt nicht.")
    if "Summe" in trailer and _cents(trailer["Summe"]) != sum(from_decimal(it["Betrag"]) for it in records):
        raise Unreadable("sum-differs", "Die Summe im Nachsatz stimmt nicht.")


def _cents(text: str) -> int:
    whole, _, rest = text.removeprefix("-").partition(".")
    cents = int(whole) * 100 + int(rest)
    return -cents if text.startswith("-") else cents


def _acknowledgement(header: dict[str, str], records: Sequence[dict[str, str]]) -> StatusReport:
    whole = header["Ergebnis"]
    statuses = [Status(answer=_FILE[whole], status=whole, reason=header.get("Grund", ""))]
    for it in records:
        result, reason = it["Ergebnis"], it.get("Grund", "")
        statuses.append(Status(answer=_ORDER[result], status=result, reason=reason, reference=it["Fremdkennzeichen"]))
    return StatusReport(
        message_id=header["Kennung"],
        batch=header["Bezug"],
        statuses=tuple(statuses),
        count=int(header["Anzahl"]) if "Anzahl" in header else None,
        sum_cents=_cents(header["Summe"]) if "Summe" in header else None,
    )


def _closed_day(header: dict[str, str], records: Sequence[dict[str, str]], trailer: dict[str, str]) -> BookingReport:
    """What the treasury booked on a day in all, between two balances: the statement of the account that a house with an HKR system has."""
    on = header["Buchungstag"]
    entries = _entries([{**it, "Buchungstag": on} for it in records])
    paid, came_in = (sum(it.cents for it in entries if it.credit == credit) for credit in (False, True))
    opening, closing = _cents(header["Anfangsbestand"]), _cents(trailer["Endbestand"])
    if (_cents(trailer["SummeAuszahlungen"]), _cents(trailer["SummeEinzahlungen"])) != (paid, came_in):
        raise Unreadable("sum-differs", "Eine Summe im Nachsatz stimmt nicht.")
    if opening - paid + came_in != closing:
        raise Unreadable("balance-differs", "Der Endbestand folgt nicht aus dem Anfangsbestand und den Buchungen.")
    return BookingReport(
        message_id=header["Kennung"],
        kind=STATEMENT,
        entries=tuple(replace(it, account=header["KontoIBAN"]) for it in entries),
        statements=(
            Statement(
                id=header["Kennung"],
                account=header["KontoIBAN"],
                sequence=int(header["Nummer"]),
                opening_cents=opening,
                closing_cents=closing,
                entries=len(entries),
                closed_on=_day(on),
                days=(DaySums(booked_on=_day(on), debit_cents=paid, credit_cents=came_in),),
            ),
        ),
    )


def _entries(records: Sequence[dict[str, str]]) -> list[AccountEntry]:
    """A file tells each booking once: what bears one number twice, and says alike, are two."""
    told, found = Counter[AccountEntry](), list[AccountEntry]()
    for line in map(_entry, records):
        told[line] += 1
        found.append(line if told[line] == 1 else replace(line, key=f"{line.key}#{told[line]}"))
    return found


def _day(text: str) -> date:
    """The schema's dates reach further than the calendar's."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Unreadable("bad-date", "Ein Buchungstag liegt in einem Jahr, das es im Kalender nicht gibt.") from None


def _entry(it: dict[str, str]) -> AccountEntry:
    cents = from_decimal(it["Betrag"])
    paid = it.get("Art") == "Auszahlung"
    return AccountEntry(
        key=it["Buchungsnummer"],
        cents=cents,
        debit=paid,
        booked=True,
        booked_on=_day(it["Buchungstag"]),
        bookings=(Booking(reference=it["Fremdkennzeichen"], cents=cents, reason=it.get("Grund", "")),),
        returned=it.get("Art", _RETURNED) == _RETURNED,  # the file of returned money names no kind
        credit=not paid,
    )
