"""Die Seiten der Regelungen: what applies in each programme, with the hash that a decision names, and every file's text."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from fastapi import Request
from fastapi.responses import Response

from services.review.api.case_answers import RuleApplied
from services.review.api.policy_reading import ProgrammeSheet, policy_file, programme_sheets
from services.review.pages.forms import Form, Rejected, shown
from shared.access import Person
from shared.calendar import local_date
from shared.identity import Role
from shared.pages import page
from shared.policy import KIND_TITLES, CriterionKind
from shared.problems import Problem
from shared.rules import RESULT_TITLES, Consequence, Result
from shared.service import House

POLICIES = "/review/policies"

_FILE_COLUMNS: Sequence[Mapping[str, Any]] = (
    {"key": "title", "title": "Regelung", "kind": "link"},
    {"key": "kind", "title": "Art"},
    {"key": "version", "title": "Fassung"},
    {"key": "in_force_on", "title": "gilt ab", "kind": "date"},
    {"key": "state", "title": "Stand", "kind": "badge"},
    {"key": "sha256", "title": "SHA-256", "kind": "hash"},
)
_ITEM_COLUMNS: Sequence[Mapping[str, Any]] = (
    {"key": "title", "title": "Fördergegenstand"},
    {"key": "state", "title": "Stand", "kind": "badge"},
    {"key": "why", "title": "Grund"},
    {"key": "financing", "title": "Finanzierung"},
)
_RULE_COLUMNS: Sequence[Mapping[str, Any]] = (
    {"key": "title", "title": "Regel"},
    {"key": "condition", "title": "Bedingung", "kind": "code"},
    {"key": "consequence", "title": "Wenn nicht erfüllt"},
    {"key": "source", "title": "Quelle"},
)
_PARAMETER_COLUMNS: Sequence[Mapping[str, Any]] = (
    {"key": "title", "title": "Parameter"},
    {"key": "told", "title": "Wert"},
)
_CRITERION_COLUMNS: Sequence[Mapping[str, Any]] = (
    {"key": "title", "title": "Kriterium"},
    {"key": "scale", "title": "Skala"},
    {"key": "weight", "title": "Gewicht", "kind": "number"},
    {"key": "required", "title": "Pflicht"},
    {"key": "items", "title": "Fördergegenstände"},
    {"key": "source", "title": "Quelle"},
)
_CONSEQUENCES: Mapping[str, str] = {
    Consequence.STOPS: "keine Bewilligung",
    Consequence.WARNS: "Hinweis",
}


def policy_form() -> Form:
    """The form that publishes files of one programme together."""
    areas = [
        {"name": f"texts.{index}", "label": label, "kind": "textarea", "required": index == 0, "quiet": True}
        for index, label in enumerate(("Regelungsdatei (TOML)", "zweite Datei", "dritte Datei"))
    ]
    return Form(
        fields=areas,
        submit="Veröffentlichen",
        text="Dateien, die zusammen gelten sollen, werden zusammen veröffentlicht und zusammen geprüft.",
        consequence="Wer nach dem Tag des Inkrafttretens entscheidet, entscheidet danach; Vorschläge nach anderer Fassung gehen zurück in die Prüfung.",
    )


async def policies_page(
    house: House,
    request: Request,
    person: Person,
    rejected: Rejected | None = None,
    problem: Problem | None = None,
) -> Response:
    """The programmes with their files, items and rules, and for an approver the form to publish more."""
    today = local_date(house.now())
    forms: list[dict[str, Any]] = []
    if Role.APPROVER in person.roles:
        safeguards = {"idempotency_key": str(uuid4())}
        forms.append(
            shown(
                "publish-policy", "Regelung veröffentlichen", POLICIES, policy_form(), back=POLICIES, rejected=rejected,
                safeguards=safeguards, more={},
            )
        )  # fmt: skip
    flash = {"tone": "danger", "title": problem.title, "text": problem.detail} if problem and not forms else None
    return page(
        house,
        request,
        "policies.html",
        status_code=problem.status if problem else 200,
        flash=flash,
        page_title="Regelungen",
        heading="Regelungen",
        lead=f"Was am {today:%d.%m.%Y} in jedem Förderprogramm gilt. Jede Entscheidung nennt die Hashes ihrer drei Dateien.",
        programmes=[_shown(it) for it in await programme_sheets(house, today)],
        actions=forms,
        back={"text": "Arbeitsvorrat", "url": "/review/"},
    )


def _shown(it: ProgrammeSheet) -> dict[str, Any]:
    files = [
        {
            "title": {"text": one.title, "url": f"{POLICIES}/{one.sha256}"},
            "kind": one.kind_title,
            "version": one.version,
            "in_force_on": one.in_force_on,
            "state": {"text": "in Kraft", "tone": "success"} if one.in_force else {"text": "nicht in Kraft", "tone": "neutral"},
            "sha256": one.sha256,
        }
        for one in it.files
    ]  # fmt: skip
    items = [
        {
            "title": f"{one.title} (Ziffer {one.letter})" if one.letter else one.title,
            "state": {"text": "offen", "tone": "success"} if one.is_open else {"text": "geschlossen", "tone": "warning"},
            "why": one.closed_because,
            "financing": one.financing,
        }
        for one in it.items
    ]  # fmt: skip
    rules = [
        {
            "title": one.title,
            "condition": one.condition,
            "consequence": _CONSEQUENCES[one.consequence],
            "source": one.source,
        }
        for one in it.rules
    ]
    titles = {one.code: one.title for one in it.items}
    criteria = [
        {
            "title": one.title,
            "scale": "ja oder nein" if one.kind == CriterionKind.YES_NO else f"0 bis {one.highest}",
            "weight": one.weight,
            "required": "ja" if one.required else "nein",
            "items": ", ".join(titles[code] for code in one.items) or "alle",
            "source": one.source,
        }
        for one in it.criteria
    ]
    return {
        "title": it.title,
        "note": f"Programm {it.programme}, Haushaltstitel {it.budget_title}" if it.budget_title else it.programme,
        "tables": [
            {"caption": "Dateien", "columns": _FILE_COLUMNS, "rows": files},
            {"caption": "Fördergegenstände", "columns": _ITEM_COLUMNS, "rows": items},
            {"caption": "Regeln", "columns": _RULE_COLUMNS, "rows": rules},
            {"caption": "Kriterien des fachlichen Votums", "columns": _CRITERION_COLUMNS, "rows": criteria},
            {
                "caption": "Parameter",
                "columns": _PARAMETER_COLUMNS,
                "rows": [{"title": one.title, "told": one.told} for one in it.parameters],
            },
        ],
    }


async def policy_page(house: House, request: Request, sha256: str) -> Response:
    """One file as it was published."""
    programme, it = await policy_file(house, sha256)
    return page(
        house,
        request,
        "policy.html",
        page_title=it.title,
        heading=it.title,
        lead=f"{KIND_TITLES[it.kind]}, Fassung {it.version}, gilt ab {it.in_force_on:%d.%m.%Y}, Programm {programme}",
        facts=[{"key": "SHA-256", "value": it.sha256, "kind": "hash"}],
        text=it.text,
        back={"text": "Regelungen", "url": POLICIES},
    )


_RESULT_TONES: Mapping[Result, str] = {
    Result.MET: "success",
    Result.NOT_MET: "danger",
    Result.UNDECIDED: "warning",
}


def rules_table(rules: Sequence[RuleApplied]) -> dict[str, Any]:
    """What the rules said of a proposal, for the case's page."""
    rows = [
        {
            "title": it.title,
            "result": {"text": RESULT_TITLES[it.result], "tone": _RESULT_TONES[it.result]},
            "reason": {"text": it.reason, "note": it.source},
        }
        for it in rules
    ]
    columns: list[Mapping[str, Any]] = [
        {"key": "title", "title": "Regel"},
        {"key": "result", "title": "Ergebnis", "kind": "badge"},
        {"key": "reason", "title": "Begründung"},
    ]
    return {"caption": "Regeln aus Richtlinie und Verwaltungspraxis", "columns": columns, "rows": rows}
