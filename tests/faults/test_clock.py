"""The machine's clock jumps to the next year and back again: what belongs to a year that was over stays undone."""

import json
from datetime import UTC, datetime

from deploy.files import write_atomically
from tests.faults.checker import Finding
from tests.faults.conftest import MakeWorld
from tests.faults.kills import APPROPRIATION_CENTS, DAILY_LIVES, insist
from tests.faults.stories import CASE, judged, put, rules
from tests.faults.world import SERVICES, World


def the_clock_shows(world: World, instant: str) -> None:
    offset = (datetime.fromisoformat(instant) - datetime.now(UTC)).total_seconds()
    write_atomically(world.folder / "calendar.json", json.dumps({"offset_seconds": offset}).encode())


async def through_new_year(world: World, *unprotected: str) -> tuple[dict[str, object], list[Finding]]:
    """Before a certified payment of this year is ordered the clocks show the next one for a while, and then this one again."""
    await world.start(*SERVICES)
    await insist(world, "review", "open_budget", "", cents=APPROPRIATION_CENTS)
    for service, act in DAILY_LIVES[: DAILY_LIVES.index(("payout", "order"))]:
        await insist(world, service, act, CASE)
    the_clock_shows(world, "2026-01-02T09:00:00+00:00")
    await put(world, 1)
    await world.at_rest()
    await world.stop("payout")
    the_clock_shows(world, "2025-12-30T09:00:00+00:00")
    await world.start("payout", unprotected=unprotected)
    answer = await world.ask("payout", "order", CASE)
    await world.at_rest()
    return answer, [it for it in await judged(world) if "andere" not in it.detail]


async def test_no_money_is_ordered_from_a_year_that_was_over_because_a_clock_was_set_back(
    make_world: MakeWorld,
) -> None:
    async with make_world() as world:
        answer, found = await through_new_year(world)
        assert answer["problem"] == "budget-year-not-open"
        # Thirty days after it was given an answer is forgotten, and seven months were shown.
        assert rules(found) <= {"remembered"}


async def test_where_a_process_believes_its_clock_money_is_ordered_from_a_year_that_was_over(
    make_world: MakeWorld,
) -> None:
    async with make_world() as world:
        answer, found = await through_new_year(world, "log-time")
        assert not answer["problem"]
        assert [it.detail for it in found if it.rule == "money" and "vorüber" in it.detail]
