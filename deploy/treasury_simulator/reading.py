"""pain.001.001.09 → Order, by the treasury's own reading: shape, counts, sums, accounts, amounts, characters."""

import re
from collections import Counter
from collections.abc import Iterator

from deploy.treasury_simulator import checks, hkr_reading
from deploy.treasury_simulator.order import MESSAGE_NAME, Batch, FileRefused, Order, Payment, Reason
from deploy.treasury_simulator.xml_tree import Node, Unreadable, parse

NAMESPACE = f"urn:iso:std:iso:20022:tech:xsd:{MESSAGE_NAME}"
LARGEST_AMOUNT_CENTS = 99_999_999_999

# The elements a German bank takes, in the order of the schema: `!` exactly once, `?` at most once, `+` at least once.
_SHAPES = {
    "Document": "CstmrCdtTrfInitn!",
    "CstmrCdtTrfInitn": "GrpHdr! PmtInf+",
    "GrpHdr": "MsgId! CreDtTm! NbOfTxs! CtrlSum! InitgPty!",
    "PmtInf": "PmtInfId! PmtMtd! BtchBookg? NbOfTxs! CtrlSum! PmtTpInf? ReqdExctnDt! Dbtr! DbtrAcct! DbtrAgt! "
    "UltmtDbtr? ChrgBr? CdtTrfTxInf+",
    "CdtTrfTxInf": "PmtId! PmtTpInf? Amt! ChrgBr? UltmtDbtr? CdtrAgt? Cdtr! CdtrAcct! UltmtCdtr? Purp? RmtInf?",
    "PmtId": "InstrId? EndToEndId!",
    "ReqdExctnDt": "Dt!",
    "Amt": "InstdAmt!",
    "RmtInf": "Ustrd? Strd?",
    "DbtrAcct": "Id! Tp? Ccy? Nm?",
    "CdtrAcct": "Id! Tp? Ccy? Nm?",
    "Dbtr": "Nm! PstlAdr? Id? CtryOfRes? CtctDtls?",
    "Cdtr": "Nm! PstlAdr? Id? CtryOfRes? CtctDtls?",
}
_LEAF = re.compile(
    "MsgId|CreDtTm|NbOfTxs|CtrlSum|PmtInfId|PmtMtd|BtchBookg|ChrgBr|Dt|InstrId|EndToEndId|InstdAmt|Ustrd|Nm|IBAN|BICFI"
)
_NAMES = {"Nm": 70, "Ustrd": 140}


def read(content: bytes) -> Order:
    """The order in these bytes; raises FileRefused, and nothing else, for whatever is wrong with the whole file."""
    if hkr_reading.looks_like_csv(content):
        return hkr_reading.read(content)
    try:
        namespace, root = parse(content)
    except Unreadable as unreadable:
        raise FileRefused("FF01", str(unreadable)) from unreadable
    if namespace in hkr_reading.NAMESPACES.values():
        return hkr_reading.read(root, namespace)
    if namespace != NAMESPACE or root.name != "Document":
        raise FileRefused("FF01", f"keine Nachricht {MESSAGE_NAME}")
    message_id, created_at = _header(root)
    try:
        _check_shape(root)
        return _order(root)
    except FileRefused as refused:
        # The sender can only match a refusal that names his message.
        raise FileRefused(refused.reason.code, refused.reason.text, message_id, created_at) from None


def _header(root: Node) -> tuple[str | None, str | None]:
    header = [part for initiation in root.children for part in initiation.children if part.name == "GrpHdr"][:1]
    values = {leaf.name: leaf.text for part in header for leaf in part.children}
    message_id, created_at = values.get("MsgId", ""), values.get("CreDtTm", "")
    return (
        message_id if checks.is_identifier(message_id) else None,
        created_at if checks.is_instant(created_at) else None,
    )


def _check_shape(node: Node) -> None:
    if node.attributes and not (node.name == "InstdAmt" and set(node.attributes) == {"Ccy"}):
        raise FileRefused("FF01", f"{node.name}: unbekanntes Attribut")
    if node.children and _LEAF.fullmatch(node.name):
        raise FileRefused("FF01", f"{node.name}: hat Unterelemente")
    if node.name in _SHAPES:
        _check_children(node, _SHAPES[node.name])
    if node.name in _NAMES and not checks.is_name(node.text, _NAMES[node.name]):
        raise FileRefused("FF01", f"{node.name}: unzulässige Zeichen oder länger als {_NAMES[node.name]}")
    if node.name == "BICFI" and not checks.is_bic(node.text):
        raise FileRefused("RC01", "BICFI: kein gültiger BIC")
    if node.name == "PstlAdr" and not {"TwnNm", "Ctry"} <= {part.name for part in node.children}:
        raise FileRefused("BE04", "PstlAdr: nur strukturierte Anschriften, mindestens TwnNm und Ctry")
    for child in node.children:
        _check_shape(child)


