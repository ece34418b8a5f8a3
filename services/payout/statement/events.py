"""What happened to the statements of an account."""

from datetime import date

from services.payout.statement.commands import DaySums
from shared.decider import event

GAP = "statement-gap"
OPENING_DIFFERS = "statement-opening-differs"
PAGES_DIFFER = "statement-pages-differ"
NUMBER_TWICE = "statement-number-twice"


@event("payout.statement-noted")
class StatementNoted:
    """A statement of the account (Kontoauszug) was taken in with its file: its number, its balances, what it books by day.

    A balance that it does not tell is none, and zero. `findings` says what does not fit the statements around it: `statement-gap`,
    `statement-opening-differs`; or its own pages: `statement-pages-differ`. `files` are the hashes of its pages, if it came in pages.
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
    files: tuple[str, ...] = ()


@event("payout.statement-page-noted")
class StatementPageNoted:
    """A page of a statement (Seite eines Kontoauszugs) was taken in with its file; the statement is there when all its pages are.

    The statement is named by the number, or the name, that its first page to come bore in `year`.
    """

    sha256: str
    message_id: str
    statement: str
    year: int
    number: int | None
    page: int
    is_last: bool
    closed_on: date | None
    opening_cents: int
    opening_told: bool
    closing_cents: int
    closing_told: bool
    entries: int
    days: tuple[DaySums, ...]


@event("payout.statement-contradicted")
class StatementContradicted:
    """A second statement bears a number that another one had (Kontoauszugsnummer doppelt): an incident; the first one stands."""

    sha256: str
    message_id: str
    statement: str
    year: int
    number: int | None


type Event = StatementNoted | StatementPageNoted | StatementContradicted
