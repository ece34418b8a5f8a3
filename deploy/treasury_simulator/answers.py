"""pain.002.001.10 and camt.054.001.08 as pure functions of the book: rendered again, they are the same bytes.

They repeat identifiers and amounts, never a creditor's name or IBAN: the sender knows them, and an answer is kept longer.
"""

from xml.etree import ElementTree

from deploy.treasury_simulator.book import Answer, BatchEntry, FileEntry, PaymentEntry
from deploy.treasury_simulator.order import MESSAGE_NAME

STATUS_REPORT = "pain.002.001.10"
NOTIFICATION = "camt.054.001.08"


def owed_answers(entry: FileEntry) -> list[tuple[str, str | None]]:
    """Kind and account of each answer to a file: a status report, and a notification per account that was debited."""
    debited = [batch.debtor_iban for batch in entry.batches if entry.state == "accepted" and _booked(batch)]
    return [(STATUS_REPORT, None), *((NOTIFICATION, iban) for iban in dict.fromkeys(debited))]


def answer_name(file: int, place: int, kind: str) -> str:
    """A file name that sorts by arrival of the file, then by place."""
    return f"{file:06d}-{place}-{kind}.xml"


def render(answer: Answer, entry: FileEntry) -> bytes:
    """The bytes of this answer to this file."""
    document = ElementTree.Element("Document", {"xmlns": f"urn:iso:std:iso:20022:tech:xsd:{answer.kind}"})
    if answer.kind == STATUS_REPORT:
        _status_report(document, answer, entry)
    else:
        _notification(document, answer, entry)
    ElementTree.indent(document)
    text = ElementTree.tostring(document, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _add(parent: ElementTree.Element, path: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    for name in path.split("/"):
        parent = ElementTree.SubElement(parent, name)
    parent.text = text
    parent.attrib.update(attributes)
    return parent


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _amount(parent: ElementTree.Element, path: str, cents: int) -> None:
    _add(parent, path, _euros(cents), Ccy="EUR")


def _total(payments: list[PaymentEntry]) -> int:
    return sum(payment.amount_cents for payment in payments)


def _booked(batch: BatchEntry) -> list[PaymentEntry]:
    return [payment for payment in batch.payments if payment.state == "booked"]


# ---- pain.002 --------------------------------------------------------------------------------------------------------


def _status_report(document: ElementTree.Element, answer: Answer, entry: FileEntry) -> None:
    report = _add(document, "CstmrPmtStsRpt")
    header = _add(report, "GrpHdr")
    _add(header, "MsgId", f"LHK-S-{answer.file:08d}")
    _add(header, "CreDtTm", entry.created_at)
    group = _add(report, "OrgnlGrpInfAndSts")
    _add(group, "OrgnlMsgId", entry.message_id or "NOTPROVIDED")
    _add(group, "OrgnlMsgNmId", MESSAGE_NAME)
    if entry.state == "rejected":
        _add(group, "GrpSts", "RJCT")
        # The hash names the file when its MsgId could not be read or belongs to another one.
        _reason(group, entry.code, entry.text, f"SHA-256 {entry.sha256}")
        return
    payments = [payment for batch in entry.batches for payment in batch.payments]
    _add(group, "OrgnlCreDtTm", entry.created_at)
    _add(group, "OrgnlNbOfTxs", str(len(payments)))
    _add(group, "OrgnlCtrlSum", _euros(_total(payments)))
    _add(group, "GrpSts", "ACTC")
    for status in ("ACCP", "RJCT"):
        some = [payment for payment in payments if _status(payment) == status]
        if some:
            counted = _add(group, "NbOfTxsPerSts")
            _add(counted, "DtldNbOfTxs", str(len(some)))
            _add(counted, "DtldSts", status)
            _add(counted, "DtldCtrlSum", _euros(_total(some)))
    for batch in entry.batches:
        _batch_status(report, batch, answer.file)


def _batch_status(report: ElementTree.Element, batch: BatchEntry, file: int) -> None:
    original = _add(report, "OrgnlPmtInfAndSts")
    _add(original, "OrgnlPmtInfId", batch.payment_information_id)
    _add(original, "OrgnlNbOfTxs", str(len(batch.payments)))
    _add(original, "OrgnlCtrlSum", _euros(_total(list(batch.payments))))
    for payment in batch.payments:
        status = _add(original, "TxInfAndSts")
        _add(status, "StsId", f"LHK-S-{file:08d}-{payment.place:06d}")
        if payment.instruction_id is not None:
            _add(status, "OrgnlInstrId", payment.instruction_id)
        _add(status, "OrgnlEndToEndId", payment.reference)
        _add(status, "TxSts", _status(payment))
        if payment.state != "booked":
            _reason(status, payment.code, payment.text)
        if payment.code != "AM03":  # an amount in another currency is not repeated as euros
            _amount(status, "OrgnlTxRef/Amt/InstdAmt", payment.amount_cents)


def _status(payment: PaymentEntry) -> str:
    return "ACCP" if payment.state == "booked" else "RJCT"


def _reason(parent: ElementTree.Element, code: str | None, *texts: str | None) -> None:
    reason = _add(parent, "StsRsnInf")
    _add(reason, "Rsn/Cd", code)
    for text in texts:
        _add(reason, "AddtlInf", text)


# ---- camt.054 --------------------------------------------------------------------------------------------------------


def _notification(document: ElementTree.Element, answer: Answer, entry: FileEntry) -> None:
    message = _add(document, "BkToCstmrDbtCdtNtfctn")
    identification = f"LHK-N-{answer.file:08d}-{answer.place}"
    header = _add(message, "GrpHdr")
    _add(header, "MsgId", identification)
    _add(header, "CreDtTm", entry.created_at)
    notification = _add(message, "Ntfctn")
    _add(notification, "Id", identification)
    _add(notification, "ElctrncSeqNb", str(answer.account_sequence))
    _add(notification, "CreDtTm", entry.created_at)
    account = _add(notification, "Acct")
    _add(account, "Id/IBAN", answer.account_iban)
    _add(account, "Ccy", "EUR")
    for batch in entry.batches:
        booked = _booked(batch)
        if batch.debtor_iban != answer.account_iban or not booked:
            continue
        if batch.batch_booking:
            details = _entry(notification, batch, booked, f"LHK{entry.number:08d}B{batch.place:06d}")
            _batch_total(details, entry, batch, booked)
            for payment in booked:
                _transaction(details, entry, batch, payment)
        else:
            for payment in booked:
                details = _entry(notification, batch, [payment], f"LHK{entry.number:08d}T{payment.place:06d}")
                _transaction(details, entry, batch, payment)


def _entry(
    notification: ElementTree.Element, batch: BatchEntry, payments: list[PaymentEntry], servicer_reference: str
) -> ElementTree.Element:
    line = _add(notification, "Ntry")
    _amount(line, "Amt", _total(payments))
    _add(line, "CdtDbtInd", "DBIT")
    _add(line, "Sts/Cd", "BOOK")
    _add(line, "BookgDt/Dt", batch.execution_on)
    _add(line, "ValDt/Dt", batch.execution_on)
    _add(line, "AcctSvcrRef", servicer_reference)
    _transaction_code(line)
    return _add(line, "NtryDtls")


def _batch_total(details: ElementTree.Element, entry: FileEntry, batch: BatchEntry, booked: list[PaymentEntry]) -> None:
    total = _add(details, "Btch")
    _add(total, "MsgId", entry.message_id)
    _add(total, "PmtInfId", batch.payment_information_id)
    _add(total, "NbOfTxs", str(len(booked)))
    _amount(total, "TtlAmt", _total(booked))
    _add(total, "CdtDbtInd", "DBIT")


def _transaction(details: ElementTree.Element, entry: FileEntry, batch: BatchEntry, payment: PaymentEntry) -> None:
    transaction = _add(details, "TxDtls")
    references = _add(transaction, "Refs")
    _add(references, "MsgId", entry.message_id)
    _add(references, "AcctSvcrRef", f"LHK{entry.number:08d}T{payment.place:06d}")
    _add(references, "PmtInfId", batch.payment_information_id)
    if payment.instruction_id is not None:
        _add(references, "InstrId", payment.instruction_id)
    _add(references, "EndToEndId", payment.reference)
    _amount(transaction, "Amt", payment.amount_cents)
    _add(transaction, "CdtDbtInd", "DBIT")
    _transaction_code(transaction)


def _transaction_code(parent: ElementTree.Element) -> None:
    domain = _add(parent, "BkTxCd/Domn")
    _add(domain, "Cd", "PMNT")
    family = _add(domain, "Fmly")
    _add(family, "Cd", "ICDT")
    _add(family, "SubFmlyCd", "ESCT")
