"""The machine's clock jumps, back by a day and ahead by a year: the log's time never turns back, and no cent is lost.

One rule of the machinery asks for that order (what a purse held as of an instant is read up to the first later event),
and rules of the nouns do (a year's money is not ordered when the year is over): each is told here with its control.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, override

import httpx2
import pytest

from shared import clock
from shared.clock import Clock
from shared.decider import value
from shared.formats import ZERO
from shared.formats import chain as chained
from shared.identity import Role
from shared.overlay import Overlay
from shared.service import House
from shared.writer import Writer
from tests.machinery.test_lanes import caught_up
from tests.machinery.toy_process import toy
from tests.machinery.toys import FOLLOWER, PUBLISHER, cents, purse, putting, serving, settings, writing
from tests.payout.road import on_the_road
from tests.servers import NatsServer
from tests.service import Place
from tests.service import serving as serving_over_http

DAY, YEAR = timedelta(days=1), timedelta(days=365)


class Machine:
    """The clock of the machine that everything here runs on; its steady clock goes on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def jump(self, by: timedelta) -> None:
        self.ahead += by

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    found, of_day = Machine(), time.time

    class Jumping(datetime):
        @override
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + found.ahead

    monkeypatch.setattr(clock, "datetime", Jumping)
    monkeypatch.setattr(time, "time", lambda: of_day() + found.ahead.total_seconds())
    return found


def forgets_what_was_recorded(patched: pytest.MonkeyPatch) -> None:
    """The protection taken out: a writer that starts does not look at the time of the log's last event."""
    read = Writer._read  # pyright: ignore[reportPrivateUsage]
    patched.setattr(Writer, "_read", lambda self: (*read(self)[:2], None))


def believes_the_machine(patched: pytest.MonkeyPatch) -> None:
    """The protections taken out: a process takes the machine's time as it is, and its writer whatever comes after an event."""
    patched.setattr(Clock, "__call__", lambda self: clock.datetime.now(UTC) + self._offset())
    keep = Writer._keep  # pyright: ignore[reportPrivateUsage]

    def keeping(writer: Writer, overlay: Overlay) -> None:
        before = writer._logged_at  # pyright: ignore[reportPrivateUsage]
        keep(writer, overlay)
        writer._logged_at = before  # pyright: ignore[reportPrivateUsage]

    patched.setattr(Writer, "_keep", keeping)


type Unprotected = Callable[[pytest.MonkeyPatch], None]
UNPROTECTED = pytest.mark.parametrize(
    ("restarted", "unprotected"), [(True, forgets_what_was_recorded), (False, believes_the_machine)]
)
RESTARTED = pytest.mark.parametrize("restarted", [True, False])


# ---- The log ----------------------------------------------------------------------------------------------------------

JUMPS = (timedelta(), -DAY, YEAR, DAY - YEAR)


async def put_over_jumps(machine: Machine, house: House, jumps: tuple[timedelta, ...] = JUMPS) -> None:
    """One cent, two, four and eight, each after another jump."""
    for it in jumps:
        machine.jump(it)
        await putting(house, 1 << JUMPS.index(it), "case")


@value
class Recorded:
    """The log's times in order, and what the purse held as of each: as folded up to it, and as summed over all until it."""

    times: list[datetime]
    folded: list[int]
    summed: list[int]


def recorded(house: House) -> Recorded:
    stream = purse.stream("case")
    times = [it.context.at for it in house.store.history(stream)]
    return Recorded(
        times=times,
        folded=[house.store.load(purse, stream, at=it).state for it in times],
        summed=[sum(one.event.cents for one in house.store.history(stream, at=it)) for it in times],
    )


async def jumped(machine: Machine, at: Path, restarted: bool) -> Recorded:
    """All the jumps in one process, or each before another one starts."""
    told = settings(at, None)
    for jumps in [(it,) for it in JUMPS] if restarted else [JUMPS]:
        async with writing(PUBLISHER, told) as house:
            await put_over_jumps(machine, house, jumps)
    async with writing(PUBLISHER, told) as house:
        return recorded(house)


@RESTARTED
async def test_the_logs_time_never_turns_back(machine: Machine, tmp_path: Path, restarted: bool):
    found = await jumped(machine, tmp_path, restarted)
    assert found.times == sorted(found.times)
    assert found.times[2] - found.times[1] > YEAR - 2 * DAY, "ahead it goes with the machine"
    assert found.folded == found.summed
    assert found.folded[-1] == 15


@UNPROTECTED
async def test_with_times_that_turn_back_cents_are_missing_as_of_an_instant(
    machine: Machine, tmp_path: Path, restarted: bool, unprotected: Unprotected, monkeypatch: pytest.MonkeyPatch
):
    unprotected(monkeypatch)
    found = await jumped(machine, tmp_path, restarted)
    assert found.times != sorted(found.times)
    assert found.folded != found.summed
    assert min(found.folded) == 0, "recorded, and not there as of its own instant"


