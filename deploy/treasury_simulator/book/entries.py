"""What stands in the book of a file, its payments and its answers."""

from dataclasses import dataclass

from deploy.treasury_simulator.book.claims import CollectionEntry, Receipt
from deploy.treasury_simulator.order import TakeBack


@dataclass(frozen=True, slots=True)
class PaymentEntry:
    """What the treasury did with one payment of a file; `state` is booked, rejected or duplicate."""

    place: int
    reference: str
    instruction_id: str | None
    amount_cents: int
    creditor_iban: str
    state: str
    code: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """One PmtInf as booked; `execution_on` is its booking date."""

    place: int
    payment_information_id: str
    debtor_iban: str
    execution_on: str
    batch_booking: bool
    payments: tuple[PaymentEntry, ...]


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One judged file; `state` is accepted or rejected, then with code and text. Money that came in is a file without orders."""

    number: int
    sha256: str
    state: str
    message_id: str | None
    created_at: str
    code: str | None
    text: str | None
    batches: tuple[BatchEntry, ...]
    format: str = "iso20022"
    file_number_sequence: int = 0
    version: int = 1
    account: str = ""
    collections: tuple[CollectionEntry, ...] = ()
    receipt: Receipt | None = None
    recalled: bool = False
    """Whether this is what a request to cancel is about, not the file itself."""
    asked_by: str = ""
    """The id of the HKR file that asks for it; its orders are `taken_back`."""
    taken_back: tuple[TakeBack, ...] = ()

    @property
    def booked_on(self) -> str:
        """The day on which its money moves."""
        return self.receipt.booked_on if self.receipt else self.batches[0].execution_on


@dataclass(frozen=True, slots=True)
class Answer:
    """One outgoing file: the place among the answers to its file, and for a camt.054 the account and its sequence."""

    file: int
    place: int
    kind: str
    account_iban: str | None
    account_sequence: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a report stands among those on its account: its number, and for a statement the balances and the day."""

    number: int
    opening_cents: int = 0
    closing_cents: int = 0
    on: str = ""
