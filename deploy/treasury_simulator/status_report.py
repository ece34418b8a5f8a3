"""pain.002.001.10: what became of a file, at the level of the file, of its groups or of its payments."""

from deploy.treasury_simulator.book import BatchEntry, FileEntry, PaymentEntry
from deploy.treasury_simulator.fault import Step
from deploy.treasury_simulator.order import MESSAGE_NAME
from deploy.treasury_simulator.writing import Element, add, add_amount, document, euros, written

STATUS_REPORT = "pain.002.001.10"
_NOBODY = "FS19991231A"


def status_report(entry: FileEntry, step: Step, message_id: str) -> bytes:
    """The answer to this file."""
    root = document(STATUS_REPORT)
    report = add(root, "CstmrPmtStsRpt")
    header = add(report, "GrpHdr")
    add(header, "MsgId", message_id)
    add(header, "CreDtTm", entry.created_at)
    group = add(report, "OrgnlGrpInfAndSts")
    add(group, "OrgnlMsgId", _NOBODY if step.of_another else entry.message_id or "NOTPROVIDED")
    add(group, "OrgnlMsgNmId", MESSAGE_NAME)
    if entry.state == "rejected":
        add(group, "GrpSts", "RJCT")
        # The hash names the file when its MsgId could not be read or belongs to another one.
        _reason(group, entry.code, entry.text, f"SHA-256 {entry.sha256}")
    else:
        _accepted(report, group, entry, step)
    return written(root)


def _accepted(report: Element, group: Element, entry: FileEntry, step: Step) -> None:
    payments = [payment for batch in entry.batches for payment in batch.payments]
    add(group, "OrgnlCreDtTm", entry.created_at)
    add(group, "OrgnlNbOfTxs", str(len(payments) + step.count_off))
    add(group, "OrgnlCtrlSum", euros(_total(payments) + step.sum_off))
    if step.level == "file":
        add(group, "GrpSts", step.answers)
        _reason_of(group, step)
        return
    add(group, "GrpSts", step.whole)
    for status in ("ACCP", "RJCT") if step.level == "payment" else ():
        some = [payment for payment in payments if _status(payment) == status]
        if some and not step.answers:
            counted = add(group, "NbOfTxsPerSts")
            add(counted, "DtldNbOfTxs", str(len(some)))
            add(counted, "DtldSts", status)
            add(counted, "DtldCtrlSum", euros(_total(some)))
    for batch in entry.batches:
        _batch_status(report, batch, entry.number, step)


def _batch_status(report: Element, batch: BatchEntry, file: int, step: Step) -> None:
    original = add(report, "OrgnlPmtInfAndSts")
    add(original, "OrgnlPmtInfId", batch.payment_information_id)
    add(original, "OrgnlNbOfTxs", str(len(batch.payments)))
    add(original, "OrgnlCtrlSum", euros(_total(list(batch.payments))))
    if step.level == "group":
        add(original, "PmtInfSts", step.answers)
        _reason_of(original, step)
        return
    for payment in batch.payments:
        if not spoken_of(payment, step):
            continue
        status = add(original, "TxInfAndSts")
        add(status, "StsId", f"LHK-S-{file:08d}-{payment.place:06d}")
        if payment.instruction_id is not None:
            add(status, "OrgnlInstrId", payment.instruction_id)
        add(status, "OrgnlEndToEndId", payment.reference)
        add(status, "TxSts", step.answers or _status(payment))
        if step.answers:
            _reason_of(status, step)
        elif payment.state != "booked":
            _reason(status, payment.code, payment.text)
        if payment.code != "AM03":  # an amount in another currency is not repeated as euros
            add_amount(status, "OrgnlTxRef/Amt/InstdAmt", payment.amount_cents)
        if step.also:
            second = add(original, "TxInfAndSts")
            add(second, "OrgnlEndToEndId", payment.reference)
            add(second, "TxSts", step.also)
            _reason_of(second, step)


def spoken_of(payment: PaymentEntry, step: Step) -> bool:
    """Whether a step says anything of this payment."""
    match step.only:
        case "first":
            return payment.place == 1
        case "rejected":
            return payment.state == "rejected"
        case _:
            return True


def _total(payments: list[PaymentEntry]) -> int:
    return sum(payment.amount_cents for payment in payments)


def _status(payment: PaymentEntry) -> str:
    return "ACCP" if payment.state == "booked" else "RJCT"


def _reason_of(parent: Element, step: Step) -> None:
    if step.reason:
        _reason(parent, step.reason)


def _reason(parent: Element, code: str | None, *texts: str | None) -> None:
    reason = add(parent, "StsRsnInf")
    add(reason, "Rsn/Cd", code)
    for text in texts:
        add(reason, "AddtlInf", text)
