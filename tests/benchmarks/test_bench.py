"""The bench itself: both sides still have the same conversation, and a run that lost something does not count."""

from argparse import Namespace
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as bench
from tests.benchmarks.conversation import EVENTS

pytestmark = pytest.mark.slow


def few(folder: Path) -> Namespace:
    return Namespace(folder=folder, count=6, in_flight=3, seconds=1)


@pytest.mark.parametrize("side", ["stock", "ours", "whole"])
def test_each_side_lives_through_the_conversation_and_loses_nothing(side: str, tmp_path: Path) -> None:
    found = bench.run(side, "sqlite", None, few(tmp_path))
    assert found["lifecycles"] == 6
    assert found["lifecycles_per_second"] > 0


@pytest.mark.parametrize("lost", [1, -1])
def test_a_run_with_an_event_too_few_or_too_many_does_not_count(
    lost: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EVENTS, "payout", EVENTS["payout"] + lost)
    monkeypatch.setattr(bench, "ARRIVES_WITHIN", 2.0)
    with pytest.raises(bench.Lost, match="events instead of"):
        bench.run("stock", "sqlite", None, few(tmp_path))
