"""Schreiben lesen und ablegen: each letter made from what was decided, or as it was dispatched."""

import asyncio
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from services.review import award as awards
from services.review import programme as programmes
from services.review.api.case_file import facts_of
from services.review.api.letter_file import Written, change_named, name_of, repayments_written, written
from services.review.api.reading import Known, known, unknown_case
from services.review.assessment import File, Rejected, Unopened
from services.review.award import (
    Approved,
    Final,
    Gone,
    GrantRefused,
    HalfSigned,
    Notified,
    Refused,
    Unsigned,
    notice_of,
)
from services.review.letters import (
    Account,
    Authority,
    Head,
    amendment_letter,
    annulment_letter,
    award_letter,
    guideline_of,
    refusal_letter,
    rejection_letter,
)
from services.review.settings import office
from shared.access import Person, allowed_role
from shared.calendar import local_date
from shared.documents import MissingDocument
from shared.identity import DocumentReference, Erased, Role
from shared.letters import render
from shared.operations import READERS
from shared.privacy import Forged
from shared.problems import Problem
from shared.service import House

PAGES = Path(__file__).parents[1] / "pages"
PDF = "application/pdf"


def _file(it: Known) -> File:
    if isinstance(it.assessment, Unopened):
        raise unknown_case()
    return it.assessment.file


def _head(it: Known) -> Head:
    """The head of a letter that has not left yet: it is addressed to who is the recipient now, and names the court of its seat."""
    place, application = office(), _file(it).application
    return Head(
        authority=Authority(
            name=place.name,
            street=place.street,
            place=place.place,
            mail=place.mail,
            account=Account(holder=place.account.holder, iban=place.account.iban),
        ),
        file_number=application.file_number,
        applicant_key=it.recipient.key(application),
        applicant_name=it.recipient.name(application),
        project=application.title,
        demonstration=place.demonstration,
    )


async def letter_pdf(house: House, it: Known) -> bytes:
    """The letter of an award or a refusal, made from what was decided; the same bytes as often as it is asked for."""
    match it.award:
        case Refused(refusal=refusal):
            template, values = _refusal(it, refusal)
            return await asyncio.to_thread(render, PAGES / template, values)
        case Approved() | Notified() | Final() | Gone():
            grant, reserved = it.award.grant, facts_of(it.assessment).reserved
            if reserved is None:
                raise awards.NotApproved
            programme = await house.writer.state(programmes.decider, grant.programme)
            guideline = guideline_of(programme.state, grant.basis.guideline_sha256)
            values = award_letter(_head(it), grant, it.award.approved_on, reserved, guideline)
            return await asyncio.to_thread(render, PAGES / "award_letter.typ", values)
        case Unsigned() | HalfSigned():
            raise awards.NotApproved


def _refusal(it: Known, refusal: GrantRefused) -> tuple[str, Mapping[str, Any]]:
    """Template and values of a refusal's notice, of a formal one from what its assessment rejected it for."""
    submitted_on = _file(it).application.submitted_on
    if isinstance(it.assessment, Rejected):
        return "rejection_letter.typ", rejection_letter(_head(it), it.assessment.rejection, submitted_on)
    return "refusal_letter.typ", refusal_letter(_head(it), refusal, submitted_on)


async def stored_letter(house: House, it: Known, proposal: int = 0) -> DocumentReference:
    """The letter of a notice in the document store, under the key of the applicant's contact."""
    if proposal:
        template, values = _change(it, proposal)
        kind = template.removesuffix(".typ").replace("_", "-")
        return await _stored(house, it, await asyncio.to_thread(render, PAGES / template, values), kind)
    kind = "award-letter"
    if isinstance(it.award, Refused):
        kind = "formal-rejection-letter" if it.award.refusal.formal else "refusal-letter"
    return await _stored(house, it, await letter_pdf(house, it), kind)


