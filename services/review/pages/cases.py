"""Die Seiten der Prüfung: queue, case, budgets, and the forms of every decision; each form is the API's own action."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.review import budget as budgets
from services.review import municipal_tie, succession, views
from services.review import programme as programmes
from services.review.api import actions
from services.review.api.application_file import tables_of
from services.review.api.budget_reading import day_asked, entry_asked, sheet_of, statement_of, waiting_list
from services.review.api.case_file import TOPICS, CaseFile, Notice, ProposalMade, case_file
from services.review.api.procedure_file import handling_of
from services.review.api.reading import Known, handling_actions, known, next_actions
from services.review.assessment import Unopened
from services.review.award import Approved, Final, Gone, Notified
from services.review.correspondence import LetterKind
from services.review.examination import CUT_TITLES, CutReason
from services.review.grant_cut import CUT_GROUND_TITLES, CutGround
from services.review.pages import budgets as budget_pages
from services.review.pages import early_starts
from services.review.pages.budgets import BUDGETS, QUEUE
from services.review.pages.criteria_table import criteria_table
from services.review.pages.forms import Applies, Rejected, decision_of, form_of
from services.review.pages.letter_forms import letter_form
from services.review.pages.policies import POLICIES, policies_page, policy_page, rules_table
from services.review.pages.successions import PATH as SUCCESSIONS
from services.review.pages.successions import succession_form, successions_page
from services.review.programme import Terms, in_force_on
from services.review.queue_forms import queue_forms
from services.review.standing import STATUS, Primary, Status, steps
from services.review.urgency import URGENCIES, Urgency, urgency_of
from services.review.words.closure import closure_table, form_of_closure
from services.review.words.fulfilment import conditions_table, form_of_fulfilment
from services.review.words.handling import form_of_handling
from services.review.words.proof import form_of_proof, proof_tables
from services.review.words.recovery import form_of_recovery, repayments_table
from shared.access import Person, allowed_role
from shared.calendar import local_date
from shared.decider import DomainError
from shared.identity import ROLE_TITLES, SYSTEM, Erased, Role, Sealed
from shared.operations import READERS
from shared.pages import form_errors, page, page_router, problem_page
from shared.privacy import Forged
from shared.problems import Problem
from shared.service import House
from shared.views import Page
from shared.web import Action, Typed, checked_cursor, submitted

SIZE = 50
ALL = "all"
LINES = 2_000
"""Entries on one page of a budget's list."""


def pages(house: House) -> APIRouter:
    """Everything a person of the ministry sees of review."""
    router = page_router(house)
    offered = [it for it in actions(house) if "{early_start}" not in it.path]

    def permit(request: Request, action: str) -> Person:
        person = house.gate.person(request)
        allowed_role(person, READERS, action)
        return person

    async def queue(request: Request) -> Response:
        person = permit(request, "list-cases")
        return await _queue_page(house, request, person)

    async def case(request: Request) -> Response:
        person = permit(request, "read-case")
        return await _case_page(house, request, person, str(request.path_params["case"]), offered)

    async def budget_list(request: Request) -> Response:
        person = permit(request, "list-budgets")
        return await budget_pages.budgets_page(house, request, person)

    async def budget(request: Request) -> Response:
        person = permit(request, "read-budget")
        found = await sheet_of(house, str(request.path_params["title"]), str(request.path_params["year"]))
        return await budget_pages.budget_page(house, request, person, found, offered)

    async def statement(request: Request) -> Response:
        permit(request, "read-statement")
        path, asked = request.path_params, request.query_params
        on, after = day_asked(asked.get("on", "")), entry_asked(asked.get("after", ""))
        found = await statement_of(house, str(path["title"]), str(path["year"]), on, after=after, limit=LINES)
        return budget_pages.statement_page(house, request, found)

    async def waiting(request: Request) -> Response:
        permit(request, "list-waiting")
        found = await waiting_list(house, after=checked_cursor(request.query_params.get("after", "")))
        return budget_pages.waiting_page(house, request, found)

    async def policy_list(request: Request) -> Response:
        return await policies_page(house, request, permit(request, "list-policies"))

    async def policy(request: Request) -> Response:
        permit(request, "read-policy")
        return await policy_page(house, request, str(request.path_params["sha256"]))

    async def successions(request: Request) -> Response:
        permit(request, "list-cases")
        return await successions_page(house, request)

    for path, endpoint in (
        (QUEUE, queue),
        (SUCCESSIONS, successions),
        ("/review/cases/{case}", case),
        (POLICIES, policy_list),
        (f"{POLICIES}/{{sha256}}", policy),
        (BUDGETS, budget_list),
        (f"{BUDGETS}/{{title}}/{{year}}", budget),
        (f"{BUDGETS}/{{title}}/{{year}}/statement", statement),
        (budget_pages.WAITING, waiting),
    ):
        router.add_api_route(path, endpoint, methods=["GET"], response_class=Response)
    early_starts.add_pages(house, router, _timeline)
    for action in offered:
        path = "/review/forms" + action.path.removeprefix("/review")
        router.add_api_route(path, _form_route(house, action, offered), methods=["POST"], response_class=Response)
    return router


