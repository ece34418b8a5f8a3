"""What happened to a request to cancel."""

from datetime import date, datetime

from services.payout.batch import Writing
from services.payout.recall.content import RecalledEntry, RecallGrounds
from shared.decider import event
from shared.identity import Sealed


@event("payout.recall-listed")
class RecallListed:
    """Payments of a request to cancel (Rückruf) too large for one event, in the order of its file; recorded together with the request."""

    entries: tuple[RecalledEntry, ...]


@event("payout.recall-requested")
class RecallRequested:
    """A person wants orders back that the treasury holds (Rückruf), for a reason; nothing is sent before another one agrees.

    The reason is sealed under a key of its own; `text` is that of requests from before it was. `entries` is empty where the payments
    are listed in events of their own before this one.
    """

    recall: str
    batch: str
    batch_created_at: datetime
    execution_on: date
    debtor: str
    entries: tuple[RecalledEntry, ...]
    grounds: RecallGrounds
    text: str
    requested_by: str
    requested_on: date
    sealed_text: Sealed | None = None


@event("payout.recall-approved")
class RecallApproved:
    """A second person agreed: the file (camt.055, or Absetzungsanordnungen by `writing`) is fixed by its hash, and can be made again from this stream alone."""

    created_at: datetime
    file_sha256: str
    file_name: str
    approved_by: str
    approved_on: date
    writing: Writing = Writing()


@event("payout.recall-dropped")
class RecallDropped:
    """The request was given up before anything was sent (Rückruf verworfen). Its reason is sealed like that of the request."""

    reason: str
    dropped_by: str
    dropped_on: date
    sealed_reason: Sealed | None = None


@event("payout.recall-submission-started")
class RecallSubmissionStarted:
    """From here on the treasury may hold the request; recorded before the first byte is written."""

    file_sha256: str


@event("payout.recall-transmitted")
class RecallTransmitted:
    """The treasury holds the request with exactly the sealed bytes (Übergabe des Rückrufs)."""

    recall: str
    debtor: str
    file_sha256: str


@event("payout.recall-answered")
class RecallAnswered:
    """A file of the treasury (camt.029, Quittung) answered the request for these payments; `ended` says that none is left open.

    Where it is asked by hand, a person (`recorded_by`) was told the answer on a day and keeps the evidence for it; else these are empty.
    """

    recall: str
    message_id: str
    granted: tuple[str, ...]
    refused: tuple[str, ...]
    pending: tuple[str, ...]
    ended: bool
    recorded_by: str = ""
    told_on: date | None = None
    sealed_evidence: Sealed | None = None


type Event = (
    RecallListed
    | RecallRequested
    | RecallApproved
    | RecallDropped
    | RecallSubmissionStarted
    | RecallTransmitted
    | RecallAnswered
)
