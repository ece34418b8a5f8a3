"""One running payout and one treasury beside it for all scenarios: each takes a case of its own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.payout.road import on_the_road
from tests.service import Place
from tests.treasury_simulator.scenarios import Scenarios


@pytest.fixture(scope="module")
def scenarios(start_nats: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenarios]:
    """The service as it is set up by default."""
    server = start_nats()
    with on_the_road(Place(folder=tmp_path_factory.mktemp("faults"), nats=server)) as road:
        yield Scenarios(road)
    server.stop()