def _form_route(house: House, action: Action, offered: Sequence[Action]) -> Any:
    async def send(request: Request) -> Response:
        try:
            return await submitted(house, action, request)
        except Typed as problem:
            if problem.status in (401, 403, 404) and not problem.errors and problem.code != "attempt-refused":
                return problem_page(house, request, problem)
            await house.seen(house.writer.head.position)  # a refusal may be an event, and the page shows it
            rejected = Rejected(action=action.name, errors=form_errors(problem, action.body), typed=problem.typed)
            return await _again(house, request, problem, rejected, offered)

    return send


async def _again(
    house: House, request: Request, problem: Problem, rejected: Rejected, offered: Sequence[Action]
) -> Response:
    """The page the form was sent from, with what was typed and what is wrong with it."""
    person = house.gate.person(request)
    if rejected.action == "publish-policy":
        return await policies_page(house, request, person, rejected, problem)
    if rejected.action in (municipal_tie.ACTION, "assign-cases"):
        return await _queue_page(house, request, person, rejected, problem)
    if "case" not in request.path_params:
        return await budget_pages.again(house, request, person, offered, rejected, _flash(problem), problem.status)
    case = str(request.path_params["case"])
    return await _case_page(house, request, person, case, offered, rejected, problem)


def _sentence(problem: Problem) -> str:
    return problem.title if problem.detail in ("", problem.title) else f"{problem.title} {problem.detail}"


def _flash(problem: Problem | None) -> dict[str, str] | None:
    return problem and {"tone": "danger", "title": _sentence(problem), "text": "Es wurde nichts verändert."}


# ---- Queue ----------------------------------------------------------------------------------------------------------

_QUEUE_COLUMNS: Sequence[Mapping[str, Any]] = (
    {"key": "case", "title": "Aktenzeichen", "kind": "link", "fit": True},
    {"key": "recipient", "title": "Kommune"},
    {"key": "heading", "title": "Vorhaben"},
    {"key": "status", "title": "Stand", "kind": "badge"},
    {"key": "due_on", "title": "Frist", "kind": "date"},
    {"key": "holder", "title": "Bei", "fit": True},
    {"key": "cents", "title": "Beantragt", "kind": "money"},
)


def _row(it: Mapping[str, Any]) -> dict[str, Any]:
    told = STATUS[Status(it["status"])]
    return {
        "case": {"text": it["file_number"], "url": f"/review/cases/{it['case']}"},
        "recipient": it["applicant_name"],
        "heading": it["title"],
        "status": {"text": told.title, "tone": told.tone},
        "due_on": it["due_on"] if told.holder else None,
        "holder": it["reviewer"] or (ROLE_TITLES[told.holder] if told.holder else ""),
        "cents": it["applied_cents"],
    }


