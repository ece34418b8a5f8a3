"""One zygote for all stories of fault, and houses made from it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.world import World, Zygote
from tests.servers import NatsServer, PostgresServer

type MakeWorld = Callable[..., World]


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    it = Zygote()
    yield it
    it.stop()


@pytest.fixture
def make_world(zygote: Zygote, nats_server: NatsServer, tmp_path: Path) -> MakeWorld:
    """Makes a house of its own, not entered yet: `make_world("with")`."""

    def make(name: str = "house", **more: Any) -> World:
        told: dict[str, Any] = {"folder": tmp_path / name, "nats": nats_server, "zygote": zygote}
        return World(**(told | more))

    return make


@pytest.fixture
def postgres_store(postgres_server: PostgresServer, postgres_database: str) -> str:
    """The setting of stores in a fresh database."""
    return postgres_server.url(postgres_database)
