"""review put together: what the shared machinery is told to make this service of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from services.review import (
    assessment,
    award,
    budget,
    closure,
    correspondence,
    dissolution,
    early_start,
    fulfilment,
    handling,
    involvement,
    municipal_tie,
    programme,
    proof,
    proof_sample,
    recovery,
    succession,
)
from services.review.api import REFUSALS, actions, reads
from services.review.api.possible import possible
from services.review.deadlines import DUE
from services.review.pages.routes import pages
from services.review.publications import publish
from services.review.reactions import HANDLED, react
from services.review.views import project
from shared import service
from shared.commands import Outcome, Request
from shared.decider import Decision, decision
from shared.identity import SYSTEM, Role
from shared.lanes import Reactions
from shared.overlay import Caller
from shared.service import Blueprint, House
from shared.shipped_policies import shipped
from shared.writer import NotWriting

log = structlog.get_logger()


def at_start(house: House) -> Sequence[Callable[[], Awaitable[None]]]:
    """What a new version does once on its start: publish its programmes, and tell the others of older ties."""
    return [*policies(house), lambda: tell_ties(house)]


async def tell_ties(house: House) -> None:
    """Tells the other services of the ties that were declared before they were told of any; none when all are told."""
    decided = decision(municipal_tie.decider, municipal_tie.REGISTER, municipal_tie.TellTies())
    outcome = await _execute(house, decided)
    if outcome.last:
        log.info("municipal ties told")
    await asyncio.Event().wait()


async def _execute(house: House, decided: Decision) -> Outcome:
    """Decide as the system, as soon as this process writes."""
    caller = Caller(actor=SYSTEM, role=Role.SYSTEM)
    while True:
        try:
            return await house.writer.execute(Request(decision=decided, caller=caller))
        except NotWriting:
            await asyncio.sleep(0.2)


def policies(house: House) -> Sequence[Callable[[], Awaitable[None]]]:
    """Publishes every programme that ships with this version, once; until then the service is not ready."""
    waiting = {name: [it.text for it in files] for name, files in shipped().items()}
    house.problems.append(lambda: f"Regelungen: {len(waiting)} Programme noch nicht veröffentlicht" if waiting else "")
    house.idle_checks.append(lambda: not waiting)

    async def publish_all() -> None:
        while waiting:
            name, texts = next(iter(waiting.items()))
            outcome = await _execute(house, programme.publish_policy(*texts))
            if outcome.problem:
                raise RuntimeError(f"{name}: {outcome.problem}")
            if outcome.last:
                log.info("policies published", programme=name)
            del waiting[name]
        await asyncio.Event().wait()

    return [publish_all]


blueprint = Blueprint(
    name="review",
    nouns=(
        assessment.decider,
        handling.decider,
        award.decider,
        correspondence.decider,
        budget.decider,
        closure.decider,
        early_start.decider,
        fulfilment.decider,
        recovery.decider,
        involvement.decider,
        municipal_tie.decider,
        programme.decider,
        proof.decider,
        proof_sample.decider,
        dissolution.decider,
        succession.decider,
    ),
    reactions=Reactions.of(HANDLED, react),
    publish=publish,
    project=project,
    actions=actions,
    reads=reads,
    pages=pages,
    followers=at_start,
    due=DUE,
    possible=possible,
    refusals=REFUSALS,
)


def openapi() -> dict[str, Any]:
    """The OpenAPI description of review."""
    return service.openapi(blueprint)
