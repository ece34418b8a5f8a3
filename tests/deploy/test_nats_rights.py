"""Who may say and hear what on the real nats-server."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.api import ConsumerConfig, DiscardPolicy, StreamConfig

from deploy.nats_server import LANES, RECORDING, RunningNats, running, streams_followed_by


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNats]:
    with running(tmp_path_factory.mktemp("nats")) as server:
        asyncio.run(_create_streams(server))
        yield server


class Connected:
    """A user's connection that remembers what the server refused."""

    def __init__(self, client: Client, refusals: list[str]) -> None:
        self.client = client
        self.js = client.jetstream(timeout=1)
        self.refusals = refusals

    async def refused(self, action: Awaitable[object]) -> bool:
        """Whether the server denied it, for lack of rights and nothing else."""
        before = len(self.refusals)
        with suppress(NatsTimeout, NoRespondersError):  # a denied request is never answered
            await action
        await self.client.flush()
        await asyncio.sleep(0.05)
        return any("permissions violation" in text for text in self.refusals[before:])


@asynccontextmanager
async def connected(server: RunningNats, user: str, inbox: str | None = None) -> AsyncGenerator[Connected]:
    refusals: list[str] = []

    async def remember(error: Exception) -> None:
        refusals.append(str(error).lower())

    credentials = server.credentials(user) | ({"inbox_prefix": inbox} if inbox else {})
    client = await nats.connect(**credentials, error_cb=remember, allow_reconnect=False)
    try:
        yield Connected(client, refusals)
    finally:
        await client.close()


async def _create_streams(server: RunningNats) -> None:
    async with connected(server, "operator") as operator:
        for service in LANES:
            await operator.js.add_stream(_stream(f"LANE_{service.upper()}", f"lane.{service}"))
        for service in RECORDING:
            await operator.js.add_stream(_stream(f"LEDGER_{service.upper()}", f"ledger.{service}"))
        for service in LANES:
            for stream in streams_followed_by(service):
                await operator.js.add_consumer(stream, ConsumerConfig(durable_name=service, max_ack_pending=1))


def _stream(name: str, subject: str) -> StreamConfig:
    return StreamConfig(
        name=name, subjects=[subject], discard=DiscardPolicy.NEW, deny_delete=True, deny_purge=True, allow_direct=False
    )


def _try(server: RunningNats, user: str, action: Callable[[Connected], Awaitable[object]]) -> bool:
    async def attempt() -> bool:
        async with connected(server, user) as it:
            return await it.refused(action(it))

    return asyncio.run(attempt())


def test_a_service_publishes_on_its_own_lane_and_its_followers_read_it(server: RunningNats) -> None:
    async def travel() -> bytes:
        async with connected(server, "intake") as intake, connected(server, "review") as review:
            await intake.js.publish("lane.intake", b"frame")
            follower = await review.js.pull_subscribe_bind(consumer="review", stream="LANE_INTAKE")
            [message] = await follower.fetch(1, timeout=2)
            await message.ack_sync(timeout=2)
            last = await review.js.get_msg("LANE_INTAKE", seq=message.metadata.sequence.stream)
            info = await review.js.consumer_info("LANE_INTAKE", "review")
            assert info.num_ack_pending == 0
            assert last.data is not None
            assert review.refusals == intake.refusals == []
            return last.data

    assert asyncio.run(travel()) == b"frame"


def test_the_ledger_reads_what_every_recording_service_publishes_for_it(server: RunningNats) -> None:
    async def travel() -> list[bytes]:
        heard: list[bytes] = []
        async with connected(server, "ledger") as ledger:
            for service in RECORDING:
                async with connected(server, service) as publisher:
                    await publisher.js.publish(f"ledger.{service}", service.encode())
                follower = await ledger.js.pull_subscribe_bind(consumer="ledger", stream=f"LEDGER_{service.upper()}")
                [message] = await follower.fetch(1, timeout=2)
                await message.ack_sync(timeout=2)
                heard.append(message.data)
        return heard

    assert asyncio.run(travel()) == [b"intake", b"review", b"payout"]


@pytest.mark.parametrize("subject", ["lane.review", "lane.payout", "ledger.review", "grants.review.x.v1", "lane.x"])
def test_intake_may_not_speak_for_another(server: RunningNats, subject: str) -> None:
    assert _try(server, "intake", lambda it: it.js.publish(subject, b"forged", timeout=0.3))


