"""Messages that cannot be handled: they wait for their case, in order, from all lanes, and every other case flows on."""

import asyncio

from tests.faults.checker import Finding
from tests.faults.conftest import MakeWorld
from tests.faults.kills import APPROPRIATION_CENTS, DAILY_LIVES, insist
from tests.faults.purse import POISON
from tests.faults.stories import CASE, OTHER, judged, put, rules
from tests.faults.world import World


async def poisoned(world: World, *unprotected: str) -> World:
    """A case is about to be paid when review meets a message about it that it cannot handle; then payout tells of the money."""
    await world.start("intake", "payout", "treasury")
    await world.start("review", unprotected=unprotected)
    await insist(world, "review", "open_budget", "", cents=APPROPRIATION_CENTS)
    for service, act in DAILY_LIVES[:-1]:
        await insist(world, service, act, CASE)
    await put(world, 1, POISON, 2)
    await world.ask("intake", "put", OTHER, cents=5)
    await insist(world, "payout", "release", CASE)
    await settled(world)
    await world.at_rest()
    return world


async def settled(world: World) -> None:
    async with asyncio.timeout(30):
        while not any((world.folder / "treasury" / "archive").glob("*")):
            await asyncio.sleep(0.1)


async def mended(world: World) -> None:
    await world.stop("review")
    await world.start("review", variants=("mended",))


async def test_what_waits_behind_a_poisoned_message_waits_from_all_lanes_and_is_retried_in_order(
    make_world: MakeWorld,
) -> None:
    async with make_world() as world:
        await poisoned(world)
        found = await judged(world)
        assert rules(found) == {"followed once", "no cent less", "money", "entered once"}, (
            "the case waits, with its payment"
        )
        assert not any(OTHER in it.detail for it in found), "the other case flows on"
        await mended(world)
        assert (await world.ask("review", "retry", CASE))["waiting"] == 0
        await world.at_rest()
        assert await judged(world) == []


async def discarded(world: World) -> None:
    """An operator gives up the oldest message that waits, and has the others tried again."""
    [oldest] = [it.detail.split()[2] for it in await judged(world) if "purse.put" in it.detail][:1]
    position = int(oldest.split("/")[-1])
    await world.ask("review", "discard", CASE, source="intake", position=position)
    assert (await world.ask("review", "retry", CASE))["waiting"] == 0
    await world.at_rest()


async def test_what_an_operator_discards_is_gone_and_what_waited_behind_it_is_handled(make_world: MakeWorld) -> None:
    async with make_world() as world:
        await poisoned(world)
        await discarded(world)
        found = await judged(world)
        assert rules(found) == {"no cent less"}
        assert all(f"3 Cent von {3 + POISON}" in it.detail for it in found), "what was discarded, and no more"


async def test_where_what_waits_is_given_up_with_it_more_is_gone_than_was_discarded(make_world: MakeWorld) -> None:
    async with make_world() as world:
        await poisoned(world)
        await world.stop("review")
        await world.start("review", unprotected=("only-the-oldest",))
        await discarded(world)
        found = await judged(world)
        assert rules(found) == {"followed once", "no cent less", "money", "entered once"}
        assert not any(f"3 Cent von {3 + POISON}" in it.detail for it in found)


async def test_where_nothing_is_parked_cents_are_gone_for_ever(make_world: MakeWorld) -> None:
    async with make_world() as world:
        await poisoned(world, "parking")
        await mended(world)
        assert (await world.ask("review", "retry", CASE)) | {"id": 0} == {"handled": 0, "waiting": 0, "id": 0}
        assert "no cent less" in rules(await judged(world))


async def test_where_nothing_waits_behind_it_what_came_later_is_booked_first(make_world: MakeWorld) -> None:
    async with make_world() as world:
        await poisoned(world, "waiting-behind")
        await mended(world)
        await world.ask("review", "retry", CASE)
        await world.at_rest()
        assert rules(await judged(world)) == {"in order"}


async def newer(world: World, *unprotected: str) -> None:
    """Intake is upgraded to tell tenths of cents before review knows how to read them."""
    await world.start("payout")
    await world.start("review", unprotected=unprotected)
    await world.start("intake")
    await put(world, 1)
    await world.at_rest()
    await world.stop("intake")
    await world.start("intake", variants=("newer",))
    await put(world, 2)


async def test_a_newer_contract_pauses_the_lane_which_goes_on_after_the_upgrade(make_world: MakeWorld) -> None:
    async with make_world() as world:
        await newer(world)
        await world.until(lambda it: "Version 2" in it["lanes"]["intake"]["paused"], "review")
        await world.stop("review")
        await world.start("review", variants=("upgraded",))
        await world.at_rest()
        assert await judged(world) == []


async def test_read_as_if_it_were_known_a_newer_contract_makes_tenfold_money(make_world: MakeWorld) -> None:
    async with make_world() as world:
        await newer(world, "newer-contracts")
        await world.at_rest()
        assert "no cent more" in rules(await judged(world))


async def newly_handled(world: World, *unprotected: str) -> list[Finding]:
    """Review does not know purses yet when the first cents are put; its next version does."""
    await world.start("intake", "payout")
    await world.start("review", variants=("deaf",))
    await put(world, 1, 2)
    await world.at_rest()
    await world.stop("review")
    await world.start("review", unprotected=unprotected)
    await put(world, 4)
    await world.at_rest()
    return await judged(world)


async def test_a_newly_handled_contract_is_handled_from_the_beginning(make_world: MakeWorld) -> None:
    async with make_world() as world:
        assert await newly_handled(world) == []


async def test_handled_from_now_on_only_the_cents_of_before_never_arrive(make_world: MakeWorld) -> None:
    async with make_world() as world:
        assert "no cent less" in rules(await newly_handled(world, "catching-up"))
