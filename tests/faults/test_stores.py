"""One writer, one commit, one answer: two processes on one store, commits that break, commands that meet, a full disk."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from shared.records import replace
from tests.faults.checker import Finding
from tests.faults.conftest import MakeWorld
from tests.faults.proxy import LATE, Proxy
from tests.faults.stories import CASE, OTHER, judged, rules
from tests.faults.world import World
from tests.servers import PostgresServer, wait_until

# ---- The fence ------------------------------------------------------------------------------------------------------


async def two_writers(world: World, *unprotected: str) -> list[Finding]:
    """The first fills a purse; the second, which heeds no seat, fills it to nearly its limit; then the first is asked again."""
    await world.start("intake", unprotected=unprotected)
    await world.ask("intake", "put", CASE, key="first", cents=600_000)
    first = world.running["intake"]
    await world.start("intake", name="second", unprotected=("seat", *unprotected))
    await world.ask("second", "put", CASE, key="second", cents=300_000)
    asked = {"act": "put", "case": CASE, "key": "third", "cents": 300_000}
    await world.once("intake", asked)
    if not unprotected:
        async with asyncio.timeout(20):
            await first.ended.wait()
        assert first.code == 72, "whoever lost the fence ends at once"
    assert (await world.ask("second", "put", CASE, key="third", cents=300_000))["refusal"] == (
        "" if unprotected else "purse-full"
    )
    return await judged(world)


@pytest.mark.postgres
async def test_a_writer_that_lost_the_fence_commits_nothing_and_ends(
    make_world: MakeWorld, postgres_store: str
) -> None:
    async with make_world(store=postgres_store) as world:
        assert not rules(await two_writers(world)) & {"limits", "unbroken", "acknowledged once"}


@pytest.mark.postgres
async def test_without_the_fence_a_purse_holds_more_than_fits(make_world: MakeWorld, postgres_store: str) -> None:
    async with make_world(store=postgres_store) as world:
        assert "limits" in rules(await two_writers(world, "fence"))


# ---- Groups ---------------------------------------------------------------------------------------------------------


async def many_at_once(world: World, *unprotected: str) -> int:
    """Twenty people fill the same purse, all having seen it empty; how many were told that they did."""
    await world.start("intake", unprotected=unprotected)
    await world.ask("intake", "put", OTHER, cents=1)
    asked = [world.ask("intake", "put", CASE, key=str(it), cents=100, expected=0) for it in range(20)]
    answers = await asyncio.gather(*asked)
    assert len(answers) == 20
    return sum(bool(it.get("last")) for it in answers)


async def test_of_commands_that_saw_the_same_version_one_is_done_although_they_meet_in_one_group(
    make_world: MakeWorld,
) -> None:
    async with make_world() as world:
        assert await many_at_once(world) == 1
        assert "cents in the purse" not in rules(await judged(world))


async def test_without_the_expected_version_all_of_them_pay(make_world: MakeWorld) -> None:
    async with make_world() as world:
        assert await many_at_once(world, "expected-version") == 20


async def in_two_purses(world: World, **life: Any) -> list[Finding]:
    """The other purse is nearly full: too much for both is refused by it. What fits is put while the process dies."""
    await world.start("intake")
    await world.ask("intake", "put", OTHER, key="fill", cents=999_000)
    refused = await world.ask("intake", "both", CASE, key="too-many", cents=5_000, other=OTHER)
    assert refused["refusal"] == "purse-full"
    await world.stop("intake")
    world.restarts = lambda _service: replace(world.life, service="intake")
    await world.start("intake", **life)
    await world.ask("intake", "both", CASE, key="fits", cents=500, other=OTHER)
    assert world.ends == [("intake", 0), ("intake", -9)]
    return await judged(world)


async def test_cents_for_two_purses_are_in_both_or_in_neither_also_when_one_refuses_or_the_process_dies(
    make_world: MakeWorld,
) -> None:
    async with make_world() as world:
        found = await in_two_purses(world, moment="commit-written-not-committed")
        assert not rules(found) & {"limits", "unbroken", "acknowledged once"}, found


async def test_committed_event_by_event_cents_lie_in_one_of_two_purses(make_world: MakeWorld) -> None:
    async with make_world() as world:
        assert "limits" in rules(await in_two_purses(world, unprotected=("one-commit",)))


# ---- A commit whose answer is lost ----------------------------------------------------------------------------------


async def cut_at_a_commit(world: World, proxy: Proxy, how: str, *unprotected: str) -> list[Finding]:
    await world.start("intake", unprotected=unprotected)
    for number in range(3):
        await world.ask("intake", "put", CASE, key=f"warm/{number}", cents=1)
    proxy.marked, proxy.breaks = b'"note":"cut"', how
    await world.ask("intake", "put", CASE, key="cut", cents=5_000)
    assert proxy.broken == 1
    await world.ask("intake", "put", CASE, key="after", cents=70)
    await asyncio.sleep(2 * LATE if how == "late" else 0)
    return await judged(world)


def through(proxy: Proxy, store: str) -> str:
    before, _, after = store.rpartition(":")
    return f"{before}:{proxy.port}/{after.partition('/')[2]}"


@pytest.mark.postgres
@pytest.mark.parametrize("how", ["before", "after", "late"])
async def test_a_commit_whose_answer_was_lost_is_looked_up_under_the_fence(
    make_world: MakeWorld, postgres_server: PostgresServer, postgres_store: str, how: str
) -> None:
    async with Proxy(postgres_server.port) as proxy, make_world(store=through(proxy, postgres_store)) as world:
        world.keep()
        found = await cut_at_a_commit(world, proxy, how)
        assert not rules(found) & {"cents in the purse", "unbroken", "acknowledged once"}, found


@pytest.mark.postgres
async def test_taken_for_undone_the_same_commit_pays_twice(
    make_world: MakeWorld, postgres_server: PostgresServer, postgres_store: str
) -> None:
    async with Proxy(postgres_server.port) as proxy, make_world(store=through(proxy, postgres_store)) as world:
        assert "cents in the purse" in rules(await cut_at_a_commit(world, proxy, "after", "lost-answers"))


# ---- A full disk ----------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes; skips loudly where only root could make one."""
    place = tmp_path / "small"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"kein kleines Dateisystem: {made.stderr.decode()}")
    yield place
    wait_until(lambda: not subprocess.run(["umount", place], check=False, capture_output=True).returncode, "umount")


