"""Entwürfe at the counter: begin, save with files, read, discard, hand in; for the municipality's people alone."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field, StringConstraints, field_validator

from services.intake import draft, draft_views
from services.intake.api import draft_content, draft_filing
from services.intake.api.bodies import ApplicantKey, ApplicationBody, AttachmentBody
from services.intake.api.draft_filing import DraftFileRecord, Place
from services.intake.api.handing_in import handed_in, receipt
from services.intake.draft import DiscardDraft, DraftChanged, DraftUnknown, Saved, SaveDraft, Unsaved, open_draft
from services.intake.draft.files import MOST_FILES, require_room
from shared.access import Person, allowed_role
from shared.decider import Decision, decision, replace, value
from shared.described import described
from shared.identity import Role, is_id
from shared.problems import Problem
from shared.service import House
from shared.web import PROBLEMS, Action, Ask, Body, NoBody, etag

APPLICANT = frozenset({Role.APPLICANT})
PATH = "/intake/drafts"
MOST_FIELDS, MOST_BYTES = 600, 200_000
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,60}(\.[a-z0-9_-]{1,60}){0,5}$")]
Typed = Annotated[str, StringConstraints(max_length=4_000)]


class DraftBody(Body):
    """The form as far as it is typed: name of the field (`lines.0.cents`) to text, whatever the text is. `attachments` are
    files that go into the draft beside those that lie there, checked as those of an application."""

    fields: dict[FieldName, Typed] = Field(title="Angaben", max_length=MOST_FIELDS)
    attachments: tuple[AttachmentBody, ...] = Field(default=(), title="Unterlagen", max_length=MOST_FILES)

    @field_validator("fields")
    @classmethod
    def _fits(cls, fields: dict[str, str]) -> dict[str, str]:
        try:
            size = sum(len(name) + len(text.encode()) for name, text in fields.items())
        except UnicodeEncodeError as error:
            raise ValueError("Der Text enthält unzulässige Zeichen.") from error
        if size > MOST_BYTES:
            raise ValueError("Der Entwurf ist zu groß.")
        return fields


class NewDraftBody(DraftBody):
    """The same for a draft that begins; the body it is for may be left out by who acts for one only."""

    applicant_key: ApplicantKey | None = Field(default=None, title="Kommune")


@value
class DraftRecord:
    """A draft as its municipality reads it; `fields` are exactly what was typed, `files` are handed in with it."""

    draft: str
    applicant_key: str
    version: int
    saved_on: date
    kept_until_on: date
    fields: dict[str, str]
    files: tuple[DraftFileRecord, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftEntry:
    """A draft in the list; `title` is what was typed as the project's name."""

    draft: str
    applicant_key: str
    title: str
    saved_on: date
    kept_until_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftList:
    """The open drafts of a person's municipalities, the one saved last first."""

    items: tuple[DraftEntry, ...]


# ---- Acting --------------------------------------------------------------------------------------------------------


def drafting(house: House) -> list[Action]:
    """What a municipality may do with its drafts."""

    async def begin(body: NewDraftBody, ask: Ask) -> Decision:
        new, keys = ask.new_id("draft"), ask.person.applicant_keys
        applicant_key = body.applicant_key or _chosen(body.fields, ask.person)
        if applicant_key not in keys:
            raise Problem(403, "not-your-body", "Für diese Kommune dürfen Sie nicht handeln.", field="applicant_key")
        known = await _state(house, new)
        if isinstance(known, Unsaved):
            subject = f"s-{ask.new_id('draft-key')}"
            place = Place(id=new, subject=subject, version=0)
            files = await asyncio.to_thread(draft_filing.added, house, body.attachments, ask, place)
            content = await asyncio.to_thread(draft_content.stored, body.fields, subject, house.documents)
        else:
            # The same request again: what it made is there.
            content, files = open_draft(known, keys).last.content, ()
        command = SaveDraft(
            applicant_keys=keys,
            applicant_key=applicant_key,
            content=content,
            kept_until_on=_kept_until(ask),
            added=files,
        )
        return decision(draft.decider, new, command)

    async def save(body: DraftBody, ask: Ask) -> Decision:
        keys, version = ask.person.applicant_keys, ask.expected or 0
        known = await opened(house, ask.path["draft"], ask.person)
        place = Place(id=ask.path["draft"], subject=known.last.content.subject, version=version, known=known)
        files = await asyncio.to_thread(draft_filing.added, house, body.attachments, ask, place)
        command = SaveDraft(
            applicant_keys=keys,
            applicant_key=known.last.applicant_key,
            content=await asyncio.to_thread(_content, house, known, version, body.fields),
            kept_until_on=_kept_until(ask),
            version=version,
            added=files,
        )
        return decision(draft.decider, ask.path["draft"], command)

    async def discard(_body: NoBody, ask: Ask) -> Decision:
        await opened(house, ask.path["draft"], ask.person)
        return decision(draft.decider, ask.path["draft"], DiscardDraft(applicant_keys=ask.person.applicant_keys))

    async def submit(body: ApplicationBody, ask: Ask) -> Decision:
        known = await opened(house, ask.path["draft"], ask.person)
        if ask.expected is None:
            raise Problem(428, "if-match-missing", "Bitte nennen Sie mit If-Match den Stand, den Sie gelesen haben.")
        if ask.expected != known.version:
            raise DraftChanged(draft.BOTH)
        require_room(len(known.files), len(body.attachments))
        command = await handed_in(house, body, ask)
        documents = await asyncio.to_thread(draft_filing.handed_over, house, known, ask)
        command = replace(command, documents=(*command.documents, *documents))
        return draft.submit(ask.path["draft"], ask.expected, command)

    def begun(_state: Any, ask: Ask) -> Mapping[str, Any]:
        return {"draft": ask.new_id("draft")}

    async def opening(id: str, person: Person) -> Saved:
        return await opened(house, id, person)

    one = f"{PATH}/{{draft}}"
    return [
        Action(
            name="begin-draft", title="Entwurf beginnen", path=PATH, roles=APPLICANT, body=NewDraftBody, decide=begin,
            creates=True, status=201, answer=begun, location=f"{PATH}/{{draft}}",
        ),
        Action(
            name="save-draft", title="Entwurf speichern", path=one, roles=APPLICANT, body=DraftBody, decide=save,
            method="PUT", judges_version=True,
        ),
        Action(
            name="discard-draft", title="Entwurf verwerfen", path=f"{one}/discarding", roles=APPLICANT, decide=discard,
        ),
        Action(
            name="submit-draft", title="Antrag aus dem Entwurf einreichen", path=f"{one}/submission", roles=APPLICANT,
            body=ApplicationBody, decide=submit, creates=True, status=201, answer=receipt,
            location="/intake/cases/{case}",
        ),
        *draft_filing.filing(one, opening, _kept_until),
    ]  # fmt: skip