def _check_children(node: Node, shape: str) -> None:
    allowed = {word[:-1]: (place, word[-1]) for place, word in enumerate(shape.split())}
    places = [allowed.get(child.name, (-1, ""))[0] for child in node.children]
    if -1 in places:
        raise FileRefused("FF01", f"{node.name}: Element an dieser Stelle nicht vorgesehen")
    if places != sorted(places):
        raise FileRefused("FF01", f"{node.name}: falsche Reihenfolge der Elemente")
    for name, (place, times) in allowed.items():
        found = places.count(place)
        if (times in "!+" and found == 0) or (times in "!?" and found > 1):
            raise FileRefused("FF01", f"{node.name}/{name}: {found}-mal vorhanden")


def _text(node: Node, *path: str) -> str:
    for name in path:
        found = next((child for child in node.children if child.name == name), None)
        if found is None:
            return ""
        node = found
    return node.text


def _order(root: Node) -> Order:
    header, *batch_nodes = root.children[0].children
    message_id = _identifier(header, "MsgId")
    created_at = _text(header, "CreDtTm")
    if not checks.is_instant(created_at):
        raise FileRefused("DT01", "GrpHdr/CreDtTm: kein gültiger Zeitpunkt")
    order = Order(message_id, created_at, tuple(_batch(node) for node in batch_nodes))
    _check_totals(header, order.payments)
    _check_unique("PmtInfId", "DU02", (batch.payment_information_id for batch in order.batches))
    _check_unique("EndToEndId", "DU04", (payment.reference for payment in order.payments))
    return order


def _batch(node: Node) -> Batch:
    if _text(node, "PmtMtd") != "TRF":
        raise FileRefused("FF01", "PmtInf/PmtMtd: nur TRF")
    execution_on = _text(node, "ReqdExctnDt", "Dt")
    if not checks.is_day(execution_on):
        raise FileRefused("DT01", "PmtInf/ReqdExctnDt: kein gültiger Tag")
    debtor_iban = _text(node, "DbtrAcct", "Id", "IBAN")
    if not checks.is_iban(debtor_iban):
        raise FileRefused("AC02", "PmtInf/DbtrAcct: keine gültige IBAN")
    booking = _text(node, "BtchBookg") or "true"  # German banks book a Sammler when nothing is said
    if booking not in ("true", "false", "1", "0"):
        raise FileRefused("FF01", "PmtInf/BtchBookg: weder true noch false")
    payments = tuple(_payment(child) for child in node.children if child.name == "CdtTrfTxInf")
    _check_totals(node, payments)
    return Batch(_identifier(node, "PmtInfId"), debtor_iban, execution_on, booking in ("true", "1"), payments)


def _payment(node: Node) -> Payment:
    reference = _identifier(node, "PmtId", "EndToEndId")
    if reference == "NOTPROVIDED":
        raise FileRefused("FF01", "PmtId/EndToEndId: ohne Kennzeichen wird nicht gezahlt")
    instruction_id = _identifier(node, "PmtId", "InstrId") if _text(node, "PmtId", "InstrId") else None
    amount = next(child for child in node.children if child.name == "Amt").children[0]
    cents = checks.cents(amount.text)
    if cents is None:
        raise FileRefused("FF01", "Amt/InstdAmt: kein Betrag mit zwei Nachkommastellen")
    creditor_iban = _text(node, "CdtrAcct", "Id", "IBAN")
    fault: Reason | None = None
    if amount.attributes.get("Ccy") != "EUR":
        fault = Reason("AM03", "nur EUR")
    elif cents == 0:
        fault = Reason("AM01", "Betrag ist null")
    elif cents > LARGEST_AMOUNT_CENTS:
        fault = Reason("AM02", "Betrag über 999.999.999,99 EUR")
    elif not checks.is_iban(creditor_iban):
        fault = Reason("AC03", "IBAN des Empfängers ist ungültig")
    return Payment(reference, instruction_id, cents, creditor_iban[:34], fault)


def _identifier(node: Node, *path: str) -> str:
    text = _text(node, *path)
    if not checks.is_identifier(text):
        raise FileRefused("FF01", f"{node.name}/{'/'.join(path)}: unzulässige Zeichen oder Länge")
    return text


def _check_totals(node: Node, payments: tuple[Payment, ...]) -> None:
    if checks.count(_text(node, "NbOfTxs")) != len(payments):
        raise FileRefused("AM18", f"{node.name}/NbOfTxs: Anzahl stimmt nicht, gezählt {len(payments)}")
    total = sum(payment.amount_cents for payment in payments)
    if checks.control_sum_cents(_text(node, "CtrlSum")) != total:
        raise FileRefused("AM10", f"{node.name}/CtrlSum: Summe stimmt nicht, gerechnet {total // 100}.{total % 100:02}")


def _check_unique(name: str, code: str, values: Iterator[str]) -> None:
    if any(times > 1 for times in Counter(values).values()):
        raise FileRefused(code, f"{name}: mehrfach in derselben Datei")
