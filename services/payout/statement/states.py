"""The statements of one account, and what is missing among them."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise

from services.payout.statement.events import StatementNoted, StatementPageNoted
from shared.decider import DomainError, field, value
from shared.persistent import PersistentMap


@value
class Statements:
    """`noted` by year and number (`key_of`), `last` the highest number of each year, `contradicted` the hashes of refused files.

    `pages` are those of statements that came in pages, by the same key; `waiting` the keys of those that are not whole.
    """

    noted: PersistentMap[StatementNoted] = field(default_factory=PersistentMap[StatementNoted])
    last: tuple[tuple[int, int], ...] = ()
    contradicted: tuple[str, ...] = ()
    pages: PersistentMap[tuple[StatementPageNoted, ...]] = field(
        default_factory=PersistentMap[tuple[StatementPageNoted, ...]]
    )
    waiting: tuple[str, ...] = ()


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


def opening_of(it: StatementNoted | StatementPageNoted) -> int | None:
    return it.opening_cents if it.opening_told else None


def closing_of(it: StatementNoted | StatementPageNoted) -> int | None:
    return it.closing_cents if it.closing_told else None


def waiting_pages(state: Statements) -> Sequence[tuple[StatementPageNoted, ...]]:
    """The pages of statements that are not whole yet."""
    return [state.pages[it] for it in state.waiting]


def gaps(state: Statements) -> Sequence[tuple[int, int, int]]:
    """Year, first and last number of each stretch that is missing between two statements of a year."""
    numbered = sorted((it.year, it.number) for it in state.noted.values() if it.number is not None)
    return [
        (year, before + 1, number - 1)
        for (before_year, before), (year, number) in pairwise(numbered)
        if before_year == year and number > before + 1
    ]
