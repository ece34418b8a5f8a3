"""`make bench`: whole lifecycles per second, our services against the same conversation on stock parts.

Both sides in one run on the same machine, interleaved: each round runs every variant once with fresh stores and a fresh
nats-server; figures are medians of the rounds, ratios medians of the rounds' ratios. Everything is durable on both sides.
A run that loses or doubles an event, or pays another sum, fails.
"""

import argparse
import json
import multiprocessing
import os
import platform
import secrets
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from tests.benchmarks.conversation import BEGINS_AT, CONTRACTS, DRAWN_CENTS, EVENTS, MOST, SERVICES, Tally
from tests.benchmarks.process import Place, serve
from tests.servers import NatsServer, PostgresServer, running_postgres

RESULTS = Path("var/bench/results.json")
VARIANTS = tuple((side, store) for store in ("sqlite", "postgresql") for side in ("stock", "ours", "whole"))
WITHIN = 120.0
"""Seconds within which a process must have come up, or answer."""
ARRIVES_WITHIN = 60.0
"""Seconds within which the last of what was sent must have arrived everywhere."""


class Lost(Exception):
    """The run cannot count: an event was lost or doubled, or a process ended."""


@contextmanager
def parties(side: str, place: Place) -> Generator[dict[str, Connection]]:
    """The three services as processes, ready."""
    spawn = multiprocessing.get_context("spawn")
    pipes: dict[str, Connection] = {}
    processes: list[Any] = []
    try:
        for service in SERVICES:
            pipes[service], theirs = spawn.Pipe()
            processes.append(spawn.Process(target=serve, args=(theirs, side, service, place), daemon=True))
            processes[-1].start()
            theirs.close()
        for service in SERVICES:
            _answer(pipes[service], WITHIN)
        yield pipes
        for process in processes:
            process.join(WITHIN)
    finally:
        for process in processes:
            process.kill()


def _answer(pipe: Connection, within: float) -> Any:
    try:
        if pipe.poll(within):
            return pipe.recv()
    except (EOFError, ConnectionError) as error:
        raise Lost("a service ended; see above") from error
    raise Lost(f"no answer within {within:.0f} s")


def _ask(pipes: dict[str, Connection], *request: Any) -> dict[str, Any]:
    for pipe in pipes.values():
        pipe.send(request)
    return {service: _answer(pipe, WITHIN) for service, pipe in pipes.items()}


def _arrived(pipes: dict[str, Connection], before: dict[str, Tally], lived: int) -> None:
    """Wait until every service has recorded exactly what the lifecycles leave, and no more."""
    expected = {it: before[it].events + lived * EVENTS[it] for it in SERVICES}
    until = time.monotonic() + ARRIVES_WITHIN
    while True:
        found = _ask(pipes, "tally")
        counted = {it: found[it].events for it in SERVICES}
        if counted == expected:
            break
        if time.monotonic() > until or any(counted[it] > expected[it] for it in SERVICES):
            raise Lost(f"{counted} events instead of {expected}")
        time.sleep(0.05)
    if found["review"].paid_cents != lived * DRAWN_CENTS:
        raise Lost(f"{found['review'].paid_cents} cents paid instead of {lived * DRAWN_CENTS}")


def measure(side: str, place: Place, count: int, in_flight: int, seconds: float) -> dict[str, Any]:
    """One run: a few lifecycles alone in the house, some to warm up, then `count` of them (0: as many as fill `seconds`)."""
    with parties(side, place) as pipes:
        before = _ask(pipes, "tally")
        alone, warm = 10, 2 * in_flight

        def live(number: int, at_once: int) -> dict[str, Any]:
            pipes["intake"].send(("live", number, at_once))
            return _answer(pipes["intake"], 600)

        quiet = live(alone, 1)
        rate = warm / live(warm, in_flight)["seconds"]
        count = count or min(MOST - alone - warm, max(in_flight, int(rate * seconds)))
        idle = _ask(pipes, "used")
        load = live(count, in_flight)
        _arrived(pipes, before, alone + warm + count)
        used = _ask(pipes, "used")
        if damage := {it: text for it, text in _ask(pipes, "verify").items() if text}:
            raise Lost(str(damage))
        for pipe in pipes.values():
            pipe.send(("stop",))
    took = quantiles(load["took"], n=100)
    return {
        "lifecycles": count,
        "seconds": round(load["seconds"], 2),
        "lifecycles_per_second": round(count / load["seconds"], 1),
        "latency_ms": {"p50": round(took[49] * 1e3), "p99": round(took[98] * 1e3)},
        "alone_ms": round(median(quiet["took"]) * 1e3, 1),
        "cpu_ms_all": round(sum(used[it].cpu_seconds - idle[it].cpu_seconds for it in SERVICES) / count * 1e3, 2),
        "machine_load": round(os.getloadavg()[0], 1),
        "rss_mb": {it: used[it].rss_mb for it in SERVICES},
        "cpu_ms": {it: round((used[it].cpu_seconds - idle[it].cpu_seconds) / count * 1e3, 2) for it in SERVICES},
    }


