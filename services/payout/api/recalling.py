"""Rückruf über HTTP: a person asks for payments back that the treasury holds, another one agrees, and the file leaves."""

import asyncio
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from services.payout import batch as batches
from services.payout import recall as recalls
from services.payout import sequence, views
from services.payout.api.lookup import known_batch, known_recall, opened
from services.payout.treasury import Unwritable
from services.payout.treasury.filing import recall_file, settings_of
from services.payout.treasury.iso20022 import recall_request
from services.payout.treasury.known import FORMATS
from shared.decider import Decision, replace
from shared.identity import Role, Sealed, is_id
from shared.problems import Problem
from shared.service import House
from shared.web import Action, Ask, Body, NoBody, Text

RECALLING = frozenset({Role.ORDERING_OFFICER, Role.TREASURY})
"""Who orders and who pays can ask for it back."""


class RecallBody(Body):
    grounds: recalls.RecallGrounds = Field(title="Grund des Rückrufs")
    text: Text = Field(title="Begründung", description="wird versiegelt abgelegt")
    references: Annotated[str, StringConstraints(pattern="^[A-Z0-9 ]*$", max_length=520_000)] = Field(
        default="",
        title="Zahlungskennungen",
        description="durch Leerzeichen getrennt; leer: alle, die sich zurückrufen lassen",
    )


class DropRecallBody(Body):
    reason: Text = Field(title="Grund", description="wird versiegelt abgelegt")


class RecallItem(BaseModel):
    """A request to cancel; `granted` and `refused` count the treasury's last words."""

    recall: str
    batch: str
    status: str = Field(description="requested, approved, transmitted, answered or dropped")
    grounds: str
    text: str
    references: list[str] = Field(description="the first 400; all are listed under the request itself")
    count: int
    cents: int
    requested_by: str
    requested_on: str
    approved_by: str
    dropped_by: str
    drop_reason: str
    file_sha256: str
    granted: int
    refused: int
    answered_at: str


def recall_actions(house: House) -> list[Action]:
    """Asking for payments back, agreeing to it, giving it up."""

    async def request(body: RecallBody, ask: Ask) -> Decision:
        sealed: batches.BatchSealed = (await known_batch(house, ask.path["batch"])).state.sealed
        known = {it.reference for it in sealed.entries}
        named = body.references.split()
        if strange := [it for it in named if it not in known]:
            title = "Eine der Zahlungskennungen gehört nicht zu diesem Zahlungslauf."
            raise Problem(422, "reference-unknown", title, detail=strange[0], field="references")
        version = settings_of(house).hkr_version
        name = ask.new_id("recall")
        text = await _sealed(house, ask, name, "text", body.text)
        return recalls.request(name, sealed, named, body.grounds, text, version)

    async def approve(_body: NoBody, ask: Ask) -> Decision:
        state = await known_recall(house, ask.path["batch"], ask.path["recall"])
        created_at = ask.now.replace(microsecond=0)
        sealed: batches.BatchSealed = (await known_batch(house, ask.path["batch"])).state.sealed
        writing, before = await _writing(house, sealed), await _unreleased(house, sealed)
        try:
            raw = await asyncio.to_thread(recall_file, house, state.asked, created_at, writing)
        except Unwritable as error:
            title = "Aus diesem Rückruf lässt sich keine Datei bilden."
            raise Problem(409, f"recall-{error.code}", title, detail=error.reason) from error
        digest = sha256(raw).hexdigest()
        name = f"{state.asked.recall}.{digest[:12]}.{FORMATS[writing.format].suffix}"
        sealing = recalls.ApproveRecall(created_at=created_at, file_sha256=digest, file_name=name, writing=writing)
        return recalls.approve(state.asked, sealing, before)

    async def drop(body: DropRecallBody, ask: Ask) -> Decision:
        asked = (await known_recall(house, ask.path["batch"], ask.path["recall"])).asked
        reason = await _sealed(house, ask, asked.recall, "reason", body.reason)
        return recalls.drop(asked, recalls.DropRecall(sealed_reason=reason))

    one = "/payout/batches/{batch}/recalls/{recall}"
    return [
        Action(
            name="request-recall", title="Rückruf beantragen", path="/payout/batches/{batch}/recalls", roles=RECALLING,
            body=RecallBody, decide=request, creates=True, status=201,
            summary="Beantragt, Zahlungen zurückzurufen, die die Kasse schon hat; gesendet wird, wenn eine zweite Person zustimmt.",
        ),
        Action(
            name="approve-recall", title="Rückruf freigeben", path=f"{one}/approval", roles=RECALLING, decide=approve,
            summary="Stimmt einem Rückruf zu, den eine andere Person beantragt hat; die Datei wird versiegelt und übergeben.",
        ),
        Action(
            name="drop-recall", title="Rückruf verwerfen", path=f"{one}/dropping", roles=RECALLING, body=DropRecallBody,
            decide=drop, summary="Verwirft einen beantragten Rückruf, dem noch niemand zugestimmt hat.",
        ),
    ]  # fmt: skip


