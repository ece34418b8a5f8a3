"""What every service offers beside its own: a case's history as of any instant, parked messages, rebuilding of views."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from shared.access import allowed_role
from shared.decider import decision
from shared.identity import Role, is_id
from shared.lanes import RetryJob
from shared.parking import (
    DiscardParked,
    MessageParked,
    ParkedMessageDiscarded,
    ParkedMessageHandled,
    parked,
)
from shared.problems import Problem
from shared.recorders import Row
from shared.store import Recorded
from shared.views import Draft, Projection
from shared.web import Action, Ask, Body, Id, Line, checked_cursor
from shared.writer import Caller

if TYPE_CHECKING:
    from shared.service import House

READERS = frozenset(Role) - {Role.APPLICANT, Role.SYSTEM}
"""Who may read a case's events in a service: everybody of the house; an applicant sees their status instead."""


class DiscardParkedBody(Body):
    source: Id
    position: int
    reason: Line


class PastEvent(BaseModel):
    """One event of a case, as recorded; personal values stay sealed."""

    position: int
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


class History(BaseModel):
    case: str
    as_of: datetime | None
    events: list[PastEvent]


def with_machinery(project: Projection) -> Projection:
    """A service's own views, and those that every service has: the streams of a case, the parked messages."""

    def projected(it: Recorded, row: Row, draft: Draft) -> None:
        if row.version == 1 and it.context.correlation:
            draft.put("streams", row.stream, {"position": row.position}, grp=it.context.correlation)
        _parked(it, draft)
        project(it, row, draft)

    return projected


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
    streams = house.views.find("streams", grp=case, limit=500).entries
    rows = [row for it in streams for row in house.store.recorder.rows_of(it.key)]
    found = [_past(house, row) for row in sorted(rows, key=lambda row: row.position)]
    return History(case=case, as_of=as_of, events=[it for it in found if as_of is None or it.at <= as_of])


def _past(house: "House", row: Row) -> PastEvent:
    it = house.store.mapper.recorded(row)
    stored = msgspec.json.decode(row.state)
    return PastEvent(
        position=row.position, stream=row.stream, version=row.version, topic=row.topic, at=it.context.at,
        actor=it.context.actor, role=it.context.role, valid_on=it.context.valid_on.isoformat(),
        cause=it.context.cause, facts=stored["facts"], sha256=msgspec.json.decode(row.header)["sha256"],
    )  # fmt: skip


def reads(house: "House") -> APIRouter:
    """History, parked messages, rebuild."""
    router, name = APIRouter(), house.name

    def permit(request: Request, roles: frozenset[Role], action: str) -> Caller:
        person = house.gate.person(request)
        return Caller(actor=person.id, role=allowed_role(person, roles, action))

    @router.get(f"/{name}/cases/{{case}}/history", operation_id=f"{name}-history")
    def history(
        request: Request, case: str, as_of: Annotated[datetime | None, Query()] = None
    ) -> History:
        permit(request, READERS, "read-history")
        if not is_id(case):
            raise Problem(404, "not-found", "Das gibt es hier nicht.", field="case")
        if as_of is not None and as_of.tzinfo is None:
            raise Problem(422, "instant-without-zone", "Der Zeitpunkt braucht eine Zeitzone.", field="as_of")
        found = history_of(house, case, as_of)
        if not found.events and as_of is None:
            raise Problem(404, "unknown-case", "Diesen Vorgang gibt es hier nicht.", field="case")
        return found

    @router.get(f"/{name}/parked", operation_id=f"{name}-parked")
    def parked_messages(request: Request, after: str = "", limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
        permit(request, frozenset({Role.OPERATOR, Role.AUDITOR}), "read-parked")
        page = house.views.find("parked", after=checked_cursor(after), limit=limit)
        return {"items": [it.body for it in page.entries], "next": page.next}

    @router.post(f"/{name}/parked/{{case}}/retry", operation_id=f"{name}-retry-parked")
    async def retry(request: Request, case: str) -> dict[str, int]:
        caller = permit(request, frozenset({Role.OPERATOR}), "retry-parked-messages")
        if not is_id(case):
            raise Problem(404, "not-found", "Das gibt es hier nicht.", field="case")
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        job = RetryJob(case, replace(caller, correlation=case), house.blueprint.reactions, done)
        handled, waiting = await house.writer.submit(job)
        return {"handled": handled, "waiting": waiting}

    @router.post(f"/{name}/operations/rebuild", operation_id=f"{name}-rebuild-views")
    async def rebuild(request: Request) -> dict[str, int]:
        permit(request, frozenset({Role.OPERATOR}), "rebuild-views")
        await asyncio.to_thread(house.views.wipe)
        house.view_follower.position = 0
        house.nudge()
        return {"upto": house.writer.head.position}

    return router
