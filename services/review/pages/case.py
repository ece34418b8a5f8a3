"""Die Seite eines Vorgangs: its band, what can be decided now, and the steps it goes."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from fastapi import Request
from fastapi.responses import Response

from services.review import programme as programmes
from services.review import succession
from services.review.api.case_answers import CaseFile
from services.review.api.case_file import case_file
from services.review.api.procedure_file import handling_of
from services.review.api.reading import Known, handling_actions, known, next_actions
from services.review.assessment import Unopened
from services.review.pages.budgets import QUEUE
from services.review.pages.case_content import (
    facts_of,
    final_on_of,
    letters_of,
    money_of,
    notice_of,
    tables_shown,
    timeline_of,
)
from services.review.pages.flash import flash
from services.review.pages.forms import Applies, Rejected, decision_of, form_of
from services.review.pages.letter_forms import letter_form
from services.review.pages.successions import succession_form
from services.review.programme import in_force_on
from services.review.standing import STATUS, Primary, Status, steps
from services.review.words.closure import form_of_closure
from services.review.words.fulfilment import form_of_fulfilment
from services.review.words.handling import form_of_handling
from services.review.words.proof import form_of_proof
from services.review.words.recovery import form_of_recovery
from shared.access import Person
from shared.calendar import local_date
from shared.decider import DomainError
from shared.identity import ROLE_TITLES, Role
from shared.pages import page
from shared.problems import Problem
from shared.service import House
from shared.web import Action


async def case_page(
    house: House,
    request: Request,
    person: Person,
    case: str,
    offered: Sequence[Action],
    rejected: Rejected | None = None,
    problem: Problem | None = None,
) -> Response:
    """A case as committed, with the form of every decision that is possible now."""
    it = await known(house, case)
    told, back = STATUS[it.status], f"/review/cases/{case}"
    following = next_actions(house, it, person, offered)
    handling = handling_of(it.handling, handling_actions(house, it, person, offered))
    file = case_file(it, handling, following)
    today = local_date(house.now())
    applies = await _applies(house, it, today)
    decisions = _decisions(it, file, person, applies, today, rejected)
    open_form = rejected is not None and any(one["errors"] for one in decisions if one["url"])
    return page(
        house,
        request,
        "case.html",
        status_code=problem.status if problem else 200,
        flash=None if open_form else flash(problem),
        page_title=file.file_number,
        file_number=file.file_number,
        heading=file.title,
        recipient=file.applicant_name,
        **_band(file, told.title, told.tone),
        facts=await facts_of(house, it, file, person, applies.terms),
        tasks=_tasks(file, {one["id"] for one in decisions}),
        actions=decisions,
        money=await money_of(house, it, file),
        tables=tables_shown(file, await _asked(house, it)),
        letters=letters_of(file, back),
        timeline=await asyncio.to_thread(timeline_of, house, case),
        back={"text": "Arbeitsvorrat", "url": QUEUE},
        elsewhere=_elsewhere(case, file),
    )


def _elsewhere(case: str, file: CaseFile) -> list[dict[str, str]]:
    """The same case at intake, and at payout once the funds are there."""
    found = [{"text": "Antragseingang", "url": f"/intake/cases/{case}"}]
    if file.award and file.award.assigned:
        found.append({"text": "Auszahlung", "url": f"/payout/cases/{case}"})
    return found


def _band(file: CaseFile, title: str, tone: str) -> dict[str, Any]:
    deadline, notice = None, notice_of(file)
    if file.hold:
        deadline = {"text": "Wiedervorlage am", "on": file.hold.resubmission_on}
    elif file.hearing and file.hearing.running and file.hearing.ends_on:
        deadline = {"text": "Stellungnahme bis", "on": file.hearing.ends_on}
    elif notice and not final_on_of(file):
        deadline = {"text": "Klagefrist bis", "on": notice.remedy_ends_on}
    elif file.reservation and not file.award:
        deadline = {"text": "Vormerkung bis", "on": file.reservation.expires_on}
    holder = ROLE_TITLES[Role(file.holder)] if file.holder else ""
    return {"deadline": deadline, "holder": holder, "status": {"text": title, "tone": tone}}


async def _applies(house: House, it: Known, today: date) -> Applies:
    """What applies to the case's item today."""
    if isinstance(it.assessment, Unopened):
        return Applies()
    application = it.assessment.file.application
    programme = await house.writer.state(programmes.decider, application.programme)
    try:
        policy = in_force_on(programme.state, today)
        return Applies(
            terms=policy.terms(application.item),
            blocks=policy.practice.side_conditions,
            criteria=policy.criteria(application.item),
        )
    except DomainError:
        return Applies()  # The form says so; the noun will refuse.


