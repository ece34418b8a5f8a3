"""Anordnungen zu Forderungen over HTTP: ordering what the treasury is to know of a claim, and which orders a file takes."""

import asyncio
from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel

from services.payout import batch as batches
from services.payout import claim as claims
from services.payout import collection
from services.payout.api.claiming import ROAD, told
from services.payout.api.lookup import known_acts, known_case
from services.payout.collection_list import cases_of_collections, needed_orders, ordered_collections
from services.payout.treasury.filing import settings_of
from services.payout.treasury.known import FORMATS
from shared import duties
from shared.decider import Decision
from shared.identity import Role
from shared.problems import Problem
from shared.service import House
from shared.web import Action, Ask, NoBody


class CollectionOfCase(BaseModel):
    """An order about a claim of the case as committed; `cents` is what it says, `target_cents` what is to be collected from then on."""

    order: str
    claim: str
    kind: str
    reference: str
    refers_to: str
    cents: int
    target_cents: int
    due_on: date
    ordered_on: date
    status: str
    batch: str
    reason: str


class CollectionItem(BaseModel):
    """An order about a claim, as the lists have it."""

    order: str
    case: str
    claim: str
    kind: str
    reference: str
    cents: int
    due_on: date
    file_number: str
    status: str
    batch: str


class ClaimToOrder(BaseModel):
    """A claim of which the treasury does not know how it stands, and the order that tells it."""

    case: str
    claim: str
    reference: str
    file_number: str
    kind: str
    cents: int


def collects(house: House) -> bool:
    """Whether this treasury's files know orders about claims."""
    settings = settings_of(house)
    return FORMATS[settings.treasury_format].numbered and settings.hkr_version > 1


def collecting(house: House) -> list[Action]:
    """Ordering what a claim needs at the treasury."""

    async def order(_body: NoBody, ask: Ask) -> Decision:
        await known_case(house, ask.path["case"])
        if not collects(house):
            title = "Mit dieser Kasse werden keine Anordnungen zu Forderungen ausgetauscht; die Forderung ist dort nur ein erwarteter Eingang."
            raise Problem(409, "collections-not-exchanged", title)
        return claims.order(ask.path["case"], ask.path["claim"], ask.new_id("collection"))

    return [
        Action(
            name=collection.ORDER, title="Anordnung zur Forderung erteilen", path=f"{ROAD}/order",
            roles=frozenset({Role.ORDERING_OFFICER}), decide=order, answer=told,
            summary="Ordnet an, was die Kasse von einer Forderung noch nicht weiß: Annahme, Änderung oder Absetzung.",
        )
    ]  # fmt: skip


def told_collections(state: collection.Collections) -> list[CollectionOfCase]:
    """The case's orders about claims, oldest first."""
    return [
        CollectionOfCase(
            order=it.id, claim=it.ordered.claim, kind=it.ordered.kind, reference=it.ordered.reference,
            refers_to=it.ordered.refers_to, cents=it.ordered.cents, target_cents=it.ordered.target_cents,
            due_on=it.ordered.due_on, ordered_on=it.ordered.ordered_on, status=it.stage, batch=it.batch, reason=it.reason,
        )
        for it in state.orders
    ]  # fmt: skip


def told_needed(house: House) -> list[ClaimToOrder]:
    """What is to be ordered about claims; nothing where the treasury takes no such orders. Blocks."""
    found = needed_orders(house.views, 200) if collects(house) else ()
    return [
        ClaimToOrder(
            case=it["wanted"]["case"], claim=it["wanted"]["claim"], reference=it["wanted"]["reference"],
            file_number=it["wanted"]["file_number"], **it["needed"],
        )
        for it in found
    ]  # fmt: skip


async def collections_for(
    house: House, names: Sequence[str], person: str, *, chosen: bool
) -> Sequence[batches.CollectionEntry]:
    """The orders about claims that a file takes: those named, or all that this person may seal and whose claim is as it was."""
    found = await asyncio.to_thread(_named, house, names) if chosen else await _open(house)
    entries: list[batches.CollectionEntry] = []
    for case, name in found:
        known: collection.Collections = (await house.writer.state(collection.decider, case)).state
        owed: claims.Claims = (await house.writer.state(claims.decider, case)).state
        order = known.find(name)
        claim = owed.find(order.ordered.claim) if order else None
        if order is None or claim is None:
            raise Problem(404, collection.UnknownOrder.code, collection.UnknownOrder.title, field="collections")
        stands = order.stage == collection.ORDERED and claims.needed_by(claim, known) is None
        if chosen or (stands and not duties.hindrance("seal-batch", await known_acts(house, case, person), person)):
            entries.append(batches.collection_entry_of(case, order.ordered))
    return entries


async def _open(house: House) -> Sequence[tuple[str, str]]:
    await house.seen(house.writer.head.position)
    return await asyncio.to_thread(ordered_collections, house.views, batches.MAX_COLLECTIONS)


def _named(house: House, names: Sequence[str]) -> Sequence[tuple[str, str]]:
    cases = cases_of_collections(house.views, names)
    for number, it in enumerate(names):
        if it not in cases:
            title = collection.UnknownOrder.title
            raise Problem(404, collection.UnknownOrder.code, title, field=f"collections.{number}")
    return [(cases[it], it) for it in names]