def takes_recalls(house: House, writing: batches.Writing) -> bool:
    """Whether the treasury takes a file that asks for payments of such a batch back."""
    return recalls.is_told_by_file(writing, settings_of(house).hkr_version)


async def _writing(house: House, sealed: batches.BatchSealed) -> batches.Writing:
    """How the file that takes payments of this batch back is written: as the batch, under the next running number."""
    if not recalls.is_by_order(sealed.writing):
        return batches.Writing(native_text=sealed.writing.native_text, version=recall_request.WRITING)
    numbers: sequence.Numbers = (await house.writer.state(sequence.decider, sealed.debtor)).state
    return replace(sealed.writing, single_titles=(), number=numbers.next, version=settings_of(house).hkr_version)


async def _unreleased(house: House, sealed: batches.BatchSealed) -> Sequence[str]:
    """The batches that wait for their release: one of them may bear a lower number than the file to be sealed."""
    if not recalls.is_by_order(sealed.writing):
        return ()
    await house.seen(house.writer.head.position)
    page = await asyncio.to_thread(views.listed, house.views, "batches", "sealed", "", 200)
    return [it.key for it in page.entries]


async def _sealed(house: House, ask: Ask, recall: str, field: str, text: str) -> Sealed:
    """What a person writes, under a key of its own."""
    if not text.strip():
        raise recalls.RecallReasonMissing(field=field)
    name = ask.new_id(f"recall-{field}")
    stream = recalls.decider.stream(recall)
    return await asyncio.to_thread(house.privacy.seal, text, stream=stream, path=field, subject=f"s-{name}")


async def told_recall(house: House, batch: str, recall: str) -> RecallItem:
    """A request as listed, with all its payments as committed; 404 problem."""
    state = await known_recall(house, batch, recall)
    await house.seen(house.writer.head.position)
    row = await asyncio.to_thread(house.views.get, "recalls", recall)
    [told] = await with_words(house, [row.body] if row else [])
    return RecallItem.model_validate(told | {"references": [it.reference for it in state.asked.entries]})


async def with_words(house: House, listed: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Requests of the lists, which hold no sealed value, with what people wrote of them."""
    told: list[dict[str, Any]] = []
    for it in listed:
        state: recalls.Recalling = (
            (await house.writer.state(recalls.decider, it["recall"])).state
            if is_id(it["recall"])
            else recalls.Unrequested()
        )
        asked = None if isinstance(state, recalls.Unrequested) else state.asked.sealed_text
        dropped = state.dropped.sealed_reason if isinstance(state, recalls.Dropped) and state.dropped else None
        text = await asyncio.to_thread(opened, house, asked) if asked else it["text"]
        reason = await asyncio.to_thread(opened, house, dropped) if dropped else it["drop_reason"]
        told.append({**it, "text": text, "drop_reason": reason})
    return told
