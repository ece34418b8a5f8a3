"""ISO 20022, outbound: camt.055.001.05, the request to cancel what an earlier pain.001 ordered.

It names the file, the group and the payment as they were ordered, and no payee: the treasury knows them. This version's
list of reasons is closed; a reason beyond it (wrong account, wrong amount) is proprietary. The first writing took it for
one of the list, which is not valid, and wrote no umlauts; what was sealed by it keeps its bytes.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from services.payout.batch import Writing
from services.payout.recall import RecalledEntry, RecallGrounds, RecallRequested
from services.payout.treasury.iso20022.writing import etree, plain
from shared.money import decimal

CAMT_055 = "urn:iso:std:iso:20022:tech:xsd:camt.055.001.05"
_ORIGINAL = "pain.001.001.09"
WRITING = 2
"""The version by which new files are written."""
_LISTED = frozenset({"DUPL", "AGNT", "CURR", "CUST", "UPAY", "CUTA", "TECH", "FRAD"})


def build_recall(asked: RecallRequested, created_at: datetime, holder: str, writing: Writing) -> bytes:
    """The camt.055.001.05 of a request, byte for byte the same each time; `holder` owns the debited account."""
    name = plain(holder, 70, native=writing.native_text)
    document = etree.Element(f"{{{CAMT_055}}}Document", nsmap={None: CAMT_055})
    root = _add(document, "CstmrPmtCxlReq")
    assignment = _add(root, "Assgnmt")
    _add(assignment, "Id", asked.recall)
    _party(assignment, "Assgnr", name)
    # The schema wants to know who is asked; no BIC is claimed, as in the order itself.
    _add(_add(_add(_add(_add(assignment, "Assgne"), "Agt"), "FinInstnId"), "Othr"), "Id", "NOTPROVIDED")
    _add(assignment, "CreDtTm", _instant(created_at))
    case = _add(root, "Case")
    _add(case, "Id", asked.recall)
    _party(case, "Cretr", name)
    control = _add(root, "CtrlData")
    _add(control, "NbOfTxs", str(len(asked.entries)))
    _add(control, "CtrlSum", decimal(sum(it.cents for it in asked.entries)))
    underlying = _add(root, "Undrlyg")
    for group, entries in groupby(asked.entries, key=lambda it: it.group):
        _information(_add(underlying, "OrgnlPmtInfAndCxl"), asked, group, list(entries), writing.version)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _information(
    parent: Any, asked: RecallRequested, group: str, entries: Sequence[RecalledEntry], version: int
) -> None:
    _add(parent, "OrgnlPmtInfId", group)
    original = _add(parent, "OrgnlGrpInf")
    _add(original, "OrgnlMsgId", asked.batch)
    _add(original, "OrgnlMsgNmId", _ORIGINAL)
    _add(original, "OrgnlCreDtTm", _instant(asked.batch_created_at))
    for it in entries:
        transaction = _add(parent, "TxInf")
        _add(transaction, "OrgnlEndToEndId", it.reference)
        _add(transaction, "OrgnlInstdAmt", decimal(it.cents)).set("Ccy", "EUR")
        _add(transaction, "OrgnlReqdExctnDt", asked.execution_on.isoformat())
        _add(_add(_add(transaction, "CxlRsnInf"), "Rsn"), _branch(asked.grounds, version), asked.grounds.value)


def _branch(grounds: RecallGrounds, version: int) -> str:
    return "Cd" if version < WRITING or grounds.value in _LISTED else "Prtry"


def _party(parent: Any, element: str, name: str) -> None:
    _add(_add(_add(parent, element), "Pty"), "Nm", name)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _add(parent: Any, name: str, text: str = "") -> Any:
    child = etree.SubElement(parent, f"{{{CAMT_055}}}{name}")
    if text:
        child.text = text
    return child
