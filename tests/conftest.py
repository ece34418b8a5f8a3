"""What every test may ask for: real servers, started once, with something fresh for each test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.servers import NatsServer, PostgresServer, ServerUnavailable, running_postgres

type StartNats = Callable[..., NatsServer]

# How long an example takes says how busy the machine is, not whether what it says is true.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def start_nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartNats]:
    """Starts a nats-server with its own empty directory: `start_nats(config="…")`."""
    started: list[NatsServer] = []

    def start(config: str = "", folder: Path | None = None) -> NatsServer:
        server = NatsServer(folder=folder or tmp_path_factory.mktemp("nats"), config=config)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def shared_nats(start_nats: StartNats) -> NatsServer:
    """One nats-server for the whole run; use streams and subjects of your own, never kill or wipe it."""
    return start_nats()


@pytest.fixture
def nats_server(start_nats: StartNats) -> Iterator[NatsServer]:
    """A nats-server for this test alone: kill it, wipe it, start it again."""
    server = start_nats()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL cluster for the whole run. Skips loudly without one, but never in CI."""
    try:
        with running_postgres() as server:
            yield server
    except ServerUnavailable as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"kein PostgreSQL: {missing}")


@pytest.fixture
def postgres_database(postgres_server: PostgresServer) -> Iterator[str]:
    """The name of a fresh database of this test's own."""
    name = postgres_server.fresh_database()
    yield name
    postgres_server.drop_database(name)


@pytest.fixture
def postgres(postgres_server: PostgresServer, postgres_database: str) -> str:
    """The libpq DSN of that database."""
    return postgres_server.dsn(postgres_database)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_setting(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The setting of a store (`shared.recorders.recorder`), once on SQLite and once on PostgreSQL: what holds, holds on both."""
    if request.param == "sqlite":
        return f"sqlite:{tmp_path / 'stores'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.url(request.getfixturevalue("postgres_database"))
