"""`make bench`: what our services do against stock parts, peers and floors, in ratios.

Both sides of a ratio in one run on the same machine, interleaved: each round runs every variant once; figures are medians
of the rounds, ratios medians of the rounds' ratios. Everything is durable on all sides. A run that loses or doubles an
event fails.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from tests.benchmarks import appends, growth, lifecycles, over_http, paying, rebuild
from tests.benchmarks.conversation import CONTRACTS, EVENTS
from tests.benchmarks.running import CLIENTS, Asked, Bench, Figures, Part
from tests.servers import PostgresServer, running_postgres

RESULTS = Path("var/bench/results.json")
PARTS: Sequence[Part] = (lifecycles.PART, appends.PART, over_http.PART, rebuild.PART, growth.PART, paying.PART)

type Rounds = list[dict[str, Figures]]


def rounds_of(part: Part, bench: Bench) -> Rounds:
    """Every round of a part, turned around each time, so that no variant always runs on what another left behind."""
    variants = [it for it in part.variants if bench.asked.variant in it]
    for it in variants:
        if reason := part.missing(it):
            print(f"!!! {part.name}: {it} is left out: {reason}", file=sys.stderr, flush=True)
    variants = [it for it in variants if not part.missing(it)]
    rounds: Rounds = []
    with part.begin(bench) as run:
        for number in range(bench.asked.rounds):
            rounds.append({})
            for variant in variants if number % 2 == 0 else variants[::-1]:
                rounds[-1][variant] = found = run(variant)
                rates = {name: it for name, it in found.items() if name.endswith("_per_second")}
                print(f"round {number + 1}  {part.name:10}  {variant:22}  {rates}", flush=True)
    return rounds


def ratios_of(part: Part, rounds: Rounds) -> dict[str, float]:
    """The part's ratios for which both sides ran."""
    found: dict[str, float] = {}
    for name, it in part.ratios.items():
        if it.above in rounds[0] and it.below in rounds[0]:
            found[name] = round(median(one[it.above][it.figure] / one[it.below][it.figure] for one in rounds), 2)
    return found


def medians_of(rounds: Rounds) -> dict[str, Figures]:
    """The medians of every variant's plain figures."""
    return {
        variant: {
            name: round(median(one[variant][name] for one in rounds), 2)
            for name, it in figures.items()
            if isinstance(it, int | float)
        }
        for variant, figures in rounds[0].items()
    }


def largest_memory(parts: dict[str, Rounds]) -> int:
    """MB of the largest process of our services in any run."""
    every = [figures for rounds in parts.values() for one in rounds for figures in one.values()]
    return max((int(it["rss_mb"]) for it in every if "rss_mb" in it), default=0)


def machine(postgres: PostgresServer) -> dict[str, Any]:
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
        "node": appends.node_version(),
    }
    with psycopg.connect(postgres.dsn()) as connection:
        for setting in ("server_version", "fsync", "synchronous_commit"):
            row = connection.execute(f"SHOW {setting}".encode()).fetchone()
            found[f"postgresql_{setting}"] = row[0] if row else ""
    return found


def _asked() -> tuple[list[Part], Asked]:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    names = [part.name for part in PARTS]
    parser.add_argument("--only", choices=names, action="append", help="this part; may be given several times")
    parser.add_argument(
        "--variant", default="", help="variants by part of their name: ours, sqlite, stock_postgresql …"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5, help="how long a run lasts, about")
    parser.add_argument("--count", type=int, default=0, help="operations per run, instead of --seconds")
    parser.add_argument("--in-flight", type=int, default=512, help="lifecycles at the same time")
    parser.add_argument(
        "--few", type=int, default=10_000, help="events in the small store; the large has a hundredfold"
    )
    parser.add_argument("--folder", type=Path, default=None, help="a disk to measure on, instead of the temporary one")
    given = vars(parser.parse_args())
    only = given.pop("only") or names
    return [part for part in PARTS if part.name in only], Asked(**given)


def main() -> None:
    parts, asked = _asked()
    rounds: dict[str, Rounds] = {}
    ratios: dict[str, float] = {}
    with ExitStack() as stack:
        postgres = stack.enter_context(running_postgres())
        described = machine(postgres)
        for part in parts:
            rounds[part.name] = rounds_of(part, Bench(asked=asked, postgres=postgres))
            ratios |= ratios_of(part, rounds[part.name])
    results = {
        "ratios": {**ratios, "rss_mb_max": largest_memory(rounds)},
        "left_out": {f"{part.name}/{it}": why for part in parts for it in part.variants if (why := part.missing(it))},
        "medians": {name: medians_of(it) for name, it in rounds.items()},
        "lifecycle": {"events": sum(EVENTS.values()), "contracts": CONTRACTS, "in_flight": asked.in_flight},
        "clients": CLIENTS,
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
