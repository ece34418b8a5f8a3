"""What every service offers beside its own: a case's history as of any instant, parked messages, rebuilding of views."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from shared.access import allowed_role
from shared.deadlines import falling_due
from shared.decider import decision
from shared.identity import Role, is_id
from shared.lanes import RetryJob
from shared.overlay import Caller
from shared.parking import (
    DiscardParked,
    MessageParked,
    ParkedMessageDiscarded,
    ParkedMessageHandled,
    parked,
)
from shared.problems import Problem, not_writing
from shared.recorders import Row
from shared.records import replace
from shared.store import Recorded
from shared.views import Draft, Projection
from shared.web import PROBLEMS, Action, Ask, Body, Id, Line, checked_cursor

if TYPE_CHECKING:
    from shared.service import House

READERS = frozenset(Role) - {Role.APPLICANT, Role.SYSTEM}
"""Who may read a case's events in a service: everybody of the house; an applicant sees their status instead."""


class DiscardParkedBody(Body):
    source: Id
    position: int
    reason: Line


class PastEvent(BaseModel):
    """One event of a case, as recorded; personal values stay sealed. `origin` is how other events name it as their cause."""

    position: int
    origin: str
    stream: str
    version: int
    topic: str
    at: datetime
    actor: str
    role: str
    valid_on: str
    cause: str
    facts: dict[str, Any]
    sha256: str


class FallsDue(BaseModel):
    """A deadline that is not settled: from `on` the clock acts on it; `rule` is how it was computed."""

    kind: str
    id: str
    case: str
    on: date
    rule: str
    hindered: str
    at: datetime | None = None


class Deadlines(BaseModel):
    items: list[FallsDue]
    next: str


class History(BaseModel):
    case: str
    as_of: datetime | None
    events: list[PastEvent]


def with_machinery(project: Projection) -> Projection:
    """A service's own views, and those that every service has: the events of a case, the parked messages."""

    def projected(it: Recorded, row: Row, draft: Draft) -> None:
        belongs(row, it.context.correlation, draft)
        _parked(it, draft)
        project(it, row, draft)

    return projected


def belongs(row: Row, case: str, draft: Draft) -> None:
    """Note that an event belongs to a case, whatever stream it lies in: budgets and batches are shared by many cases."""
    if case:
        draft.concern(case, row)


def _parked(it: Recorded, draft: Draft) -> None:
    event, case = it.event, it.context.correlation
    match event:
        case MessageParked():
            body = draft.get("parked", case) or {"waiting": []}
            waiting = [*body["waiting"], {"source": event.source, "position": event.position, "code": event.code}]
        case ParkedMessageHandled() | ParkedMessageDiscarded():
            body = draft.get("parked", case) or {"waiting": []}
            done = (event.source, event.position)
            waiting = [one for one in body["waiting"] if (one["source"], one["position"]) != done]
        case _:
            return
    if waiting:
        draft.put("parked", case, {"case": case, "waiting": waiting, "since": it.context.at.isoformat()})
    else:
        draft.delete("parked", case)


def actions(house: "House") -> Sequence[Action]:
    """What an operator may do."""

    async def discard(body: DiscardParkedBody, ask: Ask) -> Any:
        command = DiscardParked(source=body.source, position=body.position, reason=body.reason)
        return decision(parked, ask.path["case"], command)

    return [
        Action(
            name="discard-parked-message",
            title="Wartende Nachricht verwerfen",
            path=f"/{house.name}/parked/{{case}}/discard",
            roles=frozenset({Role.OPERATOR}),
            body=DiscardParkedBody,
            decide=discard,
            creates=True,
        )
    ]


def history_of(house: "House", case: str, as_of: datetime | None) -> History:
    """All events of a case in this service that were recorded by an instant, in the order of the log."""
    found = [_past(row) for row in _rows_of(house, case)]
    return History(case=case, as_of=as_of, events=[it for it in found if as_of is None or it.at <= as_of])


def _rows_of(house: "House", case: str) -> Iterator[Row]:
    positions = house.views.concerning(case)
    for start in range(0, len(positions), 500):
        yield from house.store.recorder.rows_at(positions[start : start + 500])


