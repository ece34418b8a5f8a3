"""Entwurf: an application that nobody has handed in yet. It is no act of the procedure, and no case.

The log says which drafts there are, whose, and which content is the present one; what was typed lies encrypted under the
draft's own key in the document store. A draft that was handed in, thrown away or left alone too long loses that key
(docs/adr/0014).
"""

from services.intake.draft.across import submit
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
from services.intake.draft.deciding import decide, expires_on, file_of, open_draft
from services.intake.draft.errors import BOTH, DraftChanged, DraftOver, DraftSavedTooOften, DraftStillKept, DraftUnknown
from services.intake.draft.events import DraftDiscarded, DraftErased, DraftExpired, DraftSaved, DraftSubmitted, Event
from services.intake.draft.evolving import decider, evolve
from services.intake.draft.states import Draft, End, Over, Saved, Unsaved

__all__ = [
    "BOTH",
    "MOST_SAVES",
    "Command",
    "DiscardDraft",
    "Draft",
    "DraftChanged",
    "DraftDiscarded",
    "DraftErased",
    "DraftExpired",
    "DraftOver",
    "DraftSaved",
    "DraftSavedTooOften",
    "DraftStillKept",
    "DraftSubmitted",
    "DraftUnknown",
    "End",
    "Event",
    "ExpireDraft",
    "NoteErased",
    "Over",
    "RemoveDraftFile",
    "SaveDraft",
    "Saved",
    "SubmitDraft",
    "Unsaved",
    "decide",
    "decider",
    "evolve",
    "expires_on",
    "file_of",
    "open_draft",
    "submit",
]
