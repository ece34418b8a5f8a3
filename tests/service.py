"""One service in earnest, for its API tests: a real broker, a real store, HTTP on a real port, signed tokens.

    with serving(blueprint, place) as service:
        clerk = service.client("p-clerk", Role.INTAKE_CLERK)
        service.tell("review", case, FundsAssigned(...))

Start it again at the same place, and it finds what it had recorded.
"""

import asyncio
import json
import secrets
import socket
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import nats
import uvicorn

from deploy.files import kept_secret, write_atomically
from deploy.people import Person
from deploy.sign_in import TokenDesk
from shared.calendar import local_date
from shared.formats import ZERO, Envelope, Frame, encode, pack_envelopes
from shared.identity import Role
from shared.provisioning import provision
from shared.service import Blueprint, House, application, build
from shared.settings import Settings
from shared.topology import lane
from tests.servers import NatsServer, ServerUnavailable, wait_until

ISSUER = "https://sign-in.example"


@dataclass(kw_only=True)
class Place:
    """Where services run and what outlives them: keys, broker, stores, a calendar that tests may turn."""

    folder: Path
    nats: NatsServer
    store: str = ""
    """The setting of the stores, SQLite in the folder unless told otherwise (fixture `store_setting`)."""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.desk = TokenDesk(self.folder / "sign-in.pem", ISSUER)
        (self.folder / "jwks.json").write_text(json.dumps(self.desk.jwks()))
        kept_secret(self.folder / "kek", lambda: secrets.token_bytes(32))
        kept_secret(self.folder / "operator", lambda: secrets.token_hex(32).encode())

    def settings[S: Settings](self, kind: type[S] = Settings, **more: Any) -> S:
        """The settings of a service here; `more` are its own."""
        told: dict[str, Any] = {
            "store": self.store or f"sqlite:{self.folder / 'stores'}", "nats_url": self.nats.url,
            "nats_operator_password_file": self.folder / "operator", "keys": f"sqlite:{self.folder / 'keys.sqlite'}",
            "kek_file": self.folder / "kek", "documents": self.folder / "documents", "jwks": str(self.folder / "jwks.json"),
            "issuer": ISSUER, "calendar": self.folder / "calendar.json",
            "start_awaits_ledger": False,
        }  # fmt: skip
        return kind(**(told | more))

    def turn_to(self, instant: datetime) -> None:
        """Let the services' calendar show this instant from now on; a running service goes only forwards."""
        offset = (instant - datetime.now(UTC)).total_seconds()
        write_atomically(self.folder / "calendar.json", json.dumps({"offset_seconds": offset}).encode())

    def token(self, actor: str, *roles: Role, keys: tuple[str, ...] = (), now: datetime | None = None) -> str:
        """A token for a person; `keys` are the municipalities they act for, `now` when it was issued."""
        person = Person(id=actor, name=actor, roles=roles, applicant_keys=keys)
        return self.desk.issue(person, now or datetime.now(UTC))[0]


@dataclass(kw_only=True)
class Running:
    """A service that answers at `url`; `house` is its inside, for looking only."""

    place: Place
    house: House
    url: str
    _told: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    _clients: list[httpx2.Client] = field(default_factory=list[httpx2.Client])

    def client(self, actor: str = "", *roles: Role, keys: tuple[str, ...] = ()) -> httpx2.Client:
        """A client signed in as this person, or as nobody."""
        headers = {"Authorization": f"Bearer {self.place.token(actor, *roles, keys=keys)}"} if actor else {}
        client = httpx2.Client(base_url=self.url, headers=headers, timeout=20)
        self._clients.append(client)
        return client

    def settled(self) -> None:
        """Wait until everything recorded so far is in the views."""
        wait_until(lambda: self.house.writer.idle and self.house.view_follower.idle, "die Sichten")

    def forget_first_answers(self) -> None:
        """As after thirty days, or a recovery: neither the store nor the process knows what a key was answered."""
        self.house.store.recorder.forget_commands("9999")
        self.house.writer._answered.clear()  # pyright: ignore[reportPrivateUsage]

    def tell(self, source: str, case: str, *contracts: Any) -> None:
        """Publish contracts as another service would, and wait until this one has followed and seen them."""
        before, chain = self._told.get(source) or self._followed(source)
        last = before + len(contracts)
        now = self.house.now()
        raw = [
            encode(
                Envelope(
                    contract=it.CONTRACT,
                    version=it.VERSION,
                    position=position,
                    at=now,
                    valid_on=local_date(now),
                    case=case,
                    cause="",
                    trace="",
                    body=msgspec.Raw(encode(it)),
                )
            )
            for position, it in enumerate(contracts, before + 1)
        ]
        frame = Frame(
            source=source, epoch="told", first=before + 1, last=last, previous=before, chain_previous=chain,
            chain_last=sha256(chain.encode() + raw[-1]).hexdigest(), body=pack_envelopes(raw),
        )  # fmt: skip
        with ThreadPoolExecutor(1) as aside:  # a browser test runs a loop in this thread
            aside.submit(asyncio.run, _publish(self.place.nats.url, frame)).result()
        self._told[source] = last, frame.chain_last
        wait_until(lambda: self._followed(source)[0] >= last, f"die Spur {source}")
        self.settled()

    def _followed(self, source: str) -> tuple[int, str]:
        found = self.house.writer.lanes.get(source)
        return (found.position, found.chain) if found else (0, ZERO)

    def close(self) -> None:
        for client in self._clients:
            client.close()


async def _publish(url: str, frame: Frame) -> None:
    connection = await nats.connect(url)
    await connection.jetstream().publish(lane(frame.source), frame.body, headers=frame.headers())
    await connection.close()


@contextmanager
def serving(blueprint: Blueprint, place: Place, settings: Settings | None = None) -> Generator[Running]:
    """Provision and run a service until the block ends, gracefully; the process is the test's own."""
    settings = settings or place.settings()
    provision(blueprint.name, settings)
    house = build(blueprint, settings)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        # On a busy machine a test may pause for longer than the usual five seconds between two requests of one connection.
        uvicorn.Config(application(house), log_config=None, access_log=False, timeout_keep_alive=120)
    )
    thread = threading.Thread(target=server.run, args=([listening],), name=f"serving {blueprint.name}")
    thread.start()
    running = Running(place=place, house=house, url=f"http://127.0.0.1:{listening.getsockname()[1]}")
    try:
        wait_until(lambda: server.started or not thread.is_alive(), f"der Dienst {blueprint.name}")
        if not server.started:
            raise ServerUnavailable(f"der Dienst {blueprint.name} begann nicht")
        wait_until(lambda: not house.writer.refusing, f"ein Dienst {blueprint.name}, der Eingaben annimmt")
        yield running
    finally:
        running.close()
        server.should_exit = True
        thread.join(30)
        listening.close()
