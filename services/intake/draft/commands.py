"""What a municipality, the clock and the house ask of a draft."""

from datetime import date

from services.intake.draft.files import (
    DraftFile,
)
from shared.decider import value
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
