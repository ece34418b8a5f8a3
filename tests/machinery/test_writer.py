"""One writer per store: groups, fences, first answers, refused attempts."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from eventsourcing.persistence import OperationalError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.commands import KeyReused, Request, StaleVersion
from shared.decider import decision
from shared.formats import ZERO, chain, digest, link
from shared.opening import recorder
from shared.provisioning import provision
from shared.recorders import Batch, FenceLost, Head, StoreLocked
from shared.refusals import AttemptRefused, attempts
from shared.service import build
from tests.machinery.toys import PERSON, PUBLISHER, Break, cents, purse, putting, writing
from tests.machinery.toys import settings as settings_of
from tests.servers import PostgresServer


async def test_commands_that_wait_are_committed_together_and_none_is_lost(tmp_path: Path, store_setting: str):
    async with writing(PUBLISHER, settings_of(tmp_path, None, store_setting)) as house:
        outcomes = await asyncio.gather(*(putting(house, 1, f"case-{n % 7}") for n in range(200)))
        assert sum(cents(house, f"case-{n}") for n in range(7)) == 200
        assert sorted(it.last for it in outcomes) == list(range(1, 201)), "positions have no holes"


async def test_every_event_follows_on_by_prev_and_chain(tmp_path: Path, store_setting: str):
    async with writing(PUBLISHER, settings_of(tmp_path, None, store_setting)) as house:
        await asyncio.gather(*(putting(house, n, f"case-{n % 3}") for n in range(1, 40)))
        running, links = ZERO, dict[str, str]()
        for number, row in enumerate(house.store.recorder.rows(0, 1000), start=1):
            header = msgspec.json.decode(row.header)
            assert header["position"] == row.position == number
            assert header["sha256"] == digest(row.state)
            assert header["prev"] == links.get(row.stream, ZERO)
            links[row.stream] = link(row.stream, row.version, row.topic, row.state)
            running = chain(running, row.header)
            assert row.chain == running
        assert house.writer.head.chain == running


async def test_the_first_outcome_is_returned_again_also_after_a_restart(tmp_path: Path, store_setting: str):
    at = settings_of(tmp_path, None, store_setting)
    async with writing(PUBLISHER, at) as house:
        first = await putting(house, 5, "c", id="k1")
        assert await putting(house, 5, "c", id="k1") == first
    async with writing(PUBLISHER, at) as house:
        assert await putting(house, 5, "c", id="k1", expected=99) == first, "the key is looked up before If-Match"
        assert cents(house, "c") == 5


async def test_a_key_from_before_the_start_is_found_among_new_ones_in_a_group(tmp_path: Path, store_setting: str):
    async with writing(PUBLISHER, settings_of(tmp_path, None, store_setting)) as house:
        first = await putting(house, 5, "c", id="old")
    async with writing(PUBLISHER, settings_of(tmp_path, None, store_setting)) as house:
        asked = [
            putting(house, 1, "c", id="new-1"),
            putting(house, 5, "c", id="old"),
            putting(house, 1, "c", id="new-2"),
        ]
        assert (await asyncio.gather(*asked))[1] == first
        assert cents(house, "c") == 7


async def test_the_same_key_twice_in_one_group_is_decided_once(tmp_path: Path):
    async with writing(PUBLISHER, settings_of(tmp_path, None)) as house:
        outcomes = await asyncio.gather(*(putting(house, 5, "c", id="k1") for _ in range(20)))
        assert len({msgspec.json.encode(it) for it in outcomes}) == 1
        assert cents(house, "c") == 5


async def test_the_same_key_with_another_body_is_refused(tmp_path: Path):
    async with writing(PUBLISHER, settings_of(tmp_path, None)) as house:
        await putting(house, 5, "c", id="k1", body_hash="one")
        with pytest.raises(KeyReused):
            await putting(house, 6, "c", id="k1", body_hash="two")
        assert cents(house, "c") == 5


async def test_a_stale_version_is_refused_and_may_be_tried_again_with_the_same_key(tmp_path: Path):
    async with writing(PUBLISHER, settings_of(tmp_path, None)) as house:
        await putting(house, 5, "c")
        with pytest.raises(StaleVersion):
            await putting(house, 6, "c", id="k", expected=0)
        await putting(house, 6, "c", id="k", expected=1)
        assert cents(house, "c") == 11


async def test_a_named_exception_is_the_outcome_and_records_nothing(tmp_path: Path):
    async with writing(PUBLISHER, settings_of(tmp_path, None)) as house:
        outcome = await putting(house, 0, "c", id="k")
        assert (outcome.problem, outcome.status, outcome.last) == ("nothing-put", 409, 0)
        assert await putting(house, 0, "c", id="k") == outcome
        assert house.writer.head.position == 0


async def test_a_refusal_with_legal_meaning_is_recorded(tmp_path: Path):
    async with writing(PUBLISHER, settings_of(tmp_path, None)) as house:
        outcome = await putting(house, 1_000_001, "c")
        assert (outcome.refusal, outcome.last) == ("purse-full", 1)


async def test_a_refused_attempt_is_recorded_beside_the_case_whose_version_stays(tmp_path: Path):
    async with writing(PUBLISHER, settings_of(tmp_path, None)) as house:
        await putting(house, 5, "c")
        outcome = await putting(house, 5, "c", by="thief")
        assert (outcome.problem, outcome.refusal, outcome.status) == ("attempt-refused", "no-thieves", 403)
        [it] = house.store.history(attempts.stream("c"))
        assert it.event == AttemptRefused(action="put", rule="no-thieves", stream="purse-c")
        assert it.context.actor == "p-1"
        assert house.store.load(purse, "purse-c").version == 1


async def test_a_bug_in_one_command_does_not_touch_the_others_of_its_group(tmp_path: Path):
    async with writing(PUBLISHER, settings_of(tmp_path, None)) as house:
        broken = house.writer.execute(Request(decision=decision(purse, "x", Break()), caller=PERSON))
        results = await asyncio.gather(putting(house, 1, "c"), broken, putting(house, 2, "c"), return_exceptions=True)
        assert isinstance(results[1], ZeroDivisionError)
        assert cents(house, "c") == 3


@pytest.mark.postgres
async def test_no_lookup_reads_a_whole_table_even_when_it_was_prepared_while_that_was_small(
    tmp_path: Path, postgres_server: PostgresServer, postgres_database: str
):
    at = settings_of(tmp_path, None, postgres_server.url(postgres_database))
    async with writing(PUBLISHER, at) as house:
        for number in range(10):
            await putting(house, 1, f"few-{number}", id=f"key-{number}")
        await asyncio.gather(*(putting(house, 1, f"many-{number}", id=f"many-{number}") for number in range(300)))
        await putting(house, 1, "last", id="last")
    with psycopg.connect(postgres_server.dsn(postgres_database)) as owner:
        found = owner.execute(
            "SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE relname IN ('stored_events', 'command')"
        )
        assert dict(found.fetchall()) == {"stored_events": 0, "command": 0}


async def test_a_second_writer_cannot_commit(tmp_path: Path, store_setting: str):
    async with writing(PUBLISHER, settings_of(tmp_path, None, store_setting)) as house:
        await putting(house, 5, "c")
        stale = Batch(
            before=Head(epoch=house.writer.head.epoch, position=0, chain=ZERO),
            after=Head(epoch=house.writer.head.epoch, position=0, chain=ZERO), rows=[], lanes=[], commands=[],
        )  # fmt: skip
        with pytest.raises(FenceLost):
            await asyncio.to_thread(house.store.recorder.append, stale)
        assert cents(house, "c") == 5


async def test_a_writer_that_lost_the_fence_ends_and_records_nothing_more(
    tmp_path: Path, postgres_server: PostgresServer, postgres_database: str
):
    at = settings_of(tmp_path, None, postgres_server.url(postgres_database))
    await asyncio.to_thread(provision, PUBLISHER.name, at)
    first, second = build(PUBLISHER, at), build(PUBLISHER, at)
    tasks = [asyncio.create_task(it.writer.run()) for it in (first, second)]
    await asyncio.sleep(0.5)
    await putting(first, 5, "c")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2):
            await putting(second, 7, "c")
    assert isinstance(tasks[1].exception(), FenceLost)
    assert cents(first, "c") == 5
    tasks[0].cancel()
    for it in (first, second):
        it.views.close()
        it.store.recorder.close()


async def test_two_processes_never_open_one_sqlite_file(tmp_path: Path):
    async with writing(PUBLISHER, settings_of(tmp_path, None)):
        with pytest.raises(StoreLocked):
            recorder(f"sqlite:{tmp_path}", "intake")


@pytest.mark.parametrize("stored", [True, False])
async def test_a_commit_whose_answer_was_lost_is_looked_up_in_the_fence(
    tmp_path: Path, store_setting: str, stored: bool, monkeypatch: pytest.MonkeyPatch
):
    async with writing(PUBLISHER, settings_of(tmp_path, None, store_setting)) as house:
        real, failures = house.store.recorder.append, [1]

        def ambiguous(batch: Batch) -> None:
            if failures:
                failures.pop()
                if stored:
                    real(batch)
                raise OperationalError("connection lost")
            real(batch)

        monkeypatch.setattr(house.store.recorder, "append", ambiguous)
        outcome = await putting(house, 5, "c", id="k")
        assert cents(house, "c") == 5
        assert outcome.last == 1
        await putting(house, 2, "c")
        assert cents(house, "c") == 7


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 400_000)), max_size=30))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_commands_leave_what_a_replay_from_bytes_finds(tmp_path_factory: Any, commands: list[tuple[int, int]]):
    async def run() -> None:
        async with writing(PUBLISHER, settings_of(tmp_path_factory.mktemp("w"), None)) as house:
            await asyncio.gather(*(putting(house, amount, f"c{case}") for case, amount in commands))
            for case in range(4):
                cached = house.writer.cached(f"purse-c{case}")
                loaded = house.store.load(purse, f"purse-c{case}")
                assert cached is None or cached == loaded

    asyncio.run(run())
