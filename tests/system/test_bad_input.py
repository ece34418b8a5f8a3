"""Bad input at every door of the whole house: refused with field and code, nothing half done, the others still served.

One house for the module; at its end example d1 travels through it to the cent.
"""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx2
import nats
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from nats.errors import Error as NatsError

from deploy.demo import TREASURY
from deploy.demo_cases import CASES
from deploy.demo_findings import Findings
from deploy.demo_people import People
from deploy.demo_plan import FIRST_DAY
from deploy.demo_report import complaints
from deploy.demo_steps import Steps
from deploy.demo_year import Journal, Year
from deploy.embedded import Embedded
from deploy.people import applicant, person_of
from deploy.sign_in import TokenDesk
from shared.formats import ZERO
from tests.intake.builders import ARNSTADT, STADTILM, a_body
from tests.payout.messages import camt_054, details, entry, pain_002
from tests.servers import wait_until
from tests.system.years import status

TOWN, OTHER_TOWN = applicant(STADTILM).id, applicant(ARNSTADT).id
CLERK, AUDITOR, OPERATOR = "p-2k7d", "p-d5q7", "p-y6w4"
D1 = tuple(it for it in CASES if it.label == "stadtilm")
OTHERS = ("review", "payout")
"""Who follows intake's lane."""


@dataclass
class Door:
    """The front address as people use it, one token each."""

    directory: Path
    client: httpx2.Client
    tokens: dict[str, str] = field(default_factory=dict[str, str])

    def token(self, person: str) -> str:
        if person not in self.tokens:
            self.tokens[person] = self.client.post("/sign-in/token", json={"person": person}).json()["token"]
        return self.tokens[person]

    def get(self, person: str, path: str) -> httpx2.Response:
        return self.client.get(path, headers={"Authorization": f"Bearer {self.token(person)}"})

    def post(self, person: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        given = {"Authorization": f"Bearer {self.token(person)}", "Idempotency-Key": uuid4().hex} | named
        return self.client.post(path, content=content, headers=given | {"Content-Type": "application/json"})

    def submit(self, body: Any, person: str = TOWN, **headers: str) -> httpx2.Response:
        return self.post(person, "/intake/applications", body, **headers)

    def submitted(self) -> str:
        """A case that was taken."""
        answer = self.submit(a_body())
        assert answer.status_code == 201, answer.text
        return answer.json()["case"]

    def recorded(self) -> Mapping[str, int]:
        """How many events every service has recorded."""
        return {
            name: int(line.rpartition(" ")[2].partition(".")[0])
            for name in ("intake", "review", "payout")
            for line in self._metrics(name).splitlines()
            if line.startswith("foerderstrom_events_total")
        }

    def _metrics(self, service: str) -> str:
        port = status(self.directory)["ports"][service]
        return httpx2.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    begin = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 8, tzinfo=ZoneInfo("Europe/Berlin"))
    with Embedded(tmp_path_factory.mktemp("bad-input") / "house", calendar=begin) as house:
        house.wait_ready(120)
        (house.directory / "treasury" / "scenario.json").write_text(json.dumps(TREASURY))
        with httpx2.Client(base_url=house.url, trust_env=False, timeout=30) as client:
            yield Door(directory=house.directory, client=client)


