"""What only the ledger still knows: a store restored together with its broker takes no commands; a lane can wait for it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.ledger.wiring import blueprint
from shared import topology
from shared.continuation import NotRecoverable
from shared.formats import ZERO
from shared.messaging import Messenger
from shared.recovery import recovered
from shared.service import House, build
from shared.settings import Settings
from shared.witnessing import Witnessed, Witnessing, asked, statement
from shared.writer import NotWriting
from tests.ledger import rooms
from tests.machinery import toys
from tests.machinery.test_lanes import caught_up
from tests.machinery.test_recovery import backup, exported, stored, wipe
from tests.machinery.toys import FOLLOWER, PUBLISHER, cents, provisioned, putting, serving, until, writing
from tests.servers import NatsServer
from tests.service import Place

WAITS = "die Prüfkette antwortet nicht"


def settings(folder: Path, nats: NatsServer, store: str = "", **more: bool) -> Settings:
    """The settings of a house with a ledger, as they are without a word."""
    return toys.settings(folder, nats, store, **{"start_awaits_ledger": True, **more})


@asynccontextmanager
async def starting(at: Settings) -> AsyncGenerator[House]:
    """A publisher of whom nobody knows yet whether it will take commands."""
    house = await provisioned(PUBLISHER, at)
    async with toys.running(house):
        yield house


@asynccontextmanager
async def ledger(tmp_path: Path, nats: NatsServer) -> AsyncGenerator[House]:
    """The ledger, with a store of its own."""
    place = Place(folder=tmp_path / "ledger", nats=nats)
    async with serving(blueprint, rooms.settings(place)) as house:
        yield house


async def witness(tmp_path: Path, nats: NatsServer, at: Settings, *amounts: int) -> None:
    """Put these amounts, and have the ledger take them over; then both stop."""
    async with ledger(tmp_path, nats) as keeper, serving(PUBLISHER, at) as publisher:
        for amount in amounts:
            await putting(publisher, amount, "case")
        await until(lambda: rooms.received(keeper) == publisher.writer.head.position)


async def wiped(nats: NatsServer) -> None:
    nats.kill()
    nats.wipe()
    nats.start()
    await topology.provision(nats.url, "")


async def restored_with_its_broker(tmp_path: Path, nats: NatsServer, at: Settings) -> None:
    """1 cent is in the backup, 2 and 4 are known to the ledger alone."""
    await witness(tmp_path, nats, at, 1)
    restore = backup(at, "intake")
    await witness(tmp_path, nats, at, 2, 4)
    restore()
    await wiped(nats)


# ---- The start -----------------------------------------------------------------------------------------------------


async def test_a_store_restored_together_with_its_broker_takes_no_commands_and_tells_nobody(
    tmp_path: Path, nats_server: NatsServer, store_setting: str
):
    at = settings(tmp_path / "p", nats_server, store_setting)
    await restored_with_its_broker(tmp_path, nats_server, at)
    async with starting(at) as publisher:
        await until(lambda: WAITS in publisher.writer.refusing)
        with pytest.raises(NotWriting):
            await putting(publisher, 8, "case")
        assert any(WAITS in it for it in publisher.unready())
        async with ledger(tmp_path, nats_server):
            await until(lambda: "Prüfkette bei" in publisher.writer.refusing)
            with pytest.raises(NotWriting):
                await putting(publisher, 8, "case")
            assert await publisher.messenger.last_frame("ledger.intake") is None, "an empty stream stays a warning"
    before = stored(at, "intake")
    async with starting(at) as again:
        await until(lambda: WAITS in again.writer.refusing)
    assert stored(at, "intake") == before


async def test_without_the_question_old_positions_get_other_money_than_the_ledger_has(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    at = settings(tmp_path / "p", nats_server)
    await restored_with_its_broker(tmp_path, nats_server, at)
    monkeypatch.setattr(Witnessing, "_contradiction", lambda _self, _known: "")
    async with ledger(tmp_path, nats_server) as keeper:
        taken = [it.state for it in keeper.store.recorder.rows(0, 100) if it.stream == "intake/purse-case"]
        async with starting(at) as publisher:
            await until(lambda: not publisher.writer.refusing)
            await putting(publisher, 8, "case")
            assert cents(publisher, "case") == 9, "six acknowledged cents are gone"
            [forked] = publisher.store.recorder.rows(1, 1)
            assert forked.state != taken[1], "position 2 has meant 2 cents before, and means 8 now"


async def test_after_the_ledger_answered_well_a_wiped_stream_is_filled_and_commands_are_taken(
    tmp_path: Path, nats_server: NatsServer
):
    at = settings(tmp_path / "p", nats_server)
    await witness(tmp_path, nats_server, at, 1, 2)
    await wiped(nats_server)
    async with starting(at) as publisher:
        await until(lambda: WAITS in publisher.writer.refusing)
        async with ledger(tmp_path, nats_server) as keeper:
            await until(lambda: not publisher.writer.refusing)
            await putting(publisher, 4, "case")
            await until(lambda: rooms.received(keeper) == 3)
    assert len(stored(at, "intake")[1]) == 3


async def test_a_process_that_runs_on_while_the_broker_is_wiped_needs_no_ledger(
    tmp_path: Path, nats_server: NatsServer
):
    at = settings(tmp_path / "p", nats_server)
    await witness(tmp_path, nats_server, at, 1)
    async with serving(PUBLISHER, at) as publisher:
        await putting(publisher, 2, "case")
        await wiped(nats_server)
        await putting(publisher, 4, "case")
        await until(lambda: publisher.relays[1].last == 3)
        assert not publisher.writer.refusing


async def test_a_stream_that_agrees_lets_a_service_begin_without_the_ledger_and_it_is_still_believed_later(
    tmp_path: Path, nats_server: NatsServer
):
    at = settings(tmp_path / "p", nats_server)
    await restored_with_its_broker(tmp_path, nats_server, at)
    async with serving(PUBLISHER, toys.settings(tmp_path / "p", nats_server)) as publisher:
        await until(lambda: publisher.relays[1].last == 1)  # the broker's backup is as old as the store's
    async with serving(PUBLISHER, at) as publisher:
        await putting(publisher, 8, "case")
        async with ledger(tmp_path, nats_server):
            await until(lambda: bool(publisher.witnessing.stopped))
            with pytest.raises(NotWriting, match="Prüfkette bei"):
                await putting(publisher, 16, "case")


async def test_a_new_store_begins_at_once_unless_the_ledger_knows_another(tmp_path: Path, nats_server: NatsServer):
    async with serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher:
        assert not publisher.writer.refusing
    await witness(tmp_path, nats_server, settings(tmp_path / "p", nats_server), 1)
    await wiped(nats_server)
    async with ledger(tmp_path, nats_server), starting(settings(tmp_path / "new", nats_server)) as another:
        await until(lambda: "Prüfkette bei" in another.writer.refusing)


async def test_a_ledger_that_contradicts_is_not_asked_all_the_time(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    real, asked_for = Messenger.ask_ledger, 0

    async def counted(self: Messenger) -> None:
        nonlocal asked_for
        asked_for += 1
        await real(self)

    monkeypatch.setattr(Messenger, "ask_ledger", counted)
    await witness(tmp_path, nats_server, settings(tmp_path / "p", nats_server), 1)
    await wiped(nats_server)
    async with ledger(tmp_path, nats_server), starting(settings(tmp_path / "new", nats_server)) as another:
        await until(lambda: bool(another.witnessing.stopped))
        before = asked_for
        for _ in range(50):  # time enough for as many answers
            await another.messenger.last_frame("lane.intake")
        assert asked_for - before <= 2


async def test_an_altered_store_is_noticed_although_its_stream_is_gone(tmp_path: Path, nats_server: NatsServer):
    at = settings(tmp_path / "p", nats_server)
    await witness(tmp_path, nats_server, at, 1)
    restore = backup(at, "intake")
    await witness(tmp_path, nats_server, at, 2)
    restore()
    async with writing(PUBLISHER, at) as house:
        await putting(house, 3, "case")
    await wiped(nats_server)
    async with ledger(tmp_path, nats_server), starting(at) as publisher:
        await until(lambda: "andere Kette" in publisher.writer.refusing)


async def test_an_operator_may_begin_without_the_ledger(tmp_path: Path, nats_server: NatsServer):
    at = settings(tmp_path / "p", nats_server)
    await witness(tmp_path, nats_server, at, 1)
    await wiped(nats_server)
    async with starting(settings(tmp_path / "p", nats_server, start_awaits_ledger=False)) as publisher:
        await until(lambda: not publisher.writer.refusing)
        await putting(publisher, 2, "case")
        assert cents(publisher, "case") == 3


async def test_what_is_no_answer_of_the_ledger_changes_nothing(tmp_path: Path, nats_server: NatsServer):
    async with serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher:
        publisher.witnessing.hear(b"\xff")
        publisher.witnessing.hear(b'{"position":1}')
        assert publisher.witnessing.known is None


# ---- The way back --------------------------------------------------------------------------------------------------


async def test_recover_is_content_with_nothing_less_than_the_ledger_has(tmp_path: Path, nats_server: NatsServer):
    at = settings(tmp_path / "p", nats_server)
    await witness(tmp_path, nats_server, at, 1)
    restore = backup(at, "intake")
    await witness(tmp_path, nats_server, at, 2)
    shorter = backup(at, "intake")
    await witness(tmp_path, nats_server, at, 4)
    after = stored(at, "intake")
    folder = exported(tmp_path / "export", after[1])
    shorter()
    await wipe(nats_server, "ledger.intake", "lane.intake")
    await topology.provision(nats_server.url, "")
    async with serving(PUBLISHER, toys.settings(tmp_path / "p", nats_server)) as publisher:
        await until(lambda: publisher.relays[1].last == 2)
    restore()

    async def recovering(export: Path | None) -> None:
        house = build(PUBLISHER, at)
        await recovered(house.name, house.store.recorder, house.messenger, house.views, export, ask_ledger=True)

    async with ledger(tmp_path, nats_server):
        with pytest.raises(NotRecoverable, match="die Prüfkette reicht bis 3, gefunden wurde bis 2"):
            await recovering(None)
        await recovering(folder)
    assert stored(at, "intake") == after


async def test_the_ledger_answers_whoever_asks_and_nobody_where_there_is_none(tmp_path: Path, nats_server: NatsServer):
    await topology.provision(nats_server.url, "")
    messenger = Messenger("intake", nats_server.url, "")
    await messenger.broker.connect()
    assert await asked(messenger, 0.5) is None
    async with ledger(tmp_path, nats_server):
        assert await asked(messenger, 20) == Witnessed(epoch="", position=0, chain=ZERO)
    await messenger.broker.stop()
    assert b'"position":7' in statement("e", 7, ZERO)


# ---- The lane that waits -------------------------------------------------------------------------------------------


async def test_a_lane_that_awaits_the_ledger_tells_nothing_without_it_and_everything_when_it_is_back(
    tmp_path: Path, nats_server: NatsServer
):
    at = settings(tmp_path / "p", nats_server, lane_awaits_ledger=True)
    async with (
        serving(PUBLISHER, at) as publisher,
        serving(FOLLOWER, toys.settings(tmp_path / "f", nats_server)) as follower,
    ):
        for amount in (1, 2, 4):
            await putting(publisher, amount, "case")
        records, told = publisher.relays[1], publisher.relays[0]
        await until(lambda: records.last == 3 and told.awaits_ledger)
        assert (told.last, cents(follower, "case")) == (0, 0)
        assert any("bezeugt" in reason for reason in publisher.unready())
        assert not publisher.idle
        async with ledger(tmp_path, nats_server):
            await caught_up(publisher, follower)
            assert cents(follower, "case") == 7
            assert not publisher.unready()


async def lost_with_its_broker(tmp_path: Path, nats: NatsServer, *, awaits: bool) -> tuple[int, int]:
    """8 cents are recorded while the ledger is away, then store and broker are lost; what publisher and follower then say."""
    at = settings(tmp_path / "p", nats, lane_awaits_ledger=awaits)
    there = toys.settings(tmp_path / "f", nats)
    async with serving(FOLLOWER, there) as follower:
        async with ledger(tmp_path, nats), serving(PUBLISHER, at) as publisher:
            await putting(publisher, 1, "case")
            await caught_up(publisher, follower)
            await until(lambda: publisher.witnessing.witnessed() == 1)
        restore = backup(at, "intake")
        async with serving(PUBLISHER, at) as publisher:
            await putting(publisher, 8, "case")
            relayed = publisher.relays[1 if awaits else 0]
            await until(lambda: relayed.last == 2)
            if not awaits:
                await caught_up(publisher, follower)
    restore()
    await wiped(nats)
    async with ledger(tmp_path, nats), serving(PUBLISHER, at) as publisher, serving(FOLLOWER, there) as follower:
        await until(lambda: publisher.idle)
        return cents(publisher, "case"), cents(follower, "case")


async def test_nobody_acts_on_money_that_vanished_with_its_store_when_the_lane_awaits_the_ledger(
    tmp_path: Path, nats_server: NatsServer
):
    assert await lost_with_its_broker(tmp_path, nats_server, awaits=True) == (1, 1)


async def test_without_waiting_a_follower_has_money_that_its_publisher_never_heard_of(
    tmp_path: Path, nats_server: NatsServer
):
    assert await lost_with_its_broker(tmp_path, nats_server, awaits=False) == (1, 9)
