"""Die Klärungsliste über HTTP: an item is taken, a person says what it was, another one agrees or does not."""

import asyncio
from typing import Annotated

from pydantic import Field, StringConstraints

from services.payout import batch as batches
from services.payout import claim as claims
from services.payout import clearing, report, views
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout.api.lookup import known_item
from shared.access import allowed_role
from shared.decider import Decision, decision
from shared.duties import MATRIX
from shared.identity import Role, Sealed, is_id
from shared.problems import Problem
from shared.service import House
from shared.web import Action, Ask, Body, Cents, NoBody, Text

MOST_PARTS = 20
"""So many parts has a credit at most; what is left of it can be divided again."""
CLEARING = frozenset({Role.TREASURY, Role.ORDERING_OFFICER})
"""Who pays and who orders know what a booking may have been."""


class PartBody(Body):
    """A part of a credit; without a reference it stays open or is to be given back."""

    reference: Annotated[str, StringConstraints(pattern="^[A-Z0-9]{0,25}$")] = Field(
        default="", title="Forderungskennung", description="leer, wenn der Teil offen bleibt"
    )
    cents: Cents = Field(title="Betrag")
    give_back: bool = Field(default=False, title="an den Absender zurückzugeben")


class ProposalBody(Body):
    resolution: clearing.Resolution = Field(title="Was es war")
    reason: Text = Field(title="Begründung", description="ohne Namen von Personen")
    reference: Annotated[str, StringConstraints(pattern="^[A-Z0-9]{0,25}$")] = Field(
        default="", title="Zahlungs- oder Forderungskennung", description="nur bei einer Zuordnung"
    )
    counter: Annotated[str, StringConstraints(pattern="^([0-9a-f]{32}/[0-9]{1,9})?$")] = Field(
        default="", title="Gegenbuchung", description="der Klärungsfall, der diesen aufhebt"
    )
    repayment: Annotated[str, StringConstraints(pattern="^([0-9a-f]{32})?$")] = Field(
        default="",
        title="Von Hand gebuchter Eingang",
        description="wenn die Gutschrift das Geld ist, das schon von Hand auf die Forderung gebucht ist",
    )
    parts: list[PartBody] = Field(
        default=[],
        max_length=MOST_PARTS,
        title="Teile",
        description="nur bei einer Aufteilung; was sie übrig lassen, bleibt offen",
    )


class DecliningBody(Body):
    reason: Text = Field(title="Grund", description="ohne Namen von Personen")


def clearing_actions(house: House) -> list[Action]:
    """Taking an item, proposing what it was, agreeing and declining."""

    async def take(_body: NoBody, ask: Ask) -> Decision:
        return decision(clearing.decider, ask.path["clearing"], clearing.TakeClearing(number=await _number(house, ask)))

    async def propose(body: ProposalBody, ask: Ask) -> Decision:
        number = await _number(house, ask)
        payment, claim = await _meant(house, body.reference)
        if body.repayment:
            claim = claim or await _claim_of(house, body.repayment)
        shares = [await _share(house, row, it) for row, it in enumerate(body.parts)]
        reason = await _sealed(house, ask, "resolution", body.reason)
        command = clearing.ProposeResolution(
            number=number,
            proposal=ask.new_id("resolution"),
            resolution=body.resolution,
            reason="",
            payment=payment,
            counter=body.counter,
            claim=claim,
            sealed_reason=reason,
            parts=tuple(it for it, _ in shares),
            repayment=body.repayment,
        )
        owing = [await _owed(house, claim)] if claim else [it for _, it in shares if it]
        return report.propose(ask.path["clearing"], command, owing)

    async def approve(_body: NoBody, ask: Ask) -> Decision:
        number = await _number(house, ask)
        standing = await known_item(house, ask.path["clearing"], ask.path["number"])
        told = standing.resolved or standing.proposed
        books = told is not None and clearing.books_receipt(told)
        role = allowed_role(ask.person, MATRIX.roles[claims.BOOK], claims.BOOK) if books else None
        payment, counter, claim = (told.payment, told.counter, told.claim) if told else ("", "", "")
        owed = await _owed(house, claim) if claim else None
        shares = [await _owed(house, it) for it in clearing.claims_of(told)] if told and told.parts else []
        sealed = await _batch_of(house, payment) if payment else None
        questioned = await _questioned(house, standing.item, counter)
        beside = await _beside(house, _entry(sealed, payment)) if sealed else ""
        return report.approve(
            ask.path["clearing"], number, ask.path["proposal"], sealed, payment, counter, owed, questioned, beside,
            held=await _held(house, standing), shares=shares, role=role,
        )  # fmt: skip

    async def decline(body: DecliningBody, ask: Ask) -> Decision:
        command = clearing.DeclineResolution(
            number=await _number(house, ask),
            proposal=ask.path["proposal"],
            reason="",
            sealed_reason=await _sealed(house, ask, "declining", body.reason),
        )
        return decision(clearing.decider, ask.path["clearing"], command)

    one = "/payout/clearing/{clearing}/items/{number}"
    proposal = f"{one}/proposals/{{proposal}}"
    return [
        Action(
            name="take-clearing", title="Klärungsfall übernehmen", path=f"{one}/owner", roles=CLEARING, decide=take,
            judges_version=True, summary="Übernimmt einen Klärungsfall, auch von einer anderen Person.",
        ),
        Action(
            name="propose-resolution", title="Klärung vorschlagen", path=f"{one}/proposals", roles=CLEARING,
            body=ProposalBody, decide=propose, judges_version=True, status=201,
            summary="Sagt, was ein Klärungsfall war; bewegt wird erst, wenn eine andere Person zustimmt.",
        ),
        Action(
            name="approve-resolution", title="Klärung zustimmen", path=f"{proposal}/approval", roles=CLEARING,
            decide=approve, judges_version=True,
            summary="Stimmt dem Vorschlag einer anderen Person zu; eine Zuordnung bewegt die Zahlung oder Forderung im selben Schritt.",
        ),
        Action(
            name="decline-resolution", title="Klärung ablehnen", path=f"{proposal}/decline", roles=CLEARING,
            body=DecliningBody, decide=decline, judges_version=True,
            summary="Lehnt einen Vorschlag mit Grund ab; der Klärungsfall bleibt offen.",
        ),
    ]  # fmt: skip


