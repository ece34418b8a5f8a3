"""Making review's views again from nothing, as `rebuild` does, against reading and decoding the same rows."""

import asyncio
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from uuid import uuid4

from services.review import budget, programme
from services.review.views import CASES
from shared.decider import decision
from shared.following import PAGE
from shared.identity import Role
from shared.service import House, build
from tests.benchmarks import content, ours
from tests.benchmarks.conversation import APPROPRIATION_CENTS, DRAWN_CENTS, TURNS, payment_of
from tests.benchmarks.process import Place
from tests.benchmarks.reviewing import open_budget, open_cases, review
from tests.benchmarks.running import (
    Bench,
    Figures,
    Part,
    Ratio,
    Run,
    alone,
    check,
    fresh_place,
    in_process,
    on_loop,
    recorded,
)
from tests.review.builders import BUDGET

STORES = ("sqlite", "postgresql")
CASES_LIVED = 2_000
EVENTS_OF_CASE = 14
"""What a case leaves in review's log, from its opening to its first payment."""
FURNISHED = 4
"""Events before the first case: three policies and the budget."""


async def lived(place: Place, cases: int) -> Figures:
    """Fill review's log with cases, each from its opening to its first payment."""
    async with review(place, views=True) as house:
        await _furnish(house)
        slots = asyncio.Semaphore(64)

        async def one() -> None:
            async with slots:
                await _live(house, uuid4().hex)

        await asyncio.gather(*(one() for _ in range(cases)))
        return {}


async def _furnish(house: House) -> None:
    policies = programme.publish_policy(content.GUIDELINE, content.PRACTICE, content.PARAMETERS)
    await recorded(house, policies, Role.CASE_OFFICER, "")
    await open_budget(house, APPROPRIATION_CENTS)


async def _live(house: House, case: str) -> None:
    await open_cases(house, [case])
    for name in TURNS["review"][0].acts:
        _actor, role, asked = ours.ACTS[name]
        await recorded(house, asked(case), role, case)
    paid = budget.RecordPayment(payment=payment_of(case), case=case, cents=DRAWN_CENTS, paid_on=ours.DAY)
    await recorded(house, decision(budget.decider, BUDGET, paid), Role.SYSTEM, case)


def read(place: Place) -> Figures:
    """Read and decode the whole log in pages."""
    house, begun, position = _opened(place), time.perf_counter(), 0
    while rows := house.store.recorder.rows(position, PAGE):
        decoded = [house.store.mapper.recorded(row) for row in rows]
        position += len(decoded)
    return _figures(house, position, begun)


def rebuilt(place: Place) -> Figures:
    """Wipe the views and step through the log until they have seen it all."""
    house, begun, position = _opened(place), time.perf_counter(), 0
    house.views.wipe()
    while stepped := house.view_follower.step():
        position += stepped
    cases = house.views.count(CASES)
    return {**_figures(house, position, begun), "cases": cases}


def _opened(place: Place) -> House:
    house = build(ours.blueprint("review", views=True), alone(place))
    house.writer.head = house.store.recorder.head()
    return house


def _figures(house: House, events: int, begun: float) -> Figures:
    took = time.perf_counter() - begun
    house.views.close()
    house.store.recorder.close()
    return {"events": events, "seconds": round(took, 2), "events_per_second": round(events / took)}


@contextmanager
def begin(bench: Bench) -> Generator[Run]:
    """The logs are filled once for all rounds."""
    cases = bench.asked.count or CASES_LIVED
    with ExitStack() as stack:
        filled: dict[str, Place] = {}

        def run(variant: str) -> Figures:
            what, store = variant.split("_")
            if store not in filled:
                filled[store] = stack.enter_context(fresh_place(bench, store))
                on_loop(lived, filled[store], cases)
            found = in_process(read if what == "read" else rebuilt, filled[store])
            check(found["events"], FURNISHED + cases * EVENTS_OF_CASE)
            check(found.get("cases", cases), cases)
            return found

        yield run


PART = Part(
    name="rebuild",
    variants=[f"{what}_{store}" for store in STORES for what in ("read", "rebuild")],
    ratios={
        "rebuild_vs_read": Ratio(figure="events_per_second", above="rebuild_postgresql", below="read_postgresql"),
        "rebuild_sqlite_vs_read": Ratio(figure="events_per_second", above="rebuild_sqlite", below="read_sqlite"),
    },
    begin=begin,
)
