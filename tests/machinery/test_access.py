"""Tokens: only what the issuer signed, for us, now; keys from a file or from the issuer's address."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from shared import access
from shared.access import Gate
from shared.identity import Role
from shared.problems import Problem
from tests.servers import wait_until

ISSUER = "https://issuer.example"


def claims(**changed: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    issued = {
        "iss": ISSUER, "aud": "foerderstrom", "sub": "p-1", "roles": ["approver"], "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()), "exp": int((now + timedelta(minutes=5)).timestamp()),
    }  # fmt: skip
    return {name: it for name, it in (issued | changed).items() if it is not None}


def signed(key: ECKey, *, typ: str = "at+jwt", header: dict[str, Any] | None = None, **changed: Any) -> str:
    return jwt.encode({"alg": "ES256", "typ": typ, "kid": key.kid, **(header or {})}, claims(**changed), key)


def published(*keys: ECKey) -> str:
    return json.dumps({"keys": [it.as_dict(private=False) for it in keys]})


@pytest.fixture
def key() -> ECKey:
    return ECKey.generate_key("P-256", auto_kid=True)


@pytest.fixture
def gate(key: ECKey, tmp_path: Path) -> Gate:
    (tmp_path / "jwks.json").write_text(published(key))
    return Gate(str(tmp_path / "jwks.json"), ISSUER)


def code(gate: Gate, token: str) -> str:
    with pytest.raises(Problem) as refused:
        gate.verify(token)
    return f"{refused.value.status} {refused.value.code}"


def test_a_token_of_the_issuer_names_its_person(gate: Gate, key: ECKey):
    person = gate.verify(signed(key))
    assert (person.id, person.roles) == ("p-1", frozenset({Role.APPROVER}))


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another"},
        {"sub": "Erika Muster"},
        {"sub": None},
        {"roles": ["emperor"]},
        {"iat": None},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": 99_999_999_999},
        {"iat": 99_999_999_999},
    ],
)
def test_a_token_that_is_not_for_us_or_says_nonsense_is_refused(gate: Gate, key: ECKey, changed: dict[str, Any]):
    assert code(gate, signed(key, **changed)) == "401 invalid-token"


def test_nobody_signs_in_as_the_system(gate: Gate, key: ECKey):
    assert gate.verify(signed(key, roles=["system"])).roles == frozenset()


def test_an_expired_or_too_old_token_is_refused(gate: Gate, key: ECKey):
    now = int(datetime.now(UTC).timestamp())
    assert code(gate, signed(key, exp=now - 60)) == "401 expired-token"
    assert code(gate, signed(key, iat=now - 2_000, nbf=now - 2_000)) == "401 expired-token"


def test_forged_tokens_are_refused(gate: Gate, key: ECKey):
    other = ECKey.generate_key("P-256", auto_kid=True)
    genuine = signed(key)
    head, body, signature = genuine.split(".")
    assert code(gate, signed(other)) == "401 invalid-token"
    assert code(gate, signed(other, header={"kid": key.kid})) == "401 invalid-token"
    assert code(gate, signed(other, header={"jwk": other.as_dict(private=False)})) == "401 invalid-token"
    assert code(gate, f"{head}.{body[:-4]}AAAA.{signature}") == "401 invalid-token"
    assert code(gate, signed(key, typ="JWT")) == "401 invalid-token"
    secret = OctKey.import_key(json.dumps(key.as_dict(private=False)))
    assert code(gate, jwt.encode({"alg": "HS256", "typ": "at+jwt"}, claims(), secret)) == "401 invalid-token"
    assert code(gate, "not.a.token") == "401 invalid-token"


@contextmanager
def issuer() -> Generator[tuple[str, dict[str, Any]]]:
    """An issuer's address whose answer a test may change."""
    told: dict[str, Any] = {"body": "", "asked": 0}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told["asked"] += 1
            self.send_response(200 if told["body"] else 503)
            self.end_headers()
            self.wfile.write(told["body"].encode())

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/jwks", told
    finally:
        server.shutdown()
        server.server_close()


def test_a_new_key_of_the_issuer_is_fetched_and_forged_tokens_do_not_make_it_ask_again(
    key: ECKey, monkeypatch: pytest.MonkeyPatch
):
    clock = [1_000.0]
    monkeypatch.setattr(access.time, "monotonic", lambda: clock[0])
    newer = ECKey.generate_key("P-256", auto_kid=True)
    with issuer() as (address, told):
        told["body"] = published(key)
        gate = Gate(address, ISSUER)
        gate.verify(signed(key))
        told["body"] = published(key, newer)
        assert code(gate, signed(newer)) == "401 invalid-token", "asked a moment ago"
        clock[0] += 31
        assert gate.verify(signed(newer)).id == "p-1"
        asked = told["asked"]
        for _ in range(20):
            code(gate, signed(ECKey.generate_key("P-256", auto_kid=True)))
        assert told["asked"] == asked


