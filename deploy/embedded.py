"""The embedded mode: nats-server, the four services, the simulated treasury and the front as processes on one machine.

`python -m deploy.embedded DIR` supervises them in the foreground; everything they keep lies under DIR, and starting it
again on the same DIR continues. `Embedded` does the same from Python, in a process of its own.
"""

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import httpx2

from deploy import nats_server, simulated_calendar
from deploy.files import kept_secret, write_atomically
from deploy.ports import LOOPBACK, is_free, kept_ports
from deploy.sign_in import TokenDesk
from deploy.supervisor import AlreadySupervised, Part, Supervisor, die_with
from shared.decider import value

PROJECT = Path(__file__).resolve().parent.parent
LEDGER_ORIGIN = "foerderstrom.example/ledger"
_NATS, _FRONT, _TREASURY = "nats-server", "front", "treasury-simulator"


class PortTaken(OSError):
    """Somebody else listens where the front should."""


@value
class House:
    """One embedded installation: its directory, its stores, its front port (0: a free one, kept)."""

    directory: Path
    port: int = 8080
    store: str = "sqlite"
    calendar: datetime | None = None

    @property
    def secrets(self) -> Path:
        return self.directory / "secrets"

    @property
    def calendar_file(self) -> Path:
        return self.directory / "calendar.json"

    def prepare(self) -> Sequence[Part]:
        """Make what is not there yet (directories, secrets, ports, calendar) and say which processes to keep."""
        for name in ("secrets", "logs", "nats", "stores", "keys", "documents", "treasury", "traces"):
            (self.directory / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        ports = self._ports()
        issuer = f"http://{LOOPBACK}:{ports[_FRONT]}"
        key_file = self.secrets / "sign-in.pem"
        jwks = TokenDesk(key_file, issuer).jwks()
        write_atomically(self.directory / "jwks.json", json.dumps(jwks).encode())
        for name in ("kek", "ledger-seed"):
            kept_secret(self.secrets / name, lambda: secrets.token_bytes(32))
        if self.calendar is not None:
            simulated_calendar.begin(self.calendar_file, self.calendar)
        nats = nats_server.prepare(self.secrets, self.directory / "nats", ports[_NATS])
        surroundings = {name: text for name, text in os.environ.items() if not name.startswith("FOERDERSTROM_")}
        parts = [Part(name=_NATS, command=nats, environment=surroundings, port=ports[_NATS], log_suffix="log")]
        for service in nats_server.SERVICES:
            command = (sys.executable, "-m", f"services.{service}")
            environment = surroundings | self._settings(service, ports, issuer)
            parts += [
                Part(
                    name=f"provision-{service}",
                    command=(*command, "provision"),
                    environment=environment | self._operator_settings(),
                    once=True,
                    after=(_NATS,),
                    again_after=_NATS,
                ),
                Part(
                    name=service,
                    command=(*command, "serve"),
                    environment=environment,
                    port=ports[service],
                    after=(f"provision-{service}",),
                ),
            ]
        return [*parts, self._treasury(surroundings), self._front(surroundings, ports, issuer, key_file)]

    def _ports(self) -> Mapping[str, int]:
        # A supervisor killed a moment ago may still have dying children on the ports.
        deadline = time.monotonic() + 5
        kept = self.directory / "ports.json"
        known: dict[str, int] = json.loads(kept.read_bytes()) if kept.exists() else {}
        wanted = {**known, _FRONT: self.port or known.get(_FRONT, 0)}
        while not all(is_free(port) for port in wanted.values() if port) and time.monotonic() < deadline:
            time.sleep(0.05)
        if self.port and not is_free(self.port):
            raise PortTaken(f"Port {self.port} ist belegt")
        write_atomically(kept, json.dumps(wanted).encode())
        return kept_ports(kept, (_NATS, _FRONT, *nats_server.SERVICES))

    def _settings(self, service: str, ports: Mapping[str, int], issuer: str) -> dict[str, str]:
        store = self.store
        if store == "sqlite":
            (self.directory / "stores" / service).mkdir(mode=0o700, exist_ok=True)
            store = f"sqlite:{self.directory / 'stores' / service}"
        settings = {
            "PORT": str(ports[service]),
            "STORE": store,
            "NATS_URL": f"nats://{LOOPBACK}:{ports[_NATS]}",
            "NATS_PASSWORD_FILE": nats_server.password_file(self.secrets, service),
            "KEYS": f"sqlite:{self.directory / 'keys' / 'keys.sqlite'}",
            "KEK_FILE": self.secrets / "kek",
            "DOCUMENTS": self.directory / "documents",
            "JWKS": self.directory / "jwks.json",
            "ISSUER": issuer,
            "TRACES": self.directory / "traces" / f"{service}.jsonl",
        }
        if self.calendar_file.exists():
            settings["CALENDAR"] = self.calendar_file
        if service == "payout":
            settings["TREASURY"] = self.directory / "treasury"
        if service == "ledger":
            settings |= {"LEDGER_KEY_FILE": self.secrets / "ledger-seed", "LEDGER_ORIGIN": LEDGER_ORIGIN}
        return {f"FOERDERSTROM_{name}": str(setting) for name, setting in settings.items()}

    def _operator_settings(self) -> dict[str, str]:
        file = nats_server.password_file(self.secrets, nats_server.OPERATOR)
        return {"FOERDERSTROM_NATS_OPERATOR_PASSWORD_FILE": str(file)}

    def _treasury(self, surroundings: Mapping[str, str]) -> Part:
        command = (sys.executable, "-m", "deploy.treasury_simulator", str(self.directory / "treasury"))
        return Part(name=_TREASURY, command=command, environment=surroundings)

    def _front(self, surroundings: Mapping[str, str], ports: Mapping[str, int], issuer: str, key_file: Path) -> Part:
        command = [sys.executable, "-m", "deploy.front", "--bind", LOOPBACK, "--port", str(ports[_FRONT])]
        command += ["--issuer", issuer, "--key-file", str(key_file)]
        if self.calendar_file.exists():
            command += ["--calendar", str(self.calendar_file)]
        for service in nats_server.SERVICES:
            command += ["--upstream", f"{service}=http://{LOOPBACK}:{ports[service]}"]
        return Part(name=_FRONT, command=command, environment=surroundings, port=ports[_FRONT])


class Embedded:
    """The embedded mode in a process of its own, stopped at the end of the `with`; killed with this process."""

    def __init__(
        self, directory: Path, *, port: int = 0, store: str = "sqlite", calendar: datetime | None = None
    ) -> None:
        self.directory = directory.absolute()
        self._arguments = [str(self.directory), "--port", str(port), "--store", store]
        if calendar is not None:
            self._arguments += ["--simulated-calendar", calendar.isoformat()]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the supervisor; it continues what lies in the directory."""
        (self.directory / "logs").mkdir(mode=0o700, parents=True, exist_ok=True)
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
        return f"http://{LOOPBACK}:{self.status()['ports'][_FRONT]}"

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
    parser.add_argument("--die-with", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.die_with is not None:
        die_with(given.die_with)
    directory: Path = given.directory.absolute()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    house = House(directory=directory, port=given.port, store=given.store, calendar=given.simulated_calendar)
    try:
        Supervisor(directory, working_directory=PROJECT).run(house.prepare)
    except (AlreadySupervised, PortTaken, nats_server.NatsServerMissing) as error:
        print(f"deploy.embedded: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