def test_the_ledger_speaks_for_nobody_whose_events_it_keeps(server: RunningNats) -> None:
    assert _try(server, "ledger", lambda it: it.js.publish("ledger.intake", b"forged", timeout=0.3))
    assert _try(server, "ledger", lambda it: it.js.publish("lane.intake", b"forged", timeout=0.3))


@pytest.mark.parametrize("user", list(LANES))
def test_no_service_may_delete_purge_create_or_change_a_stream_or_a_consumer(server: RunningNats, user: str) -> None:
    own = f"LANE_{user.upper()}"
    followed = streams_followed_by(user)
    assert _try(server, user, lambda it: it.js.delete_stream(own))
    assert _try(server, user, lambda it: it.js.purge_stream(own))
    assert _try(server, user, lambda it: it.js.delete_msg(own, 1))
    assert _try(server, user, lambda it: it.js.add_stream(_stream("MINE", "mine")))
    assert _try(server, user, lambda it: it.js.update_stream(_stream(own, f"lane.{user}")))
    assert _try(server, user, lambda it: it.js.delete_consumer(followed[0], user))
    assert _try(server, user, lambda it: it.js.add_consumer(followed[0], ConsumerConfig(durable_name="spy")))


def test_nobody_takes_a_frame_from_anothers_consumer_or_acknowledges_it(server: RunningNats) -> None:
    take = "$JS.API.CONSUMER.MSG.NEXT.LANE_INTAKE.review"
    assert _try(server, "payout", lambda it: it.client.request(take, b"", timeout=0.3))
    assert _try(server, "payout", lambda it: it.client.publish("$JS.ACK.LANE_INTAKE.review.1.1.1.1.0", b"+ACK"))


def test_nobody_listens_in_anothers_inbox_or_lane(server: RunningNats) -> None:
    for subject in ("_INBOX_review.>", "_INBOX.>", ">", "lane.review", "refill.review", "$JS.EVENT.ADVISORY.>"):
        assert _try(server, "intake", lambda it, subject=subject: it.client.subscribe(subject)), subject


def test_a_wrong_password_and_no_password_open_nothing(server: RunningNats) -> None:
    async def knock(**credentials: str) -> None:
        client = await nats.connect(server.url, allow_reconnect=False, max_reconnect_attempts=0, **credentials)
        await client.close()

    for credentials in ({"user": "intake", "password": "guessed"}, {}):
        with pytest.raises(NatsError, match=r"(?i)authorization"):
            asyncio.run(knock(**credentials))


def test_a_follower_asks_for_a_refill_and_only_the_asked_may_answer_once(server: RunningNats) -> None:
    async def ask() -> tuple[bytes, bool]:
        async with connected(server, "review") as review, connected(server, "intake") as intake:
            inboxes: list[str] = []

            async def answer(message: Msg) -> None:
                inboxes.append(message.reply)
                await intake.client.publish(message.reply, b"coming")

            await intake.client.subscribe("refill.intake", cb=answer)
            await intake.client.flush()
            reply = await review.client.request("refill.intake", b"", timeout=2)
            return reply.data, await intake.refused(intake.client.publish(inboxes[0], b"again"))

    assert asyncio.run(ask()) == (b"coming", True)


def test_the_ledger_may_ask_for_a_refill_and_nobody_asks_those_they_do_not_follow(server: RunningNats) -> None:
    assert not _try(server, "ledger", lambda it: it.client.publish("refill.payout", b""))
    assert _try(server, "intake", lambda it: it.client.publish("refill.ledger", b""))


def test_the_operator_administers_and_says_nothing_on_the_lanes(server: RunningNats) -> None:
    assert _try(server, "operator", lambda it: it.js.publish("lane.intake", b"forged", timeout=0.3))
    assert not _try(server, "operator", lambda it: it.js.stream_info("LANE_INTAKE"))


def test_passwords_are_readable_by_their_owner_only(server: RunningNats) -> None:
    kept = list(server.secret_directory.iterdir())
    assert len(kept) == 6
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    assert server.secret_directory.stat().st_mode & 0o777 == 0o700


def test_streams_survive_a_kill_of_the_server(tmp_path: Path) -> None:
    async def last(server: RunningNats) -> int:
        async with connected(server, "intake") as intake:
            return (await intake.js.stream_info("LANE_INTAKE")).state.messages

    async def publish(server: RunningNats) -> None:
        async with connected(server, "intake") as intake:
            for number in range(20):
                await intake.js.publish("lane.intake", b"%d" % number)

    with running(tmp_path) as server:
        asyncio.run(_create_streams(server))
        asyncio.run(publish(server))
    with running(tmp_path) as server:
        assert asyncio.run(last(server)) == 20
