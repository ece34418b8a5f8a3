"""The pages of one statement, joined in their order once the last of them and all before it are there."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from services.payout.statement.commands import DaySums, NoteStatement
from services.payout.statement.events import PAGES_DIFFER, StatementNoted, StatementPageNoted
from services.payout.statement.states import Statements, closing_of, key_of, opening_of
from services.payout.statement.telling import told_by
from shared.decider import replace

_APART = timedelta(days=31)
"""Pages under one number that are further apart are of two statements, of two years."""

type Pages = Sequence[StatementPageNoted]


def pages_of(command: NoteStatement, state: Statements) -> Pages:
    """What is known of the statement that this page belongs to.

    At the turn of a year its pages may bear two years; the first one to come names it.
    """
    for year in (command.year, command.year - 1, command.year + 1):
        key = key_of(year, command.number, command.statement)
        known = state.pages.get(key, ())
        if known and (year == command.year or _near(known[0].closed_on, command.closed_on)):
            return known
    return ()


def _near(one: date | None, other: date | None) -> bool:
    return one is None or other is None or abs(one - other) <= _APART


def noted_page(command: NoteStatement, year: int) -> StatementPageNoted:
    """The page under the year of its statement."""
    return StatementPageNoted(**told_by(replace(command, year=year)), page=command.page, is_last=command.is_last)


def tells_the_same(command: NoteStatement, known: StatementPageNoted) -> bool:
    """The same page in another file, for one sent again."""
    told = noted_page(command, known.year)
    return replace(told, sha256="", message_id="", closed_on=None) == replace(
        known, sha256="", message_id="", closed_on=None
    )


def contradicts(command: NoteStatement, known: Pages) -> bool:
    """Whether the page cannot be one of these: another bears its number, or comes after the last."""
    return any(
        it.page == command.page
        or (it.is_last and command.page > it.page)
        or (command.is_last and it.page > command.page)
        for it in known
    )


def in_order(pages: Pages) -> Pages:
    return sorted(pages, key=lambda it: it.page)


def is_whole(pages: Pages) -> bool:
    """Whether the last page and all before it are there."""
    ordered = in_order(pages)
    return ordered[-1].is_last and [it.page for it in ordered] == list(range(1, len(ordered) + 1))


def joined(pages: Pages) -> NoteStatement:
    """The statement that its pages are together."""
    ordered = in_order(pages)
    first, last = ordered[0], ordered[-1]
    return NoteStatement(
        sha256=last.sha256,
        message_id=last.message_id,
        statement=first.statement,
        year=last.closed_on.year if last.closed_on else first.year,
        number=first.number,
        closed_on=last.closed_on,
        opening_cents=opening_of(first),
        closing_cents=closing_of(last),
        entries=sum(it.entries for it in ordered),
        days=_days(ordered),
    )


def _days(pages: Pages) -> tuple[DaySums, ...]:
    out, back = dict[date, int](), dict[date, int]()
    for it in (one for page in pages for one in page.days):
        out[it.booked_on] = out.get(it.booked_on, 0) + it.debit_cents
        back[it.booked_on] = back.get(it.booked_on, 0) + it.credit_cents
    return tuple(DaySums(booked_on=on, debit_cents=out[on], credit_cents=back[on]) for on in sorted(out))


def with_pages(noted: StatementNoted, pages: Pages) -> StatementNoted:
    """What is noted of the whole, with its files, and whether the balances are carried through all of them."""
    ordered = in_order(pages)
    found = [PAGES_DIFFER] if _breaks(noted, ordered) else []
    return replace(noted, files=tuple(it.sha256 for it in ordered), findings=(*noted.findings, *found))


def _breaks(noted: StatementNoted, ordered: Pages) -> bool:
    """Between two pages, or from the opening balance by all bookings to the closing one."""
    carried = [(closing_of(one), opening_of(after)) for one, after in pairwise(ordered)]
    booked = sum(it.credit_cents - it.debit_cents for it in noted.days)
    opening, closing = opening_of(noted), closing_of(noted)
    within = opening is not None and closing is not None and opening + booked != closing
    return within or any(one is not None and other is not None and one != other for one, other in carried)
