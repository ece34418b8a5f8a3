"""What is asked of the days of the account, and what each side says of one."""

from datetime import date
from enum import StrEnum

from shared.decider import value
from shared.identity import Sealed

REGISTER = "register"
"""The id of the one stream that holds all closed days."""


@value
class AccountBalances:
    """The balances of one account (`statement.stream_id`) at both ends of a day, by its statements."""

    account: str
    opening_cents: int
    closing_cents: int
    statements: tuple[str, ...]


@value
class Sides:
    """The three sides of a day. Of the statements: what they book, their files, the balances at both ends. Of our books: what was
    settled, what came back, what was repaid on claims, what is listed without a payment. Of all days until then: what we paid, net, and what the budget
    entered; `unentered` payments have not arrived there, the first named by its reference, or as the first 200 are in `unentered_payments`.
    The balances are those of all `accounts` together.
    """

    debit_cents: int
    credit_cents: int
    settled_cents: int
    returned_cents: int
    listed_out_cents: int
    listed_in_cents: int
    paid_cents: int
    budget_cents: int
    files: tuple[str, ...]
    statements: tuple[str, ...]
    opening_cents: int
    closing_cents: int
    open_items: int
    incomplete: bool = False
    unentered: int = 0
    first_unentered: str = ""
    received_cents: int = 0
    unentered_payments: tuple[str, ...] = ()
    accounts: tuple[AccountBalances, ...] = ()


class Cause(StrEnum):
    """Why the budget says something else than our books, when it will not say otherwise."""

    ENTRY_MISSING = "budget-entry-missing"
    ENTRY_DIFFERS = "budget-entry-differs"


@value
class ProposeDifference:
    """One person names the difference between what was paid and what the budget says of a day; the reason comes sealed."""

    closed_on: date
    proposal: str
    cause: Cause
    sides: Sides
    sealed_reason: Sealed | None = None


@value
class CloseDay:
    """`proposal` is the named difference that another person proposed, and this one agrees to."""

    closed_on: date
    sides: Sides
    proposal: str = ""


@value
class SealYear:
    """`paid_cents` is what a title paid in a year, net, by our books; `budget_cents` what review entered in its budget.

    Days and items are those of the title. `differing` are its payments of which the budget says something else, by their references,
    and `differing_cents` what more was paid with them.
    """

    title: str
    year: int
    paid_cents: int
    budget_cents: int
    open_items: int
    unclosed_days: int
    booked_days: int = 1
    differing: tuple[str, ...] = ()
    differing_cents: int = 0


type Command = CloseDay | ProposeDifference | SealYear
