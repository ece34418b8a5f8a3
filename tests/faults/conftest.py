"""One zygote for all stories of fault, and houses made from it."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StartNats
from tests.faults import accounts, evidence
from tests.faults.checker import Evidence
from tests.faults.kills import APPROPRIATION_CENTS, insist, through_the_house
from tests.faults.stories import CASE
from tests.faults.world import SERVICES, World, Zygote
from tests.servers import NatsServer, PostgresServer

type MakeWorld = Callable[..., World]


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    it = Zygote()
    yield it
    it.stop()


@pytest.fixture
def make_world(zygote: Zygote, nats_server: NatsServer, tmp_path: Path) -> MakeWorld:
    """Makes a house of its own, not entered yet: `make_world("with")`."""

    def make(name: str = "house", **more: Any) -> World:
        told: dict[str, Any] = {"folder": tmp_path / name, "nats": nats_server, "zygote": zygote}
        return World(**(told | more))

    return make


@pytest.fixture
def postgres_store(postgres_server: PostgresServer, postgres_database: str) -> str:
    """The setting of stores in a fresh database."""
    return postgres_server.url(postgres_database)


@pytest.fixture(scope="session")
def calm(zygote: Zygote, start_nats: StartNats, tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """A house in which one case went from the form to the money and some cents went round, and nothing went wrong."""
    world = World(folder=tmp_path_factory.mktemp("calm") / "house", nats=start_nats(), zygote=zygote)

    async def live() -> None:
        async with world:
            await world.start(*SERVICES, "treasury")
            await insist(world, "review", "open_budget", "", cents=APPROPRIATION_CENTS)
            for number in range(4):
                await world.ask("intake", "put", CASE, key=f"put/{number}", cents=1 + number)
                await world.at_rest()
            await through_the_house(world, CASE)
            await world.until(lambda it: it["idle"], "payout")
            async with asyncio.timeout(30):
                while not accounts.settled(await asyncio.to_thread(evidence.gather, **vars(world.evidence()))):
                    await asyncio.sleep(0.1)
            await world.at_rest()

    asyncio.run(live())
    return world.evidence()
