"""A store restored from an older backup is rolled forward to what it had told others; what contradicts changes nothing."""

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer
from typer.testing import CliRunner

from services.ledger.export import export
from services.ledger.note import sign
from shared import recovery, topology
from shared.cli import commands
from shared.continuation import NotRecoverable
from shared.formats import Frame, chain, digest, encode, frame_of, pack_records, record_bytes, unpack_records
from shared.lanes import Reactions
from shared.opening import recorder
from shared.recorders import Batch, Row
from shared.records import replace
from shared.recovery import Recovered, recovered
from shared.service import Blueprint, House, build
from shared.settings import Settings
from shared.sqlite import SQLiteRecorder
from shared.topology import lane, record_lane, stream_of
from tests.ledger.builders import SIGNER, checkpoint_over, header_of
from tests.machinery.test_lanes import caught_up
from tests.machinery.toys import (
    FOLLOWER,
    PUBLISHER,
    ToyPut,
    as_operator,
    cents,
    putting,
    react,
    serving,
    settings,
    until,
    writing,
)
from tests.servers import NatsServer

TABLES = ("stored_events", "head", "lane", "command")


# ---- Backups -------------------------------------------------------------------------------------------------------


def backup(at: Settings, name: str) -> Callable[[], None]:
    """Keep a stopped service's log as it is now; returns what puts it back. Its views are not restored along."""
    if at.store.startswith("sqlite:"):
        folder = Path(at.store.removeprefix("sqlite:"))
        kept = folder.parent / f"backup-of-{name}"
        with closing(sqlite3.connect(folder / f"{name}.sqlite")) as source, closing(sqlite3.connect(kept)) as target:
            source.backup(target)

        def put_back() -> None:
            for it in folder.glob(f"{name}.sqlite*"):
                it.unlink()
            shutil.copy(kept, folder / f"{name}.sqlite")

        return put_back
    with psycopg.connect(at.store) as connection:
        kept_rows = {it: connection.execute(f'SELECT * FROM "{name}".{it}'.encode()).fetchall() for it in TABLES}

    def insert() -> None:
        with psycopg.connect(at.store) as connection:
            for table, rows in kept_rows.items():
                connection.execute(f'DELETE FROM "{name}".{table}'.encode())
                for row in rows:
                    marks = ",".join(["%s"] * len(row))
                    connection.execute(f'INSERT INTO "{name}".{table} VALUES ({marks})'.encode(), row)

    return insert


async def recovering(blueprint: Blueprint, at: Settings, folder: Path | None = None) -> Recovered:
    """What `recover` does with a stopped service."""
    house = build(blueprint, at)
    return await recovered(house.name, house.store.recorder, house.messenger, house.views, folder)


def stored(at: Settings, name: str) -> tuple[Any, ...]:
    """All that a log holds, for comparing."""
    opened = recorder(at.store, name)
    try:
        return opened.head(), list(opened.rows(0, 10_000)), opened.lanes()
    finally:
        opened.close()


async def put_all(at: Settings, *amounts: int) -> None:
    """The publisher alone takes these, each in a frame of its own, and stops."""
    async with serving(PUBLISHER, at) as publisher:
        for amount in amounts:
            await putting(publisher, amount, "case")
            await until(lambda: publisher.idle)


async def follow_all(at: Settings, there: Settings, *amounts: int) -> tuple[int, int]:
    """Publisher and follower together take these to the end; returns what each purse holds then."""
    async with serving(PUBLISHER, at) as publisher, serving(FOLLOWER, there) as follower:
        for amount in amounts:
            await putting(publisher, amount, "case")
        await caught_up(publisher, follower, within=40)
        await until(lambda: publisher.idle and follower.idle)
        assert not publisher.unready()
        return cents(publisher, "case"), cents(follower, "case")


async def wipe(nats: NatsServer, *subjects: str) -> None:
    """Delete streams, as only an operator can; serving provisions them again."""
    connection, jetstream = await as_operator(nats)
    for it in subjects:
        await jetstream.delete_stream(stream_of(it))
    await connection.close()


