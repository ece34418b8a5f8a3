"""A judgement in parts: one transaction, whatever its size; nobody sees half of it, and what fails leaves nothing."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import OperationalError

from shared.decider import Decision, DomainError, Parts
from shared.formats import ZERO, chain
from shared.recorders import FenceLost, Head, Row
from shared.service import House
from tests.machinery.toys import PERSON, PUBLISHER, Put, cents, purse, putting, writing
from tests.machinery.toys import settings as settings_of

KEPT = purse.stream("kept")


def in_parts(*amounts: tuple[str, int]) -> Parts:
    """Cents for one purse after the other, and all that was put before for the one that is kept."""

    def part(name: str, amount: int) -> Decision:
        stream = purse.stream(name)

        def judge(states: Sequence[Any], context: Any) -> dict[str, Sequence[Any]]:
            before: int = states[1]
            return {
                stream: purse.decide(Put(cents=amount), before, context),
                KEPT: purse.decide(Put(cents=before + 1), states[0], context),
            }

        return Decision(reads={KEPT: purse, stream: purse}, judge=judge, action="Put")

    def parts() -> Iterator[Decision]:
        return (part(*it) for it in amounts)

    return Parts(reads={KEPT: purse}, parts=parts, action="Put")


def proved(house: House) -> None:
    after = ZERO
    for number, row in enumerate(house.store.recorder.rows(0, 1_000), start=1):
        after = chain(after, row.header)
        assert (row.position, row.chain) == (number, after)
    assert house.writer.head == house.store.recorder.head()
    assert house.writer.head.chain == after


async def test_a_later_part_sees_what_an_earlier_one_decided_and_all_is_one_commit(
    tmp_path: Path, store_setting: str
) -> None:
    async with writing(PUBLISHER, settings_of(tmp_path, None, store_setting)) as house:
        await putting(house, 5, "a")
        outcome = await house.writer.execute_in_parts(in_parts(("a", 1), ("b", 2), ("a", 3), ("b", 4)), PERSON)
        assert (outcome.first, outcome.last, outcome.version, outcome.problem) == (2, 9, 4, "")
        assert (cents(house, "a"), cents(house, "b"), cents(house, "kept")) == (9, 6, 6 + 1 + 7 + 3)
        proved(house)
        await putting(house, 7, "a")
        assert cents(house, "a") == 16, "what was at hand before is not believed any more"
        proved(house)


async def test_commands_that_wait_meanwhile_come_before_or_after_it(tmp_path: Path, store_setting: str) -> None:
    async with writing(PUBLISHER, settings_of(tmp_path, None, store_setting)) as house:
        many = [(f"p{number % 5}", 1) for number in range(30)]
        before = [putting(house, 1, f"p{number % 5}") for number in range(20)]
        after = [putting(house, 1, f"p{number % 5}") for number in range(20)]
        await asyncio.gather(*before, house.writer.execute_in_parts(in_parts(*many), PERSON), *after)
        assert sum(cents(house, f"p{number}") for number in range(5)) == 70
        proved(house)


@pytest.mark.parametrize("wrong", [DomainError, ZeroDivisionError])
async def test_a_part_that_cannot_be_decided_leaves_nothing_of_those_before_it(
    wrong: type[Exception], tmp_path: Path, store_setting: str
) -> None:
    def judge(_states: Sequence[Any], _context: Any) -> dict[str, Sequence[Any]]:
        raise wrong

    def parts() -> Iterator[Decision]:
        yield from in_parts(("a", 1), ("b", 2), ("a", 3)).parts()
        yield Decision(reads={KEPT: purse}, judge=judge, action="Put")

    async with writing(PUBLISHER, settings_of(tmp_path, None, store_setting)) as house:
        await putting(house, 5, "a")
        asked = house.writer.execute_in_parts(Parts(reads={KEPT: purse}, parts=parts), PERSON)
        if wrong is DomainError:
            assert (await asked).problem == DomainError.code
        else:
            with pytest.raises(wrong):
                await asked
        assert (cents(house, "a"), cents(house, "b"), house.writer.head.position) == (5, 0, 1)
        await putting(house, 1, "b")
        proved(house)


@pytest.mark.parametrize("step", ["begin", "lay", "append", "events_of"])
async def test_a_disk_that_fails_at_any_step_leaves_nothing_and_it_is_decided_again(
    step: str, tmp_path: Path, store_setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with writing(PUBLISHER, settings_of(tmp_path, None, store_setting)) as house:
        await putting(house, 5, "a")
        real, failed = getattr(house.store.recorder, step), 0

        def once(*args: Any) -> Any:
            nonlocal failed
            failed += 1
            if failed == 1:
                raise OperationalError("disk full")
            return real(*args)

        monkeypatch.setattr(house.store.recorder, step, once)
        outcome = await house.writer.execute_in_parts(in_parts(("a", 1), ("b", 2), ("a", 3)), PERSON)
        assert failed > 1
        assert (outcome.first, outcome.last) == (2, 7)
        assert (cents(house, "a"), cents(house, "b")) == (9, 2)
        proved(house)


async def test_rows_that_the_database_refuses_leave_nothing_and_it_is_decided_again(
    tmp_path: Path, store_setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with writing(PUBLISHER, settings_of(tmp_path, None, store_setting)) as house:
        real, laid = house.store.recorder.lay, list[int]()

        def twice_at_first(rows: Sequence[Row]) -> None:
            real(rows)
            laid.append(len(rows))
            if len(laid) == 2:
                real(rows)

        monkeypatch.setattr(house.store.recorder, "lay", twice_at_first)
        outcome = await house.writer.execute_in_parts(in_parts(("a", 1), ("b", 2), ("a", 3)), PERSON)
        assert (outcome.first, outcome.last, len(laid)) == (1, 6, 5)
        proved(house)


async def test_nobody_sees_a_part_before_the_end(
    tmp_path: Path, store_setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with writing(PUBLISHER, settings_of(tmp_path, None, store_setting)) as house:
        await putting(house, 5, "a")
        real, seen = house.store.recorder.lay, list[tuple[int, int]]()

        def looked_at(rows: Sequence[Row]) -> None:
            real(rows)
            seen.append((len(house.store.recorder.rows(0, 1_000)), cents(house, "a")))

        monkeypatch.setattr(house.store.recorder, "lay", looked_at)
        await house.writer.execute_in_parts(in_parts(("a", 1), ("a", 2), ("a", 3)), PERSON)
        assert seen == [(1, 5)] * 3
        assert cents(house, "a") == 11


async def test_a_log_that_another_writer_moved_takes_no_part(tmp_path: Path, store_setting: str) -> None:
    async with writing(PUBLISHER, settings_of(tmp_path, None, store_setting)) as house:
        await putting(house, 5, "a")
        house.writer.head = Head(epoch=house.writer.head.epoch, position=0, chain=ZERO)
        asked = asyncio.ensure_future(house.writer.execute_in_parts(in_parts(("a", 1), ("b", 2)), PERSON))
        while not house.writer.refusing:
            await asyncio.sleep(0.01)
        asked.cancel()
        assert len(house.store.recorder.rows(0, 1_000)) == 1
        with pytest.raises(FenceLost):
            house.store.recorder.begin(Head(epoch="another", position=1, chain=ZERO))
