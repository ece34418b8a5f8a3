"""The desk of the register (Gebietsstand): what a clerk or an operator may enter into it, and what may be read of it."""

import asyncio
from base64 import b64decode
from binascii import Error as NotBase64
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, cast

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field, StringConstraints

from services.intake import territory
from services.intake.api.bodies import Base64, Day
from services.intake.change_list import changes
from services.intake.directory_check import directory
from services.intake.directory_difference import Difference, DifferenceKind, differences
from services.intake.municipality import Kind, Municipality, Register
from services.intake.official_directory import read
from services.intake.register_file import ATTRIBUTION, Finding, fingerprint, refused
from services.intake.territorial_change import ChangeKind, OfficialChange, Unit
from services.intake.territory import (
    REGISTER,
    AcceptDirectory,
    DirectoryAccepted,
    DiscardDirectory,
    PreviewDirectory,
    RecordChanges,
    RegisterSpecialPurposeAssociation,
    Territory,
)
from shared.access import allowed_role
from shared.calendar import local_date
from shared.decider import Decision, decision, value
from shared.described import described
from shared.identity import Role
from shared.problems import Problem
from shared.service import House
from shared.store import Folded
from shared.web import PROBLEMS, Action, Ask, Body, Line, etag

KEEPERS = frozenset({Role.INTAKE_CLERK, Role.OPERATOR})
READERS = frozenset(Role) - {Role.SYSTEM}

Key = Annotated[str, StringConstraints(pattern=r"^16[0-9]{3}([0-9]{3,4}|-zv-[a-z0-9-]{2,40})?$")]
"""A register's key: 5, 8 or 9 digits, or a Zweckverband's free one."""
RegionalKey = Annotated[str, StringConstraints(pattern=r"^(16[0-9]{10}|16[0-9]{7})?$")]
Count = Annotated[int, Field(ge=0, le=10_000_000)]


class FileBody(Body):
    """An official file as the statistics office publishes it, in standard Base64."""

    file_name: Line = Field(title="Dateiname")
    media_type: Line = Field(default="application/octet-stream", title="Dateityp")
    content_base64: Base64 = Field(title="Inhalt")


class RegisterFileBody(Body):
    file: FileBody = Field(title="Datei")


class PreviewedBody(Body):
    """Which of the directories was looked at."""

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(title="Prüfsumme des Verzeichnisses")


class ChangeBody(Body):
    """One record of the official list, typed from the announcement."""

    reference: Line = Field(title="Kennziffer der Änderung")
    unit: Literal["municipality", "association"] = Field(default="municipality", title="Einheit")
    kind: Literal["dissolution", "part-moved", "key-change", "name-change"] = Field(title="Art der Änderung")
    effective_on: Day = Field(title="Wirksam ab")
    old_key: Key = Field(title="Bisheriger Schlüssel")
    old_ars: RegionalKey = Field(default="", title="Bisheriger Regionalschlüssel")
    old_name: Line = Field(title="Bisheriger Name")
    new_key: Key = Field(title="Neuer Schlüssel")
    new_ars: RegionalKey = Field(default="", title="Neuer Regionalschlüssel")
    new_name: Line = Field(title="Neuer Name")
    inhabitants: Count | None = Field(default=None, title="Einwohner, die wechseln")
    hectares: Count | None = Field(default=None, title="Fläche, die wechselt (ha)")


class SpecialPurposeAssociationBody(Body):
    key: Annotated[str, StringConstraints(pattern=r"^16[0-9]{3}-zv-[a-z0-9-]{2,40}$")] = Field(
        title="Schlüssel", description="Schlüssel des Landkreises, -zv- und ein kurzes Kennwort"
    )
    name: Line = Field(title="Name")
    begins_on: Day = Field(title="Antragsberechtigt ab")


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyEntry:
    """A body as it was known and valid; `successors` who took over, empty while it exists."""

    key: str
    name: str
    full_name: str
    kind: Kind
    district: str
    ars: str
    inhabitants: int | None
    hectares: int | None
    begins_on: date
    ends_on: date
    exists: bool
    administration: str
    successors: tuple[str, ...]


