"""Many people at once, each on a thread of their own, over the real writer and a real store: not a cent too much, ever."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from services.review import award, budget
from services.review.budget import promising
from services.review.programme import publish_policy
from services.review.wiring import blueprint
from shared.commands import Outcome, Request
from shared.contracts import YearAmount
from shared.decider import Context, Decision, decision
from shared.identity import Role
from shared.overlay import Caller
from shared.service import House
from tests.machinery.toys import settings as settings_of
from tests.machinery.toys import writing
from tests.review.builders import (
    BUDGET,
    GUIDELINE,
    PARAMETERS,
    PRACTICE,
    PROGRAMME,
    TITLE,
    approver,
    budget_officer,
    cents,
    officer,
    propose_flat,
    reserve,
)
from tests.review.test_budget_machine import BASIS, BudgetMachine

TODAY = datetime(2025, 7, 21, 9, tzinfo=UTC)
PEOPLE, STEPS = 24, 40


class Desk:
    """Where people on threads hand in their decisions; it looks to the builders like their house of dicts."""

    def __init__(self, house: House, loop: asyncio.AbstractEventLoop) -> None:
        self.house, self._loop = house, loop

    def ask(self, decided: Decision, context: Context) -> Outcome:
        case = next((it.partition("-")[2] for it in decided.reads if it.startswith("assessment-")), "")
        caller = Caller(actor=context.actor, role=context.role, correlation=case)
        asked = self.house.writer.execute(Request(decision=decided, caller=caller))
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result(60)

    def perform(self, decided: Decision, context: Context) -> Mapping[str, Sequence[Any]]:
        outcome = self.ask(decided, context)
        assert not outcome.problem, outcome
        return {}

    def enter(self, command: budget.Command, person: str) -> Outcome:
        context = budget_officer()
        return self.ask(decision(budget.decider, BUDGET, command), Context(
            actor=person, role=Role.BUDGET_OFFICER, now=context.now, valid_on=context.valid_on
        ))  # fmt: skip

    def entries(self) -> list[Any]:
        return [it.event for it in self.house.store.history(budget.stream_of(TITLE, 2025))]


def in_july(folder: Path, store: str) -> Any:
    """The settings of a review whose calendar shows the day of the race."""
    folder.mkdir(parents=True, exist_ok=True)
    calendar = folder / "calendar.json"
    calendar.write_text(json.dumps({"offset_seconds": (TODAY - datetime.now(UTC)).total_seconds()}))
    return settings_of(folder, None, store, calendar=calendar)


async def all_at_once(people: Sequence[Callable[[], Any]]) -> list[Any]:
    """Everybody on a thread, from the same moment on."""
    start = Barrier(len(people))

    def go(act: Callable[[], Any]) -> Any:
        start.wait(30)
        return act()

    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(len(people) + 8))
    return await asyncio.gather(*(asyncio.to_thread(go, it) for it in people))


# ---- Anybody does anything ------------------------------------------------------------------------------------------


def anything(chance: random.Random) -> budget.Command:
    """What a person might do next, on cases that others work on, too."""
    case, reference = f"case-{chance.randrange(60)}", f"ref-{chance.randrange(200)}"
    year = chance.choice([2025, 2025, 2026, 2027])
    part = (YearAmount(year=year, cents=chance.randint(1, 30)),)
    change: dict[str, Any] = {"reason": "anders", "reference": reference}
    return chance.choice([
        budget.ReserveFunds(case=case, by_year=part, expires_on=date(2025, 12, 31), basis=BASIS),
        budget.ReserveFunds(case=case, by_year=part, expires_on=date(2025, 12, 31), basis=BASIS),
        budget.CommitFunds(case=case, by_year=part, basis=BASIS),
        budget.ReleaseReservation(case=case, reason="withdrawn"),
        budget.ReduceCommitment(case=case, by_year=part, **change),
        budget.ReserveFunds(
            case=case, by_year=part, expires_on=date(2025, 12, 31), basis=BASIS, increase=reference
        ),
        budget.ShiftCommitment(case=case, less=(), more=part, basis=BASIS, **change),
        budget.RecordPayment(payment=reference, case=case, cents=chance.randint(1, 20), paid_on=date(2025, 7, 21)),
        budget.FreezeFunds(reference=reference, year=year, cents=chance.randint(1, 10), reason="Sperre"),
        budget.LiftFreeze(freeze=reference, left_cents=0, reason="frei"),
        budget.GiveFunds(counterpart="x", cents=chance.randint(1, 5), authority="Vermerk", **change),
    ])  # fmt: skip


def busy(desk: Desk, number: int) -> Callable[[], None]:
    """A person who reserves, commits what they reserved, and meddles with what others do."""

    def work() -> None:
        chance = random.Random(number)
        for _ in range(STEPS):
            command = anything(chance)
            desk.enter(command, f"p-{number}")
            if isinstance(command, budget.ReserveFunds) and command.increase:
                more: dict[str, Any] = {"more": command.by_year, "reference": command.increase, "basis": BASIS}
                desk.enter(budget.ShiftCommitment(case=command.case, less=(), reason="anders", **more), f"p-{number}")
            elif isinstance(command, budget.ReserveFunds):
                desk.enter(budget.CommitFunds(case=command.case, by_year=command.by_year, basis=BASIS), f"p-{number}")

    return work


async def race(at: Any) -> list[Any]:
    """All that was entered while everybody did anything."""
    async with writing(blueprint, at) as house:
        desk = Desk(house, asyncio.get_running_loop())
        opening = budget.open_next_budget(
            TITLE, 2025, 100, cents(y2026=80, y2027=40), transferable=True, repayments_set_off=True
        )
        await asyncio.to_thread(desk.perform, opening, budget_officer())
        await all_at_once([busy(desk, number) for number in range(PEOPLE)])
        return desk.entries()


def keep_the_book(events: Sequence[Any]) -> Counter[str]:
    """The sums of the state machine, on what the store holds: after each single event not a cent is promised twice."""
    book = BudgetMachine()
    book.begin_with(events[0])
    for it in events[1:]:
        book.state = budget.evolve(book.state, it)
        book.book(it)
        book.check()
    return Counter(type(it).__name__ for it in events)


async def test_no_number_of_people_over_commits_a_budget_by_a_cent(tmp_path: Path, store_setting: str) -> None:
    seen = keep_the_book(await race(in_july(tmp_path / "race", store_setting)))
    for kind in ("FundsReserved", "FundsCommitted", "FundsReservationRefused", "CommitmentShifted", "FundsFrozen"):
        assert seen[kind], f"{kind} kam im Rennen nicht vor: {seen}"


async def test_without_the_budgets_check_the_same_race_over_commits_it(
    tmp_path: Path, store_setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: everybody is let through, and the book finds it."""

    def nothing_missing(*_asked: Any) -> None:
        return None

    monkeypatch.setattr(promising, "shortfall", nothing_missing)
    events = await race(in_july(tmp_path / "race", store_setting))
    with pytest.raises(AssertionError):
        keep_the_book(events)


