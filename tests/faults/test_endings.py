"""A process ends in the middle, asked to or not: whoever was answered is right, whoever was not asks again, and pays once."""

import asyncio
import signal

from shared.records import replace
from tests.faults.checker import Finding
from tests.faults.conftest import MakeWorld
from tests.faults.stories import CASE, judged, rules
from tests.faults.world import SERVICES, World

FORGETFUL = "first-answer"
"""Takes out what else makes a repeated request harmless."""


async def test_asked_to_end_in_the_middle_a_service_finishes_what_it_acknowledges(make_world: MakeWorld) -> None:
    async with make_world() as world:
        await world.start(*SERVICES)
        world.keep()
        puts = [
            asyncio.ensure_future(world.ask("intake", "put", CASE, key=str(it), cents=1 + it % 5)) for it in range(200)
        ]
        await asyncio.wait(puts, return_when=asyncio.FIRST_COMPLETED)
        assert await world.stop("intake") == 0
        await asyncio.gather(*puts)
        await world.at_rest()
        assert await judged(world) == []


async def asked_to_end(world: World, *unprotected: str) -> list[Finding]:
    """Just when a group is committed and nobody was told yet, the process is asked to end; the next one is as forgetful."""
    world.restarts = lambda _service: replace(world.life, service="intake", unprotected=(FORGETFUL,))
    await world.start(
        "intake", moment="group-committed-told-nobody", ends_by=signal.SIGTERM,
        unprotected=(FORGETFUL, *unprotected),
    )  # fmt: skip
    first = world.running["intake"]
    await asyncio.gather(*(world.ask("intake", "put", CASE, key=str(it), cents=1 + it % 5) for it in range(20)))
    await first.ended.wait()
    assert first.code == 0
    return await judged(world)


async def test_asked_to_end_a_service_first_tells_what_it_has_committed(make_world: MakeWorld) -> None:
    async with make_world() as world:
        assert not rules(await asked_to_end(world)) & {"cents in the purse", "unbroken", "acknowledged once"}


async def test_ending_at_once_it_lets_people_ask_again_for_what_was_done(make_world: MakeWorld) -> None:
    async with make_world() as world:
        assert "cents in the purse" in rules(await asked_to_end(world, "graceful-end"))


async def crashed_before_the_answer(world: World, *unprotected: str) -> list[Finding]:
    world.restarts = lambda _service: replace(world.life, service="intake", unprotected=unprotected)
    await world.start("intake", moment="committed-before-answer", unprotected=unprotected)
    await world.ask("intake", "put", CASE, key="unheard", cents=500)
    assert world.ends == [("intake", -9)]
    return await judged(world)


async def test_a_crash_between_commit_and_answer_is_answered_as_the_first_time(make_world: MakeWorld) -> None:
    async with make_world() as world:
        assert not rules(await crashed_before_the_answer(world)) & {"cents in the purse", "unbroken", "remembered"}


async def test_decided_anew_after_such_a_crash_cents_are_put_twice(make_world: MakeWorld) -> None:
    async with make_world() as world:
        assert "cents in the purse" in rules(await crashed_before_the_answer(world, FORGETFUL))
