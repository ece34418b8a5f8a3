"""The simulated broker is worth what it has in common with the real one: the same conversation, the same answers."""

from collections.abc import Awaitable
from typing import Any

import nats
from nats.js.api import DeliverPolicy

from shared import topology
from shared.topology import lane, stream_of
from tests.servers import NatsServer
from tests.simulation.world import World

SUBJECT = lane("intake")
STREAM = stream_of(SUBJECT)


async def _tried(what: Awaitable[Any]) -> Any:
    try:
        return await what
    except Exception as error:
        return type(error).__name__, getattr(error, "err_code", None), getattr(error, "description", None)


async def conversation(url: str) -> list[Any]:
    """Everything the house asks a broker, and everything it was answered."""
    await topology.provision(url, "")
    client = await nats.connect(url, user="operator", password="", inbox_prefix=b"_INBOX_operator")
    jetstream = client.jetstream(timeout=2)
    said: list[Any] = []

    async def publish(raw: bytes, subject: str = SUBJECT, **headers: str) -> None:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        ack = await _tried(jetstream.publish(subject, raw, headers=named or None))
        said.append(ack if isinstance(ack, tuple) else (ack.stream, ack.seq, ack.duplicate or False))

    async def state() -> None:
        found = (await jetstream.stream_info(STREAM)).state
        said.append((found.messages, found.first_seq, found.last_seq, found.consumer_count))

    await state()
    await publish(b"one", Nats_Msg_Id="a")
    await publish(b"one again", Nats_Msg_Id="a")
    await publish(b"known, so expected is not asked", Nats_Msg_Id="a", Nats_Expected_Last_Sequence="7")
    await publish(b"known, so the id before is not asked", Nats_Msg_Id="a", Nats_Expected_Last_Msg_Id="z")
    await publish(b"not next", Nats_Msg_Id="b", Nats_Expected_Last_Sequence="7")
    await publish(b"two", Nats_Msg_Id="b", Nats_Expected_Last_Sequence="1")
    await publish(b"not after", Nats_Expected_Last_Msg_Id="a")
    await publish(b"three", Nats_Expected_Last_Msg_Id="b")
    await publish(b"elsewhere", Nats_Expected_Stream="OTHER")
    await publish(b"nowhere", subject="lane.nobody")
    await state()
    for sequence in (1, 2, 9):
        found = await _tried(jetstream.get_msg(STREAM, sequence))
        said.append(found if isinstance(found, tuple) else (found.subject, found.seq, found.data, found.headers))
    said.append(await _tried(jetstream.consumer_info(STREAM, "nobody")))
    said.append(await _tried(jetstream.stream_info("NOTHING")))
    said += await _pulled(jetstream)
    await client.close()
    return said


async def _pulled(jetstream: Any) -> list[Any]:
    """The follower's half: one message in flight, negative acknowledgements, consumers that come and go."""
    said: list[Any] = []
    pulls = await jetstream.pull_subscribe(SUBJECT, durable="review", stream=STREAM)

    async def fetch(end: str = "") -> None:
        messages = await _tried(pulls.fetch(1, timeout=0.7))
        if isinstance(messages, tuple):
            said.append(messages)
            return
        [message] = messages
        told = message.metadata
        said.append((message.subject, message.data, told.sequence.stream, told.num_delivered, told.num_pending))
        if end == "nak":
            await message.nak(delay=0.2)
        elif end:
            await message.ack()

    await fetch("nak")
    await fetch()  # comes again, and is in flight from now on
    await fetch("ack")  # nothing: one in flight is all there may be
    found = await jetstream.consumer_info(STREAM, "review")
    said.append((found.num_ack_pending, found.num_pending))
    await jetstream.delete_consumer(STREAM, "review")
    await fetch()
    config = topology._consumer("review", SUBJECT)
    await jetstream.add_consumer(STREAM, config)
    for _ in range(4):
        await fetch("ack")
    await jetstream.delete_consumer(STREAM, "review")
    config.deliver_policy = DeliverPolicy.NEW
    await jetstream.add_consumer(STREAM, config)
    await fetch("ack")
    await jetstream.delete_stream(STREAM)
    said.append(await _tried(jetstream.publish(SUBJECT, b"lost")))
    await fetch()
    return said


async def test_the_simulated_broker_answers_like_the_real_one(nats_server: NatsServer):
    real = await conversation(nats_server.url)
    assert simulated() == real


def simulated() -> list[Any]:
    said: list[Any] = []

    async def story(_: World) -> None:
        said.extend(await conversation("nats://broker:4222"))

    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:  # this test's own event loop runs in this one
        thread.submit(World(1, names=()).run, story).result()
    return said
