"""What a file says of a statement."""

from datetime import date

from shared.decider import value


@value
class DaySums:
    """What was booked on one day, to the account's debit and to its credit."""

    booked_on: date
    debit_cents: int
    credit_cents: int


@value
class NoteStatement:
    """`number` is that of the year, None when the account's statements bear none; `sha256` is the file's.

    `page` is 0 where the statement is whole; else this is only a part of it, the last one if `is_last`.
    """

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
    page: int = 0
    is_last: bool = True


type Command = NoteStatement
