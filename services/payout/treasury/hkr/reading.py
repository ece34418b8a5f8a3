"""What an HKR system answers: acknowledgement, bookings, returned money. A file that is not valid is refused in full."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from services.payout.report import AccountEntry, Answer, Booking, BookingReport, Status, StatusReport
from services.payout.treasury import Unreadable
from services.payout.treasury.hkr.notation import HEADER, RECORD, TRAILER, etree, fields_of, found, schema_errors
from shared.decider import replace
from shared.money import from_decimal

_FILE = {"angenommen": Answer.RECEIVED, "teilweise": Answer.PARTIAL, "abgewiesen": Answer.REJECTED}
"""“Angenommen” for a file says that it arrived whole; its orders are answered singly."""
_ORDER = _FILE | {"angenommen": Answer.ACCEPTED}


def read_tree(root: Any) -> StatusReport | BookingReport:
    """What a file says. Raises `Unreadable`, also when its trailer does not agree with its records."""
    if where := schema_errors(root):
        raise Unreadable("not-valid", f"Die Datei entspricht nicht dem HKR-Schema ({where}).")
    header = fields_of(next(found(root, HEADER)))
    records = [fields_of(it) for it in found(root, RECORD)]
    _agrees(fields_of(next(found(root, TRAILER))), records)
    match etree.QName(root).localname:
        case "Quittung":
            return _acknowledgement(header, records)
        case "Buchungsdatei" | "Rueckgabedatei":
            return BookingReport(message_id=header["Kennung"], entries=tuple(_entries(records)))
        case _:
            raise Unreadable("unknown-message", "Die Datei ist keine Antwort der Kasse.")


def _agrees(trailer: dict[str, str], records: Sequence[dict[str, str]]) -> None:
    if int(trailer["Anzahl"]) != len(records):
        raise Unreadable("count-differs", "Die Anzahl im Nachsatz stimmt nicht.")
    if "Summe" in trailer and _cents(trailer["Summe"]) != sum(from_decimal(it["Betrag"]) for it in records):
        raise Unreadable("sum-differs", "Die Summe im Nachsatz stimmt nicht.")


def _cents(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(whole) * 100 + int(rest)


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
        returned="Art" not in it,  # only the file of returned money has none
        credit=not paid,
    )