# ---- The publisher -------------------------------------------------------------------------------------------------


async def test_a_restored_publisher_refuses_is_rolled_forward_and_goes_on(
    tmp_path: Path, nats_server: NatsServer, store_setting: str
):
    at, there = (
        settings(tmp_path / "p", nats_server, store_setting),
        settings(tmp_path / "f", nats_server, store_setting),
    )
    await put_all(at, 1)
    restore = backup(at, "intake")
    assert await follow_all(at, there, 2, 4) == (7, 7)
    before = stored(at, "intake")
    restore()
    async with serving(PUBLISHER, at) as publisher:
        assert publisher.writer.refusing
        assert any("Bestand" in reason for reason in publisher.unready())
    done = await recovering(PUBLISHER, at)
    assert (done.before, done.after, done.case, done.views_wiped) == (1, 3, "case", False)
    assert stored(at, "intake") == before, "the same bytes in the same positions"
    assert await follow_all(at, there, 8) == (15, 15)
    assert stored(at, "intake")[0].epoch == before[0].epoch, "history was not forked"


async def test_recovering_twice_changes_nothing_more(tmp_path: Path, nats_server: NatsServer):
    at = settings(tmp_path / "p", nats_server)
    await put_all(at, 1)
    restore = backup(at, "intake")
    await put_all(at, 2)
    restore()
    assert (await recovering(PUBLISHER, at)).after == 2
    before = stored(at, "intake")
    done = await recovering(PUBLISHER, at)
    assert (done.before, done.after, list(done.lanes)) == (2, 2, [])
    assert stored(at, "intake") == before


async def test_what_was_never_published_is_gone_and_no_view_shows_it(tmp_path: Path, nats_server: NatsServer):
    at = settings(tmp_path / "p", nats_server)
    await put_all(at, 1)
    restore = backup(at, "intake")
    async with serving(PUBLISHER, at) as publisher:
        await until(lambda: publisher.idle)
        nats_server.kill()
        for _ in range(3):
            await putting(publisher, 2, "case")
        await until(lambda: publisher.view_follower.position == 4)
    restore()
    nats_server.start()
    done = await recovering(PUBLISHER, at)
    assert (done.before, done.after, done.views_wiped) == (1, 1, True)
    async with serving(PUBLISHER, at) as publisher:
        await putting(publisher, 4, "case")
        await until(lambda: publisher.idle)
        [shown] = publisher.views.find("purses", grp="all").entries
        assert shown.body == {"cents": 5}


