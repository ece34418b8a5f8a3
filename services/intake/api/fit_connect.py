"""FIT-Connect at the counter: the envelope's hashes are verified (B18), its data becomes the same application as any other.

`POST /intake/fit-connect/submissions` takes what a subscriber has after decryption: `metadata` with `contentStructure`,
`data` (the application as JSON, in Base64) and `attachments` (Base64 by id). Hashes are SHA-512 in hex over the decoded bytes.
"""

import asyncio
import dataclasses
import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from hashlib import sha512
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from services.intake import fit_submission
from services.intake.api.bodies import ApplicationBody, Base64
from services.intake.api.handing_in import handed_in
from services.intake.fit_submission import (
    PROBLEMS,
    Delivered,
    DeliverSubmission,
    SubmissionAccepted,
    SubmissionProblem,
    SubmissionRejected,
)
from services.intake.vocabulary import ATTACHMENT_KINDS
from shared.access import allowed_role
from shared.decider import Decision, replace
from shared.identity import Role, is_id
from shared.problems import Problem, invalid
from shared.service import House
from shared.web import PROBLEMS as RESPONSES
from shared.web import Action, Ask, Body, Line

_PATH = "/intake/fit-connect/submissions"
Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Hex512 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]


class _Known(BaseModel):
    """Metadata hold more than is read here."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class FitHash(_Known):
    type: Literal["sha512"]
    content: Hex512


class FitPayload(_Known):
    hash: FitHash


class FitAttachment(_Known):
    """An attachment as the metadata announce it; a `description` that is one of our kinds names its kind."""

    attachment_id: Uuid = Field(alias="attachmentId")
    hash: FitHash
    filename: Line = "anlage"
    media_type: Literal["application/pdf", "image/jpeg", "image/png", "application/xml", "text/xml"] = Field(
        alias="mimeType"
    )
    description: str = ""


class FitContentStructure(_Known):
    data: FitPayload
    attachments: tuple[FitAttachment, ...] = Field(default=(), max_length=20)


class FitMetadata(_Known):
    content_structure: FitContentStructure = Field(alias="contentStructure")


class FitSubmissionBody(Body):
    submission_id: Uuid = Field(alias="submissionId", title="submissionId")
    metadata: FitMetadata = Field(title="Metadaten")
    data: Base64 = Field(title="Fachdaten")
    attachments: dict[Uuid, Base64] = Field(default={}, title="Anlagen", max_length=20)


class FitProblem(BaseModel):
    type: str
    title: str
    detail: str
    instance: str


class FitState(BaseModel):
    """Where an envelope stands: `submit-submission`, `accept-submission` or `reject-submission`, with the problems."""

    model_config = ConfigDict(populate_by_name=True)
    submission_id: str = Field(alias="submissionId")
    state: str
    problems: list[FitProblem]
    case: str
    file_number: str


def delivering(house: House) -> list[Action]:
    """What a portal may do."""

    async def deliver(body: FitSubmissionBody, ask: Ask) -> Decision:
        # What the envelope makes is named by its own id: sent again under another key, it is the same.
        ask = dataclasses.replace(ask, request_id=f"fit-connect:{ask.person.id}:{body.submission_id}")
        command = DeliverSubmission(submission=body.submission_id, envelope_sha512=_envelope(body))
        problems = tuple(await asyncio.to_thread(_problems, body))
        if problems:
            return fit_submission.deliver(replace(command, problems=problems))
        try:
            form = ApplicationBody.model_validate_json(b64decode(body.data))
            form = form.model_copy(update={"attachments": ()})
            form = ApplicationBody.model_validate({**form.model_dump(), "attachments": tuple(_attachments(body))})
            command = replace(command, command=await handed_in(house, form, ask))
        except ValidationError as error:
            return fit_submission.deliver(replace(command, problems=tuple(_of_form(invalid(error.errors())))))
        except Problem as problem:
            return fit_submission.deliver(replace(command, problems=tuple(_of_form(problem))))
        return fit_submission.deliver(command)

    def told(state: Any, ask: Ask) -> Mapping[str, Any]:
        return state_of(cast(Delivered, state)).model_dump(by_alias=True)

    return [
        Action(
            name="deliver-submission", title="Einreichung über FIT-Connect", path=_PATH,
            roles=frozenset({Role.APPLICANT}), body=FitSubmissionBody, decide=deliver, creates=True, status=202,
            answer=told, location=f"{_PATH}/{{submissionId}}",
        )
    ]  # fmt: skip


def _envelope(body: FitSubmissionBody) -> str:
    """One hash over the metadata's hashes and what really came: another envelope under the same id is noticed."""
    its = body.metadata.content_structure
    announced = [its.data.hash.content, *(f"{it.attachment_id}={it.hash.content}" for it in its.attachments)]
    came = [body.data, *(f"{key}={content}" for key, content in sorted(body.attachments.items()))]
    return sha512("\n".join([*announced, *came]).encode()).hexdigest()


