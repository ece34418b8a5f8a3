"""Was gefördert wird: the programmes whose policies intake has heard of, with their items as they apply on a day."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request

from services.intake import policies, views
from services.intake.vocabulary import ITEM_CODES, ITEMS
from shared.access import allowed_role
from shared.calendar import local_date
from shared.identity import Role
from shared.policy import FINANCING_TITLES, FieldKind, FinancingType, InForce, Item
from shared.service import House

EVERYBODY = frozenset(Role) - {Role.SYSTEM}


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedField:
    """What a measure of this item has to tell: a text, a number, or yes-no."""

    code: str
    title: str
    kind: FieldKind


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferedItem:
    """A funding item. Amounts in cents, 0 where there is none; no `categories` means all; `closed_because` is empty when it is open."""

    code: str
    letter: str
    title: str
    is_open: bool
    closed_because: str
    financing_type: FinancingType
    financing_title: str
    rate_bp: int
    fixed_cents: int
    minimum_cents: int
    maximum_cents: int
    cooperation_bonus_bp: int
    categories: tuple[str, ...]
    fields: tuple[AskedField, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferedProgramme:
    """A programme by its guideline in force. An application's period may last `period_months`."""

    programme: str
    title: str
    version: str
    period_months: int
    items: tuple[OfferedItem, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemNames:
    """The title of an item, and of each field that it asks for."""

    title: str
    fields: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgrammeList:
    items: tuple[OfferedProgramme, ...]


async def offered(house: House, on: date) -> tuple[OfferedProgramme, ...]:
    """All programmes that apply on a day, by their ids."""
    found: list[OfferedProgramme] = []
    for programme in await asyncio.to_thread(views.programmes, house.views):
        known = (await house.writer.state(policies.decider, programme)).state
        if applies := policies.known_on(known, on):
            found.append(_programme(applies))
    return tuple(found)


async def names_in_programme(house: House, item: str, on: date) -> ItemNames:
    """How the programme that applied on a day names an item and what it asks; by its code where none was told."""
    for programme in await offered(house, on):
        for it in programme.items:
            if item in (it.code, it.letter):
                title = f"{it.title} (Ziffer {it.letter})" if it.letter else it.title
                return ItemNames(title=title, fields={one.code: one.title for one in it.fields})
    return ItemNames(title=ITEMS.get(ITEM_CODES.get(item, item), item), fields={})


def _programme(it: InForce) -> OfferedProgramme:
    return OfferedProgramme(
        programme=it.guideline.programme,
        title=it.guideline.title,
        version=it.guideline.version,
        period_months=it.parameters.period_months,
        items=tuple(_item(it, one) for one in it.guideline.items),
    )


def _item(applies: InForce, it: Item) -> OfferedItem:
    terms = applies.terms(it.code)
    return OfferedItem(
        code=it.code,
        letter=it.letter,
        title=it.title,
        is_open=terms.is_open,
        closed_because=terms.closed_because,
        financing_type=it.financing_type,
        financing_title=FINANCING_TITLES[it.financing_type],
        rate_bp=it.rate_bp,
        fixed_cents=it.fixed_cents,
        minimum_cents=it.minimum_cents,
        maximum_cents=it.maximum_cents,
        cooperation_bonus_bp=it.cooperation_bonus_bp,
        categories=it.categories,
        fields=tuple(AskedField(code=one.code, title=one.title, kind=one.kind) for one in it.fields),
    )


def programmes(house: House) -> APIRouter:
    """The list of programmes, for whoever fills in an application."""
    router = APIRouter()

    @router.get("/intake/programmes", operation_id="list-programmes", summary="Förderprogramme")
    async def list_programmes(request: Request, on: date | None = None) -> ProgrammeList:
        """The programmes and what they fund, today or on a day."""
        allowed_role(house.gate.person(request), EVERYBODY, "list-programmes")
        return ProgrammeList(items=await offered(house, on or local_date(house.now())))

    return router