def test_the_last_good_keys_serve_while_the_issuer_is_away_but_not_for_ever(
    key: ECKey, monkeypatch: pytest.MonkeyPatch
):
    clock = [1_000.0]
    monkeypatch.setattr(access.time, "monotonic", lambda: clock[0])
    with issuer() as (address, told):
        assert code(Gate(address, ISSUER), signed(key)) == "503 issuer-unavailable"
        told["body"] = published(key)
        gate = Gate(address, ISSUER)
        gate.verify(signed(key, sub="p-2"))
        told["body"] = ""
        clock[0] += 3_600
        assert gate.verify(signed(key, sub="p-3")).id == "p-3"
        clock[0] += 90_000
        assert code(gate, signed(key, sub="p-4")) == "503 issuer-unavailable"


# ---- What is kept of a verified token -------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that both clocks of the machine, the steady one and the one of the day, have gone on."""
    passed = [0.0]
    steady, of_day = access.time.monotonic(), access.time.time()
    monkeypatch.setattr(access.time, "monotonic", lambda: steady + passed[0])
    monkeypatch.setattr(access.time, "time", lambda: of_day + passed[0])
    return passed


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens whose signature was checked, in order."""
    seen: list[str] = []
    real = access.jwt.decode

    def decode(token: str, *args: Any, **more: Any) -> Any:
        seen.append(token)
        return real(token, *args, **more)

    monkeypatch.setattr(access.jwt, "decode", decode)
    return seen


def test_a_token_is_verified_once_in_a_minute(gate: Gate, key: ECKey, clock: list[float], decoded: list[str]):
    token = signed(key)
    for clock[0] in (0, 1, 29, 59):
        assert gate.verify(token).id == "p-1"
    assert decoded == [token]
    clock[0] = 61
    gate.verify(token)
    assert decoded == [token, token]


def test_an_expired_token_is_refused_although_it_was_verified_a_moment_ago(
    gate: Gate, key: ECKey, clock: list[float], decoded: list[str]
):
    now = int(access.time.time())
    ends, too_old = signed(key, exp=now + 1), signed(key, iat=now - 890, nbf=now - 890)
    gate.verify(ends)
    gate.verify(too_old)
    clock[0] = 12
    assert code(gate, too_old) == "401 expired-token"
    assert gate.verify(ends).id == "p-1", "within the leeway"
    clock[0] = 33
    assert code(gate, ends) == "401 expired-token"
    assert decoded == [ends, too_old, too_old, ends], "both were known"


def test_a_withdrawn_key_is_refused_within_a_minute_although_its_token_was_verified_a_moment_ago(
    key: ECKey, clock: list[float], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    newer, file = ECKey.generate_key("P-256", auto_kid=True), tmp_path / "jwks.json"

    def used_until_refused() -> tuple[float, str]:
        file.write_text(published(key))
        gate, clock[0], token = Gate(str(file), ISSUER), 0, signed(key)
        gate.verify(token)
        file.write_text(published(newer))
        for clock[0] in (10, 25, 40, 55, 60, 100, 250):
            try:
                gate.verify(token)
            except Problem as refused:
                return clock[0], refused.code
        return 250, ""

    assert used_until_refused() == (60, "invalid-token")
    monkeypatch.setattr(access, "KEEP_VERIFIED_SECONDS", 10_000.0)
    monkeypatch.setattr(access, "REFRESH_KEYS_SECONDS", 10_000.0)
    assert used_until_refused() == (250, ""), "without the rule it would be accepted on"


def test_the_keys_are_read_beside_the_requests_before_they_are_too_old(key: ECKey, clock: list[float]):
    with issuer() as (address, told):
        told["body"] = published(key)
        gate = Gate(address, ISSUER)
        gate.verify(signed(key))
        clock[0] = 31
        gate.verify(signed(key, sub="p-2"))
        wait_until(lambda: told["asked"] == 2, "the keys read again")


def test_another_role_in_a_new_token_counts_at_once(gate: Gate, key: ECKey):
    gate.verify(signed(key))
    assert gate.verify(signed(key, roles=["auditor"])).roles == frozenset({Role.AUDITOR})


def test_of_verified_tokens_only_so_many_are_kept(
    gate: Gate, key: ECKey, monkeypatch: pytest.MonkeyPatch, decoded: list[str]
):
    monkeypatch.setattr(access, "MOST_VERIFIED", 2)
    tokens = [signed(key, sub=f"p-{number}") for number in range(3)]
    for token in (*tokens, tokens[2], tokens[0]):
        gate.verify(token)
    assert decoded == [*tokens, tokens[0]]
