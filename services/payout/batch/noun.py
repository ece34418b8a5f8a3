"""One sealed file: what it holds is fixed, a person releases it, and it is handed over with always the same bytes."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import assert_never

from services.payout.batch.content import BY_HAND, Entry, Writing
from shared import duties
from shared.contracts import Acted
from shared.decider import Context, Decider, DomainError, event, replace, value
from shared.identity import Role

MAX_ENTRIES = 20_000
LISTED_AT_ONCE = 400
"""So that an event stays below 512 kB; a larger batch lists its payments in events of their own before it is sealed."""


@value
class SealBatch:
    """`took_part` are the persons who took part in the order of a payment in it; `debtor` names the treasury's account by its key in the settings."""

    message_id: str
    created_at: datetime
    execution_on: date
    debtor: str
    entries: tuple[Entry, ...]
    took_part: tuple[str, ...]
    file_sha256: str
    file_name: str
    writing: Writing = Writing()


@value
class ReleaseBatch: ...


@value
class DiscardBatch:
    """The payments named in `cancelled` are never made; the others can lie in another batch."""

    cancelled: tuple[str, ...] = ()


@value
class RecordEntry:
    """A person typed the batch into the state's system, which gave it this `cash_reference` (Kassenzeichen)."""

    cash_reference: str


@value
class StartSubmission:
    attempt: int


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


@event("payout.batch-listed")
class BatchListed:
    """Payments of a batch too large for one event, in the order of its file; recorded together with its sealing."""

    entries: tuple[Entry, ...]


@event("payout.batch-sealed")
class BatchSealed:
    """The file's content, sums and SHA-256 are fixed before anything is written: its bytes can be made again from its stream alone.

    `entries` is empty where the payments are listed in events of their own before this one.
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


@event("payout.batch-released")
class BatchReleased:
    """A person of the Kasse who took no part in the orders released the file (§ 77 ThürLHO)."""

    released_by: str


@event("payout.batch-discarded")
class BatchDiscarded:
    """Nobody released the file and nobody ever will: it was never handed over, and its payments left it."""

    cancelled: tuple[str, ...]
    discarded_by: str
    discarded_on: date


@event("payout.batch-entered")
class BatchEntered:
    """A person typed the batch into the state's system, which holds it from here on under this Kassenzeichen."""

    cash_reference: str
    entered_by: str
    entered_on: date


@event("payout.submission-started")
class SubmissionStarted:
    """From here on the treasury may hold the file, whatever happens next; recorded before the first byte is written."""

    attempt: int


@event("payout.submission-unknown")
class SubmissionUnknown:
    """Whether the treasury holds the file is not known; only the same bytes under the same name may be handed over again."""

    attempt: int
    reason: str


@event("payout.batch-transmitted")
class BatchTransmitted:
    """The treasury holds the file with exactly the sealed bytes."""

    evidence: str


type Event = (
    BatchListed
    | BatchSealed
    | BatchReleased
    | BatchDiscarded
    | BatchEntered
    | SubmissionStarted
    | SubmissionUnknown
    | BatchTransmitted
)


@value
class Unsealed:
    """`listed` is only ever seen between two events of one transaction."""

    listed: tuple[Entry, ...] = ()


@value
class Unreleased:
    """`sealed` holds all payments here and in every later state, however they are recorded."""

    sealed: BatchSealed


@value
class Released:
    sealed: BatchSealed
    released_by: str = ""


@value
class Submitting:
    sealed: BatchSealed
    attempt: int
    released_by: str = ""


@value
class Unknown:
    sealed: BatchSealed
    attempt: int
    released_by: str = ""


@value
class Transmitted:
    sealed: BatchSealed
    released_by: str = ""
    cash_reference: str = ""


@value
class Discarded:
    sealed: BatchSealed
    cancelled: tuple[str, ...] = ()
    released_by: str = ""


type Batch = Unsealed | Unreleased | Discarded | Released | Submitting | Unknown | Transmitted


class NotSealed(DomainError):
    code = "batch-not-sealed"
    title = "Diesen Zahlungslauf gibt es nicht."
    status = 404


class AlreadySealed(DomainError):
    code = "batch-already-sealed"
    title = "Dieser Zahlungslauf ist bereits mit anderem Inhalt versiegelt."


class EmptyBatch(DomainError):
    code = "batch-empty"
    title = "Ein Zahlungslauf braucht mindestens eine Zahlung."


