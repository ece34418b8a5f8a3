"""The broker turns a service out: its password was changed, or it was refused once. What was put arrives all the same."""

import asyncio

import pytest

from tests.conftest import StartNats
from tests.faults.conftest import MakeWorld
from tests.faults.stories import CASE, arrives, judged, put, rules
from tests.faults.world import World
from tests.servers import NatsServer, wait_until

PATIENCE = 3.0


def users(password: str) -> str:
    """Everyone may come as they are, review only with its password."""
    return (
        "authorization { timeout: 5, users: [\n"
        '  {user: operator, password: ""}, {user: intake, password: ""}, {user: payout, password: ""}\n'
        f'  {{user: review, password: "{password}"}}\n'
        "] }\nno_auth_user: operator\n"
    )


@pytest.fixture
def guarded(start_nats: StartNats) -> NatsServer:
    """A broker that knows its users."""
    return start_nats(users("old"))


async def followed(world: World, *unprotected: str) -> None:
    (world.folder / "review.password").write_text("old")
    await world.start("intake", "payout")
    await world.start("review", patience=PATIENCE, unprotected=unprotected)
    world.keep()
    await put(world, 1)
    await arrives(world, 1)


async def rotated(world: World, *unprotected: str) -> None:
    """An operator changes review's password, first with the broker and then in its file."""
    await followed(world, *unprotected)
    world.nats.reload(users("new"))
    (world.folder / "review.password").write_text("new")
    await world.ask("intake", "put", CASE, cents=2)


async def came_back(nats: NatsServer, password: str) -> None:
    await asyncio.to_thread(nats.kill)
    nats.config = users(password)
    await asyncio.to_thread(nats.start)


async def rejected_once(world: World, *unprotected: str) -> None:
    """The broker comes back with a mistake in its users, which is soon mended."""
    await followed(world, *unprotected)
    log = world.nats.folder / "nats.log"
    await came_back(world.nats, "wrong")
    await asyncio.to_thread(wait_until, lambda: "authentication error" in log.read_text(), "eine Abweisung")
    await came_back(world.nats, "old")
    await world.ask("intake", "put", CASE, cents=2)


STORIES = {"rotated": rotated, "rejected once": rejected_once}


@pytest.mark.parametrize("story", STORIES)
async def test_whoever_was_turned_out_comes_back_and_hears_what_was_put_meanwhile(
    make_world: MakeWorld, guarded: NatsServer, story: str
) -> None:
    async with make_world(nats=guarded) as world:
        await STORIES[story](world)
        await arrives(world, 2)
        await world.at_rest()
        assert {it for it in world.ends if it != ("review", 70)} == set(), "if any, the guard of whoever was turned out"
        assert await judged(world) == []


@pytest.mark.parametrize("story", STORIES)
async def test_left_to_the_framework_whoever_was_turned_out_stays_out_and_the_cents_never_arrive(
    make_world: MakeWorld, guarded: NatsServer, story: str
) -> None:
    async with make_world(nats=guarded) as world:
        await STORIES[story](world, "own-callback")
        await asyncio.sleep(2 * PATIENCE)
        assert world.ends == []
        assert "no cent less" in rules(await judged(world))
