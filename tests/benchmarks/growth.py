"""What must not become slower as it grows: appends and loads in a store of 1,000,000 events against 10,000, commands to a
budget with 50,000 entries against 500."""

import asyncio
import random
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import count
from uuid import uuid4

from services.review import assessment, budget
from services.review.programme import Basis
from shared.decider import decision
from shared.identity import Role
from shared.opening import recorder
from shared.records import replace
from shared.service import House
from shared.store import Store
from tests.benchmarks.filling import PER_CASE, case_of, fill
from tests.benchmarks.ours import DAY
from tests.benchmarks.process import Place
from tests.benchmarks.reviewing import Experts, open_budget, review
from tests.benchmarks.running import (
    CLIENTS,
    Asked,
    Bench,
    Figures,
    Lost,
    Part,
    Ratio,
    Run,
    alone,
    check,
    fresh_place,
    in_process,
    on_loop,
    recorded,
    stored,
    together,
)
from tests.review.builders import BUDGET, cents

FACTOR = 100
"""How many times as much the large store holds as the small."""
APPENDED = 8_000
"""Appends of one run: few enough that the small store stays small."""
ENTRIES = {"budget_500": 500, "budget_50k": 50_000}
ENTERED = 3_000
"""Commands to a budget in one run, for the same reason."""


# ---- A full store ---------------------------------------------------------------------------------------------------


async def append(place: Place, events: int, asked: Asked) -> Figures:
    """Clients that append to cases which the store holds."""
    async with review(place) as house:
        cases: dict[int, tuple[str, int]] = {}
        for client, number in enumerate(random.sample(range(events // PER_CASE), CLIENTS)):
            case = case_of(number)
            cases[client] = case, (await house.writer.state(assessment.decider, case)).version
        before = house.writer.head.position
        found = await together(Experts(house, cases).act, replace(asked, count=asked.count or APPENDED))
        return {**found, "before": before}


def load(place: Place, events: int, asked: Asked) -> Figures:
    """Fold one stream after the other from the store, at random."""
    log = recorder(alone(place).store, "review")
    store, loaded, begun = Store(log, [assessment.decider]), 0, time.perf_counter()
    while loaded < (asked.count or 10**9) and time.perf_counter() < begun + asked.seconds:
        stream = assessment.decider.stream(case_of(random.randrange(events // PER_CASE)))
        if store.load(assessment.decider, stream).version < PER_CASE:
            raise Lost(f"{stream} is not whole")
        loaded += 1
    took = time.perf_counter() - begun
    log.close()
    return {"acts": loaded, "seconds": round(took, 2), "acts_per_second": round(loaded / took, 1)}


# ---- A full budget --------------------------------------------------------------------------------------------------


class BudgetOfficers:
    """Clients that set a cent aside for a new case and then commit it, again and again."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._basis = Basis(guideline_sha256="a" * 64, practice_sha256="b" * 64)
        self._reserved: dict[int, str] = {}
        self._by_year = cents(y2025=1)

    async def act(self, client: int) -> None:
        reserved = self._reserved.pop(client, "")
        case = reserved or uuid4().hex
        if reserved:
            command = budget.CommitFunds(case=case, by_year=self._by_year, basis=self._basis)
        else:
            self._reserved[client] = case
            expires_on = DAY + timedelta(days=90)
            command = budget.ReserveFunds(case=case, by_year=self._by_year, expires_on=expires_on, basis=self._basis)
        await recorded(self._house, decision(budget.decider, BUDGET, command), Role.BUDGET_OFFICER, case)


async def enter(place: Place, entries: int, asked: Asked) -> Figures:
    """Fill a budget to so many entries, then measure the next ones."""
    async with review(place) as house:
        await open_budget(house, 1)
        officers, numbers = BudgetOfficers(house), count()

        async def filling(client: int) -> None:
            while next(numbers) < entries:
                await officers.act(client)

        await asyncio.gather(*(filling(client) for client in range(8 * CLIENTS)))
        before = house.writer.head.position
        found = await together(officers.act, replace(asked, count=asked.count or ENTERED))
        fund = (await house.writer.state(budget.decider, BUDGET)).state
        check(fund.entries if isinstance(fund, budget.Open) else 0, entries + found["acts"])
        return {**found, "before": before}


# ---- The part -------------------------------------------------------------------------------------------------------


@contextmanager
def begin(bench: Bench) -> Generator[Run]:
    """The large store is filled once for all rounds, the small one for each run, the budget too."""
    few, many = bench.asked.few, bench.asked.few * FACTOR
    with ExitStack() as stack:
        large: list[Place] = []

        def stores(variant: str, place: Place) -> Figures:
            events = many if variant.endswith("1m") else few
            if variant.startswith("load"):
                return in_process(load, place, events, bench.asked)
            found = on_loop(append, place, events, bench.asked)
            check(stored(place, "review"), found["before"] + found["acts"])
            return found

        def run(variant: str) -> Figures:
            if variant.endswith("1m"):
                if not large:
                    large.append(stack.enter_context(fresh_place(bench, "postgresql")))
                    in_process(fill, large[0], many)
                return stores(variant, large[0])
            with fresh_place(bench, "sqlite" if variant in ENTRIES else "postgresql") as place:
                if variant in ENTRIES:
                    found = on_loop(enter, place, ENTRIES[variant], bench.asked)
                    check(stored(place, "review"), found["before"] + found["acts"])
                    return found
                in_process(fill, place, few)
                return stores(variant, place)

        yield run


PART = Part(
    name="growth",
    variants=["append_10k", "append_1m", "load_10k", "load_1m", *ENTRIES],
    ratios={
        "append_1m_vs_10k": Ratio(figure="acts_per_second", above="append_1m", below="append_10k"),
        "load_1m_vs_10k": Ratio(figure="acts_per_second", above="load_1m", below="load_10k"),
        "budget_50k_vs_500": Ratio(figure="acts_per_second", above="budget_50k", below="budget_500"),
    },
    begin=begin,
)
