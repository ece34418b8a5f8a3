"""What may be kept, taken out, handed in and thrown away."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import assert_never

from services.intake.draft.commands import (
    MOST_SAVES,
    Command,
    DiscardDraft,
    ExpireDraft,
    NoteErased,
    RemoveDraftFile,
    SaveDraft,
    SubmitDraft,
)
from services.intake.draft.errors import BOTH, DraftChanged, DraftOver, DraftSavedTooOften, DraftStillKept, DraftUnknown
from services.intake.draft.events import DraftDiscarded, DraftErased, DraftExpired, DraftSaved, DraftSubmitted, Event
from services.intake.draft.files import (
    DraftFile,
    DraftFileRemoved,
    DraftFilesAdded,
    DraftFileUnknown,
    new_files,
    require_room,
)
from services.intake.draft.states import Draft, End, Over, Saved, Unsaved
from shared.decider import Context, replace


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