@value
class Preview:
    """A directory that waits to be accepted: in what it differs, `left_off` the differences too many to be told."""

    sha256: str
    form: str
    territory_on: date
    attribution: str
    bodies: int
    disappeared: tuple[str, ...]
    counts: dict[DifferenceKind, int]
    differences: tuple[Difference, ...]
    left_off: int


@value
class RegisterRecord:
    """The register as it is known now: how many bodies may apply today, what was entered into it, what waits."""

    version: int
    bodies: dict[Kind, int]
    changes: tuple[OfficialChange, ...]
    directories: tuple[DirectoryAccepted, ...]
    previewed: Preview | None


MOST_DIFFERENCES = 500
"""More are not told at once: a new edition changes the inhabitants of every Gemeinde."""


async def folded(house: House) -> Folded:
    """The register as it is known now."""
    return await house.writer.state(territory.decider, REGISTER)


async def register_of(house: House) -> Register:
    """The bodies as they are known now."""
    return (await folded(house)).state.register


def content_of(body: RegisterFileBody) -> bytes:
    """The bytes of an uploaded file, or a 422 problem."""
    try:
        return b64decode(body.file.content_base64, validate=True)
    except (NotBase64, ValueError) as error:
        finding = Finding(line=0, code="attachment-unreadable", text="Die Datei ist beschädigt angekommen.")
        raise refused([finding]) from error


# ---- Acting --------------------------------------------------------------------------------------------------------


def actions() -> list[Action]:
    """What a clerk or an operator may enter."""

    async def import_changes(body: RegisterFileBody, _ask: Ask) -> Decision:
        content = content_of(body)
        records = await asyncio.to_thread(changes, content)
        return _decided(RecordChanges(records=tuple(records), sha256=fingerprint(content), attribution=ATTRIBUTION))

    async def preview(body: RegisterFileBody, _ask: Ask) -> Decision:
        content = content_of(body)
        found = await asyncio.to_thread(lambda: directory(read(content), fingerprint(content)))
        return _decided(PreviewDirectory(directory=found))

    async def accept(body: PreviewedBody, _ask: Ask) -> Decision:
        return _decided(AcceptDirectory(sha256=body.sha256))

    async def discard(body: PreviewedBody, _ask: Ask) -> Decision:
        return _decided(DiscardDirectory(sha256=body.sha256))

    async def record_change(body: ChangeBody, _ask: Ask) -> Decision:
        given: dict[str, Any] = {**body.model_dump(), "unit": Unit(body.unit), "kind": ChangeKind(body.kind)}
        announced = "Bekanntmachung, von Hand erfasst"
        return _decided(RecordChanges(records=(OfficialChange(**given),), sha256="", attribution=announced))

    async def register_association(body: SpecialPurposeAssociationBody, _ask: Ask) -> Decision:
        command = RegisterSpecialPurposeAssociation(
            key=body.key, name=body.name, district=body.key[:5], begins_on=body.begins_on
        )
        return _decided(command)

    return [
        Action(
            name="preview-directory", title="Gemeindeverzeichnis einlesen und vergleichen",
            path="/intake/register/directory", roles=KEEPERS, body=RegisterFileBody, decide=preview, creates=True,
            answer=_told,
        ),
        Action(
            name="accept-directory", title="Gemeindeverzeichnis übernehmen",
            path="/intake/register/directory/acceptance", roles=KEEPERS, body=PreviewedBody, decide=accept, answer=_told,
        ),
        Action(
            name="discard-directory", title="Gemeindeverzeichnis verwerfen", path="/intake/register/directory/discard",
            roles=KEEPERS, body=PreviewedBody, decide=discard, answer=_told,
        ),
        Action(
            name="import-territorial-changes", title="Änderungsliste einlesen", path="/intake/register/change-list",
            roles=KEEPERS, body=RegisterFileBody, decide=import_changes, creates=True, answer=_told,
        ),
        Action(
            name="record-territorial-change", title="Gebietsänderung erfassen", path="/intake/register/changes",
            roles=KEEPERS, body=ChangeBody, decide=record_change, creates=True, answer=_told,
        ),
        Action(
            name="register-special-purpose-association", title="Zweckverband eintragen",
            path="/intake/register/associations", roles=KEEPERS, body=SpecialPurposeAssociationBody,
            decide=register_association, creates=True, answer=_told,
        ),
    ]  # fmt: skip


