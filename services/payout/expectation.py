"""Erwartete Datei: what the treasury owes until an instant, its coming late, and its not coming at all."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import assert_never

from shared.decider import Context, Decider, DomainError, event, value
from shared.identity import Sealed


class FileKind(StrEnum):
    """What a file is expected for: an answer to a batch or to a request to cancel, the booking of a batch's payments, the
    statement of a day, or a payment's money that was promised back.
    """

    ANSWER = "answer"
    BOOKING = "booking"
    STATEMENT = "statement"
    RECALL = "recall"
    RETURN = "return"


# ---- Commands -------------------------------------------------------------------------------------------------------


@value
class ExpectFile:
    """`about` is the batch, the request, the payment or, of a statement, the day; `rule` says in a sentence how `due_at` was computed."""

    kind: FileKind
    title: str
    account: str
    about: str
    due_at: datetime
    rule: str


@value
class NoteArrival:
    """`arrived_at` is the instant at which the file was recorded; `sha256` is empty where several files brought it."""

    arrived_at: datetime
    sha256: str = ""


@value
class MissFile: ...


@value
class AcknowledgeOverdueFile:
    """A person saw the alarm, and says what was done about it; the reason comes sealed. The file is still awaited."""

    acknowledgement: str
    sealed_reason: Sealed | None = None


type Command = ExpectFile | NoteArrival | MissFile | AcknowledgeOverdueFile

# ---- Events ---------------------------------------------------------------------------------------------------------


@event("payout.file-expected")
class FileExpected:
    """The treasury owes a file (erwartete Datei) until this instant, by this rule of the calendar of files.

    `account` names the account by its key in the settings; `about` is the batch or, of a statement, the day.
    """

    kind: FileKind
    title: str
    account: str
    about: str
    due_at: datetime
    rule: str


@event("payout.file-overdue")
class FileOverdue:
    """An expected file did not come in time (Datei überfällig): an alarm for the Kasse. Its silence says neither yes nor no."""

    kind: FileKind
    account: str
    about: str
    due_at: datetime


@event("payout.file-arrived")
class FileArrived:
    """What was expected came (Eingang einer erwarteten Datei), in time or `late`. `sha256` is empty where several files brought it."""

    kind: FileKind
    account: str
    about: str
    due_at: datetime
    arrived_at: datetime
    late: bool
    sha256: str


@event("payout.overdue-file-acknowledged")
class OverdueFileAcknowledged:
    """A person of the Kasse acknowledged the alarm of an overdue file (Alarm quittiert), with a reason: nothing came, and it is still owed."""

    kind: FileKind
    account: str
    about: str
    due_at: datetime
    acknowledgement: str
    acknowledged_by: str
    acknowledged_on: date
    sealed_reason: Sealed


type Event = FileExpected | FileOverdue | OverdueFileAcknowledged | FileArrived

# ---- State ----------------------------------------------------------------------------------------------------------


@value
class Unexpected: ...


@value
class Awaited:
    expected: FileExpected
    overdue: bool = False
    acknowledged: OverdueFileAcknowledged | None = None


@value
class Arrived:
    expected: FileExpected
    late: bool
    acknowledged: OverdueFileAcknowledged | None = None


type Expectation = Unexpected | Awaited | Arrived


class NotExpected(DomainError):
    code = "file-not-expected"
    title = "Diese Datei wird nicht erwartet."


class FileNotOverdue(DomainError):
    code = "file-not-overdue"
    title = "Diese Datei ist nicht überfällig; es gibt keinen Alarm zu quittieren."


class AlarmAcknowledged(DomainError):
    """`detail` says by whom, and when."""

    code = "alarm-acknowledged"
    title = "Dieser Alarm ist schon quittiert."


class AcknowledgementReasonMissing(DomainError):
    code = "acknowledgement-reason-missing"
    title = "Wer einen Alarm quittiert, nennt den Grund."
    status = 422


def id_of(kind: FileKind, about: str, account: str = "") -> str:
    """The stream of an expectation: of a batch, or of an account's day."""
    return f"{kind}-{account}-{about}" if account else f"{kind}-{about}"


# ---- decide ---------------------------------------------------------------------------------------------------------


def decide(command: Command, state: Expectation, context: Context) -> Sequence[Event]:
    match command, state:
        case ExpectFile(), Unexpected():
            return [
                FileExpected(
                    kind=command.kind,
                    title=command.title,
                    account=command.account,
                    about=command.about,
                    due_at=command.due_at,
                    rule=command.rule,
                )
            ]
        case ExpectFile(), _:
            return []  # A calendar that was changed meanwhile moves nothing that is awaited already.
        case _, Unexpected():
            raise NotExpected
        case MissFile(), Awaited(overdue=False) if context.now >= state.expected.due_at:
            it = state.expected
            return [FileOverdue(kind=it.kind, account=it.account, about=it.about, due_at=it.due_at)]
        case NoteArrival(), Awaited():
            return [_arrived(command, state.expected)]
        case AcknowledgeOverdueFile(), Awaited() | Arrived():
            return _acknowledged(command, state, context)
        case MissFile() | NoteArrival(), Awaited() | Arrived():
            return []
        case _ as missing:
            assert_never(missing)


def _arrived(command: NoteArrival, it: FileExpected) -> FileArrived:
    """Late is what came after its instant; that the clock looked first does not make it so."""
    return FileArrived(
        kind=it.kind,
        account=it.account,
        about=it.about,
        due_at=it.due_at,
        arrived_at=command.arrived_at,
        late=command.arrived_at > it.due_at,
        sha256=command.sha256,
    )


def _acknowledged(
    command: AcknowledgeOverdueFile, state: Awaited | Arrived, context: Context
) -> Sequence[OverdueFileAcknowledged]:
    done, it = state.acknowledged, state.expected
    if done and done.acknowledgement == command.acknowledgement:
        return []
    if isinstance(state, Arrived) or not state.overdue:
        raise FileNotOverdue
    if done:
        raise AlarmAcknowledged(f"Quittiert am {done.acknowledged_on:%d.%m.%Y} von {done.acknowledged_by}.")
    if command.sealed_reason is None:
        raise AcknowledgementReasonMissing(field="reason")
    return [
        OverdueFileAcknowledged(
            kind=it.kind,
            account=it.account,
            about=it.about,
            due_at=it.due_at,
            acknowledgement=command.acknowledgement,
            acknowledged_by=context.actor,
            acknowledged_on=context.valid_on,
            sealed_reason=command.sealed_reason,
        )
    ]


# ---- evolve ---------------------------------------------------------------------------------------------------------


def evolve(state: Expectation, it: Event) -> Expectation:
    match it, state:
        case FileExpected(), _:
            return Awaited(expected=it)
        case FileOverdue(), Awaited():
            return Awaited(expected=state.expected, overdue=True)
        case FileArrived(), Awaited():
            return Arrived(expected=state.expected, late=it.late, acknowledged=state.acknowledged)
        case OverdueFileAcknowledged(), Awaited():
            return Awaited(expected=state.expected, overdue=state.overdue, acknowledged=it)
        case FileOverdue() | OverdueFileAcknowledged() | FileArrived(), _:
            return state
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, Expectation](
    name="expectation",
    per_case=False,
    initial=Unexpected(),
    decide=decide,
    evolve=evolve,
    events=[FileExpected, FileOverdue, OverdueFileAcknowledged, FileArrived],
)
