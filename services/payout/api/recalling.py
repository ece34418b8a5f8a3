"""Rückruf über HTTP: a person asks for payments back that the treasury holds, another one agrees, and the file leaves."""

import asyncio
from hashlib import sha256
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from services.payout import batch as batches
from services.payout import recall as recalls
from services.payout.api.lookup import known_batch, known_recall
from services.payout.treasury import Unwritable
from services.payout.treasury.filing import recall_file
from shared.decider import Decision, decision
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
        return recalls.request(ask.new_id("recall"), sealed, named, body.grounds, body.text)

    async def approve(_body: NoBody, ask: Ask) -> Decision:
        state = await known_recall(house, ask.path["batch"], ask.path["recall"])
        created_at = ask.now.replace(microsecond=0)
        try:
            raw = await asyncio.to_thread(recall_file, house, state.asked, created_at)
        except Unwritable as error:
            title = "Aus diesem Rückruf lässt sich keine Datei bilden."
            raise Problem(409, f"recall-{error.code}", title, detail=error.reason) from error
        digest = sha256(raw).hexdigest()
        name = f"{state.asked.recall}.{digest[:12]}.xml"
        sealing = recalls.ApproveRecall(created_at=created_at, file_sha256=digest, file_name=name)
        return recalls.approve(state.asked, sealing)

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
