"""Rückruf for people: on the page of a batch, what was asked back, what the treasury said, and the forms for it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from services.payout import recall as recalls
from services.payout import views
from services.payout.api.answers import Batch
from services.payout.api.recalling import with_words
from services.payout.pages import wording
from services.payout.pages.barred import hindrance as barred_by
from services.payout.pages.forms import Failed, form
from shared.access import Person
from shared.contracts import Acted
from shared.duties import hindrance
from shared.identity import Role
from shared.service import House
from shared.web import Action

_DECIDING = ("approve-recall", "drop-recall")
_REQUESTING: Sequence[Mapping[str, Any]] = (
    {
        "name": "grounds", "label": "Grund des Rückrufs", "kind": "radio", "required": True, "value": "",
        "options": [{"value": it.value, "text": wording.GROUNDS[it]} for it in recalls.RecallGrounds],
    },
    {"name": "text", "label": "Begründung", "required": True, "hint": "wird versiegelt abgelegt"},
    {
        "name": "references", "label": "Zahlungskennungen", "hint": "durch Leerzeichen getrennt; leer: alle, die sich zurückrufen lassen",
    },
)  # fmt: skip
_DROPPING = {"name": "reason", "label": "Grund", "required": True, "hint": "wird versiegelt abgelegt"}


async def recalls_of(house: House, batch: str) -> Sequence[Mapping[str, Any]]:
    """The requests to cancel payments of a batch, newest first."""
    page = await asyncio.to_thread(views.listed, house.views, "recalls-of-batches", batch, "", 50, newest_first=True)
    return await with_words(house, [it.body for it in page.entries])


def recall_row(it: Mapping[str, Any]) -> dict[str, Any]:
    """A request as a row."""
    return {
        "grounds": {"text": wording.GROUNDS[it["grounds"]], "note": it["text"]},
        "references": ", ".join(it["references"][:5]) + (" …" if len(it["references"]) > 5 else ""),
        "cents": it["cents"],
        "by": " und ".join(one for one in (it["requested_by"], it["approved_by"]) if one),
        "answers": f"{it['granted']} zugesagt, {it['refused']} abgelehnt",
        "status": wording.RECALLS[it["status"]],
    }


async def recall_forms(
    house: House,
    acts: Mapping[str, Action],
    person: Person,
    failed: Failed | None,
    told: Batch,
    asked: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """What can be done now: ask for payments back, agree to a request, give it up."""
    if not told.recallable:
        return []
    waiting = [it for it in asked if it["status"] == "requested"]
    made: list[dict[str, Any]] = []
    for it in waiting:
        state = (await house.writer.state(recalls.decider, it["recall"])).state
        entries = () if isinstance(state, recalls.Unrequested) else state.asked.entries
        for name in _DECIDING:
            barred = await barred_by(house, name, entries, person)
            made.append(_deciding(acts[name], person, failed, told, it, barred))
    return [*made, _requesting(acts["request-recall"], person, failed, told)]


def _requesting(action: Action, person: Person, failed: Failed | None, told: Batch) -> dict[str, Any]:
    back = f"/payout/batches/{told.batch}"
    return form(
        action, person, failed, path=action.path.format(batch=told.batch), back=back, if_match=told.etag,
        fields=_REQUESTING, text="Die Kasse hat die Datei. Zahlungen, die noch nicht ausgeführt sind, kann sie auf Bitte zurückhalten; ausgeführte kommen nur "
        "zurück, wenn die Bank des Empfängers zustimmt. Gesendet wird erst, wenn eine zweite Person zustimmt.",
    )  # fmt: skip


def _deciding(
    action: Action, person: Person, failed: Failed | None, told: Batch, it: Mapping[str, Any], barred: str
) -> dict[str, Any]:
    acted = (Acted(person=it["requested_by"], role=Role.ORDERING_OFFICER, action="request-recall"),)
    approving = action.name == "approve-recall"
    return form(
        action, person, failed, path=action.path.format(batch=told.batch, recall=it["recall"]),
        back=f"/payout/batches/{told.batch}", about=it["recall"], if_match=told.etag,
        reason=(hindrance("approve-recall", acted, person.id) if approving else "") or barred,
        consequence=f"{it['count']} Zahlungen, Grund: {wording.GROUNDS[it['grounds']]}." if approving else "",
        fields=[] if approving else [_DROPPING],
    )  # fmt: skip
