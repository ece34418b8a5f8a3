"""Payout in earnest: the running service, the treasury beside it, and the people who act, each in a step."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from services.payout.settings import Settings
from services.payout.wiring import blueprint
from shared.contracts.intake import DrawdownRequested
from shared.contracts.review import FundsAssigned
from shared.identity import Role, Sealed
from shared.privacy import Privacy
from shared.records import field_names
from tests.payout.builders import CASE, IBAN, drawdown, plan
from tests.servers import wait_until
from tests.service import Place, Running, serving

MONDAY = datetime(2025, 8, 4, 8, tzinfo=UTC)
PROJECT = Path(__file__).parents[2]

PEOPLE = {
    "p-examiner": Role.CASE_OFFICER,
    "p-certifier": Role.CERTIFIER,
    "p-orderer": Role.ORDERING_OFFICER,
    "p-cashier": Role.TREASURY,
    "p-auditor": Role.AUDITOR,
    "p-operator": Role.OPERATOR,
}


def simulated_treasury(folder: Path, *arguments: str) -> str:
    """One round of the treasury's own program on its folder."""
    command = [sys.executable, "-m", "deploy.treasury_simulator", str(folder), *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60).stdout


def book(folder: Path) -> dict[str, Any]:
    """What the treasury's own book says."""
    return json.loads(simulated_treasury(folder, "--book"))


@dataclass
class Road:
    """One running payout service and everybody who acts on it."""

    service: Running
    treasury: Path

    def __post_init__(self) -> None:
        self.clients = {person: self.service.client(person, role) for person, role in PEOPLE.items()}

    def ask(self, person: str, path: str, **more: Any) -> httpx2.Response:
        return self.clients[person].get(path, **more)

    def read(self, path: str, person: str = "p-auditor") -> Any:
        answer = self.ask(person, path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def act(
        self, person: str, path: str, body: Any = None, *, etag: str | None = None, key: str | None = None
    ) -> httpx2.Response:
        """A command; with the state's own version unless another is given, and a fresh key."""
        headers = {"Idempotency-Key": key or uuid4().hex}
        if etag is None and path != "/payout/batches":
            stem = "/".join(path.split("/")[:4])
            etag = self.read(stem)["etag"]
        if etag:
            headers["If-Match"] = etag
        return self.clients[person].post(path, json=body or {}, headers=headers)

    def done(self, person: str, path: str, body: Any = None, **more: Any) -> Any:
        answer = self.act(person, path, body, **more)
        assert answer.is_success, answer.text
        self.service.settled()
        return answer.json()

    # ---- What the others tell

    def seal(self, text: str, path: str, case: str) -> Sealed:
        privacy = Privacy(self.service.house.keys, "intake")
        return privacy.seal(text, stream=f"application-{case}", path=path, subject=f"s-{case}")

    def assign(self, case: str = CASE, *, iban: str = IBAN, holder: str = "Stadt Stadtilm", **more: Any) -> None:
        told = {it: getattr(plan(case, **more), it) for it in field_names(plan())}
        told["account_holder"] = self.seal(holder, "account_holder", case)
        told["iban"] = self.seal(iban, "iban", case)
        self.service.tell("review", case, FundsAssigned(**told))

    def request(self, name: str = "d1", case: str = CASE, **more: Any) -> None:
        asked = drawdown(name, **more)
        self.service.tell("intake", case, DrawdownRequested(**{it: getattr(asked, it) for it in field_names(asked)}))

    # ---- What people do

    def ordered(self, name: str = "d1", case: str = CASE) -> str:
        """Examine, certify and order a drawdown; the payment's id."""
        path = f"/payout/cases/{case}/drawdowns/{name}"
        self.done("p-examiner", f"{path}/examination")
        self.done("p-certifier", f"{path}/certification")
        told = self.done("p-orderer", f"{path}/order")
        return next(it["payment"] for it in told["drawdowns"] if it["drawdown"] == name)

    def sealed(self, *payments: str) -> str:
        return self.done("p-orderer", "/payout/batches", {"payments": payments})["batch"]

    def released(self, batch: str) -> None:
        self.done("p-cashier", f"/payout/batches/{batch}/release")

    def until(self, path: str, name: str, value: Any) -> None:
        wait_until(lambda: self.read(path)[name] == value, f"{path} {name}={value}")
        self.service.settled()

    def transmitted(self, *payments: str) -> str:
        batch = self.sealed(*payments)
        self.released(batch)
        self.until(f"/payout/batches/{batch}", "status", "transmitted")
        return batch

    def transmitted_all(self, *_ordered: str) -> str:
        """Everything that is ordered, payments and what is told of claims, in one file at the treasury."""
        batch = self.done("p-orderer", "/payout/batches")["batch"]
        self.released(batch)
        self.until(f"/payout/batches/{batch}", "status", "transmitted")
        return batch

    def answered(self) -> None:
        """The treasury works once, and all it wrote is taken in."""
        simulated_treasury(self.treasury, "--once")
        wait_until(lambda: not self.read("/payout/open")["files_waiting"] and self.service.house.idle, "die Meldungen")
        self.service.settled()

    def book(self) -> dict[str, Any]:
        return book(self.treasury)


def settings_at(place: Place, **more: Any) -> Settings:
    return place.settings(Settings, treasury=place.folder / "treasury", treasury_file_bytes=1_000_000, **more)


@contextmanager
def on_the_road(place: Place, **more: Any) -> Generator[Road]:
    """A running payout at a place, on the morning of 4 August 2025 unless the place's calendar shows another time."""
    if not (place.folder / "calendar.json").exists():
        place.turn_to(MONDAY)
    with serving(blueprint, place, settings_at(place, **more)) as service:
        yield Road(service=service, treasury=place.folder / "treasury")
