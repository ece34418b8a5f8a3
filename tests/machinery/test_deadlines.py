"""The clock acts on each deadline once: on its day, not before, after days of downtime, and not when it was settled in time."""

import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from hypothesis import given
from hypothesis import strategies as st

from deploy.files import write_atomically
from shared.calendar import Deadline, days_after, is_working_day, local_date, months_after
from shared.commands import Outcome, Request
from shared.deadlines import DUE, ClockFollower, Due, clear_due, set_due
from shared.decider import Context, Decider, DomainError, decision, event, value
from shared.identity import SYSTEM, Role
from shared.lanes import Reactions
from shared.overlay import Caller
from shared.recorders import Row
from shared.service import Blueprint, House
from shared.store import Recorded
from shared.views import Draft
from tests.conftest import StartNats
from tests.machinery import toys


@value
class Ask:
    deadline: Deadline


@value
class Answer: ...


@value
class Expire: ...


@event("toy.asked")
class Asked:
    """Something is asked for, until a day."""

    deadline: Deadline


@event("toy.answered")
class Answered:
    """It was answered."""


@event("toy.expired")
class Expired:
    """The day passed."""

    expired_on: date
    by: str


@value
class Answering:
    deadline: Deadline | None = None
    over: str = ""


class Stubborn(DomainError):
    code = "stubborn"
    title = "Das geht heute nicht."


def decide(command: Ask | Answer | Expire, it: Answering, context: Context) -> Sequence[Any]:
    if isinstance(command, Expire) and (it.deadline is None or it.over):
        return []
    match command:
        case Ask():
            return [Asked(deadline=command.deadline)]
        case Answer():
            return [Answered()]
        case Expire():
            assert it.deadline
            if it.deadline.rule == "stubborn":
                raise Stubborn
            return [Expired(expired_on=it.deadline.expired_from, by=context.actor)]


def evolve(it: Answering, happened: Any) -> Answering:
    match happened:
        case Asked():
            return Answering(deadline=happened.deadline)
        case _:
            return Answering(deadline=it.deadline, over=type(happened).__name__)


question = Decider[Any, Any, Answering](
    name="question", initial=Answering(), decide=decide, evolve=evolve, events=[Asked, Answered, Expired]
)


def project(it: Recorded, row: Row, draft: Draft) -> None:
    asked = row.stream.removeprefix("question-")
    match it.event:
        case Asked(deadline=deadline):
            set_due(draft, "answer", asked, on=deadline.expired_from, rule=deadline.rule, case=asked)
        case Answered() | Expired():
            clear_due(draft, "answer", asked)
        case _:
            pass


def expire(due: Due) -> Any:
    return decision(question, due.id, Expire())


BLUEPRINT = Blueprint(
    name="intake", nouns=[question], reactions=Reactions.of([], lambda _it, _case: None), publish=lambda _it, _state: None,
    project=project, actions=lambda _house: [], reads=lambda _house: APIRouter(), pages=lambda _house: APIRouter(),
    due={"answer": expire},
)  # fmt: skip
FIRST = date(2026, 3, 2)


class World:
    """The service over several lives, and the calendar it reads."""

    def __init__(self, folder: Path, nats: Any) -> None:
        self.calendar = folder / "calendar.json"
        self.settings = toys.settings(folder, nats, calendar=self.calendar)
        self.turn(FIRST)

    def turn(self, day: date) -> None:
        offset = datetime(day.year, day.month, day.day, 9, tzinfo=UTC) - datetime.now(UTC)
        write_atomically(self.calendar, json.dumps({"offset_seconds": offset.total_seconds()}).encode())

    @asynccontextmanager
    async def living(self) -> AsyncGenerator[House]:
        async with toys.serving(BLUEPRINT, self.settings) as house:
            yield house


@pytest.fixture
def world(tmp_path: Path, start_nats: StartNats) -> World:
    return World(tmp_path, start_nats())


async def told(house: House, id: str, command: Any) -> Outcome:
    caller = Caller(actor="p-1", role=Role.CASE_OFFICER, correlation=id)
    return await house.writer.execute(Request(decision=decision(question, id, command), caller=caller))


async def resting(house: House) -> None:
    await toys.until(lambda: house.writer.idle and house.view_follower.idle and house.clock_follower.idle)


