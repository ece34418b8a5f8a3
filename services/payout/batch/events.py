"""What happened to a batch."""

from datetime import date, datetime

from services.payout.batch.content import CollectionEntry, Entry, Writing
from shared.decider import event


@event("payout.batch-listed")
class BatchListed:
    """Payments of a batch too large for one event, in the order of its file (Zahlungsliste); recorded together with its sealing."""

    entries: tuple[Entry, ...]


@event("payout.batch-sealed")
class BatchSealed:
    """The file's content, sums and SHA-256 are fixed (Zahlungslauf versiegelt) before anything is written: its bytes can be made again from its stream alone.

    `entries` is empty where the payments are listed in events of their own before this one. `count` and `sum_cents` are of the payments;
    `collections` are the orders about claims in the same file.
    """

    message_id: str
    created_at: datetime
    execution_on: date
    debtor: str
    entries: tuple[Entry, ...]
    took_part: tuple[str, ...]
    count: int
    sum_cents: int
    file_sha256: str
    file_name: str
    sealed_by: str
    writing: Writing = Writing()
    collections: tuple[CollectionEntry, ...] = ()

    @property
    def file_count(self) -> int:
        """How many orders the file holds."""
        return self.count + len(self.collections)

    @property
    def file_cents(self) -> int:
        """The sum over all orders of the file."""
        return self.sum_cents + sum(it.cents for it in self.collections)


@event("payout.batch-released")
class BatchReleased:
    """A person of the Kasse who took no part in the orders released the file (Freigabe, § 77 ThürLHO)."""

    released_by: str


@event("payout.batch-discarded")
class BatchDiscarded:
    """The file was never handed over and never will be (Zahlungslauf verworfen), and its payments left it.

    Those in `cancelled` are never made; the others can lie in another batch.
    """

    cancelled: tuple[str, ...]
    discarded_by: str
    discarded_on: date


@event("payout.order-entered")
class OrderEntered:
    """A person typed an order of the file, named by its own reference, into the state's system, which gave it this Kassenzeichen."""

    order: str
    cash_reference: str
    entered_by: str
    entered_on: date


@event("payout.batch-entered")
class BatchEntered:
    """Everything in the file is typed into the state's system (Erfassung von Hand), which holds it from here on.

    `cash_reference` is the Kassenzeichen of its only order, or of all of them in what was recorded before each had its own.
    """

    cash_reference: str
    entered_by: str
    entered_on: date


@event("payout.submission-started")
class SubmissionStarted:
    """From here on the treasury may hold the file (Beginn der Übergabe), whatever happens next; recorded before the first byte is written.

    `file_sha256` is the hash of the bytes that are handed over; empty where it was not recorded yet.
    """

    attempt: int
    file_sha256: str = ""


@event("payout.submission-unknown")
class SubmissionUnknown:
    """Whether the treasury holds the file is not known (Übergabe ungewiss); only the same bytes under the same name may be handed over again."""

    attempt: int
    reason: str


@event("payout.batch-transmitted")
class BatchTransmitted:
    """The treasury holds the file with exactly the sealed bytes (Übergabe an die Kasse).

    `evidence` is what proves it: `file` (it lies in the treasury's folder) or `answer` (the treasury spoke of it).
    """

    evidence: str


type Event = (
    BatchListed
    | BatchSealed
    | BatchReleased
    | BatchDiscarded
    | OrderEntered
    | BatchEntered
    | SubmissionStarted
    | SubmissionUnknown
    | BatchTransmitted
)
