"""The ministry for stories: intake, review and payout in earnest on one broker, a calendar to turn, people who act over HTTP."""

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

import services.intake.wiring
import services.payout.wiring
import services.review.wiring
from shared.identity import Role
from shared.web import Action
from tests.payout.road import settings_at, simulated_treasury
from tests.servers import NatsServer, wait_until
from tests.service import Place, Running, serving

BLUEPRINTS = {
    "intake": services.intake.wiring.blueprint,
    "review": services.review.wiring.blueprint,
    "payout": services.payout.wiring.blueprint,
}
EXPERT, OFFICER, CLERK = ("p-expert", Role.EXPERT), ("p-officer", Role.CASE_OFFICER), ("p-clerk", Role.INTAKE_CLERK)
APPROVER, SECOND_APPROVER = ("p-approver", Role.APPROVER), ("p-second", Role.APPROVER)
BUDGET = ("p-budget", Role.BUDGET_OFFICER)
EXAMINER, CERTIFIER = ("p-examiner", Role.CASE_OFFICER), ("p-certifier", Role.CERTIFIER)
ORDERER, CASHIER = ("p-orderer", Role.ORDERING_OFFICER), ("p-cashier", Role.TREASURY)
AUDITOR = ("p-auditor", Role.AUDITOR)
NOBODY = ("", Role.AUDITOR)
type Person = tuple[str, Role]


class Refused(AssertionError):
    """The house said no: `code` as it told the person."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.problem: Mapping[str, Any] = answer.json()
        self.code = str(self.problem.get("code"))
        super().__init__(f"{answer.status_code} {answer.text[:1500]}")


@dataclass
class Ministry:
    """Three services, and everybody who works with them."""

    place: Place
    services: Mapping[str, Running]
    _clients: dict[tuple[str, Person], httpx2.Client] = field(default_factory=dict)
    _actions: dict[tuple[str, str], Action] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, it in self.services.items():
            self._actions |= {(name, one.name): one for one in BLUEPRINTS[name].actions(it.house)}
        wait_until(lambda: not any(it.house.unready() for it in self.services.values()), "die Bereitschaft")

    def turn_to(self, on: date, hour: int = 9) -> None:
        """Let everything that is under way arrive, and show another day; what falls due on it happens."""
        self.settle()
        self.place.turn_to(datetime(on.year, on.month, on.day, hour, tzinfo=UTC))
        self.settle()

    def settle(self, patience: float = 30.0) -> None:
        """Wait until nothing waits anywhere, seen twice alike: a message may just have left who was asked first."""
        until, before = time.monotonic() + patience, ()
        while True:
            seen = tuple(self.person(it, NOBODY).get("/health/idle").json() for it in self.services)
            if all(it["idle"] for it in seen) and seen == before:
                return
            assert time.monotonic() < until, seen
            before = seen
            time.sleep(0.05)

    def person(self, service: str, by: Person, *keys: str) -> httpx2.Client:
        """Somebody at a service's desk; an applicant acts for these keys."""
        client = self._clients.get((service, by))
        if client is None:
            client = self._clients[service, by] = self.services[service].client(by[0], by[1], keys=keys)
        return client

    def town(self, key: str) -> httpx2.Client:
        """Who acts for a municipality, at intake."""
        return self.person("intake", (f"p-{key}", Role.APPLICANT), key)

    def read(self, path: str, by: Person = AUDITOR) -> dict[str, Any]:
        """What the service at this path tells this person, once everything under way has arrived."""
        self.settle()
        answer = self.person(path.split("/")[1], by).get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def act(self, action: str, by: Person | str, body: Any = None, **path: str) -> dict[str, Any]:
        """Have a person (or a municipality, by its key) do `<service>/<action>`, on what they have just read; `Refused` when they may not."""
        service, _, name = action.partition("/")
        known = self._actions[service, name]
        client = self.town(by) if isinstance(by, str) else self.person(service, by)
        at = known.path.format(**path)
        self.settle()
        headers = {"Idempotency-Key": uuid4().hex} if known.creates else {"If-Match": self._seen(client, name, at)}
        answer = client.post(at, json=body or {}, headers=headers)
        if answer.status_code >= 400:
            raise Refused(answer)
        return answer.json()

    def _seen(self, client: httpx2.Client, action: str, at: str) -> str:
        """The version that the person sees: the action's own, as the case tells it, else that of what is acted on."""
        for parent in _parents(at):
            found = client.get(parent)
            if found.status_code != 200 or "json" not in found.headers.get("content-type", ""):
                continue
            offered: Sequence[Mapping[str, Any]] = found.json().get("actions") or ()
            mine = next((it["if_match"] for it in offered if it.get("name") == action and it.get("if_match")), "")
            if mine or "etag" in found.headers:
                return mine or found.headers["etag"]
        raise AssertionError(f"nichts zu lesen über {at}")

    def paid(self, case: str, drawdown: str) -> None:
        """A drawdown that was examined is certified, ordered, transmitted and paid by the treasury."""
        path = {"case": case, "drawdown": drawdown}
        self.act("payout/certify-drawdown", CERTIFIER, **path)
        ordered = self.act("payout/order-payment", ORDERER, **path)["drawdowns"]
        payment = next(it["payment"] for it in ordered if it["drawdown"] == drawdown)
        batch = self.act("payout/seal-batch", ORDERER, {"payments": [payment]})["batch"]
        self.act("payout/release-batch", CASHIER, batch=batch)
        simulated = self.place.folder / "treasury"
        wait_until(
            lambda: self.read(f"/payout/batches/{batch}")["status"] == "transmitted", "die Übergabe an die Kasse"
        )
        simulated_treasury(simulated, "--once")
        wait_until(lambda: self.read(f"/payout/payments/{payment}")["status"] == "settled", "die Zahlung")
        self.settle()

    def history(self, service: str, case: str) -> Sequence[Mapping[str, Any]]:
        """The case's events in a service, as its timeline tells them."""
        return self.read(f"/{service}/cases/{case}/history")["events"]

    def facts(self, service: str, case: str, topic: str) -> Mapping[str, Any]:
        """What the last event of this name says."""
        found = [it for it in self.history(service, case) if it["topic"].startswith(f"{service}.{topic}.v")]
        assert found, f"{topic} steht nicht in {[it['topic'] for it in self.history(service, case)]}"
        return found[-1]["facts"]

    def happened(self, service: str, case: str) -> list[str]:
        """The names of the case's events in a service, in order."""
        return [it["topic"].partition(".")[2].rpartition(".v")[0] for it in self.history(service, case)]


def _parents(path: str) -> Iterator[str]:
    parts = path.split("/")
    while len(parts) > 3:
        parts.pop()
        yield "/".join(parts)


@contextmanager
def ministry(folder: Path, nats: NatsServer, first: date, **more: Any) -> Generator[Ministry]:
    """A house that begins on this day; `more` are settings of payout."""
    place = Place(folder=folder, nats=nats)
    place.turn_to(datetime(first.year, first.month, first.day, 8, tzinfo=UTC))
    with ExitStack() as house:
        own = {"payout": settings_at(place, **more)}
        running = {name: house.enter_context(serving(it, place, own.get(name))) for name, it in BLUEPRINTS.items()}
        yield Ministry(place=place, services=running)
