"""An action as a form on a page: who may, why not, what went wrong the last time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.access import Person
from shared.forms import Typed
from shared.identity import ROLE_TITLES
from shared.pages import form_errors, placed, safeguards
from shared.web import Action


@dataclass(frozen=True, slots=True)
class Failed:
    """A form that was not accepted: its action, the drawdown, claim, hold or request to cancel it was about, and why."""

    action: str
    about: str
    problem: Typed

    @property
    def status(self) -> int:
        return self.problem.status


def form_path(path: str) -> str:
    """Where the form of an action is sent."""
    return path.replace("/payout/", "/payout/forms/", 1)


def form(
    action: Action,
    person: Person,
    failed: Failed | None,
    *,
    path: str,
    back: str,
    about: str = "",
    if_match: str = "",
    reason: str = "",
    fields: Sequence[Mapping[str, Any]] = (),
    **more: Any,
) -> dict[str, Any]:
    """The form for this person; `reason` says why it is not possible now, `about` tells forms of one action apart.

    A form that was not accepted comes back with what was typed in its `fields`, and with each error at its field.
    """
    roles = ", ".join(ROLE_TITLES[it] for it in sorted(action.roles))
    asked = [dict(it) for it in fields]
    errors: list[dict[str, str]] = []
    if failed is not None and (failed.action, failed.about) == (action.name, about):
        errors = placed(form_errors(failed.problem, action.body), asked)
        for it in asked:
            if it.get("kind") != "hidden":
                it["value"] = failed.problem.typed.get(it["name"], "")
    return {
        "id": f"{action.name}-{about}" if about else action.name,
        "title": action.title,
        "submit": action.title,
        "url": form_path(path),
        "fields": [{"name": "back", "label": "", "kind": "hidden", "value": back}, *asked],
        "errors": errors,
        "disabled_reason": reason if person.roles & action.roles else f"Zuständig: {roles}.",
        **safeguards(),
        "if_match": if_match,
        **more,
    }
