"""Entwurf: an application that nobody has handed in yet. It is no act of the procedure, and no case.

The log says which drafts there are, whose, and which content is the present one; what was typed lies encrypted under the
draft's own key in the document store. A draft that was handed in, thrown away or left alone too long loses that key
(docs/adr/0014).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, ClassVar, assert_never

from services.intake import application
from services.intake.application import ReceiptAcknowledged, SubmitApplication
from shared.decider import Context, Decided, Decider, Decision, DomainError, event, replace, value
from shared.identity import DocumentReference

MOST_SAVES = 2_000
"""A page that saves every fifteen seconds reaches it after eight hours of typing without a pause."""


@value
class SaveDraft:
    """Keep what was typed so far. `version` is the number of the save that it goes on from, 0 for a new draft."""

    applicant_keys: tuple[str, ...]
    applicant_key: str
    content: DocumentReference
    kept_until_on: date
    version: int = 0


@value
class DiscardDraft:
    applicant_keys: tuple[str, ...]


@value
class SubmitDraft:
    """The application was handed in from this draft, as it was after the save of this number."""

    applicant_keys: tuple[str, ...]
    case: str
    file_number: str
    version: int


@value
class ExpireDraft:
    """Nobody went on with it for as long as drafts are kept."""


@value
class NoteErased:
    """The draft's key is destroyed."""


type Command = SaveDraft | DiscardDraft | SubmitDraft | ExpireDraft | NoteErased


@event("intake.draft-saved")
class DraftSaved:
    """A municipality kept an unfinished application (Entwurf); what was typed is in `content`, for nobody else to read."""

    applicant_key: str
    content: DocumentReference
    kept_until_on: date
    saved_on: date
    saved_by: str


@event("intake.draft-discarded")
class DraftDiscarded:
    """The municipality threw the draft away (Entwurf verworfen)."""

    discarded_by: str


@event("intake.draft-submitted")
class DraftSubmitted:
    """The application was handed in from the draft (Entwurf eingereicht), which is not needed any more."""

    case: str
    file_number: str
    submitted_by: str


@event("intake.draft-expired")
class DraftExpired:
    """Nobody changed the draft for as long as drafts are kept (Entwurf verfallen)."""

    expired_on: date


@event("intake.draft-erased")
class DraftErased:
    """The draft's key was destroyed (Entwurf gelöscht): nobody can read any more what had been typed."""

    subject: str


type Event = DraftSaved | DraftDiscarded | DraftSubmitted | DraftExpired | DraftErased


class End(StrEnum):
    """What became of a draft."""

    SUBMITTED = "submitted"
    DISCARDED = "discarded"
    EXPIRED = "expired"


@value
class Unsaved:
    pass


@value
class Saved:
    """The draft as it was kept last; `version` counts the saves, `former` is the content before."""

    last: DraftSaved
    version: int = 1
    former: DocumentReference | None = None


@value
class Over:
    """Handed in, thrown away or left alone. `erased` when its key is destroyed."""

    last: DraftSaved
    end: End
    case: str = ""
    file_number: str = ""
    erased: bool = False


type Draft = Unsaved | Saved | Over


class DraftUnknown(DomainError):
    code = "unknown-draft"
    title = "Diesen Entwurf gibt es hier nicht."
    status: ClassVar[int] = 404


class DraftOver(DomainError):
    """`detail` says what became of it."""

    code = "draft-over"
    title = "Dieser Entwurf ist abgeschlossen."


class DraftChanged(DomainError):
    code = "draft-changed"
    title = "Dieser Entwurf wurde inzwischen anderswo gespeichert."
    status: ClassVar[int] = 412


class DraftSavedTooOften(DomainError):
    code = "draft-saved-too-often"
    title = "Dieser Entwurf wurde so oft gespeichert, dass er keine Änderung mehr aufnimmt. Bitte reichen Sie ihn ein oder beginnen Sie einen neuen."


class DraftStillKept(DomainError):
    code = "draft-still-kept"
    title = "Dieser Entwurf wird noch aufbewahrt."


BOTH = "Ihr Stand ist nicht verloren und noch nicht gespeichert. Lesen Sie zuerst den anderen, dann speichern Sie."


def decide(command: Command, draft: Draft, context: Context) -> Sequence[Event]:
    match command:
        case SaveDraft():
            return _save(command, draft, context)
        case DiscardDraft():
            return _discard(command, draft, context)
        case SubmitDraft():
            return _submit(command, draft, context)
        case ExpireDraft():
            return _expire(draft, context)
        case NoteErased():
            if not isinstance(draft, Over) or draft.erased:
                return []
            return [DraftErased(subject=draft.last.content.subject)]
        case _ as missing:
            assert_never(missing)


