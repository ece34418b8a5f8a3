"""One embedded installation: what it keeps in its directory, and which processes it consists of."""

import json
import os
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from deploy import nats_server, simulated_calendar
from deploy.files import kept_secret, write_atomically
from deploy.ports import LOOPBACK, is_free, kept_ports
from deploy.sign_in import TokenDesk
from deploy.supervisor import Part
from shared.decider import value

LEDGER_ORIGIN = "foerderstrom.example/ledger"
TREASURY_FORMATS = ("iso20022", "hkr-xml", "hkr-csv", "manual")
FRONT = "front"
_NATS, _STREAMS, _TREASURY = "nats-server", "provision-streams", "treasury-simulator"


class PortTaken(OSError):
    """Somebody else listens where the front should."""


@value
class House:
    """One embedded installation: its directory, its stores, its front port (0: a free one, kept).

    `mirror`: every public event is published singly as well, for the broker's user `reader`. `treasury_format`: how files for
    the treasury are written (`TREASURY_FORMAT`); empty: as this house did before.
    """

    directory: Path
    port: int = 8080
    store: str = "sqlite"
    calendar: datetime | None = None
    mirror: bool = False
    treasury_format: str = ""

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
        issuer = f"http://{LOOPBACK}:{ports[FRONT]}"
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
        parts.append(
            Part(
                name=_STREAMS,
                command=(sys.executable, "-m", "deploy.provision_streams"),
                environment=surroundings | self._operator_settings(ports),
                once=True,
                after=(_NATS,),
                again_after=_NATS,
            )
        )
        for service in nats_server.SERVICES:
            command = (sys.executable, "-m", f"services.{service}")
            environment = surroundings | self._settings(service, ports, issuer)
            provision = f"provision-{service}"
            parts += [
                Part(name=provision, command=(*command, "provision"), environment=environment, once=True),
                Part(
                    name=service,
                    command=(*command, "serve"),
                    environment=environment,
                    port=ports[service],
                    after=(provision, _STREAMS),
                ),
            ]
        return [*parts, self._treasury(surroundings), self._front(surroundings, ports, issuer, key_file)]

    def _ports(self) -> Mapping[str, int]:
        kept = self.directory / "ports.json"
        known: dict[str, int] = json.loads(kept.read_bytes()) if kept.exists() else {}
        # A supervisor killed a moment ago may still have dying children on the ports.
        deadline = time.monotonic() + 5
        while not all(is_free(port) for port in known.values()) and time.monotonic() < deadline:
            time.sleep(0.05)
        if self.port and not is_free(self.port):
            raise PortTaken(f"Port {self.port} ist belegt")
        if self.port:
            write_atomically(kept, json.dumps({**known, FRONT: self.port}).encode())
        return kept_ports(kept, (_NATS, FRONT, *nats_server.SERVICES))

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
            "DOCUMENTS": self.directory / "documents",
            "JWKS": self.directory / "jwks.json",
            "ISSUER": issuer,
            "TRACES": self.directory / "traces" / f"{service}.jsonl",
        }
        if self.calendar_file.exists():
            settings["CALENDAR"] = self.calendar_file
        if self.mirror:
            settings["MIRROR"] = "true"
        if service == "payout":
            settings |= {"TREASURY": self.directory / "treasury", "TREASURY_FORMAT": self._treasury_format()}
        if service == "ledger":
            settings |= {"LEDGER_KEY_FILE": self.secrets / "ledger-seed", "LEDGER_ORIGIN": LEDGER_ORIGIN}
        else:
            # Who proves the history never opens what is sealed in it.
            settings |= {"KEYS": f"sqlite:{self.directory / 'keys' / 'keys.sqlite'}", "KEK_FILE": self.secrets / "kek"}
        return {f"FOERDERSTROM_{name}": str(setting) for name, setting in settings.items()}

    def _treasury_format(self) -> str:
        kept = self.directory / "treasury-format"
        if self.treasury_format:
            write_atomically(kept, self.treasury_format.encode())
        return kept.read_text() if kept.exists() else TREASURY_FORMATS[0]

    def _operator_settings(self, ports: Mapping[str, int]) -> dict[str, str]:
        file = nats_server.password_file(self.secrets, nats_server.OPERATOR)
        url = f"nats://{LOOPBACK}:{ports[_NATS]}"
        return {"FOERDERSTROM_NATS_URL": url, "FOERDERSTROM_NATS_OPERATOR_PASSWORD_FILE": str(file)}

    def _treasury(self, surroundings: Mapping[str, str]) -> Part:
        command = (sys.executable, "-m", "deploy.treasury_simulator", str(self.directory / "treasury"))
        return Part(name=_TREASURY, command=command, environment=surroundings)

    def _front(self, surroundings: Mapping[str, str], ports: Mapping[str, int], issuer: str, key_file: Path) -> Part:
        command = [sys.executable, "-m", "deploy.front", "--bind", LOOPBACK, "--port", str(ports[FRONT])]
        command += ["--issuer", issuer, "--key-file", str(key_file)]
        if self.calendar_file.exists():
            command += ["--calendar", str(self.calendar_file)]
        for service in nats_server.SERVICES:
            command += ["--upstream", f"{service}=http://{LOOPBACK}:{ports[service]}"]
        return Part(name=FRONT, command=command, environment=surroundings, port=ports[FRONT])
