"""Two processes of one service on PostgreSQL: one writes, the other reads, and takes over when the first is gone."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from deploy.ports import free_port
from shared import lifecycle, postgresql
from shared.identity import Role
from shared.provisioning import provision
from shared.recorders import FenceLost
from shared.service import House, build
from shared.standby import LOST, PostgreSQLSeat
from tests.machinery.test_lanes import followed
from tests.machinery.toys import FOLLOWER, PUBLISHER, cents, provisioned, purse, put, putting, serving, settings, until
from tests.servers import NatsServer, PostgresServer, wait_until
from tests.service import Place

pytestmark = pytest.mark.postgres


@dataclass(kw_only=True)
class Process:
    """A toy service in a process of its own."""

    url: str
    client: httpx2.Client
    running: subprocess.Popen[bytes]

    def get(self, path: str) -> httpx2.Response:
        return self.client.get(self.url + path)

    def ready(self) -> dict[str, Any]:
        try:
            return self.get("/health/ready").json()
        except httpx2.HTTPError:
            return {}

    def put(self, amount: int, key: str) -> httpx2.Response:
        headers = {"Idempotency-Key": key}
        return self.client.post(f"{self.url}/intake/purses/case", json={"cents": amount}, headers=headers)

    def kill(self) -> None:
        self.running.kill()
        self.running.wait()


@contextmanager
def process(place: Place, **more: Any) -> Generator[Process]:
    told = place.settings(**more).model_dump(mode="json", exclude_none=True)
    port = free_port()
    environment = {f"FOERDERSTROM_{name.upper()}": str(it) for name, it in (told | {"port": port}).items()}
    with (place.folder / f"{port}.log").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "tests.machinery.toy_process"], env=dict(os.environ) | environment, stdout=log,
            stderr=log, cwd=Path(__file__).parents[2],
        )  # fmt: skip
    client = httpx2.Client(headers={"Authorization": f"Bearer {place.token('p-1', Role.EXPERT)}"}, timeout=10)
    it = Process(url=f"http://127.0.0.1:{port}", client=client, running=running)
    try:
        wait_until(lambda: bool(it.ready()), "der Prozess", within=40)
        yield it
    finally:
        client.close()
        it.kill()


@pytest.fixture
def place(tmp_path: Path, nats_server: NatsServer, postgres_server: PostgresServer, postgres_database: str) -> Place:
    found = Place(folder=tmp_path / "place", nats=nats_server, store=postgres_server.url(postgres_database))
    provision("intake", found.settings())
    return found


def stubbornly(processes: list[Process], amount: int, key: str) -> None:
    """What a client does: the same request with the same key, to whoever takes it, until it is answered."""
    until_then = time.monotonic() + 40
    while True:
        for it in processes:
            with suppress(httpx2.HTTPError):
                answer = it.put(amount, key)
                if answer.status_code < 300:
                    return
                assert answer.status_code == 503, answer.text
        assert time.monotonic() < until_then, "nobody takes it"
        time.sleep(0.05)


async def test_the_standby_reads_refuses_to_write_and_takes_over_without_losing_or_doubling_a_cent(
    place: Place, tmp_path: Path, nats_server: NatsServer
):
    def story() -> None:
        with process(place) as first, process(place) as second:
            wait_until(lambda: first.ready()["status"] == "ok", "der erste")
            stubbornly([first], 1, "first")
            assert second.ready()["standing_by"]
            assert second.get("/health/startup").status_code == 200
            assert second.get("/intake/purses/case").json() == {"cents": 1}
            refused = second.put(2, "refused")
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
            assert "Bereitschaft" in refused.json()["detail"]
            for number in range(40):
                if number == 20:
                    first.kill()
                stubbornly([first, second], 10, f"key-{number}")
            for number in range(40):
                stubbornly([second], 10, f"key-{number}")
            assert second.get("/intake/purses/case").json() == {"cents": 401}
            with process(place) as third:
                assert third.ready()["standing_by"]
                assert third.get("/intake/purses/case").json() == {"cents": 401}

    async with serving(FOLLOWER, settings(tmp_path / "f", nats_server)) as follower:
        await asyncio.to_thread(story)
        await until(lambda: followed(follower) == 41)
        assert cents(follower, "case") == 401


async def test_a_seat_lost_to_nobody_is_taken_again_and_commands_wait_meanwhile(
    place: Place, postgres_database: str, postgres_server: PostgresServer
):
    async with serving(PUBLISHER, place.settings()) as publisher:
        await putting(publisher, 1, "case")
        holder = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype='advisory' AND database=(SELECT oid FROM pg_database WHERE datname=%s)"
        with psycopg.connect(postgres_server.dsn(), autocommit=True) as operator:
            assert operator.execute(holder, (postgres_database,)).fetchall()
        await until(lambda: publisher.writer.refusing == LOST or publisher.seat.holds())
        await until(lambda: not publisher.writer.refusing)
        await putting(publisher, 2, "case")
        assert cents(publisher, "case") == 3


async def test_a_seat_lost_to_another_ends_the_process(place: Place, monkeypatch: pytest.MonkeyPatch):
    ended: list[int] = []
    monkeypatch.setattr(lifecycle, "_end", lambda code, _reason: ended.append(code))
    async with serving(PUBLISHER, place.settings()) as publisher:
        publisher.seat.close()
        other = PostgreSQLSeat(place.store, "intake")
        await until(other.take)
        await until(lambda: ended == [72])
        assert publisher.writer.refusing == LOST
        other.close()


async def both_put(place: Place) -> tuple[House, list[Any]]:
    """Two writers that know nothing of each other put 700,000 cents into a purse that holds a million."""
    first, second = await provisioned(PUBLISHER, place.settings()), build(PUBLISHER, place.settings())
    writing = [asyncio.create_task(it.writer.run()) for it in (first, second)]
    await until(lambda: not first.writer.refusing and not second.writer.refusing)
    for it in (first, second):
        it.writer.load(purse, purse.stream("case"))  # both have seen it empty
    outcomes: list[Any] = []
    for house, task in zip((first, second), writing, strict=True):
        asked = asyncio.create_task(house.writer.execute(put(700_000, "case")))
        await asyncio.wait([asked, task], return_when=asyncio.FIRST_COMPLETED)
        outcomes.append(task.exception() if task.done() else asked.result().refusal or asked.result().problem)
        asked.cancel()
    for task in writing:
        task.cancel()
    await asyncio.gather(*writing, return_exceptions=True)
    second.views.close()
    second.store.recorder.close()
    return first, outcomes


async def test_two_writers_without_a_seat_are_told_apart_by_the_fence(place: Place):
    house, [one, another] = await both_put(place)
    assert one == ""
    assert isinstance(another, FenceLost)
    assert cents(house, "case") == 700_000
    house.views.close()
    house.store.recorder.close()


async def test_without_seat_fence_and_unique_positions_two_writers_fork_the_money(
    place: Place, postgres: str, monkeypatch: pytest.MonkeyPatch
):
    fence = "WHERE one=1 AND epoch={p} AND position={p} AND chain={p}"
    no_fence = "WHERE {p}::text<>'' AND {p}::bigint>=0 AND {p}::text<>''"
    assert fence in postgresql._APPEND
    monkeypatch.setattr(postgresql, "_APPEND", postgresql._APPEND.replace(fence, no_fence))
    with psycopg.connect(postgres, autocommit=True) as owner:
        for name in ("stored_events_pkey", "stored_events_originator_id_originator_version_key"):
            owner.execute(f"ALTER TABLE intake.stored_events DROP CONSTRAINT {name}".encode())
    house, outcomes = await both_put(place)
    assert outcomes == ["", ""], "both were acknowledged"
    assert cents(house, "case") == 1_400_000, "in a purse that never holds more than a million"
    assert [it.position for it in house.store.recorder.rows_of([purse.stream("case")])] == [1, 1]
    house.views.close()
    house.store.recorder.close()
