"""Lesen: a case, its letter, the budgets, as they are committed now; what the API and the pages both show."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from services.review import assessment as assessments
from services.review import award as awards
from services.review import dissolution, succession
from services.review import handling as handlings
from services.review import involvement as involvements
from services.review import programme as programmes
from services.review.assessment import Assessment, File, Unopened
from services.review.award import Approved, Award, Final, Gone, HalfSigned, Notified, Refused, Unsigned, notice_of
from services.review.award_letter import Authority, guideline_of, letter, refusal_letter
from services.review.case_file import facts_of
from services.review.dissolution import BodyDissolved
from services.review.handling import Handling
from services.review.handling_words import steps_of
from services.review.next_action import NextAction
from services.review.settings import office
from services.review.standing import Primary, Status, Step, hindrance, status_of, steps
from services.review.succession import Recipient
from shared import duties
from shared.access import Person, allowed_role
from shared.calendar import local_date
from shared.decider import Context, value
from shared.documents import MissingDocument
from shared.identity import DocumentReference, Erased, Role, is_id
from shared.letters import render
from shared.operations import READERS
from shared.privacy import Forged
from shared.problems import Problem
from shared.service import House
from shared.store import Folded
from shared.web import Action, etag

PAGES = Path(__file__).parent / "pages"
PDF = "application/pdf"


@value
class Known:
    """A case as it is committed now: the folded states and their versions; `heirs` take over from its recipient."""

    case: str
    assessment: Assessment
    award: Award
    handling: Handling
    etags: dict[str, str]
    recipient: Recipient = Recipient()
    heirs: tuple[BodyDissolved, ...] = ()
    elsewhere: involvements.Involvement = involvements.Involvement()

    @property
    def status(self) -> Status:
        return status_of(self.assessment, self.award)


def unknown_case() -> Problem:
    return Problem(404, "unknown-case", "Diesen Vorgang gibt es hier nicht.", field="case")


async def opened(house: House, case: str) -> Folded:
    """The case's assessment, or a 404 problem: unknown here, or its application has not arrived."""
    if not is_id(case):
        raise unknown_case()
    assessment = await house.writer.state(assessments.decider, case)
    if isinstance(assessment.state, Unopened):
        raise unknown_case()
    return assessment


async def known(house: House, case: str) -> Known:
    """The case with its award, or a 404 problem."""
    assessment = await opened(house, case)
    award = await house.writer.state(awards.decider, case)
    recipient = await house.writer.state(succession.decider, case)
    elsewhere = await house.writer.state(involvements.decider, case)
    dissolved = await house.writer.state(dissolution.decider, dissolution.REGISTER)
    handling = await house.writer.state(handlings.decider, case)
    read = {
        Primary.ASSESSMENT: assessment, Primary.AWARD: award, Primary.RECIPIENT: recipient, Primary.HANDLING: handling,
    }  # fmt: skip
    due = succession.due(recipient.state, assessment.state.file.application, dissolved.state, local_date(house.now()))
    return Known(
        case=case, assessment=assessment.state, award=award.state, handling=handling.state,
        etags={str(name): etag(it.version) for name, it in read.items()}, recipient=recipient.state, heirs=tuple(due),
        elsewhere=elsewhere.state,
    )  # fmt: skip


async def letter_pdf(house: House, it: Known) -> bytes:
    """The letter of an award or a refusal, made from what was decided; the same bytes as often as it is asked for."""
    place = office()
    authority = Authority(name=place.name, street=place.street, place=place.place, mail=place.mail)
    match it.award:
        case Refused(refusal=refusal):
            application = _file(it).application
            values = refusal_letter(refusal, application, authority, demonstration=place.demonstration)
            return await asyncio.to_thread(render, PAGES / "refusal_letter.typ", values)
        case Approved() | Notified() | Final() | Gone():
            grant, reserved = it.award.grant, facts_of(it.assessment).reserved
            if reserved is None:
                raise awards.NotApproved
            programme = await house.writer.state(programmes.decider, grant.programme)
            guideline = guideline_of(programme.state, grant.basis.guideline_sha256)
            values = letter(
                grant, it.award.approved_on, reserved, guideline, authority, demonstration=place.demonstration
            )
            return await asyncio.to_thread(render, PAGES / "award_letter.typ", values)
        case Unsigned() | HalfSigned():
            raise awards.NotApproved


def _file(it: Known) -> File:
    if isinstance(it.assessment, Unopened):
        raise unknown_case()
    return it.assessment.file


async def stored_letter(house: House, it: Known) -> DocumentReference:
    """The letter in the document store, under the key of the applicant's contact."""
    subject = _file(it).application.contact_name.subject
    content = await letter_pdf(house, it)
    kind = "refusal-letter" if isinstance(it.award, Refused) else "award-letter"
    try:
        return await asyncio.to_thread(house.documents.put, content, kind=kind, media_type=PDF, subject=subject)
    except Forged as error:
        raise Problem(
            409, "contact-erased", "Die Ansprechperson ist gelöscht; der Bescheid kann nicht abgelegt werden."
        ) from error


def next_actions(house: House, it: Known, person: Person, offered: Sequence[Action]) -> list[NextAction]:
    """What the case's state allows now, and what of it this person may do."""
    possible = steps(it.assessment, it.award)
    if it.heirs:
        possible = (Step(action=succession.ACTION, primary=Primary.RECIPIENT), *possible)
    return _offered(house, it, person, offered, possible)


def handling_actions(house: House, it: Known, person: Person, offered: Sequence[Action]) -> list[NextAction]:
    """What this person may do about who works on the case."""
    on_handling = [Step(action=one, primary=Primary.HANDLING) for one in steps_of(it.handling, person)]
    return _offered(house, it, person, offered, on_handling)


def _offered(
    house: House, it: Known, person: Person, offered: Sequence[Action], possible: Sequence[Step]
) -> list[NextAction]:
    by_name, now = {one.name: one for one in offered}, house.now()
    found: list[NextAction] = []
    for step in possible:
        action = by_name[step.action]
        mine = sorted(person.roles & action.roles)
        context = Context(actor=person.id, role=mine[0] if mine else Role.SYSTEM, now=now, valid_on=local_date(now))
        barred = _hindrance(step, it, context) or duties.hindrance(step.action, it.elsewhere.acted, person.id)
        reason = barred if mine else "Ihre Rolle erlaubt diese Handlung nicht."
        found.append(
            NextAction(
                name=action.name,
                title=action.title,
                path=action.path.format(case=it.case),
                roles=sorted(action.roles),
                primary=step.primary,
                if_match=it.etags[step.primary],
                allowed=not reason,
                reason=reason,
            )
        )
    return found


def _hindrance(step: Step, it: Known, context: Context) -> str:
    if step.primary == Primary.HANDLING:
        return ""
    barred = handlings.hindrance(step.action, it.handling, context)
    return barred or hindrance(step, it.assessment, it.award, context)


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