async def test_without_the_refusal_and_without_recovery_cents_are_lost(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    at, there = settings(tmp_path / "p", nats_server), settings(tmp_path / "f", nats_server)
    await put_all(at, 1)
    restore = backup(at, "intake")
    assert await follow_all(at, there, 2) == (3, 3)
    restore()

    def always(house: House) -> None:
        house.writer.refusing = ""

    monkeypatch.setattr(House, "permit", always)
    async with serving(PUBLISHER, at) as publisher, serving(FOLLOWER, there) as follower:
        await until(lambda: any(it.stopped for it in publisher.relays))
        await putting(publisher, 4, "case")
        await asyncio.sleep(1)
        assert (cents(publisher, "case"), cents(follower, "case")) == (5, 3), "seven were acknowledged"
    with pytest.raises(NotRecoverable, match="andere Kette"):
        await recovering(PUBLISHER, at)


# ---- The follower --------------------------------------------------------------------------------------------------


async def followed_since_the_backup(at: Settings, there: Settings) -> None:
    """The follower is restored to before two messages and an own command that it had recorded."""
    assert await follow_all(at, there, 1) == (1, 1)
    restore = backup(there, "review")
    async with serving(PUBLISHER, at) as publisher, serving(FOLLOWER, there) as follower:
        await putting(publisher, 2, "case")
        await putting(follower, 8, "case")
        await putting(publisher, 4, "case")
        await caught_up(publisher, follower)
        await until(lambda: follower.idle)
    restore()


async def test_a_restored_follower_is_rolled_forward_with_its_lane(
    tmp_path: Path, nats_server: NatsServer, store_setting: str
):
    at, there = (
        settings(tmp_path / "p", nats_server, store_setting),
        settings(tmp_path / "f", nats_server, store_setting),
    )
    await followed_since_the_backup(at, there)
    done = await recovering(FOLLOWER, there)
    assert (done.before, done.after) == (2, 5), "the first says which contracts are handled"
    [moved] = done.lanes
    assert (moved.source, moved.before, moved.after, moved.chain_known) == ("intake", 1, 3, True)
    assert stored(there, "review")[2]["intake"].chain == stored(at, "intake")[0].chain
    assert await follow_all(at, there, 16) == (23, 31), "what both took, and the follower's own eight"


async def test_without_moving_the_lane_cents_are_doubled(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    at, there = settings(tmp_path / "p", nats_server), settings(tmp_path / "f", nats_server)
    await followed_since_the_backup(at, there)

    def unmoved(*_: Any) -> list[Any]:
        return []

    monkeypatch.setattr(recovery, "_moved", unmoved)
    await recovering(FOLLOWER, there)
    assert await follow_all(at, there, 16) == (23, 37), "two and four came twice"


async def test_without_the_refusal_the_followers_own_cents_are_lost(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    at, there = settings(tmp_path / "p", nats_server), settings(tmp_path / "f", nats_server)
    await followed_since_the_backup(at, there)

    def always(house: House) -> None:
        house.writer.refusing = ""

    monkeypatch.setattr(House, "permit", always)
    async with serving(PUBLISHER, at) as publisher, serving(FOLLOWER, there) as follower:
        await putting(publisher, 16, "case")
        await caught_up(publisher, follower)
        assert (cents(publisher, "case"), cents(follower, "case")) == (23, 23), "its own eight are gone"


async def refilled_in_a_longer_frame(at: Settings, there: Settings, nats: NatsServer) -> None:
    """The follower had followed 1 and 2 and was restored to 1; the lane was wiped and holds 1 to 4 in one frame now."""
    assert await follow_all(at, there, 1) == (1, 1)
    restore = backup(there, "review")
    assert await follow_all(at, there, 2) == (3, 3)
    restore()
    await put_all(at, 4, 8)
    await wipe(nats, lane("intake"))
    async with serving(PUBLISHER, at) as publisher:
        await until(lambda: publisher.idle)


async def test_a_frame_longer_than_the_one_that_was_followed_is_followed_to_its_end(
    tmp_path: Path, nats_server: NatsServer
):
    at, there = settings(tmp_path / "p", nats_server), settings(tmp_path / "f", nats_server)
    await refilled_in_a_longer_frame(at, there, nats_server)
    [moved] = (await recovering(FOLLOWER, there)).lanes
    assert (moved.after, moved.chain_known) == (2, False)
    assert await follow_all(at, there, 16) == (31, 31)


async def test_moved_to_the_end_of_that_frame_the_lane_would_skip_cents(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    at, there = settings(tmp_path / "p", nats_server), settings(tmp_path / "f", nats_server)
    await refilled_in_a_longer_frame(at, there, nats_server)

    async def to_the_end(it: Any, messenger: Any, _export: Any) -> Any:
        [frame] = await messenger.frames_after(lane(it.source), it.position)
        return replace(it, position=frame.last, chain=frame.chain_last)

    monkeypatch.setattr(recovery, "_resolved", to_the_end)
    await recovering(FOLLOWER, there)
    assert await follow_all(at, there, 16) == (31, 19), "four and eight are gone for ever"


async def test_messages_that_caused_nothing_come_again_and_cause_nothing(tmp_path: Path, nats_server: NatsServer):
    at, there = settings(tmp_path / "p", nats_server), settings(tmp_path / "f", nats_server)
    deaf = replace(
        FOLLOWER, reactions=Reactions.of([ToyPut], lambda it, case: react(it, case) if it.cents < 4 else None)
    )
    async with serving(PUBLISHER, at) as publisher, serving(deaf, there) as follower:
        await putting(publisher, 1, "case")
        await caught_up(publisher, follower)
        await until(lambda: follower.idle)
    restore = backup(there, "review")
    async with serving(PUBLISHER, at) as publisher, serving(deaf, there) as follower:
        for amount in (2, 4, 8):
            await putting(publisher, amount, "case")
        await caught_up(publisher, follower)
        await until(lambda: follower.idle)
    restore()
    [moved] = (await recovering(deaf, there)).lanes
    assert moved.after == 2
    async with serving(PUBLISHER, at) as publisher, serving(deaf, there) as follower:
        await caught_up(publisher, follower)
        assert cents(follower, "case") == 3


async def test_a_recovery_that_was_killed_in_between_goes_on_where_it_ended(
    tmp_path: Path, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
):
    at, there = settings(tmp_path / "p", nats_server), settings(tmp_path / "f", nats_server)
    assert await follow_all(at, there, 1) == (1, 1)
    restore = backup(there, "review")
    assert await follow_all(at, there, 2, 4, 8, 16) == (31, 31)
    before = stored(there, "review")
    restore()
    monkeypatch.setattr(recovery, "BATCH", 2)
    append, appended = SQLiteRecorder.append, list[Batch]()

    def once(self: SQLiteRecorder, batch: Batch) -> None:
        if appended:
            raise KeyboardInterrupt
        append(self, batch)
        appended.append(batch)

    with monkeypatch.context() as killed:
        killed.setattr(SQLiteRecorder, "append", once)
        with pytest.raises(KeyboardInterrupt):
            await recovering(FOLLOWER, there)
    assert stored(there, "review")[0].position == 4
    async with serving(FOLLOWER, there) as follower:
        assert follower.writer.refusing, "half recovered is still behind its own stream"
    await recovering(FOLLOWER, there)
    assert stored(there, "review") == before
    assert await follow_all(at, there, 32) == (63, 63)


# ---- What is refused -----------------------------------------------------------------------------------------------


async def records_of(nats: NatsServer) -> list[Frame]:
    connection, jetstream = await as_operator(nats)
    name = stream_of(record_lane("intake"))
    last = (await jetstream.stream_info(name)).state.last_seq
    found = [await jetstream.get_msg(name, seq=it) for it in range(1, last + 1)]
    await connection.close()
    return [frame_of(dict(it.headers or {}), it.data or b"") for it in found]


def with_leaf(frame: Frame, **changes: Any) -> Frame:
    """A frame of one record whose leaf was changed, with a chain that fits."""
    [(leaf, state)] = unpack_records(frame.body)
    changed = encode(replace(header_of(leaf), **changes))
    return replace(
        frame, body=pack_records([record_bytes(changed, state)]), chain_last=chain(frame.chain_previous, changed)
    )


def with_other_cents(frame: Frame) -> Frame:
    [(leaf, state)] = unpack_records(frame.body)
    return replace(frame, body=pack_records([record_bytes(leaf, state.replace(b'"cents":2', b'"cents":3'))]))


def with_other_cents_and_leaf(frame: Frame) -> Frame:
    other = with_other_cents(frame)
    [(_, state)] = unpack_records(other.body)
    return with_leaf(other, sha256=digest(state))


def recorded_at(frame: Frame) -> datetime:
    """When the frame's one event was recorded."""
    return header_of(unpack_records(frame.body)[0][0]).at


def with_spaces(frame: Frame) -> Frame:
    return replace(frame, body=frame.body.replace(b'"format":1', b'"format": 1'))


FORGERIES: dict[str, tuple[str, Callable[[Sequence[Frame]], Sequence[Frame]]]] = {
    "a forged byte": ("Zustand gehört nicht", lambda it: [it[0], with_other_cents(it[1]), it[2]]),
    "a forged event with a leaf that fits": (
        "folgt nicht auf",
        lambda it: [it[0], with_other_cents_and_leaf(it[1]), it[2]],
    ),
    "a forged event and nothing after it": (
        "lane.intake hat eine andere Kette",
        lambda it: [it[0], it[1], with_leaf(it[2], at=recorded_at(it[1]))],
    ),
    "a last event that follows on nothing": (
        "folgt nicht auf",
        lambda it: [it[0], it[1], with_leaf(it[2], prev="0" * 64)],
    ),
    "another version": ("folgt nicht auf", lambda it: [it[0], with_leaf(it[1], version=7), it[2]]),
    "another service's event": ("gefunden payout", lambda it: [it[0], with_leaf(it[1], service="payout"), it[2]]),
    "another service's frame": ("lane.intake reicht bis 3", lambda it: [it[0], replace(it[1], source="payout"), it[2]]),
    "another epoch": ("Epoche another", lambda it: [it[0], it[1], replace(it[2], epoch="another")]),
    "another epoch between": ("intake/another", lambda it: [it[0], replace(it[1], epoch="another"), it[2]]),
    "another chain": ("ledger.intake hat eine andere Kette", lambda it: [replace(it[0], chain_last="e" * 64)]),
    "another chain between": ("zu einer anderen Kette", lambda it: [it[0], replace(it[1], chain_last="e" * 64), it[2]]),
    "a frame gone from the middle": ("dazwischen fehlt", lambda it: [it[0], it[2]]),
    "less than others were told": ("lane.intake reicht bis 3", lambda it: [it[0], it[1]]),
    "a leaf that is not canonical": ("kanonisch", lambda it: [it[0], with_spaces(it[1]), it[2]]),
    "an unreadable frame": ("unlesbar", lambda it: [it[0], replace(it[1], body=b'{"records":['), it[2]]),
    "fewer records than told": ("lückenlos", lambda it: [it[0], replace(it[1], body=pack_records([])), it[2]]),
}


async def test_whatever_contradicts_is_refused_and_changes_nothing(tmp_path: Path, nats_server: NatsServer):
    at = settings(tmp_path / "p", nats_server)
    await put_all(at, 1)
    restore = backup(at, "intake")
    await put_all(at, 2, 4)
    restore()
    before = stored(at, "intake")
    sent = await records_of(nats_server)
    connection, jetstream = await as_operator(nats_server)
    name = stream_of(record_lane("intake"))
    config = (await jetstream.stream_info(name)).config
    for what, (reason, forge) in FORGERIES.items():
        await jetstream.delete_stream(name)
        await jetstream.add_stream(config)
        for it in forge(sent):
            await jetstream.publish(record_lane("intake"), it.body, headers=it.headers())
        with pytest.raises(NotRecoverable, match=reason):
            await recovering(PUBLISHER, at)
        assert stored(at, "intake") == before, what
    await connection.close()


async def test_without_a_stream_and_without_an_export_nothing_is_claimed(tmp_path: Path, nats_server: NatsServer):
    at = settings(tmp_path / "p", nats_server)
    await put_all(at, 1)
    await wipe(nats_server, lane("intake"), record_lane("intake"))
    with pytest.raises(NotRecoverable, match="Broker"):
        await recovering(PUBLISHER, at)
    await topology.provision(nats_server.url, "")
    with pytest.raises(NotRecoverable, match="leer"):
        await recovering(PUBLISHER, at)


# ---- The export ----------------------------------------------------------------------------------------------------


def exported(target: Path, *rows: Sequence[Row]) -> Path:
    """An export of these services' rows, as the ledger writes it."""
    records = [(it.header, it.state) for some in rows for it in some]
    note = sign(checkpoint_over(records).text, SIGNER)
    export(target, records, checkpoint=note, vkey=SIGNER.verifier.vkey)
    return target


async def test_with_the_broker_gone_too_both_come_back_from_an_export(tmp_path: Path, nats_server: NatsServer):
    at, there = settings(tmp_path / "p", nats_server), settings(tmp_path / "f", nats_server)
    assert await follow_all(at, there, 1) == (1, 1)
    restores = [backup(at, "intake"), backup(there, "review")]
    assert await follow_all(at, there, 2, 4) == (7, 7)
    before = stored(at, "intake"), stored(there, "review")
    folder = exported(tmp_path / "export", before[0][1], before[1][1])
    for restore in restores:
        restore()
    nats_server.kill()
    nats_server.wipe()
    nats_server.start()
    await topology.provision(nats_server.url, "")
    done = await recovering(FOLLOWER, there, folder)
    assert (done.before, done.after) == (2, 4)
    assert [it.chain_known for it in done.lanes] == [True], "the export tells the publisher's chain"
    assert (await recovering(PUBLISHER, at, folder)).after == 3
    assert (stored(at, "intake"), stored(there, "review")) == before
    assert await follow_all(at, there, 16) == (23, 23)


async def test_a_lane_whose_chain_nobody_could_tell_stops_until_recovered_once_more(
    tmp_path: Path, nats_server: NatsServer
):
    at, there = settings(tmp_path / "p", nats_server), settings(tmp_path / "f", nats_server)
    await followed_since_the_backup(at, there)
    await wipe(nats_server, lane("intake"))
    await topology.provision(nats_server.url, "")
    assert [it.chain_known for it in (await recovering(FOLLOWER, there)).lanes] == [False]
    async with serving(PUBLISHER, at) as publisher, serving(FOLLOWER, there) as follower:
        await until(lambda: publisher.idle)
        await until(lambda: bool(follower.lanes[0].stopped))
    assert [it.chain_known for it in (await recovering(FOLLOWER, there)).lanes] == [True]
    assert await follow_all(at, there, 16) == (23, 31)


async def test_an_export_of_hundreds_and_the_stream_after_it_are_read_as_one(tmp_path: Path, nats_server: NatsServer):
    at = settings(tmp_path / "p", nats_server)
    await put_all(at, 1)
    restore = backup(at, "intake")
    async with serving(PUBLISHER, at) as publisher:
        await asyncio.gather(*(putting(publisher, 1, f"case-{it % 7}") for it in range(600)))
        await until(lambda: publisher.idle)
    folder = exported(tmp_path / "export", stored(at, "intake")[1])
    await put_all(at, 2)
    before = stored(at, "intake")
    restore()
    done = await recovering(PUBLISHER, at, folder)
    assert (done.before, done.after) == (1, 602)
    assert stored(at, "intake") == before


async def test_an_export_of_another_history_is_refused(tmp_path: Path, nats_server: NatsServer):
    at, other = settings(tmp_path / "p", nats_server), settings(tmp_path / "o", None)
    await put_all(at, 1)
    before = stored(at, "intake")
    async with writing(PUBLISHER, other) as house:
        await putting(house, 1, "case")
        await putting(house, 9, "case")
    for folder in (exported(tmp_path / "export", stored(other, "intake")[1]), tmp_path / "nothing", tmp_path):
        with pytest.raises(NotRecoverable):
            await recovering(PUBLISHER, at, folder)
    cut = exported(tmp_path / "cut", before[1])
    (cut / "states" / "000.p" / "1").write_bytes(b"")
    with pytest.raises(NotRecoverable, match="beschädigt"):
        await recovering(PUBLISHER, at, cut)
    assert stored(at, "intake") == before


# ---- The command line ----------------------------------------------------------------------------------------------


async def run(at: Settings, *words: str) -> tuple[int, str]:
    app: typer.Typer = commands("intake", lambda: PUBLISHER, lambda: at)
    done = await asyncio.to_thread(CliRunner().invoke, app, list(words))
    return done.exit_code, done.output


async def test_the_command_tells_what_it_did_and_refuses_while_the_service_runs(
    tmp_path: Path, nats_server: NatsServer
):
    at = settings(tmp_path / "p", nats_server)
    await put_all(at, 1)
    restore = backup(at, "intake")
    await put_all(at, 2)
    restore()
    async with serving(PUBLISHER, at):
        code, told = await run(at, "recover")
        assert (code, "anhalten" in told) == (2, True)
    code, told = await run(at, "recover")
    assert code == 0
    assert json.loads(told.splitlines()[-1])["after"] == 2
    code, told = await run(at, "recover", "--from-export", str(tmp_path))
    assert (code, "refused" in json.loads(told.splitlines()[-1])) == (1, True)