def problem(answer: httpx2.Response) -> tuple[int, str, str]:
    """Status, code and first field of a problem; every problem has a German title."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told["title"].strip()
    assert told["status"] == answer.status_code
    return answer.status_code, told["code"], next((it["field"] for it in told.get("errors", ())), "")


def field_problem(answer: httpx2.Response) -> tuple[int, str, str]:
    """Status, first field and the code of what is wrong with it."""
    [wrong, *_] = answer.json()["errors"]
    assert wrong["message"].strip()
    return answer.status_code, wrong["field"], wrong["code"]


def test_what_is_accepted_is_recorded(door: Door) -> None:
    """The control of all that follow: the count of events would show it."""
    before = door.recorded()
    door.submitted()
    after = door.recorded()
    assert set(after) == {"intake", "review", "payout"}
    assert after["intake"] > before["intake"]


# ---- Bodies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b'{"applicant_key": "16070048", ', b"\xff\xfe", b"", b"[" * 5_000, b'{"title": "\\ud800"}', b"NaN"]
)
def test_what_is_no_json_is_refused_and_nothing_is_recorded(door: Door, content: bytes) -> None:
    before = door.recorded()
    answer = door.submit(content)
    assert answer.status_code in (400, 422)
    assert problem(answer)[1] in ("malformed-json", "invalid-request")
    assert door.recorded() == before


def _changed(path: str, to: Any) -> dict[str, Any]:
    body: dict[str, Any] = deepcopy(a_body())
    at: Any = body
    *parents, last = path.split(".")
    for step in parents:
        at = at[int(step)] if step.isdecimal() else at[step]
    at[last] = to
    return body


@pytest.mark.parametrize(
    ("path", "to", "code"),
    [
        ("title", 5, "string-type"),
        ("title", None, "string-type"),
        ("lines", "alles", "tuple-type"),
        ("lines.0.cents", "100", "int-type"),
        ("lines.0.cents", 100.5, "int-type"),
        ("lines.0.cents", -1, "greater-than-equal"),
        ("financing.grant_cents", 0.1, "int-type"),
        ("financing.own_cents", -5, "greater-than-equal"),
        ("by_year.0.cents", True, "int-type"),
        ("by_year.0.cents", 10**30, "less-than-equal"),
        ("starts_on", 20250602, "value-error"),
        ("ends_on", "31.03.2026", "value-error"),
        ("declarations.complete", "ja", "bool-type"),
        ("contact_mail", "niemand", "string-pattern-mismatch"),
        ("item", "Ziffer 9", "string-pattern-mismatch"),
        ("colour", "blau", "extra-forbidden"),
    ],
)
def test_a_field_of_the_wrong_kind_is_named_with_its_code(door: Door, path: str, to: Any, code: str) -> None:
    before = door.recorded()
    answer = door.submit(_changed(path, to))
    assert problem(answer)[:2] == (422, "invalid-request")
    assert field_problem(answer) == (422, path, code)
    assert door.recorded() == before


@pytest.mark.parametrize(
    ("path", "to", "expected"),
    [
        ("financing.own_cents", 1, ("financing-gap", "financing")),
        ("item", "9z", ("unknown-item", "item")),
        ("by_year.0.cents", 1, ("years-differ", "by_year")),
        ("iban", "DE00120300000000202051", ("iban-invalid", "iban")),
        ("ends_on", "2020-01-01", ("period-reversed", "ends_on")),
    ],
)
def test_sums_that_do_not_add_up_are_refused_with_their_field(
    door: Door, path: str, to: Any, expected: tuple[str, str]
) -> None:
    before = door.recorded()
    assert problem(door.submit(_changed(path, to))) == (422, *expected)
    assert door.recorded() == before


def test_an_unknown_municipality_is_refused_even_if_somebody_signs_in_for_it(door: Door) -> None:
    before = door.recorded()
    stranger = applicant("16999999").id
    answer = door.submit(_changed("applicant_key", "16999999"), person=stranger)
    assert problem(answer) == (422, "unknown-applicant", "applicant_key")
    assert door.recorded() == before


# ---- Tokens ----------------------------------------------------------------------------------------------------------


def _issued(door: Door, at: datetime) -> str:
    desk = TokenDesk(door.directory / "secrets" / "sign-in.pem", str(door.client.base_url).rstrip("/"))
    person = person_of(TOWN)
    assert person is not None
    return desk.issue(person, at)[0]


def test_forged_and_expired_tokens_open_no_service(door: Door, tmp_path: Path) -> None:
    person = person_of(TOWN)
    assert person is not None
    own, issuer = door.token(TOWN), str(door.client.base_url).rstrip("/")
    head, body, signature = own.split(".")
    forger, _ = TokenDesk(tmp_path / "own.pem", issuer).issue(person, datetime.now(UTC))
    symmetric = jwt.encode({"alg": "HS256", "typ": "at+jwt"}, {"sub": "p-d5q7"}, OctKey.import_key("x" * 32))
    forged = {
        "by another key": forger,
        "symmetric": symmetric,
        "altered": f"{head}.{body[:-4]}AAAA.{signature}",
        "unsigned": f"{head}.{body}.",
        "no token": "ich-bin-es",
        "years": _issued(door, datetime.now(UTC) + timedelta(days=1)),
    }
    expired = _issued(door, datetime.now(UTC) - timedelta(hours=1))
    for service in ("intake/applications", "review/cases", "payout/payments", "ledger/checkpoint"):
        for how, token in forged.items():
            answer = door.client.get(f"/{service}", headers={"Authorization": f"Bearer {token}"})
            if service != "ledger/checkpoint":  # which is public
                assert problem(answer)[:2] == (401, "invalid-token"), how
    answer = door.client.get("/intake/applications", headers={"Authorization": f"Bearer {expired}"})
    assert problem(answer)[:2] == (401, "expired-token")
    assert problem(door.client.get("/intake/applications"))[:2] == (401, "not-signed-in")
    assert door.get(TOWN, "/intake/applications").status_code == 200


# ---- Other people's cases, other versions ----------------------------------------------------------------------------


def test_a_foreign_case_shows_nothing_and_takes_nothing(door: Door) -> None:
    case = door.submitted()
    path = f"/intake/cases/{case}"
    assert problem(door.get(OTHER_TOWN, path))[:2] == (404, "unknown-case")
    version = door.get(TOWN, path).headers["etag"]
    refused = door.post(OTHER_TOWN, f"{path}/withdrawal", If_Match=version)
    assert refused.status_code in (403, 404)
    assert problem(refused)[1] in ("attempt-refused", "unknown-case")
    assert door.get(TOWN, path).headers["etag"] == version
    assert problem(door.submit(a_body(), person=OTHER_TOWN))[:2] == (403, "attempt-refused")


def test_a_stale_version_is_refused_and_a_missing_one_asked_for(door: Door) -> None:
    case = door.submitted()
    path = f"/intake/cases/{case}"
    assert problem(door.post(CLERK, f"{path}/completeness", If_Match='"1"'))[:2] == (412, "stale-version")
    assert problem(door.post(CLERK, f"{path}/completeness"))[:2] == (428, "if-match-missing")
    assert problem(door.post(CLERK, f"{path}/completeness", If_Match="bald"))[:2] == (400, "malformed-if-match")
    current = door.get(CLERK, path).headers["etag"]
    assert door.post(CLERK, f"{path}/completeness", If_Match=current).status_code == 200


def test_a_key_used_for_something_else_is_refused(door: Door) -> None:
    assert door.submit(a_body(), Idempotency_Key="used-once").status_code == 201
    assert problem(door.submit(_changed("title", "Etwas anderes"), Idempotency_Key="used-once"))[:2] == (
        422,
        "idempotency-key-reused",
    )


# ---- The treasury's folder -------------------------------------------------------------------------------------------

_DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>'
_BAD_FILES: Mapping[str, tuple[bytes, str]] = {
    "truncated.xml": (pain_002(status="ACCP")[:-40], "kein vollständiges XML"),
    "empty.xml": (b"", "leer"),
    "foreign.xml": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "keine Nachricht eines bekannten Formats"),
    "doctype.xml": (_DOCTYPE, "Dokumenttypdefinition"),
    "latin-1.xml": ("<Document>Prüfung</Document>".encode("latin-1"), "UTF-8"),
    "deep.xml": (b"<a>" * 3_000 + b"</a>" * 3_000, "tief geschachtelt"),
    "picture.png": (b"\x89PNG\r\n\x1a\n" + bytes(200), "UTF-8"),
}


def _drop(door: Door, name: str, content: bytes) -> None:
    folder = door.directory / "treasury" / "from-treasury"
    draft = folder / f".{name}.tmp"
    draft.write_bytes(content)
    draft.rename(folder / name)


def test_files_that_are_no_answer_are_set_aside_with_a_reason(door: Door) -> None:
    for name, (content, _) in _BAD_FILES.items():
        _drop(door, name, content)
    quarantine = door.directory / "treasury" / "quarantine"
    for name, (content, reason) in _BAD_FILES.items():
        told = quarantine / f"{name}.reason.txt"
        wait_until(lambda told=told: told.exists() and told.stat().st_size > 0, f"Quarantäne von {name}")
        assert (quarantine / name).read_bytes() == content
        assert reason in told.read_text("utf-8"), name
    assert not any((door.directory / "treasury" / "from-treasury").iterdir())
    assert door.get("p-j4c6", "/payout/payments").status_code == 200


def test_a_wellformed_answer_about_payments_that_are_not_ours_moves_nothing(door: Door) -> None:
    before = door.get(AUDITOR, "/payout/payments").json()
    _drop(door, "stranger-1.xml", pain_002(batch="f" * 32, status="ACCP"))
    _drop(door, "stranger-2.xml", camt_054(entry("12.00", details("TH00NICHTVONUNS"))))
    archive = door.directory / "treasury" / "archive"
    for name in ("stranger-1.xml", "stranger-2.xml"):
        wait_until(lambda name=name: (archive / name).exists(), f"Archiv von {name}")
    assert door.get(AUDITOR, "/payout/payments").json() == before


# ---- The broker ------------------------------------------------------------------------------------------------------


async def _publish(door: Door, user: str, subject: str, body: bytes, headers: dict[str, str]) -> bool:
    """Whether the broker took it; the operator and the services have passwords, nobody has a right to another's lane."""
    port = status(door.directory)["ports"]["nats-server"]
    password = (door.directory / "secrets" / f"nats-{user}.password").read_text()

    async def quiet(_error: Exception) -> None:
        """A refused right is an error to the client; the answer says it."""

    client = await nats.connect(
        f"nats://127.0.0.1:{port}", user=user, password=password, inbox_prefix=f"_INBOX_{user}".encode(), error_cb=quiet
    )
    try:
        await client.jetstream(timeout=1).publish(subject, body, headers=headers)
    except NatsError:
        return False
    finally:
        await client.close()
    return True


