"""The one front address of the embedded mode: local sign-in, start page, calendar, and the way to the four services.

It lets anybody be anybody, so it serves the loopback only and refuses to start anywhere else.
"""

import argparse
import ipaddress
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.answers import problem
from deploy.front_desk import Front, Refuse
from deploy.proxy import Proxy
from deploy.sign_in import TokenDesk
from deploy.simulated_calendar import CalendarDesk
from shared.decider import value
from shared.observability import configure_logging
from shared.rendering import STATIC

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class PublicAddress(ValueError):
    """The bind address is not a loopback address: the local sign-in would let the whole network in."""


@value
class FrontSettings:
    """Where the front listens and what it needs. `upstreams`: service name → base URL; no `calendar`: real time."""

    bind: str
    port: int
    issuer: str
    key_file: Path
    upstreams: Mapping[str, str]
    calendar: Path | None = None
    patience: float = 60.0

    def __post_init__(self) -> None:
        if self.bind != "localhost" and not ipaddress.ip_address(self.bind).is_loopback:
            raise PublicAddress(f"{self.bind} ist keine Loopback-Adresse; die lokale Anmeldung kennt kein Passwort.")


class SameSite:
    """Turns away what a foreign site sends through the visitor's browser: other host names (DNS rebinding), other origins (forged forms)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        host = request.headers.get("host", "")
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        if name not in {"127.0.0.1", "localhost", "[::1]"}:
            answer = problem(request, 421, "unknown-host", "Unter diesem Namen ist hier niemand zu erreichen.")
            await answer(scope, receive, send)
            return
        origin = request.headers.get("origin")
        if origin is not None and origin != f"http://{host}" and request.method not in {"GET", "HEAD", "OPTIONS"}:
            answer = problem(request, 403, "foreign-origin", "Eine fremde Seite hat diese Anfrage ausgelöst.")
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refuse)
    return error.response


def app(settings: FrontSettings) -> Starlette:
    """The front as an ASGI application."""
    proxy = Proxy(settings.upstreams)
    calendar = CalendarDesk(settings.calendar, proxy, patience=settings.patience) if settings.calendar else None
    front = Front(TokenDesk(settings.key_file, settings.issuer), proxy, calendar)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        yield
        await proxy.close()

    routes: list[BaseRoute] = [
        Route("/", front.start),
        Route("/sign-in", front.sign_in_page),
        Route("/sign-in", front.sign_in, methods=["POST"]),
        Route("/sign-in/token", front.sign_in_token, methods=["POST"]),
        Route("/sign-out", front.sign_out, methods=["POST"]),
        Route("/.well-known/jwks.json", front.jwks),
        Route("/calendar", front.calendar, methods=["GET", "POST"]),
        Route("/health/live", front.live),
        Route("/health/ready", front.ready),
        Mount("/static", StaticFiles(directory=STATIC, check_dir=False)),
    ]
    for service in settings.upstreams:
        forward = front.to(service)
        routes += [Route(path, forward, methods=_METHODS) for path in (f"/{service}", f"/{service}/{{rest:path}}")]
    return Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[Middleware(SameSite)],
        exception_handlers={Refuse: _refused, HTTPException: front.not_served},
    )


def main(arguments: list[str] | None = None) -> int:
    """`python -m deploy.front`; exit code 2 when the address is not a loopback address."""
    parser = argparse.ArgumentParser(prog="deploy.front", description=__doc__)
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--issuer", required=True)
    parser.add_argument("--key-file", type=Path, required=True)
    parser.add_argument("--calendar", type=Path)
    parser.add_argument("--upstream", action="append", default=[], metavar="SERVICE=URL")
    given = parser.parse_args(arguments)
    try:
        settings = FrontSettings(
            bind=given.bind,
            port=given.port,
            issuer=given.issuer,
            key_file=given.key_file,
            calendar=given.calendar,
            upstreams=dict(upstream.split("=", 1) for upstream in given.upstream),
        )
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    configure_logging("front")
    uvicorn.run(
        app(settings),
        host=settings.bind,
        port=settings.port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
