"""The same year on both stores, and with either format of the treasury's files."""

from pathlib import Path

import pytest

from deploy.demo import run
from tests.servers import PostgresServer
from tests.system.conftest import Undisturbed
from tests.system.test_outbound_files import wrong
from tests.system.years import CHOSEN, differences


@pytest.mark.slow
@pytest.mark.postgres
def test_a_year_on_postgresql_whose_treasury_reads_hkr_ends_as_one_on_sqlite_with_iso_20022(
    undisturbed: Undisturbed, postgres_server: PostgresServer, postgres_database: str, tmp_path: Path
) -> None:
    store = postgres_server.url(postgres_database)
    found = run(tmp_path / "house", cases=CHOSEN, store=store, treasury_format="hkr-csv")
    assert differences(undisturbed.result, found) == []
    handed_over = list((tmp_path / "house" / "treasury" / "received").iterdir())
    assert handed_over
    assert {it.suffix for it in handed_over} == {".csv"}
    assert wrong(tmp_path / "house" / "treasury" / "received") == {}
    assert list((tmp_path / "house" / "stores").rglob("*.sqlite")) == []
