"""Rückruf über HTTP: a person asks for payments back that the treasury holds, another one agrees, and the file leaves."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from typing import Annotated

from pydantic import Field, StringConstraints

from services.payout import batch as batches
from services.payout import recall as recalls
from services.payout import sequence, views
from services.payout.api.lookup import known_batch, known_recall
from services.payout.payment import RecallOutcome
from services.payout.report import AnswerByHand, record_recall_answer
from services.payout.treasury import Unwritable
from services.payout.treasury.filing import recall_file, renewal_of, settings_of
from services.payout.treasury.iso20022 import recall_request
from services.payout.treasury.known import FORMATS
from services.payout.treasury.recall_sheet import WRITING as BY_SHEET
from services.payout.treasury.recall_sheet import cash_references, recall_sheet
from shared.decider import Decision, replace
from shared.identity import Role, Sealed
from shared.problems import FieldError, Problem
from shared.service import House
from shared.web import Action, Ask, Body, NoBody, Text

RECALLING = frozenset({Role.ORDERING_OFFICER, Role.TREASURY})
"""Who orders and who pays can ask for it back."""
ANSWERING = frozenset({Role.TREASURY})


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


class RecallAnswerBody(Body):
    outcome: RecallOutcome = Field(title="Antwort der Kasse")
    references: Annotated[str, StringConstraints(pattern="^[A-Z0-9 ]*$", max_length=520_000)] = Field(
        default="", title="Zahlungskennungen", description="durch Leerzeichen getrennt; leer: alle dieses Rückrufs"
    )
    told_on: date = Field(title="Tag der Antwort")
    evidence: Text = Field(
        title="Beleg", description="wer was wie gesagt hat, und wo es belegt ist; wird versiegelt abgelegt"
    )


def recall_actions(house: House) -> list[Action]:
    """Asking for payments back, agreeing to it, giving it up."""

    async def request(body: RecallBody, ask: Ask) -> Decision:
        sealed: batches.BatchSealed = (await known_batch(house, ask.path["batch"])).state.sealed
        known = {it.reference for it in sealed.entries}
        named = body.references.split()
        if strange := [it for it in named if it not in known]:
            title = "Eine der Zahlungskennungen gehört nicht zu diesem Zahlungslauf."
            found = FieldError(field="references", code="reference-unknown", message=f"{strange[0]} gehört nicht dazu.")
            raise Problem(422, "reference-unknown", title, detail=strange[0], errors=[found])
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
            raw = await asyncio.to_thread(_bytes, house, state.asked, created_at, writing)
        except Unwritable as error:
            title = "Aus diesem Rückruf lässt sich keine Datei bilden."
            raise Problem(409, f"recall-{error.code}", title, detail=error.reason) from error
        digest = sha256(raw).hexdigest()
        name = f"{state.asked.recall}.{digest[:12]}.{FORMATS[writing.format].suffix}"
        sealing = recalls.ApproveRecall(created_at=created_at, file_sha256=digest, file_name=name, writing=writing)
        return recalls.approve(state.asked, sealing, before)

    async def answer(body: RecallAnswerBody, ask: Ask) -> Decision:
        asked = (await known_recall(house, ask.path["batch"], ask.path["recall"])).asked
        if not body.evidence.strip():
            raise recalls.RecallEvidenceMissing(field="evidence")
        evidence = await _sealed(house, ask, asked.recall, "evidence", body.evidence)
        said = AnswerByHand(
            answer=ask.new_id("recall-answer"), outcome=body.outcome, references=tuple(body.references.split()),
            told_on=body.told_on, sealed_evidence=evidence,
        )  # fmt: skip
        sealed: batches.BatchSealed = (await known_batch(house, ask.path["batch"])).state.sealed
        return record_recall_answer(asked, sealed, said, partial(renewal_of, house))

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
        Action(
            name="record-recall-answer", title="Antwort der Kasse auf den Rückruf vermerken", path=f"{one}/answers",
            roles=ANSWERING, body=RecallAnswerBody, decide=answer,
            summary="Vermerkt mit Beleg die Antwort der Kasse auf einen Rückruf von Hand; nicht durch eine Person, die ihn beantragt oder freigegeben hat.",
        ),
    ]  # fmt: skip


def _bytes(house: House, asked: recalls.RecallRequested, created_at: datetime, writing: batches.Writing) -> bytes:
    """What the treasury is told: a file, or the sheet from which a person reads it out or types it in. Raises `Unwritable`."""
    if writing.format != batches.BY_HAND:
        return recall_file(house, asked, created_at, writing)
    state: batches.Batch = house.store.load(batches.decider, batches.decider.stream(asked.batch)).state
    return recall_sheet(asked, cash_references(state))


def _is_by_hand(house: House, sealed: batches.BatchSealed) -> bool:
    """Whether the treasury takes no file that asks for payments of such a batch back."""
    return not recalls.is_told_by_file(sealed.writing, settings_of(house).hkr_version)


async def _writing(house: House, sealed: batches.BatchSealed) -> batches.Writing:
    """How the file that takes payments of this batch back is written: as the batch, under the next running number."""
    if _is_by_hand(house, sealed):
        return BY_SHEET
    if not recalls.is_by_order(sealed.writing):
        return batches.Writing(native_text=sealed.writing.native_text, version=recall_request.WRITING)
    numbers: sequence.Numbers = (await house.writer.state(sequence.decider, sealed.debtor)).state
    return replace(sealed.writing, single_titles=(), number=numbers.next, version=settings_of(house).hkr_version)


async def _unreleased(house: House, sealed: batches.BatchSealed) -> Sequence[str]:
    """The batches that wait for their release: one of them may bear a lower number than the file to be sealed."""
    if _is_by_hand(house, sealed) or not recalls.is_by_order(sealed.writing):
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
