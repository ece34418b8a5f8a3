"""What payout tells of clearing items: what they are, how old, who looks after them, what can be done now by whom."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from services.payout import claim as claims
from services.payout import clearing
from services.payout.api.clearing_acts import clearing_actions
from services.payout.api.lookup import acts_on_item, known_item, opened
from shared import duties
from shared.access import Person
from shared.calendar import local_date
from shared.duties import MATRIX
from shared.service import House


class ItemPart(BaseModel):
    """A part of a divided credit: a claim's, or a rest with a number of its own."""

    cents: int
    claim: str = ""
    give_back: bool = False


class ClearingItem(BaseModel):
    """An item; `clearing` and `number` are its name, empty for what files told before there was a list with owners."""

    reference: str
    reason: str
    report: str
    kind: str
    message_id: str
    sha256: str
    at: datetime
    clearing: str = ""
    number: int = 0
    about: str = ""
    cents: int = 0
    direction: str = ""
    booking: str = ""
    booked_on: date | None = None
    valued_on: date | None = Field(default=None, description="the day of its value, if the file has one")
    owner: str = ""
    status: str = "open"
    proposal: str = ""
    resolution: str = ""
    proposed_by: str = ""
    proposed_reason: str = ""
    payment: str = ""
    claim: str = ""
    counter: str = Field(default="", description="the item of the booking that undid this one")
    parts: list[ItemPart] = Field(default=[], description="of a divided credit, to the cent")
    repayment: str = Field(default="", description="the entry made by hand that the booking was found to be")
    of: int = Field(default=0, description="the item that this one is the rest of")
    approved_by: str = ""
    resolved_on: date | None = None
    age_days: int = Field(default=0, description="since the file was read, until it was resolved or today")


class ItemAction(BaseModel):
    """An act that an item waits for; `hindrance` says what the asking person did that bars them."""

    name: str
    title: str
    path: str
    roles: list[str]
    allowed: bool
    hindrance: str


class RepaymentByHand(BaseModel):
    """A repayment of the same amount that a person entered by hand, and no booking of the account was matched with."""

    repayment: str
    reference: str = Field(description="of the claim on which it was entered")
    received_on: date
    voucher: str
    cents: int


class ItemOfFile(ClearingItem):
    suggested: list[RepaymentByHand] = Field(default=[], description="what it may be; two persons say so")
    next: list[ItemAction]
    offered: list[str] = Field(description="what may be found of it")


def told_item(body: Mapping[str, Any], today: date) -> dict[str, Any]:
    """A row of the list with its age."""
    since = local_date(datetime.fromisoformat(body["at"]))
    until = date.fromisoformat(body["resolved_on"]) if body.get("resolved_on") else today
    return {**body, "age_days": (until - since).days}


async def item_of(house: House, person: Person, name: str, number: str) -> ItemOfFile:
    """An item with what this person may do about it; 404 problem when there is none."""
    standing = await known_item(house, name, number)
    await house.seen(house.writer.head.position)
    key = f"{name}-{number}"
    row = house.views.get("clearing", key) or house.views.get("cleared", key)
    body = dict(row.body) if row else {}
    told = standing.proposed or standing.agreed
    if reason := told and told.sealed_reason:
        body["proposed_reason"] = await asyncio.to_thread(opened, house, reason)
    return ItemOfFile(
        **told_item(body, local_date(house.now())),
        next=_next(house, person, name, standing),
        offered=list(clearing.OFFERED[standing.item.kind]),
        suggested=_suggested(house, standing),
    )


def _suggested(house: House, standing: clearing.Standing) -> list[RepaymentByHand]:
    """Entries made by hand of the same amount, those on the claim that the credit names first; they only suggest."""
    item = standing.item
    if item.kind != clearing.ClearingKind.INCOMING or standing.resolved is not None:
        return []
    found = [it.body for it in house.views.find("repayments-by-hand", grp=str(item.cents), limit=50).entries]
    found.sort(key=lambda it: (it["reference"] != item.reference, it["received_on"]))
    return [RepaymentByHand.model_validate(it) for it in found[:_SUGGESTED]]


def _next(house: House, person: Person, name: str, standing: clearing.Standing) -> list[ItemAction]:
    acts = {it.name: it for it in clearing_actions(house)}
    proposal = standing.proposed.proposal if standing.proposed else ""
    found: list[ItemAction] = []
    for it in (acts[name] for name in acts_on_item(standing)):
        if it.name == "take-clearing" and standing.owner == person.id:
            continue
        hindrance = duties.hindrance(it.name, standing.acted, person.id) if it.name in _JUDGED else ""
        if it.name == "approve-resolution" and not hindrance:
            hindrance = _of_treasury(standing, person)
        path = it.path.format(clearing=name, number=standing.item.number, proposal=proposal)
        allowed = bool(person.roles & it.roles) and not hindrance
        found.append(
            ItemAction(
                name=it.name, title=it.title, path=path, roles=sorted(it.roles), allowed=allowed, hindrance=hindrance
            )
        )
    return found


def _of_treasury(standing: clearing.Standing, person: Person) -> str:
    """Whether the agreement would book what came in on a claim, which only the treasury does."""
    books = standing.proposed is not None and clearing.books_receipt(standing.proposed)
    return clearing.BookedByTreasury.title if books and not person.roles & MATRIX.roles[claims.BOOK] else ""


_SUGGESTED = 10
_JUDGED = frozenset({"propose-resolution", "approve-resolution"})