def _problems(body: FitSubmissionBody) -> Iterator[SubmissionProblem]:
    """What is wrong with the envelope itself: a hash that differs, an attachment too few or too many."""
    its = body.metadata.content_structure
    if not _matches(body.data, its.data.hash.content):
        yield _problem("hash-mismatch", "Prüfsumme stimmt nicht", "Die Prüfsumme der Fachdaten stimmt nicht.", "data")
    announced = {it.attachment_id for it in its.attachments}
    for it in its.attachments:
        instance = f"attachment:{it.attachment_id}"
        if it.attachment_id not in body.attachments:
            yield _problem("missing-attachment", "Anlage fehlt", "Diese Anlage ist nicht angekommen.", instance)
        elif not _matches(body.attachments[it.attachment_id], it.hash.content):
            detail = "Die Prüfsumme der Anlage stimmt nicht."
            yield _problem("hash-mismatch", "Prüfsumme stimmt nicht", detail, instance)
    if unannounced := sorted(set(body.attachments) - announced):
        detail = f"Nicht in den Metadaten: {', '.join(unannounced)}"
        yield _problem("attachments-mismatch", "Anlagen stimmen nicht überein", detail, "metadata")


def _problem(code: str, title: str, detail: str, instance: str) -> SubmissionProblem:
    return SubmissionProblem(type=f"{PROBLEMS}{code}", title=title, detail=detail, instance=instance)


def _matches(content: str, expected: str) -> bool:
    try:
        return hmac.compare_digest(sha512(b64decode(content, validate=True)).hexdigest(), expected)
    except (NotBase64, ValueError):
        return False


def _attachments(body: FitSubmissionBody) -> Iterator[dict[str, str]]:
    for it in body.metadata.content_structure.attachments:
        content = b64decode(body.attachments[it.attachment_id])
        yield {
            "file_name": it.filename,
            "media_type": it.media_type,
            "kind": it.description if it.description in ATTACHMENT_KINDS else "other",
            "content_base64": b64encode(content).decode(),
        }


def _of_form(problem: Problem) -> Iterator[SubmissionProblem]:
    """Errors of our own form as problems of the data."""
    errors = problem.errors or ()
    for it in errors:
        detail = f"{it.message} ({it.field})"
        yield _problem("schema-violation", "Fachdaten entsprechen nicht dem Schema", detail, "data")
    if not errors:
        yield _problem("schema-violation", problem.title, problem.detail or problem.title, "data")


def state_of(state: Delivered) -> FitState:
    """The envelope's state as its sender may read it."""
    outcome = state.outcome
    accepted = outcome if isinstance(outcome, SubmissionAccepted) else None
    rejected = outcome if isinstance(outcome, SubmissionRejected) else None
    name = "accept-submission" if accepted else "reject-submission" if rejected else "submit-submission"
    return FitState(
        submissionId=state.envelope.submission,
        state=name,
        problems=[
            FitProblem(type=it.type, title=it.title, detail=it.detail, instance=it.instance)
            for it in (rejected.problems if rejected else ())
        ],
        case=accepted.case if accepted else "",
        file_number=accepted.file_number if accepted else "",
    )


def reads(house: House) -> APIRouter:
    """The state of an envelope, for who delivered it."""
    router = APIRouter(responses=RESPONSES)

    @router.get(f"{_PATH}/{{submission}}", operation_id="read-submission", summary="Eine Einreichung")
    async def read_submission(request: Request, submission: str) -> FitState:
        person = house.gate.person(request)
        allowed_role(person, frozenset({Role.APPLICANT}), "read-submission")
        if is_id(submission):
            state = (await house.writer.state(fit_submission.decider, submission)).state
            if isinstance(state, Delivered) and state.envelope.delivered_by == person.id:
                return state_of(state)
        raise Problem(404, "unknown-submission", "Diese Einreichung gibt es hier nicht.", field="submission")

    return router
