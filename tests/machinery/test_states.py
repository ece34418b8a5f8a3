"""States for reading: folded once and brought forward, never more than was committed, never older than before."""

import asyncio
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import OperationalError

from shared.clock import Clock
from shared.overlay import Overlay
from shared.recorders import Batch
from shared.service import House
from shared.states import States
from shared.store import Store
from shared.writer import Writer
from tests.machinery.toys import PUBLISHER, purse, putting, settings, until, writing

STREAM = purse.stream("c")


@contextmanager
def counted(store: Store) -> Generator[list[int]]:
    """How many events each reading of a stream took from the database."""
    real, counts = store.recorder.select_events, list[int]()

    def counting(*args: Any, **more: Any) -> Sequence[Any]:
        found = real(*args, **more)
        counts.append(len(found))
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store.recorder, "select_events", counting)
        yield counts


def reader_of(house: House) -> Writer:
    """A process that stands by: it reads what the other one writes, and knows nothing of it."""
    return Writer(store=house.store, service="intake", clock=Clock(None))


async def put_all(house: House, amounts: Iterable[int], case: str = "c") -> None:
    await asyncio.gather(*(putting(house, it, case) for it in amounts))


async def test_a_long_stream_is_folded_once_and_then_only_what_was_recorded_since(tmp_path: Path, store_setting: str):
    async with writing(PUBLISHER, settings(tmp_path, None, store_setting)) as house:
        await put_all(house, [1] * 300)
        reader = reader_of(house)
        with counted(house.store) as counts:
            for _ in range(5):
                assert (await reader.state(purse, "c")).state == 300
            await put_all(house, [10, 20])
            assert await reader.state(purse, "c") == house.writer.cached(STREAM), "with all that the next event needs"
            assert (await reader.state(purse, "c")).state == 330
        assert counts == [300, 0, 0, 0, 0, 2, 0]


async def test_what_the_writer_knows_is_not_read_at_all_and_not_kept_twice(tmp_path: Path):
    async with writing(PUBLISHER, settings(tmp_path, None)) as house:
        await put_all(house, [5])
    async with writing(PUBLISHER, settings(tmp_path, None)) as house:
        with counted(house.store) as counts:
            assert (await house.writer.state(purse, "c")).state == 5
            await put_all(house, [6])
            assert (await house.writer.state(purse, "c")).state == 11
        assert counts == [1]
        assert not house.writer._read_states._known  # pyright: ignore[reportPrivateUsage]


async def test_only_so_many_streams_are_kept_and_the_one_read_longest_ago_goes(tmp_path: Path):
    async with writing(PUBLISHER, settings(tmp_path, None)) as house:
        for case in ("a", "b", "c"):
            await put_all(house, [1, 2], case)
        states = States(house.store, most=2)
        with counted(house.store) as counts:
            for case in ("a", "b", "a", "c", "a", "b"):
                assert states.read(purse, purse.stream(case)).state == 3
        assert counts == [2, 2, 0, 2, 0, 2]


async def test_an_older_reading_that_ends_later_does_not_replace_a_newer_one(tmp_path: Path):
    async with writing(PUBLISHER, settings(tmp_path, None)) as house:
        await put_all(house, [1])
        states, real = States(house.store), house.store.forward
        read, go_on = threading.Event(), threading.Event()

        def slowly(*args: Any) -> Any:
            found = real(*args)
            read.set()
            go_on.wait(10)
            return found

        with pytest.MonkeyPatch.context() as slow:
            slow.setattr(house.store, "forward", slowly)
            older = asyncio.create_task(asyncio.to_thread(states.read, purse, STREAM))
            await asyncio.to_thread(read.wait, 10)
        await put_all(house, [2])
        assert states.read(purse, STREAM).state == 3
        go_on.set()
        assert (await older).state == 1
        with counted(house.store) as counts:
            assert states.read(purse, STREAM).state == 3
        assert counts == [0]


async def test_states_read_by_many_threads_while_cents_are_put_never_go_back(tmp_path: Path, store_setting: str):
    async with writing(PUBLISHER, settings(tmp_path, None, store_setting)) as house:
        states, ended = States(house.store, most=1), threading.Event()

        def reads(case: str) -> list[tuple[int, int]]:
            seen = list[tuple[int, int]]()
            while not ended.is_set():
                found = states.read(purse, purse.stream(case))
                seen.append((found.version, found.state))
            return seen

        readers = [asyncio.create_task(asyncio.to_thread(reads, case)) for case in ("a", "a", "b")]
        for _ in range(40):
            await put_all(house, [1, 1], "a")
            await put_all(house, [1], "b")
        ended.set()
        for seen in await asyncio.gather(*readers):
            assert seen == sorted(seen)
            assert all(version == cents for version, cents in seen)


# ---- What is not committed --------------------------------------------------------------------------------------------


async def seen_around_a_failing_commit(house: House, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What readers see of a purse: before, while a commit is under way that fails, after it, and when it was done again."""
    await put_all(house, [1])
    real, arrived, go_on = house.store.recorder.append, threading.Event(), threading.Event()

    def failing(_: Batch) -> None:
        arrived.set()
        go_on.wait(10)
        raise OperationalError("disk full")

    async def seen() -> int:
        of_reader, of_writer = await reader_of(house).state(purse, "c"), await house.writer.state(purse, "c")
        return max(of_reader.state, of_writer.state)

    found = [await seen()]
    monkeypatch.setattr(house.store.recorder, "append", failing)
    refused = asyncio.create_task(putting(house, 50, "c"))
    await asyncio.to_thread(arrived.wait, 10)
    found.append(await seen())
    go_on.set()
    with pytest.raises(OperationalError):
        await refused
    found.append(await seen())
    monkeypatch.setattr(house.store.recorder, "append", real)
    await put_all(house, [100])
    return [*found, await seen()]


async def test_cents_that_are_not_committed_are_never_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with writing(PUBLISHER, settings(tmp_path, None)) as house:
        assert await seen_around_a_failing_commit(house, monkeypatch) == [1, 1, 1, 101]


async def test_kept_before_the_commit_cents_are_seen_that_never_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    decide = Writer._decide  # pyright: ignore[reportPrivateUsage]

    def too_early(self: Writer, job: Any, overlay: Overlay) -> Any:
        result = decide(self, job, overlay)
        self._cache |= overlay.states
        return result

    monkeypatch.setattr(Writer, "_decide", too_early)
    async with writing(PUBLISHER, settings(tmp_path, None)) as house:
        assert await seen_around_a_failing_commit(house, monkeypatch) == [1, 51, 1, 101]


async def test_a_commit_whose_answer_was_lost_is_seen_although_the_writer_does_not_know_of_it_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with writing(PUBLISHER, settings(tmp_path, None)) as house:
        await put_all(house, [1])
        append, head = house.store.recorder.append, house.store.recorder.head
        away = [True]

        def cut(batch: Batch) -> None:
            append(batch)
            raise OperationalError("connection lost")

        def unreachable() -> Any:
            if away:
                raise OperationalError("still away")
            return head()

        monkeypatch.setattr(house.store.recorder, "append", cut)
        monkeypatch.setattr(house.store.recorder, "head", unreachable)
        with pytest.raises(OperationalError):
            await putting(house, 5, "c")
        assert (await house.writer.state(purse, "c")).state == 6
        away.clear()
        monkeypatch.setattr(house.store.recorder, "append", append)
        await putting(house, 7, "c")
        await until(lambda: house.writer.idle)
        assert (await house.writer.state(purse, "c")).state == 13