def happened(house: House, id: str) -> list[Any]:
    found = house.store.recorder.rows(0, 1_000)
    return [house.store.mapper.recorded(it).event for it in found if it.stream == f"question-{id}"]


async def test_a_deadline_expires_on_the_day_after_its_last_and_not_before(world: World) -> None:
    async with world.living() as house:
        await told(house, "q-1", Ask(deadline=days_after(FIRST, 14)))
        world.turn(date(2026, 3, 16))
        await resting(house)
        assert [type(it) for it in happened(house, "q-1")] == [Asked]
        world.turn(date(2026, 3, 17))
        await resting(house)
        assert happened(house, "q-1")[1:] == [Expired(expired_on=date(2026, 3, 17), by=SYSTEM)]


async def test_what_was_settled_in_time_does_not_expire(world: World) -> None:
    async with world.living() as house:
        await told(house, "q-1", Ask(deadline=days_after(FIRST, 14)))
        await told(house, "q-1", Answer())
        world.turn(date(2026, 6, 1))
        await resting(house)
        assert [type(it) for it in happened(house, "q-1")] == [Asked, Answered]


async def test_what_fell_due_while_the_house_was_off_is_made_up_for_once_with_its_own_date(world: World) -> None:
    async with world.living() as house:
        for number in range(30):
            await told(house, f"q-{number}", Ask(deadline=days_after(FIRST, 14)))
    world.turn(date(2026, 5, 20))
    for _ in range(2):
        async with world.living() as house:
            await resting(house)
            for number in range(30):
                expired = happened(house, f"q-{number}")[1:]
                assert expired == [Expired(expired_on=date(2026, 3, 17), by=SYSTEM)]


async def test_what_is_hindered_is_told_and_asked_for_again_on_the_next_day_only(world: World) -> None:
    async with world.living() as house:
        await told(house, "q-1", Ask(deadline=Deadline(ends_on=FIRST, rule="stubborn")))
        world.turn(date(2026, 3, 3))
        await resting(house)
        assert list(house.clock_follower.hindered.values()) == ["Das geht heute nicht."]
        asked: list[str] = []
        ask: Callable[[Due], Any] = house.clock_follower.asked["answer"]
        house.clock_follower.asked = {"answer": lambda due: (asked.append(due.id), ask(due))[1]}
        await told(house, "q-2", Ask(deadline=days_after(FIRST, 14)))
        await resting(house)
        assert asked == []
        world.turn(date(2026, 3, 4))
        await resting(house)
        assert asked == ["q-1"]


async def test_a_clock_that_keeps_a_diary_of_its_own_would_miss_what_it_slept_through(world: World) -> None:
    """The control: one that looks only at what falls due on the very day."""
    world.settings = toys.settings(world.calendar.parent, None, calendar=world.calendar)

    class Forgetful(ClockFollower):
        def _ripe(self, now: datetime) -> tuple[Sequence[Due], datetime | None]:
            ripe, following = super()._ripe(now)
            return [it for it in ripe if it.on == local_date(now)], following

    async with toys.writing(BLUEPRINT, world.settings) as house:
        await told(house, "q-1", Ask(deadline=days_after(FIRST, 14)))
        house.view_follower.step()
        assert house.views.count(DUE) == 1
        world.turn(date(2026, 3, 20))
        clock = Forgetful(
            views=house.views, view_follower=house.view_follower, writer=house.writer, asked={"answer": expire},
            now=house.clock_follower.now, nudged=house.nudge.listener(),
        )  # fmt: skip
        await clock._look()
        assert [type(it) for it in happened(house, "q-1")] == [Asked]
        await house.clock_follower._look()
        assert [type(it) for it in happened(house, "q-1")] == [Asked, Expired]


@given(begins_on=st.dates(date(2019, 1, 1), date(2060, 1, 1)), length=st.integers(1, 400))
def test_a_deadline_never_ends_on_a_day_off_nor_before_its_time(begins_on: date, length: int) -> None:
    days, months = days_after(begins_on, length), months_after(begins_on, min(length, 60))
    assert is_working_day(days.ends_on)
    assert is_working_day(months.ends_on)
    assert timedelta() <= days.ends_on - begins_on - timedelta(days=length) < timedelta(days=6)
    assert f"{days.ends_on:%d.%m.%Y}" in days.rule or days.ends_on == begins_on + timedelta(days=length)
