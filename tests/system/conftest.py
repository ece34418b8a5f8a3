"""The undisturbed year, lived once: what every disturbed one is compared with. Its events are mirrored to a stranger."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from deploy.demo import run
from deploy.demo_report import Result
from tests.servers import wait_until
from tests.system.years import CHOSEN, status

_STRANGER = Path(__file__).with_name("stranger.py")


@dataclass(frozen=True, kw_only=True)
class Undisturbed:
    """What the year came to, and what a stranger heard of it."""

    result: Result
    heard: Sequence[dict[str, Any]]
    directory: Path


@dataclass
class _Listening:
    """Lets a stranger listen from the first step on."""

    directory: Path
    heard: Path
    process: subprocess.Popen[bytes] | None = None

    def __call__(self, _day: date, _label: str, _step: str) -> None:
        if self.process is None:
            port = status(self.directory)["ports"]["nats-server"]
            password = self.directory / "secrets" / "nats-reader.password"
            command = [sys.executable, "-I", str(_STRANGER), f"nats://127.0.0.1:{port}", str(password)]
            with self.heard.open("wb") as out:
                self.process = subprocess.Popen(command, stdout=out)
            wait_until(lambda: self.heard.stat().st_size > 0, "der Zuhörer")


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """A year without faults."""
    place = tmp_path_factory.mktemp("undisturbed")
    listening = _Listening(directory=place / "house", heard=place / "heard.jsonl")
    result = run(place / "house", cases=CHOSEN, mirror=True, on_step=listening)
    assert listening.process is not None
    listening.process.wait(10)
    heard = [json.loads(line) for line in listening.heard.read_text().splitlines()]
    return Undisturbed(result=result, heard=heard[1:], directory=place / "house")
