"""camt.029.001.06: what became of a request to cancel a file's payments, asked or not."""

from datetime import date, timedelta

from deploy.treasury_simulator.book import FileEntry
from deploy.treasury_simulator.fault import Step
from deploy.treasury_simulator.order import MESSAGE_NAME
from deploy.treasury_simulator.status_report import spoken_of
from deploy.treasury_simulator.writing import Element, add, document, written

RECALL_ANSWER = "camt.029.001.06"
_CONFIRMED = {"ACCR": "CNCL", "RJCR": "RJCR", "PDCR": "PDCR"}


def recall_answer(entry: FileEntry, step: Step, message_id: str) -> bytes:
    """The answer for every payment that the step speaks of."""
    root = document(RECALL_ANSWER)
    message = add(root, "RsltnOfInvstgtn")
    _assignment(add(message, "Assgnmt"), entry, step, message_id)
    add(message, "Sts/Conf", _CONFIRMED[step.recall])
    details = add(message, "CxlDtls")
    original = add(details, "OrgnlGrpInfAndSts")
    add(original, "OrgnlMsgId", entry.message_id)
    add(original, "OrgnlMsgNmId", MESSAGE_NAME)
    for batch in entry.batches:
        group = add(details, "OrgnlPmtInfAndSts")
        add(group, "OrgnlPmtInfId", batch.payment_information_id)
        for payment in batch.payments:
            if spoken_of(payment, step):
                status = add(group, "TxInfAndSts")
                add(status, "OrgnlEndToEndId", payment.reference)
                add(status, "TxCxlSts", step.recall)
                add(status, "CxlStsRsnInf/Rsn/Cd", step.reason or "CUST")
    return written(root)


def _assignment(assignment: Element, entry: FileEntry, step: Step, message_id: str) -> None:
    """Who answers whom, and when."""
    add(assignment, "Id", message_id)
    add(assignment, "Assgnr/Agt/FinInstnId/Othr/Id", "NOTPROVIDED")
    add(assignment, "Assgne/Pty/Nm", "Auftraggeber")
    on = date.fromisoformat(entry.created_at[:10]) + timedelta(days=step.days)
    add(assignment, "CreDtTm", on.isoformat() + entry.created_at[10:])