def _is_mine(it: Mapping[str, Any], person: Person) -> bool:
    """Assigned to this person, or assigned to nobody and waiting for a role that the person has."""
    return it["reviewer"] == person.id or (not it["reviewer"] and STATUS[Status(it["status"])].holder in person.roles)


def _groups(page_of: Page, person: Person, today: date) -> list[dict[str, Any]]:
    """Mine first, then all others by how near their day is."""
    mine = [_row(it.body) for it in page_of.entries if _is_mine(it.body, person)]
    grouped: dict[Urgency, list[dict[str, Any]]] = {it: [] for it in Urgency}
    for it in page_of.entries:
        if not _is_mine(it.body, person):
            row = _row(it.body)
            grouped[urgency_of(date.fromisoformat(row["due_on"]) if row["due_on"] else None, today)].append(row)
    return [
        {"title": "Für Sie zu tun", "tone": "warning", "rows": mine},
        *(
            {"title": title, "tone": tone, "rows": grouped[it]}
            for it, (title, tone) in URGENCIES.items()
            if grouped[it]
        ),
    ]


async def _queue_page(
    house: House,
    request: Request,
    person: Person,
    rejected: Rejected | None = None,
    problem: Problem | None = None,
) -> Response:
    asked, after = request.query_params.get("status", ""), checked_cursor(request.query_params.get("after", ""))
    if asked and asked not in (ALL, *Status):
        raise Problem(422, "unknown-status", "Diesen Stand gibt es nicht.", field="status")

    mine = request.query_params.get("assigned", "") == "me"

    def read() -> tuple[Page, Mapping[Status, int]]:
        if mine:
            return views.assigned(house.views, person.id, after=after, limit=SIZE), views.counts(house.views)
        if not asked:
            return views.open_cases(house.views, after=after, limit=SIZE), views.counts(house.views)
        status = None if asked == ALL else Status(asked)
        return views.cases(house.views, status=status, after=after, limit=SIZE), views.counts(house.views)

    found, counted = await asyncio.to_thread(read)
    kept = {"assigned": "me"} if mine else {"status": asked} if asked else {}
    still_open = sum(count for it, count in counted.items() if STATUS[it].holder)
    options: list[dict[str, Any]] = [
        {"text": "offen", "url": QUEUE, "active": not kept, "count": still_open},
        {
            "text": "alle",
            "url": f"{QUEUE}?{urlencode({'status': ALL})}",
            "active": asked == ALL and not mine,
            "count": sum(counted.values()),
        },
    ]
    options += [
        {
            "text": told.title,
            "url": f"{QUEUE}?{urlencode({'status': it})}",
            "active": it == asked and not mine,
            "count": counted[it],
        }
        for it, told in STATUS.items()
        if counted[it] or it == asked
    ]
    first = f"{QUEUE}?{urlencode(kept)}" if kept else QUEUE
    return page(
        house,
        request,
        "queue.html",
        page_title="Prüfung",
        heading="Prüfung und Bewilligung",
        lead="Vollständige Anträge bis zum bestandskräftigen Bescheid: was zu tun ist, Dringendes und Älteres zuerst.",
        columns=_QUEUE_COLUMNS,
        groups=_groups(found, person, local_date(house.now())),
        filters=[
            {
                "title": "Zuweisung",
                "options": [{"text": "mir zugewiesen", "url": f"{QUEUE}?assigned=me", "active": mine}],
            },
            {"title": "Stand", "options": options},
        ],
        pages={
            "previous": first if after else None,
            "next": f"{QUEUE}?{urlencode({**kept, 'after': found.next})}" if found.next else None,
            "text": f"{len(found.entries)} Vorgänge auf dieser Seite",
        },
        links=[
            {"text": "Haushalt", "url": BUDGETS},
            {"text": "Warteliste", "url": budget_pages.WAITING},
            {"text": "Rechtsnachfolge", "url": SUCCESSIONS},
            {"text": "Regelungen", "url": POLICIES},
            {"text": "Vorzeitiger Beginn", "url": early_starts.QUEUE},
        ],
        empty="Hier ist gerade nichts zu tun.",
        actions=queue_forms(found, person, rejected),
        status_code=problem.status if problem else 200,
        flash=_flash(problem),
    )


