"""Nothing lost, nothing doubled, nothing altered between two services: real NATS, real stores."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from nats.js import JetStreamContext

from shared import topology
from shared.formats import Frame, frame_of, pack_envelopes, unpack_envelopes
from shared.lanes import RetryJob
from shared.parking import ForeignMessageRefused, MessageParked, ParkedMessageHandled, parked
from shared.service import House
from shared.topology import lane, stream_of
from shared.writer import NotWriting
from tests.machinery import toys
from tests.machinery.toys import (
    FOLLOWER,
    PUBLISHER,
    as_operator,
    cents,
    provisioned,
    putting,
    serving,
    settings,
    until,
)
from tests.servers import NatsServer


def followed(house: House) -> int:
    found = house.writer.lanes.get("intake")
    return found.position if found else 0


async def caught_up(publisher: House, follower: House, within: float = 20.0) -> None:
    await until(lambda: followed(follower) == publisher.relays[0].last == publisher.writer.head.position, within)


async def frames(jetstream: JetStreamContext) -> list[Any]:
    info = await jetstream.stream_info(stream_of(lane("intake")))
    return [await jetstream.get_msg(stream_of(lane("intake")), seq=n) for n in range(1, info.state.last_seq + 1)]


async def test_what_is_put_in_one_service_arrives_once_in_the_other(
    tmp_path: Path, nats_server: NatsServer, store_setting: str
):
    async with (
        serving(PUBLISHER, settings(tmp_path / "p", nats_server, store_setting)) as publisher,
        serving(FOLLOWER, settings(tmp_path / "f", nats_server, store_setting)) as follower,
    ):
        await asyncio.gather(*(putting(publisher, 7, f"case-{n % 5}") for n in range(100)))
        await caught_up(publisher, follower)
        assert [cents(follower, f"case-{n}") for n in range(5)] == [140] * 5
        await until(lambda: publisher.idle and follower.idle)
        page = follower.views.find("purses", grp="all")
        assert sorted(it.body["cents"] for it in page.entries) == [140] * 5


async def test_a_redelivered_a_doubled_and_a_reordered_frame_change_nothing(tmp_path: Path, nats_server: NatsServer):
    async with serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher:
        for amount in (1, 2, 4, 8):
            await putting(publisher, amount, "case")
            await until(lambda: publisher.relays[0].idle)
        connection, jetstream = await as_operator(nats_server)
        sent = await frames(jetstream)
        for position in (3, 0, 2, 2, 1, 3):  # again, in any order, under ids that no window knows
            frame = frame_of(dict(sent[position].headers), sent[position].data)
            headers = {**frame.headers(), "Nats-Msg-Id": f"again-{position}-{id(object())}"}
            await jetstream.publish(lane("intake"), frame.body, headers=headers)
        async with serving(FOLLOWER, settings(tmp_path / "f", nats_server)) as follower:
            await caught_up(publisher, follower)
            await asyncio.sleep(1)
            assert cents(follower, "case") == 15
        await connection.close()


async def test_frames_that_arrive_in_the_wrong_order_are_fetched_in_the_right_one(
    tmp_path: Path, nats_server: NatsServer
):
    async with serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher:
        for amount in (1, 2, 4):
            await putting(publisher, amount, "case")
            await until(lambda: publisher.relays[0].idle)
        follower = await provisioned(FOLLOWER, settings(tmp_path / "f", nats_server))
        connection, jetstream = await as_operator(nats_server)
        last = (await frames(jetstream))[-1]
        await connection.close()
    async with serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher:
        follower.views.close()
        follower.store.recorder.close()
        async with serving(FOLLOWER, settings(tmp_path / "f", nats_server)) as follower:
            await until(lambda: follower.messenger.connected)
            await follower.lanes[0]._follow(frame_of(dict(last.headers), last.data))  # pyright: ignore[reportPrivateUsage]
            assert cents(follower, "case") == 7


async def test_a_wiped_broker_is_filled_again_and_nothing_is_doubled(tmp_path: Path, nats_server: NatsServer):
    at, there = settings(tmp_path / "p", nats_server), settings(tmp_path / "f", nats_server)
    async with serving(PUBLISHER, at) as publisher, serving(FOLLOWER, there) as follower:
        await asyncio.gather(*(putting(publisher, 1, f"case-{n % 3}") for n in range(30)))
        await caught_up(publisher, follower)
    nats_server.kill()
    shutil.rmtree(nats_server.data)
    nats_server.start()
    async with serving(PUBLISHER, at) as publisher, serving(FOLLOWER, there) as follower:
        await asyncio.gather(*(putting(publisher, 1, f"case-{n % 3}") for n in range(30)))
        await caught_up(publisher, follower)
        assert sum(cents(follower, f"case-{n}") for n in range(3)) == 60


async def test_a_broker_that_believes_it_has_delivered_all_is_not_believed(tmp_path: Path, nats_server: NatsServer):
    at, there = settings(tmp_path / "p", nats_server), settings(tmp_path / "f", nats_server)
    async with serving(PUBLISHER, at) as publisher:
        for amount in (1, 2):
            await putting(publisher, amount, "case")
            await until(lambda: publisher.idle)
        connection, jetstream = await as_operator(nats_server)
        taken = await jetstream.pull_subscribe_bind(consumer="review", stream=stream_of(lane("intake")))
        for _ in range(2):
            [message] = await taken.fetch(1, timeout=5)
            await message.ack_sync()
        await connection.close()
        async with serving(FOLLOWER, there) as follower:
            await caught_up(publisher, follower)
            assert cents(follower, "case") == 3


async def test_a_follower_restored_from_an_old_backup_stands_still_until_it_is_recovered(
    tmp_path: Path, nats_server: NatsServer
):
    at, there = settings(tmp_path / "p", nats_server), settings(tmp_path / "f", nats_server)
    async with serving(PUBLISHER, at) as publisher:
        async with serving(FOLLOWER, there) as follower:
            await putting(publisher, 1, "case")
            await caught_up(publisher, follower)
            await until(lambda: follower.idle)
        shutil.copytree(tmp_path / "f", tmp_path / "backup")
        async with serving(FOLLOWER, there) as follower:
            await putting(publisher, 2, "case")
            await caught_up(publisher, follower)
            await until(lambda: follower.idle)
        shutil.rmtree(tmp_path / "f")
        shutil.copytree(tmp_path / "backup", tmp_path / "f")
        async with serving(FOLLOWER, there) as follower:
            await until(lambda: any(it.stopped for it in follower.relays))
            await putting(publisher, 4, "case")
            await asyncio.sleep(1)
            assert cents(follower, "case") == 1, "following on would give old positions new events"
            assert follower.unready()


async def test_frames_lost_from_the_stream_are_asked_for_and_come_again(tmp_path: Path, nats_server: NatsServer):
    at, there = settings(tmp_path / "p", nats_server), settings(tmp_path / "f", nats_server)
    async with serving(PUBLISHER, at) as publisher:
        for amount in (1, 2, 4, 8):
            await putting(publisher, amount, "case")
            await until(lambda: publisher.relays[0].idle)
        connection, jetstream = await as_operator(nats_server)
        name = stream_of(lane("intake"))
        config = (await jetstream.stream_info(name)).config
        await jetstream.delete_stream(name)  # only an operator can; a stream shortened at its head, as retention would
        await jetstream.add_stream(replace(config, first_seq=5))
        await connection.close()
        await putting(publisher, 16, "case")
        await until(lambda: publisher.relays[0].idle)
        async with serving(FOLLOWER, there) as follower:
            await caught_up(publisher, follower, within=40)
            assert cents(follower, "case") == 31


async def test_a_publisher_restored_from_an_old_backup_takes_no_commands_and_sends_nothing(
    tmp_path: Path, nats_server: NatsServer
):
    at = settings(tmp_path / "p", nats_server)
    async with serving(PUBLISHER, at) as publisher:
        await putting(publisher, 1, "case")
        await until(lambda: publisher.idle)
    shutil.copytree(tmp_path / "p", tmp_path / "backup")
    async with serving(PUBLISHER, at) as publisher:
        await putting(publisher, 2, "case")
        await until(lambda: publisher.idle)
    shutil.rmtree(tmp_path / "p")
    shutil.copytree(tmp_path / "backup", tmp_path / "p")
    async with serving(PUBLISHER, at) as publisher:
        await until(lambda: bool(publisher.relays[0].stopped))
        with pytest.raises(NotWriting):
            await putting(publisher, 4, "case")
        assert publisher.unready()
        connection, jetstream = await as_operator(nats_server)
        assert len(await frames(jetstream)) == 2
        await connection.close()


async def test_another_epoch_stops_the_lane_and_nothing_is_followed(tmp_path: Path, nats_server: NatsServer):
    there = settings(tmp_path / "f", nats_server)
    async with (
        serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher,
        serving(FOLLOWER, there) as follower,
    ):
        await putting(publisher, 1, "case")
        await caught_up(publisher, follower)
        forged = Frame(
            source="intake", epoch="another", first=2, last=2, previous=1,
            chain_previous=publisher.writer.head.chain, chain_last="f" * 64, body=pack_envelopes([]),
        )  # fmt: skip
        await publisher.messenger.publish(forged, lane("intake"))
        await until(lambda: bool(follower.lanes[0].stopped))
        assert followed(follower) == 1
        assert any("Epoche" in reason for reason in follower.unready())


async def test_an_altered_chain_stops_the_lane(tmp_path: Path, nats_server: NatsServer):
    async with (
        serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher,
        serving(FOLLOWER, settings(tmp_path / "f", nats_server)) as follower,
    ):
        await putting(publisher, 1, "case")
        await caught_up(publisher, follower)
        forged = Frame(
            source="intake", epoch=publisher.writer.head.epoch, first=2, last=2, previous=1,
            chain_previous="e" * 64, chain_last="f" * 64, body=pack_envelopes([]),
        )  # fmt: skip
        await publisher.messenger.publish(forged, lane("intake"))
        await until(lambda: bool(follower.lanes[0].stopped))
        assert cents(follower, "case") == 1


async def test_a_poisoned_message_waits_with_its_case_and_all_others_flow_on(tmp_path: Path, nats_server: NatsServer):
    async with (
        serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher,
        serving(FOLLOWER, settings(tmp_path / "f", nats_server)) as follower,
    ):
        for amount, case in ((1, "good"), (13, "bad"), (2, "bad"), (4, "good")):
            await putting(publisher, amount, case)
        await caught_up(publisher, follower)
        assert (cents(follower, "good"), cents(follower, "bad")) == (5, 0)
        history = [it.event for it in follower.store.history(parked.stream("bad"))]
        assert [(type(it), it.code) for it in history] == [(MessageParked, "failed"), (MessageParked, "waiting")]
        await until(lambda: follower.views.count("parked") == 1)


async def test_a_retried_message_is_handled_in_order_once_the_bug_is_mended(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    async with (
        serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher,
        serving(FOLLOWER, settings(tmp_path / "f", nats_server)) as follower,
    ):
        for amount in (13, 2):
            await putting(publisher, amount, "bad")
        await caught_up(publisher, follower)
        monkeypatch.setattr(toys, "Break", lambda: toys.Put(cents=13))
        job = RetryJob("bad", toys.PERSON, FOLLOWER.reactions, asyncio.get_running_loop().create_future())
        assert await follower.writer.submit(job) == (2, 0)
        assert cents(follower, "bad") == 15
        kinds = [type(it.event) for it in follower.store.history(parked.stream("bad"))]
        assert kinds.count(ParkedMessageHandled) == 2


async def test_an_undecodable_message_is_parked_for_its_case(tmp_path: Path, nats_server: NatsServer):
    async with (
        serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher,
        serving(FOLLOWER, settings(tmp_path / "f", nats_server)) as follower,
    ):
        await putting(publisher, 1, "case")
        await caught_up(publisher, follower)
        connection, jetstream = await as_operator(nats_server)
        [sent] = await frames(jetstream)
        [raw] = unpack_envelopes(sent.data)
        envelope = msgspec.json.decode(raw) | {"position": 2, "body": {"cents": "many"}}
        frame = Frame(
            source="intake", epoch=publisher.writer.head.epoch, first=2, last=2, previous=1,
            chain_previous=publisher.writer.head.chain, chain_last="f" * 64,
            body=pack_envelopes([msgspec.json.encode(envelope)]),
        )  # fmt: skip
        await publisher.messenger.publish(frame, lane("intake"))
        await until(lambda: followed(follower) == 2)
        [it] = follower.store.history(parked.stream("case"))
        assert it.event.code == "undecodable"
        await connection.close()


async def test_what_is_no_frame_is_noted_and_the_lane_goes_on(tmp_path: Path, nats_server: NatsServer):
    async with (
        serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher,
        serving(FOLLOWER, settings(tmp_path / "f", nats_server)) as follower,
    ):
        connection, jetstream = await as_operator(nats_server)
        await jetstream.publish(lane("intake"), b"\xff\x00garbage")
        await putting(publisher, 3, "case")
        await caught_up(publisher, follower)
        assert cents(follower, "case") == 3
        [it] = follower.store.history(parked.stream("lane-intake"))
        assert isinstance(it.event, ForeignMessageRefused)
        await connection.close()


async def test_a_newer_contract_pauses_the_lane(tmp_path: Path, nats_server: NatsServer):
    async with (
        serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher,
        serving(FOLLOWER, settings(tmp_path / "f", nats_server)) as follower,
    ):
        await putting(publisher, 1, "case")
        await caught_up(publisher, follower)
        connection, jetstream = await as_operator(nats_server)
        [raw] = unpack_envelopes((await frames(jetstream))[0].data)
        newer = msgspec.json.encode(msgspec.json.decode(raw) | {"position": 2, "version": 2})
        frame = Frame(
            source="intake", epoch=publisher.writer.head.epoch, first=2, last=2, previous=1,
            chain_previous=publisher.writer.head.chain, chain_last="f" * 64, body=pack_envelopes([newer]),
        )  # fmt: skip
        await publisher.messenger.publish(frame, lane("intake"))
        await until(lambda: bool(follower.lanes[0].paused))
        assert followed(follower) == 1
        await connection.close()


async def test_the_mirror_shows_single_events_to_a_plain_client(tmp_path: Path, nats_server: NatsServer):
    at = settings(tmp_path / "p", nats_server).model_copy(update={"mirror": True})
    connection, _ = await as_operator(nats_server)
    seen: list[Any] = []

    async def note(message: Any) -> None:
        seen.append(message)

    async with serving(PUBLISHER, at) as publisher:
        await connection.subscribe("grants.intake.>", cb=note)
        await putting(publisher, 9, "case")
        await until(lambda: len(seen) == 1)
        assert seen[0].subject == "grants.intake.toy-put.v1"
        assert msgspec.json.decode(seen[0].data)["body"] == {"cents": 9}
    await connection.close()


async def test_commands_are_taken_while_the_broker_is_away_and_arrive_when_it_is_back(
    tmp_path: Path, nats_server: NatsServer
):
    at, there = settings(tmp_path / "p", nats_server), settings(tmp_path / "f", nats_server)
    async with serving(PUBLISHER, at) as publisher, serving(FOLLOWER, there) as follower:
        await putting(publisher, 1, "case")
        await caught_up(publisher, follower)
        nats_server.kill()
        await putting(publisher, 2, "case")
        nats_server.start()
        await caught_up(publisher, follower, within=60)
        assert cents(follower, "case") == 3


async def test_provisioning_twice_changes_nothing(nats_server: NatsServer):
    await topology.provision(nats_server.url, "")
    connection, jetstream = await as_operator(nats_server)
    before = (await jetstream.stream_info("LANE_INTAKE")).config
    await topology.provision(nats_server.url, "")
    assert (await jetstream.stream_info("LANE_INTAKE")).config == before
    assert before.deny_delete
    assert before.deny_purge
    await connection.close()
