"""Whatever dies, and whenever: the year ends with the same amounts and states, and every payment is made once.

`SEEDS=20 make test PYTEST="-k kills"` for more seeds; `FIRST_SEED=7 SEEDS=1` replays seed 7.
"""

import os
import random
import subprocess
import sys
import threading
from datetime import date
from itertools import chain, repeat
from pathlib import Path

import pytest

from deploy.demo import run
from deploy.demo_report import Result
from deploy.demo_year import Year
from deploy.embedded import PROJECT
from tests.servers import wait_until
from tests.system.conftest import Undisturbed
from tests.system.years import CHOSEN, differences, kill_part, kill_supervisor, lives, status

VICTIMS = ("nats-server", "intake", "review", "payout", "ledger", "treasury-simulator", "front")
_FIRST = int(os.environ.get("FIRST_SEED", "1"))
_SEEDS = range(_FIRST, _FIRST + int(os.environ.get("SEEDS", "3")))


class Killer(threading.Thread):
    """Kills one part after the other, at moments all over the year; each round of seven kills each part once.

    The moments are counted in steps of the year and lie a little after them, so that a slow machine, which needs long
    to start a part again, sees the same kills as a fast one and comes to an end.
    """

    def __init__(self, directory: Path, seed: int) -> None:
        super().__init__(daemon=True, name="killer")
        self._directory = directory
        self._random = random.Random(seed)
        self._steps = threading.Semaphore(0)
        self._done = threading.Event()
        self.killed: list[str] = []

    def on_step(self, _day: date, _label: str, _step: str) -> None:
        self._steps.release()

    def run(self) -> None:
        rounds = chain.from_iterable(self._random.sample(VICTIMS, len(VICTIMS)) for _ in repeat(None))
        for victim in rounds:
            for _ in range(self._random.randint(4, 18)):
                self._steps.acquire()
            if self._done.wait(self._random.uniform(0, 2)):
                return
            if kill_part(self._directory, victim):
                self.killed.append(victim)

    def stop(self) -> None:
        self._done.set()
        self._steps.release(Year.count(CHOSEN))
        self.join()


def _lived(directory: Path, killer: Killer) -> Result:
    killer.start()
    try:
        return run(directory, cases=CHOSEN, on_step=killer.on_step)
    finally:
        killer.stop()


@pytest.mark.slow
@pytest.mark.parametrize("seed", _SEEDS)
def test_killing_any_part_at_random_changes_nothing_in_the_result(
    undisturbed: Undisturbed, tmp_path: Path, seed: int
) -> None:
    killer = Killer(tmp_path / "house", seed)
    replay = f'FIRST_SEED={seed} SEEDS=1 make test PYTEST="-k killing_any_part"'
    try:
        found = _lived(tmp_path / "house", killer)
    except Exception as error:
        error.add_note(f"{replay}; getötet: {killer.killed}")
        raise
    assert differences(undisturbed.result, found) == [], f"{replay}; getötet: {killer.killed}"
    assert len(killer.killed) >= len(VICTIMS) // 2, "the year was over before anything happened"


@pytest.mark.slow
def test_a_house_killed_whole_while_it_pays_continues_where_it_was(undisturbed: Undisturbed, tmp_path: Path) -> None:
    house = tmp_path / "house"
    received = house / "treasury" / "received"
    with (tmp_path / "first.log").open("wb") as log:
        first = subprocess.Popen(
            [sys.executable, "-m", "tests.system.years", str(house)], cwd=PROJECT, stdout=log, stderr=log
        )
    try:
        wait_until(lambda: received.is_dir() and any(received.iterdir()), "die erste Zahlungsdatei", within=120)
        kill_supervisor(house)
        assert first.poll() is None, "the year was over before the kill"
    finally:
        first.kill()
        first.wait()
    steps = (house / "demo-journal.jsonl").read_text().count("\n")
    assert 0 < steps < Year.count(CHOSEN)
    assert differences(undisturbed.result, run(house, cases=CHOSEN, resume=True)) == []


def test_parts_die_with_their_supervisor_and_are_told_apart_from_strangers(undisturbed: Undisturbed) -> None:
    known = status(undisturbed.directory)
    assert [name for name, pid in known["pids"].items() if lives(pid)] == []
    assert lives(os.getpid(), os.getppid())
    assert not lives(os.getpid(), 1 if os.getppid() != 1 else 2)
