"""What was typed into a draft, exactly so, and its files: under the draft's own key, outside the log."""

import os
from collections.abc import Mapping
from functools import cache

import msgspec
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.decider import value
from shared.documents import Documents, MissingDocument
from shared.identity import DocumentReference, Erased
from shared.privacy import Forged
from shared.problems import Problem

MEDIA_TYPE, KIND = "application/json", "draft"
SALT = 16
"""Bytes before the content of a file."""


class Keeping(BaseSettings):
    """How long a draft is kept that nobody changes. No rule of Thuringia was found: § 5 I e GDPR asks for a limit, half a
    year spans the time from one council session to the decision on the next budget."""

    model_config = SettingsConfigDict(env_prefix="FOERDERSTROM_INTAKE_", frozen=True, extra="ignore")

    draft_days: int = Field(default=180, ge=1, le=3_650)


@cache
def keeping() -> Keeping:
    """The setting, read once."""
    return Keeping()


@value
class _Content:
    """`salt` makes that nobody can try out texts against the hash in the log once the key is gone."""

    salt: str
    fields: dict[str, str]


def stored(fields: Mapping[str, str], subject: str, documents: Documents) -> DocumentReference:
    """The fields as a new document, like no other one."""
    content = msgspec.json.encode(_Content(salt=os.urandom(SALT).hex(), fields=dict(fields)))
    try:
        return documents.put(content, kind=KIND, media_type=MEDIA_TYPE, subject=subject)
    except Forged as error:
        raise _erased() from error


def typed(reference: DocumentReference, documents: Documents) -> dict[str, str]:
    """The fields of a document, each as it was typed."""
    try:
        content = documents.get(reference)
    except (MissingDocument, Forged) as error:
        raise Problem(409, "draft-damaged", "Der Inhalt dieses Entwurfs ist nicht lesbar.") from error
    if isinstance(content, Erased):
        raise _erased()
    return msgspec.json.decode(content, type=_Content).fields


def stored_file(content: bytes, kind: str, media_type: str, subject: str, documents: Documents) -> DocumentReference:
    """A file as a new document, like no other one: many know the same offer, and none shall recognise it by its hash."""
    try:
        return documents.put(os.urandom(SALT) + content, kind=kind, media_type=media_type, subject=subject)
    except Forged as error:
        raise _erased() from error


def file(reference: DocumentReference, documents: Documents) -> bytes:
    """A file's content."""
    try:
        content = documents.get(reference)
    except (MissingDocument, Forged) as error:
        title = (
            "Eine Datei dieses Entwurfs ist nicht lesbar. Bitte entfernen Sie sie und laden Sie sie noch einmal hoch."
        )
        raise Problem(409, "draft-file-damaged", title) from error
    if isinstance(content, Erased):
        raise _erased()
    return content[SALT:]


def _erased() -> Problem:
    return Problem(410, "draft-erased", "Der Inhalt dieses Entwurfs ist gelöscht.")