def _noted(door: Door, service: str) -> int:
    """How many foreign messages a service has noted in its log."""
    lines = (door.directory / "logs" / f"{service}.jsonl").read_text().splitlines()
    return sum("foreign message in lane" in line for line in lines)


_FRAME = {
    "Foerderstrom-Frame": "1",
    "Foerderstrom-Source": "intake",
    "Foerderstrom-Epoch": "0" * 32,
    "Foerderstrom-First": "1",
    "Foerderstrom-Last": "1",
    "Foerderstrom-Previous": "0",
    "Foerderstrom-Chain-Previous": ZERO,
    "Foerderstrom-Chain-Last": ZERO,
}
_FOREIGN: tuple[tuple[bytes, dict[str, str]], ...] = (
    (b"\xff\x00 nobody can read this", {}),
    (b'{"events": []}', {"Foerderstrom-Frame": "99"}),
    (b"{}", {**_FRAME, "Foerderstrom-First": "eins"}),
    (b"{}", {**_FRAME, "Foerderstrom-Source": "payout"}),
    (b"{}", {**_FRAME, "Foerderstrom-Chain-Last": "kurz"}),
)


def test_nobody_but_its_owner_may_speak_on_a_lane_not_even_the_operator(door: Door) -> None:
    for user in ("operator", "review", "payout", "ledger", "reader"):
        assert not asyncio.run(_publish(door, user, "lane.intake", b"forged", {})), user