def _decided(command: territory.Command) -> Decision:
    return decision(territory.decider, REGISTER, command)


def _told(state: Territory, _ask: Ask) -> dict[str, Any]:
    waiting = state.previewed
    return {
        "changes": len(state.changes),
        "directories": len(state.directories),
        "previewed": waiting.sha256 if waiting else "",
        "begun": len(waiting.begun) if waiting else 0,
        "disappeared": list(waiting.disappeared) if waiting else [],
    }


# ---- Reading -------------------------------------------------------------------------------------------------------


def reads(house: House) -> APIRouter:
    """The register and its bodies, as of any day and as known at any instant."""
    router = APIRouter(responses={it: PROBLEMS[it] for it in (400, 401, 403, 404, 422)})

    @router.get(
        "/intake/register", operation_id="read-register", summary="Das Register der Antragsberechtigten",
        response_model=described(RegisterRecord),
    )  # fmt: skip
    async def read_register(request: Request) -> Response:
        allowed_role(house.gate.person(request), READERS - {Role.APPLICANT}, "read-register")
        record = record_of(await folded(house), local_date(house.now()))
        headers = {"ETag": etag(record.version), "Cache-Control": "no-store"}
        return Response(msgspec.json.encode(record), headers=headers, media_type="application/json")

    @router.get("/intake/municipalities/{key}", operation_id="read-municipality", summary="Eine Körperschaft")
    async def read_municipality(
        request: Request, key: str, on: Annotated[date | None, Query()] = None,
        known_at: Annotated[datetime | None, Query()] = None,
    ) -> BodyEntry:  # fmt: skip
        allowed_role(house.gate.person(request), READERS, "read-municipality")
        if known_at is not None and known_at.tzinfo is None:
            raise Problem(422, "instant-without-zone", "Der Zeitpunkt braucht eine Zeitzone.", field="known_at")
        register = await register_of(house) if known_at is None else await asyncio.to_thread(_as_of, house, known_at)
        return _entry(register, key, on or local_date(house.now()))

    return router


def _as_of(house: House, known_at: datetime) -> Register:
    stream = territory.decider.stream(REGISTER)
    return cast(Territory, house.store.load(territory.decider, stream, at=known_at).state).register


def _entry(register: Register, key: str, on: date) -> BodyEntry:
    now = register.body(key, on)
    past: Sequence[Municipality] = [it for it in register.bodies.get(key, ()) if it.ends_on < on]
    it = now or (past[-1] if past else None)
    if it is None:
        raise Problem(404, "unknown-municipality", "Diese Körperschaft gibt es an diesem Tag nicht.", field="key")
    served = register.administration(key, on)
    return BodyEntry(
        key=it.key, name=it.name, full_name=it.full_name, kind=it.kind, district=it.district, ars=it.ars,
        inhabitants=it.inhabitants, hectares=it.hectares, begins_on=it.begins_on, ends_on=it.ends_on,
        exists=now is not None, administration=served.key if served else "",
        successors=tuple(one.key for one in register.successors(key, on)),
    )  # fmt: skip


def record_of(known: Folded, today: date) -> RegisterRecord:
    """The register in figures."""
    state: Territory = known.state
    bodies = dict.fromkeys(Kind, 0)
    for it in state.register.existing(today):
        bodies[it.kind] += 1
    return RegisterRecord(
        version=known.version, bodies=bodies, changes=state.changes, directories=state.directories,
        previewed=_preview(state),
    )  # fmt: skip


def _preview(state: Territory) -> Preview | None:
    it = state.previewed
    if it is None:
        return None
    found = list(differences(it.begun, it.disappeared, state.register, it.territory_on))
    return Preview(
        sha256=it.sha256, form=it.form, territory_on=it.territory_on, attribution=it.attribution, bodies=it.bodies,
        disappeared=it.disappeared, counts=dict(Counter(one.kind for one in found)),
        differences=tuple(found[:MOST_DIFFERENCES]), left_off=max(0, len(found) - MOST_DIFFERENCES),
    )  # fmt: skip
