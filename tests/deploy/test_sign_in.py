"""Who the demonstration people are, and what their tokens say."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from deploy.people import STAFF, applicant, people_by_role, person_of
from deploy.sign_in import SESSION, TokenDesk
from shared.identity import Role, is_id

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ISSUER = "http://127.0.0.1:8080"


@pytest.fixture
def desk(tmp_path: Path) -> TokenDesk:
    return TokenDesk(tmp_path / "secrets" / "sign-in.pem", ISSUER)


def _claims(desk: TokenDesk, token: str) -> dict[str, Any]:
    return jwt.decode(token, KeySet.import_key_set(desk.jwks()), algorithms=["ES256"]).claims


def test_every_role_has_at_least_two_people_and_the_system_none() -> None:
    listed = people_by_role()
    assert {role for role in Role if len(listed.get(role, ())) >= 2} == set(Role) - {Role.SYSTEM}


def test_ids_are_pseudonymous_unique_and_fit_into_streams() -> None:
    ids = [person.id for person in STAFF]
    assert len(set(ids)) == len(ids)
    for person in STAFF:
        assert is_id(person.id)
        assert not any(part.lower() in person.id for part in person.name.split())


def test_whoever_may_act_in_two_parts_is_one_person() -> None:
    assert [person for person in STAFF if set(person.roles) == {Role.CERTIFIER, Role.ORDERING_OFFICER}]


def test_every_municipality_of_thuringia_has_its_applicant() -> None:
    person = applicant("16055000")
    assert (person.id, person.roles, person.applicant_keys) == ("p-a-16055000", (Role.APPLICANT,), ("16055000",))
    assert person_of("p-a-160615001") is not None


@pytest.mark.parametrize(
    "id", ["", "p-a-09162000", "p-a-1605500", "p-a-16055000x", "p-a-١٦055000", "system", "p-nobody"]
)
def test_nobody_else_is_somebody(id: str) -> None:
    assert person_of(id) is None


def test_a_token_says_who_in_which_roles_for_at_most_ten_minutes_and_no_name(desk: TokenDesk) -> None:
    person = applicant("16051000")
    token, expires_at = desk.issue(person, NOW)
    claims = _claims(desk, token)
    assert claims == {
        "iss": ISSUER,
        "aud": "foerderstrom",
        "sub": "p-a-16051000",
        "roles": ["applicant"],
        "applicant_keys": ["16051000"],
        "auth_time": int(NOW.timestamp()),
        "iat": int(NOW.timestamp()),
        "nbf": int(NOW.timestamp()),
        "exp": int(expires_at.timestamp()),
    }
    assert expires_at - NOW <= timedelta(minutes=10)


def test_the_published_key_set_verifies_and_holds_no_private_part(desk: TokenDesk) -> None:
    token, _ = desk.issue(applicant("16051000"), NOW)
    header = jwt.decode(token, KeySet.import_key_set(desk.jwks()), algorithms=["ES256"]).header
    [key] = desk.jwks()["keys"]
    assert header == {"alg": "ES256", "kid": key["kid"], "typ": "at+jwt"}
    assert "d" not in key


def test_the_key_is_the_same_after_a_restart_and_readable_by_its_owner_only(desk: TokenDesk, tmp_path: Path) -> None:
    key_file = tmp_path / "secrets" / "sign-in.pem"
    token, _ = desk.issue(applicant("16051000"), NOW)
    assert TokenDesk(key_file, ISSUER).read(token, NOW) is not None
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_a_good_token_is_read_again_until_it_expires(desk: TokenDesk) -> None:
    token, expires_at = desk.issue(applicant("16051000"), NOW)
    signed_in = desk.read(token, NOW + timedelta(minutes=9))
    assert signed_in is not None
    assert signed_in.person == applicant("16051000")
    assert desk.read(token, expires_at + timedelta(seconds=31)) is None


def test_forged_foreign_and_mangled_tokens_are_nobodys(desk: TokenDesk, tmp_path: Path) -> None:
    person = applicant("16051000")
    token, _ = desk.issue(person, NOW)
    stranger = TokenDesk(tmp_path / "other.pem", ISSUER).issue(person, NOW)[0]
    other_house = TokenDesk(tmp_path / "secrets" / "sign-in.pem", "http://127.0.0.1:9999").issue(person, NOW)[0]
    head, body, signature = token.split(".")
    unsigned = jwt.encode({"alg": "HS256"}, _claims(desk, token), _public_key_as_secret(desk), algorithms=["HS256"])
    for bad in (
        stranger,
        other_house,
        unsigned,
        f"{head}.{body}.",
        f"{head}.{body}.{signature[::-1]}",
        "x",
        "a.b.c",
        "ü",
    ):
        assert desk.read(bad, NOW) is None, bad


def _public_key_as_secret(desk: TokenDesk) -> Any:
    """The classic confusion: the public key used as a shared secret."""
    from joserfc.jwk import OctKey

    return OctKey.import_key(json.dumps(desk.jwks()))


def test_a_token_of_another_kind_is_not_taken_for_an_access_token(tmp_path: Path) -> None:
    desk = TokenDesk(tmp_path / "sign-in.pem", ISSUER)
    key = ECKey.import_key((tmp_path / "sign-in.pem").read_bytes())
    claims = _claims(desk, desk.issue(applicant("16051000"), NOW)[0])
    assert desk.read(jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, key), NOW) is None
    assert desk.read(jwt.encode({"alg": "ES256", "typ": "at+jwt"}, claims, key), NOW) is not None


def test_a_page_visitors_token_is_renewed_past_half_its_life_until_the_session_ends(desk: TokenDesk) -> None:
    token, _ = desk.issue(applicant("16051000"), NOW)
    signed_in = desk.read(token, NOW)
    assert signed_in is not None
    assert desk.renewed(signed_in, NOW + timedelta(minutes=4)) is None
    renewed = desk.renewed(signed_in, NOW + timedelta(minutes=6))
    assert renewed is not None
    assert _claims(desk, renewed)["auth_time"] == int(NOW.timestamp())
    assert desk.renewed(signed_in, NOW + SESSION + timedelta(seconds=1)) is None
