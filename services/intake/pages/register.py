"""The register's page: what it holds, in what a directory differs, and the forms by which it is kept."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from services.intake.api import register as territory_desk
from services.intake.api.register import KEEPERS, READERS, Preview, RegisterRecord
from services.intake.directory_difference import DifferenceKind
from services.intake.municipality import Kind
from services.intake.pages import showing
from services.intake.territorial_change import ChangeKind, Unit
from shared.access import allowed_role
from shared.calendar import local_date
from shared.forms import Typed
from shared.identity import Role
from shared.pages import form_errors, page, safeguards
from shared.service import House
from shared.web import Action

PATH = "/intake/register"
_FORMS = "/intake/forms/register"
KINDS: Mapping[Kind, str] = {
    Kind.MUNICIPALITY: "Gemeinden",
    Kind.TOWN: "Städte",
    Kind.INDEPENDENT_CITY: "Kreisfreie Städte",
    Kind.DISTRICT: "Landkreise",
    Kind.ASSOCIATION: "Verwaltungsgemeinschaften",
    Kind.SPECIAL_PURPOSE_ASSOCIATION: "Zweckverbände",
}
DIFFERENCES: Mapping[DifferenceKind, str] = {
    DifferenceKind.APPEARED: "neu",
    DifferenceKind.DISAPPEARED: "fehlt",
    DifferenceKind.RENAMED: "anderer Name",
    DifferenceKind.OF_OTHER_KIND: "andere Art",
    DifferenceKind.IN_OTHER_ASSOCIATION: "anderer Regionalschlüssel",
    DifferenceKind.INHABITANTS: "andere Einwohnerzahl",
    DifferenceKind.AREA: "andere Fläche",
}
CHANGES: Mapping[ChangeKind, str] = {
    ChangeKind.DISSOLUTION: "Auflösung",
    ChangeKind.PART_MOVED: "Teilausgliederung",
    ChangeKind.KEY_CHANGE: "Schlüsseländerung",
    ChangeKind.NAME_CHANGE: "Namensänderung",
}
_UNITS: Mapping[Unit, str] = {Unit.MUNICIPALITY: "Gemeinde", Unit.ASSOCIATION: "Gemeindeverband"}
_DONE: Mapping[str, str] = {
    "preview-directory": "Das Verzeichnis ist gelesen und verglichen. Noch ist nichts geändert.",
    "accept-directory": "Das Verzeichnis ist übernommen.",
    "discard-directory": "Das Verzeichnis ist verworfen.",
    "import-territorial-changes": "Die Änderungsliste ist eingelesen.",
    "record-territorial-change": "Die Gebietsänderung ist erfasst.",
    "register-special-purpose-association": "Der Zweckverband ist eingetragen.",
}


async def register_page(
    house: House, request: Request, acted: Action | None = None, typed: Typed | None = None
) -> Response:
    """The register; with what was typed when a form was not accepted."""
    person = house.gate.person(request)
    allowed_role(person, READERS - {Role.APPLICANT}, "read-register")
    record = territory_desk.record_of(await territory_desk.folded(house), local_date(house.now()))
    keeps = bool(person.roles & KEEPERS)
    name = acted.name if acted else ""
    errors = form_errors(typed, acted.body) if typed and acted else []
    return page(
        house, request, "register.html", status_code=typed.status if typed else 200,
        page_title="Register der Antragsberechtigten", tiles=_tiles(record), preview=_preview(record.previewed),
        uploads=_uploads(name, errors) if keeps else [],
        actions=_actions(record, name, errors, typed.typed if typed else {}) if keeps else [],
        changes=_changes(record), flash=_flash(request, typed),
    )  # fmt: skip


def _flash(request: Request, typed: Typed | None) -> dict[str, str] | None:
    if typed is not None:
        return {"tone": "danger", "title": typed.title, "text": typed.detail}
    done = _DONE.get(request.query_params.get("done", ""))
    return {"tone": "success", "title": done} if done else None


def _tiles(record: RegisterRecord) -> list[dict[str, Any]]:
    return [{"title": title, "value": record.bodies[kind], "kind": "number"} for kind, title in KINDS.items()]


def _preview(it: Preview | None) -> dict[str, Any] | None:
    if it is None:
        return None
    columns = [
        {"key": "key", "title": "Schlüssel", "kind": "code"},
        {"key": "name", "title": "Körperschaft"},
        {"key": "kind", "title": "Unterschied"},
        {"key": "before", "title": "Register"},
        {"key": "after", "title": "Verzeichnis"},
    ]
    rows = [
        {"key": one.key, "name": one.name, "kind": DIFFERENCES[one.kind], "before": one.before, "after": one.after}
        for one in it.differences
    ]
    return {
        "facts": [
            {"key": "Gebietsstand", "value": it.territory_on, "kind": "date"},
            {"key": "Körperschaften", "value": it.bodies, "kind": "number"},
            {"key": "Datei SHA-256", "value": it.sha256, "kind": "hash"},
            {"key": "Quelle", "value": it.attribution},
        ],
        "counts": [{"title": DIFFERENCES[kind], "value": count, "kind": "number"} for kind, count in it.counts.items()],
        "columns": columns,
        "rows": rows,
        "note": f"{it.left_off} weitere Unterschiede sind nicht gezeigt." if it.left_off else "",
    }


def _uploads(acted: str, errors: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    forms = (
        (
            "preview-directory", "Gemeindeverzeichnis vergleichen", "directory", "Einlesen und vergleichen",
            "GV100AD (Textdatei) oder Auszug GV (xlsx) des Statistischen Bundesamts, höchstens 10 MB.",
        ),
        (
            "import-territorial-changes", "Änderungsliste einlesen", "change-list", "Einlesen",
            "Namens-, Grenz- und Schlüsseländerungen als Tabelle in Textform (CSV).",
        ),
    )  # fmt: skip
    return [
        {
            "id": name,
            "title": title,
            "text": text,
            "url": f"{_FORMS}/{path}",
            "submit": submit,
            "errors": [dict(it, field="file") for it in errors] if acted == name else [],
            "back": f"{PATH}?done={name}",
            **safeguards(),
        }
        for name, title, path, submit, text in forms
    ]


def _actions(
    record: RegisterRecord, acted: str, errors: list[dict[str, str]], typed: Mapping[str, str]
) -> list[dict[str, Any]]:
    def form(name: str, title: str, path: str, fields: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        return {
            "id": name,
            "title": title,
            "submit": title,
            "url": f"{_FORMS}/{path}",
            "fields": [
                {"name": "back", "kind": "hidden", "value": f"{PATH}?done={name}"},
                *(
                    {**it, "value": typed.get(it["name"], it.get("value", ""))} if acted == name else it
                    for it in fields
                ),
            ],
            "errors": errors if acted == name else [],
            **safeguards(),
            **more,
        }

    found: list[dict[str, Any]] = []
    if record.previewed:
        seen = [{"name": "sha256", "kind": "hidden", "value": record.previewed.sha256}]
        version = safeguards(record.version)
        found += [
            form("accept-directory", "Gemeindeverzeichnis übernehmen", "directory/acceptance", seen, **version),
            form("discard-directory", "Gemeindeverzeichnis verwerfen", "directory/discard", seen, tone="secondary", **version),
        ]  # fmt: skip
    return [
        *found,
        form("record-territorial-change", "Gebietsänderung erfassen", "changes", _change_fields()),
        form(
            "register-special-purpose-association", "Zweckverband eintragen", "associations",
            [
                _text("key", "Schlüssel", hint="Landkreis, -zv- und ein kurzes Kennwort: 16070-zv-wasser"),
                _text("name", "Name"),
                _text("begins_on", "Antragsberechtigt ab", kind="date", width="date"),
            ],
        ),
    ]  # fmt: skip


def _change_fields() -> list[dict[str, Any]]:
    return [
        _text("reference", "Kennziffer der Änderung", hint="wie in der amtlichen Liste, zum Beispiel 16/2024/0013-R"),
        _text("unit", "Einheit", kind="select", options=showing.options(_UNITS)),
        _text("kind", "Art der Änderung", kind="select", options=showing.options(CHANGES)),
        _text("effective_on", "Wirksam ab", kind="date", width="date"),
        _text("old_key", "Bisheriger Schlüssel"),
        _text("old_ars", "Bisheriger Regionalschlüssel", required=False),
        _text("old_name", "Bisheriger Name"),
        _text("new_key", "Neuer Schlüssel"),
        _text("new_ars", "Neuer Regionalschlüssel", required=False),
        _text("new_name", "Neuer Name", hint="mit „, Stadt“, wenn sie eine ist"),
        _text("inhabitants", "Einwohner, die wechseln", required=False),
        _text("hectares", "Fläche, die wechselt, in Hektar", required=False),
    ]


def _text(name: str, label: str, *, kind: str = "text", required: bool = True, **more: Any) -> dict[str, Any]:
    return {"name": name, "label": label, "kind": kind, "required": required, "value": "", **more}


def _changes(record: RegisterRecord) -> dict[str, Any]:
    columns = [
        {"key": "reference", "title": "Kennziffer"},
        {"key": "kind", "title": "Art"},
        {"key": "effective_on", "title": "Wirksam ab", "kind": "date"},
        {"key": "before", "title": "Bisher"},
        {"key": "after", "title": "Neu"},
    ]
    rows = [
        {
            "reference": it.reference,
            "kind": f"{_UNITS[it.unit]}: {CHANGES[it.kind]}",
            "effective_on": it.effective_on,
            "before": {"text": it.old_name, "note": it.old_key},
            "after": {"text": it.new_name, "note": it.new_key},
        }
        for it in reversed(record.changes)
    ]
    return {"columns": columns, "rows": rows}
