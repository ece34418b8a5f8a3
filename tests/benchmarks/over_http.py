"""A durable command over HTTP from 32 clients, against an empty route: review's expert opinion, at the service as it runs.

Each request has its body checked, its person signed in, their role, the case and the version they saw (`If-Match`) looked
at, its idempotency key kept; the answer comes after the commit, while relays and views follow. The floor checks the body
and does nothing. Clients, server settings and requests are the same for both.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx2

from deploy.people import Person
from deploy.sign_in import TokenDesk
from shared.decider import value
from shared.identity import Role
from shared.topology import provision as provision_streams
from tests.benchmarks import clients
from tests.benchmarks.content import POSITIVE
from tests.benchmarks.process import Place
from tests.benchmarks.reviewing import open_cases, review
from tests.benchmarks.running import (
    CLIENTS,
    WITHIN,
    Bench,
    Figures,
    Lost,
    Part,
    Ratio,
    Run,
    check,
    fresh_place,
    in_process,
    on_loop,
    stored,
)
from tests.review.road import OPINION
from tests.servers import free_port

ISSUER = "https://sign-in.example"
TRACED = 0.01
"""The share of requests that is traced, as a house with many of them would set it."""


@value
class Opinions:
    """What each client asks: its token, its case, and another reason every time."""

    tokens: tuple[str, ...]
    cases: tuple[str, ...]

    def __call__(self, client: int, time: int) -> bytes:
        reasons = f"{POSITIVE.reasons} ({time})"
        body = json.dumps(OPINION | {"reasons": reasons}, ensure_ascii=False).encode()
        head = (
            f"POST /review/cases/{self.cases[client]}/opinion HTTP/1.1\r\nHost: bench\r\n"
            f"Authorization: Bearer {self.tokens[client]}\r\nContent-Type: application/json\r\n"
            f'Idempotency-Key: {client}-{time}\r\nIf-Match: "{time + 1}"\r\nContent-Length: {len(body)}\r\n\r\n'
        )
        return head.encode() + body


def opinions(place: Place) -> Opinions:
    """Clients with cases and tokens that the service will accept."""
    desk = TokenDesk(place.folder / "sign-in.pem", ISSUER)
    (place.folder / "jwks.json").write_text(json.dumps(desk.jwks()))
    people = [Person(id=f"p-{number}", name="", roles=(Role.EXPERT,)) for number in range(CLIENTS)]
    tokens = tuple(desk.issue(it, datetime.now(UTC))[0] for it in people)
    return Opinions(tokens=tokens, cases=tuple(uuid4().hex for _ in people))


async def opened(place: Place, cases: tuple[str, ...]) -> Figures:
    """Open the cases in review's store, before it serves."""
    async with review(place) as house:
        await open_cases(house, cases)
        return {"opened": house.writer.head.position}


# ---- Servers --------------------------------------------------------------------------------------------------------


@contextmanager
def server(command: list[str], port: int, environment: dict[str, str]) -> Generator[subprocess.Popen[bytes]]:
    """A process that answers on this port; its log is thrown away, but it is written."""
    with Path(os.devnull).open("wb") as nowhere:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=nowhere)
    try:
        _ready(process, port)
        yield process
    finally:
        process.terminate()
        process.wait(WITHIN)


def _ready(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + WITHIN
    while time.monotonic() < until:
        if process.poll() is not None:
            raise Lost(f"the server ended with {process.returncode}")
        try:
            if httpx2.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            pass  # not listening yet
        time.sleep(0.05)
    raise Lost(f"the server was not ready within {WITHIN:.0f} s")


def environment(place: Place, port: int) -> dict[str, str]:
    """What operations would tell the service."""
    told = {
        "port": port, "store": place.store, "nats_url": place.nats_url, "keys": f"sqlite:{place.folder / 'keys.sqlite'}",
        "kek_file": place.folder / "kek", "documents": place.folder / "documents", "jwks": place.folder / "jwks.json",
        "issuer": ISSUER, "trace_ratio": TRACED, "start_awaits_ledger": False,
    }  # fmt: skip
    return {f"FOERDERSTROM_{name.upper()}": str(it) for name, it in told.items()}


def memory(process: subprocess.Popen[bytes]) -> int:
    """The most memory (MB) that a running process took; 0 where the kernel does not tell."""
    status = Path(f"/proc/{process.pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(it.split()[1]) // 1024 for it in lines if it.startswith("VmHWM:")), 0)


# ---- The part -------------------------------------------------------------------------------------------------------


def _load(port: int, ask: Opinions, bench: Bench) -> Figures:
    found = in_process(clients.run, port, ask, bench.asked)
    del found["rss_mb"]  # the clients', not a service's
    return found


def floor(bench: Bench) -> Figures:
    """The empty route."""
    with fresh_place(bench, "sqlite") as place:
        port = free_port()
        with server([sys.executable, "-m", "tests.benchmarks.floor", str(port)], port, {}):
            return _load(port, opinions(place), bench)


def opinion(bench: Bench, store: str) -> Figures:
    """The real service, its events counted after it has stopped."""
    with fresh_place(bench, store, broker=True) as place:
        port, ask = free_port(), opinions(place)
        before = on_loop(opened, place, ask.cases)["opened"]
        asyncio.run(provision_streams(place.nats_url, ""))
        serve = [sys.executable, "-m", "services.review", "serve"]
        with server(serve, port, environment(place, port)) as process:
            policies = httpx2.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).json()["head"] - before
            found = {**_load(port, ask, bench), "rss_mb": memory(process)}
        check(stored(place, "review"), before + policies + found["acts"])
        return found


@contextmanager
def begin(bench: Bench) -> Generator[Run]:
    yield lambda variant: floor(bench) if variant == "floor" else opinion(bench, variant.removeprefix("opinion_"))


PART = Part(
    name="over_http",
    variants=["floor", "opinion_sqlite", "opinion_postgresql"],
    ratios={
        "http_vs_floor": Ratio(figure="acts_per_second", above="opinion_postgresql", below="floor"),
        "http_sqlite_vs_floor": Ratio(figure="acts_per_second", above="opinion_sqlite", below="floor"),
    },
    begin=begin,
)
