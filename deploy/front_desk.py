"""What the front does itself: start page, sign-in and out, calendar, health; and handing everything else to a service."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import parse_qs, quote

import httpx2
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from deploy.answers import GUARDS, page, problem
from deploy.people import people_by_role, person_of
from deploy.proxy import Proxy
from deploy.sign_in import LIFETIME, SignedIn, TokenDesk
from deploy.simulated_calendar import CalendarDesk, NotForwards, StillBusy
from shared.identity import ROLE_TITLES, Role
from shared.rendering import DISPLAY_NAME, OWN_NAVIGATION

COOKIE = "foerderstrom_token"
_MAX_BODY = 64 * 1024
_ROOMS = {
    "intake": ("Antragseingang", "Anträge, Mittelabrufe und ihr Stand"),
    "review": ("Prüfung und Bewilligung", "Vorgänge, Entscheidungen, Haushalt"),
    "payout": ("Auszahlung", "Feststellung, Anordnung, Zahlungen"),
    "ledger": ("Prüfkette", "was geschah, und der Beweis dafür"),
}
_WORK: Mapping[Role, tuple[str, str]] = {
    Role.APPLICANT: ("Zu Ihren Anträgen", "/intake/"),
    Role.INTAKE_CLERK: ("Zum Antragseingang", "/intake/"),
    Role.EXPERT: ("Zur Prüfung", "/review/"),
    Role.CASE_OFFICER: ("Zur Prüfung", "/review/"),
    Role.APPROVER: ("Zur Prüfung", "/review/"),
    Role.BUDGET_OFFICER: ("Zum Haushalt", "/review/budgets"),
    Role.CERTIFIER: ("Zur Auszahlung", "/payout/"),
    Role.ORDERING_OFFICER: ("Zur Auszahlung", "/payout/"),
    Role.USAGE_AUDITOR: ("Zur Auszahlung", "/payout/"),
    Role.TREASURY: ("Zur Auszahlung", "/payout/"),
    Role.AUDITOR: ("Zur Prüfkette", "/ledger/"),
    Role.OPERATOR: ("Zur Prüfkette", "/ledger/"),
}
"""Where a role's own work lies."""


