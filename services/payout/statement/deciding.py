"""Whether a statement goes on where the one before it ended."""

from collections.abc import Sequence

from services.payout.statement.commands import Command, NoteStatement
from services.payout.statement.events import GAP, OPENING_DIFFERS, Event, StatementContradicted, StatementNoted
from services.payout.statement.pages import (
    contradicts,
    is_whole,
    joined,
    noted_page,
    pages_of,
    tells_the_same,
    with_pages,
)
from services.payout.statement.states import Statements, closing_of, key_of, opening_of
from services.payout.statement.telling import told_by
from shared.decider import Context


def decide(command: Command, state: Statements, _context: Context) -> Sequence[Event]:
    return _page(command, state) if command.page else _whole(command, state)


def _page(command: NoteStatement, state: Statements) -> Sequence[Event]:
    """A page is kept until its statement is whole; then the statement is noted."""
    known = pages_of(command, state)
    same = next((it for it in known if it.page == command.page and tells_the_same(command, it)), None)
    if same or command.sha256 in state.contradicted:
        return []
    if contradicts(command, known):
        return [_contradicted(command)]
    page = noted_page(command, known[0].year if known else command.year)
    pages = (*known, page)
    if not is_whole(pages):
        return [page]
    told = _whole(joined(pages), state)
    return [page, *(with_pages(it, pages) if isinstance(it, StatementNoted) else it for it in told)]


def _whole(command: NoteStatement, state: Statements) -> Sequence[StatementNoted | StatementContradicted]:
    known = state.noted.get(key_of(command.year, command.number, command.statement))
    if known is None:
        return [_noted(command, state)]
    if command.sha256 == known.sha256 or command.sha256 in state.contradicted or _tells_the_same(command, known):
        return []
    return [_contradicted(command)]


def _contradicted(command: NoteStatement) -> StatementContradicted:
    return StatementContradicted(
        sha256=command.sha256,
        message_id=command.message_id,
        statement=command.statement,
        year=command.year,
        number=command.number,
    )


def _tells_the_same(command: NoteStatement, known: StatementNoted) -> bool:
    """The same statement in another file, for one sent again, is no second one."""
    ours = (command.statement, command.opening_cents, command.closing_cents, command.entries, command.days)
    return ours == (known.statement, opening_of(known), closing_of(known), known.entries, known.days)


def _noted(command: NoteStatement, state: Statements) -> StatementNoted:
    return StatementNoted(**told_by(command), findings=tuple(_findings(command, state)))


def _findings(command: NoteStatement, state: Statements) -> Sequence[str]:
    if command.number is None:
        return []
    found: list[str] = []
    last = dict(state.last)
    before = _before(command.year, command.number, state)
    after = state.noted.get(key_of(command.year, command.number + 1, ""))
    if before is None and last and command.number > last.get(command.year, 0):
        found.append(GAP)
    carried = before is not None and _differ(closing_of(before), command.opening_cents)
    if carried or (after is not None and _differ(command.closing_cents, opening_of(after))):
        found.append(OPENING_DIFFERS)
    return found


def _before(year: int, number: int, state: Statements) -> StatementNoted | None:
    """The statement before: at the turn of a year numbers begin anew with 1, or run on."""
    if known := state.noted.get(key_of(year, number - 1, "")):
        return known
    last = dict(state.last).get(year - 1)
    return state.noted.get(key_of(year - 1, last, "")) if last is not None and number in (1, last + 1) else None


def _differ(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one != other
