"""What happened to a draft."""

from datetime import date

from services.intake.draft.files import (
    DraftFileRemoved,
    DraftFilesAdded,
)
from shared.decider import event
from shared.identity import DocumentReference


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
