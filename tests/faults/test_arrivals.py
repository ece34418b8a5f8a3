"""Two publishers have no mutual order: in thirty orders of arrival between the lanes a service ends with the same money."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from shared.provisioning import provision
from shared.records import replace
from shared.topology import FOLLOWS, lane
from tests.faults import evidence
from tests.faults.checker import Evidence
from tests.faults.conftest import MakeWorld
from tests.faults.evidence import Log, Sent
from tests.faults.serving import settings_of
from tests.faults.stories import CASE
from tests.faults.world import World

ORDERS = 15
"""For each of the two services that people wait for with money."""
DONE: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "intake": (("submit", "declare_complete"), ("request_drawdown",)),
    "payout": ((), ("examine", "certify", "order")),
}
"""What their people do before anything arrives, and when all has."""

type End = Counter[tuple[str, str]]


def orders(lanes: Sequence[Sequence[Sent]], service: str) -> list[list[Sent]]:
    """Different ways in which the frames of two lanes can arrive, each lane's in their order."""
    chance, found = random.Random(service), dict[tuple[int, ...], list[Sent]]()
    whose = [number for number, it in enumerate(lanes) for _ in it]
    while len(found) < ORDERS:
        chance.shuffle(whose)
        left = [iter(it) for it in lanes]
        found.setdefault(tuple(whose), [next(left[it]) for it in whose])
    return list(found.values())


def end_of(log: Log) -> End:
    """What was recorded in whatever order: names and facts, without what is sealed and without the machinery's notes."""
    return Counter((row.name, repr(_plain(row.facts))) for row in log.rows if not row.name.startswith("house."))


def _plain(it: Any) -> Any:
    if isinstance(it, dict):
        return "" if "nonce" in it else {name: _plain(value) for name, value in sorted(it.items())}
    return [_plain(one) for one in it] if isinstance(it, list) else it


async def arrived(world: World, service: str, order: Sequence[Sent], *unprotected: str) -> Log:
    """A service with an empty store, to which frames come in this order, one after the other."""
    store = f"sqlite:{world.folder / 'empty'}{len(world.ends)}"
    life = replace(world.life, service=service, store=store, unprotected=unprotected)
    await world.empty_streams()
    await asyncio.to_thread(provision, service, settings_of(life))
    await world.begin(life)
    before, after = DONE[service]
    for act in before:
        await world.ask(service, act, CASE)
    async with world.operator() as jetstream:
        for it in order:
            source, last = it.headers["Foerderstrom-Source"], it.number("Last")
            headers = {name: value for name, value in it.headers.items() if not name.startswith("Nats-")}
            await jetstream.publish(lane(source), it.body, headers=headers)
            await world.until(lambda seen, a=source, b=last: seen["lanes"][a]["position"] >= b, service)
    for act in after:
        await world.ask(service, act, CASE)
    await world.stop(service)
    return evidence.log_of(store, service)


async def ends(world: World, calm: Evidence, service: str, many: int, *unprotected: str) -> tuple[list[End], End]:
    """How it ends in each order, and how it ended in the house where nothing went wrong."""
    case = await asyncio.to_thread(lambda: evidence.gather(**vars(calm)))
    lanes = [case.streams[f"LANE_{it.upper()}"] for it in FOLLOWS[service]]
    found = [end_of(await arrived(world, service, it, *unprotected)) for it in orders(lanes, service)[:many]]
    return found, end_of(case.logs[service])


@pytest.mark.slow
@pytest.mark.parametrize("service", DONE)
async def test_in_whatever_order_two_lanes_arrive_the_end_is_the_same(
    make_world: MakeWorld, calm: Evidence, service: str
) -> None:
    async with make_world() as world:
        found, undisturbed = await ends(world, calm, service, ORDERS)
        assert len(found) == ORDERS
        assert all(it == found[0] for it in found)
        assert sum(found[0].values()) > 8
        assert not found[0] - undisturbed


@pytest.mark.slow
async def test_where_what_comes_too_early_is_passed_over_some_orders_of_arrival_pay_nothing(
    make_world: MakeWorld, calm: Evidence
) -> None:
    async with make_world() as world:
        found, _ = await ends(world, calm, "payout", 5, "waiting-for-the-other-lane")
        ordered = [[name for name, _ in it].count("payout.payment-ordered") for it in found]
        assert set(ordered) == {0, 1}
