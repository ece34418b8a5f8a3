"""How events become the state of a draft; no rules here."""

from services.intake.draft.commands import Command
from services.intake.draft.deciding import decide
from services.intake.draft.events import DraftDiscarded, DraftErased, DraftExpired, DraftSaved, DraftSubmitted, Event
from services.intake.draft.files import (
    DraftFileRemoved,
    DraftFilesAdded,
)
from services.intake.draft.states import Draft, End, Over, Saved, Unsaved
from shared.decider import Decider, replace
from shared.identity import DocumentReference


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
