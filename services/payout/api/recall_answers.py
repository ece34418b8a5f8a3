"""What payout tells of requests to cancel: what was asked, by whom, what the Kasse is told of it and what it said."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from services.payout import recall as recalls
from services.payout.api.lookup import known_batch, known_recall, opened
from services.payout.treasury.recall_sheet import cash_references
from shared.identity import is_id
from shared.service import House
from shared.web import etag


class RecalledPayment(BaseModel):
    """What the Kasse is told of a payment, and what it said; `cash_reference` is the Kassenzeichen under which it was typed in."""

    reference: str
    cash_reference: str
    cents: int
    outcome: str = Field(description="granted, refused, pending, or empty while nothing was said")


class RecordedAnswer(BaseModel):
    """An answer that a person was told, with the evidence for it."""

    recorded_by: str
    told_on: date
    granted: int
    refused: int
    pending: int
    evidence: str


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
    by_hand: bool = Field(default=False, description="the Kasse is called, and a person records its answer")


class OneRecall(RecallItem):
    payments: list[RecalledPayment]
    recorded: list[RecordedAnswer]
    etag: str


async def told_recall(house: House, batch: str, recall: str) -> OneRecall:
    """A request as listed, with all its payments as committed; 404 problem."""
    state = await known_recall(house, batch, recall)
    await house.seen(house.writer.head.position)
    row = await asyncio.to_thread(house.views.get, "recalls", recall)
    [told] = await with_words(house, [row.body] if row else [])
    found = await known_batch(house, batch)
    names, answers = cash_references(found.state), dict(state.answers) if isinstance(state, recalls.Sent) else {}
    paid = [
        RecalledPayment(
            reference=it.reference, cash_reference=names.get(it.reference, ""), cents=it.cents,
            outcome=answers.get(it.payment, ""),
        )
        for it in state.asked.entries
    ]  # fmt: skip
    more = {"references": [it.reference for it in paid], "payments": paid, "etag": etag(found.version)}
    recorded = [await _recorded(house, it) for it in state.recorded] if isinstance(state, recalls.Sent) else []
    return OneRecall.model_validate(told | more | {"recorded": recorded})


async def _recorded(house: House, it: recalls.RecallAnswered) -> RecordedAnswer:
    evidence = await asyncio.to_thread(opened, house, it.sealed_evidence) if it.sealed_evidence else ""
    return RecordedAnswer.model_validate(
        {
            "recorded_by": it.recorded_by, "told_on": it.told_on, "granted": len(it.granted), "refused": len(it.refused),
            "pending": len(it.pending), "evidence": evidence,
        }
    )  # fmt: skip


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
