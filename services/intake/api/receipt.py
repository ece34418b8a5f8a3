"""Eingangsbestätigung prüfen: whether what a municipality kept is what it once handed in. Nothing is changed by asking."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, StringConstraints, ValidationError

from services.intake.api.acts import readable
from services.intake.api.bodies import ApplicationBody
from services.intake.api.submission import submission_sha256
from services.intake.application import Submitted
from shared.access import allowed_role
from shared.forms import form_body
from shared.identity import Role
from shared.pages import form_errors, page, page_router
from shared.problems import Problem, invalid
from shared.service import House
from shared.web import MAX_KEY, PROBLEMS, Body

READERS = frozenset({Role.APPLICANT, Role.INTAKE_CLERK, Role.AUDITOR})


class ReceiptBody(Body):
    """What the municipality kept: the JSON as it was sent with the Idempotency-Key of that request, or the hash alone."""

    submission: dict[str, Any] | None = Field(default=None, title="Antrag als JSON, wie gesendet")
    idempotency_key: Annotated[str, StringConstraints(max_length=MAX_KEY)] = Field(default="", title="Idempotency-Key")
    submission_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        default=None, title="Prüfsumme"
    )


class ReceiptForm(Body):
    """The same as it is typed."""

    submission: str | None = Field(default=None, title="Antrag als JSON, wie gesendet", max_length=20_000_000)
    idempotency_key: Annotated[str, StringConstraints(max_length=MAX_KEY)] = Field(default="", title="Idempotency-Key")
    submission_sha256: str | None = Field(default=None, title="Prüfsumme", max_length=100)


class ReceiptChecked(BaseModel):
    """Whether it matches; `recorded_sha256` is the hash of what was handed in, `computed_sha256` that of what was shown."""

    matches: bool
    file_number: str
    submitted_on: date
    recorded_sha256: str
    computed_sha256: str


def checked(state: Submitted, body: ReceiptBody) -> ReceiptChecked:
    """The answer for an application; a 422 problem when there is nothing to compare."""
    computed = body.submission_sha256 or ""
    if body.submission is not None:
        try:
            sent = ApplicationBody.model_validate(body.submission)
        except ValidationError as error:
            raise invalid([{**it, "loc": ("submission", *it["loc"])} for it in error.errors()]) from error
        computed = submission_sha256(sent, f"intake:{state.form.submitted_by}:{body.idempotency_key}")
    if not computed:
        raise Problem(
            422, "nothing-to-compare", "Bitte geben Sie den Antrag oder die Prüfsumme an.", field="submission"
        )
    return ReceiptChecked(
        matches=computed == state.form.submission_sha256,
        file_number=state.file_number,
        submitted_on=state.form.submitted_on,
        recorded_sha256=state.form.submission_sha256,
        computed_sha256=computed,
    )


def reads(house: House) -> APIRouter:
    """The question over JSON."""
    router = APIRouter()

    @router.post(
        "/intake/cases/{case}/receipt-check", operation_id="check-receipt", summary="Eingangsbestätigung prüfen",
        responses={it: PROBLEMS[it] for it in (400, 401, 403, 404, 422)},
    )  # fmt: skip
    async def check_receipt(request: Request, case: str, body: ReceiptBody) -> ReceiptChecked:
        return checked(await _state(house, request, case), body)

    return router


def pages(house: House) -> APIRouter:
    """The question on a page."""
    router = page_router(house)

    @router.get("/intake/cases/{case}/receipt")
    async def shown(request: Request, case: str) -> Response:
        return _page(house, request, case, await _state(house, request, case), {})

    @router.post("/intake/forms/cases/{case}/receipt-check")
    async def asked(request: Request, case: str) -> Response:
        state = await _state(house, request, case)
        typed = {name: it for name, it in (await request.form()).items() if isinstance(it, str)}
        try:
            answer = checked(state, _typed(typed))
        except Problem as problem:
            return _page(house, request, case, state, typed, problem=problem)
        return _page(house, request, case, state, typed, answer=answer)

    return router


async def _state(house: House, request: Request, case: str) -> Submitted:
    person = house.gate.person(request)
    allowed_role(person, READERS, "check-receipt")
    return (await readable(house, person, case)).state


def _typed(typed: Mapping[str, str]) -> ReceiptBody:
    try:
        form = form_body(ReceiptForm, typed)
        fields = {name: text for name, text in form.model_dump(exclude_none=True).items() if name != "submission"}
        return ReceiptBody.model_validate({**fields, **_content(typed.get("submission", ""))})
    except ValidationError as error:
        raise invalid(error.errors()) from error


def _content(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    return {"submission": _Anything.model_validate_json(f'{{"content": {text}}}').content}


class _Anything(BaseModel):
    content: dict[str, Any]


def _page(
    house: House,
    request: Request,
    case: str,
    state: Submitted,
    typed: Mapping[str, str],
    *,
    answer: ReceiptChecked | None = None,
    problem: Problem | None = None,
) -> Response:
    return page(
        house, request, "receipt.html", status_code=problem.status if problem else 200,
        page_title="Eingangsbestätigung prüfen", action=f"/intake/forms/cases/{case}/receipt-check",
        file_number=state.file_number, recorded_sha256=state.form.submission_sha256, answer=answer, values=typed,
        errors=form_errors(problem, ReceiptForm) if problem else [],
        back={"text": "Zum Vorgang", "url": f"/intake/cases/{case}"},
    )  # fmt: skip