# ---- Case -----------------------------------------------------------------------------------------------------------


async def _case_page(
    house: House,
    request: Request,
    person: Person,
    case: str,
    offered: Sequence[Action],
    rejected: Rejected | None = None,
    problem: Problem | None = None,
) -> Response:
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
        flash=None if open_form else _flash(problem),
        page_title=file.file_number,
        file_number=file.file_number,
        heading=file.title,
        recipient=file.applicant_name,
        **_band(file, told.title, told.tone),
        facts=await _facts(house, it, file, person, applies.terms),
        tasks=_tasks(file, {one["id"] for one in decisions}),
        actions=decisions,
        money=await _money(house, it, file),
        tables=_tables(file, await _asked(house, it)),
        letters=_letters(file, back),
        timeline=await asyncio.to_thread(_timeline, house, case),
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
    deadline, notice = None, _notice(file)
    if file.hold:
        deadline = {"text": "Wiedervorlage am", "on": file.hold.resubmission_on}
    elif file.hearing and file.hearing.running and file.hearing.ends_on:
        deadline = {"text": "Stellungnahme bis", "on": file.hearing.ends_on}
    elif notice and not _final_on(file):
        deadline = {"text": "Klagefrist bis", "on": notice.remedy_ends_on}
    elif file.reservation and not file.award:
        deadline = {"text": "Vormerkung bis", "on": file.reservation.expires_on}
    holder = ROLE_TITLES[Role(file.holder)] if file.holder else ""
    return {"deadline": deadline, "holder": holder, "status": {"text": title, "tone": tone}}


def _notice(file: CaseFile) -> Notice | None:
    """The notice of what was decided, an award or a refusal."""
    decided = file.award or file.refusal or file.rejection
    return decided.notice if decided else None


def _final_on(file: CaseFile) -> date | None:
    decided = file.award or file.refusal or file.rejection
    return decided.final_on if decided else None


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
            or form_of_recovery(one.name)
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


async def _facts(house: House, it: Known, file: CaseFile, person: Person, terms: Terms | None) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"key": "Gemeindeschlüssel", "value": file.applicant_key, "kind": "code"},
        {"key": "Fördergegenstand", "value": _item(terms) if terms else file.item},
        {"key": "Eingegangen", "value": file.submitted_on, "kind": "date"},
        {"key": "Vollständig", "value": file.completed_on, "kind": "date"},
        {"key": "Vorhaben", "value": f"{file.starts_on:%d.%m.%Y} bis {file.ends_on:%d.%m.%Y}"},
        {"key": "Unterlagen", "value": file.documents, "kind": "number"},
    ]
    if file.proposal:
        rate = f"{file.proposal.rate_bp / 100:g}".replace(".", ",")
        facts.append({"key": "Fördersatz", "value": f"{rate} %"})
    if file.handling.reviewer:
        facts.append({"key": "Zugewiesen an", "value": file.handling.reviewer})
    if file.handling.substitute:
        until = f"{file.handling.substitute} bis {file.handling.substitute_until:%d.%m.%Y}"
        facts.append({"key": "Vertretung", "value": until})
    if file.handling.excluded:
        facts.append({"key": "Befangen", "value": ", ".join(file.handling.excluded)})
    if file.reservation:
        facts.append({"key": "Haushalt", "value": file.reservation.budget, "kind": "code"})
    facts += [*_facts_of_notice(file), *_facts_of_course(file)]
    if Role.CASE_OFFICER in person.roles and not isinstance(it.assessment, Unopened):
        contact = it.assessment.file.application.contact_name
        facts.append({"key": "Ansprechperson", "value": await asyncio.to_thread(_name, house, contact)})
    return facts


