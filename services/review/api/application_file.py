"""Was der Antragseingang mitgab: cooperation, measures and findings, as the API and the case's page show them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel

from services.review.assessment import WarningsAcknowledged
from services.review.examination import Application

SEVERITY_TITLES = {"missing": ("Fehlte", "warning"), "warning": ("Zu würdigen", "warning")}
COST_KEYS = {"inhabitants": "nach Einwohnern", "equal": "zu gleichen Teilen", "agreed": "wie vereinbart"}
_ANSWERS = {"yes": "Ja", "no": "Nein"}


class FindingTold(BaseModel):
    """What a check found when the application came in."""

    rule: str
    severity: str
    code: str
    field: str
    text: str


class ParticipantTold(BaseModel):
    key: str
    name: str
    inhabitants: int
    share_bp: int
    cost_cents: int
    own_cents: int


class CooperationTold(BaseModel):
    cost_key: str
    forwards_grant: bool | None
    participants: list[ParticipantTold]


class DetailTold(BaseModel):
    code: str
    text: str


class MeasureTold(BaseModel):
    title: str
    details: list[DetailTold]


class WarningsRead(BaseModel):
    """What a reviewer made of the warnings."""

    consideration: str
    by: str
    on: date


class ApplicationTold(BaseModel):
    """The parts of the application beside plan and documents. `warnings_read` is none until a reviewer took note."""

    programme: str
    on_behalf_of: list[str]
    cooperation: CooperationTold | None
    measures: list[MeasureTold]
    findings: list[FindingTold]
    early_start_on: date | None
    warnings_read: WarningsRead | None


def told_of(it: Application, acknowledged: WarningsAcknowledged | None) -> ApplicationTold:
    """What intake told of an application, with what review made of it."""
    return ApplicationTold(
        programme=it.programme,
        on_behalf_of=list(it.on_behalf_of),
        cooperation=CooperationTold(
            cost_key=it.cooperation.cost_key,
            forwards_grant=it.cooperation.forwards_grant,
            participants=[
                ParticipantTold(
                    key=one.key,
                    name=one.name,
                    inhabitants=one.inhabitants,
                    share_bp=one.share_bp,
                    cost_cents=one.cost_cents,
                    own_cents=one.own_cents,
                )
                for one in it.cooperation.participants
            ],
        )
        if it.cooperation
        else None,
        measures=[
            MeasureTold(title=one.title, details=[DetailTold(code=two.code, text=two.text) for two in one.details])
            for one in it.measures
        ],
        findings=[
            FindingTold(rule=one.rule, severity=one.severity, code=one.code, field=one.field, text=one.text)
            for one in it.findings
        ],
        early_start_on=it.early_start_on,
        warnings_read=WarningsRead(
            consideration=acknowledged.consideration, by=acknowledged.acknowledged_by, on=acknowledged.acknowledged_on
        )
        if acknowledged
        else None,
    )


def tables_of(told: ApplicationTold, fields: Mapping[str, str]) -> list[dict[str, Any]]:
    """The same as tables of the case's page; `fields` are the titles of what the item asks of a measure."""
    return [*_findings(told), *_cooperation(told), *_measures(told, fields)]


def _findings(told: ApplicationTold) -> list[dict[str, Any]]:
    if not told.findings:
        return []
    rows = [
        {
            "severity": dict(zip(("text", "tone"), SEVERITY_TITLES[it.severity], strict=True)),
            "text": it.text,
            "rule": it.rule,
        }
        for it in sorted(told.findings, key=lambda it: it.severity != "warning")
    ]
    columns = [
        {"key": "severity", "title": "Art", "kind": "badge"},
        {"key": "text", "title": "Hinweis"},
        {"key": "rule", "title": "Regel"},
    ]
    return [{"caption": "Hinweise aus dem Antragseingang", "columns": columns, "rows": rows}]


def _cooperation(told: ApplicationTold) -> list[dict[str, Any]]:
    its = told.cooperation
    if its is None:
        return []
    columns = [
        {"key": "name", "title": "Kommune"},
        {"key": "inhabitants", "title": "Einwohner", "kind": "number"},
        {"key": "cost_cents", "title": "Ausgaben", "kind": "money"},
        {"key": "own_cents", "title": "Eigene Mittel", "kind": "money"},
    ]
    rows: list[dict[str, Any]] = [
        {
            "name": {"text": it.name, "note": "leitet" if not index else ""},
            "inhabitants": it.inhabitants,
            "cost_cents": it.cost_cents,
            "own_cents": it.own_cents,
        }
        for index, it in enumerate(its.participants)
    ]
    footer = {
        "name": "Summe",
        "cost_cents": sum(it.cost_cents for it in its.participants),
        "own_cents": sum(it.own_cents for it in its.participants),
    }
    caption = f"Zusammenarbeit, Kostenschlüssel: {COST_KEYS[its.cost_key]}"
    return [{"caption": caption, "columns": columns, "rows": rows, "footer": footer}]


def _measures(told: ApplicationTold, fields: Mapping[str, str]) -> list[dict[str, Any]]:
    if not told.measures:
        return []
    columns = [{"key": "title", "title": "Maßnahme"}, {"key": "what", "title": "Angabe"}, {"key": "text", "title": ""}]
    rows = [
        {
            "title": it.title if not index else "",
            "what": fields.get(one.code, one.code),
            "text": _ANSWERS.get(one.text, one.text),
        }
        for it in told.measures
        for index, one in enumerate(it.details or [DetailTold(code="", text="")])
    ]
    return [{"caption": "Maßnahmen", "columns": columns, "rows": rows}]
