"""One running payout and one treasury beside it for all scenarios: each takes a case of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.payout.road import on_the_road
from tests.service import Place
from tests.treasury_simulator.scenarios import Scenarios

WRITES = {"iso20022": "iso20022", "hkr": "hkr-xml"}
"""How the house writes its files, by the format of a fault."""


@pytest.fixture(scope="module")
def scenarios(
    start_nats: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Scenarios]]:
    """A service for each format, begun when it is first asked for."""
    server, begun = start_nats(), dict[str, Scenarios]()
    with ExitStack() as stack:

        def of(form: str) -> Scenarios:
            if form not in begun:
                place = Place(folder=tmp_path_factory.mktemp(form), nats=server if not begun else start_nats())
                begun[form] = Scenarios(stack.enter_context(on_the_road(place, treasury_format=WRITES[form])))
            return begun[form]

        yield of