async def test_a_clock_that_jumps_loses_no_cent_on_the_way_to_another_service(
    machine: Machine, tmp_path: Path, nats_server: NatsServer
):
    at, there = settings(tmp_path / "p", nats_server), settings(tmp_path / "f", nats_server)
    async with serving(PUBLISHER, at) as publisher, serving(FOLLOWER, there) as follower:
        await put_over_jumps(machine, publisher)
        await caught_up(publisher, follower)
        assert (cents(publisher, "case"), cents(follower, "case")) == (15, 15)
        assert not publisher.unready()
        assert not follower.unready()
        for house in (publisher, follower):
            running = ZERO
            for row in house.store.recorder.rows(0, 100):
                running = chained(running, row.header)
            assert running == house.writer.head.chain


# ---- First answers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [-DAY, -YEAR, DAY, YEAR])
async def test_first_answers_are_kept_for_thirty_days_of_the_log(machine: Machine, tmp_path: Path, jump: timedelta):
    at = settings(tmp_path, None)
    async with writing(PUBLISHER, at) as house:
        first = await putting(house, 5, "case", id="k")
    machine.jump(jump)
    async with writing(PUBLISHER, at) as house:
        await putting(house, 1, "other")
        assert await house.writer.recall("k", "h") == first


# ---- Signed in --------------------------------------------------------------------------------------------------------


def test_who_signed_in_before_a_jump_signs_in_again_and_is_known(
    machine: Machine, tmp_path: Path, nats_server: NatsServer
):
    place = Place(folder=tmp_path, nats=nats_server)
    with serving_over_http(toy(), place) as service, httpx2.Client(base_url=service.url) as client:

        def put(token: str) -> tuple[int, str]:
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": token[-40:]}
            answer = client.post("/intake/purses/case", json={"cents": 1}, headers=headers)
            return answer.status_code, answer.json().get("code", "")

        def signed_in() -> str:
            return place.token("p-1", Role.EXPERT, now=machine.now())

        tokens = [signed_in()]
        assert put(tokens[0]) == (200, "")
        machine.jump(YEAR)
        assert put(tokens[0]) == (401, "expired-token")
        tokens.append(signed_in())
        assert put(tokens[1]) == (200, "")
        machine.jump(-YEAR - DAY)
        service.house.gate._verified.clear()  # pyright: ignore[reportPrivateUsage] as after the minute it is kept for
        for it in tokens:
            assert put(it) == (401, "invalid-token"), "it says that it was issued tomorrow, or next year"
        assert put(signed_in()) == (200, "")
        assert asyncio.run(service.house.writer.state(purse, "case")).state == 3


# ---- A rule with money ------------------------------------------------------------------------------------------------

NEW_YEARS_EVE = datetime(2025, 12, 31, 9, tzinfo=UTC)


def ordered_when_the_year_was_over(place: Place, restarted: bool) -> list[tuple[int, str]]:
    """A certified drawdown of 2025 is ordered on 2 January, and again when the clock says New Year's Eve once more."""
    path = "/payout/cases/0123456789abcdef0123456789abcdef/drawdowns/d1"
    answers = list[tuple[int, str]]()

    def until_certified(road: Any) -> None:
        road.assign()
        road.request()
        road.done("p-examiner", f"{path}/examination")
        road.done("p-certifier", f"{path}/certification")

    def in_january(road: Any) -> None:
        order(road)
        road.request("d2", year=2026)

    def order(road: Any) -> None:
        answer = road.act("p-orderer", f"{path}/order")
        answers.append((answer.status_code, answer.json().get("code", "")))

    steps = ((NEW_YEARS_EVE, until_certified), (NEW_YEARS_EVE + 2 * DAY, in_january), (NEW_YEARS_EVE, order))
    for some in [(it,) for it in steps] if restarted else [steps]:
        place.turn_to(some[0][0])
        with on_the_road(place) as road:
            for instant, step in some:
                place.turn_to(instant)
                step(road)
    return answers


OVER = (409, "budget-year-not-open")


@RESTARTED
def test_the_money_of_a_year_that_is_over_is_not_ordered_although_the_clock_was_set_back(
    nats_server: NatsServer, tmp_path: Path, restarted: bool
):
    assert ordered_when_the_year_was_over(Place(folder=tmp_path, nats=nats_server), restarted) == [OVER, OVER]


@UNPROTECTED
def test_with_times_that_turn_back_the_money_of_a_year_that_is_over_is_ordered(
    nats_server: NatsServer,
    tmp_path: Path,
    restarted: bool,
    unprotected: Unprotected,
    monkeypatch: pytest.MonkeyPatch,
):
    unprotected(monkeypatch)
    assert ordered_when_the_year_was_over(Place(folder=tmp_path, nats=nats_server), restarted) == [OVER, (200, "")]
