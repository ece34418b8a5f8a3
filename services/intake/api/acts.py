"""Intake over HTTP: what may be asked, by whom, and what is answered."""

import asyncio
from dataclasses import dataclass
from dataclasses import replace as with_
from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.intake import application, drawdown, municipal_tie, views
from services.intake.api import register as territory_desk
from services.intake.api.bodies import ApplicationBody, CompletenessBody, DrawdownBody, SuccessorBody
from services.intake.api.case_record import CaseRecord, case_record, file_name
from services.intake.api.drafting import drafting
from services.intake.api.fit_connect import delivering
from services.intake.api.handing_in import handed_in, receipt
from services.intake.api.offers import programmes
from services.intake.api.proving import proving
from services.intake.api.reading import opened, readable
from services.intake.api.register import register_of
from services.intake.api.requesting import requesting
from services.intake.api.supplying import supplying
from services.intake.application import Application, DeclareComplete, Submitted, WithdrawApplication, succeeding
from services.intake.drawdown import RequestDrawdown
from services.intake.municipality import Kind, Register
from services.intake.status import DrawdownStatus, Status, StatusCode, drawdowns, status
from shared import ties
from shared.access import Person, allowed_role
from shared.calendar import local_date
from shared.contracts.intake import LineUse
from shared.decider import Decision, decision, replace
from shared.described import described
from shared.documents import MissingDocument
from shared.identity import Erased, Role
from shared.operations import READERS
from shared.pages import is_applicant
from shared.privacy import Forged
from shared.problems import Problem
from shared.service import House
from shared.web import PROBLEMS, Action, Ask, NoBody, checked_cursor, etag

