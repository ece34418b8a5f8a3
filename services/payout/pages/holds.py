"""Zahlungssperren on pages: the forms to place and to lift one, and the tables of what stands."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.payout import hold as holds
from services.payout.api.answers import Case
from services.payout.pages import wording
from services.payout.pages.forms import Failed, form
from shared.access import Person
from shared.web import Action


def hold_forms(
    acts: Mapping[str, Action], person: Person, failed: Failed | None, told: Case
) -> Sequence[dict[str, Any]]:
    """Placing a hold at a case, and lifting each that binds it; only to those who may, beside the case's work."""
    found: list[dict[str, Any]] = []
    back = f"/payout/cases/{told.case}"
    lift, place = acts["lift-hold"], acts["place-hold"]
    if person.roles & lift.roles:
        for it in told.holds:
            path = lift.path.format(hold=it.hold)
            made = form(
                lift, person, failed, path=path, back=back, about=it.hold, if_match='"0"', text=it.sentence, fields=_LIFTING
            )  # fmt: skip
            found.append(made)
    if person.roles & place.roles:
        found.append(form(place, person, failed, path=place.path.format(case=told.case), back=back, fields=_PLACING))
    return found


def _options(titles: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"value": str(key), "text": text} for key, text in titles.items()]


_LIFTING: Sequence[dict[str, Any]] = (
    {"name": "reason", "label": "Grund", "kind": "textarea", "required": True, "hint": "ohne Namen von Personen"},
)
_PLACING: Sequence[dict[str, Any]] = (
    {
        "name": "kind", "label": "Was gesperrt wird", "kind": "radio", "required": True, "value": "case",
        "options": _options(holds.KIND_TITLES),
    },
    {"name": "reason", "label": "Grund", "kind": "radio", "required": True, "options": _options(holds.REASON_TITLES), "value": ""},
    {"name": "text", "label": "Erläuterung", "kind": "textarea", "required": True, "hint": "ohne Namen von Personen"},
    {"name": "ends_on", "label": "Letzter Tag", "kind": "date", "width": "date", "hint": "leer: bis zur Aufhebung"},
)  # fmt: skip


def holds_of_case(told: Case) -> list[dict[str, Any]]:
    columns = [
        {"key": "sentence", "title": "Zahlungssperre"},
        {"key": "text", "title": "Erläuterung"},
        {"key": "placed_by", "title": "gesetzt von"},
    ]
    rows = [{**it.model_dump(), "placed_by": wording.person(it.placed_by)} for it in told.holds]
    return [{"caption": "Zahlungssperren", "columns": columns, "rows": rows}] if rows else []


def hold_row(it: Mapping[str, Any]) -> dict[str, Any]:
    """A hold in the desk's list."""
    return {
        "case": {"text": it["file_number"] or it["case"][:12], "url": f"/payout/cases/{it['case']}"},
        "about": holds.KIND_TITLES[it["kind"]],
        "reason": holds.REASON_TITLES[it["reason"]],
        "placed_on": it["placed_on"],
        "ends_on": it["ends_on"],
        "status": wording.HOLDS[it["status"]],
    }
