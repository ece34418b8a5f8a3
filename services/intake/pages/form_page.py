"""The page on which an application is typed, whether it is new or a draft."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from fastapi import Request
from fastapi.responses import Response

from services.intake.api.bodies import ApplicationBody
from services.intake.api.draft_filing import DraftFileRecord
from services.intake.api.drafting import PATH as DRAFTS
from services.intake.api.drafting import DraftRecord
from services.intake.api.offers import offered
from services.intake.api.register import register_of
from services.intake.draft import DraftChanged
from services.intake.municipality import Kind
from services.intake.pages import showing, showing_project
from services.intake.vocabulary import ATTACHMENT_KINDS, CATEGORIES, COST_KEYS, OFFICES
from shared.calendar import local_date
from shared.forms import Typed
from shared.pages import field_title, form_errors, form_hints, page, safeguards
from shared.service import House

_ROWS = {"lines": 6, "by_year": 3, "attachments": 5, "measures": 3, "partners": 10, "on_behalf_of": 6}
_MOST_ROWS = 200
_ROW = re.compile(
    r"(lines|by_year|attachments|measures|cooperation\.partners|on_behalf_of)\.(\d{1,3})(\..+)?", re.ASCII
)
_COLUMNS = [
    {"key": "field", "title": "Angabe"},
    {"key": "own", "title": "Ihr Stand"},
    {"key": "saved", "title": "Anderswo gespeichert"},
]


async def form_page(
    house: House, request: Request, typed: Typed | None = None, draft: DraftRecord | None = None
) -> Response:
    """The form: empty, as a draft has it, or as it was typed and not accepted."""
    person, today = house.gate.person(request), local_date(house.now())
    register = await register_of(house)
    own = [found for key in person.applicant_keys if (found := register.find(key, today))]
    offers = await offered(house, today)
    values = closed_up(typed.typed) if typed else draft.fields if draft else {}
    if len(own) == 1:
        values = {"applicant_key": own[0].key, **values}
    return page(
        house, request, "new.html", status_code=typed.status if typed else 200, **_about(draft, typed),
        values=values, errors=form_errors(typed, ApplicationBody) if typed else [],
        hints=form_hints(typed) if typed else [], rows=_rows(values),
        municipalities=[{"value": it.key, "text": f"{it.full_name} ({it.key})"} for it in own],
        programmes=[{"value": it.programme, "text": it.title} for it in offers], asked=showing_project.asked(offers),
        associations=any(it.kind == Kind.ASSOCIATION for it in own), offices=showing.options(OFFICES),
        cost_keys=showing.options(COST_KEYS), items=showing_project.items(offers), categories=showing.options(CATEGORIES),
        attachment_kinds=showing.options(ATTACHMENT_KINDS),
        years=showing.options({year: str(year) for year in range(today.year, today.year + 5)}),
    )  # fmt: skip


def _about(draft: DraftRecord | None, typed: Typed | None) -> dict[str, Any]:
    """What the page says and does about the draft."""
    one = f"/{draft.draft}" if draft else ""
    forms = f"/intake/forms{DRAFTS.removeprefix('/intake')}{one}"
    changed = typed is not None and typed.code == DraftChanged.code
    return {
        "page_title": "Zuwendung beantragen",
        "action": f"{forms}/submission" if draft else "/intake/forms/applications",
        "idempotency_key": str(uuid4()),
        "back": "/intake/cases/{id}?done=submitted",
        "draft": draft and {
            "id": draft.draft, "version": draft.version, "saved_on": draft.saved_on, "kept_until_on": draft.kept_until_on,
            "files": [_file(draft, it) for it in draft.files],
        },
        "save_draft": {"url": forms, "key": str(uuid4())},
        "differences": {"columns": _COLUMNS, "rows": _differences(typed.typed, draft.fields)}
        if changed and typed and draft
        else None,
        "actions": [*(_removing(draft, it, forms) for it in draft.files), _discarding(draft, forms)] if draft else [],
    }  # fmt: skip


def _file(draft: DraftRecord, it: DraftFileRecord) -> dict[str, Any]:
    return {
        "text": f"{it.file_name} ({ATTACHMENT_KINDS.get(it.kind, it.kind)}, {_size(it.size)})",
        "url": f"{DRAFTS}/{draft.draft}/files/{it.file}",
    }


def _size(size: int) -> str:
    return f"{-(-size // 1000)} kB"


def _removing(draft: DraftRecord, it: DraftFileRecord, forms: str) -> dict[str, Any]:
    return {
        "id": f"remove-draft-file-{it.file}",
        "title": f"Datei entfernen: {it.file_name}",
        "submit": "Datei entfernen",
        "url": f"{forms}/files/{it.file}/removal",
        "fields": [],
        "tone": "secondary",
        "consequence": "Die Datei wird gelöscht. Speichern Sie vorher, was Sie geschrieben haben.",
        **safeguards(draft.version),
    }


def _discarding(draft: DraftRecord, forms: str) -> dict[str, Any]:
    return {
        "id": "discard-draft",
        "title": "Entwurf verwerfen",
        "submit": "Verwerfen und löschen",
        "url": f"{forms}/discarding",
        "fields": [],
        "tone": "secondary",
        "consequence": "Was Sie geschrieben haben, ist danach für niemanden mehr lesbar.",
        **safeguards(draft.version),
    }


def _differences(typed: Mapping[str, str], saved: Mapping[str, str]) -> list[dict[str, str]]:
    """Where what is typed here and what was saved elsewhere are not the same."""
    names = [it for it in dict.fromkeys((*typed, *saved)) if not it.startswith("attachments.")]
    return [
        {"field": _named(name), "own": typed.get(name, ""), "saved": saved.get(name, "")}
        for name in names
        if typed.get(name, "") != saved.get(name, "")
    ]


def _named(name: str) -> str:
    row = _ROW.fullmatch(name)
    title = field_title(ApplicationBody, name) or name
    return f"{title} ({int(row[2]) + 1}. Zeile)" if row else title


def _rows(values: Mapping[str, str]) -> dict[str, int]:
    """How many rows of each kind are shown: as many as a draft has, and at least some."""
    found = dict(_ROWS)
    for name in values:
        if row := _ROW.fullmatch(name):
            kind = row[1].rpartition(".")[2]
            found[kind] = max(found[kind], min(int(row[2]) + 1, _MOST_ROWS))
    return found


def closed_up(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, with the rows numbered as the body counts them: empty ones left out, so that errors find theirs."""
    used = {(it[1], int(it[2])) for name, text in typed.items() if text.strip() and (it := _ROW.fullmatch(name))}
    found: dict[str, str] = {}
    for name, text in typed.items():
        row = _ROW.fullmatch(name)
        if row is None:
            found[name] = text
        elif (row[1], int(row[2])) in used:
            place = sum(1 for kind, number in used if kind == row[1] and number < int(row[2]))
            found[f"{row[1]}.{place}{row[3] or ''}"] = text
    return found
