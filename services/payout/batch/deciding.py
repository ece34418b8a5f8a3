"""What may be done with a batch: what it holds is fixed, a person releases it, and it is handed over with always the same bytes."""

from collections.abc import Sequence
from typing import assert_never

from services.payout.batch.commands import (
    LISTED_AT_ONCE,
    MAX_COLLECTIONS,
    MAX_ENTRIES,
    Command,
    ConfirmTransmission,
    DiscardBatch,
    NoteUnknownSubmission,
    RecordEntry,
    ReleaseBatch,
    SealBatch,
    StartSubmission,
)
from services.payout.batch.content import BY_HAND
from services.payout.batch.entering import entered
from services.payout.batch.errors import (
    AlreadyReleased,
    AlreadySealed,
    AttemptSkipped,
    BatchIsDiscarded,
    BatchTooLarge,
    EmptyBatch,
    ExecutionInPast,
    NamedTwice,
    NotInThisBatch,
    NotReleased,
    NotSealed,
    NotSubmitted,
    OnlyByHand,
    OtherBytes,
)
from services.payout.batch.events import (
    BatchDiscarded,
    BatchListed,
    BatchReleased,
    BatchSealed,
    BatchTransmitted,
    Event,
    SubmissionStarted,
    SubmissionUnknown,
)
from services.payout.batch.states import (
    Batch,
    Discarded,
    Released,
    Submitting,
    Transmitted,
    Unknown,
    Unreleased,
    Unsealed,
)
from shared import duties
from shared.contracts import Acted
from shared.decider import Context
from shared.identity import Role


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
        case DiscardBatch(), Released() if batch.sealed.writing.format != BY_HAND:
            # Nothing was announced yet: the treasury cannot hold it.
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
            return entered(command, batch, context)
        case _, _:
            return _submitted(command, batch)


def _sealed(command: SealBatch, context: Context) -> Sequence[Event]:
    if not (command.entries or command.collections):
        raise EmptyBatch
    if len(command.entries) > MAX_ENTRIES or len(command.collections) > MAX_COLLECTIONS:
        raise BatchTooLarge
    if command.execution_on < context.valid_on:
        raise ExecutionInPast(field="execution_on")
    orders = (*command.entries, *command.collections)
    ids = [*(it.payment for it in command.entries), *(it.order for it in command.collections)]
    for names in (ids, [it.reference for it in orders]):
        if len(set(names)) != len(names):
            raise NamedTwice
    parts = [command.entries[at : at + LISTED_AT_ONCE] for at in range(0, len(command.entries), LISTED_AT_ONCE)]
    # Beside orders about claims the payments are listed apart, so that no event grows too large.
    whole = len(parts) == 1 and not command.collections
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
        collections=command.collections,
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


def _started(command: StartSubmission) -> Sequence[SubmissionStarted]:
    return [SubmissionStarted(attempt=command.attempt, file_sha256=command.file_sha256)]


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
            if command.file_sha256 not in ("", batch.sealed.file_sha256):
                raise OtherBytes
            last = 0 if isinstance(batch, Released) else batch.attempt
            if command.attempt > last + 1:
                raise AttemptSkipped
            return _started(command) if command.attempt == last + 1 else []
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