def run(side: str, store: str, postgres: PostgresServer | None, asked: argparse.Namespace) -> dict[str, Any]:
    """One run in a fresh folder, database and nats-server."""
    with TemporaryDirectory(prefix="foerderstrom-bench-", dir=asked.folder) as name:
        folder = Path(name)
        (folder / "kek").write_bytes(secrets.token_bytes(32))
        (folder / "operator").write_text("operator")
        (folder / "jwks.json").write_text('{"keys": []}')
        offset = datetime.fromisoformat(BEGINS_AT) - datetime.now(UTC)
        (folder / "calendar.json").write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
        (folder / "nats").mkdir()
        nats = NatsServer(folder=folder / "nats").start()
        database = postgres.fresh_database() if postgres is not None and store == "postgresql" else ""
        try:
            where = postgres.url(database) if postgres is not None and database else f"sqlite:{folder / 'stores'}"
            place = Place(folder=folder, store=where, nats_url=nats.url)
            return measure(side, place, asked.count, asked.in_flight, asked.seconds)
        finally:
            nats.stop()
            if postgres is not None and database:
                postgres.drop_database(database)


def machine(postgres: PostgresServer | None) -> dict[str, Any]:
    """What the figures were measured on."""
    information = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    models = [line.partition(":")[2].strip() for line in information.splitlines() if line.startswith("model name")]
    found: dict[str, Any] = {
        "cpu": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "nats": subprocess.run(
            [Path(sys.executable).parent / "nats-server", "--version"], capture_output=True, text=True, check=True
        ).stdout.strip(),
    }
    if postgres is not None:
        with psycopg.connect(postgres.dsn()) as connection:
            for setting in ("server_version", "fsync", "synchronous_commit"):
                row = connection.execute(f"SHOW {setting}".encode()).fetchone()
                found[f"postgresql_{setting}"] = row[0] if row else ""
    return found


def summary(rounds: Sequence[dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """Medians per variant and the ratios that count."""
    names = list(rounds[0])
    fields = ("lifecycles_per_second", "alone_ms", "cpu_ms_all")
    medians = {name: {it: median(one[name][it] for one in rounds) for it in fields} for name in names}
    ratios: dict[str, float] = {}
    for store, ratio in (("sqlite", "lifecycle_sqlite_vs_stock"), ("postgresql", "lifecycle_vs_stock")):
        ours, stock = f"ours_{store}", f"stock_{store}"
        if ours in names and stock in names:
            of_rounds = [it[ours]["lifecycles_per_second"] / it[stock]["lifecycles_per_second"] for it in rounds]
            ratios[ratio] = round(median(of_rounds), 1)
    return {"ratios": ratios, "medians": medians}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8, help="how long a run lasts, about")
    parser.add_argument("--count", type=int, default=0, help="lifecycles per run, instead of --seconds")
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--only", default="", help="variants by part of their name: ours, sqlite, stock_postgresql …")
    parser.add_argument("--folder", type=Path, default=None, help="a disk to measure on, instead of the temporary one")
    asked = parser.parse_args()
    variants = [(side, store) for side, store in VARIANTS if asked.only in f"{side}_{store}"]
    with running_postgres() as postgres:
        described = machine(postgres)
        rounds: list[dict[str, dict[str, Any]]] = []
        for number in range(asked.rounds):
            rounds.append({})
            for side, store in variants if number % 2 == 0 else variants[::-1]:
                found = rounds[-1][f"{side}_{store}"] = run(side, store, postgres, asked)
                print(
                    f"round {number + 1}  {side:5}  {store:10}  {found['lifecycles_per_second']:8.1f} lifecycles/s",
                    flush=True,
                )
    results = {
        **summary(rounds),
        "lifecycle": {"events": sum(EVENTS.values()), "contracts": CONTRACTS, "in_flight": asked.in_flight},
        "machine": described,
        "command": "python -m tests.benchmarks " + " ".join(sys.argv[1:]),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rounds": rounds,
    }
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    print(json.dumps(results["ratios"]), f"→ {RESULTS}")


if __name__ == "__main__":
    main()
