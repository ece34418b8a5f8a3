"""What the pages show of a project: what can be applied for, who shares the cost, the measures, what the rules found."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.intake.api.case_record import CaseRecord
from services.intake.api.offers import OfferedProgramme
from services.intake.application.found import SEVERITY_TITLES, Severity
from services.intake.vocabulary import COST_KEYS, ITEM_CODES, ITEMS
from shared.contracts.intake import Detail, Finding

type Context = dict[str, Any]


def items(offers: Sequence[OfferedProgramme]) -> list[Context]:
    """What can be applied for: the known items by their names, and those of every other programme that was told."""
    names = {*ITEMS, *ITEM_CODES}
    others = [
        {"value": it.code, "text": f"{it.title} ({programme.title})"}
        for programme in offers
        for it in programme.items
        if it.code not in names
    ]
    return [*({"value": code, "text": name} for code, name in ITEMS.items()), *others]


def asked(offers: Sequence[OfferedProgramme]) -> list[Context]:
    """What items want to know of a measure, item by item."""
    return [
        {
            "title": it.title,
            "fields": [{"code": one.code, "title": one.title, "kind": one.kind.value} for one in it.fields],
        }
        for programme in offers
        for it in programme.items
        if it.fields
    ]


def findings(found: Sequence[Finding]) -> list[Context]:
    """What the rules found in the form, what is missing first; nothing when all is in order."""
    if not found:
        return []
    tones = {Severity.MISSING: "warning", Severity.WARNING: "info"}
    return [
        {
            "caption": "Was bei der Prüfung des Antrags auffiel",
            "columns": [
                {"key": "severity", "title": "Art", "kind": "badge"},
                {"key": "text", "title": "Hinweis"},
                {"key": "rule", "title": "Regel"},
            ],
            "rows": [
                {
                    "severity": {"text": SEVERITY_TITLES[Severity(it.severity)], "tone": tones[Severity(it.severity)]},
                    "text": it.text,
                    "rule": it.rule,
                }
                for it in sorted(found, key=lambda it: it.severity != Severity.MISSING)
            ],
        }
    ]


def tables(record: CaseRecord, fields: Mapping[str, str]) -> list[Context]:
    """Who shares the cost, and the measures with what their item asks for, `fields` by their titles."""
    found: list[Context] = []
    if its := record.cooperation:
        found.append(
            {
                "caption": f"Zusammenarbeit, Kostenschlüssel: {COST_KEYS[its.cost_key]}",
                "columns": [
                    {"key": "name", "title": "Kommune"},
                    {"key": "inhabitants", "title": "Einwohner", "kind": "number"},
                    {"key": "share", "title": "Anteil"},
                    {"key": "cost_cents", "title": "Ausgaben", "kind": "money"},
                    {"key": "own_cents", "title": "Eigene Mittel", "kind": "money"},
                ],
                "rows": [
                    {
                        "name": {"text": it.name, "note": "leitet" if not index else ""},
                        "inhabitants": it.inhabitants,
                        "share": f"{it.share_bp // 100},{it.share_bp % 100:02d} %",
                        "cost_cents": it.cost_cents,
                        "own_cents": it.own_cents,
                    }
                    for index, it in enumerate(its.participants)
                ],
                "footer": {
                    "name": "Summe",
                    "cost_cents": sum(it.cost_cents for it in its.participants),
                    "own_cents": sum(it.own_cents for it in its.participants),
                },
            }
        )
    if record.measures:
        columns = [
            {"key": "title", "title": "Maßnahme"},
            {"key": "what", "title": "Angabe"},
            {"key": "text", "title": ""},
        ]
        rows = [
            {
                "title": measure.title if not index else "",
                "what": fields.get(it.code, it.code),
                "text": _ANSWERS.get(it.text, it.text),
            }
            for measure in record.measures
            for index, it in enumerate(measure.details or (Detail(code="", text=""),))
        ]
        found.append({"caption": "Maßnahmen", "columns": columns, "rows": rows})
    return found


_ANSWERS = {"yes": "Ja", "no": "Nein"}
