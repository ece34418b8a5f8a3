"""One running intake for a whole module of API tests, in May 2025."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.conftest import StartNats
from tests.intake.offices import Desk, Place, blueprint, serving


@pytest.fixture(scope="module")
def desk(start_nats: StartNats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    nats = start_nats()
    place = Place(folder=tmp_path_factory.mktemp("intake"), nats=nats)
    place.turn_to(datetime(2025, 5, 12, 9, tzinfo=UTC))
    with serving(blueprint, place) as service:
        yield Desk(service)
    nats.stop()
