"""camt.052, camt.053 and camt.054 in version 001.08: the treasury's account, line by line."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple

from services.payout.claim import references_in
from services.payout.report import MADE, AccountEntry, Booking, BookingReport, DaySums, Sift, Statement, keep_all
from services.payout.treasury import Unreadable
from services.payout.treasury.iso20022.fields import IDENTIFIER, Fields, cents, day, number

_SIFTED = 2_000
"""So many lines are held until it is asked which of them need a decision."""
_LONG = 40
"""So much of what a booking names stands in the key that is made for it; more is hashed."""
_RETURNED = frozenset({"RRTN", "RPCR"})
"""Sub-families of a booking that gives a credit transfer back: returned, or recalled by its payer."""


class AccountReader:
    """`block` is what encloses the entries, `kind` what the message is to us."""

    def __init__(self, fields: Fields, *, block: str, kind: str) -> None:
        self._fields, self._block, self._kind = fields, block, kind
        self.sift: Sift = keep_all
        self._entries: list[AccountEntry] = []
        self._kept: list[AccountEntry] = []
        self._explained = 0
        self._alike: dict[str, int] = {}
        self._sums = _Sums()
        self._statements: list[Statement] = []
        self._details: list[_Detail] = []
        self._groups: set[str] = set()
        self._account: str | None = None
        self.count = self.cents = 0

    def take(self, name: str, part: Any) -> None:
        if name == "TxDtls":
            self._details.append(self._detail(part))
        elif name == "Ntry":
            if self._account is None:
                self._account = self._account_of(part.getparent())
            entry = self._entry(part)
            self._sums.add(entry)
            self._entries.append(entry)
            if len(self._entries) >= _SIFTED:
                self._sifted()
        elif name == self._block:
            self._statements.append(self._statement(part))
            self._sums, self._account = _Sums(), None
        else:
            raise Unreadable("missing", f"{name} gehört nicht in diese Nachricht.")

    def finish(self, message: Any) -> BookingReport:
        if not self._statements:
            raise Unreadable("missing", f"{self._block} fehlt.")
        self._sifted()
        return BookingReport(
            message_id=self._fields.identified(message, "GrpHdr/MsgId"),
            kind=self._kind,
            entries=tuple(self._kept),
            statements=tuple(self._statements),
            explained=self._explained,
            created_on=self._created_on(message),
        )

    def _sifted(self) -> None:
        left = self.sift(self._kind, self._entries)
        self._explained += len(self._entries) - len(left)
        self._kept += left
        self._entries = []

    def _created_on(self, message: Any) -> date | None:
        told = self._fields.maybe(message, "GrpHdr/CreDtTm")
        return day(told) if told else None

    def _account_of(self, block: Any) -> str:
        """Whose lines these are; it stands before them, and lines of nobody's account pay nothing."""
        account = self._fields.maybe(block, "Acct/Id/IBAN") or self._fields.maybe(block, "Acct/Id/Othr/Id")
        if not account:
            raise Unreadable("missing", "Acct fehlt vor den Buchungen.")
        return account

    # ---- One line

    def _entry(self, element: Any) -> AccountEntry:
        fields, block = self._fields, element.getparent()
        entry = fields.part(element)
        amount, direction = fields.amount(entry, "Amt"), _direction(fields.required(entry, "CdtDbtInd"))
        reversal = entry.text("RvslInd") in ("true", "1")
        booked = fields.required(entry, "Sts/Cd") == "BOOK"
        groups = self._groups | set(self._batches(entry))
        returned = not direction and (
            entry.text("BkTxCd/Domn/Fmly/SubFmlyCd") in _RETURNED or any(it.returned for it in self._details)
        )
        bookings = tuple(
            Booking(
                reference=it.named if direction or returned else it.paid_under,
                cents=self._share(it.cents, amount),
                reason=it.reason,
                charges_cents=it.charges,
            )
            for it in self._details
        )
        self._details, self._groups = [], set()
        self.count += 1
        self.cents += amount
        group = groups.pop() if len(groups) == 1 else ""
        on = self._booked_on(entry, block, booked=booked)
        return AccountEntry(
            key=entry.text("AcctSvcrRef") or self._own_key(on, amount, direction, group, bookings),
            cents=amount,
            debit=direction and not reversal,
            booked=booked,
            booked_on=on,
            group=group,
            bookings=bookings,
            returned=returned,
            credit=not direction,
            account=self._account or "",
        )

    def _batches(self, entry: Any) -> Sequence[str]:
        """The groups that a line books as a whole; without them the files, by the name of the whole message."""
        groups = self._fields.texts(entry, "NtryDtls/Btch/PmtInfId")
        return groups or self._fields.texts(entry, "NtryDtls/Btch/MsgId")

    def _booked_on(self, entry: Any, block: Any, *, booked: bool) -> date:
        """The day of the booking. The schema leaves it free, and what is only noted has none yet: then that of its value, or of the message."""
        told = (
            entry.text("BookgDt/Dt") or entry.text("BookgDt/DtTm") or entry.text("ValDt/Dt") or entry.text("ValDt/DtTm")
        )
        if not told and not booked:
            told = self._fields.maybe(block, "CreDtTm")
        if not told:
            raise Unreadable("missing", "BookgDt fehlt.")
        return day(told)

    def _own_key(self, on: date, amount: int, direction: bool, group: str, bookings: Sequence[Booking]) -> str:
        """What is told of one booking is alike in every file that tells it; alike ones in a file are counted.

        An entry's own number is not: a notification and the statement after it number the same booking each in its way.
        """
        named = group or "+".join(it.reference for it in bookings)
        if len(named) > _LONG:
            named = sha256(named.encode()).hexdigest()[:_LONG]
        alike = f"{MADE}{on:%Y%m%d}-{'D' if direction else 'C'}{amount}-{named}"
        self._alike[alike] = self._alike.get(alike, 0) + 1
        return f"{alike}-{self._alike[alike]}"

    def _share(self, own: int | None, amount: int) -> int:
        if own is None and len(self._details) > 1:
            raise Unreadable("missing", "Amt fehlt in einer Einzelheit einer Sammelbuchung.")
        return amount if own is None else own

    def _detail(self, detail: Any) -> "_Detail":
        fields = self._fields
        detail = fields.part(detail)
        # Most of a state's bookings are not ours and name nothing of ours: they are lines that move nothing.
        named = detail.text("Refs/EndToEndId")
        if group := detail.text("Refs/PmtInfId"):
            self._groups.add(group)
        # Where the amount of one payment of several stands is the bank's choice.
        amount = next((it for it in ("Amt", "AmtDtls/TxAmt/Amt") if detail.all(it)), "")
        own = fields.amount(detail, amount) if amount else None
        returned, reason = False, ""
        if detail.all("RtrInf") or detail.text("BkTxCd/Domn/Fmly/SubFmlyCd") in _RETURNED:
            returned = True
            reason = fields.code(detail, "RtrInf/Rsn")
        named = named if IDENTIFIER.fullmatch(named) else ""
        paid_under = self._paid_under(detail, named)
        return _Detail(named, paid_under, own, returned, reason, self._charges(detail))

    def _paid_under(self, detail: Any, named: str) -> str:
        """The one claim that a credit names in any of its places; two say nothing, and are none."""
        structured = self._fields.texts(detail, "RmtInf/Strd/CdtrRefInf/Ref")
        texts = [named, *structured, *self._fields.texts(detail, "RmtInf/Ustrd")]
        found = frozenset[str]().union(*(references_in(it) for it in texts))
        if len(found) > 1:
            return ""
        return next(iter(found), named)

    def _charges(self, detail: Any) -> int:
        """What the banks on the way kept for themselves of a payment that came back."""
        records = self._fields.all(detail, "Chrgs/Rcrd")
        return sum(self._fields.amount(it, "Amt") for it in records)

    # ---- What encloses the lines

    def _statement(self, block: Any) -> Statement:
        fields = self._fields
        self._check_sums(block)
        sequence = fields.maybe(block, "ElctrncSeqNb") or fields.maybe(block, "LglSeqNb")
        balances = {fields.maybe(it, "Tp/CdOrPrtry/Cd"): it for it in fields.all(block, "Bal")}
        opening, closing = (
            self._balance(balances.get("OPBD", balances.get("PRCD"))),
            self._balance(balances.get("CLBD")),
        )
        if opening is not None and closing is not None and opening + self._sums.booked != closing:
            raise Unreadable("balance-differs", "Anfangssaldo, Buchungen und Endsaldo passen nicht zusammen.")
        return Statement(
            id=fields.identified(block, "Id"),
            account=fields.maybe(block, "Acct/Id/IBAN") or fields.maybe(block, "Acct/Id/Othr/Id"),
            sequence=number(sequence) if sequence else None,
            opening_cents=opening,
            closing_cents=closing,
            entries=self._sums.count,
            closed_on=self._day_of(block, balances.get("CLBD")),
            days=self._sums.days,
        )

    def _day_of(self, block: Any, closing: Any) -> date | None:
        """The day of the closing balance, else the one on which it was made."""
        told = self._fields.maybe(closing, "Dt/Dt") if closing is not None else ""
        told = told or self._fields.maybe(block, "CreDtTm")
        return day(told) if told else None

    def _check_sums(self, block: Any) -> None:
        fields = self._fields
        count = fields.maybe(block, "TxsSummry/TtlNtries/NbOfNtries")
        total = fields.maybe(block, "TxsSummry/TtlNtries/Sum")
        if count and number(count) != self._sums.count:
            raise Unreadable("count-differs", "Die Datei enthält nicht so viele Buchungen, wie sie angibt.")
        if total and cents(total) != self._sums.total:
            raise Unreadable("sum-differs", "Die Summe der Buchungen ist nicht die angegebene.")

    def _balance(self, balance: Any) -> int | None:
        if balance is None:
            return None
        amount = self._fields.amount(balance, "Amt")
        return -amount if _direction(self._fields.required(balance, "CdtDbtInd")) else amount


class _Detail(NamedTuple):
    """One payment of a line: `named` is its payer's name for it, `paid_under` what it says to us when it comes in."""

    named: str
    paid_under: str
    cents: int | None
    returned: bool
    reason: str
    charges: int


class _Sums:
    """Of what encloses lines, while they pass."""

    def __init__(self) -> None:
        self.count = self.total = self.booked = 0
        self._days: dict[date, list[int]] = {}

    def add(self, it: AccountEntry) -> None:
        self.count += 1
        self.total += it.cents
        if it.booked:
            self.booked += it.cents if it.credit else -it.cents
            self._days.setdefault(it.booked_on, [0, 0])[it.credit] += it.cents

    @property
    def days(self) -> tuple[DaySums, ...]:
        return tuple(
            DaySums(booked_on=on, debit_cents=debit, credit_cents=credit)
            for on, (debit, credit) in sorted(self._days.items())
        )


def _direction(text: str) -> bool:
    """Whether it is a debit."""
    if text not in ("CRDT", "DBIT"):
        raise Unreadable("unknown-direction", "Eine Buchung ist weder Belastung noch Gutschrift.")
    return text == "DBIT"
