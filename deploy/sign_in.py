"""The local sign-in: tokens for the demonstration people, signed here, verified by every service on its own.

Token times are real time even on a simulated calendar: a token proves a sign-in, it is no act of the programme year.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySetSerialization

from deploy.files import kept_secret
from deploy.people import Person, person_of
from shared.decider import value

ALGORITHM = "ES256"
AUDIENCE = "foerderstrom"
LIFETIME = timedelta(minutes=10)
_LEEWAY_SECONDS = 30
SESSION = timedelta(hours=8)
"""How long a page visitor's token is renewed without signing in again."""


@value
class SignedIn:
    """A person whose token was good. `expires_at` and `since` are instants of real time (UTC)."""

    person: Person
    since: datetime
    expires_at: datetime


def _new_key() -> bytes:
    key = ECKey.generate_key("P-256")
    return key.as_pem(private=True)


class TokenDesk:
    """Issues tokens (JWT, ES256, at most ten minutes) and reads its own again; the key lies in one file, mode 0600."""

    def __init__(self, key_file: Path, issuer: str) -> None:
        key = ECKey.import_key(kept_secret(key_file, _new_key))
        self._kid = key.thumbprint()
        self._key = key
        self._issuer = issuer

    def jwks(self) -> KeySetSerialization:
        """The public key as a JWK set (RFC 7517)."""
        return {"keys": [self._key.as_dict(private=False, kid=self._kid, use="sig", alg=ALGORITHM)]}

    def issue(self, person: Person, now: datetime, since: datetime | None = None) -> tuple[str, datetime]:
        """A token and the instant it expires. `since` is when the person signed in, if not now."""
        expires_at = (now + LIFETIME).replace(microsecond=0)
        issued = int(now.timestamp())
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": person.id,
            "roles": [str(role) for role in person.roles],
            "applicant_keys": list(person.applicant_keys),
            "auth_time": int((since or now).timestamp()),
            "iat": issued,
            "nbf": issued,
            "exp": int(expires_at.timestamp()),
        }
        header = {"alg": ALGORITHM, "kid": self._kid, "typ": "at+jwt"}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM]), expires_at

    def read(self, token: str, now: datetime) -> SignedIn | None:
        """Who the token is for, or None if it is forged, foreign, expired, or for nobody known."""
        rules = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            nbf={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            auth_time={"essential": True},
        )
        try:
            decoded = jwt.decode(token, self._key, algorithms=[ALGORITHM])
            rules.validate(decoded.claims)
        except (JoseError, ValueError):
            return None
        person = person_of(decoded.claims["sub"])
        if person is None or decoded.header.get("typ") != "at+jwt":
            return None
        return SignedIn(
            person=person,
            since=datetime.fromtimestamp(decoded.claims["auth_time"], UTC),
            expires_at=datetime.fromtimestamp(decoded.claims["exp"], UTC),
        )

    def renewed(self, signed_in: SignedIn, now: datetime) -> str | None:
        """A new token when the old one is past half its life and the session is not over."""
        if signed_in.expires_at - now > LIFETIME / 2 or now - signed_in.since > SESSION:
            return None
        return self.issue(signed_in.person, now, signed_in.since)[0]
