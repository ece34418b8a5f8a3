"""Files of a draft: uploaded before the application is handed in, and readable under the draft's own key alone."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from shared.decider import DomainError, event, value
from shared.identity import DocumentReference, Sealed

MOST_FILES = 20
"""As many as an application takes."""


@value
class DraftFile:
    """A file in a draft. `document` is stored with a random salt, so that its hash tells nothing of its content; `file_name`
    may name a person and is readable as long as the file is."""

    file: str
    document: DocumentReference
    file_name: Sealed


@event("intake.draft-files-added")
class DraftFilesAdded:
    """A municipality put files into its draft (Dateien im Entwurf), for nobody else to read."""

    applicant_key: str
    files: tuple[DraftFile, ...]
    kept_until_on: date
    added_on: date
    added_by: str


@event("intake.draft-file-removed")
class DraftFileRemoved:
    """A municipality took a file out of its draft again (Datei aus dem Entwurf entfernt); its bytes are deleted."""

    applicant_key: str
    file: str
    kept_until_on: date
    removed_on: date
    removed_by: str


class DraftFileUnknown(DomainError):
    code = "unknown-draft-file"
    title = "Diese Datei gibt es in diesem Entwurf nicht."
    status: ClassVar[int] = 404


class TooManyDraftFiles(DomainError):
    code = "too-many-draft-files"
    title = f"Ein Antrag nimmt höchstens {MOST_FILES} Dateien auf. Bitte entfernen Sie zuerst eine aus dem Entwurf."
    status: ClassVar[int] = 422


def require_room(files: int, more: int) -> None:
    """No more files than an application takes."""
    if files + more > MOST_FILES:
        raise TooManyDraftFiles(field="attachments")


def new_files(wanted: Sequence[DraftFile], had: Sequence[DraftFile]) -> tuple[DraftFile, ...]:
    """Those that were never in the draft, each once."""
    known = {it.file for it in had}
    return tuple({it.file: it for it in wanted if it.file not in known}.values())