def _save(command: SaveDraft, draft: Draft, context: Context) -> Sequence[Event]:
    saved = DraftSaved(
        applicant_key=command.applicant_key,
        content=command.content,
        kept_until_on=command.kept_until_on,
        saved_on=context.valid_on,
        saved_by=context.actor,
    )
    if isinstance(draft, Unsaved):
        if command.version or command.applicant_key not in command.applicant_keys:
            raise DraftUnknown
        return [saved]
    known = open_draft(draft, command.applicant_keys)
    if known.last.content == command.content:
        return []
    if known.version != command.version:
        raise DraftChanged(BOTH)
    if known.version >= MOST_SAVES:
        raise DraftSavedTooOften
    return [replace(saved, applicant_key=known.last.applicant_key)]


def _discard(command: DiscardDraft, draft: Draft, context: Context) -> Sequence[Event]:
    if isinstance(draft, Over) and draft.end == End.DISCARDED:
        return []
    open_draft(draft, command.applicant_keys)
    return [DraftDiscarded(discarded_by=context.actor)]


def _submit(command: SubmitDraft, draft: Draft, context: Context) -> Sequence[Event]:
    if isinstance(draft, Over) and draft.case == command.case:
        return []
    if open_draft(draft, command.applicant_keys).version != command.version:
        raise DraftChanged(BOTH)
    return [DraftSubmitted(case=command.case, file_number=command.file_number, submitted_by=context.actor)]


def _expire(draft: Draft, context: Context) -> Sequence[Event]:
    if not isinstance(draft, Saved):
        return []
    expired_on = expires_on(draft.last)
    if context.valid_on < expired_on:
        raise DraftStillKept
    return [DraftExpired(expired_on=expired_on)]


def expires_on(saved: DraftSaved) -> date:
    """The first day on which a draft saved like this is not kept any more."""
    return saved.kept_until_on + timedelta(days=1)


def open_draft(draft: Draft, applicant_keys: Sequence[str]) -> Saved:
    """A draft that these bodies may go on with; somebody else's is as if unknown."""
    match draft:
        case Saved() if draft.last.applicant_key in applicant_keys:
            return draft
        case Over() if draft.last.applicant_key in applicant_keys:
            raise DraftOver(_told(draft))
        case _:
            raise DraftUnknown


def _told(draft: Over) -> str:
    match draft.end:
        case End.SUBMITTED:
            return f"Er ist eingereicht; Ihr Antrag hat das Aktenzeichen {draft.file_number}."
        case End.DISCARDED:
            return "Er ist verworfen und gelöscht."
        case End.EXPIRED:
            return f"Er wurde bis zum {draft.last.kept_until_on:%d.%m.%Y} aufbewahrt und ist gelöscht."
        case _ as missing:
            assert_never(missing)


def evolve(draft: Draft, it: Event) -> Draft:
    match it, draft:
        case DraftSaved(), Unsaved():
            return Saved(last=it)
        case DraftSaved(), Saved():
            return Saved(last=it, version=draft.version + 1, former=draft.last.content)
        case DraftDiscarded(), Saved():
            return Over(last=draft.last, end=End.DISCARDED)
        case DraftSubmitted(), Saved():
            return Over(last=draft.last, end=End.SUBMITTED, case=it.case, file_number=it.file_number)
        case DraftExpired(), Saved():
            return Over(last=draft.last, end=End.EXPIRED)
        case DraftErased(), Over():
            return replace(draft, erased=True)
        case _, _:
            return draft


decider = Decider[Command, Event, Draft](
    name="draft",
    per_case=False,
    initial=Unsaved(),
    decide=decide,
    evolve=evolve,
    events=[DraftSaved, DraftDiscarded, DraftSubmitted, DraftExpired, DraftErased],
)


# ---- Together with the application ---------------------------------------------------------------------------------


def submit(draft: str, version: int, command: SubmitApplication) -> Decision:
    """Hand in an application and end its draft, both or neither."""
    handed_in, own = application.submit(command), decider.stream(draft)
    inner = len(handed_in.reads)

    def judge(states: Sequence[Any], context: Context) -> Decided:
        decided = handed_in.judge(states[:inner], context)
        events = decided.get(application.decider.stream(command.case), ())
        number = next((it.file_number for it in events if isinstance(it, ReceiptAcknowledged)), "")
        ended = SubmitDraft(
            applicant_keys=command.applicant_keys, case=command.case, file_number=number, version=version
        )
        return {**decided, own: decide(ended, states[inner], context)}

    return replace(handed_in, reads={**handed_in.reads, own: decider}, judge=judge, meta={"case": command.case})
