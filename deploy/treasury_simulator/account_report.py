"""camt.052, camt.053 and camt.054 in version 001.08: the account, line by line."""

from dataclasses import dataclass
from datetime import date, timedelta

from deploy.treasury_simulator.book import BatchEntry, FileEntry, PaymentEntry, Standing
from deploy.treasury_simulator.fault import Step
from deploy.treasury_simulator.status_report import spoken_of
from deploy.treasury_simulator.writing import Element, add, add_amount, document, euros, written

KINDS = {
    "interim": ("camt.052.001.08", "BkToCstmrAcctRpt", "Rpt", "V"),
    "statement": ("camt.053.001.08", "BkToCstmrStmt", "Stmt", "A"),
    "notification": ("camt.054.001.08", "BkToCstmrDbtCdtNtfctn", "Ntfctn", "N"),
}
"""What is sent: kind, message, what encloses the lines, and the letter of its ids."""
_OTHER_IBAN = "DE75512108001245126199"
_STRANGE_CENTS = 12_00
_STRANGE_REFERENCE = "FREMD20250001"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the account; `cents` are negative when it is debited."""

    cents: int
    key: str
    booked_on: str
    batch: BatchEntry | None = None
    payments: tuple[PaymentEntry, ...] = ()
    summed: bool = False
    returned: bool = False
    reference: str = ""
    text: str = ""


def lines_of(entry: FileEntry, account: str, step: Step) -> list[Line]:
    """What a step says that was booked on this account."""
    if it := entry.receipt:
        text = f"Erstattung {it.reference}"
        return [Line(it.amount_cents, f"LHE{entry.number:08d}", it.booked_on, reference=it.reference, text=text)]
    lines: list[Line] = []
    batches = [batch for batch in entry.batches if batch.debtor_iban == account]
    for kind in step.lines:
        match kind:
            case "debits":
                lines += [line for batch in batches for line in _debits(entry, batch, step)]
            case "returns":
                lines += [line for batch in batches for line in _returns(entry, batch, step)]
            case _:
                sign = -1 if kind == "strange-debit" else 1
                key, on = f"LHK{entry.number:08d}X{sign + 1}", _later(batches[0].execution_on, step.booked_days)
                lines.append(Line(sign * _STRANGE_CENTS, key, on, reference=_STRANGE_REFERENCE))
    return lines


def _debits(entry: FileEntry, batch: BatchEntry, step: Step) -> list[Line]:
    booked = tuple(it for it in booked_of(batch) if spoken_of(it, step))
    if not booked:
        return []
    prefix, on = ("LHX" if step.another_line else "LHK"), _later(batch.execution_on, step.booked_days)
    if batch.batch_booking and not step.singly:
        key = f"{prefix}{entry.number:08d}B{batch.place:06d}"
        return [Line(-_total(booked) - step.cents_off, key, on, batch, booked, summed=True)]
    return [
        Line(-it.amount_cents - step.cents_off, f"{prefix}{entry.number:08d}T{it.place:06d}", on, batch, (it,))
        for it in booked
    ]


def _returns(entry: FileEntry, batch: BatchEntry, step: Step) -> list[Line]:
    back = tuple(it for it in booked_of(batch) if spoken_of(it, step))
    prefix, on = ("LHY" if step.another_line else "LHR"), _later(batch.execution_on, step.days)
    if step.together:
        kept = step.charges * len(back)
        return [
            Line(_total(back) - kept, f"{prefix}{entry.number:08d}B{batch.place:06d}", on, batch, back, returned=True)
        ]
    return [
        Line(
            it.amount_cents - step.charges,
            f"{prefix}{entry.number:08d}T{it.place:06d}",
            on,
            batch,
            (it,),
            returned=True,
        )
        for it in back
    ]


def booked_of(batch: BatchEntry) -> list[PaymentEntry]:
    """The payments of a batch that were carried out."""
    return [payment for payment in batch.payments if payment.state == "booked"]


def _total(payments: tuple[PaymentEntry, ...]) -> int:
    return sum(payment.amount_cents for payment in payments)


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


# ---- The message -----------------------------------------------------------------------------------------------------


def account_report(entry: FileEntry, account: str, step: Step, message_id: str, standing: Standing) -> bytes:
    """The report on this account."""
    kind, message_name, block_name, _ = KINDS[step.send]
    root = document(kind)
    message = add(root, message_name)
    header = add(message, "GrpHdr")
    add(header, "MsgId", message_id)
    created_at = _later(entry.created_at[:10], step.days) + entry.created_at[10:]
    add(header, "CreDtTm", created_at)
    block = add(message, block_name)
    add(block, "Id", message_id)
    add(block, "ElctrncSeqNb", str(standing.number + step.number_off))
    add(block, "CreDtTm", created_at)
    owner = add(block, "Acct")
    add(owner, "Id/IBAN", _OTHER_IBAN if step.another_account else account)
    add(owner, "Ccy", "EUR")
    lines = lines_of(entry, account, step)
    if step.send == "statement":
        _balances(block, standing, lines, step)
    for line in lines:
        _entry(block, entry, line, step)
    return written(root)


def _balances(block: Element, standing: Standing, lines: list[Line], step: Step) -> None:
    for code, cents in (
        ("OPBD", standing.opening_cents + step.opening_off),
        ("CLBD", standing.closing_cents + step.closing_off),
    ):
        balance = add(block, "Bal")
        add(balance, "Tp/CdOrPrtry/Cd", code)
        add_amount(balance, "Amt", abs(cents))
        add(balance, "CdtDbtInd", "CRDT" if cents >= 0 else "DBIT")
        add(balance, "Dt/Dt", standing.on)
    total = add(block, "TxsSummry/TtlNtries")
    add(total, "NbOfNtries", str(len(lines)))
    add(total, "Sum", euros(sum(abs(line.cents) for line in lines) + step.total_off))


def _entry(block: Element, entry: FileEntry, line: Line, step: Step) -> None:
    direction = "DBIT" if line.cents < 0 else "CRDT"
    found = add(block, "Ntry")
    add_amount(found, "Amt", abs(line.cents))
    add(found, "CdtDbtInd", direction)
    add(found, "Sts/Cd", "BOOK")
    add(found, "BookgDt/Dt", line.booked_on)
    add(found, "ValDt/Dt", line.booked_on)
    add(found, "AcctSvcrRef", line.key)
    _transaction_code(found, line)
    details = add(found, "NtryDtls")
    if line.summed and line.batch:
        total = add(details, "Btch")
        add(total, "MsgId", entry.message_id)
        add(total, "PmtInfId", line.batch.payment_information_id)
        add(total, "NbOfTxs", str(len(line.payments)))
        add_amount(total, "TtlAmt", abs(line.cents))
        add(total, "CdtDbtInd", direction)
    for number, payment in enumerate(() if step.bare else line.payments):
        cents_off = step.cents_off if number == 0 else 0
        _transaction(details, entry, line, payment, step, cents_off)
    if line.reference:
        stranger = add(details, "TxDtls")
        add(stranger, "Refs/EndToEndId", "NOTPROVIDED" if line.text else line.reference)
        add_amount(stranger, "Amt", abs(line.cents))
        if line.text:
            add(stranger, "RmtInf/Ustrd", line.text)


def _transaction(
    details: Element, entry: FileEntry, line: Line, payment: PaymentEntry, step: Step, cents_off: int
) -> None:
    transaction = add(details, "TxDtls")
    references = add(transaction, "Refs")
    add(references, "MsgId", entry.message_id)
    add(references, "AcctSvcrRef", f"LHK{entry.number:08d}T{payment.place:06d}")
    if line.batch and not line.returned:
        add(references, "PmtInfId", line.batch.payment_information_id)
    if payment.instruction_id is not None:
        add(references, "InstrId", payment.instruction_id)
    add(references, "EndToEndId", _STRANGE_REFERENCE if step.another_reference else payment.reference)
    add_amount(transaction, "Amt", payment.amount_cents + cents_off - (step.charges if line.returned else 0))
    add(transaction, "CdtDbtInd", "CRDT" if line.returned else "DBIT")
    _transaction_code(transaction, line)
    if line.returned and step.charges:
        add_amount(transaction, "Chrgs/Rcrd/Amt", step.charges)
    if line.returned:
        add(transaction, "RtrInf/Rsn/Cd", "AC04")


def _transaction_code(parent: Element, line: Line) -> None:
    domain = add(parent, "BkTxCd/Domn")
    add(domain, "Cd", "PMNT")
    family = add(domain, "Fmly")
    add(family, "Cd", "ICDT" if line.cents < 0 else "RCDT")
    add(family, "SubFmlyCd", "RRTN" if line.returned else "ESCT")