def _kept_until(ask: Ask) -> date:
    return ask.today + timedelta(days=draft_content.keeping().draft_days)


def _chosen(fields: Mapping[str, str], person: Person) -> str:
    """Which of the person's bodies the draft is for: the one chosen in the form, else the first."""
    chosen = fields.get("applicant_key", "")
    return chosen if chosen in person.applicant_keys else next(iter(person.applicant_keys), "")


def _content(house: House, known: Saved, version: int, fields: Mapping[str, str]) -> Any:
    """What the log will refer to: the present content when it is the same. Blocking."""
    if draft_content.typed(known.last.content, house.documents) == dict(fields):
        return known.last.content
    if version != known.version:
        raise DraftChanged(draft.BOTH)
    if known.former:
        # Committed long ago: nothing refers to it but the history, which nobody reads it from.
        house.documents.forget(known.former)
    return draft_content.stored(fields, known.last.content.subject, house.documents)


async def opened(house: House, id: str, person: Person) -> Saved:
    """A draft that this person may go on with; somebody else's is as if unknown."""
    return open_draft(await _state(house, id), person.applicant_keys)


async def _state(house: House, id: str) -> draft.Draft:
    if not is_id(id):
        raise DraftUnknown
    return (await house.writer.state(draft.decider, id)).state


# ---- Reading -------------------------------------------------------------------------------------------------------


async def read(house: House, person: Person, id: str) -> DraftRecord:
    """A draft with what was typed; somebody else's is as if unknown."""
    known = await opened(house, id, person)
    return DraftRecord(
        draft=id,
        applicant_key=known.last.applicant_key,
        version=known.version,
        saved_on=known.last.saved_on,
        kept_until_on=known.last.kept_until_on,
        fields=await asyncio.to_thread(draft_content.typed, known.last.content, house.documents),
        files=await asyncio.to_thread(draft_filing.records, house, known),
    )


async def listed(house: House, person: Person) -> DraftList:
    """The drafts of this person's bodies."""
    found = await asyncio.to_thread(draft_views.drafts_of, house.views, person.applicant_keys)
    return DraftList(items=tuple([_entry(await read(house, person, it)) for it in found]))


def _entry(it: DraftRecord) -> DraftEntry:
    return DraftEntry(
        draft=it.draft,
        applicant_key=it.applicant_key,
        title=it.fields.get("title", "").strip()[:200],
        saved_on=it.saved_on,
        kept_until_on=it.kept_until_on,
    )


def reads(house: House) -> APIRouter:
    """What a municipality may read of its drafts."""
    router = APIRouter(responses={it: PROBLEMS[it] for it in (400, 401, 403, 404)})

    def applicant(request: Request, action: str) -> Person:
        person = house.gate.person(request)
        allowed_role(person, APPLICANT, action)
        return person

    async def opening(id: str, person: Person) -> Saved:
        return await opened(house, id, person)

    router.include_router(draft_filing.reads(house, f"{PATH}/{{draft}}", opening, applicant))

    @router.get(PATH, operation_id="list-drafts", summary="Entwürfe")
    async def list_drafts(request: Request) -> DraftList:
        return await listed(house, applicant(request, "list-drafts"))

    @router.get(
        f"{PATH}/{{draft}}", operation_id="read-draft", summary="Ein Entwurf", response_model=described(DraftRecord)
    )
    async def read_draft(request: Request, draft: str) -> Response:
        record = await read(house, applicant(request, "read-draft"), draft)
        headers = {"ETag": etag(record.version), "Cache-Control": "no-store"}
        return Response(msgspec.json.encode(record), headers=headers, media_type="application/json")

    return router
