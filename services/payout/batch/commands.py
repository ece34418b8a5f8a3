"""What is asked of a batch."""

from datetime import date, datetime

from services.payout.batch.content import CollectionEntry, Entry, Writing
from shared.decider import value

MAX_ENTRIES = 20_000
MAX_COLLECTIONS = 400
LISTED_AT_ONCE = 400
"""So that an event stays below 512 kB; a larger batch lists its payments in events of their own before it is sealed."""


@value
class SealBatch:
    """`took_part` are the persons who took part in an order in it; `debtor` names the treasury's account by its key in the settings."""

    message_id: str
    created_at: datetime
    execution_on: date
    debtor: str
    entries: tuple[Entry, ...]
    took_part: tuple[str, ...]
    file_sha256: str
    file_name: str
    writing: Writing = Writing()
    collections: tuple[CollectionEntry, ...] = ()


@value
class ReleaseBatch: ...


@value
class DiscardBatch:
    """The payments named in `cancelled` are never made; the others can lie in another batch."""

    cancelled: tuple[str, ...] = ()


@value
class RecordEntry:
    """A person typed an order of the batch into the state's system, which gave it this `cash_reference` (Kassenzeichen).

    `order` is the order's own reference; it may be left out where the file holds but one.
    """

    cash_reference: str
    order: str = ""


@value
class StartSubmission:
    """`file_sha256` is the hash of the bytes that are about to be handed over."""

    attempt: int
    file_sha256: str = ""


@value
class NoteUnknownSubmission:
    attempt: int
    reason: str


@value
class ConfirmTransmission:
    """`evidence` is what proves it: `file` (it lies in the treasury's folder) or `answer` (the treasury spoke of it)."""

    file_sha256: str
    evidence: str


type Command = (
    SealBatch
    | ReleaseBatch
    | DiscardBatch
    | RecordEntry
    | StartSubmission
    | NoteUnknownSubmission
    | ConfirmTransmission
)
