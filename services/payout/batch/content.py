"""What a batch holds, and how its file is written."""

from datetime import date

from services.payout.collection import Kind
from shared.decider import value
from shared.identity import Sealed


@value
class Entry:
    """One payment in the file, with everything its bytes are made of."""

    payment: str
    case: str
    drawdown: str
    reference: str
    cents: int
    account_holder: Sealed
    iban: Sealed
    title: str
    year: int
    file_number: str


@value
class CollectionEntry:
    """One order about a claim in the file, with everything its bytes are made of."""

    order: str
    case: str
    claim: str
    kind: Kind
    reference: str
    refers_to: str
    payable_under: str
    cents: int
    due_on: date
    payer: str
    title: str
    year: int
    file_number: str


BY_HAND = "manual"
"""The format of a file that a person types into the state's system; the house hands it to nobody."""


@value
class Writing:
    """How a file is written; sealed with it, so that a changed setting never changes the bytes of an old file.

    `native_text` keeps umlauts; the account is debited singly for `single_titles`, in one sum for every other title;
    `number` is the file's running number at the treasury, 0 in a format that has none; `version` is that of the format.
    """

    format: str = "iso20022"
    native_text: bool = False
    single_titles: tuple[str, ...] = ()
    number: int = 0
    version: int = 1