# ---- Example d3: the last 25,000 euros ------------------------------------------------------------------------------


def awarding(desk: Desk, case: str) -> Callable[[], str]:
    """A budget officer sets the money aside and an approver approves; what came of it."""

    def work() -> str:
        reserved = desk.ask(reserve(case), budget_officer())
        if reserved.refusal:
            return reserved.refusal
        approved = desk.ask(award.approve(case, PROGRAMME, BUDGET), approver(date(2025, 7, 21)))
        assert not approved.problem, approved
        return "approved"

    return work


def prepared(desk: Desk, cases: Mapping[str, int]) -> None:
    """9,975,000.00 of 10,000,000.00 committed, and proposals for these amounts."""
    desk.perform(publish_policy(GUIDELINE, PRACTICE, PARAMETERS), officer())
    desk.perform(budget.open_next_budget(TITLE, 2025, 10_000_000_00), budget_officer())
    bulk = cents(y2025=9_975_000_00)
    for command in (
        budget.ReserveFunds(case="bulk", by_year=bulk, expires_on=date(2025, 12, 31), basis=BASIS),
        budget.CommitFunds(case="bulk", by_year=bulk, basis=BASIS),
    ):
        assert not desk.enter(command, "p-budget").problem
    for case, amount in cases.items():
        propose_flat(desk, case, amount)  # type: ignore[arg-type]


async def test_of_two_approvals_for_the_last_25000_euros_exactly_one_succeeds(
    tmp_path: Path, store_setting: str
) -> None:
    cases = {"a" * 32: 15_000_00, "b" * 32: 15_000_00, "c" * 32: 30_000_00}
    async with writing(blueprint, in_july(tmp_path / "d3", store_setting)) as house:
        desk = Desk(house, asyncio.get_running_loop())
        await asyncio.to_thread(prepared, desk, cases)
        too_much = await asyncio.to_thread(awarding(desk, "c" * 32))
        assert too_much == "funds-not-available"
        refused = [it for it in desk.entries() if isinstance(it, budget.FundsReservationRefused)]
        assert refused[-1].free == cents(y2025=25_000_00)
        both = await all_at_once([awarding(desk, "a" * 32), awarding(desk, "b" * 32)])
        assert sorted(both) == ["approved", "funds-not-available"]
        state: Any = (await house.writer.state(budget.decider, BUDGET)).state
        account = state.account(2025)
        assert (account.committed_cents, account.reserved_cents, account.free_cents) == (9_990_000_00, 0, 10_000_00)
