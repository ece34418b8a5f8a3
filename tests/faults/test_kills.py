"""Parts of the house die hundreds of times, at every boundary of writer, relay, follower and desk: no cent is elsewhere.

`make campaign MINUTES=n` goes on with further seeds. Every protection, taken out, loses or doubles cents in the same story.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from tests.faults.conftest import MakeWorld
from tests.faults.kills import Campaigner
from tests.faults.moments import EVERYWHERE, IN_A_COMMIT, MOMENTS
from tests.faults.unprotected import PROTECTIONS
from tests.payout.dying import MOMENTS as AT_THE_TREASURY

KILLS = 126
"""In each of four houses, so that there are more than five hundred."""
MANY_IN_FLIGHT = {"max_ack_pending": 64}


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed", ["1", pytest.param("2 postgres", marks=pytest.mark.postgres), "3 unreliable", "4 unreliable"]
)
async def test_killed_at_any_boundary_nothing_is_lost_and_nothing_doubled(
    make_world: MakeWorld, request: pytest.FixtureRequest, seed: str
) -> None:
    unreliable = "unreliable" in seed
    told: dict[str, Any] = MANY_IN_FLIGHT if unreliable else {}
    if "postgres" in seed:
        told = {"store": request.getfixturevalue("postgres_store")}
    async with make_world(**told) as world:
        campaigner = Campaigner(world=world, seed=seed, wanted=KILLS, unreliable=unreliable)
        assert await campaigner.lived() == [], Counter(world.ends)
        assert campaigner.killed >= KILLS
        assert len(world.died_at()) >= 8, "a few moments prove little, and a busy machine meets fewer of them"
        assert {code for _, code in world.ends} == {-9}, "nobody ended by itself"


IN_THE_SAME_STORY: Mapping[str, tuple[dict[str, Any], str, float, str]] = {
    "first-answer": ({}, "cents in the purse", 30, "committed-before-answer"),
    "commit-before-answer": ({}, "cents in the purse", 30, "group-before-commit"),
    "one-transaction": ({}, "no cent more", 30, "group-committed-told-nobody"),
    "previous": (MANY_IN_FLIGHT, "no cent less", 30, ""),
    "position": (MANY_IN_FLIGHT, "no cent more", 8, ""),
}
"""For each protection: how the broker is set up, by which sum its absence shows, when it is given up (what is followed
again and again goes round for ever), and at which moment it is needed most."""


@pytest.mark.slow
@pytest.mark.parametrize("protection", IN_THE_SAME_STORY)
async def test_without_a_protection_the_same_kills_lose_or_double_cents(make_world: MakeWorld, protection: str) -> None:
    broker, rule, within, moment = IN_THE_SAME_STORY[protection]
    async with make_world(**broker) as world:
        campaigner = Campaigner(
            world=world,
            seed="1",
            wanted=40,
            cases=0,
            unprotected=(protection,),
            unreliable=bool(broker),
            moment=moment,
        )
        found = {it.rule for it in await campaigner.lived(within)}
    assert rule in found, found
    assert rule != "no cent less" or "comes to rest" not in found, "what is only late is not lost"


def test_every_moment_is_a_place_in_the_code_and_none_is_named_twice() -> None:
    assert len(EVERYWHERE) == len(MOMENTS) + len(IN_A_COMMIT) + 1
    assert set(AT_THE_TREASURY) <= set(MOMENTS)
    assert [(name, it) for name, places in MOMENTS.items() for it in places if not hasattr(it[0], it[1])] == []


def test_every_protection_of_this_story_can_be_switched_off() -> None:
    assert IN_THE_SAME_STORY.keys() <= PROTECTIONS.keys()
