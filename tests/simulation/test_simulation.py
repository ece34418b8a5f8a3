"""Two hundred worlds in which everything goes wrong, and in which nothing is lost, doubled, altered or stuck."""

import os
import subprocess
import sys
import time
from functools import cache

import pytest

from tests.simulation.campaign import campaign
from tests.simulation.simulate import OFTEN, Result, simulate

SEEDS = range(1, 201)
TOGETHER = 20


@cache
def lived(seed: int) -> Result:
    return simulate(seed)


@pytest.mark.parametrize("first", SEEDS[::TOGETHER])
def test_whatever_goes_wrong_everything_arrives_once_and_in_order(first: int) -> None:
    failed = [it for it in map(lived, range(first, first + TOGETHER)) if it.violations]
    assert not failed, "\n".join(f"{it.replay}: {'; '.join(it.violations)}" for it in failed)


def test_every_fault_strikes_in_some_of_these_worlds() -> None:
    struck = {fault for seed in SEEDS for fault in lived(seed).faults}
    assert struck == {fault.__name__ for fault in OFTEN}


def test_the_same_seed_takes_the_same_steps() -> None:
    first = lived(7)
    simulate(8)
    assert simulate(7) == first


def test_another_seed_takes_others() -> None:
    assert lived(7).trace != lived(8).trace


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_a_seed_replays_exactly_in_another_process(hash_seed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "7"],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert lived(7).trace in done.stdout


def test_a_campaign_goes_through_seeds_until_its_time_is_over() -> None:
    reached = campaign(time.monotonic() + 8, first_seed=100_000)
    assert reached.seeds > 0
    assert reached.failed == []
