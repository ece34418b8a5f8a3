"""Single events from 32 concurrent clients on one PostgreSQL: our writer, the library's recorder, Emmett's event store.

Each client appends to one stream that it has, one event after the other, and expects the version it knows. The event is
review's expert opinion, with the same content and context on every side.
"""

import json
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from tests.benchmarks import library
from tests.benchmarks.content import DAY, POSITIVE
from tests.benchmarks.process import Place
from tests.benchmarks.reviewing import Experts, open_cases, review
from tests.benchmarks.running import (
    CLIENTS,
    Asked,
    Bench,
    Figures,
    Lost,
    Part,
    Ratio,
    Run,
    check,
    fresh_place,
    on_loop,
    stored,
    together,
)

# ---- Ours -----------------------------------------------------------------------------------------------------------


async def append(place: Place, asked: Asked) -> Figures:
    """Clients at the command seam of review."""
    async with review(place) as house:
        cases = {number: (uuid4().hex, 1) for number in range(CLIENTS)}
        await open_cases(house, [case for case, _ in cases.values()])
        found = await together(Experts(house, cases).act, asked)
        return {**found, "bytes": len(house.store.recorder.rows(house.writer.head.position - 1, 1)[0].state)}


# ---- The peer -------------------------------------------------------------------------------------------------------

PEER = Path(__file__).parent / "emmett"
INSTALLED = Path("var/bench/emmett")
PEER_CONNECTIONS = 10
"""What its pool has by default; with one for every client it was slower."""
INSTALLS_WITHIN = 180.0


def node_version() -> str:
    """What the peer runs on, or nothing."""
    if not shutil.which("node"):
        return ""
    return subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()


@cache
def peer_missing() -> str:
    """Why the peer cannot run here; its packages are installed as its lock file says, beside the results."""
    if not node_version() or not shutil.which("npm"):
        return "node and npm are not here"
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for file in PEER.iterdir():
        shutil.copy(file, INSTALLED)
    try:
        done = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=INSTALLED, capture_output=True, text=True, check=False, timeout=INSTALLS_WITHIN,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"npm ci took longer than {INSTALLS_WITHIN:.0f} s"
    return done.stderr[-500:] if done.returncode else ""


def peer(place: Place, asked: Asked) -> Figures:
    """Clients of Emmett's store in a node process, over a pool with a connection for each."""
    event = {
        "type": "ExpertOpinionRecorded",
        "data": {
            "opinion": "positive", "reasons": POSITIVE.reasons, "conditions": list[str](), "recorded_by": "p-expert",
            "recorded_on": DAY,
        },
        "metadata": {"actor": "p-expert", "role": "expert", "trace": f"00-{'0' * 31}1-{'0' * 15}1-00"},
    }  # fmt: skip
    told: dict[str, Any] = {
        "url": place.store, "connections": PEER_CONNECTIONS, "clients": CLIENTS, "seconds": asked.seconds,
        "count": asked.count, "warm": 10, "event": event,
    }  # fmt: skip
    done = subprocess.run(
        ["node", "append.mjs", json.dumps(told)], cwd=INSTALLED, capture_output=True, text=True, check=False,
        timeout=asked.seconds + 300,
    )  # fmt: skip
    if done.returncode:
        raise Lost(f"node ended: {done.stderr[-1000:]}")
    return json.loads(done.stdout.splitlines()[-1])


# ---- The part -------------------------------------------------------------------------------------------------------


def run(bench: Bench, variant: str) -> Figures:
    """One variant in a fresh database, its events counted afterwards."""
    with fresh_place(bench, "postgresql") as place:
        match variant:
            case "ours":
                found = on_loop(append, place, bench.asked)
                check(stored(place, "review"), CLIENTS + found["acts"])
            case "library":
                found = on_loop(library.append, place, bench.asked)
                del found["rss_mb"]
                check(stored(place, "public", "application_events"), CLIENTS + found["acts"])
            case _:
                found = peer(place, bench.asked)
                check(stored(place, "public", "emt_messages"), found["acts"])
                found["bytes"] = _peer_bytes(place)
    return found


def _peer_bytes(place: Place) -> int:
    with psycopg.connect(place.store) as connection:
        last = "SELECT length(message_data::text) + length(message_metadata::text) FROM emt_messages LIMIT 1"
        row = connection.execute(last).fetchone()
        return int(row[0]) if row else 0


@contextmanager
def begin(bench: Bench) -> Generator[Run]:
    yield lambda variant: run(bench, variant)


PART = Part(
    name="appends",
    variants=["ours", "library", "peer"],
    ratios={
        "append_vs_library": Ratio(figure="acts_per_second", above="ours", below="library"),
        "append_vs_peer": Ratio(figure="acts_per_second", above="ours", below="peer"),
    },
    begin=begin,
    missing=lambda variant: peer_missing() if variant == "peer" else "",
)
