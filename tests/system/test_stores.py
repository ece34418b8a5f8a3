"""The same year on both stores."""

from pathlib import Path

import pytest

from deploy.demo import run
from tests.servers import PostgresServer
from tests.system.conftest import Undisturbed
from tests.system.years import CHOSEN, differences


@pytest.mark.slow
@pytest.mark.postgres
def test_a_year_on_postgresql_ends_as_on_sqlite(
    undisturbed: Undisturbed, postgres_server: PostgresServer, postgres_database: str, tmp_path: Path
) -> None:
    found = run(tmp_path / "house", cases=CHOSEN, store=postgres_server.url(postgres_database))
    assert differences(undisturbed.result, found) == []
    assert list((tmp_path / "house" / "stores").rglob("*.sqlite")) == []
