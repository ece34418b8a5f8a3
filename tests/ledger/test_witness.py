"""What a publisher sends is taken over byte for byte, or the lane stands still: nothing is bent, skipped or guessed."""

import asyncio
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from services.ledger import witness
from services.ledger.chronicle import Chronicle as Memory
from services.ledger.chronicle import LogAltered
from services.ledger.ledger import records_of
from services.ledger.log import MerkleLog, leaf_hash
from services.ledger.settings import Settings
from services.ledger.verify import examine
from services.ledger.wiring import blueprint
from services.ledger.witness import WitnessJob
from shared.formats import Frame, digest, encode, link
from shared.lanes import Gap, LaneStopped
from shared.recorders import Row
from shared.records import replace
from shared.service import House
from tests.ledger.builders import SIGNER, Record, a_history, checkpoint_over, edited, header_of, lay_out
from tests.ledger.builders import Chronicle as Written
from tests.ledger.rooms import frame, of, settings
from tests.machinery.toys import writing
from tests.servers import NatsServer
from tests.service import Place

NOWHERE = NatsServer(folder=Path(), port=9)


async def take(house: House, it: Frame) -> int:
    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    return await house.writer.submit(WitnessJob(it, done))


def intake(events: int = 12) -> list[Record]:
    return of("intake", Written().go_on(3 * events))


def alone(tmp_path: Path, store: str = "") -> Settings:
    return settings(Place(folder=tmp_path, nats=NOWHERE, store=store), nats_operator_password_file=None)


async def test_leaves_and_states_lie_in_the_log_byte_for_byte(tmp_path: Path, store_setting: str):
    history = a_history()
    async with writing(blueprint, alone(tmp_path, store_setting)) as house:
        for source in ("intake", "review", "payout"):
            assert await take(house, frame(of(source, history))) == len(of(source, history))
        expected = [it for source in ("intake", "review", "payout") for it in of(source, history)]
        assert list(records_of(house.store.recorder)) == expected
        assert house.writer.lanes["review"].chain == frame(of("review", history)).chain_last
        assert house.store.recorder.lanes() == house.writer.lanes


@pytest.mark.parametrize("seed", range(6))
async def test_however_a_log_is_cut_into_frames_and_repeated_the_leaves_are_the_same(tmp_path: Path, seed: int):
    records, chance = intake(30), random.Random(seed)
    async with writing(blueprint, alone(tmp_path)) as house:
        at = 0
        while at < len(records):
            first, last = chance.randint(max(1, at - 4), at + 1), chance.randint(at + 1, min(len(records), at + 9))
            assert await take(house, frame(records, first, last)) == last - at
            at = last
            assert await take(house, frame(records, first, last)) == 0
        assert list(records_of(house.store.recorder)) == records


async def test_a_frame_ahead_of_the_log_waits_for_what_is_missing(tmp_path: Path):
    records = intake()
    async with writing(blueprint, alone(tmp_path)) as house:
        await take(house, frame(records, 1, 3))
        with pytest.raises(Gap):
            await take(house, frame(records, 6))
        assert house.writer.head.position == 3


def forged(records: list[Record], index: int, leaf: bytes | None = None, state: bytes | None = None) -> Frame:
    """A frame whose chain fits what it holds: the forger is thorough."""
    old = records[index]
    return frame([*records[:index], (leaf or old[0], state or old[1]), *records[index + 1 :]])


def resealed(records: list[Record], index: int, state: bytes) -> Frame:
    """Other bytes with a leaf that fits them."""
    return forged(records, index, edited(records[index][0], sha256=digest(state)), state)


def _swapped(records: list[Record]) -> Frame:
    return frame([*records[:4], records[5], records[4], *records[6:]])


