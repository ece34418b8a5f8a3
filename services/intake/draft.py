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
from services.intake.draft_files import (
    DraftFile,
    DraftFileRemoved,
    DraftFilesAdded,
    DraftFileUnknown,
    new_files,
    require_room,
)
from shared.decider import Context, Decided, Decider, Decision, DomainError, event, replace, value
from shared.identity import DocumentReference

MOST_SAVES = 2_000
"""A page that saves every fifteen seconds reaches it after eight hours of typing without a pause."""


@value
class SaveDraft:
    """Keep what was typed so far, and put files into the draft. `version` counts the changes that it goes on from, 0 for a
    new draft."""

    applicant_keys: tuple[str, ...]
    applicant_key: str
    content: DocumentReference
    kept_until_on: date
    version: int = 0
    added: tuple[DraftFile, ...] = ()


@value
class RemoveDraftFile:
    """Take a file out of the draft."""

    applicant_keys: tuple[str, ...]
    file: str
    kept_until_on: date


@value
class DiscardDraft:
    applicant_keys: tuple[str, ...]


@value
class SubmitDraft:
    """The application was handed in from this draft, as it was after the change of this number."""

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


type Command = SaveDraft | RemoveDraftFile | DiscardDraft | SubmitDraft | ExpireDraft | NoteErased


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


type Event = (
    DraftSaved | DraftFilesAdded | DraftFileRemoved | DraftDiscarded | DraftSubmitted | DraftExpired | DraftErased
)


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
    """The draft as it was kept last; `version` counts the changes, `former` is the content before, `removed` what lay in it."""

    last: DraftSaved
    version: int = 1
    former: DocumentReference | None = None
    files: tuple[DraftFile, ...] = ()
    removed: tuple[DraftFile, ...] = ()


@value
class Over:
    """Handed in, thrown away or left alone. `erased` when its key is destroyed; `left` is what may still lie there."""

    last: DraftSaved
    end: End
    case: str = ""
    file_number: str = ""
    erased: bool = False
    left: tuple[DocumentReference, ...] = ()


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
        case RemoveDraftFile():
            return _remove(command, draft, context)
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
        return [saved, *_added(saved, command.added, None)]
    known = open_draft(draft, command.applicant_keys)
    saved = replace(saved, applicant_key=known.last.applicant_key)
    changed = [saved] if known.last.content != command.content else []
    added = _added(saved, command.added, known)
    if not changed and not added:
        return []
    if known.version != command.version:
        raise DraftChanged(BOTH)
    if known.version >= MOST_SAVES:
        raise DraftSavedTooOften
    return [*changed, *added]


def _added(saved: DraftSaved, wanted: Sequence[DraftFile], known: Saved | None) -> Sequence[DraftFilesAdded]:
    new = new_files(wanted, (*known.files, *known.removed) if known else ())
    if not new:
        return []
    require_room(len(known.files) if known else 0, len(new))
    return [
        DraftFilesAdded(
            applicant_key=saved.applicant_key,
            files=new,
            kept_until_on=saved.kept_until_on,
            added_on=saved.saved_on,
            added_by=saved.saved_by,
        )
    ]


def _remove(command: RemoveDraftFile, draft: Draft, context: Context) -> Sequence[Event]:
    known = open_draft(draft, command.applicant_keys)
    if any(it.file == command.file for it in known.removed):
        return []
    file_of(known, command.file)
    return [
        DraftFileRemoved(
            applicant_key=known.last.applicant_key,
            file=command.file,
            kept_until_on=command.kept_until_on,
            removed_on=context.valid_on,
            removed_by=context.actor,
        )
    ]


def file_of(draft: Saved, file: str) -> DraftFile:
    """A file that lies in the draft."""
    found = next((it for it in draft.files if it.file == file), None)
    if found is None:
        raise DraftFileUnknown
    return found


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
    expired_on = expires_on(draft.last.kept_until_on)
    if context.valid_on < expired_on:
        raise DraftStillKept
    return [DraftExpired(expired_on=expired_on)]


def expires_on(kept_until_on: date) -> date:
    """The first day on which a draft is not kept any more."""
    return kept_until_on + timedelta(days=1)


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
            return replace(draft, last=it, version=draft.version + 1, former=draft.last.content)
        case DraftFilesAdded(), Saved():
            last = replace(draft.last, saved_on=it.added_on, saved_by=it.added_by, kept_until_on=it.kept_until_on)
            return replace(draft, last=last, version=draft.version + 1, files=(*draft.files, *it.files))
        case DraftFileRemoved(), Saved():
            last = replace(draft.last, saved_on=it.removed_on, saved_by=it.removed_by, kept_until_on=it.kept_until_on)
            kept = tuple(one for one in draft.files if one.file != it.file)
            gone = tuple(one for one in draft.files if one.file == it.file)
            return replace(draft, last=last, version=draft.version + 1, files=kept, removed=(*draft.removed, *gone))
        case DraftDiscarded(), Saved():
            return Over(last=draft.last, end=End.DISCARDED, left=_left(draft))
        case DraftSubmitted(), Saved():
            return Over(last=draft.last, end=End.SUBMITTED, case=it.case, file_number=it.file_number, left=_left(draft))
        case DraftExpired(), Saved():
            return Over(last=draft.last, end=End.EXPIRED, left=_left(draft))
        case DraftErased(), Over():
            return replace(draft, erased=True)
        case _, _:
            return draft


def _left(draft: Saved) -> tuple[DocumentReference, ...]:
    files = tuple(it.document for it in (*draft.files, *draft.removed))
    return (*((draft.former,) if draft.former else ()), draft.last.content, *files)


decider = Decider[Command, Event, Draft](
    name="draft",
    per_case=False,
    initial=Unsaved(),
    decide=decide,
    evolve=evolve,
    events=[
        DraftSaved,
        DraftDiscarded,
        DraftSubmitted,
        DraftExpired,
        DraftErased,
        DraftFilesAdded,
        DraftFileRemoved,
    ],
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
