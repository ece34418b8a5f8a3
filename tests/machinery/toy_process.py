"""A toy service as a process: `python -m tests.machinery.toy_process`, told by its environment like any service."""

from typing import Any

import uvicorn
from fastapi import APIRouter

from shared.decider import Decision, decision
from shared.identity import Role
from shared.records import replace
from shared.service import Blueprint, House, application, build, prepare
from shared.settings import Settings
from shared.web import Action, Ask, Body
from tests.machinery.toys import PUBLISHER, Put, purse


class PutBody(Body):
    cents: int


def _actions(_house: House) -> list[Action]:
    async def put(body: PutBody, ask: Ask) -> Decision:
        return decision(purse, ask.path["case"], Put(cents=body.cents))

    roles = frozenset({Role.EXPERT})
    return [
        Action(name="put", title="Einlegen", path="/intake/purses/{case}", roles=roles, body=PutBody, decide=put, creates=True)
    ]  # fmt: skip


def _reads(house: House) -> APIRouter:
    router = APIRouter()

    @router.get("/intake/purses/{case}")
    async def look(case: str) -> dict[str, Any]:
        return {"cents": (await house.writer.state(purse, case)).state}

    return router


def toy() -> Blueprint:
    """The publisher, with a way in over HTTP and a way to look."""
    return replace(PUBLISHER, actions=_actions, reads=_reads)


if __name__ == "__main__":
    told = Settings()  # pyright: ignore[reportCallIssue] the fields come from the environment
    house = build(toy(), told)
    prepare(house)
    uvicorn.run(application(house), host=told.bind, port=told.port, log_config=None, access_log=False)
