"""The broker forgets: a stream is wiped, shortened, filled again in other frames. No cent is elsewhere."""

import asyncio

from shared.topology import lane, stream_of
from tests.faults.checker import Finding
from tests.faults.conftest import MakeWorld
from tests.faults.stories import judged, put, rules
from tests.faults.world import SERVICES, World


async def wiped(world: World, *unprotected: str) -> list[Finding]:
    """Review has followed one of three frames when the broker loses everything; what it is told then is framed anew."""
    await world.start("intake", "payout")
    await world.start("review", unprotected=unprotected)
    await put(world, 1)
    await world.at_rest()
    await world.stop("review")
    await put(world, 2, 4)
    for service in ("intake", "payout"):
        await world.stop(service)
    await asyncio.to_thread(world.nats.kill)
    world.nats.wipe()
    await asyncio.to_thread(world.nats.start)
    await world.provision_streams()
    await world.start(*SERVICES, unprotected=unprotected)
    await world.at_rest()
    return await judged(world)


async def test_a_wiped_stream_is_filled_again_in_other_frames_and_nothing_is_doubled(make_world: MakeWorld) -> None:
    async with make_world() as world:
        assert await wiped(world) == []


async def test_where_the_relay_does_not_compare_a_wiped_stream_stays_empty_and_cents_are_lost(
    make_world: MakeWorld,
) -> None:
    async with make_world() as world:
        assert "no cent less" in rules(await wiped(world, "comparing"))


async def test_where_a_longer_frame_is_taken_for_new_as_a_whole_cents_are_doubled(make_world: MakeWorld) -> None:
    async with make_world() as world:
        assert "no cent more" in rules(await wiped(world, "known-events"))


async def test_a_broker_that_lost_everything_while_all_lay_still_is_filled_again_at_once(make_world: MakeWorld) -> None:
    async with make_world() as world:
        await world.start(*SERVICES)
        await put(world, 1)
        await world.at_rest()
        await world.stop("review")
        await put(world, 2)
        await world.at_rest("intake", "payout")
        await asyncio.to_thread(world.nats.kill)
        world.nats.wipe()
        await asyncio.to_thread(world.nats.start)
        await world.provision_streams()
        await world.start("review")
        world.keep()
        await world.until(lambda it: it["lanes"]["intake"]["position"] >= 2, "review")
        await world.at_rest()
        assert await judged(world) == []


async def shortened(world: World, *unprotected: str) -> list[Finding]:
    """The lane's beginning is gone, its numbers go on; only what is put later is in it when review comes to read it."""
    await world.start("intake", "payout")
    await put(world, 1, 2, 4)
    async with world.operator() as jetstream:
        name = stream_of(lane("intake"))
        stream = await jetstream.stream_info(name)
        await jetstream.delete_stream(name)
        stream.config.first_seq = stream.state.last_seq + 1
        await jetstream.add_stream(stream.config)
    await world.provision_streams()
    await put(world, 8)
    await world.start("review", unprotected=unprotected)
    await world.at_rest()
    return await judged(world)


async def test_what_a_shortened_stream_lacks_is_asked_for_and_comes_again(make_world: MakeWorld) -> None:
    async with make_world() as world:
        assert await shortened(world) == []


async def test_where_nobody_asks_for_what_is_missing_cents_are_lost(make_world: MakeWorld) -> None:
    async with make_world() as world:
        assert "no cent less" in rules(await shortened(world, "previous"))
