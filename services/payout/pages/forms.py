"""An action as a form on a page: who may, why not, what went wrong the last time."""

from dataclasses import dataclass
from typing import Any

from shared.access import Person
from shared.forms import Typed
from shared.identity import ROLE_TITLES
from shared.pages import form_errors, safeguards
from shared.web import Action


@dataclass(frozen=True, slots=True)
class Failed:
    """A form that was not accepted: its action, the drawdown it was about, and why."""

    action: str
    drawdown: str
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
    **more: Any,
) -> dict[str, Any]:
    """The form for this person; `reason` says why it is not possible now, `about` tells forms of one action apart."""
    roles = ", ".join(ROLE_TITLES[it] for it in sorted(action.roles))
    mine = failed is not None and (failed.action, failed.drawdown) == (action.name, about)
    return {
        "id": f"{action.name}-{about}" if about else action.name,
        "title": action.title,
        "submit": action.title,
        "url": form_path(path),
        "fields": [{"name": "back", "label": "", "kind": "hidden", "value": back}],
        "errors": form_errors(failed.problem) if failed is not None and mine else [],
        "disabled_reason": reason if person.roles & action.roles else f"Zuständig: {roles}.",
        **safeguards(),
        "if_match": if_match,
        **more,
    }
