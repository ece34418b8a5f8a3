"""Each order is paid once: payout and the treasury die at every window of their conversation, under faults by seed.

`make campaign MINUTES=n` goes on with further seeds. Every protection, taken out, pays twice or loses a payment in the same story.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.faults.conftest import MakeWorld
from tests.faults.moments import MOMENTS
from tests.faults.once import DRAWN, WINDOWS, Ordering
from tests.faults.once_checker import RULES
from tests.faults.stories import rules
from tests.faults.unprotected import PROTECTIONS

LIVES = (1.0, 4.0)
DEATHS = 8
passed: set[str] = set()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 21))
async def test_each_order_is_paid_once_whoever_dies_and_whatever_the_treasury_says(
    make_world: MakeWorld, seed: int
) -> None:
    async with make_world() as world:
        ordering = Ordering(world=world, seed=str(seed), wanted=DEATHS, lives=LIVES)
        assert await ordering.lived() == []
        assert ordering.killed >= DEATHS
        assert ordering.worker_ended == 1, "a second worker has to end"
        passed.update(world.died_at())


@pytest.mark.slow
def test_every_window_was_passed_by_one_of_these_seeds() -> None:
    if not passed:
        pytest.skip("die Leben wurden nicht gelebt")
    assert [window for window, moments in WINDOWS.items() if not passed & set(moments)] == []


WITHOUT: Mapping[str, tuple[dict[str, Any], str]] = {
    "same-bytes": ({"moment": "file-handed-over"}, "each once"),
    "announced-first": ({"moment": "file-handed-over", "rate": 0.0}, "as the book says"),
    "renamed": ({}, "none missing"),
    "unknown-is-no-failure": ({"moment": "file-handed-over"}, "no more than asked for"),
    "duplicate-is-receipt": ({"among": ("called-duplicate",)}, "as the book says"),
    "keys-per-file": ({"moment": "report-taken-in"}, "each answer once"),
    "keys-per-entry": ({"among": ("same-line-twice",), "rate": 1.0}, "each answer once"),
}
"""For each protection: in which life it is needed most, and by which rule its absence shows."""


@pytest.mark.slow
@pytest.mark.parametrize("protection", WITHOUT)
async def test_without_a_protection_the_same_campaign_fails(make_world: MakeWorld, protection: str) -> None:
    life, rule = WITHOUT[protection]
    told: dict[str, Any] = {"rate": 0.5} | life
    async with make_world() as world:
        ordering = Ordering(world=world, seed="1", wanted=6, lives=LIVES, unprotected=(protection,), **told)
        assert rule in rules(await ordering.lived(30))


@pytest.mark.parametrize("protection", WITHOUT)
def test_every_protection_can_be_switched_off_and_every_rule_is_one(protection: str) -> None:
    assert protection in PROTECTIONS
    assert WITHOUT[protection][1] in RULES


def test_every_window_has_its_moments_in_the_code_and_every_fault_can_be_drawn() -> None:
    assert {it for moments in WINDOWS.values() for it in moments if not it.startswith("commit-")} <= MOMENTS.keys()
    assert len(DRAWN) >= 40
