"""camt.029: the treasury's answer to a request to cancel: cancelled, refused, or still pending."""

from typing import Any

from services.payout import payment as payments
from services.payout.report import Recall, RecallReport, RecallStatus
from services.payout.treasury import Unreadable
from services.payout.treasury.iso20022.fields import Fields, is_name, name_of_ours

_RECALLS = {
    "ACCR": Recall.CANCELLED,
    "CNCL": Recall.CANCELLED,
    "RJCR": Recall.REFUSED,
    "PDCR": Recall.PENDING,
}

_IN_PART = "PACR"
"""Said of a group or a file of which some payments were taken back."""


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
                self._add(part, self._code(part), reference=self._named(part))
            case "OrgnlPmtInfAndSts":
                self._batches |= set(fields.texts(part, "OrgnlGrpInf/OrgnlMsgId"))
                if code := fields.maybe(part, "PmtInfCxlSts"):
                    self._add(part, code, group=name_of_ours(told := fields.identified(part, "OrgnlPmtInfId")) or told)
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
        return name_of_ours(name) or name

    def _code(self, transaction: Any) -> str:
        """What is said of a payment; one without a status of its own has that of its group or its file."""
        above = transaction.getparent()
        file = above.getparent() if above.tag == self._fields.path("OrgnlPmtInfAndSts") else above
        told = (
            self._fields.maybe(transaction, "TxCxlSts"),
            self._fields.maybe(above, "PmtInfCxlSts"),
            self._fields.maybe(file, "OrgnlGrpInfAndSts/GrpCxlSts"),
        )
        return next((it for it in told if it), "")

    def _named(self, transaction: Any) -> str:
        """What it answers to; the schema leaves each of these names free."""
        names = (self._fields.maybe(transaction, it) for it in ("OrgnlEndToEndId", "OrgnlInstrId", "OrgnlTxId"))
        found = next((it for it in names if it), "")
        if not is_name(found):
            raise Unreadable("missing", "Eine Antwort nennt keine Zahlung (OrgnlEndToEndId).")
        return payments.recognised(found) or found

    def _add(self, parent: Any, code: str, *, group: str = "", reference: str = "") -> None:
        if code == _IN_PART and not reference:
            return  # said of each payment below
        reason = self._fields.code(parent, "CxlStsRsnInf/Rsn")
        self._statuses.append(
            RecallStatus(
                recall=_RECALLS.get(code, Recall.UNKNOWN), status=code, reason=reason, group=group, reference=reference
            )
        )
        self.count += 1