def filled(place: Path) -> Path:
    """A file that takes all the room there is."""
    file = place / "filler"
    with file.open("wb", buffering=0) as out, suppress(OSError):
        while True:
            out.write(bytes(4096))
    return file


async def with_a_full_disk(world: World, place: Path, times: int, *unprotected: str) -> list[dict[str, Any]]:
    """Cents are put so many times while the disk takes nothing, and again when there is room."""
    world.keep()
    await world.start("intake", unprotected=unprotected)
    await world.ask("intake", "put", CASE, key="before", cents=1)
    filler = filled(place)
    answers = [await world.ask("intake", "put", CASE, key=f"full/{it}", cents=10) for it in range(times)]
    filler.unlink()
    answers.append(await world.ask("intake", "put", CASE, key="room", cents=100))
    return answers


async def test_a_full_disk_refuses_clearly_and_forgets_nothing(make_world: MakeWorld, small_disk: Path) -> None:
    async with make_world(store=f"sqlite:{small_disk}") as world:
        *full, room = await with_a_full_disk(world, small_disk, 10)
        refused = [it for it in full if "failed" in it]
        assert refused
        assert {it["failed"] for it in refused} == {"OperationalError"}
        assert "full" in refused[0]["detail"]
        assert room["last"]
        assert world.ends == [], "nobody had to be started again, and what there is was still shown"
        await world.until(lambda it: it["idle"], "intake")
        found = await judged(world)
        assert not rules(found) & {"cents in the purse", "unbroken", "acknowledged once"}, found


async def test_without_minding_the_error_acknowledged_cents_are_lost(make_world: MakeWorld, small_disk: Path) -> None:
    async with make_world(store=f"sqlite:{small_disk}") as world:
        # The relay's alarm would be the second protection: it has told of cents that the store does not hold.
        await with_a_full_disk(world, small_disk, 1, "commit-errors", "refusing-while-behind")
        assert "cents in the purse" in rules(await judged(world))
