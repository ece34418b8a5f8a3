"""A broker that is away or half there, a process that only looks alive, an end in the middle: what was put arrives."""

import asyncio
from contextlib import suppress

from shared.records import replace
from shared.topology import lane, stream_of
from tests.faults.conftest import MakeWorld
from tests.faults.outage import broker_away
from tests.faults.proxy import Proxy
from tests.faults.stories import CASE, arrives, judged, rules
from tests.faults.world import World

PATIENCE = 3.0


async def test_people_work_on_while_the_broker_is_away_and_all_of_it_arrives(make_world: MakeWorld) -> None:
    async with make_world() as world:
        number, found = await broker_away(world, 3)
        assert number > 10
        assert found == []


async def test_where_the_relay_does_not_compare_what_they_did_meanwhile_never_arrives(make_world: MakeWorld) -> None:
    async with make_world() as world:
        _, found = await broker_away(world, 2, "comparing")
        assert "no cent less" in rules(found)


async def frozen(world: World, *unprotected: str) -> None:
    await world.start("intake", "payout")
    await world.start("review", patience=PATIENCE, unprotected=unprotected)
    world.keep()
    await world.ask("intake", "put", CASE, cents=1)
    await arrives(world, 1)
    freezing = asyncio.ensure_future(world.once("review", {"act": "freeze"}))
    await world.ask("intake", "put", CASE, cents=2)
    await asyncio.wait([freezing], timeout=2.5 * PATIENCE)


async def test_a_process_whose_loop_is_frozen_ends_and_the_next_one_goes_on(make_world: MakeWorld) -> None:
    async with make_world() as world:
        await frozen(world)
        await arrives(world, 2)
        await world.at_rest()
        assert world.ends == [("review", 71)]
        assert await judged(world) == []


async def test_without_a_guard_it_looks_alive_and_the_cents_never_arrive(make_world: MakeWorld) -> None:
    async with make_world() as world:
        await frozen(world, "guard")
        assert world.ends == []
        assert "no cent less" in rules(await judged(world))


async def half_open(world: World, proxy: Proxy, *unprotected: str) -> None:
    """The broker swallows what review sends, and nobody closes the connection; then the road is mended, for new ones."""
    await world.start("intake", "payout")
    told = replace(world.life, nats_url=f"nats://127.0.0.1:{proxy.port}")
    await world.begin(replace(told, service="review", patience=PATIENCE, unprotected=unprotected))
    world.keep()
    await world.ask("intake", "put", CASE, cents=1)
    await arrives(world, 1)
    proxy.swallow()
    await world.ask("intake", "put", CASE, cents=2)


async def test_a_half_open_connection_is_noticed_and_made_again(make_world: MakeWorld) -> None:
    async with make_world() as world, Proxy(world.nats.port) as proxy:
        await half_open(world, proxy)
        await world.at_rest()
        assert await judged(world) == []


async def test_without_pings_a_half_open_connection_keeps_the_cents_for_ever(make_world: MakeWorld) -> None:
    async with make_world() as world, Proxy(world.nats.port) as proxy:
        await half_open(world, proxy, "pings")
        await asyncio.sleep(3 * PATIENCE)
        assert world.ends == []
        assert "no cent less" in rules(await judged(world))


async def without_its_consumer(world: World, *unprotected: str) -> None:
    """An operator deletes a consumer by mistake, and makes it again as soon as a process has ended because of that."""
    await world.start("intake", "payout")
    await world.start("review", unprotected=unprotected)
    world.keep()
    await world.ask("intake", "put", CASE, cents=1)
    await arrives(world, 1)
    review = world.running["review"]
    async with world.operator() as jetstream:
        await jetstream.delete_consumer(stream_of(lane("intake")), "review")
    await world.ask("intake", "put", CASE, cents=2)
    with suppress(TimeoutError):
        await asyncio.wait_for(review.ended.wait(), 6)
        await world.provision_streams()


async def test_a_process_whose_consumer_was_deleted_ends_and_the_next_one_goes_on(make_world: MakeWorld) -> None:
    async with make_world() as world:
        await without_its_consumer(world)
        await arrives(world, 2)
        await world.at_rest()
        assert world.ends == [("review", 73)]
        assert await judged(world) == []


async def test_where_nobody_watches_a_lane_without_its_consumer_the_cents_never_arrive(make_world: MakeWorld) -> None:
    async with make_world() as world:
        await without_its_consumer(world, "watching")
        assert world.ends == []
        assert "no cent less" in rules(await judged(world))


async def forged(world: World, *unprotected: str) -> int:
    """A message in a lane asks for an answer in another one; how much there is in that lane then that nobody put there."""
    await world.start("intake", "payout")
    await world.start("review", unprotected=unprotected)
    await world.ask("intake", "put", CASE, cents=1)
    await world.at_rest()
    known = (await world.look("review"))["head"]
    async with world.operator() as jetstream:
        before = (await jetstream.stream_info(stream_of(lane("review")))).state.messages
        await jetstream.publish(lane("intake"), b"forged", headers={"reply_to": lane("review")})
        await world.until(lambda it: it["head"] > known, "review")
        await world.at_rest()
        await asyncio.sleep(0.5)
        return (await jetstream.stream_info(stream_of(lane("review")))).state.messages - before


async def test_a_forged_reply_to_makes_no_service_publish(make_world: MakeWorld) -> None:
    async with make_world() as world:
        assert await forged(world) == 0


async def test_without_that_a_service_publishes_where_a_stranger_says(make_world: MakeWorld) -> None:
    async with make_world() as world:
        assert await forged(world, "no-reply") == 1
