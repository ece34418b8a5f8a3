"""What may be done with a request to cancel: two persons agree, always the same bytes leave, and each last word is said once."""

from collections.abc import Sequence
from itertools import batched
from typing import assert_never

from services.payout.payment import RecallOutcome
from services.payout.recall.commands import (
    ApproveRecall,
    Command,
    ConfirmRecallTransmission,
    DropRecall,
    NoteRecallAnswer,
    RequestRecall,
    StartRecallSubmission,
)
from services.payout.recall.content import (
    ANSWERED_AT_ONCE,
    LISTED_AT_ONCE,
    MAX_RECALLED,
)
from services.payout.recall.errors import (
    RecallDiffers,
    RecallEmpty,
    RecallIsDropped,
    RecallIsSent,
    RecallNotApproved,
    RecallReasonMissing,
    RecallTooLarge,
    UnknownRecall,
)
from services.payout.recall.events import (
    Event,
    RecallAnswered,
    RecallApproved,
    RecallDropped,
    RecallListed,
    RecallRequested,
    RecallSubmissionStarted,
    RecallTransmitted,
)
from services.payout.recall.states import (
    Approved,
    Dropped,
    Recalling,
    Requested,
    Sent,
    Unrequested,
)
from shared import duties
from shared.decider import Context, replace


def decide(command: Command, state: Recalling, context: Context) -> Sequence[Event]:
    match command, state:
        case RequestRecall(), Unrequested():
            return _listed(_requested(command, context))
        case RequestRecall(), _:
            asked = _requested(command, context)
            if (
                replace(asked, requested_by=state.asked.requested_by, requested_on=state.asked.requested_on)
                != state.asked
            ):
                raise RecallDiffers
            return []
        case _, Unrequested():
            raise UnknownRecall
        case DropRecall(), Dropped():
            return []
        case _, Dropped():
            raise RecallIsDropped
        case DropRecall(), Requested():
            return [_dropped(command, context)]
        case DropRecall(), _:
            raise RecallIsSent
        case ApproveRecall(), Requested():
            return [_approved(command, state, context)]
        case ApproveRecall(), _:
            return []
        case _, Requested():
            raise RecallNotApproved
        case _, _:
            return _exchanged(command, state, context)


def _requested(command: RequestRecall, context: Context) -> RecallRequested:
    if not command.entries:
        raise RecallEmpty
    if len(command.entries) > MAX_RECALLED:
        raise RecallTooLarge(field="references")
    if command.sealed_text is None and not command.text.strip():
        raise RecallReasonMissing(field="text")
    return RecallRequested(
        recall=command.recall,
        batch=command.batch,
        batch_created_at=command.batch_created_at,
        execution_on=command.execution_on,
        debtor=command.debtor,
        entries=command.entries,
        grounds=command.grounds,
        text=command.text,
        requested_by=context.actor,
        requested_on=context.valid_on,
        sealed_text=command.sealed_text,
    )


def _listed(asked: RecallRequested) -> Sequence[Event]:
    """What is too large for one event is listed before it."""
    if len(asked.entries) <= LISTED_AT_ONCE:
        return [asked]
    return [*(RecallListed(entries=it) for it in batched(asked.entries, LISTED_AT_ONCE)), replace(asked, entries=())]


def _dropped(command: DropRecall, context: Context) -> RecallDropped:
    if command.sealed_reason is None and not command.reason.strip():
        raise RecallReasonMissing(field="reason")
    return RecallDropped(
        reason=command.reason,
        dropped_by=context.actor,
        dropped_on=context.valid_on,
        sealed_reason=command.sealed_reason,
    )


def _approved(command: ApproveRecall, state: Requested, context: Context) -> RecallApproved:
    duties.refuse("approve-recall", state.acted, context)
    return RecallApproved(
        created_at=command.created_at,
        file_sha256=command.file_sha256,
        file_name=command.file_name,
        approved_by=context.actor,
        approved_on=context.valid_on,
        writing=command.writing,
    )


def _exchanged(
    command: StartRecallSubmission | ConfirmRecallTransmission | NoteRecallAnswer,
    state: Approved | Sent,
    context: Context,
) -> Sequence[Event]:
    sha256 = state.sealed.file_sha256
    match command, state:
        case StartRecallSubmission(), Approved(submitted=False):
            return [RecallSubmissionStarted(file_sha256=sha256)]
        case StartRecallSubmission(), _:
            return []
        case ConfirmRecallTransmission(), _ if command.file_sha256 != sha256:
            raise RecallDiffers
        case ConfirmRecallTransmission(), Approved(submitted=True):
            return [RecallTransmitted(recall=state.asked.recall, debtor=state.asked.debtor, file_sha256=sha256)]
        case ConfirmRecallTransmission(), Sent():
            return []
        case NoteRecallAnswer(), Sent():
            return _answered(command, state, context)
        case ConfirmRecallTransmission() | NoteRecallAnswer(), Approved():
            raise RecallNotApproved
        case _ as missing:
            assert_never(missing)


def _answered(command: NoteRecallAnswer, state: Sent, context: Context) -> Sequence[RecallAnswered]:
    """Only what is news: a last word is said once, and that it is pending is none after it."""
    known, still = dict(state.answers), state.open
    named = {it.payment for it in state.asked.entries}
    granted = dict.fromkeys((it for it in command.granted if it in still), RecallOutcome.GRANTED)
    refused = {it: RecallOutcome.REFUSED for it in command.refused if it in still and it not in granted}
    ended = granted | refused
    pending = {
        it: RecallOutcome.PENDING for it in command.pending if it in named and it not in known and it not in ended
    }
    parts = list(batched((ended | pending).items(), ANSWERED_AT_ONCE))
    return [
        RecallAnswered(
            recall=state.asked.recall,
            message_id=command.message_id,
            granted=_of(RecallOutcome.GRANTED, part),
            refused=_of(RecallOutcome.REFUSED, part),
            pending=_of(RecallOutcome.PENDING, part),
            ended=number == len(parts) and not still - ended.keys(),
            recorded_by=context.actor if command.told_on else "",
            told_on=command.told_on,
            sealed_evidence=command.sealed_evidence,
        )
        for number, part in enumerate(parts, 1)
    ]


def _of(outcome: RecallOutcome, part: Sequence[tuple[str, RecallOutcome]]) -> tuple[str, ...]:
    return tuple(name for name, told in part if told == outcome)