def _facts_of_notice(file: CaseFile) -> list[dict[str, Any]]:
    notice = _notice(file)
    if notice is None:
        return []
    facts: list[dict[str, Any]] = [
        {"key": "Bekannt gegeben", "value": notice.deemed_served_on, "kind": "date"},
        {"key": "Klagefrist", "value": notice.remedy_rule or f"bis {notice.remedy_ends_on:%d.%m.%Y}"},
        {"key": "Bestandskräftig", "value": _final_on(file), "kind": "date"},
        {"key": "Bescheid SHA-256", "value": notice.letter_sha256, "kind": "hash"},
    ]
    if notice.lawsuit:
        facts.append({"key": "Klage", "value": notice.lawsuit.court_reference})
    return facts


def _facts_of_course(file: CaseFile) -> list[dict[str, Any]]:
    """What is under way with an award that stands, and its money."""
    if file.award is None:
        return []
    course = file.award.course
    facts: list[dict[str, Any]] = [
        {"key": "Anhörung bis", "value": course.hearing_ends_on, "kind": "date"} if course.hearing else {},
        {"key": "Rücknahme und Widerruf möglich bis", "value": course.limit_on, "kind": "date"}
        if course.limit_on
        else {},
        {"key": "Auszahlung", "value": "gesperrt"} if course.frozen else {},
    ]
    for key, cents in (
        ("Zurückverlangt, Antwort der Auszahlung offen", course.pending_cents),
        ("Von der Auszahlung zurück", course.returned_cents),
        ("Zurückverlangt, aber schon angeordnet", course.kept_cents),
    ):
        facts.append({"key": key, "value": cents, "kind": "money"} if cents else {})
    return [it for it in facts if it]


def _item(terms: Terms) -> str:
    return f"{terms.item_title} (Ziffer {terms.letter})" if terms.letter else terms.item_title


def _name(house: House, sealed: Sealed) -> str:
    """The contact's name for who works on the case; what does not open is told, not hidden."""
    try:
        name = house.privacy.open(sealed)
    except Forged:
        return "nicht lesbar (Siegel verletzt)"
    return "gelöscht" if isinstance(name, Erased) else name


async def _money(house: House, it: Known, file: CaseFile) -> dict[str, int | None]:
    paid = None
    if isinstance(it.award, Approved | Notified | Final | Gone):
        paid = 0
        for part in it.award.grant.by_year:
            budget = await house.writer.state(
                budgets.decider, budgets.budget_id(it.award.grant.budget_title, part.year)
            )
            if isinstance(budget.state, budgets.Open):
                paid += budget.state.position(it.case).paid_cents
    granted = file.award.granted_cents if file.award else None
    return {"applied": file.applied_cents, "granted": granted, "settled": paid}


def _tables(file: CaseFile, asked: Mapping[str, str]) -> list[dict[str, Any]]:
    tables = [*tables_of(file.application, asked)]
    if file.opinion and file.opinion.criteria:
        tables.append(criteria_table(file.opinion))
    tables.append(_expenditure_table(file))
    if file.proposal:
        amounts = [{"year": str(it.year), "cents": it.cents} for it in file.proposal.by_year]
        tables.append(
            {
                "caption": "Zuwendung je Haushaltsjahr",
                "columns": [{"key": "year", "title": "Jahr"}, {"key": "cents", "title": "Betrag", "kind": "money"}],
                "rows": amounts,
                "footer": {"year": "Summe", "cents": file.proposal.granted_cents},
            }
        )
        if file.proposal.cut_text:
            tables.append(_cut_table(file.proposal))
        notes = [{"topic": label, "text": file.proposal.note[topic]} for topic, label in TOPICS.items()]
        columns = [{"key": "topic", "title": "Punkt"}, {"key": "text", "title": "Feststellung"}]
        tables.append({"caption": "Antragsprüfvermerk (VV Nr. 3.3)", "columns": columns, "rows": notes})
        if file.proposal.rules:
            tables.append(rules_table(file.proposal.rules))
    if file.side_conditions:
        tables.append(conditions_table(file.side_conditions))
    tables += proof_tables(file.proofs)
    if file.repayments:
        tables.append(repayments_table(file.repayments))
    if file.closure:
        tables.append(closure_table(file.closure))
    return tables


