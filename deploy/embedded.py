"""The embedded mode: nats-server, the four services, the simulated treasury and the front as processes on one machine.

`python -m deploy.embedded DIR` supervises them in the foreground; everything they keep lies under DIR, and starting it
again on the same DIR continues. `Embedded` does the same from Python, in a process of its own.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import httpx2

from deploy.house import FRONT, TREASURY_FORMATS, House, PortTaken
from deploy.nats_server import NatsServerMissing
from deploy.ports import LOOPBACK
from deploy.supervisor import AlreadySupervised, Supervisor, die_with

PROJECT = Path(__file__).resolve().parent.parent


class Embedded:
    """The embedded mode in a process of its own, stopped at the end of the `with`; killed with this process."""

    def __init__(
        self,
        directory: Path,
        *,
        port: int = 0,
        store: str = "sqlite",
        calendar: datetime | None = None,
        mirror: bool = False,
        treasury_format: str = "",
    ) -> None:
        self.directory = directory.absolute()
        self._arguments = [str(self.directory), "--port", str(port), "--store", store]
        if calendar is not None:
            self._arguments += ["--simulated-calendar", calendar.isoformat()]
        if mirror:
            self._arguments.append("--mirror")
        if treasury_format:
            self._arguments += ["--treasury-format", treasury_format]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the supervisor; it continues what lies in the directory."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.directory / "logs").mkdir(mode=0o700, exist_ok=True)
        command = [sys.executable, "-m", "deploy.embedded", *self._arguments, "--die-with", str(os.getpid())]
        with (self.directory / "logs" / "embedded.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    def wait_ready(self, timeout: float = 60.0) -> None:
        """Until every service says it is ready; TimeoutError, or RuntimeError when the supervisor ended."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(f"Der Supervisor läuft nicht, siehe {self.directory / 'logs' / 'embedded.log'}")
            if self._is_ready():
                return
            time.sleep(0.1)
        raise TimeoutError(f"Nicht bereit nach {timeout} s, siehe {self.directory / 'logs'}")

    def _is_ready(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/health/ready", timeout=5.0, trust_env=False).status_code == 200
        except (httpx2.HTTPError, KeyError):
            return False

    def status(self) -> Mapping[str, Any]:
        """`pids`, `ports` and `restarts` by part, and the `supervisor`'s pid; empty before the first start of a part."""
        file = self.directory / "status.json"
        status: Mapping[str, Any] = json.loads(file.read_bytes()) if file.exists() else {}
        # What an earlier supervisor left behind is no status of this one.
        return status if self._process is not None and status.get("supervisor") == self._process.pid else {}

    def pids(self) -> Mapping[str, int]:
        """The processes running now, by name, without the supervisor."""
        return self.status().get("pids", {})

    @property
    def url(self) -> str:
        """The front's address; KeyError before it was started."""
        return f"http://{LOOPBACK}:{self.status()['ports'][FRONT]}"

    @property
    def supervisor_pid(self) -> int:
        """KeyError before the start."""
        return self.status()["supervisor"]

    def stop(self) -> None:
        """Ask everything to stop and wait for it; kill after 30 s."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End the supervisor as a power cut would; the kernel ends the rest."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError("Zeitpunkt mit Zeitzone erwartet, etwa 2026-01-05T08:00:00+01:00")
    return instant


def _store(text: str) -> str:
    if text == "sqlite" or text.startswith("postgresql://"):
        return text
    raise argparse.ArgumentTypeError("sqlite oder postgresql://… erwartet")


def main(arguments: list[str] | None = None) -> int:
    """Supervise until SIGTERM or SIGINT; exit code 2 when the directory or the port is in use."""
    parser = argparse.ArgumentParser(prog="deploy.embedded", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--store", type=_store, default="sqlite")
    parser.add_argument("--simulated-calendar", type=_instant)
    parser.add_argument("--mirror", action="store_true", help="öffentliche Ereignisse auch einzeln veröffentlichen")
    parser.add_argument("--treasury-format", choices=TREASURY_FORMATS, default="", help="sonst wie zuvor")
    parser.add_argument("--die-with", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.die_with is not None:
        die_with(given.die_with)
    directory: Path = given.directory.absolute()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    house = House(
        directory=directory,
        port=given.port,
        store=given.store,
        calendar=given.simulated_calendar,
        mirror=given.mirror,
        treasury_format=given.treasury_format,
    )
    try:
        Supervisor(directory, working_directory=PROJECT).run(house.prepare)
    except (AlreadySupervised, PortTaken, NatsServerMissing) as error:
        print(f"deploy.embedded: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
