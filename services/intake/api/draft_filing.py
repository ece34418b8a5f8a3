"""Files of a draft at the counter: put in, read back, taken out, handed in with the application."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.intake import draft
from services.intake.api import draft_content
from services.intake.api.bodies import AttachmentBody
from services.intake.api.submission import checked_content, subject_of
from services.intake.draft import DraftChanged, RemoveDraftFile, Saved, file_of
from services.intake.draft.files import DraftFile, require_room
from services.intake.vocabulary import MEDIA_TYPES
from shared.access import Person
from shared.decider import Decision, decision, value
from shared.identity import DocumentReference, Erased, Role
from shared.service import House
from shared.web import Action, Ask, NoBody

type Opening = Callable[[str, Person], Awaitable[Saved]]
"""A draft by its id, for who may go on with it."""
type Keeping = Callable[[Ask], date]


@value
class DraftFileRecord:
    """A file of a draft as its municipality sees it."""

    file: str
    file_name: str
    kind: str
    media_type: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The draft into which files go."""

    id: str
    subject: str
    version: int
    known: Saved | None = None


def added(house: House, attachments: Sequence[AttachmentBody], ask: Ask, place: Place) -> tuple[DraftFile, ...]:
    """What a request brings, checked as the attachments of an application and stored under the draft's key. Blocking."""
    had = (*place.known.files, *place.known.removed) if place.known else ()
    brought = {ask.new_id(f"draft-file-{index}"): it for index, it in enumerate(attachments)}
    again = tuple(it for it in had if it.file in brought)
    new = [it for it in brought if it not in {one.file for one in again}]
    contents = {it: checked_content(brought[it], f"attachments.{list(brought).index(it)}") for it in new}
    if new and place.known and place.known.version != place.version:
        raise DraftChanged(draft.BOTH)
    require_room(len(place.known.files) if place.known else 0, len(new))
    return (*again, *(_stored(house, it, brought[it], contents[it], place) for it in new))


def _stored(house: House, file: str, it: AttachmentBody, content: bytes, place: Place) -> DraftFile:
    document = draft_content.stored_file(content, it.kind, it.media_type, place.subject, house.documents)
    name = house.privacy.seal(
        it.file_name, stream=draft.decider.stream(place.id), path=f"files.{file}.file_name", subject=place.subject
    )
    return DraftFile(file=file, document=document, file_name=name)


def handed_over(house: House, known: Saved, ask: Ask) -> tuple[DocumentReference, ...]:
    """The draft's files as documents of the application, under its key, one after the other. Blocking."""
    subject = subject_of(ask, "documents")
    return tuple(
        house.documents.put(
            draft_content.file(it.document, house.documents),
            kind=it.document.kind,
            media_type=it.document.media_type,
            subject=subject,
        )
        for it in known.files
    )


def records(house: House, known: Saved) -> tuple[DraftFileRecord, ...]:
    """The files that lie in a draft. Blocking."""
    return tuple(_record(house, it) for it in known.files)


def _record(house: House, it: DraftFile) -> DraftFileRecord:
    name = house.privacy.open(it.file_name)
    return DraftFileRecord(
        file=it.file,
        file_name="" if isinstance(name, Erased) else name,
        kind=it.document.kind,
        media_type=it.document.media_type,
        size=it.document.size - draft_content.SALT,
    )


def filing(path: str, opening: Opening, kept_until: Keeping) -> list[Action]:
    """What may be done with a draft's files beside saving it with them."""

    async def remove(_body: NoBody, ask: Ask) -> Decision:
        await opening(ask.path["draft"], ask.person)
        command = RemoveDraftFile(
            applicant_keys=ask.person.applicant_keys, file=ask.path["file"], kept_until_on=kept_until(ask)
        )
        return decision(draft.decider, ask.path["draft"], command)

    return [
        Action(
            name="remove-draft-file", title="Datei aus dem Entwurf entfernen", path=f"{path}/files/{{file}}/removal",
            roles=frozenset({Role.APPLICANT}), decide=remove,
        )
    ]  # fmt: skip


def reads(house: House, path: str, opening: Opening, applicant: Callable[[Request, str], Person]) -> APIRouter:
    """A file to download, for the draft's municipality alone."""
    router = APIRouter()

    @router.get(
        f"{path}/files/{{file}}", operation_id="read-draft-file", summary="Eine Datei eines Entwurfs",
        response_class=Response,
    )  # fmt: skip
    async def read_draft_file(request: Request, draft: str, file: str) -> Response:
        known = await opening(draft, applicant(request, "read-draft-file"))
        document = file_of(known, file).document
        content = await asyncio.to_thread(draft_content.file, document, house.documents)
        name = f"Entwurf-{document.kind}-{file[:8]}.{MEDIA_TYPES.get(document.media_type, 'bin')}"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
        return Response(content, headers=headers, media_type=document.media_type)

    return router
