"""An old process that does not know it was replaced cannot mix its history into the lane of the new one."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from shared import topology
from shared.formats import ZERO, Frame, pack_envelopes
from shared.messaging import Lost, Messenger, Overtaken
from shared.topology import lane
from tests.machinery.test_lanes import caught_up, followed, frames
from tests.machinery.toys import FOLLOWER, PUBLISHER, as_operator, cents, putting, serving, settings, until
from tests.servers import NatsServer


async def two_histories(tmp_path: Path, nats: NatsServer) -> tuple[int, str]:
    """Old and new process have the first cent in common; then the new one takes 2, the old one 4 and 8 in one commit."""
    async with serving(PUBLISHER, settings(tmp_path / "old", nats)) as publisher:
        await putting(publisher, 1, "case")
        await until(lambda: publisher.idle)
    shutil.copytree(tmp_path / "old", tmp_path / "new")
    async with (
        serving(PUBLISHER, settings(tmp_path / "old", nats)) as old,
        serving(PUBLISHER, settings(tmp_path / "new", nats)) as new,
        serving(FOLLOWER, settings(tmp_path / "f", nats)) as follower,
    ):
        await until(lambda: old.relays[0].last == new.relays[0].last == followed(follower) == 1)
        await putting(new, 2, "case")
        await caught_up(new, follower)
        await asyncio.gather(putting(old, 4, "case"), putting(old, 8, "case"))
        await until(lambda: bool(old.relays[0].stopped) or followed(follower) == 3)
        return cents(follower, "case"), old.relays[0].stopped


async def test_the_second_relay_is_refused_looks_and_stops(tmp_path: Path, nats_server: NatsServer):
    money, stopped = await two_histories(tmp_path, nats_server)
    assert money == 3, "what the new process took"
    assert "andere Kette" in stopped


async def test_without_the_fence_the_follower_has_money_that_neither_of_both_has(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    real = Messenger.publish

    async def blindly(self: Messenger, frame: Frame, subject: str, *, refill: bool = False, **_after: Any) -> int:
        return await real(self, frame, subject, refill=refill)

    monkeypatch.setattr(Messenger, "publish", blindly)
    money, stopped = await two_histories(tmp_path, nats_server)
    assert (money, stopped) == (11, ""), "1 and 2 of the one, 8 of the other, whose 4 is lost"


async def test_a_frame_whose_confirmation_was_lost_lies_in_the_lane_once(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    real, lost = Messenger.publish, 0

    async def unconfirmed(self: Messenger, frame: Frame, subject: str, **more: Any) -> int:
        nonlocal lost
        sequence = await real(self, frame, subject, **more)
        if frame.last == 2 and not lost and subject == lane("intake"):
            lost += 1
            raise Lost(subject)
        return sequence

    monkeypatch.setattr(Messenger, "publish", unconfirmed)
    async with (
        serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher,
        serving(FOLLOWER, settings(tmp_path / "f", nats_server)) as follower,
    ):
        for amount in (1, 2, 4):
            await putting(publisher, amount, "case")
            await caught_up(publisher, follower)
        assert (lost, cents(follower, "case")) == (1, 7)
        connection, jetstream = await as_operator(nats_server)
        assert len(await frames(jetstream)) == 3
        await connection.close()


async def test_the_broker_compares_the_sequence_before_the_message_id(nats_server: NatsServer):
    await topology.provision(nats_server.url, "")
    messenger = Messenger("intake", nats_server.url, "")
    await messenger.broker.connect()
    told: dict[str, Any] = {
        "source": "intake",
        "epoch": "e",
        "chain_previous": ZERO,
        "chain_last": ZERO,
        "body": pack_envelopes([]),
    }
    one, two = Frame(first=1, last=1, previous=0, **told), Frame(first=2, last=2, previous=1, **told)
    assert await messenger.publish(one, lane("intake"), after=0) == 1
    with pytest.raises(Overtaken):
        await messenger.publish(one, lane("intake"), after=0)
    with pytest.raises(Overtaken):
        await messenger.publish(one, lane("intake"), after=1)
    with pytest.raises(Overtaken):
        await messenger.publish(two, lane("intake"), after=0)
    assert await messenger.publish(two, lane("intake"), after=1) == 2
    assert await messenger.publish(one, lane("intake"), refill=True, after=2) == 3
    await messenger.broker.stop()


async def test_a_stranger_in_the_lane_holds_up_nothing_and_a_refill_still_comes(
    tmp_path: Path, nats_server: NatsServer
):
    async with serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher:
        for amount in (1, 2):
            await putting(publisher, amount, "case")
            await until(lambda: publisher.idle)
        connection, jetstream = await as_operator(nats_server)
        await jetstream.publish(lane("intake"), b"garbage")
        await publisher.relays[0].refill(1)
        await jetstream.publish(lane("intake"), b"garbage")
        await putting(publisher, 4, "case")
        await until(lambda: publisher.idle)
        sizes = [len(it.data) > 10 for it in await frames(jetstream)]
        assert sizes == [True, True, False, True, False, True]
        await connection.close()


async def test_a_refill_asked_of_the_old_process_sends_nothing_either(tmp_path: Path, nats_server: NatsServer):
    async with serving(PUBLISHER, settings(tmp_path / "old", nats_server)) as publisher:
        await putting(publisher, 1, "case")
        await until(lambda: publisher.idle)
    shutil.copytree(tmp_path / "old", tmp_path / "new")
    async with (
        serving(PUBLISHER, settings(tmp_path / "old", nats_server)) as old,
        serving(PUBLISHER, settings(tmp_path / "new", nats_server)) as new,
    ):
        await until(lambda: old.relays[0].last == 1)
        await putting(new, 2, "case")
        await until(lambda: new.relays[0].last == 2)
        await old.relays[0].refill(0)
        assert "Strom bei" in old.relays[0].stopped
        assert old.writer.refusing
        connection, jetstream = await as_operator(nats_server)
        assert len(await frames(jetstream)) == 2
        await connection.close()
