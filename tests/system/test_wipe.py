"""NATS is transport, never the record: all it stored may be destroyed in the middle of the year."""

import os
import shutil
import signal
from datetime import date
from pathlib import Path

import pytest

from deploy.demo import run
from deploy.demo_year import Year
from deploy.ports import accepts
from tests.servers import wait_until
from tests.system.conftest import Undisturbed
from tests.system.years import CHOSEN, differences, kill_part, status


class Wiper:
    """Kills the broker and destroys its directory when a third and when two thirds of the steps are done."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._count = 0
        total = Year.count(CHOSEN)
        self._moments = {total // 3, 2 * total // 3}
        self.destroyed = 0

    def __call__(self, _day: date, _label: str, _step: str) -> None:
        self._count += 1
        if self._count in self._moments:
            self._wipe()

    def _wipe(self) -> None:
        known = status(self._directory)
        # A stopped supervisor cannot start the broker again before everything is gone.
        os.kill(known["supervisor"], signal.SIGSTOP)
        try:
            wait_until(lambda: kill_part(self._directory, "nats-server"), "das Ende von NATS")
            wait_until(lambda: not accepts(known["ports"]["nats-server"]), "ein geschlossener Port")
            self.destroyed += len(list((self._directory / "nats").rglob("*.blk")))
            shutil.rmtree(self._directory / "nats")
        finally:
            os.kill(known["supervisor"], signal.SIGCONT)


@pytest.mark.slow
def test_a_year_whose_broker_loses_everything_twice_ends_the_same(undisturbed: Undisturbed, tmp_path: Path) -> None:
    wiper = Wiper(tmp_path / "house")
    found = run(tmp_path / "house", cases=CHOSEN, on_step=wiper)
    assert differences(undisturbed.result, found) == []
    assert wiper.destroyed > 1, "blocks of messages were there to be destroyed"
    assert status(tmp_path / "house")["restarts"]["nats-server"] == 2
