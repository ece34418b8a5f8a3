"""camt.052, camt.053 and camt.054 in version 001.08: the treasury's account, line by line."""

from collections.abc import Sequence
from typing import Any

from services.payout.report import AccountEntry, Booking, BookingReport, Statement
from services.payout.treasury import Unreadable
from services.payout.treasury.iso20022.fields import IDENTIFIER, Fields, cents, day, number

_RETURNED = frozenset({"RRTN", "RPCR"})
"""Sub-families of a booking that gives a credit transfer back: returned, or recalled by its payer."""


class AccountReader:
    """`block` is what encloses the entries, `kind` what the message is to us."""

    def __init__(self, fields: Fields, *, block: str, kind: str) -> None:
        self._fields, self._block, self._kind = fields, block, kind
        self._entries: list[AccountEntry] = []
        self._statements: list[Statement] = []
        self._details: list[tuple[str, int | None, str, str, int]] = []
        self._groups: set[str] = set()
        self._name = ""
        self._first = 0
        self.count = self.cents = 0

    def take(self, name: str, part: Any) -> None:
        if name == "TxDtls":
            self._details.append(self._detail(part))
        elif name == "Ntry":
            self._entries.append(self._entry(part))
        elif name == self._block:
            self._statements.append(self._statement(part))
            self._name, self._first = "", len(self._entries)
        else:
            raise Unreadable("missing", f"{name} gehört nicht in diese Nachricht.")

    def finish(self, message: Any) -> BookingReport:
        if not self._statements:
            raise Unreadable("missing", f"{self._block} fehlt.")
        return BookingReport(
            message_id=self._fields.identified(message, "GrpHdr/MsgId"),
            kind=self._kind,
            entries=tuple(self._entries),
            statements=tuple(self._statements),
        )

    # ---- One line

    def _entry(self, entry: Any) -> AccountEntry:
        fields = self._fields
        amount, direction = fields.amount(entry, "Amt"), _direction(fields.required(entry, "CdtDbtInd"))
        reversal = fields.maybe(entry, "RvslInd") in ("true", "1")
        booked_on = fields.maybe(entry, "BookgDt/Dt") or fields.required(entry, "BookgDt/DtTm")
        groups = self._groups | set(fields.texts(entry, "NtryDtls/Btch/PmtInfId"))
        bookings = tuple(
            Booking(reference=reference, cents=self._share(own, amount), reason=reason, charges_cents=charges)
            for reference, own, _, reason, charges in self._details
        )
        returned = not direction and (
            fields.maybe(entry, "BkTxCd/Domn/Fmly/SubFmlyCd") in _RETURNED or any(it[2] for it in self._details)
        )
        self._details, self._groups = [], set()
        self.count += 1
        self.cents += amount
        return AccountEntry(
            key=fields.maybe(entry, "AcctSvcrRef") or self._own_key(entry),
            cents=amount,
            debit=direction and not reversal,
            booked=fields.required(entry, "Sts/Cd") == "BOOK",
            booked_on=day(booked_on),
            group=groups.pop() if len(groups) == 1 else "",
            bookings=bookings,
            returned=returned,
            credit=not direction,
        )

    def _own_key(self, entry: Any) -> str:
        """The account servicer's reference is unique; an entry's own number is so only within what encloses it."""
        if not self._name:
            self._name = self._fields.identified(entry.getparent(), "Id")
        return f"{self._name}/{self._fields.maybe(entry, 'NtryRef') or len(self._entries) - self._first + 1}"

    def _share(self, own: int | None, amount: int) -> int:
        if own is None and len(self._details) > 1:
            raise Unreadable("missing", "Amt fehlt in einer Einzelheit einer Sammelbuchung.")
        return amount if own is None else own

    def _detail(self, detail: Any) -> tuple[str, int | None, str, str, int]:
        fields = self._fields
        # Most of a state's bookings are not ours and name nothing of ours: they are lines that move nothing.
        named = fields.maybe(detail, "Refs/EndToEndId")
        if group := fields.maybe(detail, "Refs/PmtInfId"):
            self._groups.add(group)
        own = fields.amount(detail, "Amt") if detail.find(fields.path("Amt")) is not None else None
        returned, reason = "", ""
        information = detail.find(fields.path("RtrInf"))
        if information is not None or fields.maybe(detail, "BkTxCd/Domn/Fmly/SubFmlyCd") in _RETURNED:
            returned = "returned"
            reason = fields.code(detail, "RtrInf/Rsn")
        return named if IDENTIFIER.fullmatch(named) else "", own, returned, reason, self._charges(detail)

    def _charges(self, detail: Any) -> int:
        """What the banks on the way kept for themselves of a payment that came back."""
        records = self._fields.all(detail, "Chrgs/Rcrd")
        return sum(self._fields.amount(it, "Amt") for it in records)

    # ---- What encloses the lines

    def _statement(self, block: Any) -> Statement:
        fields = self._fields
        entries = self._entries[self._first :]
        self._check_sums(block, entries)
        sequence = fields.maybe(block, "ElctrncSeqNb")
        balances = {fields.maybe(it, "Tp/CdOrPrtry/Cd"): it for it in fields.all(block, "Bal")}
        opening, closing = (
            self._balance(balances.get("OPBD", balances.get("PRCD"))),
            self._balance(balances.get("CLBD")),
        )
        booked = sum(it.cents if it.credit else -it.cents for it in entries if it.booked)
        if opening is not None and closing is not None and opening + booked != closing:
            raise Unreadable("balance-differs", "Anfangssaldo, Buchungen und Endsaldo passen nicht zusammen.")
        return Statement(
            id=fields.identified(block, "Id"),
            account=fields.maybe(block, "Acct/Id/IBAN") or fields.maybe(block, "Acct/Id/Othr/Id"),
            sequence=number(sequence) if sequence else None,
            opening_cents=opening,
            closing_cents=closing,
            entries=len(entries),
        )

    def _check_sums(self, block: Any, entries: Sequence[AccountEntry]) -> None:
        fields = self._fields
        count = fields.maybe(block, "TxsSummry/TtlNtries/NbOfNtries")
        total = fields.maybe(block, "TxsSummry/TtlNtries/Sum")
        if count and number(count) != len(entries):
            raise Unreadable("count-differs", "Die Datei enthält nicht so viele Buchungen, wie sie angibt.")
        if total and cents(total) != sum(it.cents for it in entries):
            raise Unreadable("sum-differs", "Die Summe der Buchungen ist nicht die angegebene.")

    def _balance(self, balance: Any) -> int | None:
        if balance is None:
            return None
        amount = self._fields.amount(balance, "Amt")
        return -amount if _direction(self._fields.required(balance, "CdtDbtInd")) else amount


def _direction(text: str) -> bool:
    """Whether it is a debit."""
    if text not in ("CRDT", "DBIT"):
        raise Unreadable("unknown-direction", "Eine Buchung ist weder Belastung noch Gutschrift.")
    return text == "DBIT"