class BatchTooLarge(DomainError):
    code = "batch-too-large"
    title = "Ein Zahlungslauf fasst höchstens 20.000 Zahlungen."


class NamedTwice(DomainError):
    code = "payment-twice-in-batch"
    title = "Eine Zahlung kommt im Zahlungslauf doppelt vor."


class ExecutionInPast(DomainError):
    code = "execution-in-past"
    title = "Der Ausführungstag liegt in der Vergangenheit."


class EntryDiffers(DomainError):
    code = "entry-differs"
    title = "Der Zahlungslauf weicht von der Anordnung ab."


class NotReleased(DomainError):
    code = "batch-not-released"
    title = "Der Zahlungslauf ist noch nicht freigegeben."


class BatchIsDiscarded(DomainError):
    code = "batch-discarded"
    title = "Dieser Zahlungslauf wurde verworfen; bilden Sie aus seinen Anordnungen einen neuen."


class AlreadyReleased(DomainError):
    code = "batch-already-released"
    title = "Dieser Zahlungslauf ist freigegeben und kann nicht mehr verworfen werden; möglich ist nur noch ein Rückruf bei der Kasse."


class NotInThisBatch(DomainError):
    code = "cancelled-not-in-batch"
    title = "Eine der Zahlungen, die nicht geleistet werden sollen, liegt nicht in diesem Zahlungslauf."


class NotByHand(DomainError):
    code = "batch-not-by-hand"
    title = "Dieser Zahlungslauf geht als Datei an die Kasse und wird dort nicht von Hand erfasst."


class OtherCashReference(DomainError):
    code = "batch-other-cash-reference"
    title = "Zu diesem Zahlungslauf ist bereits ein anderes Kassenzeichen vermerkt."


class OnlyByHand(DomainError):
    code = "batch-only-by-hand"
    title = "Dieser Zahlungslauf wird von Hand erfasst; vermerken Sie das Kassenzeichen."


class NotSubmitted(DomainError):
    code = "batch-not-submitted"
    title = "Der Zahlungslauf wurde noch nicht übergeben."


class OtherBytes(DomainError):
    code = "batch-other-bytes"
    title = "Die übergebene Datei hat nicht den versiegelten Inhalt."


class AttemptSkipped(DomainError):
    code = "submission-attempt-skipped"
    title = "Die Übergabeversuche sind nicht fortlaufend gezählt."


def decide(command: Command, batch: Batch, context: Context) -> Sequence[Event]:
    match command, batch:
        case SealBatch(), Unsealed():
            return _sealed(command, context)
        case SealBatch(), _:
            if command.file_sha256 != batch.sealed.file_sha256:
                raise AlreadySealed
            return []
        case _, Unsealed():
            raise NotSealed
        case DiscardBatch(), Unreleased():
            return [_discarded(command, batch.sealed, context)]
        case DiscardBatch(), Discarded():
            return []
        case DiscardBatch(), _:
            raise AlreadyReleased
        case _, Discarded():
            raise BatchIsDiscarded
        case ReleaseBatch(), Unreleased():
            return [_released(batch.sealed, context)]
        case ReleaseBatch(), _:
            return []
        case _, Unreleased():
            raise NotReleased
        case RecordEntry(), _:
            return _entered(command, batch, context)
        case _, _:
            return _submitted(command, batch)


def _entered(
    command: RecordEntry, batch: Released | Submitting | Unknown | Transmitted, context: Context
) -> Sequence[Event]:
    if batch.sealed.writing.format != BY_HAND:
        raise NotByHand
    if isinstance(batch, Transmitted):
        if batch.cash_reference != command.cash_reference:
            raise OtherCashReference(field="cash_reference")
        return []
    return [BatchEntered(cash_reference=command.cash_reference, entered_by=context.actor, entered_on=context.valid_on)]


def _sealed(command: SealBatch, context: Context) -> Sequence[Event]:
    if not command.entries:
        raise EmptyBatch
    if len(command.entries) > MAX_ENTRIES:
        raise BatchTooLarge
    if command.execution_on < context.valid_on:
        raise ExecutionInPast(field="execution_on")
    for names in ([it.payment for it in command.entries], [it.reference for it in command.entries]):
        if len(set(names)) != len(names):
            raise NamedTwice
    parts = [command.entries[at : at + LISTED_AT_ONCE] for at in range(0, len(command.entries), LISTED_AT_ONCE)]
    whole = len(parts) == 1
    sealed = BatchSealed(
        message_id=command.message_id,
        created_at=command.created_at,
        execution_on=command.execution_on,
        debtor=command.debtor,
        entries=command.entries if whole else (),
        took_part=tuple(sorted({*command.took_part, context.actor})),
        count=len(command.entries),
        sum_cents=sum(it.cents for it in command.entries),
        file_sha256=command.file_sha256,
        file_name=command.file_name,
        sealed_by=context.actor,
        writing=command.writing,
    )
    return [sealed] if whole else [*(BatchListed(entries=it) for it in parts), sealed]


