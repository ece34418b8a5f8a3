"""camt.052, camt.053 and camt.054: the treasury's account, line by line."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple

from services.payout import claim as claims
from services.payout import payment as payments
from services.payout.report import MADE, AccountEntry, Booking, BookingReport, Sift, Statement, keep_all
from services.payout.treasury import Unreadable
from services.payout.treasury.iso20022.enclosing import Sums, enclosed, is_debit, page_of_message
from services.payout.treasury.iso20022.fields import IDENTIFIER, Fields, OtherCurrency, cents, day

_SIFTED = 2_000
"""So many lines are held until it is asked which of them need a decision."""
_MOST_OTHERS = 1_000
"""So many lines in other money are told one by one; an account with more of them is kept in it."""
_LONG = 40
"""So much of what a booking names stands in the key that is made for it; more is hashed."""
_NAMELESS = frozenset({"NONREF", "NOTPROVIDED", "NOTAVAILABLE", "NOREF", "NONE", "N/A", "-", "0"})
"""What stands where a bank names nothing; taken for a name, two payments would be one."""
_RETURNED = frozenset({"RRTN", "RPCR"})
"""Sub-families of a booking that gives a credit transfer back: returned, or recalled by its payer."""


class Layout(NamedTuple):
    """Where a version of the messages puts what others put elsewhere."""

    status: str = "Sts/Cd"
    charges: str = "Chrgs/Rcrd/Amt"


def layout_of(version: int) -> Layout:
    """Of version 001.02 to 001.14: a status was a plain text until the sixth, what banks keep stood by itself in the second."""
    return Layout(status="Sts" if version <= 6 else "Sts/Cd", charges="Chrgs/Amt" if version == 2 else "Chrgs/Rcrd/Amt")


class AccountReader:
    """`block` is what encloses the entries, `kind` what the message is to us."""

    def __init__(self, fields: Fields, *, block: str, kind: str, layout: Layout) -> None:
        self._fields, self._block, self._kind, self._layout = fields, block, kind, layout
        self.sift: Sift = keep_all
        self._entries: list[AccountEntry] = []
        self._others: list[AccountEntry] = []
        self._kept: list[AccountEntry] = []
        self._explained = 0
        self._alike: dict[str, int] = {}
        self._told: dict[tuple[object, ...], int] = {}
        self._sums = Sums()
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
            try:
                entry = self._entry(part)
            except OtherCurrency:
                self._in_other_money(part)
                return
            self._sums.add(entry)
            self._entries.append(entry)
            if len(self._entries) >= _SIFTED:
                self._sifted()
        elif name == self._block:
            statement, others = enclosed(self._fields, part, self._named_account(part), self._sums, self._others)
            self._statements.append(statement)
            self._entries += others
            self._sums, self._others, self._account, self._told = Sums(), [], None, {}
        else:
            raise Unreadable("missing", f"{name} gehört nicht in diese Nachricht.")

    def _in_other_money(self, part: Any) -> None:
        """A line that moves nothing, and waits for the balances to say what it was in ours."""
        if len(self._others) >= _MOST_OTHERS:
            raise OtherCurrency
        self._others.append(self._entry(part, in_euros=False))

    def finish(self, message: Any) -> BookingReport:
        if not self._statements:
            raise Unreadable("missing", f"{self._block} fehlt.")
        self._sifted()
        return BookingReport(
            message_id=self._named(message),
            kind=self._kind,
            entries=tuple(self._kept),
            statements=tuple(self._statements),
            explained=self._explained,
            created_on=self._created_on(message),
        )

    def _named(self, message: Any) -> str:
        """The pages of a message may bear one name; each is a file of its own."""
        name, page = self._fields.identified(message, "GrpHdr/MsgId"), page_of_message(self._fields, message).number
        page = page or max(it.page for it in self._statements)
        return f"{name}/{page}" if page > 1 else name

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
        account = self._named_account(block)
        if not account:
            raise Unreadable("missing", "Acct fehlt vor den Buchungen.")
        return account

    def _named_account(self, block: Any) -> str:
        """An account by its number, however it is spaced."""
        told = self._fields.maybe(block, "Acct/Id/IBAN") or self._fields.maybe(block, "Acct/Id/Othr/Id")
        return "".join(told.split()).upper()

    # ---- One line

    def _entry(self, element: Any, *, in_euros: bool = True) -> AccountEntry:
        fields, block = self._fields, element.getparent()
        entry = fields.part(element)
        amount = fields.amount(entry, "Amt") if in_euros else 0
        direction = is_debit(fields.required(entry, "CdtDbtInd"))
        reversal = entry.text("RvslInd") in ("true", "1")
        booked = not entry.text("Sts/Prtry") and fields.required(entry, self._layout.status) == "BOOK"
        groups = self._groups | set(self._batches(entry))
        returned = not direction and (
            entry.text("BkTxCd/Domn/Fmly/SubFmlyCd") in _RETURNED or any(it.returned for it in self._details)
        )
        bookings = tuple(
            Booking(
                reference=it.named if direction or returned else it.paid_under,
                cents=self._share(it, amount, debit=direction and not returned),
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
            key=self._key(entry.text("AcctSvcrRef"), on, amount, direction, group, bookings),
            cents=amount,
            debit=direction and not reversal,
            booked=booked,
            booked_on=on,
            group=group,
            bookings=bookings,
            returned=returned,
            credit=not direction,
            account=self._account or "",
            other_currency=not in_euros,
            valued_on=day(valued) if (valued := entry.text("ValDt/Dt") or entry.text("ValDt/DtTm")) else None,
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

    def _key(
        self, servicer: str, on: date, amount: int, direction: bool, group: str, bookings: Sequence[Booking]
    ) -> str:
        """The bank's name for the line. A statement tells each line once: what it names twice, and says alike, are two."""
        if not servicer or servicer.upper() in _NAMELESS:
            return self._own_key(on, amount, direction, group, bookings)
        told = (servicer, "D" if direction else "C", on, amount, group, *(it.reference for it in bookings))
        times = self._told[told] = self._told.get(told, 0) + 1
        return servicer if times == 1 else f"{servicer}#{times}"

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

    def _share(self, it: "_Detail", amount: int, *, debit: bool) -> int:
        """What one payment has of a line; nothing where it is not told, or goes the other way: then the line does not add up."""
        if debit and it.credit:
            return 0
        if it.cents is None:
            return amount if len(self._details) == 1 else 0
        return it.cents

    def _detail(self, detail: Any) -> "_Detail":
        fields = self._fields
        detail = fields.part(detail)
        # Most of a state's bookings are not ours and name nothing of ours: they are lines that move nothing.
        named = detail.text("Refs/EndToEndId")
        if group := detail.text("Refs/PmtInfId"):
            self._groups.add(group)
        # Where the amount of one payment of several stands is the bank's choice; in another currency it is no share of the line.
        amounts = [one for it in ("Amt", "AmtDtls/TxAmt/Amt") for one in detail.all(it) if one.get("Ccy") == "EUR"]
        own = cents(amounts[0].text or "") if amounts else None
        returned, reason = False, ""
        if detail.all("RtrInf") or detail.text("BkTxCd/Domn/Fmly/SubFmlyCd") in _RETURNED:
            returned = True
            reason = fields.code(detail, "RtrInf/Rsn")
        ours = payments.recognised(named) or self._ours_elsewhere(detail, named)
        named = ours or (named if IDENTIFIER.fullmatch(named) else "")
        paid_under = self._paid_under(detail, named)
        credit = detail.text("CdtDbtInd") == "CRDT"
        return _Detail(named, paid_under, own, returned, reason, self._charges(detail), credit)

    def _ours_elsewhere(self, detail: Any, named: str) -> str:
        """The one payment of ours that stands in another place, where a bank names none in the place for it."""
        if named.upper() not in {"", *_NAMELESS}:
            return ""
        texts = [*detail.all("Refs/InstrId"), *detail.all("Refs/TxId"), *detail.all("RmtInf/Ustrd")]
        found = frozenset[str]().union(*(payments.references_in(it.text or "") for it in texts))
        return next(iter(found)) if len(found) == 1 else ""

    def _paid_under(self, detail: Any, named: str) -> str:
        """The one claim that a credit names in any of its places; two say nothing, and are none."""
        structured = self._fields.texts(detail, "RmtInf/Strd/CdtrRefInf/Ref")
        texts = [named, *structured, *self._fields.texts(detail, "RmtInf/Ustrd")]
        found = frozenset[str]().union(*(claims.references_in(it) for it in texts))
        if len(found) > 1:
            return ""
        return next(iter(found), named)

    def _charges(self, detail: Any) -> int:
        """What the banks on the way kept for themselves of a payment that came back."""
        amounts = self._fields.all(detail, self._layout.charges)
        return sum(cents(it.text or "") for it in amounts if it.get("Ccy") == "EUR")


class _Detail(NamedTuple):
    """One payment of a line: `named` is its payer's name for it, `paid_under` what it says to us when it comes in."""

    named: str
    paid_under: str
    cents: int | None
    returned: bool
    reason: str
    charges: int
    credit: bool