def _past(row: Row) -> PastEvent:
    stored, header = msgspec.json.decode(row.state), msgspec.json.decode(row.header)
    context = stored["context"]
    return PastEvent(
        position=row.position, origin=f"{header['service']}/{header['epoch']}/{header['position']}", stream=row.stream,
        version=row.version, topic=row.topic, at=context["at"], actor=context["actor"], role=context["role"],
        valid_on=context["valid_on"], cause=context["cause"], facts=stored["facts"], sha256=header["sha256"],
    )  # fmt: skip


def reads(house: "House") -> APIRouter:
    """History, parked messages, rebuild."""
    router, name = APIRouter(responses=PROBLEMS), house.name

    def permit(request: Request, roles: frozenset[Role], action: str) -> Caller:
        person = house.gate.person(request)
        return Caller(actor=person.id, role=allowed_role(person, roles, action))

    @router.get(f"/{name}/cases/{{case}}/history", operation_id=f"{name}-history")
    def history(request: Request, case: str, as_of: Annotated[datetime | None, Query()] = None) -> History:
        permit(request, house.blueprint.history_readers, "read-history")
        if not is_id(case):
            raise Problem(404, "not-found", "Das gibt es hier nicht.", field="case")
        if as_of is not None and as_of.tzinfo is None:
            raise Problem(422, "instant-without-zone", "Der Zeitpunkt braucht eine Zeitzone.", field="as_of")
        found = history_of(house, case, as_of)
        if not found.events and as_of is None:
            raise Problem(404, "unknown-case", "Diesen Vorgang gibt es hier nicht.", field="case")
        return found

    @router.get(f"/{name}/parked", operation_id=f"{name}-parked")
    def parked_messages(
        request: Request, after: str = "", limit: Annotated[int, Query(ge=1, le=200)] = 50
    ) -> dict[str, Any]:
        permit(request, frozenset({Role.OPERATOR, Role.AUDITOR}), "read-parked")
        page = house.views.find("parked", after=checked_cursor(after), limit=limit)
        return {"items": [it.body for it in page.entries], "next": page.next}

    @router.get(f"/{name}/deadlines", operation_id=f"{name}-deadlines")
    def deadlines(request: Request, after: str = "", limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Deadlines:
        """What is to fall due here, the earliest first; `hindered` says why a day came and yet nothing could be decided."""
        permit(request, READERS, "read-deadlines")
        found, following = falling_due(house.views, checked_cursor(after), limit)
        hindered = house.clock_follower.hindered
        items = [
            FallsDue(
                kind=it.kind, id=it.id, case=it.case, on=it.on, rule=it.rule, hindered=hindered.get(it, ""), at=it.at
            )
            for it in found
        ]
        return Deadlines(items=items, next=following)

    @router.post(f"/{name}/parked/{{case}}/retry", operation_id=f"{name}-retry-parked")
    async def retry(request: Request, case: str) -> dict[str, int]:
        caller = permit(request, frozenset({Role.OPERATOR}), "retry-parked-messages")
        if not is_id(case):
            raise Problem(404, "not-found", "Das gibt es hier nicht.", field="case")
        if not all(it.is_caught_up for it in house.lanes):
            # A message handled here and then again while catching up would be handled twice.
            title = "Der Dienst holt gerade neue Arten von Nachrichten nach. Bitte versuchen Sie es später noch einmal."
            raise Problem(503, "catching-up", title, headers={"Retry-After": "10"})
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        job = RetryJob(case, replace(caller, correlation=case), house.blueprint.reactions, done)
        handled, waiting = await house.writer.submit(job)
        return {"handled": handled, "waiting": waiting}

    @router.post(f"/{name}/operations/rebuild", operation_id=f"{name}-rebuild-views")
    async def rebuild(request: Request) -> dict[str, int]:
        permit(request, frozenset({Role.OPERATOR}), "rebuild-views")
        if house.standing_by:
            raise not_writing(house.writer.refusing)
        await asyncio.to_thread(house.view_follower.rebuild)
        house.nudge()
        return {"upto": house.writer.head.position}

    return router
