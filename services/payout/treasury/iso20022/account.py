"""camt.052, camt.053 and camt.054: the treasury's account, line by line."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from services.payout.report import MADE, AccountEntry, Booking, BookingReport, Sift, Statement, keep_all
from services.payout.treasury import Unreadable
from services.payout.treasury.iso20022.details import NAMELESS, Detail, Layout, comes_back, read_detail
from services.payout.treasury.iso20022.enclosing import Sums, enclosed, is_debit, page_of_message
from services.payout.treasury.iso20022.fields import Fields, OtherCurrency, day, name_of_ours

_SIFTED = 2_000
"""So many lines are held until it is asked which of them need a decision."""
_MOST_OTHERS = 1_000
"""So many lines in other money are told one by one; an account with more of them is kept in it."""
_LONG = 40
"""So much of what a booking names stands in the key that is made for it; more is hashed."""


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
        self._details: list[Detail] = []
        self._account: str | None = None
        self.count = self.cents = 0

    def take(self, name: str, part: Any) -> None:
        if name == "TxDtls":
            self._details.append(read_detail(self._fields, part, self._layout))
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
        details, self._details = self._details, []
        batches = entry.all("NtryDtls/Btch/PmtInfId") or entry.all("NtryDtls/Btch/MsgId")
        group = _group_of(batches, details)
        returned = not direction and (comes_back(entry) or any(it.returned for it in details))
        if direction and group and len(details) == 1 and details[0].is_nameless:
            details = []  # the sum of a group, of which the bank tells its own name alone
        bookings = tuple(
            Booking(
                reference=it.named if direction or returned else it.paid_under,
                cents=_share(it, amount, debit=direction, alone=len(details) == 1),
                reason=it.reason,
                charges_cents=it.charges,
            )
            for it in details
        )
        self.count += 1
        self.cents += amount
        on = self._booked_on(entry, block, booked=booked)
        return AccountEntry(
            key=self._key(entry.text("AcctSvcrRef"), on, amount, direction, group, bookings, bool(batches)),
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
        self,
        servicer: str,
        on: date,
        amount: int,
        direction: bool,
        group: str,
        bookings: Sequence[Booking],
        in_batch: bool,
    ) -> str:
        """The bank's name for the line. A statement tells each line once: what it names twice, and says alike, are two."""
        if not servicer or servicer.upper() in NAMELESS:
            return self._own_key(on, amount, direction, group, bookings, in_batch)
        told = (servicer, "D" if direction else "C", on, amount, group, *(it.reference for it in bookings))
        times = self._told[told] = self._told.get(told, 0) + 1
        return servicer if times == 1 else f"{servicer}#{times}"

    def _own_key(
        self, on: date, amount: int, direction: bool, group: str, bookings: Sequence[Booking], in_batch: bool
    ) -> str:
        """What is told of one booking is alike in every file that tells it; alike ones in a file are counted.

        An entry's own number is not: a notification and the statement after it number the same booking each in its way.
        """
        named = "+".join(it.reference for it in bookings)
        # Alike ones of a group may come in another order elsewhere; the payments of a sum are told there, or not.
        named = named if len(bookings) == 1 and not in_batch else group or named
        if len(named) > _LONG:
            named = sha256(named.encode()).hexdigest()[:_LONG]
        alike = f"{MADE}{on:%Y%m%d}-{'D' if direction else 'C'}{amount}-{named}"
        self._alike[alike] = self._alike.get(alike, 0) + 1
        return f"{alike}-{self._alike[alike]}"


def _share(it: Detail, amount: int, *, debit: bool, alone: bool) -> int:
    """What one payment has of a line; nothing where it is not told, or goes the other way: then the line does not add up."""
    if debit and it.credit:
        return 0
    if it.cents is None:
        return amount if alone else it.instructed
    if alone and it.returned and it.cents - it.charges == amount:
        return amount  # told before what the banks kept of it
    return it.cents


def _group_of(batches: Sequence[Any], details: Sequence[Detail]) -> str:
    """The one group that a line books as a whole or in part; without any the file, by the name of the whole message."""
    groups = {it.group for it in details if it.group}
    if batches:
        texts = ((it.text or "").strip() for it in batches)
        groups |= {name_of_ours(it) or it for it in texts}
    return groups.pop() if len(groups) == 1 else ""
