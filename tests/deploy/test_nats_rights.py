"""Who may say and hear what on the real nats-server."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout

from deploy.nats_server import (
    FOLLOWS,
    RECORDED,
    RunningNats,
    running,
    streams_followed_by,
)
from shared import messaging, topology
from shared.formats import ZERO, Frame


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNats]:
    with running(tmp_path_factory.mktemp("nats")) as server:
        asyncio.run(_provision(server))
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


async def heard(told: asyncio.Future[str], say: Callable[[], Awaitable[object]]) -> str:
    """What a listener was told. Said again until then: outside a stream a message may be lost, and nobody is to blame."""
    async with asyncio.timeout(20):
        while True:
            await say()
            with suppress(TimeoutError):
                return await asyncio.wait_for(asyncio.shield(told), 0.5)


async def _provision(server: RunningNats) -> None:
    await topology.provision(server.url, server.password_file("operator").read_text())


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
            for service in RECORDED:
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


def test_only_the_ledger_says_what_it_has_and_only_the_service_it_is_about_asks_and_hears(server: RunningNats) -> None:
    for user, subject in (
        ("intake", "witnessed.intake"),
        ("intake", "witness.review"),
        ("ledger", "witness.intake"),
        ("ledger", "_INBOX_intake.x"),
    ):
        assert _try(server, user, lambda it, subject=subject: it.client.publish(subject, b"")), subject
    for user, subject in (
        ("intake", "witnessed.review"),
        ("intake", "witnessed.*"),
        ("intake", "witness.intake"),
        ("ledger", "witnessed.intake"),
        ("ledger", "witness.*"),
    ):
        assert _try(server, user, lambda it, subject=subject: it.client.subscribe(subject)), subject

    async def talk() -> None:
        intake, ledger = (
            messaging.Messenger(name, server.url, server.password_file(name).read_text())
            for name in ("intake", "ledger")
        )
        said: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def answer(service: str) -> None:
            await ledger.tell_witnessed(service, service.encode())

        await intake.broker.connect()
        await ledger.broker.connect()
        await ledger.on_question(answer)
        await intake.on_witnessed(lambda raw: None if said.done() else said.set_result(raw))
        await ledger.client.flush()
        await intake.client.flush()
        await intake.ask_ledger()
        assert await asyncio.wait_for(said, 5) == b"intake"
        await intake.broker.stop()
        await ledger.broker.stop()
        assert (intake.failures, ledger.failures) == (0, 0)

    asyncio.run(talk())


@pytest.mark.parametrize("user", list(FOLLOWS))
def test_no_service_may_delete_purge_create_or_change_a_stream_or_a_consumer(server: RunningNats, user: str) -> None:
    own, followed = f"LANE_{user.upper()}", streams_followed_by(user)[0]
    for request in (
        f"STREAM.DELETE.{own}",
        f"STREAM.PURGE.{own}",
        f"STREAM.UPDATE.{own}",
        f"STREAM.MSG.DELETE.{own}",
        f"STREAM.RESTORE.{own}",
        f"STREAM.SNAPSHOT.{own}",
        "STREAM.CREATE.MINE",
        "STREAM.NAMES",
        f"CONSUMER.DELETE.{followed}.{user}",
        f"CONSUMER.CREATE.{followed}",
        f"CONSUMER.CREATE.{followed}.spy",
        f"CONSUMER.DURABLE.CREATE.{followed}.spy",
        f"CONSUMER.PAUSE.{followed}.{user}",
    ):
        subject = f"$JS.API.{request}"
        assert _try(server, user, lambda it, subject=subject: it.client.publish(subject, b"")), request


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


@pytest.mark.parametrize("subject", ["lane.review", "$JS.API.STREAM.DELETE.LANE_INTAKE", "_INBOX_review.x"])
def test_nobody_makes_another_speak_by_asking_for_an_answer_elsewhere(server: RunningNats, subject: str) -> None:
    async def ask() -> bool:
        async with connected(server, "intake") as intake, connected(server, "payout") as payout:
            asked: asyncio.Future[str] = asyncio.get_running_loop().create_future()

            async def note(message: Msg) -> None:
                if not asked.done():
                    asked.set_result(message.reply)

            await payout.client.subscribe("refill.payout", cb=note)
            await payout.client.flush()
            reply = await heard(asked, lambda: intake.client.publish("refill.payout", b"lane.payout 0", reply=subject))
            return await payout.refused(payout.client.publish(reply, b""))

    assert asyncio.run(ask())


def test_a_messenger_does_all_it_has_to_within_its_rights(server: RunningNats) -> None:
    frame = Frame(
        source="payout", epoch="e", first=1, last=1, previous=0, chain_previous=ZERO, chain_last=ZERO, body=b"{}"
    )

    async def work() -> None:
        payout, review = (
            messaging.Messenger(name, server.url, server.password_file(name).read_text())
            for name in ("payout", "review")
        )
        received: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        asked: asyncio.Future[tuple[str, int]] = asyncio.get_running_loop().create_future()

        async def receive(message: Any) -> None:
            await message.ack()
            received.set_result(message.body)

        async def refill(subject: str, position: int) -> None:
            asked.set_result((subject, position))

        review.subscribe("lane.payout", receive)
        await payout.broker.start()
        await review.broker.start()
        await payout.on_refill(refill)
        await payout.client.flush()
        await payout.publish(frame, "lane.payout")
        await payout.publish_mirrored(b"{}", "grants.payout.payment-settled.v1", "payout/e/1")
        assert await asyncio.wait_for(received, 5) == b"{}"
        assert await review.last_frame("lane.payout") == frame
        assert await review.frames_after("lane.payout", 0) == [frame]
        assert await review.is_followed("lane.payout")
        await review.ask_refill("payout", "lane.payout", 0)
        assert await asyncio.wait_for(asked, 5) == ("lane.payout", 0)
        await review.broker.stop()
        await payout.broker.stop()
        assert (payout.failures, review.failures) == (0, 0)

    asyncio.run(work())


def test_the_ledger_may_ask_for_a_refill_and_nobody_asks_those_they_do_not_follow(server: RunningNats) -> None:
    assert not _try(server, "ledger", lambda it: it.client.publish("refill.payout", b""))
    assert _try(server, "intake", lambda it: it.client.publish("refill.ledger", b""))


def test_the_operator_administers_and_says_nothing_on_the_lanes(server: RunningNats) -> None:
    assert _try(server, "operator", lambda it: it.js.publish("lane.intake", b"forged", timeout=0.3))
    assert not _try(server, "operator", lambda it: it.js.stream_info("LANE_INTAKE"))


def test_the_reader_hears_mirrored_events_and_nothing_else(server: RunningNats) -> None:
    async def travel() -> str:
        told: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def hear(message: Msg) -> None:
            if not told.done():
                told.set_result(message.subject)

        async with connected(server, "reader") as reader, connected(server, "payout") as payout:
            await reader.client.subscribe("grants.>", cb=hear)
            await reader.client.flush()
            found = await heard(told, lambda: payout.js.publish("grants.payout.payment-settled.v1", b"{}"))
            assert reader.refusals == []
            return found

    assert asyncio.run(travel()) == "grants.payout.payment-settled.v1"
    for subject in ("lane.intake", "ledger.intake", "refill.intake", "$JS.>", ">", "_INBOX_reader.>"):
        assert _try(server, "reader", lambda it, subject=subject: it.client.subscribe(subject)), subject
    for subject in ("grants.payout.forged.v1", "lane.intake", "refill.intake", "$JS.API.STREAM.INFO.GRANTS_PAYOUT"):
        assert _try(server, "reader", lambda it, subject=subject: it.client.publish(subject, b"")), subject


def test_passwords_are_readable_by_their_owner_only(server: RunningNats) -> None:
    kept = list(server.secret_directory.iterdir())
    assert len(kept) == 7
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
        asyncio.run(_provision(server))
        asyncio.run(publish(server))
    with running(tmp_path) as server:
        assert asyncio.run(last(server)) == 20