async def _asked(house: House, it: Known) -> Mapping[str, str]:
    """The titles of what the item asked of a measure on the day of the application."""
    if isinstance(it.assessment, Unopened):
        return {}
    application = it.assessment.file.application
    programme = await house.writer.state(programmes.decider, application.programme)
    try:
        item = in_force_on(programme.state, application.submitted_on).item(application.item)
    except DomainError:
        return {}  # Of a day before the first policy only the codes are known.
    return {one.code: one.title for one in item.fields}


SECONDARY = (Primary.HANDLING, Primary.FULFILMENT, Primary.RECOVERY, Primary.CLOSURE)
"""Steps beside the road of the case."""


def _decisions(
    it: Known,
    file: CaseFile,
    person: Person,
    applies: Applies,
    today: date,
    rejected: Rejected | None,
) -> list[dict[str, Any]]:
    again = {one.action for one in steps(it.assessment, it.award) if one.again}
    return [
        decision_of(
            one,
            succession_form(it.heirs)
            if one.name == succession.ACTION
            else form_of_handling(one.name, it.handling, person.id, today)
            or letter_form(one.name, file.letters)
            or form_of_fulfilment(one.name, it.fulfilment, today)
            or form_of_proof(one.name, it.proof)
            or form_of_recovery(one.name, file.findings)
            or form_of_closure(one.name)
            or form_of(one.name, it.assessment, it.award, applies, today, one.proposal),
            back=f"/review/cases/{it.case}",
            key=str(uuid4()),
            rejected=rejected,
            secondary=one.name in again or one.primary in SECONDARY,
        )
        for one in (*file.actions, *file.handling.actions)
        if person.roles & set(one.roles)
    ]


def _tasks(file: CaseFile, shown_here: set[str]) -> list[dict[str, Any]]:
    award, notice = file.award, file.award.notice if file.award else None
    road = [
        ("Votum abgeben", "record-expert-opinion", file.opinion is not None),
        ("Zuwendungsfähige Ausgaben feststellen", "assess-expenditure", file.eligible_cents is not None),
        ("Bewilligung vorschlagen", "propose-award", file.proposal is not None),
        ("Mittel vormerken", "reserve-funds", file.reservation is not None),
        ("Bewilligen", "approve-grant", award is not None),
        ("Bescheid versenden", "dispatch-notice", notice is not None),
        ("Bestandskraft", "record-waiver", bool(award and award.final_on)),
    ]
    if file.refusal:
        hearing = file.hearing
        heard = bool(hearing and (hearing.received_on or hearing.expired_on or hearing.dispensed_because))
        road = [
            ("Ablehnung vorschlagen", "propose-refusal", True),
            ("Kommune anhören", "open-hearing", file.refusal.decided or heard),
            ("Ablehnung freigeben", "refuse-grant", file.refusal.decided),
            ("Bescheid versenden", "dispatch-notice", file.refusal.notice is not None),
            ("Bestandskraft", "record-waiver", file.refusal.final_on is not None),
        ]
    if file.rejection:
        road = [
            ("Formale Ablehnung vorschlagen", "propose-formal-rejection", True),
            ("Formale Ablehnung freigeben", "reject-formally", file.rejection.decided),
            ("Bescheid versenden", "dispatch-notice", file.rejection.notice is not None),
            ("Bestandskraft", "record-waiver", file.rejection.final_on is not None),
        ]
    upcoming = next((name for _, name, done in road if not done), "")
    return [
        {
            "text": text,
            "done": done,
            "status": _task_status(done=done, current=name == upcoming and file.status != Status.WITHDRAWN),
            "url": f"#{name}" if name == upcoming and name in shown_here else "",
        }
        for text, name, done in road
    ]


def _task_status(*, done: bool, current: bool) -> dict[str, str]:
    if done:
        return {"text": "erledigt", "tone": "success"}
    return {"text": "jetzt", "tone": "info"} if current else {"text": "offen", "tone": "neutral"}
