"""Who is asking: signed tokens (JWT, RFC 9068) verified against a pinned key set; roles decide what may be asked at all."""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Collection
from contextlib import suppress
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
from shared.records import replace

log = structlog.get_logger()

COOKIE = "foerderstrom_token"
AUDIENCE = "foerderstrom"
ALGORITHMS = ["ES256", "EdDSA", "PS256"]
LEEWAY_SECONDS = 30
MAX_AGE_SECONDS = 900
REFRESH_KEYS_SECONDS = 30.0
"""At this age the issuer's keys are read again, beside the requests; at `KEEP_VERIFIED_SECONDS` a request waits for it."""
KEEP_KEYS_SECONDS = 86_400.0
KEEP_VERIFIED_SECONDS = 60.0
"""How long a verified token is not verified again, counted from when the keys were read that verified it: a withdrawn
key is refused within this time, wherever it was seen before."""
MOST_VERIFIED = 10_000


@value
class Person:
    """A signed-in person: a pseudonymous id, roles, and for applicants the municipalities they act for."""

    id: str
    roles: frozenset[Role]
    applicant_keys: tuple[str, ...] = ()


@value
class _Keys:
    """The issuer's keys as read at `read_at`, and asked for again at `asked_at` (seconds of the machine's own clock)."""

    keys: KeySet
    read_at: float
    asked_at: float


@value
class _Verified:
    """A person whose token was good: to be verified again at `again_at` (the machine's own clock), ended at `ends_at` (UTC)."""

    person: Person
    ends_at: float
    again_at: float = 0.0


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
        self._known: _Keys | None = None
        self._verified: OrderedDict[bytes, _Verified] = OrderedDict()
        self._reading = threading.Lock()

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
        digest = sha256(token.encode()).digest()
        known = self._verified.get(digest)
        if known and time.monotonic() < known.again_at and time.time() <= known.ends_at:
            return known.person
        decoded, keys = self._decode(token)
        verified = replace(self._checked(decoded, time.time()), again_at=keys.asked_at + KEEP_VERIFIED_SECONDS)
        self._verified[digest] = verified
        self._verified.move_to_end(digest)
        if len(self._verified) > MOST_VERIFIED:
            self._verified.popitem(last=False)
        return verified.person

    def _checked(self, decoded: jwt.Token, now: float) -> _Verified:
        try:
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
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise _invalid() from error
        ends_at = min(expires_at + LEEWAY_SECONDS, issued_at + MAX_AGE_SECONDS)
        if now > ends_at:
            raise Unauthorised("expired-token", "Die Anmeldung ist abgelaufen.")
        return _Verified(person=person, ends_at=ends_at)

    def _decode(self, token: str) -> tuple[jwt.Token, _Keys]:
        known = self._keys()
        try:
            return jwt.decode(token, known.keys, algorithms=ALGORITHMS), known
        except _NOT_A_TOKEN as error:
            # A key may be new: look once more, but not at every forged token.
            if time.monotonic() - known.asked_at < REFRESH_KEYS_SECONDS:
                raise _invalid() from error
        known = self._read(time.monotonic())
        try:
            return jwt.decode(token, known.keys, algorithms=ALGORITHMS), known
        except _NOT_A_TOKEN as error:
            raise _invalid() from error

    def _keys(self) -> _Keys:
        now, known = time.monotonic(), self._known
        if known is None or now - known.asked_at >= KEEP_VERIFIED_SECONDS:
            return self._read(now)
        if now - known.asked_at >= REFRESH_KEYS_SECONDS and not self._reading.locked():
            threading.Thread(target=self._read_beside, args=(now,), daemon=True, name="issuer's keys").start()
        return known

    def _read_beside(self, now: float) -> None:
        with suppress(Problem):  # the next request that has to wait for the keys is told
            self._read(now)

    def _read(self, now: float) -> _Keys:
        """Read the keys, unless another thread has done so since `now`."""
        with self._reading:
            known = self._known
            if known is not None and known.asked_at >= now:
                return known
            try:
                keys = KeySet.import_key_set(json.loads(read_key_set(self._jwks)))
                self._known = _Keys(keys=keys, read_at=now, asked_at=now)
            except (OSError, ValueError, JoseError, httpx2.HTTPError) as error:
                log.warning("keys of the issuer not readable", error=type(error).__name__)
                if known is None or now - known.read_at > KEEP_KEYS_SECONDS:
                    title = "Die Anmeldung kann gerade nicht geprüft werden."
                    raise Problem(503, "issuer-unavailable", title, headers={"Retry-After": "5"}) from error
                self._known = replace(known, asked_at=now)
            return self._known


_NOT_A_TOKEN = (JoseError, KeyError, ValueError, TypeError, AttributeError)


def _invalid() -> Unauthorised:
    return Unauthorised("invalid-token", "Die Anmeldung ist nicht gültig.")


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
    if allowed := [it for it in person.roles if it in roles]:
        return min(allowed)
    raise Problem(403, "role-not-allowed", "Ihre Rolle erlaubt diese Handlung nicht.", detail=f"Handlung: {action}")
