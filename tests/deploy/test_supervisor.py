"""The supervisor with small programs of the tests' own: it restarts, orders, stops, and leaves nobody behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]

_SLEEPER = "import time; time.sleep(600)"
_STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
_PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"


def _part(name: str, code: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "command": [sys.executable, "-c", code], "environment": dict(os.environ), **more}


class House:
    """A supervisor in a process of its own, as people start it."""

    def __init__(self, directory: Path, parts: list[dict[str, Any]], **settings: float) -> None:
        self.directory = directory
        code = (
            "import json, sys; from pathlib import Path; from deploy.supervisor import Part, Supervisor\n"
            "directory, parts, settings = Path(sys.argv[1]), json.loads(sys.argv[2]), json.loads(sys.argv[3])\n"
            "Supervisor(directory, working_directory=directory, **settings).run(lambda: [Part(**it) for it in parts])"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(directory), json.dumps(parts), json.dumps(settings)],
            cwd=PROJECT,
            stderr=subprocess.PIPE,
        )

    def status(self) -> Mapping[str, Any]:
        try:
            return json.loads((self.directory / "status.json").read_bytes())
        except FileNotFoundError:
            return {"pids": {}, "restarts": {}}

    def pid(self, name: str) -> int:
        return eventually(lambda: self.status()["pids"].get(name))

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.directory / "logs" / "supervisor.jsonl").read_text().splitlines()]

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
        assert self.process.stderr is not None
        self.process.stderr.close()


def eventually[T](look: Callable[[], T | None], within: float = 8.0) -> T:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if seen := look():
            return seen
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    houses: list[House] = []

    def start(*parts: dict[str, Any], **settings: float) -> House:
        houses.append(House(tmp_path, list(parts), **settings))
        return houses[-1]

    yield start
    for it in houses:
        it.end()


def test_a_killed_part_is_started_again_and_the_status_says_so(house: Callable[..., House]) -> None:
    it = house(_part("worker", _SLEEPER))
    first = it.pid("worker")
    os.kill(first, signal.SIGKILL)
    eventually(lambda: it.status()["pids"].get("worker", first) != first)
    assert it.status()["restarts"] == {"worker": 1}
    assert lives(it.pid("worker"))


def test_a_part_that_keeps_ending_is_started_ever_more_slowly(house: Callable[..., House]) -> None:
    it = house(_part("broken", "raise SystemExit(3)"), first_delay=0.1)

    def starts() -> list[float]:
        seen = [line for line in it.log() if line["event"] == "started"]
        return [datetime.fromisoformat(line["timestamp"]).timestamp() for line in seen]

    eventually(lambda: it.status()["restarts"].get("broken", 0) >= 4)
    at = starts()
    gaps = [later - earlier for earlier, later in pairwise(at)]
    assert gaps[3] > gaps[1] > 0.1
    assert gaps[3] > 0.7


def test_a_part_that_ran_well_for_a_while_begins_again_with_the_short_delay(house: Callable[..., House]) -> None:
    it = house(_part("mostly-well", "import time; time.sleep(0.4)"), first_delay=0.1, stable_after=0.2)
    eventually(lambda: it.status()["restarts"].get("mostly-well", 0) >= 5, within=6)


def test_a_stop_ends_all_parts_and_those_they_started_gracefully(house: Callable[..., House]) -> None:
    it = house(_part("parent", _PARENT), _part("worker", _SLEEPER))
    pids = [it.pid("parent"), it.pid("worker")]
    child = eventually(lambda: [int(p) for p in Path(f"/proc/{pids[0]}/task/{pids[0]}/children").read_text().split()])
    it.process.terminate()
    assert it.process.wait(10) == 0
    assert not [pid for pid in (*pids, *child) if lives(pid)]
    assert it.status()["pids"] == {}


def test_a_part_that_ignores_the_stop_is_killed_in_time(house: Callable[..., House]) -> None:
    it = house(_part("stubborn", _STUBBORN), stop_within=1.0)
    pid = it.pid("stubborn")
    time.sleep(0.3)
    begun = time.monotonic()
    it.process.terminate()
    assert it.process.wait(5) == 0
    assert time.monotonic() - begun < 3
    assert not lives(pid)


def test_killing_the_supervisor_kills_its_parts_and_starting_again_continues(
    house: Callable[..., House], tmp_path: Path
) -> None:
    it = house(_part("worker", _SLEEPER), _part("stubborn", _STUBBORN))
    pids = [it.pid("worker"), it.pid("stubborn")]
    it.process.kill()
    it.process.wait(5)
    eventually(lambda: not any(lives(pid) for pid in pids), within=3)
    again = house(_part("worker", _SLEEPER))
    eventually(lambda: again.status().get("supervisor") == again.process.pid)
    assert lives(again.pid("worker"))


def test_two_supervisors_do_not_share_a_directory(house: Callable[..., House]) -> None:
    first = house(_part("worker", _SLEEPER))
    first.pid("worker")
    second = house(_part("worker", _SLEEPER))
    assert second.process.wait(10) == 1
    assert second.process.stderr is not None
    assert b"AlreadySupervised" in second.process.stderr.read()


_LISTENER = (
    "import socket, sys, time\n"
    "time.sleep(0.3); server = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
    "while True: server.accept()[0].close()"
)


def test_a_part_waits_for_what_it_needs_and_provisioning_is_repeated_after_the_broker_came_back(
    house: Callable[..., House], tmp_path: Path
) -> None:
    from deploy.ports import free_port

    port, marks = free_port(), tmp_path / "marks"
    provision = (
        "import socket, sys\n"
        f"socket.create_connection(('127.0.0.1', {port})).close()\n"
        f"open({str(marks)!r}, 'a').write('p')"
    )
    broker = _part("broker", _LISTENER, port=port)
    broker["command"].append(str(port))
    it = house(
        _part("service", f"open({str(marks)!r}, 'a').write('s')\n" + _SLEEPER, after=["provision"]),
        _part("provision", provision, once=True, after=["broker"], again_after="broker"),
        broker,
    )
    service = it.pid("service")
    eventually(lambda: marks.exists() and marks.read_text() == "ps")
    os.kill(it.pid("broker"), signal.SIGKILL)
    eventually(lambda: marks.read_text() == "psp")
    assert it.pid("service") == service
    assert not [line for line in it.log() if line["part"] == "provision" and line.get("code", 0) != 0]


def test_what_the_parts_print_is_kept(house: Callable[..., House], tmp_path: Path) -> None:
    it = house(_part("talker", 'print(\'{"event": "hello"}\', flush=True)\n' + _SLEEPER))
    it.pid("talker")
    log = tmp_path / "logs" / "talker.jsonl"
    eventually(lambda: log.exists() and log.read_text() == '{"event": "hello"}\n')
