"""One running payout and one treasury beside it for all scenarios: each takes a case of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from deploy.treasury_simulator.fault import Fault
from tests.payout.road import on_the_road
from tests.service import Place
from tests.treasury_simulator.scenarios import Scenarios

WRITES = {"iso20022": "iso20022", "hkr": "hkr-xml"}
"""How the house writes its files, by the format of a fault."""


@pytest.fixture(scope="module")
def scenarios(
    start_nats: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Fault], Scenarios]]:
    """The service that a fault is played against, begun when it is first asked for."""
    begun = dict[str, Scenarios]()
    with ExitStack() as stack:

        def of(fault: Fault) -> Scenarios:
            # Statements carry a balance forward: whoever plays with them begins with an account of their own.
            name = fault.key if any(it.send == "statement" for it in fault.plays) else fault.format
            if name not in begun:
                place = Place(folder=tmp_path_factory.mktemp(name), nats=start_nats())
                running = on_the_road(place, treasury_format=WRITES[fault.format])
                begun[name] = Scenarios(stack.enter_context(running))
            return begun[name]

        yield of
