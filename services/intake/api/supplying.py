"""Nachforderung at the counter: asking for documents, handing them in, more time, scanned paper."""

import asyncio
from datetime import timedelta

from services.intake import application
from services.intake.api.bodies import DocumentRequestBody, ExtensionBody, PaperBody, SupplyBody
from services.intake.api.reading import opened
from services.intake.api.submission import stored
from services.intake.api.terms import parameters
from services.intake.supply import (
    Command,
    ExtendDeadline,
    RequestDocuments,
    ScanPaperDocument,
    SuppliedDocument,
    SupplyDocuments,
    Wanted,
)
from shared.decider import Decision, decision
from shared.identity import Role
from shared.service import House
from shared.web import Action, Ask

_CASE = "/intake/cases/{case}"


def supplying(house: House) -> list[Action]:
    """What may be done about missing documents."""

    async def decide(ask: Ask, command: Command) -> Decision:
        return decision(application.decider, ask.path["case"], command)

    async def request(body: DocumentRequestBody, ask: Ask) -> Decision:
        asked = (await opened(house, ask.path["case"])).state
        wanted = tuple(Wanted(kind=it.kind, text=it.text, code=it.code) for it in body.documents)
        least = (await parameters(house, asked, ask.today)).document_request_days
        return await decide(ask, RequestDocuments(wanted=wanted, least_days=least, ends_on=body.ends_on))

    async def supply(body: SupplyBody, ask: Ask) -> Decision:
        await opened(house, ask.path["case"])
        documents = await asyncio.to_thread(stored, body.attachments, ask, house.documents)
        supplied = tuple(
            SuppliedDocument(number=it.number, document=document)
            for it, document in zip(body.attachments, documents, strict=True)
        )
        return await decide(ask, SupplyDocuments(applicant_keys=ask.person.applicant_keys, supplied=supplied))

    async def extend(body: ExtensionBody, ask: Ask) -> Decision:
        asked = (await opened(house, ask.path["case"])).state
        if body.ends_on:
            return await decide(ask, ExtendDeadline(ends_on=body.ends_on, reason=body.reason))
        days = (await parameters(house, asked, ask.today)).document_extension_days
        running = asked.supply.deadline
        begins_on = max(ask.today, running.ends_on) if running else ask.today
        ends_on = begins_on + timedelta(days=days)
        return await decide(ask, ExtendDeadline(ends_on=ends_on, reason=body.reason, days=days))

    async def scan(body: PaperBody, ask: Ask) -> Decision:
        await opened(house, ask.path["case"])
        (document,) = await asyncio.to_thread(stored, body.attachments, ask, house.documents)
        command = ScanPaperDocument(document=document, received_on=body.received_on, number=body.number)
        return await decide(ask, command)

    clerk, applicant = frozenset({Role.INTAKE_CLERK}), frozenset({Role.APPLICANT})
    return [
        Action(
            name="request-documents", title="Unterlagen nachfordern", path=f"{_CASE}/document-requests", roles=clerk,
            body=DocumentRequestBody, decide=request,
        ),
        Action(
            name="supply-documents", title="Unterlagen nachreichen", path=f"{_CASE}/supplies", roles=applicant,
            body=SupplyBody, decide=supply,
        ),
        Action(
            name="extend-deadline", title="Frist verlängern", path=f"{_CASE}/extensions", roles=clerk,
            body=ExtensionBody, decide=extend,
        ),
        Action(
            name="scan-paper-document", title="Schriftstück scannen", path=f"{_CASE}/paper-documents", roles=clerk,
            body=PaperBody, decide=scan,
        ),
    ]  # fmt: skip
