"""A request to cancel, from the first person's wish to the treasury's last word; its file is sealed before it is sent."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import assert_never

from services.payout.payment import RecallOutcome
from shared import duties
from shared.contracts import Acted
from shared.decider import Context, Decider, DomainError, event, replace, value
from shared.identity import Role

MAX_RECALLED = 400
"""So many payments are in one request, whose events stay below 512 kB."""


class RecallGrounds(StrEnum):
    """Why an order is to be cancelled, as the code of the message (ISO external cancellation reasons)."""

    DUPLICATE = "DUPL"
    WRONG_ACCOUNT = "AC03"
    WRONG_AMOUNT = "AM09"
    TECHNICAL = "TECH"
    FRAUD = "FRAD"
    OTHER = "CUST"


# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class RecalledEntry:
    """One payment to be cancelled, with everything that the file says of it; `group` is its group in the batch."""

    payment: str
    case: str
    drawdown: str
    reference: str
    cents: int
    group: str


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
    text: str


@value
class ApproveRecall:
    created_at: datetime
    file_sha256: str
    file_name: str


@value
class DropRecall:
    reason: str


@value
class StartRecallSubmission: ...


@value
class ConfirmRecallTransmission:
    file_sha256: str


@value
class NoteRecallAnswer:
    """The payments of this request that a file of the treasury answers, by their ids."""

    message_id: str
    granted: tuple[str, ...]
    refused: tuple[str, ...]
    pending: tuple[str, ...]


type Command = (
    RequestRecall | ApproveRecall | DropRecall | StartRecallSubmission | ConfirmRecallTransmission | NoteRecallAnswer
)

# ---- Events ---------------------------------------------------------------------------------------------------------


@event("payout.recall-requested")
class RecallRequested:
    """A person wants orders back that the treasury holds (Rückruf), for a reason; nothing is sent before another one agrees."""

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


@event("payout.recall-approved")
class RecallApproved:
    """A second person agreed: the file (camt.055) is fixed by its hash, and can be made again from this stream alone."""

    created_at: datetime
    file_sha256: str
    file_name: str
    approved_by: str
    approved_on: date


@event("payout.recall-dropped")
class RecallDropped:
    """The request was given up before anything was sent."""

    reason: str
    dropped_by: str
    dropped_on: date


@event("payout.recall-submission-started")
class RecallSubmissionStarted:
    """From here on the treasury may hold the request; recorded before the first byte is written."""

    file_sha256: str


@event("payout.recall-transmitted")
class RecallTransmitted:
    """The treasury holds the request with exactly the sealed bytes."""

    recall: str
    debtor: str
    file_sha256: str


@event("payout.recall-answered")
class RecallAnswered:
    """A file of the treasury (camt.029) answered the request for these payments; `ended` says that none is left open."""

    recall: str
    message_id: str
    granted: tuple[str, ...]
    refused: tuple[str, ...]
    pending: tuple[str, ...]
    ended: bool


type Event = (
    RecallRequested | RecallApproved | RecallDropped | RecallSubmissionStarted | RecallTransmitted | RecallAnswered
)

# ---- State ----------------------------------------------------------------------------------------------------------


@value
class Unrequested: ...


@value
class Requested:
    asked: RecallRequested
    acted: tuple[Acted, ...] = ()


@value
class Approved:
    """`submitted` says that the treasury may hold the file."""

    asked: RecallRequested
    sealed: RecallApproved
    submitted: bool = False


@value
class Sent:
    """The treasury holds it; `answers` are its last words by payment."""

    asked: RecallRequested
    sealed: RecallApproved
    answers: tuple[tuple[str, RecallOutcome], ...] = ()

    @property
    def open(self) -> frozenset[str]:
        """The payments to which the treasury has not said its last word."""
        ended = {name for name, outcome in self.answers if outcome != RecallOutcome.PENDING}
        return frozenset(it.payment for it in self.asked.entries) - ended


@value
class Dropped:
    asked: RecallRequested


type Recalling = Unrequested | Requested | Approved | Sent | Dropped

# ---- Errors ---------------------------------------------------------------------------------------------------------


class UnknownRecall(DomainError):
    code = "recall-unknown"
    title = "Diesen Rückruf gibt es nicht."
    status = 404


class RecallDiffers(DomainError):
    code = "recall-differs"
    title = "Unter dieser Kennung wurde bereits ein anderer Rückruf beantragt oder gebildet."


class RecallEmpty(DomainError):
    code = "recall-empty"
    title = "In diesem Zahlungslauf ist keine Zahlung, die sich zurückrufen lässt."


class RecallTooLarge(DomainError):
    code = "recall-too-large"
    title = f"Ein Rückruf nennt höchstens {MAX_RECALLED} Zahlungen; beantragen Sie mehrere."


class RecallReasonMissing(DomainError):
    code = "recall-reason-missing"
    title = "Ein Rückruf wird mit Gründen beantragt und verworfen."
    status = 422


class RecallIsSent(DomainError):
    code = "recall-sent"
    title = "Dieser Rückruf ist freigegeben; die Kasse hat ihn oder bekommt ihn."


class RecallIsDropped(DomainError):
    code = "recall-dropped"
    title = "Dieser Rückruf wurde verworfen; beantragen Sie einen neuen."


class RecallNotApproved(DomainError):
    code = "recall-not-approved"
    title = "Diesem Rückruf hat noch keine zweite Person zugestimmt."


# ---- decide ---------------------------------------------------------------------------------------------------------


def decide(command: Command, state: Recalling, context: Context) -> Sequence[Event]:
    match command, state:
        case RequestRecall(), Unrequested():
            return [_requested(command, context)]
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
            if not command.reason.strip():
                raise RecallReasonMissing(field="reason")
            return [RecallDropped(reason=command.reason, dropped_by=context.actor, dropped_on=context.valid_on)]
        case DropRecall(), _:
            raise RecallIsSent
        case ApproveRecall(), Requested():
            return [_approved(command, state, context)]
        case ApproveRecall(), _:
            return []
        case _, Requested():
            raise RecallNotApproved
        case _, _:
            return _exchanged(command, state)


def _requested(command: RequestRecall, context: Context) -> RecallRequested:
    if not command.entries:
        raise RecallEmpty
    if len(command.entries) > MAX_RECALLED:
        raise RecallTooLarge(field="references")
    if not command.text.strip():
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
    )


def _approved(command: ApproveRecall, state: Requested, context: Context) -> RecallApproved:
    duties.refuse("approve-recall", state.acted, context)
    return RecallApproved(
        created_at=command.created_at,
        file_sha256=command.file_sha256,
        file_name=command.file_name,
        approved_by=context.actor,
        approved_on=context.valid_on,
    )


def _exchanged(
    command: StartRecallSubmission | ConfirmRecallTransmission | NoteRecallAnswer, state: Approved | Sent
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
            return _answered(command, state)
        case ConfirmRecallTransmission() | NoteRecallAnswer(), Approved():
            raise RecallNotApproved
        case _ as missing:
            assert_never(missing)


def _answered(command: NoteRecallAnswer, state: Sent) -> Sequence[RecallAnswered]:
    """Only what is news: a last word is said once, and that it is pending is none after it."""
    known = dict(state.answers)
    named = {it.payment for it in state.asked.entries}
    granted = tuple(it for it in command.granted if it in state.open)
    refused = tuple(it for it in command.refused if it in state.open and it not in granted)
    ended = {*granted, *refused}
    pending = tuple(it for it in command.pending if it in named and it not in known and it not in ended)
    if not (granted or refused or pending):
        return []
    return [
        RecallAnswered(
            recall=state.asked.recall,
            message_id=command.message_id,
            granted=granted,
            refused=refused,
            pending=pending,
            ended=not state.open - ended,
        )
    ]


# ---- evolve ---------------------------------------------------------------------------------------------------------


def evolve(state: Recalling, it: Event) -> Recalling:
    match it, state:
        case RecallRequested(), _:
            act = Acted(person=it.requested_by, role=Role.ORDERING_OFFICER, action="request-recall")
            return Requested(asked=it, acted=(act,))
        case RecallApproved(), Requested():
            return Approved(asked=state.asked, sealed=it)
        case RecallDropped(), Requested():
            return Dropped(asked=state.asked)
        case RecallSubmissionStarted(), Approved():
            return replace(state, submitted=True)
        case RecallTransmitted(), Approved():
            return Sent(asked=state.asked, sealed=state.sealed)
        case RecallAnswered(), Sent():
            told = dict.fromkeys(it.granted, RecallOutcome.GRANTED) | dict.fromkeys(it.refused, RecallOutcome.REFUSED)
            told |= dict.fromkeys(it.pending, RecallOutcome.PENDING)
            return replace(state, answers=tuple((dict(state.answers) | told).items()))
        case _, _:
            return state


decider = Decider[Command, Event, Recalling](
    name="recall",
    per_case=False,
    initial=Unrequested(),
    decide=decide,
    evolve=evolve,
    events=[
        RecallRequested,
        RecallApproved,
        RecallDropped,
        RecallSubmissionStarted,
        RecallTransmitted,
        RecallAnswered,
    ],
)
