"""The smallest two services: a purse that is filled in `intake`, and a mirror of it in `review`."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, assert_never
from uuid import uuid4

from fastapi import APIRouter
from nats import connect
from nats.js import JetStreamContext

from shared import topology
from shared.commands import Outcome, Request
from shared.contracts import contract
from shared.decider import Context, Decider, Decision, DomainError, RefusedAttempt, decision, event, value
from shared.identity import Role
from shared.lanes import Reactions
from shared.overlay import Caller
from shared.provisioning import provision
from shared.recorders import Row
from shared.service import Blueprint, House, build, running
from shared.settings import Settings
from shared.store import Recorded
from shared.views import Draft
from tests.servers import NatsServer


@value
class Put:
    cents: int
    by: str = ""


@value
class Break:
    """A command with a bug in its handling."""


@event("toy.put")
class WasPut:
    """Cents were put into the purse."""

    cents: int


@event("toy.turned-away", refusal="purse-full")
class TurnedAway:
    """The purse was full."""

    cents: int


type Event = WasPut | TurnedAway


class NothingPut(DomainError):
    code = "nothing-put"
    title = "Es wurde nichts eingelegt."


def decide(command: Put | Break, cents: int, context: Context) -> Sequence[Event]:
    match command:
        case Put(cents=0):
            raise NothingPut
        case Put(by="thief"):
            raise RefusedAttempt(rule="no-thieves", action="put")
        case Put():
            full = cents + command.cents > 1_000_000
            return [TurnedAway(cents=command.cents) if full else WasPut(cents=command.cents)]
        case Break():
            raise ZeroDivisionError
        case _ as missing:
            assert_never(missing)


def evolve(cents: int, it: Event) -> int:
    return cents + it.cents if isinstance(it, WasPut) else cents


purse = Decider[Put | Break, Event, int](
    name="purse", initial=0, decide=decide, evolve=evolve, events=[WasPut, TurnedAway]
)


@contract("intake.toy-put")
class ToyPut:
    """Cents were put."""

    cents: int


@contract("review.toy-put")
class ToyMirrored:
    """Cents were mirrored."""

    cents: int


def publish(it: Any, _state: Any) -> ToyPut | None:
    return ToyPut(cents=it.cents) if isinstance(it, WasPut) else None


def react(it: ToyPut, case: str) -> Decision:
    return decision(purse, case, Break() if it.cents == 13 else Put(cents=it.cents))


def project(it: Recorded, row: Row, draft: Draft) -> None:
    if isinstance(it.event, WasPut):
        body = draft.get("purses", row.stream) or {"cents": 0}
        draft.put("purses", row.stream, {"cents": body["cents"] + it.event.cents}, grp="all")


def _blueprint(name: str, handled: Sequence[type[Any]], public: Any) -> Blueprint:
    return Blueprint(
        name=name,
        nouns=[purse],
        reactions=Reactions.of(handled, react),
        publish=public,
        project=project,
        actions=lambda _house: [],
        reads=lambda _house: APIRouter(),
        pages=lambda _house: APIRouter(),
    )


PUBLISHER = _blueprint("intake", [], publish)
FOLLOWER = _blueprint("review", [ToyPut], lambda _event, _state: None)


def settings(folder: Path, nats: NatsServer | None, store: str = "") -> Settings:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kek").write_bytes(bytes(range(32)))
    return Settings(
        store=store or f"sqlite:{folder}",
        nats_url=nats.url if nats else "nats://127.0.0.1:9",
        keys=f"sqlite:{folder / 'keys.sqlite'}",
        kek_file=folder / "kek",
        documents=folder / "documents",
        jwks=str(folder / "jwks.json"),
        issuer="urn:test",
        trace_ratio=0.0,
    )


async def provisioned(blueprint: Blueprint, at: Settings) -> House:
    """A service with its tables and, when there is a broker, its streams."""
    await asyncio.to_thread(provision, blueprint.name, at)
    if not at.nats_url.endswith(":9"):
        await topology.provision(at.nats_url, "")
    return build(blueprint, at)


@asynccontextmanager
async def serving(blueprint: Blueprint, at: Settings) -> AsyncGenerator[House]:
    """A service with all its loops, in this process."""
    house = await provisioned(blueprint, at)
    async with running(house):
        await until(lambda: not house.writer.refusing or any(it.stopped for it in house.relays))
        yield house


@asynccontextmanager
async def writing(blueprint: Blueprint, at: Settings) -> AsyncGenerator[House]:
    """A service's writer alone, without a broker."""
    house = await provisioned(blueprint, at)
    task = asyncio.create_task(house.writer.run())
    try:
        await until(lambda: not house.writer.refusing)
        yield house
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        house.views.close()
        house.store.recorder.close()


async def until(is_so: Any, within: float = 20.0) -> None:
    """Wait for something that other loops bring about; fails loudly when they do not."""
    async with asyncio.timeout(within):
        while not is_so():
            await asyncio.sleep(0.01)


PERSON = Caller(actor="p-1", role=Role.CASE_OFFICER)


def put(
    cents: int, case: str, *, id: str = "", body_hash: str = "h", expected: int | None = None, by: str = ""
) -> Request:
    return Request(
        decision=decision(purse, case, Put(cents=cents, by=by)),
        caller=Caller(actor="p-1", role=Role.CASE_OFFICER, correlation=case),
        id=id,
        body_hash=body_hash,
        expected=expected,
    )


async def putting(house: House, cents: int, case: str = "", **more: Any) -> Outcome:
    return await house.writer.execute(put(cents, case or uuid4().hex, **more))


def cents(house: House, case: str) -> int:
    return int(house.store.load(purse, purse.stream(case)).state)


async def as_operator(nats: NatsServer) -> tuple[Any, JetStreamContext]:
    connection = await connect(nats.url)
    return connection, connection.jetstream()
