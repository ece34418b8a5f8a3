"""What encloses the lines of an account: numbers, balances, sums, and which page of a statement it is."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from services.payout.report import AccountEntry, DaySums, Statement
from services.payout.treasury import Unreadable
from services.payout.treasury.iso20022.fields import Fields, OtherCurrency, cents, day, number
from shared.decider import replace

_OPENING, _CLOSING, _BETWEEN = ("OPBD", "PRCD"), "CLBD", "ITBD"
"""The balances of a statement's beginning and end, and the one that is carried from page to page."""


class Page(NamedTuple):
    """Which page this is; 0 where the statement is whole."""

    number: int = 0
    is_last: bool = True


WHOLE = Page()


class Sums:
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

    def add_untold(self, cents: int, on: date) -> None:
        """What the balances say was booked besides; negative when it was paid."""
        self.booked += cents
        self._days.setdefault(on, [0, 0])[cents > 0] += abs(cents)

    @property
    def days(self) -> tuple[DaySums, ...]:
        return tuple(
            DaySums(booked_on=on, debit_cents=debit, credit_cents=credit)
            for on, (debit, credit) in sorted(self._days.items())
        )


def page_of_message(fields: Fields, message: Any) -> Page:
    return _page(fields, message, "GrpHdr/MsgPgntn")


def page_of_block(fields: Fields, block: Any) -> Page:
    return _page(fields, block, f"{block.tag.rpartition('}')[2]}Pgntn")


def _page(fields: Fields, parent: Any, path: str) -> Page:
    told = fields.maybe(parent, f"{path}/PgNb")
    page = Page(number(told) if told else 0, fields.maybe(parent, f"{path}/LastPgInd") in ("true", "1"))
    return WHOLE if page.number == 0 or page == (1, True) else page


def enclosed(
    fields: Fields, block: Any, account: str, sums: Sums, others: Sequence[AccountEntry] = ()
) -> tuple[Statement, Sequence[AccountEntry]]:
    """The statement, notification or report that holds these lines, and those in other money as the balances tell them.

    A page's sums and balances are held together when all are there.
    """
    balances = fields.all(block, "Bal")
    if others and not sums.count and any(it.get("Ccy") != "EUR" for it in fields.all(block, "Bal/Amt")):
        # An account that is kept in other money has no balance here, and is none of those that are closed day by day.
        balances, account = (), ""
    page = page_of_block(fields, block)
    opening, closing = _outer(fields, balances)
    if others:
        others = _reckoned(opening, closing, sums, others)
    if page == WHOLE and (opening is None or closing is None or opening + sums.booked != closing):
        # A message in pages may hold whole statements, too.
        page = page_of_message(fields, block.getparent())
    if page == WHOLE:
        _check(fields, block, opening, closing, sums, mixed=bool(others))
    elif others and block.tag == fields.path("Stmt"):
        raise OtherCurrency
    else:
        opening, closing = _carried(fields, balances, page)
    electronic, legal = fields.maybe(block, "ElctrncSeqNb"), fields.maybe(block, "LglSeqNb")
    # Some banks number the pages themselves, and all pages of a statement bear its own number.
    sequence = electronic or legal if page == WHOLE else legal or electronic
    statement = Statement(
        id=fields.identified(block, "Id"),
        account=account,
        sequence=number(sequence) if sequence else None,
        opening_cents=opening,
        closing_cents=closing,
        entries=sums.count,
        closed_on=_day_of(fields, block, balances, page),
        days=sums.days,
        page=page.number,
        is_last=page.is_last,
    )
    return statement, others


def _reckoned(
    opening: int | None, closing: int | None, sums: Sums, others: Sequence[AccountEntry]
) -> Sequence[AccountEntry]:
    """Lines in other money: what the balances lack without them is the one that is booked; of several nobody knows which, and the day stays open."""
    lacking = closing - opening - sums.booked if opening is not None and closing is not None else 0
    booked = [it for it in others if it.booked and it.credit == (lacking > 0)] if lacking else []
    told = [replace(it, cents=abs(lacking)) if len(booked) == 1 and it is booked[0] else it for it in others]
    for it in told:
        sums.add(it)
    if lacking and len(booked) != 1:
        sums.add_untold(lacking, others[-1].booked_on)
    return told


def _by_code(fields: Fields, balances: Sequence[Any]) -> Mapping[str, Any]:
    return {fields.maybe(it, "Tp/CdOrPrtry/Cd"): it for it in balances}


def _outer(fields: Fields, balances: Sequence[Any]) -> tuple[int | None, int | None]:
    by_code = _by_code(fields, balances)
    opening = next((by_code[it] for it in _OPENING if it in by_code), None)
    return _cents_of(fields, opening), _cents_of(fields, by_code.get(_CLOSING))


def _carried(fields: Fields, balances: Sequence[Any], page: Page) -> tuple[int | None, int | None]:
    """The balances at both ends of a page; one between two pages that may be either is neither."""
    opening, closing = _outer(fields, balances)
    between = [it for it in balances if fields.maybe(it, "Tp/CdOrPrtry/Cd") == _BETWEEN]
    inside = page.number > 1 and not page.is_last and len(between) < 2
    before = _cents_of(fields, between[0]) if between and not inside else None
    after = _cents_of(fields, between[-1]) if between and not inside else None
    return opening if page.number == 1 else before, closing if page.is_last else after


def _day_of(fields: Fields, block: Any, balances: Sequence[Any], page: Page) -> date | None:
    """The day of the closing balance, else the one on which it was made; of a page, of what it is of."""
    by_code = _by_code(fields, balances)
    closing = by_code.get(_CLOSING)
    told = _day_at(fields, closing)
    if not told and page != WHOLE:
        carried = by_code.get(_BETWEEN)
        told = fields.maybe(block, "FrToDt/ToDtTm") or _day_at(fields, carried)
    told = told or fields.maybe(block, "CreDtTm")
    return day(told) if told else None


def _day_at(fields: Fields, balance: Any) -> str:
    return "" if balance is None else fields.maybe(balance, "Dt/Dt") or fields.maybe(balance, "Dt/DtTm")


def _check(fields: Fields, block: Any, opening: int | None, closing: int | None, sums: Sums, *, mixed: bool) -> None:
    """Counts, sums and balances agree; a sum over lines in several currencies says nothing."""
    count = fields.maybe(block, "TxsSummry/TtlNtries/NbOfNtries")
    total = fields.maybe(block, "TxsSummry/TtlNtries/Sum")
    if count and number(count) != sums.count:
        raise Unreadable("count-differs", "Die Datei enthält nicht so viele Buchungen, wie sie angibt.")
    if total and not mixed and cents(total) != sums.total:
        raise Unreadable("sum-differs", "Die Summe der Buchungen ist nicht die angegebene.")
    if opening is not None and closing is not None and opening + sums.booked != closing:
        raise Unreadable("balance-differs", "Anfangssaldo, Buchungen und Endsaldo passen nicht zusammen.")


def _cents_of(fields: Fields, balance: Any) -> int | None:
    if balance is None:
        return None
    amount = fields.amount(balance, "Amt")
    return -amount if is_debit(fields.required(balance, "CdtDbtInd")) else amount


def is_debit(text: str) -> bool:
    if text not in ("CRDT", "DBIT"):
        raise Unreadable("unknown-direction", "Eine Buchung ist weder Belastung noch Gutschrift.")
    return text == "DBIT"