APPLICANT, CLERK = frozenset({Role.APPLICANT}), frozenset({Role.INTAKE_CLERK})
EVERYBODY = frozenset(Role) - {Role.SYSTEM}
DOCUMENT_READERS = frozenset(
    {Role.APPLICANT, Role.INTAKE_CLERK, Role.EXPERT, Role.CASE_OFFICER, Role.APPROVER, Role.USAGE_AUDITOR, Role.AUDITOR}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplicationEntry:
    """One application in a list."""

    case: str
    file_number: str
    applicant_key: str
    applicant_name: str
    item: str
    title: str
    status: StatusCode
    status_title: str
    applied_cents: int
    granted_cents: int
    settled_cents: int
    submitted_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplicationList:
    """A page of applications in order of receipt; `next` is the cursor of the page after it, empty at the end."""

    items: tuple[ApplicationEntry, ...]
    next: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """Intake in figures: applications by status, and documents that came on paper."""

    applications: dict[str, int]
    media_breaks: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MunicipalityEntry:
    """A body that may apply today; `inhabitants` on 2023-12-31."""

    key: str
    name: str
    full_name: str
    kind: Kind
    district: str
    inhabitants: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MunicipalityList:
    items: tuple[MunicipalityEntry, ...]
    next: str


# ---- Acting --------------------------------------------------------------------------------------------------------


def actions(house: House) -> list[Action]:
    """Everything that a person may do in intake."""

    async def submit(body: ApplicationBody, ask: Ask) -> Decision:
        command = await handed_in(house, body, ask)
        return replace(application.submit(command), meta={"case": command.case})

    async def declare_complete(body: CompletenessBody, ask: Ask) -> Decision:
        await opened(house, ask.path["case"])
        return decision(application.decider, ask.path["case"], DeclareComplete(reason=body.reason or ""))

    async def name_successor(body: SuccessorBody, ask: Ask) -> Decision:
        await opened(house, ask.path["case"])
        return succeeding.name_successor(ask.path["case"], body.new_key)

    async def withdraw(_body: NoBody, ask: Ask) -> Decision:
        await opened(house, ask.path["case"])
        command = WithdrawApplication(applicant_keys=ask.person.applicant_keys)
        return decision(application.decider, ask.path["case"], command)

    async def request_drawdown(body: DrawdownBody, ask: Ask) -> Decision:
        await opened(house, ask.path["case"])
        command = RequestDrawdown(
            drawdown=ask.new_id("drawdown"),
            case=ask.path["case"],
            applicant_keys=ask.person.applicant_keys,
            year=body.year,
            eligible_due_cents=body.eligible_due_cents,
            requested_cents=body.requested_cents,
            needed_on=body.needed_on,
            purpose=body.purpose,
            spent=tuple(LineUse(line=it.line, cents=it.cents) for it in body.spent),
        )
        return drawdown.request(command)

    def received(_state: Application, ask: Ask) -> dict[str, Any]:
        return {"drawdown": ask.new_id("drawdown")}

    return [_untied(house, it) for it in (
        *territory_desk.actions(),
        Action(
            name="submit-application", title="Antrag einreichen", path="/intake/applications", roles=APPLICANT,
            body=ApplicationBody, decide=submit, creates=True, status=201, answer=receipt, location="/intake/cases/{case}",
        ),
        Action(
            name="declare-complete", title="Vollständigkeit feststellen", path="/intake/cases/{case}/completeness",
            roles=CLERK, body=CompletenessBody, decide=declare_complete,
        ),
        Action(
            name=succeeding.ACTION, title="Rechtsnachfolge vermerken", path="/intake/cases/{case}/successor", roles=CLERK,
            body=SuccessorBody, decide=name_successor,
        ),
        Action(
            name="withdraw-application", title="Antrag zurücknehmen", path="/intake/cases/{case}/withdrawal",
            roles=APPLICANT, decide=withdraw,
        ),
        Action(
            name="request-drawdown", title="Mittel abrufen", path="/intake/cases/{case}/drawdowns", roles=APPLICANT,
            body=DrawdownBody, decide=request_drawdown, creates=True, status=202, answer=received,
            location="/intake/cases/{case}/drawdowns/{drawdown}",
        ),
        *supplying(house),
        *requesting(house),
        *proving(house),
        *delivering(house),
        *drafting(house),
    )]  # fmt: skip


def _untied(house: House, action: Action) -> Action:
    """The action, refused in a case to whoever is tied to one of its municipalities."""
    if "{case}" not in action.path:
        return action

    async def decide(body: Any, ask: Ask) -> Decision:
        decided = await action.decide(body, ask)
        state: Application = (await house.writer.state(application.decider, ask.path["case"])).state
        keys = state.municipalities if isinstance(state, Submitted) else ()
        return ties.untied(decided, municipal_tie.decider, action.name, keys)

    return with_(action, decide=decide)


async def record_of(house: House, person: Person, case: str) -> CaseRecord:
    """The record of a case as this person may see it: contact and account only for intake and the applicant."""
    folded = await readable(house, person, case)
    opens = is_applicant(person) or Role.INTAKE_CLERK in person.roles
    open_seal = house.privacy.open if opens else None
    form = folded.state.form
    register = await register_of(house)
    runs = register.administration(form.applicant_key, form.submitted_on)
    heirs = register.successors(folded.state.applicant_key, local_date(house.now()))
    administration = runs.full_name if runs and runs.key != form.applicant_key else ""
    return await asyncio.to_thread(
        case_record, case, folded.state, folded.version, person.roles, open_seal, administration, heirs
    )


def entries(house: House, person: Person, status: StatusCode | None, after: str, limit: int) -> ApplicationList:
    """A page of the applications that this person may see."""
    if is_applicant(person):
        page = views.applications_of(house.views, person.applicant_keys, status, after, limit)
    else:
        page = views.applications(house.views, status, after, limit)
    items = tuple(msgspec.convert(it.body, type=ApplicationEntry) for it in page.entries)
    return ApplicationList(items=items, next=page.next)


def summary(house: House) -> Summary:
    """The figures of the present."""
    counted = {it.value: count for it, count in views.counts(house.views).items() if count}
    return Summary(applications=counted, media_breaks=views.media_breaks(house.views))


def municipalities(register: Register, on: date, q: str, after: str, limit: int) -> MunicipalityList:
    """A page of the bodies that may apply on this day and whose name holds the text or whose key begins with it, by key."""
    wanted = q.strip().casefold()
    found = [it for it in register.existing(on) if wanted in it.full_name.casefold() or it.key.startswith(wanted)]
    page = sorted((it for it in found if it.key > after), key=lambda it: it.key)[: limit + 1]
    items = tuple(
        MunicipalityEntry(
            key=it.key,
            name=it.name,
            full_name=it.full_name,
            kind=it.kind,
            district=it.district,
            inhabitants=it.inhabitants,
        )
        for it in page[:limit]
    )
    return MunicipalityList(items=items, next=items[-1].key if len(page) > limit else "")


# ---- Reading -------------------------------------------------------------------------------------------------------

Limit = Annotated[int, Query(ge=1, le=200)]


def reads(house: House) -> APIRouter:
    """What may be read."""
    router = APIRouter(responses={it: PROBLEMS[it] for it in (400, 401, 403, 404, 422)})
    router.include_router(programmes(house))

    def permitted(request: Request, action: str, roles: frozenset[Role] = EVERYBODY) -> Person:
        person = house.gate.person(request)
        allowed_role(person, roles, action)
        return person

    async def current(request: Request) -> None:
        told = request.headers.get("foerderstrom-position", "")
        if told.isascii() and told.isdigit() and len(told) < 16:
            await house.seen(int(told))

    @router.get("/intake/applications", operation_id="list-applications", summary="Anträge")
    async def list_applications(
        request: Request, status: StatusCode | None = None, after: str = "", limit: Limit = 50
    ) -> ApplicationList:
        person = permitted(request, "list-applications")
        await current(request)
        return await asyncio.to_thread(entries, house, person, status, checked_cursor(after), limit)

    @router.get("/intake/summary", operation_id="read-summary", summary="Antragseingang in Zahlen")
    async def read_summary(request: Request) -> Summary:
        permitted(request, "read-summary", READERS)
        await current(request)
        return await asyncio.to_thread(summary, house)

    @router.get(
        "/intake/cases/{case}", operation_id="read-case", summary="Ein Vorgang", response_model=described(CaseRecord)
    )
    async def read_case(request: Request, case: str) -> Response:
        record = await record_of(house, permitted(request, "read-case"), case)
        return _json(record, record.streams[0].version)

    @router.get(
        "/intake/cases/{case}/status", operation_id="read-status", summary="Sachstand", response_model=described(Status)
    )
    async def read_status(request: Request, case: str) -> Response:
        folded = await readable(house, permitted(request, "read-status"), case)
        return _json(status(folded.state), folded.version)

    @router.get(
        "/intake/cases/{case}/drawdowns/{id}", operation_id="read-drawdown", summary="Ein Mittelabruf",
        response_model=described(DrawdownStatus),
    )  # fmt: skip
    async def read_drawdown(request: Request, case: str, id: str) -> Response:
        folded = await readable(house, permitted(request, "read-drawdown"), case)
        found = next((it for it in drawdowns(folded.state.progress) if it.drawdown == id), None)
        if found is None:
            raise Problem(404, "unknown-drawdown", "Diesen Mittelabruf gibt es hier nicht.", field="id")
        return _json(found, folded.version)

    @router.get(
        "/intake/cases/{case}/documents/{sha256}", operation_id="read-document", summary="Eine Unterlage",
        response_class=Response,
    )  # fmt: skip
    async def read_document(request: Request, case: str, sha256: str) -> Response:
        person = permitted(request, "read-document", DOCUMENT_READERS)
        folded = await readable(house, person, case)
        return await asyncio.to_thread(document, house, folded.state, sha256)

    @router.get("/intake/municipalities", operation_id="find-municipalities", summary="Antragsberechtigte Kommunen")
    async def find_municipalities(
        request: Request, q: Annotated[str, Query(max_length=100)] = "", after: str = "", limit: Limit = 50
    ) -> MunicipalityList:
        permitted(request, "find-municipalities")
        register = await register_of(house)
        return municipalities(register, local_date(house.now()), q, checked_cursor(after), limit)

    router.include_router(territory_desk.reads(house))
    return router


def _json(it: Any, version: int) -> Response:
    headers = {"ETag": etag(version), "Cache-Control": "no-store"}
    return Response(msgspec.json.encode(it), headers=headers, media_type="application/json")


def document(house: House, state: Submitted, sha256: str) -> Response:
    """An attachment to download, never to be shown by the browser as a page of ours."""
    reference = next((it for it in state.documents if it.sha256 == sha256), None)
    if reference is None:
        raise Problem(404, "unknown-document", "Diese Unterlage gibt es hier nicht.", field="sha256")
    try:
        content = house.documents.get(reference)
    except MissingDocument as error:
        raise Problem(404, "document-missing", "Diese Unterlage liegt nicht mehr vor.", field="sha256") from error
    except Forged as error:
        raise Problem(409, "document-damaged", "Diese Unterlage wurde verändert und wird nicht ausgegeben.") from error
    if isinstance(content, Erased):
        raise Problem(410, "document-erased", "Diese Unterlage wurde gelöscht.")
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(state.file_number, reference)}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(content, headers=headers, media_type=reference.media_type)
