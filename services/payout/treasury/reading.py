"""ISO 20022, inbound: pain.002.001.10 (answers to a file) and camt.054.001.08 (debits and credits of the account).

A foreign file is hostile until read: nothing is resolved, fetched, expanded or guessed; what is not understood in full is
refused in full. No text of the file gets into an error.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import lxml.etree

from services.payout.report import AccountEntry, Answer, Booking, BookingReport, Status, StatusReport
from services.payout.treasury import Unreadable
from shared.money import NotAnAmount, from_decimal

etree: Any = lxml.etree  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType] lxml has no types
MAX_SIZE = 10_000_000
MAX_DEPTH = 40
"""ISO 20022 messages of these kinds are not half as deep."""

_ANSWERS = {
    "ACTC": Answer.RECEIVED,
    "RCVD": Answer.RECEIVED,
    "PDNG": Answer.PENDING,
    "PART": Answer.PARTIAL,
    "ACCP": Answer.ACCEPTED,
    "ACSP": Answer.ACCEPTED,
    "ACWC": Answer.ACCEPTED,
    "ACSC": Answer.ACCEPTED,
    "ACCC": Answer.ACCEPTED,
    "RJCT": Answer.REJECTED,
} | dict.fromkeys(("RCVC", "RVMC", "RVCM", "RVNM", "RVNA"), Answer.PENDING)  # verification of payee is no acceptance

IDENTIFIER = re.compile(r"(?!/)(?!.*//)[a-zA-Z0-9/\-?:().,'+ ]{1,35}(?<!/)")
"""Message, group and end-to-end ids: 35 characters of the SEPA set, no slash at either end and never two."""


def read(raw: bytes) -> StatusReport | BookingReport:
    """What a pain.002.001.10 or camt.054.001.08 says. Raises `Unreadable` for everything else."""
    return read_root(parse(raw))


def read_root(root: Any) -> StatusReport | BookingReport:
    """The same, of a file that is parsed."""
    match root.tag:
        case "{urn:iso:std:iso:20022:tech:xsd:pain.002.001.10}Document":
            return _status_report(_one(root, "CstmrPmtStsRpt"))
        case "{urn:iso:std:iso:20022:tech:xsd:camt.054.001.08}Document":
            return _booking_report(_one(root, "BkToCstmrDbtCdtNtfctn"))
        case _:
            raise Unreadable("unknown-message", "Die Datei ist keine Nachricht eines bekannten Formats.")


def bounded(raw: bytes) -> None:
    """Refuse what is empty or too large to be read."""
    if not raw:
        raise Unreadable("empty", "Die Datei ist leer.")
    if len(raw) > MAX_SIZE:
        raise Unreadable("too-large", f"Die Datei ist größer als {MAX_SIZE} Bytes.")


def parse(raw: bytes) -> Any:
    """A foreign file's tree. Raises `Unreadable` for what a parser must not see or does not understand."""
    bounded(raw)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("not-utf-8", "Die Datei ist nicht in UTF-8 geschrieben.") from None
    if "\0" in text:
        raise Unreadable("not-utf-8", "Die Datei ist nicht in UTF-8 geschrieben.")
    if "<!doctype" in text.casefold():
        # Before any parser sees it: entities are how a small file becomes a large one, or reads another.
        raise Unreadable("doctype", "Die Datei enthält eine Dokumenttypdefinition.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
            raise Unreadable("too-deep", "Die Datei ist zu tief geschachtelt.") from None
        raise Unreadable("not-well-formed", "Die Datei ist kein vollständiges XML.") from None
    encoding = root.getroottree().docinfo.encoding or "UTF-8"
    if encoding.upper() not in ("UTF-8", "UTF8", "US-ASCII", "ASCII"):
        raise Unreadable("not-utf-8", "Die Datei ist nicht in UTF-8 geschrieben.")
    if _depth(root) > MAX_DEPTH:
        raise Unreadable("too-deep", "Die Datei ist zu tief geschachtelt.")
    return root


def _depth(root: Any) -> int:
    deepest = depth = 0
    for action, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if action == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _status_report(report: Any) -> StatusReport:
    original = _one(report, "OrgnlGrpInfAndSts")
    count, total = _maybe(original, "OrgnlNbOfTxs"), _maybe(original, "OrgnlCtrlSum")
    if not _required(original, "OrgnlMsgNmId").startswith("pain.001"):
        raise Unreadable("unknown-original", "Die Meldung antwortet nicht auf einen Zahlungsauftrag.")
    return StatusReport(
        message_id=_identified(report, "GrpHdr/MsgId"),
        batch=_identified(original, "OrgnlMsgId"),
        count=_number(count) if count else None,
        sum_cents=_cents(total) if total else None,
        statuses=tuple(_statuses(report, original)),
    )


def _statuses(report: Any, original: Any) -> Iterator[Status]:
    if code := _maybe(original, "GrpSts"):
        yield Status(answer=_answer(code), status=code, reason=_reason(original))
    for information in _all(report, "OrgnlPmtInfAndSts"):
        group = _identified(information, "OrgnlPmtInfId")
        if code := _maybe(information, "PmtInfSts"):
            yield Status(answer=_answer(code), status=code, reason=_reason(information), group=group)
        for transaction in _all(information, "TxInfAndSts"):
            code = _required(transaction, "TxSts")
            reference = _identified(transaction, "OrgnlEndToEndId")
            yield Status(
                answer=_answer(code), status=code, reason=_reason(transaction), group=group, reference=reference
            )


def _answer(code: str) -> Answer:
    if code not in _ANSWERS:
        raise Unreadable("unknown-status", "Die Meldung enthält einen unbekannten Status.")
    return _ANSWERS[code]


def _reason(parent: Any) -> str:
    code = _maybe(parent, "StsRsnInf/Rsn/Cd") or _maybe(parent, "StsRsnInf/Rsn/Prtry")
    if code and not IDENTIFIER.fullmatch(code):
        raise Unreadable("bad-identifier", "Ein Ablehnungsgrund ist kein Schlüssel.")
    return code


def _booking_report(report: Any) -> BookingReport:
    notifications = _all(report, "Ntfctn")
    if not notifications:
        raise Unreadable("missing", "Ntfctn fehlt.")
    return BookingReport(
        message_id=_identified(report, "GrpHdr/MsgId"),
        entries=tuple(
            _account_entry(notification, number, entry)
            for notification in notifications
            for number, entry in enumerate(_all(notification, "Ntry"), start=1)
        ),
    )


def _account_entry(notification: Any, number: int, entry: Any) -> AccountEntry:
    direction = _required(entry, "CdtDbtInd")
    if direction not in ("CRDT", "DBIT"):
        raise Unreadable("unknown-direction", "Eine Buchung ist weder Belastung noch Gutschrift.")
    cents = _amount(entry, "Amt")
    details = [it for block in _all(entry, "NtryDtls") for it in _all(block, "TxDtls")]
    groups = {it for path in ("NtryDtls/Btch/PmtInfId", "NtryDtls/TxDtls/Refs/PmtInfId") for it in _texts(entry, path)}
    # The account servicer's reference is unique; an entry's own number is so only within its notification.
    own = f"{_identified(notification, 'Id')}/{_maybe(entry, 'NtryRef') or number}"
    return AccountEntry(
        key=_maybe(entry, "AcctSvcrRef") or own,
        cents=cents,
        debit=direction == "DBIT" and _maybe(entry, "RvslInd") not in ("true", "1"),
        booked=_required(entry, "Sts/Cd") == "BOOK",
        booked_on=_day(_maybe(entry, "BookgDt/Dt") or _required(entry, "BookgDt/DtTm")),
        group=groups.pop() if len(groups) == 1 else "",
        bookings=tuple(
            Booking(
                reference=_identified(it, "Refs/EndToEndId"),
                cents=cents if len(details) == 1 and it.find(_path("Amt", it), None) is None else _amount(it, "Amt"),
            )
            for it in details
        ),
    )


# ---- Fields ----------------------------------------------------------------------------------------------------------


def _path(path: str, parent: Any) -> str:
    namespace = etree.QName(parent).namespace
    return "/".join(f"{{{namespace}}}{step}" for step in path.split("/"))


def _all(parent: Any, path: str) -> list[Any]:
    return parent.findall(_path(path, parent))


def _one(parent: Any, path: str) -> Any:
    found = _all(parent, path)
    if len(found) != 1:
        raise Unreadable("missing", f"{path} fehlt oder kommt mehrfach vor.")
    return found[0]


def _texts(parent: Any, path: str) -> list[str]:
    return [(it.text or "").strip() for it in _all(parent, path)]


def _maybe(parent: Any, path: str) -> str:
    texts = _texts(parent, path)
    return texts[0] if texts else ""


def _required(parent: Any, path: str) -> str:
    text = _maybe(parent, path)
    if not text:
        raise Unreadable("missing", f"{path} fehlt.")
    return text


def _identified(parent: Any, path: str) -> str:
    text = _required(parent, path)
    if not IDENTIFIER.fullmatch(text):
        raise Unreadable("bad-identifier", f"{path} ist keine zulässige Kennung.")
    return text


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Unreadable("bad-number", "Eine Anzahl ist keine Zahl.")
    return int(text)


def _cents(text: str) -> int:
    try:
        return from_decimal(text)
    except NotAnAmount:
        raise Unreadable("bad-amount", "Ein Betrag ist keiner.") from None


def _amount(parent: Any, path: str) -> int:
    element = _one(parent, path)
    if element.get("Ccy") != "EUR":
        raise Unreadable("wrong-currency", "Ein Betrag ist nicht in Euro.")
    return _cents((element.text or "").strip())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Unreadable("bad-date", "Ein Datum ist keines.") from None
