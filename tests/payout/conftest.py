"""One running payout for many tests: each takes a case of its own."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.payout.road import Road, on_the_road
from tests.service import Place


@pytest.fixture(scope="module")
def road(start_nats: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    """A payout service that all tests of a module share; never stop it, never wipe its folder."""
    server = start_nats()
    with on_the_road(Place(folder=tmp_path_factory.mktemp("payout"), nats=server)) as running:
        yield running
    server.stop()


@pytest.fixture
def case() -> str:
    """A case that nobody else uses."""
    return uuid4().hex
