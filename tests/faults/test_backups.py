"""A store comes back from an older backup: nobody acts on what it no longer knows, and no cent is elsewhere."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.conftest import MakeWorld
from tests.faults.stories import CASE, arrives, judged, put, rules
from tests.faults.world import PROJECT, SERVICES, World


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
        "ISSUER": "urn:test", "TREASURY": world.folder / "treasury",
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


async def test_where_the_broker_is_trusted_a_restored_consumer_never_hears_again_of_what_it_forgot(
    make_world: MakeWorld,
) -> None:
    async with make_world() as world:
        await restored(world, "review", "refusing-while-behind", "previous")
        await put(world, 8)
        told = (await world.look("intake"))["relays"]["lane.intake"]["position"]
        await arrives(world, told)
        less = [it.detail for it in await judged(world) if it.rule == "no cent less" and it.detail.startswith("review")]
        assert [it.partition(": ")[2] for it in less] == ["9 Cent von 15"]
