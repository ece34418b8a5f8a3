"""Rückruf for people: on the page of a batch, what was asked back, what the treasury said, and the forms for it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from services.payout import recall as recalls
from services.payout import views
from services.payout.api.answers import Batch
from services.payout.api.recall_answers import told_recall, with_words
from services.payout.pages import wording
from services.payout.pages.barred import hindrance as barred_by
from services.payout.pages.forms import Failed, form
from services.payout.payment import RecallOutcome
from shared.access import Person
from shared.contracts import Acted
from shared.duties import hindrance
from shared.identity import Role
from shared.service import House
from shared.web import Action

SHOWN = 400
"""So many payments that the Kasse is told of by hand are on the page of a batch; the request itself names all."""
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
    """What can be done now: ask for payments back, agree to a request, give it up, record what the Kasse was asked by hand."""
    if not told.recallable:
        return []
    answering = acts["record-recall-answer"]
    open_ones = [it for it in asked if it["by_hand"] and it["status"] in ("approved", "transmitted")]
    made: list[dict[str, Any]] = [await _answering(house, answering, person, failed, told, it) for it in open_ones]
    waiting = [it for it in asked if it["status"] == "requested"]
    for it in waiting:
        entries = await _entries(house, it)
        for name in _DECIDING:
            barred = await barred_by(house, name, entries, person)
            made.append(_deciding(acts[name], person, failed, told, it, barred))
    return [*made, _requesting(acts["request-recall"], person, failed, told)]


async def _entries(house: House, it: Mapping[str, Any]) -> Sequence[recalls.RecalledEntry]:
    state = (await house.writer.state(recalls.decider, it["recall"])).state
    return () if isinstance(state, recalls.Unrequested) else state.asked.entries


async def _answering(
    house: House, action: Action, person: Person, failed: Failed | None, told: Batch, it: Mapping[str, Any]
) -> dict[str, Any]:
    acted = (
        Acted(person=it["requested_by"], role=Role.ORDERING_OFFICER, action="request-recall"),
        Acted(person=it["approved_by"], role=Role.TREASURY, action="approve-recall"),
    )
    barred = hindrance(action.name, acted, person.id)
    barred = barred or await barred_by(house, action.name, await _entries(house, it), person)
    options = [{"value": one.value, "text": wording.ANSWERS[one]} for one in RecallOutcome]
    fields = [
        {"name": "outcome", "label": "Antwort der Kasse", "kind": "radio", "required": True, "options": options, "value": ""},
        {"name": "references", "label": "Zahlungskennungen", "hint": "durch Leerzeichen getrennt; leer: alle dieses Rückrufs"},
        {"name": "told_on", "label": "Tag der Antwort", "kind": "date", "width": "date", "required": True, "value": ""},
        {
            "name": "evidence", "label": "Beleg", "kind": "textarea", "required": True,
            "hint": "wer was wie gesagt hat, und wo es belegt ist; wird versiegelt abgelegt",
        },
    ]  # fmt: skip
    return form(
        action, person, failed, path=action.path.format(batch=told.batch, recall=it["recall"]),
        back=f"/payout/batches/{told.batch}", about=it["recall"], if_match=told.etag, reason=barred, fields=fields,
        text="Für diesen Rückruf gibt es keine Datei. Rufen Sie die Kasse an oder nehmen Sie die Anordnungen im Kassenverfahren zurück, "
        "unter den Kassenzeichen, die unten stehen, und vermerken Sie, was sie dazu sagt. Zugesagt heißt: Sie hat die Zahlung angehalten "
        "oder holt sie zurück.",
    )  # fmt: skip


async def told_by_hand(house: House, batch: str, asked: Sequence[Mapping[str, Any]]) -> Sequence[dict[str, Any]]:
    """What the Kasse is told by hand of requests that were agreed to: each payment under its Kassenzeichen, with what was said."""
    rows: list[dict[str, Any]] = []
    for it in (one for one in asked if one["by_hand"]):
        told = await told_recall(house, batch, it["recall"])
        evidence = "; ".join(f"{one.told_on:%d.%m.%Y}, {one.recorded_by}: {one.evidence}" for one in told.recorded)
        rows += [
            {
                "cash_reference": one.cash_reference,
                "reference": one.reference,
                "grounds": wording.GROUNDS[it["grounds"]],
                "answer": {"text": wording.ANSWERS.get(one.outcome, "noch nichts gesagt"), "note": evidence},
                "cents": one.cents,
            }
            for one in told.payments
        ]
    return rows[:SHOWN]


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
    many = "Eine Zahlung" if it["count"] == 1 else f"{it['count']} Zahlungen"
    return form(
        action, person, failed, path=action.path.format(batch=told.batch, recall=it["recall"]),
        back=f"/payout/batches/{told.batch}", about=it["recall"], if_match=told.etag,
        reason=(hindrance("approve-recall", acted, person.id) if approving else "") or barred,
        consequence=f"{many}, Grund: {wording.GROUNDS[it['grounds']]}." if approving else "",
        fields=[] if approving else [_DROPPING],
    )  # fmt: skip
