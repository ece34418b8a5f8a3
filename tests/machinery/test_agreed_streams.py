"""A service does not begin on streams or consumers that are not as agreed: with others, what it promises does not hold."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nats.js.api import AckPolicy, DeliverPolicy, DiscardPolicy, RetentionPolicy

from shared import topology
from shared.messaging import Messenger
from shared.topology import lane, stream_of
from shared.writer import NotWriting
from tests.machinery.test_lanes import followed
from tests.machinery.toys import (
    FOLLOWER,
    PUBLISHER,
    as_operator,
    cents,
    provisioned,
    putting,
    running,
    serving,
    settings,
    until,
)
from tests.servers import NatsServer

NAME = stream_of(lane("intake"))


async def changed_consumer(nats: NatsServer, **more: Any) -> None:
    """What somebody made of the follower's consumer; the server itself refuses to change it in place."""
    connection, jetstream = await as_operator(nats)
    config = (await jetstream.consumer_info(NAME, "review")).config
    await jetstream.delete_consumer(NAME, "review")
    await jetstream.add_consumer(NAME, replace(config, **more))
    await connection.close()


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("max_ack_pending", 1_000),
        ("ack_wait", 1.0),
        ("max_deliver", 4),
        ("deliver_policy", DeliverPolicy.NEW),
        ("ack_policy", AckPolicy.ALL),
        ("filter_subject", "lane.>"),
    ],
)
async def test_a_consumer_that_is_not_as_agreed_is_named(nats_server: NatsServer, name: str, other: Any):
    await topology.provision(nats_server.url, "")
    messenger = Messenger("review", nats_server.url, "")
    await messenger.broker.connect()
    assert await messenger.deviations() == []
    await changed_consumer(nats_server, **{name: other})
    [found] = await messenger.deviations()
    assert found.startswith(f"{NAME}/review: {name} ist ")
    await messenger.broker.stop()


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("max_msgs", 10),
        ("max_age", 3_600.0),
        ("max_msg_size", 1_000),
        ("discard", DiscardPolicy.OLD),
        ("duplicate_window", 1.0),
        ("retention", RetentionPolicy.INTEREST),
        ("deny_delete", False),
        ("deny_purge", False),
        ("no_ack", True),
    ],
)
async def test_a_stream_that_is_not_as_agreed_is_named(nats_server: NatsServer, name: str, other: Any):
    await topology.provision(nats_server.url, "")
    messenger = Messenger("intake", nats_server.url, "")
    await messenger.broker.connect()
    connection, jetstream = await as_operator(nats_server)
    config = (await jetstream.stream_info(NAME)).config
    await jetstream.delete_stream(NAME)
    await jetstream.add_stream(replace(config, **{name: other}))
    await connection.close()
    found = await messenger.deviations()
    assert any(it.startswith(f"{NAME}: {name} ist ") for it in found), found
    await messenger.broker.stop()


async def test_a_service_takes_no_commands_until_its_consumer_is_as_agreed(tmp_path: Path, nats_server: NatsServer):
    async with serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher:
        await putting(publisher, 3, "case")
        await until(lambda: publisher.idle)
    await changed_consumer(nats_server, max_ack_pending=1_000)
    house = await provisioned(FOLLOWER, settings(tmp_path / "f", nats_server))
    async with running(house) as _:
        await until(lambda: "max_ack_pending ist 1000 statt 1" in house.writer.refusing)
        with pytest.raises(NotWriting):
            await putting(house, 1, "own")
        assert any("max_ack_pending" in it for it in house.unready())
        assert followed(house) == 0
        await changed_consumer(nats_server, max_ack_pending=1)
        await until(lambda: followed(house) == 1 and not house.writer.refusing)
        assert cents(house, "case") == 3
