"""How it stands with a draft."""

from enum import StrEnum

from services.intake.draft.events import DraftSaved
from services.intake.draft.files import (
    DraftFile,
)
from shared.decider import value
from shared.identity import DocumentReference


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
