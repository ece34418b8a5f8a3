"""Was in der Prüfung getan werden kann, desk by desk."""

from dataclasses import replace
from typing import Any

from services.review import closing, proof
from services.review.api import early_starts
from services.review.api.budgeting import budgeting
from services.review.api.changing import changing
from services.review.api.closing import closing_cases
from services.review.api.deciding import deciding
from services.review.api.examining import examining
from services.review.api.fulfilling import fulfilling
from services.review.api.handling import handling, within_duty
from services.review.api.notifying import notifying
from services.review.api.proceeding import proceeding
from services.review.api.proving import proving
from services.review.api.publishing import publishing
from services.review.api.recovering import recovering
from services.review.api.succeeding import succeeding
from services.review.involvement import consulting
from shared.decider import Decision
from shared.service import House
from shared.web import Action, Ask

REFUSALS = {
    "funds-not-available": "Der Haushalt kann diese Mittel nicht vormerken; die Ablehnung ist festgehalten.",
    "funds-not-committable": "Die vorgemerkten Mittel lassen sich nicht festlegen; es ist nichts bewilligt.",
    "practice-changed-since-proposal": (
        "Seit dem Vorschlag haben sich Richtlinie, Verwaltungspraxis oder Parameter geändert; der Vorgang ist zurück in der Prüfung."
    ),
}


def actions(house: House) -> list[Action]:
    """What people may do in review."""
    offered = within_duty(
        house,
        [
            *budgeting(house),
            *handling(house),
            *examining(house),
            *proceeding(house),
            *deciding(house),
            *notifying(house),
            *publishing(house),
            *succeeding(house),
            *early_starts.actions(house),
            *changing(house),
            *fulfilling(house),
            *proving(house),
            *recovering(house),
            *closing_cases(house),
        ],
    )
    return [_consulting(it) for it in offered]


def _consulting(action: Action) -> Action:
    """The action, refused to whoever did something at intake or payout that bars them from it here."""
    if f"{{{action.case}}}" not in action.path:
        return action

    async def decide(body: Any, ask: Ask) -> Decision:
        case = ask.path[action.case]
        asked = proof.consulting(case, action.name, consulting(case, action.name, await action.decide(body, ask)))
        return closing.consulting(case, action.name, asked)

    return replace(action, decide=decide)
