"""One service of one side as a process of its own, told over a pipe what to do."""

import asyncio
import os
import resource
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import uvloop

from shared.decider import value
from tests.benchmarks.conversation import Party, People


@value
class Place:
    """Where a run takes place: `store` is `sqlite:<folder>` or a PostgreSQL URL."""

    folder: Path
    store: str
    nats_url: str


@value
class Used:
    rss_mb: int
    cpu_seconds: float


type Start = Callable[[People], Awaitable[Party]]


def _stock(service: str, place: Place) -> Start:
    from tests.benchmarks.stock.intake import StockIntake
    from tests.benchmarks.stock.payout import StockPayout
    from tests.benchmarks.stock.review import StockReview
    from tests.benchmarks.stock.service import StockParty, environment

    async def start(people: People) -> Party:
        made = {"intake": StockIntake, "review": StockReview, "payout": StockPayout}[service]
        application = made(environment(service, place.store))
        application.provision()
        party = StockParty(application, place.nats_url, people)
        await party.start()
        return party

    return start


def _ours(service: str, place: Place, *, views: bool = False) -> Start:
    from shared.provisioning import provision
    from tests.benchmarks import ours

    ours.quiet()
    settings = ours.settings(place.folder, place.store, place.nats_url)
    blueprint = ours.blueprint(service, views)
    provision(blueprint.name, settings)

    async def start(people: People) -> Party:
        party = ours.OwnParty(blueprint, settings, people)
        await party.start()
        return party

    return start


SIDES: dict[str, Callable[[str, Place], Start]] = {
    "stock": _stock,
    "ours": _ours,
    "whole": partial(_ours, views=True),
}
"""`whole` is ours with the views that pages and lists read, which the conversation does not need and stock has not."""


def serve(pipe: Connection, side: str, service: str, place: Place) -> None:
    """The process: answers each request on the pipe until told to stop."""
    start = SIDES[side](service, place)
    uvloop.run(_serve(pipe, service, start))


async def _serve(pipe: Connection, service: str, start: Start) -> None:
    asyncio.get_running_loop().set_exception_handler(_end)
    people = People(service)
    party = await start(people)
    people.act = party.act
    pipe.send("ready")
    while True:
        name, *args = cast(tuple[Any, ...], await asyncio.to_thread(pipe.recv))
        match name:
            case "live":
                pipe.send(await people.live(*args))
            case "tally":
                pipe.send(await party.tally())
            case "verify":
                pipe.send(await party.verify())
            case "used":
                used = resource.getrusage(resource.RUSAGE_SELF)
                pipe.send(Used(rss_mb=used.ru_maxrss // 1024, cpu_seconds=used.ru_utime + used.ru_stime))
            case _:
                await party.stop()
                return


def _end(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """An act that failed means a lifecycle that never ends: end at once, visibly."""
    print(context.get("message"), repr(context.get("exception")), file=sys.stderr, flush=True)
    os._exit(1)
