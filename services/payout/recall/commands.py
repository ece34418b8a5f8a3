"""What is asked of a request to cancel."""

from datetime import date, datetime

from services.payout.batch import Writing
from services.payout.recall.content import RecalledEntry, RecallGrounds
from shared.decider import value
from shared.identity import Sealed


@value
class RequestRecall:
    """`batch_created_at` and `debtor` are the batch's, `execution_on` the day on which it was to be paid."""

    recall: str
    batch: str
    batch_created_at: datetime
    execution_on: date
    debtor: str
    entries: tuple[RecalledEntry, ...]
    grounds: RecallGrounds
    text: str = ""
    sealed_text: Sealed | None = None


@value
class ApproveRecall:
    """`writing` is how the file is written, with its running number where it has one."""

    created_at: datetime
    file_sha256: str
    file_name: str
    writing: Writing = Writing()


@value
class DropRecall:
    """What people write comes sealed, here and in the request, because it may name somebody."""

    reason: str = ""
    sealed_reason: Sealed | None = None


@value
class StartRecallSubmission: ...


@value
class ConfirmRecallTransmission:
    file_sha256: str


@value
class NoteRecallAnswer:
    """The payments of this request that a file of the treasury answers, by their ids.

    What a person was told is of the day `told_on`, with the evidence for it sealed.
    """

    message_id: str
    granted: tuple[str, ...]
    refused: tuple[str, ...]
    pending: tuple[str, ...]
    told_on: date | None = None
    sealed_evidence: Sealed | None = None


type Command = (
    RequestRecall | ApproveRecall | DropRecall | StartRecallSubmission | ConfirmRecallTransmission | NoteRecallAnswer
)
