"""Whole lifecycles per second: our services against the same conversation on stock parts, each three processes."""

import multiprocessing
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from statistics import median, quantiles
from typing import Any

from tests.benchmarks.conversation import BESIDE, DRAWN_CENTS, EVENTS, MOST, SERVICES, Tally
from tests.benchmarks.process import Place, serve
from tests.benchmarks.running import WITHIN, Asked, Bench, Figures, Lost, Part, Ratio, Run, fresh_place

ARRIVES_WITHIN = 60.0
"""Seconds within which the last of what was sent must have arrived everywhere."""


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


def _at_rest(pipes: dict[str, Connection]) -> dict[str, Tally]:
    """What lies in the logs once nothing comes in any more: the policies that review tells intake at its start are no lifecycle's."""
    found, until = _ask(pipes, "tally"), time.monotonic() + ARRIVES_WITHIN
    while time.monotonic() < until:
        time.sleep(1)
        before, found = found, _ask(pipes, "tally")
        if {it: before[it].events for it in SERVICES} == {it: found[it].events for it in SERVICES}:
            break
    return found


def _arrived(pipes: dict[str, Connection], before: dict[str, Tally], lived: int, each: dict[str, int]) -> None:
    """Wait until every service has recorded exactly what the lifecycles leave, and no more."""
    expected = {it: before[it].events + lived * each[it] for it in SERVICES}
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


def measure(side: str, place: Place, asked: Asked) -> Figures:
    """One run: a few lifecycles alone in the house, some to warm up, then those that count."""
    in_flight, count = asked.in_flight, asked.count
    with parties(side, place) as pipes:
        before = _at_rest(pipes)
        alone, warm = 10, in_flight

        def live(number: int, at_once: int) -> dict[str, Any]:
            pipes["intake"].send(("live", number, at_once))
            return _answer(pipes["intake"], 600)

        quiet = live(alone, 1)
        rate = warm / live(warm, in_flight)["seconds"]
        count = count or min(MOST - alone - warm, max(2 * in_flight, int(rate * asked.seconds)))
        idle = _ask(pipes, "used")
        load = live(count, in_flight)
        each = EVENTS if side == "stock" else {it: EVENTS[it] + BESIDE[it] for it in SERVICES}
        _arrived(pipes, before, alone + warm + count, each)
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
        "stock_rss_mb" if side == "stock" else "rss_mb": max(used[it].rss_mb for it in SERVICES),
        "cpu_ms": {it: round((used[it].cpu_seconds - idle[it].cpu_seconds) / count * 1e3, 2) for it in SERVICES},
    }


@contextmanager
def begin(bench: Bench) -> Generator[Run]:
    def run(variant: str) -> Figures:
        side, store = variant.split("_")
        with fresh_place(bench, store, broker=True) as place:
            return measure(side, place, bench.asked)

    yield run


PART = Part(
    name="lifecycles",
    variants=[f"{side}_{store}" for store in ("sqlite", "postgresql") for side in ("stock", "ours", "whole")],
    ratios={
        "lifecycle_sqlite_vs_stock": Ratio(figure="lifecycles_per_second", above="ours_sqlite", below="stock_sqlite"),
        "lifecycle_vs_stock": Ratio(figure="lifecycles_per_second", above="ours_postgresql", below="stock_postgresql"),
    },
    begin=begin,
)
