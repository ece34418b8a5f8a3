"""camt.029: the treasury's answer to a request to cancel: cancelled, refused, or still pending."""

from typing import Any

from services.payout import payment as payments
from services.payout.report import Recall, RecallReport, RecallStatus
from services.payout.treasury import Unreadable
from services.payout.treasury.iso20022.fields import Fields, is_name

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
        self._batches: set[str] = set()
        self.count = self.cents = 0

    def take(self, name: str, part: Any) -> None:
        fields = self._fields
        match name:
            case "TxInfAndSts":
                self._batches |= set(fields.texts(part, "OrgnlGrpInf/OrgnlMsgId"))
                self._add(part, fields.required(part, "TxCxlSts"), reference=self._named(part))
            case "OrgnlPmtInfAndSts":
                self._batches |= set(fields.texts(part, "OrgnlGrpInf/OrgnlMsgId"))
                if code := fields.maybe(part, "PmtInfCxlSts"):
                    self._add(part, code, group=fields.identified(part, "OrgnlPmtInfId"))
            case _:
                raise Unreadable("missing", f"{name} gehört nicht in diese Nachricht.")

    def finish(self, message: Any) -> RecallReport:
        fields = self._fields
        for original in fields.all(message, "CxlDtls/OrgnlGrpInfAndSts"):
            self._batches.add(fields.required(original, "OrgnlMsgId"))
            if code := fields.maybe(original, "GrpCxlSts"):
                self._add(original, code)
        return RecallReport(
            message_id=fields.identified(message, "Assgnmt/Id"), batch=self._batch(), statuses=tuple(self._statuses)
        )

    def _batch(self) -> str:
        """The one file that is spoken of; it may be named above its payments, or with each of them."""
        if len(self._batches) != 1:
            raise Unreadable("missing", "Die Meldung nennt nicht genau eine Datei, auf die sie antwortet (OrgnlMsgId).")
        [name] = self._batches
        if not is_name(name):
            raise Unreadable("bad-identifier", "OrgnlMsgId ist keine zulässige Kennung.")
        return name

    def _named(self, transaction: Any) -> str:
        """What it answers to; the schema leaves each of these names free."""
        names = (self._fields.maybe(transaction, it) for it in ("OrgnlEndToEndId", "OrgnlInstrId", "OrgnlTxId"))
        found = next((it for it in names if it), "")
        if not is_name(found):
            raise Unreadable("missing", "Eine Antwort nennt keine Zahlung (OrgnlEndToEndId).")
        return payments.recognised(found) or found

    def _add(self, parent: Any, code: str, *, group: str = "", reference: str = "") -> None:
        if code not in _RECALLS:
            raise Unreadable("unknown-status", "Die Meldung enthält einen unbekannten Status.")
        reason = self._fields.code(parent, "CxlStsRsnInf/Rsn")
        self._statuses.append(
            RecallStatus(recall=_RECALLS[code], status=code, reason=reason, group=group, reference=reference)
        )
        self.count += 1
