"""What a relay notices by itself: a stream that lost what was sent, a store that another process wrote."""

from pathlib import Path

import pytest

from shared import relaying
from shared.recorders import FenceLost
from shared.topology import lane, stream_of
from tests.machinery.toys import PUBLISHER, as_operator, putting, serving, settings, until
from tests.servers import NatsServer


async def test_a_stream_wiped_while_its_publisher_has_nothing_to_send_is_filled_again(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(relaying, "LOOK", 0.5)
    async with serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher:
        for amount in (1, 2):
            await putting(publisher, amount, "case")
            await until(lambda: publisher.idle)
        connection, jetstream = await as_operator(nats_server)
        name = stream_of(lane("intake"))
        config = (await jetstream.stream_info(name)).config
        await jetstream.delete_stream(name)
        await jetstream.add_stream(config)
        again = await connection.subscribe(lane("intake"))
        await again.next_msg(timeout=20)
        newest = await publisher.messenger.last_frame(lane("intake"))
        assert newest is not None
        assert newest.chain_last == publisher.writer.head.chain
        await connection.close()


async def test_a_process_that_began_while_another_still_wrote_ends_instead_of_waiting_for_an_operator(
    tmp_path: Path, nats_server: NatsServer
):
    async with serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher:
        before = publisher.writer.head
        await putting(publisher, 1, "case")
        await until(lambda: publisher.idle)
        relay = publisher.relays[0]
        relay.head = lambda: before  # what the later process read when it began
        with pytest.raises(FenceLost):
            await relay._resume()