async def _sealed(house: House, ask: Ask, purpose: str, reason: str) -> Sealed:
    """What a person says of an item, under a key of its own."""
    if not reason.strip():
        raise clearing.ResolutionReasonMissing(field="reason")
    stream, name = clearing.decider.stream(ask.path["clearing"]), ask.new_id(purpose)
    path = f"{ask.path['number']}.{purpose}.{name}"
    return await asyncio.to_thread(house.privacy.seal, reason, stream=stream, path=path, subject=f"s-{name}")


async def _number(house: House, ask: Ask) -> int:
    return (await known_item(house, ask.path["clearing"], ask.path["number"])).item.number


async def _meant(house: House, reference: str, field: str = "reference") -> tuple[str, str]:
    """The payment or the claim that bears a reference; neither when there is no reference."""
    if not reference:
        return "", ""
    await house.seen(house.writer.head.position)
    if payment := await asyncio.to_thread(views.payment_of_reference, house.views, reference):
        return payment, ""
    claims = await asyncio.to_thread(views.claims_of_references, house.views, frozenset({reference}))
    if not claims:
        raise Problem(404, "payment-unknown", "Diese Zahlung oder Forderung gibt es nicht.", field=field)
    return "", claims[reference].claim


async def _claim_of(house: House, repayment: str) -> str:
    """The claim on which a person entered this; 404 problem when there is no such entry, or its booking was found."""
    await house.seen(house.writer.head.position)
    found = await asyncio.to_thread(house.views.get, "repayments-by-hand", repayment)
    if found is None:
        raise Problem(404, claims.NotEnteredByHand.code, claims.NotEnteredByHand.title, field="repayment")
    return found.body["claim"]


async def _share(house: House, row: int, it: PartBody) -> tuple[clearing.Part, report.Owed | None]:
    """A part as it is meant, and the claim that it names."""
    field = f"parts.{row}.reference"
    payment, claim = await _meant(house, it.reference, field)
    if payment:
        raise Problem(404, "payment-unknown", "Eine Forderung dieser Kennung gibt es nicht.", field=field)
    owed = await _owed(house, claim) if claim else None
    return clearing.Part(cents=it.cents, claim=claim, give_back=it.give_back), owed


async def _owed(house: House, claim: str) -> report.Owed:
    await house.seen(house.writer.head.position)
    found = await asyncio.to_thread(views.claim_named, house.views, claim)
    if found is None:
        raise Problem(404, "unknown-claim", "Diese Forderung gibt es nicht.")
    return found


async def _held(house: House, standing: clearing.Standing) -> payments.PaymentOrdered | None:
    """The order whose payee is to be decided on."""
    told = standing.resolved or standing.proposed
    if told is None or told.resolution not in clearing.ON_PAYEE:
        return None
    name, _ = await _meant(house, standing.item.reference)
    state: payments.Payment = (await house.writer.state(payments.decider, name)).state if name else payments.Unordered()
    return None if isinstance(state, payments.Unordered) else state.order


def _entry(sealed: batches.BatchSealed, payment: str) -> batches.Entry:
    return next(it for it in sealed.entries if it.payment == payment)


async def _questioned(house: House, item: clearing.Item, counter: str) -> list[payments.PaymentOrdered]:
    """The payments whose debits wait for this item, or for the one that undoes it."""
    name, number = report.counter_of(counter)
    listed: clearing.Clearing = (
        (await house.writer.state(clearing.decider, name)).state if is_id(name) else clearing.Clearing()
    )
    other = listed.items.get(str(number))
    names: dict[str, None] = dict.fromkeys([item.payment, *([other.item.payment] if other else [])])
    states: list[payments.Payment] = [(await house.writer.state(payments.decider, it)).state for it in names if it]
    return [it.order for it in states if not isinstance(it, payments.Unordered)]


async def _beside(house: House, entry: batches.Entry) -> str:
    """The batch of a newer attempt at the same Mittelabruf; empty when there is none, or it lies in no batch."""
    plan: disbursements.Disbursement = (await house.writer.state(disbursements.decider, entry.case)).state
    stage = disbursements.find(plan, entry.drawdown).stage
    if not isinstance(stage, disbursements.Ordered):
        return ""
    newer: payments.Payment = (await house.writer.state(payments.decider, stage.payment)).state
    return "" if isinstance(newer, payments.Unordered | payments.Ordered) else newer.batch


async def _batch_of(house: House, payment: str) -> batches.BatchSealed:
    """The sealed batch in which a payment lies: only what was handed over can have been booked."""
    state: payments.Payment = (await house.writer.state(payments.decider, payment)).state
    if isinstance(state, payments.Unordered | payments.Ordered):
        raise payments.NotInBatch
    return (await house.writer.state(batches.decider, state.batch)).state.sealed
