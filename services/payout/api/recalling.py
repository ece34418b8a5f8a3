"""Rückruf über HTTP: a person asks for payments back that the treasury holds, another one agrees, and the file leaves."""

import asyncio
from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from services.payout import batch as batches
from services.payout import recall as recalls
from services.payout import sequence, views
from services.payout.api.lookup import known_batch, known_recall
from services.payout.treasury import Unwritable
from services.payout.treasury.filing import recall_file, settings_of
from services.payout.treasury.known import FORMATS
from shared.decider import Decision, decision, replace
from shared.identity import Role
from shared.problems import Problem
from shared.service import House
from shared.web import Action, Ask, Body, NoBody, Text

RECALLING = frozenset({Role.ORDERING_OFFICER, Role.TREASURY})
"""Who orders and who pays can ask for it back."""


class RecallBody(Body):
    grounds: recalls.RecallGrounds = Field(title="Grund des Rückrufs")
    text: Text = Field(title="Begründung", description="ohne Namen von Personen")
    references: Annotated[str, StringConstraints(pattern="^[A-Z0-9 ]{0,10400}$")] = Field(
        default="",
        title="Zahlungskennungen",
        description="durch Leerzeichen getrennt; leer: alle, die sich zurückrufen lassen",
    )


class DropRecallBody(Body):
    reason: Text = Field(title="Grund", description="ohne Namen von Personen")


class RecallItem(BaseModel):
    """A request to cancel; `granted` and `refused` count the treasury's last words."""

    recall: str
    batch: str
    status: str = Field(description="requested, approved, transmitted, answered or dropped")
    grounds: str
    text: str
    references: list[str]
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
        return recalls.request(ask.new_id("recall"), sealed, named, body.grounds, body.text, version)

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
        await known_recall(house, ask.path["batch"], ask.path["recall"])
        return decision(recalls.decider, ask.path["recall"], recalls.DropRecall(reason=body.reason))

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
        return batches.Writing()
    numbers: sequence.Numbers = (await house.writer.state(sequence.decider, sealed.debtor)).state
    return replace(sealed.writing, single_titles=(), number=numbers.next, version=settings_of(house).hkr_version)


async def _unreleased(house: House, sealed: batches.BatchSealed) -> Sequence[str]:
    """The batches that wait for their release: one of them may bear a lower number than the file to be sealed."""
    if not recalls.is_by_order(sealed.writing):
        return ()
    await house.seen(house.writer.head.position)
    page = await asyncio.to_thread(views.listed, house.views, "batches", "sealed", "", 200)
    return [it.key for it in page.entries]