FORGERIES: dict[str, Callable[[list[Record]], Frame]] = {
    "a byte of a state": lambda it: forged(it, 5, state=it[5][1].replace(b"1", b"2", 1)),
    "a state with a fitting leaf": lambda it: resealed(it, 2, it[2][1].replace(b"1", b"2", 1)),
    "a position left out": lambda it: replace(frame([*it[:5], *it[6:]]), last=len(it)),
    "a position left out and counted over": lambda it: frame([*it[:5], *it[6:]]),
    "positions passed over at the start": lambda it: replace(
        frame(it, 3), previous=0, chain_previous=frame(it).chain_previous
    ),
    "a leaf more than the frame says": lambda it: replace(frame(it), last=len(it) - 1),
    "two events swapped": _swapped,
    "another epoch inside": lambda it: forged(it, 5, edited(it[5][0], epoch="intake-2")),
    "another service inside": lambda it: forged(it, 5, edited(it[5][0], service="review")),
    "the ledger itself inside": lambda it: forged(it, 5, edited(it[5][0], service="ledger")),
    "another format": lambda it: forged(it, 5, edited(it[5][0], format=2)),
    "a version left out": lambda it: forged(it, 5, edited(it[5][0], version=header_of(it[5][0]).version + 1)),
    "another predecessor": lambda it: forged(it, 5, edited(it[5][0], prev="ab" * 32)),
    "a stream that leads elsewhere": lambda it: forged(it, 5, edited(it[5][0], stream="x y")),
    "a leaf with spaces": lambda it: forged(it, 5, it[5][0].replace(b":", b": ", 1)),
    "a leaf with a field more": lambda it: forged(it, 5, it[5][0][:-1] + b',"x":1}'),
    "a leaf that is none": lambda it: forged(it, 5, b"[1]"),
    "a leaf too long": lambda it: forged(it, 5, edited(it[5][0], topic="t" * 70_000)),
    "a state over two lines": lambda it: resealed(it, 5, it[5][1].replace(b",", b",\n", 1)),
    "a state without its context": lambda it: resealed(it, 5, b'{"facts":{}}'),
    "another chain than its leaves": lambda it: replace(frame(it), chain_last="cd" * 32),
    "no records at all": lambda it: replace(frame(it), body=b'{"records":[]}'),
    "bytes that are no frame": lambda it: replace(frame(it), body=b'{"records":[{"leaf":{'),
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forged_frame_stops_the_lane_and_leaves_nothing_behind(tmp_path: Path, name: str):
    records = intake()
    async with writing(blueprint, alone(tmp_path)) as house:
        await take(house, frame(records, 1, 2) if "passed over" not in name else frame(of("review", a_history())))
        before = house.writer.head, house.store.recorder.lanes(), list(records_of(house.store.recorder))
        with pytest.raises(LaneStopped):
            await take(house, FORGERIES[name](records))
        assert (house.writer.head, house.store.recorder.lanes(), list(records_of(house.store.recorder))) == before
        assert house.writer.lanes == house.store.recorder.lanes()


async def test_a_restored_publisher_with_another_epoch_or_another_past_is_not_followed(tmp_path: Path):
    records = intake()
    other = Written(epochs={"intake": "intake-2"}).go_on(36)
    rewritten = of("intake", Written().happens("intake", "application-x").go_on(36))
    async with writing(blueprint, alone(tmp_path)) as house:
        await take(house, frame(records, 1, 4))
        for it in (frame(of("intake", other), 5), frame(rewritten, 5, 8), frame(rewritten, 3, 4)):
            with pytest.raises(LaneStopped):
                await take(house, it)
        assert await take(house, frame(records, 5)) == len(records) - 4


async def test_one_stopped_lane_does_not_hold_up_the_others_in_the_same_turn(tmp_path: Path):
    history = Written().go_on(30)
    async with writing(blueprint, alone(tmp_path)) as house:
        bad = FORGERIES["a byte of a state"](of("intake", history))
        done = await asyncio.gather(
            take(house, frame(of("review", history))), take(house, bad), take(house, frame(of("payout", history))),
            return_exceptions=True,
        )  # fmt: skip
        assert [type(it) for it in done] == [int, LaneStopped, int]
        assert house.writer.head.position == 20


async def test_after_a_restart_streams_go_on_where_they_were(tmp_path: Path, store_setting: str):
    records = intake()
    at = alone(tmp_path, store_setting)
    async with writing(blueprint, at) as house:
        await take(house, frame(records, 1, 6))
    async with writing(blueprint, at) as house:
        assert await take(house, frame(records, 7)) == len(records) - 6


async def test_without_the_check_of_state_bytes_the_verifier_finds_what_slipped_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    records = intake()
    last = len(records) - 1  # no successor's link betrays it
    genuine = {state: header_of(leaf).sha256 for leaf, state in records}
    altered = records[last][1].replace(b"3300", b"9300")
    assert altered != records[last][1]
    monkeypatch.setattr(witness, "digest", lambda state: genuine.get(state, header_of(records[last][0]).sha256))
    async with writing(blueprint, alone(tmp_path)) as house:
        await take(house, forged(records, last, state=altered))
        taken = list(records_of(house.store.recorder))
        note = Written(records=taken).note()
        report = examine(lay_out(tmp_path / "export", taken, checkpoint=note), SIGNER.verifier.vkey, [])
        assert next((it.kind, it.index) for it in report.faults) == ("changed-state", last)
        with pytest.raises(LogAltered):
            remembered(house)


def add_all(memory: Memory, rows: Sequence[Row]) -> Memory:
    for row in rows:
        memory.add(row)
    return memory


def remembered(house: House) -> Memory:
    return add_all(Memory(), house.store.recorder.rows(0, 10_000))


async def test_the_log_in_memory_is_the_log_on_disk(tmp_path: Path):
    records = intake(40)
    async with writing(blueprint, alone(tmp_path)) as house:
        await take(house, frame(records))
        memory = remembered(house)
        assert memory.tree.root().hex() == checkpoint_over(records).root
        assert (memory.chain, memory.size, memory.due) == (house.writer.head.chain, len(records), True)
        assert memory.latest == {"intake": header_of(records[-1][0]).at}


@pytest.mark.parametrize("what", ["state", "header", "chain", "topic", "stream", "version", "position"])
async def test_a_row_altered_in_the_store_is_noticed(tmp_path: Path, what: str):
    records = intake()
    async with writing(blueprint, alone(tmp_path)) as house:
        await take(house, frame(records))
        rows = list(house.store.recorder.rows(0, 100))
    old = rows[4]
    header = edited(old.header, prev="ab" * 32)
    rows[4] = {
        "state": replace(old, state=encode({"context": 1})),
        "header": replace(old, header=header),
        "chain": replace(old, chain=link("a", 1, "b", b"c")),
        "topic": replace(old, topic="intake.other.v1"),
        "stream": replace(old, stream="review/application-1"),
        "version": replace(old, version=9),
        "position": replace(old, position=99),
    }[what]
    memory = Memory()
    with pytest.raises(LogAltered):
        add_all(memory, rows)
    assert memory.tree.root() == MerkleLog(leaf_hash(leaf) for leaf, _ in records[:4]).root()