async def stored(house: House, it: Known, name: str) -> tuple[Written, DocumentReference]:
    """A letter beside the notices in the document store, or a 404 problem when the case has no such letter."""
    found = _written(it, name, local_date(house.now()))
    if sent := it.correspondence.of(found.kind, found.number):
        return found, sent.letter
    content = await asyncio.to_thread(render, PAGES / found.template, found.values)
    return found, await _stored(house, it, content, f"{found.kind}-letter")


async def _stored(house: House, it: Known, content: bytes, kind: str) -> DocumentReference:
    subject = _file(it).application.contact_name.subject
    try:
        return await asyncio.to_thread(house.documents.put, content, kind=kind, media_type=PDF, subject=subject)
    except Forged as error:
        raise Problem(
            409, "contact-erased", "Die Ansprechperson ist gelöscht; der Bescheid kann nicht abgelegt werden."
        ) from error


def _change(it: Known, proposal: int) -> tuple[str, Mapping[str, Any]]:
    """Template and values of a change's notice, or the noun's error when there is no such change."""
    decided = awards.change_notice(it.award, proposal).decided
    if isinstance(decided, awards.GrantAmended):
        return "amendment_letter.typ", amendment_letter(_head(it), decided)
    return "annulment_letter.typ", annulment_letter(_head(it), decided)


def _written(it: Known, name: str, on: date) -> Written:
    head = _head(it)
    letters = (*written(it.assessment, it.award, head), *repayments_written(it.recovery, it.proof, head, on))
    found = next((one for one in letters if name_of(one.kind, one.number) == name), None)
    if found is None:
        raise Problem(404, "no-letter", "Dieses Schreiben gibt es in dem Vorgang nicht.", field="letter")
    return found


async def letter_for(house: House, person: Person, case: str) -> bytes:
    """The letter as it was dispatched, before that a preview for the house; 404 for whom it does not concern."""
    it = await known(house, case)
    notice = notice_of(it.award)
    if not person.roles & READERS:
        allowed_role(person, {Role.APPLICANT}, "read-letter")
        if notice is None or _recipient_key(it) not in person.applicant_keys:
            raise unknown_case()
    if notice:
        return await asyncio.to_thread(_dispatched, house, notice.letter)
    if isinstance(it.award, Unsigned | HalfSigned):
        raise Problem(404, "no-letter", "Zu diesem Vorgang gibt es keinen Bescheid.")
    return await letter_pdf(house, it)


def _recipient_key(it: Known) -> str:
    """Who may read what was written to the recipient: who is it now, also when it was written to the one before."""
    return "" if isinstance(it.assessment, Unopened) else it.recipient.key(it.assessment.file.application)


def _dispatched(house: House, reference: DocumentReference) -> bytes:
    try:
        found = house.documents.get(reference)
    except MissingDocument as error:
        raise Problem(404, "document-missing", "Das Schreiben fehlt im Ablagesystem.") from error
    if isinstance(found, Erased):
        raise Problem(410, "document-erased", "Das Schreiben wurde mit den Daten der Ansprechperson gelöscht.")
    return found


async def other_letter_for(house: House, person: Person, case: str, name: str) -> bytes:
    """A letter beside the notices: as it was dispatched, before that a preview for the house."""
    it, proposal = await known(house, case), change_named(name)
    sent = _sent(it, name, proposal)
    if not person.roles & READERS:
        allowed_role(person, {Role.APPLICANT}, "read-letter")
        if sent is None or _recipient_key(it) not in person.applicant_keys:
            raise unknown_case()
    if sent:
        return await asyncio.to_thread(_dispatched, house, sent)
    if proposal:
        template, values = _change(it, proposal)
        return await asyncio.to_thread(render, PAGES / template, values)
    found = _written(it, name, local_date(house.now()))
    return await asyncio.to_thread(render, PAGES / found.template, found.values)


def _sent(it: Known, name: str, proposal: int) -> DocumentReference | None:
    if proposal:
        notice = notice_of(it.award, proposal)
        return notice and notice.letter
    dispatched = reversed(it.correspondence.dispatched)
    left = next((one for one in dispatched if name_of(one.kind, one.number) == name), None)
    return left and left.letter
