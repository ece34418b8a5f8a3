"""The broker forgets, repeats and misleads; stores come back from backups; messages cannot be handled: no cent is elsewhere."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.topology import lane, stream_of
from tests.faults.checker import Finding
from tests.faults.conftest import MakeWorld
from tests.faults.kills import APPROPRIATION_CENTS, DAILY_LIVES, insist
from tests.faults.purse import POISON
from tests.faults.world import PROJECT, SERVICES, World

CASE = "a" * 32


async def judged(world: World) -> list[Finding]:
    return await asyncio.to_thread(world.findings)


def rules(found: list[Finding]) -> set[str]:
    return {it.rule for it in found}


async def put(world: World, *amounts: int) -> None:
    """Cents one after the other, each in a frame of its own."""
    for cents in amounts:
        await world.ask("intake", "put", CASE, cents=cents)
        await world.until(lambda it: it["relays"]["lane.intake"]["position"] == it["head"], "intake")


# ---- Streams --------------------------------------------------------------------------------------------------------


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


# ---- Backups --------------------------------------------------------------------------------------------------------


def backup(world: World, service: str) -> Callable[[], None]:
    """Keep a stopped service's log as it is now; returns what puts it back."""
    stores = Path(world.life.store.removeprefix("sqlite:"))
    with sqlite3.connect(stores / f"{service}.sqlite") as source, sqlite3.connect(stores / "kept") as kept:
        source.backup(kept)

    def put_back() -> None:
        for it in stores.glob(f"{service}.sqlite*"):
            it.unlink()
        shutil.copy(stores / "kept", stores / f"{service}.sqlite")

    return put_back


async def recover(world: World, service: str) -> str:
    """`python -m services.<service> recover`, as an operator runs it."""
    told = {
        "STORE": world.life.store, "NATS_URL": world.nats.url, "KEYS": f"sqlite:{world.folder / 'keys.sqlite'}",
        "KEK_FILE": world.folder / "kek", "DOCUMENTS": world.folder / "documents", "JWKS": world.folder / "jwks.json",
        "ISSUER": "urn:test",
    }  # fmt: skip
    environment = os.environ | {f"FOERDERSTROM_{name}": str(it) for name, it in told.items()}
    command = [sys.executable, "-m", f"services.{service}", "recover"]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def restored(world: World, service: str, *unprotected: str) -> None:
    """A service is back from a backup that knows one of three puts; it was followed, or had followed, to the third."""
    await world.start(*SERVICES)
    await put(world, 1)
    await world.at_rest()
    await world.stop(service)
    put_back = backup(world, service)
    await world.start(service)
    await put(world, 2, 4)
    await world.at_rest()
    await world.stop(service)
    put_back()
    await world.start(service, unprotected=unprotected)
    await world.until(lambda it: any(one["stopped"] for one in it["relays"].values()), service)


@pytest.mark.parametrize("service", ["intake", "review"])
async def test_a_service_back_from_an_older_backup_refuses_until_it_is_recovered(
    make_world: MakeWorld, service: str
) -> None:
    async with make_world() as world:
        await restored(world, service)
        assert (await world.look(service))["refusing"]
        asked = {"act": "put", "case": CASE, "key": "while-behind", "cents": 8}
        assert (await world.once(service, asked) or {}).get("refused") == "NotWriting"
        await world.stop(service)
        await recover(world, service)
        await world.start(service)
        await put(world, 16)
        await world.at_rest()
        # What was answered is not in the stream: whoever asks again with the key of before is decided anew.
        assert rules(await judged(world)) == ({"remembered"} if service == "intake" else set[str]())


async def test_without_the_refusal_a_restored_publisher_takes_cents_that_nobody_hears_of(make_world: MakeWorld) -> None:
    async with make_world() as world:
        await restored(world, "intake", "refusing-while-behind")
        await world.ask("intake", "put", CASE, key="while-behind", cents=8)
        found = rules(await judged(world))
        assert {"cents in the purse", "told exactly"} <= found, "what was acknowledged before is gone from the store"


# ---- Messages that cannot be handled --------------------------------------------------------------------------------


async def poisoned(world: World, *unprotected: str) -> World:
    """A case is about to be paid when review meets a message about it that it cannot handle; then payout tells of the money."""
    await world.start("intake", "payout", "treasury")
    await world.start("review", unprotected=unprotected)
    await insist(world, "review", "open_budget", "", cents=APPROPRIATION_CENTS)
    for service, act in DAILY_LIVES[:-1]:
        await insist(world, service, act, CASE)
    await put(world, 1, POISON, 2)
    await world.ask("intake", "put", "b" * 32, cents=5)
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
        assert rules(found) == {"followed once", "no cent less", "money"}, "the case waits, with its payment"
        assert not any("b" * 32 in it.detail for it in found), "the other case flows on"
        await mended(world)
        assert (await world.ask("review", "retry", CASE))["waiting"] == 0
        await world.at_rest()
        assert await judged(world) == []


async def test_what_an_operator_discards_is_gone_and_what_waited_behind_it_is_handled(make_world: MakeWorld) -> None:
    async with make_world() as world:
        await poisoned(world)
        [oldest] = [it.detail.split()[2] for it in await judged(world) if "purse.put" in it.detail][:1]
        position = int(oldest.split("/")[-1])
        await world.ask("review", "discard", CASE, source="intake", position=position)
        assert (await world.ask("review", "retry", CASE))["waiting"] == 0
        await world.at_rest()
        found = await judged(world)
        assert rules(found) == {"no cent less"}
        assert all(f"3 Cent von {3 + POISON}" in it.detail for it in found), "what was discarded, and no more"


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