def _cut_table(it: ProposalMade) -> dict[str, Any]:
    columns = [
        {"key": "why", "title": "Grund"},
        {"key": "computed", "title": "errechnet", "kind": "money"},
        {"key": "granted", "title": "vorgeschlagen", "kind": "money"},
    ]
    why = {"text": CUT_GROUND_TITLES[CutGround(it.cut_ground)], "note": it.cut_text}
    rows = [{"why": why, "computed": it.computed_cents, "granted": it.granted_cents}]
    return {"caption": "Kürzung der Zuwendung (Teilbewilligung)", "columns": columns, "rows": rows}


def _expenditure_table(file: CaseFile) -> dict[str, Any]:
    columns = [
        {"key": "line", "title": "Ausgabe"},
        {"key": "year", "title": "Jahr"},
        {"key": "reason", "title": "Begründung der Kürzung"},
        {"key": "applied", "title": "beantragt", "kind": "money"},
        {"key": "eligible", "title": "zuwendungsfähig", "kind": "money"},
    ]
    rows = [
        {
            "line": f"{it.line}. {it.description}",
            "year": str(it.year),
            "reason": {"text": CUT_TITLES[CutReason(it.reason)], "note": it.text} if it.reason else it.text,
            "applied": it.applied_cents,
            "eligible": it.eligible_cents,
        }
        for it in file.lines
    ]
    applied = sum(it.applied_cents for it in file.lines)
    footer = {"line": "Summe", "applied": applied, "eligible": file.eligible_cents}
    return {"caption": "Ausgaben", "columns": columns, "rows": rows, "footer": footer}


def _letters(file: CaseFile, back: str) -> list[dict[str, str]]:
    others = [
        {
            "text": it.title if it.dispatched_on else f"{it.title} (Vorschau)",
            "url": f"{back}/letters/{it.letter}",
            "note": f"PDF, {it.dispatched_on:%d.%m.%Y}" if it.dispatched_on else "PDF, noch nicht versandt",
        }
        for it in file.letters
    ]
    decided = file.award or next((it for it in (file.refusal, file.rejection) if it and it.decided), None)
    if decided is None or any(it.letter.startswith(LetterKind.REJECTION) for it in file.letters):
        return others
    name = "Zuwendungsbescheid" if file.award else "Ablehnungsbescheid"
    sent, name = decided.notice, f"{name} (unzulässig)" if file.rejection else name
    note = f"PDF, {sent.dispatched_on:%d.%m.%Y}" if sent else "PDF, noch nicht versandt"
    return [{"text": name if sent else f"{name} (Vorschau)", "url": f"{back}/letter", "note": note}, *others]


def _timeline(house: House, case: str) -> list[dict[str, Any]]:
    """The case's events in words, each with the bytes it was recorded as."""
    found: list[dict[str, Any]] = []
    for it, row, words in views.timeline(house.store, house.views, case):
        context = it.context
        found.append(
            {
                "title": words.title,
                "tone": words.tone,
                "why": words.why,
                "at": context.at.isoformat(),
                "valid_on": context.valid_on.isoformat(),
                "who": "" if context.actor == SYSTEM else context.actor,
                "role_title": ROLE_TITLES[context.role],
                "event": {
                    "topic": row.topic,
                    "position": row.position,
                    "stream": row.stream,
                    "version": row.version,
                    "sha256": msgspec.json.decode(row.header)["sha256"],
                    "actor": context.actor,
                    "cause": context.cause,
                    "state": row.state.decode(),
                },
            }
        )
    return found
