"""The servers that the other tests lean on are what they are taken for."""

import nats
import psycopg
import pytest

from shared.opening import recorder
from tests.servers import NatsServer


async def test_a_killed_nats_server_comes_back_on_its_port_with_all_it_acknowledged(nats_server: NatsServer) -> None:
    connection = await nats.connect(nats_server.url)
    stream = connection.jetstream()
    await stream.add_stream(name="LANE", subjects=["lane.>"])
    for number in range(20):
        await stream.publish("lane.intake", str(number).encode())
    await connection.close()

    nats_server.kill()
    url = nats_server.url
    nats_server.start()

    assert nats_server.url == url
    connection = await nats.connect(url)
    info = await connection.jetstream().stream_info("LANE")
    assert info.state.messages == 20
    await connection.close()


async def test_a_wiped_nats_server_has_forgotten_everything(nats_server: NatsServer) -> None:
    connection = await nats.connect(nats_server.url)
    await connection.jetstream().add_stream(name="LANE", subjects=["lane.>"])
    await connection.close()

    nats_server.kill()
    nats_server.wipe()
    nats_server.start()

    connection = await nats.connect(nats_server.url)
    assert await connection.jetstream().streams_info() == []
    await connection.close()


@pytest.mark.postgres
def test_postgres_syncs_to_disk_and_every_test_has_a_database_of_its_own(postgres: str) -> None:
    with psycopg.connect(postgres) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        assert connection.info.server_version >= 150000


def test_a_store_can_be_made_at_either_setting(store_setting: str) -> None:
    made = recorder(store_setting, "intake")
    made.provision("epoch", "")
    assert made.head().position == 0
    made.close()
