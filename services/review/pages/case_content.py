"""What a case's page shows beside its decisions: facts, money, tables, letters, timeline."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from services.review import budget as budgets
from services.review import views
from services.review.api.application_file import tables_of
from services.review.api.case_answers import CaseFile, Notice, ProposalMade
from services.review.api.case_file import TOPICS
from services.review.api.reading import Known
from services.review.assessment import Unopened
from services.review.award import Approved, Final, Gone, Notified
from services.review.correspondence import LetterKind
from services.review.examination import CUT_TITLES, CutReason
from services.review.grant_cut import CUT_GROUND_TITLES, CutGround
from services.review.pages.criteria_table import criteria_table
from services.review.pages.policies import rules_table
from services.review.programme import Terms
from services.review.words.closure import closure_table
from services.review.words.fulfilment import conditions_table
from services.review.words.proof import proof_tables
from services.review.words.recovery import findings_table, repayments_table
from shared.access import Person
from shared.identity import ROLE_TITLES, SYSTEM, Erased, Role, Sealed
from shared.privacy import Forged
from shared.service import House


async def facts_of(
    house: House, it: Known, file: CaseFile, person: Person, terms: Terms | None
) -> list[dict[str, Any]]:
    """What the case is about, by whom it is handled, its notice and what came of it."""
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


def notice_of(file: CaseFile) -> Notice | None:
    """The notice of what was decided, an award or a refusal."""
    decided = file.award or file.refusal or file.rejection
    return decided.notice if decided else None


def final_on_of(file: CaseFile) -> date | None:
    """Since when that cannot be contested any more; None as long as it can."""
    decided = file.award or file.refusal or file.rejection
    return decided.final_on if decided else None


def _facts_of_notice(file: CaseFile) -> list[dict[str, Any]]:
    notice = notice_of(file)
    if notice is None:
        return []
    facts: list[dict[str, Any]] = [
        {"key": "Bekannt gegeben", "value": notice.deemed_served_on, "kind": "date"},
        {"key": "Klagefrist", "value": notice.remedy_rule or f"bis {notice.remedy_ends_on:%d.%m.%Y}"},
        {"key": "Bestandskräftig", "value": final_on_of(file), "kind": "date"},
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


async def money_of(house: House, it: Known, file: CaseFile) -> dict[str, int | None]:
    """What was applied for, what is granted, and what the budgets say is paid."""
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


def tables_shown(file: CaseFile, asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every table that has something to show, in the order of the procedure."""
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
    if file.findings:
        tables.append(findings_table(file.findings))
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


def letters_of(file: CaseFile, back: str) -> list[dict[str, str]]:
    """The letters that can be read, newest procedure last."""
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


def timeline_of(house: House, case: str) -> list[dict[str, Any]]:
    """The case's events in words, each with the bytes it was recorded as. Blocks."""
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
