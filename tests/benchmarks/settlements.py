"""`settle_vs_lxml`: a statement that tells 100,000 debits first, settled by the whole service in its store, against lxml that reads its fields."""

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import batched
from pathlib import Path
from uuid import uuid4

import psycopg
import uvloop
from psycopg import sql

from services.payout import batch as batches
from services.payout.settings import Settings
from services.payout.treasury.desk import Desk
from services.payout.treasury.directory import Directory
from services.payout.wiring import blueprint
from shared.service import House, build
from tests.benchmarks.accounts import MOST_MB, read_by_lxml, with_peak
from tests.benchmarks.handed_over import TITLES, cents_of, hand_over, payment_of, reference_of
from tests.benchmarks.ours import quiet
from tests.benchmarks.process import Place
from tests.benchmarks.running import Bench, Figures, Lost, alone, fresh_place, in_process
from tests.payout.messages import camt_053, details, entry

PAYMENTS = 100_000
BESIDE = 2
"""Events of a file beside those of its payments: its report and its statement."""


# ---- The file ----------------------------------------------------------------------------------------------------------


def euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def single(numbers: Iterator[int]) -> Iterator[str]:
    """A line for each payment."""
    for it in numbers:
        amount = euros(cents_of(it))
        yield entry(amount, details(reference_of(it), amount), servicer=f"K-{it:08d}")


def collected(numbers: Iterator[int]) -> Iterator[str]:
    """A line for each title of a file, with all its payments."""
    for some in batched(numbers, batches.MAX_ENTRIES):
        for title in range(TITLES):
            group = [it for it in some if it % TITLES == title]
            told = [details(reference_of(it), euros(cents_of(it))) for it in group]
            if group:
                yield entry(euros(sum(map(cents_of, group))), *told, servicer=f"K-{some[0]}-{title}")


SHAPES: dict[str, Callable[[Iterator[int]], Iterator[str]]] = {"single": single, "collected": collected}


def statement_file(shape: str, count: int, *more: int, without: int = -1) -> bytes:
    """The statement of the day; it can leave a payment out, and tell some once more."""
    numbers = [it for it in range(count) if it != without]
    lines = [*SHAPES[shape](iter(numbers)), *(it.replace("K-", "L-") for it in SHAPES[shape](iter(more)))]
    opening = euros(sum(map(cents_of, [*numbers, *more])) + 1_00)
    return camt_053(*lines, opening=opening, closing="1.00")


# ---- The service -------------------------------------------------------------------------------------------------------


def settings_of(place: Place) -> Settings:
    told = alone(place).model_dump(exclude={"nats_operator_password_file"})
    return Settings(**told, treasury=place.folder / "treasury")


async def settle(place: Place, count: int) -> Figures:
    """From the file in the folder to the commit; then until the lists show it."""
    quiet()
    house = build(blueprint, settings_of(place))
    working = [asyncio.ensure_future(house.writer.run())]
    await house.writer.started.wait()
    while await asyncio.to_thread(house.view_follower.step):
        pass
    working.append(asyncio.ensure_future(house.view_follower.run()))
    try:
        found = await _settled(house, place)
        check(house, count)
        return found
    finally:
        for it in working:
            it.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        house.views.close()
        house.store.recorder.close()


async def _settled(house: House, place: Place) -> Figures:
    directory, before = Directory(place.folder / "treasury"), house.writer.head.position
    started, worked = time.perf_counter(), time.process_time()
    desk = Desk(house=house, nudged=house.nudge.listener())
    await desk.round(directory)
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    if desk.troubles:
        raise Lost(f"the file was not taken in: {desk.troubles}")
    while house.view_follower.position < house.writer.head.position:
        await asyncio.sleep(0.01)
    shown = time.perf_counter() - started
    events = house.writer.head.position - before
    return {"seconds": seconds, "cpu_seconds": cpu, "shown_seconds": shown, "events": events}


