"""Two hundred worlds in which everything goes wrong, and in which nothing is lost, doubled, altered or stuck."""

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.simulation.campaign import campaign
from tests.simulation.simulate import OFTEN, Result, simulate

SEEDS = range(1, 201)


@pytest.fixture(scope="module")
def worlds() -> Sequence[Result]:
    return list(campaign(SEEDS))


def test_whatever_goes_wrong_everything_arrives_once_and_in_order(worlds: Sequence[Result]):
    failed = [it for it in worlds if it.violations]
    assert not failed, "\n".join(f"{it.replay}: {'; '.join(it.violations)}" for it in failed)


def test_a_campaign_tells_what_became_of_every_seed(worlds: Sequence[Result]):
    assert [it.seed for it in worlds] == list(SEEDS)


def test_every_fault_strikes_in_some_of_these_worlds(worlds: Sequence[Result]):
    assert {fault for it in worlds for fault in it.faults} == {fault.__name__ for fault in OFTEN}


def test_the_same_seed_takes_the_same_steps_whatever_ran_before_it(worlds: Sequence[Result]):
    simulate(8)
    assert simulate(7) == simulate(7) == worlds[6]


def test_another_seed_takes_others(worlds: Sequence[Result]):
    assert len({it.trace for it in worlds}) == len(SEEDS)


def told_by_another_process(*asked: str, hash_seed: str = "0") -> str:
    done = subprocess.run(
        [sys.executable, *asked],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_a_seed_replays_exactly_in_another_process(worlds: Sequence[Result], hash_seed: str):
    assert worlds[6].trace in told_by_another_process("-m", "tests.simulation", "7", hash_seed=hash_seed)


TRACED = """
from shared.observability import configure_tracing
from tests.simulation.simulate import simulate

configure_tracing("any", file=None, ratio=1.0)
print(simulate(7).trace)
"""


def test_a_seed_replays_exactly_in_a_process_that_traces(worlds: Sequence[Result]):
    assert worlds[6].trace in told_by_another_process("-c", TRACED)