class Refuse(Exception):
    """An answer other than the one asked for, raised where it is noticed."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MAX_BODY:
            raise Refuse(problem(request, 413, "body-too-large", "Die Anfrage ist zu groß."))
    return body


async def _json_fields(request: Request) -> Mapping[str, Any]:
    try:
        fields = json.loads(await _body(request))
    except ValueError as error:
        raise Refuse(problem(request, 400, "malformed-json", "Die Anfrage ist kein gültiges JSON.")) from error
    if not isinstance(fields, dict):
        raise Refuse(problem(request, 422, "not-an-object", "Erwartet wird ein JSON-Objekt."))
    return cast(dict[str, Any], fields)


class Front:
    """The handlers. Without a `calendar` desk real time holds."""

    def __init__(self, tokens: TokenDesk, proxy: Proxy, calendar: CalendarDesk | None) -> None:
        self._tokens = tokens
        self._proxy = proxy
        self._calendar = calendar

    def _signed_in(self, request: Request) -> SignedIn | None:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        token = bearer.strip() if scheme.lower() == "bearer" else request.cookies.get(COOKIE, "")
        return self._tokens.read(token, datetime.now(UTC)) if token else None

    def _facts(self, request: Request) -> dict[str, object]:
        return self._frame(self._signed_in(request))

    def _frame(self, signed_in: SignedIn | None) -> dict[str, object]:
        own = signed_in is not None and set(signed_in.person.roles) == {Role.APPLICANT}
        shown = signed_in and {
            "name": signed_in.person.name,
            "role_title": ", ".join(ROLE_TITLES[role] for role in signed_in.person.roles),
        }
        found: dict[str, object] = {"navigation": OWN_NAVIGATION} if own else {}
        return {**found, "person": shown, "simulated_today": self._calendar.now().date() if self._calendar else None}

    async def start(self, request: Request) -> Response:
        signed_in = self._signed_in(request)
        frame = self._frame(signed_in)
        rooms = [{"url": f"/{name}/", "title": title, "text": text} for name, (title, text) in _ROOMS.items()]
        ways = dict(_WORK[role] for role in signed_in.person.roles) if signed_in else {}
        work = [{"text": text, "url": url} for text, url in ways.items()]
        return page("start.html", {"rooms": [] if "navigation" in frame else rooms, "work": work, **frame})

    async def not_served(self, request: Request, error: Exception) -> Response:
        """An address or a method that nobody serves."""
        assert isinstance(error, HTTPException)
        request.state.frame = self._facts(request)
        phrase = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        return problem(request, error.status_code, phrase, "Unter dieser Adresse gibt es das nicht.")

    async def sign_in_page(self, request: Request) -> Response:
        groups = [
            {
                "title": ROLE_TITLES[role],
                "people": [
                    {"id": it.id, "name": it.name, "note": ", ".join(ROLE_TITLES[r] for r in it.roles if r is not role)}
                    for it in people
                ],
            }
            for role, people in people_by_role().items()
        ]
        after = _local_path(request.query_params.get("next", ""))
        return page(
            "signin.html",
            {"groups": groups, "action": "/sign-in", "next": after, "other_municipality": True, **self._facts(request)},
        )

    async def sign_in(self, request: Request) -> Response:
        form = parse_qs((await _body(request)).decode("utf-8", "replace"))
        key = form.get("municipality", [""])[0].strip()
        person = person_of(f"p-a-{key}" if key else form.get("person", [""])[0])
        if person is None:
            return problem(request, 422, "unknown-person", "Diese Person gibt es hier nicht.", field="person")
        token, _ = self._tokens.issue(person, datetime.now(UTC))
        response = RedirectResponse(_local_path(form.get("next", [""])[0]) or "/", 303, GUARDS)
        _set_cookie(response, token)
        return response

    async def sign_in_token(self, request: Request) -> Response:
        given = (await _json_fields(request)).get("person")
        person = person_of(given) if isinstance(given, str) else None
        if person is None:
            return problem(request, 422, "unknown-person", "Diese Person gibt es hier nicht.", field="person")
        token, expires_at = self._tokens.issue(person, datetime.now(UTC))
        return JSONResponse({"token": token, "expires_at": expires_at.isoformat()}, headers=GUARDS)

    async def sign_out(self, _: Request) -> Response:
        response = RedirectResponse("/", 303, GUARDS)
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return response

    async def jwks(self, _: Request) -> Response:
        return JSONResponse(self._tokens.jwks(), headers={"cache-control": "max-age=300"})

    async def calendar(self, request: Request) -> Response:
        signed_in = self._signed_in(request)
        if signed_in is None:
            return problem(request, 401, "not-signed-in", "Bitte melden Sie sich an.")
        if Role.OPERATOR not in signed_in.person.roles:
            return problem(request, 403, "role-missing", "Den Kalender bedient nur der Betrieb.")
        if request.method != "POST":
            return self._calendar_now()
        if self._calendar is None:
            return problem(request, 409, "calendar-is-real", "Hier gilt der wirkliche Kalender.")
        try:
            to = datetime.fromisoformat((await _json_fields(request)).get("to", ""))
            await self._calendar.advance(to.astimezone(UTC) if to.tzinfo else to.replace(tzinfo=UTC))
        except NotForwards:
            return problem(request, 409, "calendar-not-forwards", "Der Kalender geht nur vorwärts.", field="to")
        except (TypeError, ValueError, OverflowError):
            return problem(request, 422, "not-an-instant", "Erwartet wird ein Zeitpunkt nach ISO 8601.", field="to")
        except StillBusy as busy:
            detail = f"Noch nicht zur Ruhe gekommen: {', '.join(busy.services)}."
            return problem(request, 503, "still-busy", "Es wird noch gearbeitet.", detail, retry_after=1)
        return self._calendar_now()

    def _calendar_now(self) -> Response:
        now = self._calendar.now() if self._calendar else datetime.now(UTC)
        return JSONResponse({"now": now.isoformat(), "simulated": self._calendar is not None}, headers=GUARDS)

    async def live(self, _: Request) -> Response:
        return JSONResponse({"status": "live"}, headers=GUARDS)

    async def ready(self, _: Request) -> Response:
        ready = {service: await self._is_ready(service) for service in self._proxy.services}
        return JSONResponse({"services": ready}, 200 if all(ready.values()) else 503, headers=GUARDS)

    async def _is_ready(self, service: str) -> bool:
        try:
            return (await self._proxy.get(service, "/health/ready")).status_code == 200
        except httpx2.HTTPError:
            return False

    def to(self, service: str) -> Callable[[Request], Awaitable[Response]]:
        """The handler that passes everything under /<service> on, names the person, and renews a page visitor's token."""

        async def forward(request: Request) -> Response:
            signed_in = self._signed_in(request)
            name = quote(signed_in.person.name) if signed_in else ""
            request.state.frame = self._frame(signed_in)
            response = await self._proxy.forward(service, request, own={DISPLAY_NAME: name})
            if signed_in and COOKIE in request.cookies and "authorization" not in request.headers:
                renewed = self._tokens.renewed(signed_in, datetime.now(UTC))
                if renewed is not None:
                    _set_cookie(response, renewed)
            return response

        return forward


def _local_path(path: str) -> str:
    """The path if it leads nowhere else, else nothing: no redirect to other sites."""
    return path if path.startswith("/") and path.isprintable() and path[1:2] not in {"/", "\\"} else ""


def _set_cookie(response: Response, token: str) -> None:
    response.set_cookie(
        COOKIE, token, max_age=int(LIFETIME.total_seconds()), path="/", httponly=True, samesite="strict"
    )