def check(house: House, count: int) -> None:
    """Every payment is settled once, with its own cents, and the lists say the same."""
    settled: dict[str, int] = {}
    noted = 0
    position = 0
    while rows := house.store.recorder.rows(position, 1_000):
        position = rows[-1].position
        for row in rows:
            if row.topic.startswith("payout.payment-settled"):
                if row.stream in settled:
                    raise Lost(f"{row.stream} is settled twice")
                settled[row.stream] = house.store.mapper.recorded(row).event.cents
            noted += row.topic.startswith("payout.drawdown-paid")
    expected = {f"payment-{payment_of(it)}": cents_of(it) for it in range(count)}
    if settled != expected or noted != count:
        raise Lost(
            f"{len(settled)} payments and {noted} drawdowns of {count} are settled, {sum(settled.values())} cents"
        )
    shown = house.views.get("sums", "all")
    if shown is None or shown.body["settled"] != sum(expected.values()):
        raise Lost("the lists do not show what was settled")


def floor(place: Place, count: int) -> Figures:
    """What the disk and the database take for as many rows of the same size in one transaction."""
    file = place.folder / "floor.sqlite"
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE rows (position INTEGER PRIMARY KEY, stream TEXT, version INTEGER, topic TEXT, state BLOB, header BLOB,"
        " chain TEXT, UNIQUE (stream, version))"
    )
    many = 2 * count + BESIDE
    values = (
        (it, f"payment-{uuid4().hex}", 3, "payout.payment-settled.v1", b"s" * 460, b"h" * 420, "c" * 64)
        for it in range(many)
    )
    started = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO rows VALUES (?,?,?,?,?,?,?)", values)
    connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    file.unlink()
    return {"seconds": seconds, "rows_per_second": round(many / seconds)}


# ---- The rounds --------------------------------------------------------------------------------------------------------


class Rounds:
    """Each run settles on a fresh copy of the same store."""

    def __init__(self, bench: Bench, stack: ExitStack) -> None:
        self._bench, self._stack = bench, stack
        self._count = bench.asked.count or PAYMENTS
        self._filled: dict[str, Place] = {}
        self.files: dict[str, Path] = {}

    def run(self, variant: str) -> Figures:
        _, shape, where = variant.split("_")
        if where == "lxml":
            lines = self._count if shape == "single" else len(range(0, self._count, batches.MAX_ENTRIES)) * TITLES
            return with_peak(read_by_lxml, self._file(shape), lines, sum(map(cents_of, range(self._count))))
        if where not in self._filled:
            self._filled[where] = self._stack.enter_context(fresh_place(self._bench, where))
            in_process(hand_over, settings_of(self._filled[where]), self._count)
        if shape == "floor":
            return with_peak(floor, self._filled[where], self._count)
        with fresh_place(self._bench, where) as place:
            copied(self._bench, self._filled[where], place)
            folder = place.folder / "treasury" / "from-treasury"
            folder.mkdir(parents=True)
            shutil.copy(self._file(shape), folder)
            return self._checked(with_peak(_settle, place, self._count))

    def _file(self, shape: str) -> Path:
        if shape not in self.files:
            place = self._stack.enter_context(fresh_place(self._bench, "sqlite"))
            self.files[shape] = place.folder / f"{shape}.xml"
            in_process(_write, self.files[shape], shape, self._count)
        return self.files[shape]

    def _checked(self, found: Figures) -> Figures:
        if found["events"] != 2 * self._count + BESIDE:
            raise Lost(f"{found['events']} events instead of {2 * self._count + BESIDE}")
        if found["peak_mb"] >= MOST_MB:
            raise Lost(f"{found['peak_mb']} MB for a statement of {self._count} payments")
        return {**found, "payments_per_second": round(self._count / found["seconds"])}


def _settle(place: Place, count: int) -> Figures:
    return uvloop.run(settle(place, count))


def _write(file: Path, shape: str, count: int) -> Figures:
    file.write_bytes(statement_file(shape, count))
    return {}


def copied(bench: Bench, filled: Place, place: Place) -> None:
    """The filled store and its keys, once more."""
    for name in ("kek", "keys.sqlite"):
        if (filled.folder / name).exists():
            shutil.copy(filled.folder / name, place.folder)
    if filled.store.startswith("sqlite:"):
        shutil.copytree(filled.folder / "stores", place.folder / "stores", dirs_exist_ok=True)
        return
    assert bench.postgres is not None
    source, target = (it.store.rpartition("/")[2] for it in (filled, place))
    with psycopg.connect(bench.postgres.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(target)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(target), sql.Identifier(source))
        )


VARIANTS = (
    "settle_single_lxml",
    "settle_single_sqlite",
    "settle_single_postgresql",
    "settle_collected_lxml",
    "settle_collected_sqlite",
    "settle_floor_sqlite",
)