def _released(sealed: BatchSealed, context: Context) -> BatchReleased:
    duties.refuse("release-batch", acts_of(sealed.took_part), context)
    return BatchReleased(released_by=context.actor)


def _discarded(command: DiscardBatch, sealed: BatchSealed, context: Context) -> BatchDiscarded:
    if not set(command.cancelled) <= {it.payment for it in sealed.entries}:
        raise NotInThisBatch(field="cancelled")
    return BatchDiscarded(cancelled=command.cancelled, discarded_by=context.actor, discarded_on=context.valid_on)


def acts_of(took_part: Sequence[str]) -> tuple[Acted, ...]:
    """What a batch knows of the acts in its cases: that these persons took part in an order."""
    return tuple(Acted(person=it, role=Role.ORDERING_OFFICER, action="order-payment") for it in took_part)


def _submitted(
    command: StartSubmission | NoteUnknownSubmission | ConfirmTransmission,
    batch: Released | Submitting | Unknown | Transmitted,
) -> Sequence[Event]:
    match command, batch:
        case StartSubmission(), Released() if batch.sealed.writing.format == BY_HAND:
            raise OnlyByHand
        case StartSubmission(), Transmitted():
            return []
        case StartSubmission(), Released() | Submitting() | Unknown():
            last = 0 if isinstance(batch, Released) else batch.attempt
            if command.attempt > last + 1:
                raise AttemptSkipped
            return [SubmissionStarted(attempt=command.attempt)] if command.attempt == last + 1 else []
        case NoteUnknownSubmission() | ConfirmTransmission(), Released():
            raise NotSubmitted
        case NoteUnknownSubmission(), Submitting():
            current = command.attempt == batch.attempt
            return [SubmissionUnknown(attempt=command.attempt, reason=command.reason)] if current else []
        case NoteUnknownSubmission(), Unknown() | Transmitted():
            return []
        case ConfirmTransmission(), Submitting() | Unknown() | Transmitted():
            if command.file_sha256 != batch.sealed.file_sha256:
                raise OtherBytes
            return [] if isinstance(batch, Transmitted) else [BatchTransmitted(evidence=command.evidence)]
        case _ as missing:
            assert_never(missing)


def evolve(batch: Batch, it: Event) -> Batch:
    match it, batch:
        case BatchListed(), Unsealed():
            return Unsealed(listed=(*batch.listed, *it.entries))
        case BatchListed(), _:
            return batch
        case BatchSealed(), Unsealed():
            return Unreleased(sealed=it if it.entries else replace(it, entries=batch.listed))
        case BatchSealed(), _:
            return Unreleased(sealed=it)
        case _, Unsealed():
            return batch
        case BatchDiscarded(), _:
            return Discarded(sealed=batch.sealed, cancelled=it.cancelled)
        case _, Discarded():
            return batch
        case BatchReleased(), _:
            return Released(sealed=batch.sealed, released_by=it.released_by)
        case _, Unreleased():
            return batch
        case BatchEntered(), _:
            return Transmitted(sealed=batch.sealed, released_by=batch.released_by, cash_reference=it.cash_reference)
        case SubmissionStarted(), _:
            return Submitting(sealed=batch.sealed, attempt=it.attempt, released_by=batch.released_by)
        case SubmissionUnknown(), _:
            return Unknown(sealed=batch.sealed, attempt=it.attempt, released_by=batch.released_by)
        case BatchTransmitted(), _:
            return Transmitted(sealed=batch.sealed, released_by=batch.released_by)
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Batch](
    name="batch",
    per_case=False,
    initial=Unsealed(),
    decide=decide,
    evolve=evolve,
    events=[
        BatchListed,
        BatchSealed,
        BatchReleased,
        BatchDiscarded,
        BatchEntered,
        SubmissionStarted,
        SubmissionUnknown,
        BatchTransmitted,
    ],
)