def test_a_message_that_is_no_frame_is_noted_and_passed_over(door: Door) -> None:
    before = {service: _noted(door, service) for service in OTHERS}
    for body, headers in _FOREIGN:
        assert asyncio.run(_publish(door, "intake", "lane.intake", body, headers))
    assert asyncio.run(_publish(door, "intake", "ledger.intake", b"\xff", {}))
    for service in OTHERS:
        wait_until(
            lambda service=service: _noted(door, service) >= before[service] + len(_FOREIGN), f"Vermerk in {service}"
        )
    wait_until(lambda: _noted(door, "ledger") >= 1, "Vermerk in ledger")
    ready = door.client.get("/health/ready")
    assert ready.status_code == 200, ready.text
    case = door.submitted()
    path = f"/intake/cases/{case}"
    done = door.post(CLERK, f"{path}/completeness", If_Match=door.get(CLERK, path).headers["etag"])
    assert done.status_code == 200
    wait_until(lambda: door.get("p-7c9r", f"/review/cases/{case}").status_code == 200, "die Prüfung danach")


# ---- The others ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_after_all_that_d1_still_travels_through_this_house_to_the_cent(door: Door) -> None:
    async def live() -> list[str]:
        journal = Journal(door.directory / "demo-journal.jsonl")
        async with People(str(door.client.base_url).rstrip("/")) as people:
            await Year(D1, journal, people, Steps(people, journal, D1), _untold).live()
            return list(complaints(D1, await Findings(door.directory, people, journal, D1).result(time.monotonic())))

    assert asyncio.run(live()) == []
    _a_real_answer_cut_short_is_set_aside(door)


def _untold(_day: date, _label: str, _step: str) -> None:
    """Nobody watches this year."""


def _a_real_answer_cut_short_is_set_aside(door: Door) -> None:
    treasury = door.directory / "treasury"
    before = door.get(AUDITOR, "/payout/payments").json()
    real = next(it for it in sorted((treasury / "archive").glob("*.xml")) if b"camt.054" in it.read_bytes()[:300])
    _drop(door, "cut-short.xml", real.read_bytes()[:-100])
    reason = treasury / "quarantine" / "cut-short.xml.reason.txt"
    wait_until(reason.exists, "Quarantäne")
    assert door.get(AUDITOR, "/payout/payments").json() == before
