"""pain.002: the treasury's answer to a file, at the level of the file, of a group or of a payment."""

from datetime import datetime
from typing import Any

from services.payout import payment as payments
from services.payout.report import DUPLICATES, Answer, Status, StatusReport
from services.payout.treasury import Unreadable
from services.payout.treasury.iso20022.fields import Fields, cents, is_name, name_of_ours, number

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
    "ACFC": Answer.ACCEPTED,
    "ACPD": Answer.ACCEPTED,
    "ACWP": Answer.ACCEPTED,
    "PATC": Answer.PARTIAL,
    "PRES": Answer.PENDING,
    "RJCT": Answer.REJECTED,
    "CANC": Answer.CANCELLED,
    "BLCK": Answer.BLOCKED,
    # Verification of payee is no acceptance. Both spellings of the close match are met with in files of banks.
    "RCVC": Answer.PENDING,
    "RVMC": Answer.PAYEE_CLOSE,
    "RVCM": Answer.PAYEE_CLOSE,
    "RVNM": Answer.PAYEE_DIFFERS,
    "RVNA": Answer.PAYEE_UNCHECKED,
}

_IN_PART = frozenset(it for it, answer in _ANSWERS.items() if answer == Answer.PARTIAL)
"""Said of a group or a file, these say nothing of any one payment."""
_UNNAMED = "NOTPROVIDED"
_TRANSPORT = "EBICS"
"""What a log of transmissions (HAC) says it answers: it has the shape of an answer, and tells what became of files on the line."""
_STEPS = frozenset(
    {
        "FILE_UPLOAD", "FILE_DOWNLOAD", "ES_UPLOAD", "ES_DOWNLOAD", "ES_VERIFICATION", "VEU_FORWARDING", "VEU_VERIFICATION",
        "VEU_VERIFICATION_END", "VEU_CANCEL_ORDER", "ADDITIONAL", "ORDER_HAC_FINAL_POS", "ORDER_HAC_FINAL_NEG",
    }
)  # fmt: skip
"""The steps of such a log stand where the name of a group of payments stands."""


class StatusReader:
    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._statuses: list[Status] = []
        self._of_group: list[Status] = []
        self._group = ""
        self.count = self.cents = 0

    def take(self, name: str, part: Any) -> None:
        match name:
            case "TxInfAndSts":
                self._of_group.append(self._transaction(part))
                self.count += 1
            case "OrgnlPmtInfAndSts":
                self._statuses += [*self._levels(part, "PmtInfSts", self._name_of(part)), *self._of_group]
                self._of_group, self._group = [], ""
            case _:
                raise Unreadable("missing", f"{name} gehört nicht in diese Nachricht.")

    def finish(self, message: Any) -> StatusReport:
        fields = self._fields
        original = fields.one(message, "OrgnlGrpInfAndSts")
        answered = fields.required(original, "OrgnlMsgNmId")
        if answered == _TRANSPORT:
            raise _transport_log()
        if "pain.001" not in answered.lower():
            raise Unreadable("unknown-original", "Die Meldung antwortet nicht auf einen Zahlungsauftrag.")
        count, total = fields.maybe(original, "OrgnlNbOfTxs"), fields.maybe(original, "OrgnlCtrlSum")
        return StatusReport(
            message_id=fields.identified(message, "GrpHdr/MsgId"),
            batch=name_of_ours(batch := fields.identified(original, "OrgnlMsgId")) or batch,
            count=number(count) if count else None,
            sum_cents=cents(total) if total else None,
            created_at=_instant(fields.maybe(original, "OrgnlCreDtTm")),
            statuses=(*self._levels(original, "GrpSts"), *self._statuses),
        )

    def _name_of(self, information: Any) -> str:
        if not self._group:
            told = self._fields.identified(information, "OrgnlPmtInfId")
            self._group = name_of_ours(told) or told
            if self._group in _STEPS:
                raise _transport_log()
        return self._group

    def _levels(self, parent: Any, path: str, group: str = "") -> list[Status]:
        code, reason = self._fields.maybe(parent, path), self._reason(parent)
        if not code:
            # A reason may stand here for what is refused below.
            return [Status(answer=Answer.PARTIAL, status="", reason=reason, group=group)] if reason else []
        return [Status(answer=_answer(code), status=code, reason=reason, group=group)]

    def _transaction(self, transaction: Any) -> Status:
        group, code = self._name_of(transaction.getparent()), self._code(transaction)
        return Status(
            answer=_answer(code),
            status=code,
            reason=self._reason(transaction),
            group=group,
            reference=self._named(transaction),
        )

    def _code(self, transaction: Any) -> str:
        """What is said of a payment; the schema leaves it free, and one without a status of its own has that of its group or its file."""
        information = transaction.getparent()
        above = self._fields.maybe(information, "PmtInfSts") or self._fields.maybe(
            information.getparent(), "OrgnlGrpInfAndSts/GrpSts"
        )
        return self._fields.maybe(transaction, "TxSts") or ("" if above in _IN_PART else above)

    def _named(self, transaction: Any) -> str:
        """What it answers to; the schema leaves each of these names free, and an answer that has none of them is nobody's."""
        names = (
            self._fields.maybe(transaction, it) for it in ("OrgnlEndToEndId", "OrgnlInstrId", "OrgnlTxId", "StsId")
        )
        found = next((it for it in names if it), _UNNAMED)
        if not is_name(found):
            raise Unreadable("bad-identifier", "Ein Status nennt keine zulässige Kennung.")
        return payments.recognised(found) or found

    def _reason(self, parent: Any) -> str:
        """The first reason that is given; one that says "you sent this before" counts in whatever place, for it is no refusal."""
        told = self._fields.all(parent, "StsRsnInf")
        words = {word for it in told for word in self._fields.words(it, "Rsn")}
        codes = (self._fields.code(it, "Rsn") for it in told)
        return min(words & DUPLICATES, default="") or next((it for it in codes if it), "")


def _answer(code: str) -> Answer:
    """What a status means; one of no list is asked about and never guessed at."""
    return _ANSWERS.get(code, Answer.UNKNOWN)


def _transport_log() -> Unreadable:
    return Unreadable(
        "transport-log",
        "Die Datei ist ein EBICS-Kundenprotokoll (HAC): Es sagt, wie Dateien übertragen wurden, und nichts über Zahlungen.",
    )


def _instant(text: str) -> datetime | None:
    """An instant with its zone; without one it may be anybody's hour and says nothing."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    return told if told.tzinfo else None
