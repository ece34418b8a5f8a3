"""camt.029.001.06: the treasury's answer to a request to cancel: cancelled, refused, or still pending."""

from typing import Any

from services.payout.report import Recall, RecallReport, RecallStatus
from services.payout.treasury import Unreadable
from services.payout.treasury.iso20022.fields import Fields

_RECALLS = {
    "ACCR": Recall.CANCELLED,
    "CNCL": Recall.CANCELLED,
    "RJCR": Recall.REFUSED,
    "PDCR": Recall.PENDING,
}


class RecallReader:
    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._statuses: list[RecallStatus] = []
        self.count = self.cents = 0

    def take(self, name: str, part: Any) -> None:
        fields = self._fields
        match name:
            case "TxInfAndSts":
                reference = fields.identified(part, "OrgnlEndToEndId")
                self._add(part, fields.required(part, "TxCxlSts"), reference=reference)
            case "OrgnlPmtInfAndSts":
                if code := fields.maybe(part, "PmtInfCxlSts"):
                    self._add(part, code, group=fields.identified(part, "OrgnlPmtInfId"))
            case _:
                raise Unreadable("missing", f"{name} gehört nicht in diese Nachricht.")

    def finish(self, message: Any) -> RecallReport:
        fields = self._fields
        original = fields.one(message, "CxlDtls/OrgnlGrpInfAndSts")
        if code := fields.maybe(original, "GrpCxlSts"):
            self._add(original, code)
        return RecallReport(
            message_id=fields.identified(message, "Assgnmt/Id"),
            batch=fields.identified(original, "OrgnlMsgId"),
            statuses=tuple(self._statuses),
        )

    def _add(self, parent: Any, code: str, *, group: str = "", reference: str = "") -> None:
        if code not in _RECALLS:
            raise Unreadable("unknown-status", "Die Meldung enthält einen unbekannten Status.")
        reason = self._fields.code(parent, "CxlStsRsnInf/Rsn")
        self._statuses.append(
            RecallStatus(recall=_RECALLS[code], status=code, reason=reason, group=group, reference=reference)
        )
        self.count += 1
