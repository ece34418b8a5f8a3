"""What every action of review is made with: its road, its roles, and what an answer tells."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Header, Query

from services.review.api.bodies import (
    YearCentsBody,
)
from services.review.api.reading import (
    opened,
)
from shared.contracts import YearAmount
from shared.identity import Role
from shared.service import House
from shared.web import Ask

ROAD = "/review/cases/{case}"
OFFICER, APPROVER, BUDGET = (
    frozenset({Role.CASE_OFFICER}),
    frozenset({Role.APPROVER}),
    frozenset({Role.BUDGET_OFFICER}),
)


async def opened_case(house: House, ask: Ask) -> str:
    """The path's case, or a 404 problem."""
    await opened(house, ask.path["case"])
    return ask.path["case"]


async def programme_of(house: House, case: str) -> str:
    """The programme that the case's application is for, or a 404 problem."""
    return (await opened(house, case)).state.file.application.programme


def amounts(rows: Sequence[YearCentsBody]) -> tuple[YearAmount, ...]:
    """The rows of a form that say something: a year with nothing in it is none."""
    return tuple(YearAmount(year=it.year, cents=it.cents) for it in rows if it.cents)


def told(state: Any, _ask: Ask) -> dict[str, Any]:
    """What an answer tells of its primary stream."""
    return {"state": type(state).__name__.lower()}


Position = Annotated[int | None, Header(alias="Foerderstrom-Position", ge=0, le=2**53)]
Size = Annotated[int, Query(ge=1, le=200)]


async def seen_by(house: House, position: int | None) -> None:
    """Wait for what this service has recorded; a position beyond its head is another's and never comes."""
    await house.seen(min(position or 0, house.writer.head.position))
