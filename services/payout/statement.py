"""Kontoauszug: the numbered statements of one account of the Land; each goes on where the one before it ended.

A number that is missing, used twice, or does not carry the balance forward is an incident that a person clears.
"""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from itertools import pairwise
from typing import assert_never

from shared.decider import Context, Decider, DomainError, event, field, replace, value
from shared.persistent import PersistentMap

# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class DaySums:
    """What was booked on one day, to the account's debit and to its credit."""

    booked_on: date
    debit_cents: int
    credit_cents: int


@value
class NoteStatement:
    """`number` is that of the year, None when the account's statements bear none; `sha256` is the file's."""

    sha256: str
    message_id: str
    statement: str
    year: int
    number: int | None
    closed_on: date | None
    opening_cents: int | None
    closing_cents: int | None
    entries: int
    days: tuple[DaySums, ...]


type Command = NoteStatement

# ---- Events ---------------------------------------------------------------------------------------------------------

GAP = "statement-gap"
OPENING_DIFFERS = "statement-opening-differs"
NUMBER_TWICE = "statement-number-twice"


@event("payout.statement-noted")
class StatementNoted:
    """A statement of the account (Kontoauszug) was taken in with its file: its number, its balances, what it books by day.

    A balance that it does not tell is none, and zero. `findings` says what does not fit the statements around it: `statement-gap`, `statement-opening-differs`.
    """

    sha256: str
    message_id: str
    statement: str
    year: int
    number: int | None
    closed_on: date | None
    opening_cents: int
    opening_told: bool
    closing_cents: int
    closing_told: bool
    entries: int
    days: tuple[DaySums, ...]
    findings: tuple[str, ...]


@event("payout.statement-contradicted")
class StatementContradicted:
    """A second statement bears a number that another one had (Kontoauszugsnummer doppelt): an incident; the first one stands."""

    sha256: str
    message_id: str
    statement: str
    year: int
    number: int | None


type Event = StatementNoted | StatementContradicted

# ---- State ----------------------------------------------------------------------------------------------------------


@value
class Statements:
    """`noted` by year and number (`key_of`), `last` the highest number of each year, `contradicted` the hashes of refused files."""

    noted: PersistentMap[StatementNoted] = field(default_factory=PersistentMap[StatementNoted])
    last: tuple[tuple[int, int], ...] = ()
    contradicted: tuple[str, ...] = ()


class UnknownAccount(DomainError):
    code = "statement-without-account"
    title = "Ein Kontoauszug nennt kein Konto."


def stream_id(account: str) -> str:
    """The account's stream; an IBAN is in no name of a stream."""
    if not account:
        raise UnknownAccount
    return sha256(f"account\n{account}".encode()).hexdigest()[:32]


def key_of(year: int, number: int | None, statement: str) -> str:
    """A statement's place in its account."""
    return f"{year}/{number}" if number is not None else f"{year}/{statement}"


def opening_of(it: StatementNoted) -> int | None:
    return it.opening_cents if it.opening_told else None


def closing_of(it: StatementNoted) -> int | None:
    return it.closing_cents if it.closing_told else None


def gaps(state: Statements) -> Sequence[tuple[int, int, int]]:
    """Year, first and last number of each stretch that is missing between two statements of a year."""
    numbered = sorted((it.year, it.number) for it in state.noted.values() if it.number is not None)
    return [
        (year, before + 1, number - 1)
        for (before_year, before), (year, number) in pairwise(numbered)
        if before_year == year and number > before + 1
    ]


# ---- decide ---------------------------------------------------------------------------------------------------------


def decide(command: Command, state: Statements, _context: Context) -> Sequence[Event]:
    known = state.noted.get(key_of(command.year, command.number, command.statement))
    if known is None:
        return [_noted(command, state)]
    if command.sha256 == known.sha256 or command.sha256 in state.contradicted or _tells_the_same(command, known):
        return []
    return [
        StatementContradicted(
            sha256=command.sha256,
            message_id=command.message_id,
            statement=command.statement,
            year=command.year,
            number=command.number,
        )
    ]


def _tells_the_same(command: NoteStatement, known: StatementNoted) -> bool:
    """The same statement in another file, for one sent again, is no second one."""
    ours = (command.statement, command.opening_cents, command.closing_cents, command.entries, command.days)
    return ours == (known.statement, opening_of(known), closing_of(known), known.entries, known.days)


def _noted(command: NoteStatement, state: Statements) -> StatementNoted:
    return StatementNoted(
        sha256=command.sha256,
        message_id=command.message_id,
        statement=command.statement,
        year=command.year,
        number=command.number,
        closed_on=command.closed_on,
        opening_cents=command.opening_cents or 0,
        opening_told=command.opening_cents is not None,
        closing_cents=command.closing_cents or 0,
        closing_told=command.closing_cents is not None,
        entries=command.entries,
        days=command.days,
        findings=tuple(_findings(command, state)),
    )


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


# ---- evolve ---------------------------------------------------------------------------------------------------------


def evolve(state: Statements, it: Event) -> Statements:
    match it:
        case StatementNoted():
            last = dict(state.last)
            if it.number is not None:
                last[it.year] = max(last.get(it.year, 0), it.number)
            noted = state.noted.put(key_of(it.year, it.number, it.statement), it)
            return replace(state, noted=noted, last=tuple(sorted(last.items())))
        case StatementContradicted():
            return replace(state, contradicted=(*state.contradicted, it.sha256))
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Statements](
    name="statement",
    per_case=False,
    initial=Statements(),
    decide=decide,
    evolve=evolve,
    events=[StatementNoted, StatementContradicted],
)
