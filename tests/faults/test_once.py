"""Each order is paid once: payout and the treasury die at every window of their conversation, under faults by seed.

`make campaign MINUTES=n` goes on with further seeds. Every protection, taken out, pays twice or loses a payment in the same story.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.faults import once_checker
from tests.faults.conftest import MakeWorld
from tests.faults.moments import MOMENTS
from tests.faults.once import DRAWN, WINDOWS, Ordering
from tests.faults.once_checker import RULES
from tests.faults.stories import rules
from tests.faults.test_backups import backup, recover
from tests.faults.unprotected import PROTECTIONS

LIVES = (1.0, 4.0)
DEATHS = 8
SEEDS = range(1, 21)
passed: dict[int, set[str]] = {}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
async def test_each_order_is_paid_once_whoever_dies_and_whatever_the_treasury_says(
    make_world: MakeWorld, seed: int
) -> None:
    async with make_world() as world:
        ordering = Ordering(world=world, seed=str(seed), wanted=DEATHS, lives=LIVES)
        assert await ordering.lived() == []
        assert ordering.killed >= DEATHS
        assert ordering.worker_ended == 1, "a second worker has to end"
        passed[seed] = set(world.died_at())


@pytest.mark.slow
def test_every_window_was_passed_by_one_of_these_seeds() -> None:
    if len(passed) < len(SEEDS):
        pytest.skip("nicht alle wurden gelebt")
    at = {moment for moments in passed.values() for moment in moments}
    assert [window for window, moments in WINDOWS.items() if not at & set(moments)] == []


WITHOUT: Mapping[str, tuple[dict[str, Any], str]] = {
    "same-bytes": ({"moment": "file-handed-over"}, "each once"),
    "announced-first": ({"moment": "file-handed-over", "rate": 0.0}, "as the book says"),
    "renamed": ({}, "none missing"),
    "unknown-is-no-failure": ({"moment": "file-handed-over"}, "as the book says"),
    "duplicate-is-receipt": ({"among": ("called-duplicate",)}, "as the book says"),
    "refused-and-paid": ({"among": ("rejected-then-accepted",), "rate": 0.7}, "none paid knowingly"),
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


@pytest.mark.slow
async def test_payout_restored_from_before_it_released_a_file_sends_nothing_until_it_knows_again(
    make_world: MakeWorld,
) -> None:
    async with make_world() as world:
        ordering = Ordering(world=world, seed="1", wanted=0, rate=0.0, peace=True)
        ordering.turn()
        await world.start("payout", "treasury")
        payments = await ordering.order(0)
        await world.stop("payout")
        put_back = backup(world, "payout")
        await world.start("payout")
        await ordering.send(0, payments)
        await ordering.rest()
        await world.stop("payout")
        put_back()
        await world.start("payout")
        await world.until(lambda it: it["refusing"], "payout")
        again = {"act": "seal_many", "case": "again", "key": "again", "batch": "b" * 32, "payments": payments}
        assert (await world.once("payout", again) or {})["refused"] == "NotWriting"
        await world.stop("payout")
        await recover(world, "payout")
        await world.start("payout")
        await ordering.rest()
        assert once_checker.check(world.evidence()) == []


@pytest.mark.parametrize("protection", WITHOUT)
def test_every_protection_can_be_switched_off_and_every_rule_is_one(protection: str) -> None:
    assert protection in PROTECTIONS
    assert WITHOUT[protection][1] in RULES


def test_every_window_has_its_moments_in_the_code_and_every_fault_can_be_drawn() -> None:
    assert {it for moments in WINDOWS.values() for it in moments if not it.startswith("commit-")} <= MOMENTS.keys()
    assert len(DRAWN) >= 40
