"""Die Regelungen lesen: which files apply on a day in each programme, what they say, and every file as it was published."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from services.review import programme as programmes
from services.review import views
from services.review.financing import basis_in_words
from services.review.programme import NoPolicyInForce, PolicyPublished, Programme, in_force_on
from shared.access import allowed_role
from shared.calendar import local_date
from shared.decider import field_names
from shared.operations import READERS
from shared.policy import KIND_TITLES, PARAMETER_TITLES, Criterion, InForce, Parameters, PolicyKind
from shared.problems import Problem
from shared.rules import in_words
from shared.service import House
from shared.web import PROBLEMS


class PolicyFileRow(BaseModel):
    """One published file by its hash; `in_force` is whether it applies on the day asked for."""

    kind: PolicyKind
    kind_title: str
    version: str
    title: str
    in_force_on: date
    sha256: str
    in_force: bool


class ItemRow(BaseModel):
    """A funding item on the day; `financing` says how it is financed, in words."""

    code: str
    letter: str
    title: str
    is_open: bool
    closed_because: str
    financing: str


class RuleRow(BaseModel):
    """A rule of guideline or practice: its condition as it is evaluated, and what follows when it is not met."""

    code: str
    title: str
    condition: str
    consequence: str
    source: str


class CriterionRow(BaseModel):
    """What an expert's opinion judges; points run to `highest`, and yes is one point. No `items` means all of them."""

    code: str
    title: str
    kind: str
    highest: int
    weight: int
    required: bool
    items: list[str]
    source: str


class ParameterRow(BaseModel):
    """A value of the parameters; `told` is how people write it."""

    name: str
    title: str
    told: str


class ProgrammeSheet(BaseModel):
    """A programme on a day. Items and rules are empty while not all three kinds of file apply."""

    programme: str
    title: str
    budget_title: str
    files: list[PolicyFileRow]
    items: list[ItemRow]
    rules: list[RuleRow]
    parameters: list[ParameterRow]
    criteria: list[CriterionRow] = []


class ProgrammeSheets(BaseModel):
    on: date
    items: list[ProgrammeSheet]


async def _published(house: House) -> list[tuple[str, Programme]]:
    names = await asyncio.to_thread(views.programmes, house.views)
    return [(it, (await house.writer.state(programmes.decider, it)).state) for it in names]


async def programme_sheets(house: House, on: date) -> list[ProgrammeSheet]:
    """All programmes with their files, by their ids."""
    return [_sheet(name, state, on) for name, state in await _published(house)]


async def policy_file(house: House, sha256: str) -> tuple[str, PolicyPublished]:
    """A published file and its programme, or a 404 problem."""
    for name, state in await _published(house):
        for it in state.published:
            if it.sha256 == sha256:
                return name, it
    raise Problem(404, "unknown-policy", "Eine Regelung mit diesem Hash ist hier nicht veröffentlicht.")


def _sheet(name: str, state: Programme, on: date) -> ProgrammeSheet:
    try:
        applies = in_force_on(state, on)
    except NoPolicyInForce:
        applies = None
    known = {applies.basis.guideline_sha256, applies.basis.practice_sha256, applies.basis.parameters_sha256} if applies else set[str]()  # fmt: skip
    return ProgrammeSheet(
        programme=name,
        title=applies.guideline.title if applies else name,
        budget_title=applies.practice.budget_title if applies else "",
        files=[
            PolicyFileRow(
                kind=it.kind,
                kind_title=KIND_TITLES[it.kind],
                version=it.version,
                title=it.title,
                in_force_on=it.in_force_on,
                sha256=it.sha256,
                in_force=it.sha256 in known,
            )
            for it in sorted(state.published, key=lambda it: (list(PolicyKind).index(it.kind), it.in_force_on))
        ],
        items=_items(applies) if applies else [],
        rules=[
            RuleRow(code=it.code, title=it.title, condition=it.condition, consequence=it.consequence, source=it.source)
            for it in (applies.rules if applies else ())
        ],
        parameters=_parameters(applies.parameters) if applies else [],
        criteria=_criteria(applies.practice.criteria) if applies else [],
    )


def _items(applies: InForce) -> list[ItemRow]:
    return [
        ItemRow(
            code=terms.item,
            letter=terms.letter,
            title=terms.item_title,
            is_open=terms.is_open,
            closed_because=terms.closed_because,
            financing=basis_in_words(terms),
        )
        for terms in (applies.terms(it.code) for it in applies.guideline.items)
    ]


def _criteria(its: Sequence[Criterion]) -> list[CriterionRow]:
    return [
        CriterionRow(
            code=it.code, title=it.title, kind=it.kind, highest=it.highest, weight=it.weight, required=it.required,
            items=list(it.items), source=it.source,
        )
        for it in its
    ]  # fmt: skip


def _parameters(its: Parameters) -> list[ParameterRow]:
    found: list[ParameterRow] = []
    for name in field_names(Parameters):
        it: Any = getattr(its, name)
        words = ", ".join(map(str, cast(tuple[int, ...], it))) if isinstance(it, tuple) else in_words(name, it)
        title = PARAMETER_TITLES.get(name, name)
        found.append(ParameterRow(name=name, title=title, told=words))
    return found


def policy_reads(house: House) -> APIRouter:
    """The list of programmes and the text of every file."""
    router = APIRouter()

    @router.get("/review/policies", operation_id="list-policies", responses=PROBLEMS)
    async def list_policies(request: Request, on: date | None = None) -> ProgrammeSheets:
        """Guideline, practice and parameters of every programme, today or on a day."""
        allowed_role(house.gate.person(request), READERS, "list-policies")
        day = on or local_date(house.now())
        return ProgrammeSheets(on=day, items=await programme_sheets(house, day))

    @router.get(
        "/review/policies/{sha256}", operation_id="read-policy", response_class=Response,
        responses={200: {"content": {"application/toml": {}}}, **PROBLEMS},
    )  # fmt: skip
    async def read_policy(request: Request, sha256: str) -> Response:
        """A file byte for byte as it was published; its SHA-256 is the address."""
        allowed_role(house.gate.person(request), READERS, "read-policy")
        _, it = await policy_file(house, sha256)
        return Response(it.text.encode(), media_type="application/toml")

    return router
