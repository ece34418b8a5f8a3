"""Who is asking: signed tokens (JWT, RFC 9068) verified against a pinned key set; roles decide what may be asked at all."""

import json
import time
from collections import OrderedDict
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2
import structlog
from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.decider import value
from shared.identity import Role, is_id
from shared.problems import Problem

log = structlog.get_logger()

COOKIE = "foerderstrom_token"
AUDIENCE = "foerderstrom"
ALGORITHMS = ["ES256", "EdDSA", "PS256"]
LEEWAY_SECONDS = 30
MAX_AGE_SECONDS = 900
REFRESH_KEYS_SECONDS = 600.0
KEEP_KEYS_SECONDS = 86_400.0
KEEP_VERIFIED_SECONDS = 60.0
"""How long a verified token is not verified again: a withdrawn role takes effect within this time."""


@value
class Person:
    """A signed-in person: a pseudonymous id, roles, and for applicants the municipalities they act for."""

    id: str
    roles: frozenset[Role]
    applicant_keys: tuple[str, ...] = ()


class Unauthorised(Problem):
    def __init__(self, code: str, title: str) -> None:
        super().__init__(401, code, title, headers={"WWW-Authenticate": "Bearer"})


def read_key_set(jwks: str) -> bytes:
    """The issuer's public keys from a file or, pinned by setting, from its address: never redirected, never slow."""
    if not jwks.startswith(("https://", "http://")):
        return Path(jwks).read_bytes()
    answer = httpx2.get(jwks, timeout=3, follow_redirects=False)
    answer.raise_for_status()
    return answer.content


class Gate:
    """Verifies tokens of one issuer, whose keys lie in a file or at an address.

    A token under an unknown key makes it look once more, at most every 30 seconds; while the issuer cannot be asked,
    the last good keys serve for a day.
    """

    def __init__(self, jwks: str, issuer: str) -> None:
        self._jwks = jwks
        self._issuer = issuer
        self._keys: KeySet | None = None
        self._asked_at = -KEEP_KEYS_SECONDS
        self._read_at = -KEEP_KEYS_SECONDS
        self._verified: OrderedDict[bytes, tuple[float, float, Person]] = OrderedDict()

    def person(self, request: Request) -> Person:
        """Who sends this request, or a 401 problem."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            return self.verify(token.strip())
        cookie = request.cookies.get(COOKIE, "")
        if not cookie:
            raise Unauthorised("not-signed-in", "Bitte melden Sie sich an.")
        if request.method not in ("GET", "HEAD") and not _same_origin(request):
            raise Problem(403, "cross-site", "Diese Anfrage kam von einer fremden Seite.")
        return self.verify(cookie)

    def verify(self, token: str) -> Person:
        """The person that a token names, or a 401 problem: forged, expired, for somebody else."""
        digest, now = sha256(token.encode()).digest(), time.time()
        known = self._verified.get(digest)
        if known and now < known[0] and now < known[1] + LEEWAY_SECONDS:
            return known[2]
        person, expires_at = self._verify(token, now)
        self._verified[digest] = (now + KEEP_VERIFIED_SECONDS, expires_at, person)
        if len(self._verified) > 10_000:
            self._verified.popitem(last=False)
        return person

    def _verify(self, token: str, now: float) -> tuple[Person, float]:
        try:
            decoded = self._decode(token)
            if str(decoded.header.get("typ", "")).lower() != "at+jwt" or "crit" in decoded.header:
                raise ValueError("typ")
            claims = decoded.claims
            issued_at, expires_at = float(claims["iat"]), float(claims["exp"])
            audience: Any = claims["aud"]
            if claims["iss"] != self._issuer or AUDIENCE not in (audience, *_items(audience)):
                raise ValueError("iss, aud")
            if not issued_at - LEEWAY_SECONDS <= now or float(claims.get("nbf", 0)) > now + LEEWAY_SECONDS:
                raise ValueError("iat, nbf")
            person = Person(
                id=str(claims["sub"]),
                roles=frozenset(Role(it) for it in claims.get("roles", ()) if it != Role.SYSTEM),
                applicant_keys=tuple(str(it) for it in claims.get("applicant_keys", ())),
            )
            if not is_id(person.id):
                raise ValueError("sub")
        except (JoseError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise Unauthorised("invalid-token", "Die Anmeldung ist nicht gültig.") from error
        if now > expires_at + LEEWAY_SECONDS or now - issued_at > MAX_AGE_SECONDS:
            raise Unauthorised("expired-token", "Die Anmeldung ist abgelaufen.")
        return person, expires_at

    def _decode(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # A key may be new: look once more, but not at every forged token.
            if time.monotonic() - self._asked_at < 30:
                raise
            return jwt.decode(token, self._key_set(again=True), algorithms=ALGORITHMS)

    def _key_set(self, *, again: bool = False) -> KeySet:
        now = time.monotonic()
        if self._keys is None or again or now - self._asked_at > REFRESH_KEYS_SECONDS:
            self._asked_at = now
            try:
                self._keys = KeySet.import_key_set(json.loads(read_key_set(self._jwks)))
                self._read_at = now
            except (OSError, ValueError, JoseError, httpx2.HTTPError) as error:
                log.warning("keys of the issuer not readable", error=type(error).__name__)
                if self._keys is None or now - self._read_at > KEEP_KEYS_SECONDS:
                    title = "Die Anmeldung kann gerade nicht geprüft werden."
                    raise Problem(503, "issuer-unavailable", title, headers={"Retry-After": "5"}) from error
        return self._keys


def _items(claim: Any) -> list[Any]:
    return cast(list[Any], claim) if isinstance(claim, list) else []


def _same_origin(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    host = request.headers.get("x-forwarded-host") or request.headers.get("host")
    return origin is None or urlsplit(origin).netloc == host


def allowed_role(person: Person, roles: Collection[Role], action: str) -> Role:
    """The role in which this person may do the action; a pair that is not listed is denied."""
    for role in sorted(person.roles):
        if role in roles:
            return role
    raise Problem(403, "role-not-allowed", "Ihre Rolle erlaubt diese Handlung nicht.", detail=f"Handlung: {action}")
