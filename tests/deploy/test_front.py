"""The front over real HTTP, before small real servers in place of the services."""

import asyncio
import json
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from deploy import simulated_calendar
from deploy.front import FrontSettings, PublicAddress, app, main
from deploy.ports import free_port

SERVICES = ("intake", "review")


@contextmanager
def serving(application: ASGIApp) -> Generator[str]:
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(application, port=port, log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@dataclass
class Service:
    """A service that tells what reached it."""

    idle: list[dict[str, object]] = field(default_factory=list)
    first_part_read: threading.Event = field(default_factory=threading.Event)

    async def echo(self, request: Request) -> Response:
        body = await request.body()
        seen = {
            "method": request.method,
            "target": request.scope["raw_path"].decode() + "?" + request.scope["query_string"].decode(),
            "headers": dict(request.headers),
            "body": body.decode(),
        }
        headers = {"etag": '"7"', "connection": "x-inner", "x-inner": "secret", "keep-alive": "timeout=9"}
        return JSONResponse(seen, 201, headers)

    async def stream(self, _: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            yield b"first"
            await asyncio.to_thread(self.first_part_read.wait, 5)
            yield b"second"

        return StreamingResponse(parts())

    async def cookies(self, _: Request) -> Response:
        response = RedirectResponse("/intake/there", 303)
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        return response

    async def says_idle(self, _: Request) -> Response:
        return JSONResponse(self.idle.pop(0) if len(self.idle) > 1 else self.idle[0])

    async def ready(self, _: Request) -> Response:
        return Response()

    def app(self) -> Starlette:
        methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        return Starlette(
            routes=[
                Route("/health/idle", self.says_idle),
                Route("/health/ready", self.ready),
                Route("/intake/stream", self.stream),
                Route("/intake/cookies", self.cookies),
                Route("/{rest:path}", self.echo, methods=methods),
            ]
        )


@dataclass
class House:
    url: str
    services: dict[str, Service]
    calendar: Path

    def client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, trust_env=False, timeout=10)

    def token(self, person: str) -> str:
        with self.client() as client:
            return client.post("/sign-in/token", json={"person": person}).json()["token"]


@contextmanager
def house(
    directory: Path, *, down: tuple[str, ...] = (), simulated: bool = True, patience: float = 5
) -> Generator[House]:
    services = {name: Service(idle=[{"idle": True, "position": 1}]) for name in SERVICES}
    calendar = directory / "calendar.json"
    if simulated:
        simulated_calendar.begin(calendar, datetime(2025, 1, 6, 8, tzinfo=UTC))
    with serving(services["intake"].app()) as intake, serving(services["review"].app()) as review:
        upstreams = {"intake": intake, "review": review} | {name: f"http://127.0.0.1:{free_port()}" for name in down}
        settings = FrontSettings(
            bind="127.0.0.1",
            port=0,
            issuer="http://127.0.0.1",
            key_file=directory / "secrets" / "sign-in.pem",
            upstreams=upstreams,
            calendar=calendar if simulated else None,
            patience=patience,
        )
        with serving(app(settings)) as url:
            yield House(url, services, calendar)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("front"), down=("payout",)) as it:
        yield it


@pytest.fixture
def client(front: House) -> Iterator[httpx2.Client]:
    with front.client() as it:
        yield it


# ---- the address ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bind", ["0.0.0.0", "::", "192.0.2.7", "10.0.0.1", "2001:db8::1"])
def test_the_front_refuses_every_address_but_the_loopback(
    bind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(PublicAddress):
        FrontSettings(bind=bind, port=1, issuer="i", key_file=tmp_path / "k", upstreams={})
    assert main(["--bind", bind, "--issuer", "i", "--key-file", str(tmp_path / "k")]) == 2
    assert "Loopback" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", ""])
def test_another_host_name_for_the_loopback_is_turned_away(client: httpx2.Client, host: str) -> None:
    assert client.get("/sign-in", headers={"host": host}).status_code in {400, 421}


def test_a_foreign_page_cannot_send_forms_through_the_visitors_browser(client: httpx2.Client) -> None:
    for path in ("/sign-in", "/intake/cases", "/calendar"):
        for origin in ("http://evil.example", "null"):
            answer = client.post(path, headers={"origin": origin})
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign-origin")
    own = client.post("/intake/cases", headers={"origin": str(client.base_url).rstrip("/")})
    assert own.status_code == 201


# ---- signing in ----------------------------------------------------------------------------------------------------


def test_the_sign_in_page_lists_the_people_by_role_and_says_what_it_is(client: httpx2.Client) -> None:
    page = client.get("/sign-in?next=/review/")
    assert page.status_code == 200
    assert "Feststellung sachlich und rechnerisch" in page.text
    assert 'value="p-a-16051000"' in page.text
    assert 'value="/review/"' in page.text
    assert "Demonstration" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'self'")


def test_a_person_signs_in_visits_a_service_and_signs_out(client: httpx2.Client) -> None:
    answer = client.post("/sign-in", data={"person": "p-7c9r", "next": "/review/cases"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/review/cases")
    cookie = answer.headers["set-cookie"].lower()
    assert re.search(r"httponly.*max-age=600.*path=/.*samesite=strict", cookie)
    seen = client.get("/review/cases").json()["headers"]
    assert seen["cookie"].startswith("foerderstrom_token=")
    assert unquote(seen["foerderstrom-display-name"]) == "Yasemin Bürgel"
    assert "Yasemin Bürgel" in client.get("/").text
    client.post("/sign-out")
    assert "cookie" not in client.get("/review/cases").json()["headers"]


@pytest.mark.parametrize("next_page", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nx: y", ""])
def test_signing_in_leads_to_no_other_site(client: httpx2.Client, next_page: str) -> None:
    assert client.post("/sign-in", data={"person": "p-7c9r", "next": next_page}).headers["location"] == "/"


def test_a_program_gets_a_token_that_the_published_keys_verify(client: httpx2.Client) -> None:
    from joserfc import jwt
    from joserfc.jwk import KeySet

    answer = client.post("/sign-in/token", json={"person": "p-a-16055000"}).json()
    keys = KeySet.import_key_set(client.get("/.well-known/jwks.json").json())
    claims = jwt.decode(answer["token"], keys, algorithms=["ES256"]).claims
    assert claims["applicant_keys"] == ["16055000"]
    assert datetime.fromisoformat(answer["expires_at"]) == datetime.fromtimestamp(claims["exp"], UTC)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed-json"),
        (b"\xff", 400, "malformed-json"),
        (b"[]", 422, "not-an-object"),
        (b'{"person": 7}', 422, "unknown-person"),
        (b'{"person": "p-nobody"}', 422, "unknown-person"),
        (b"{}", 422, "unknown-person"),
        (b" " * 100_000, 413, "body-too-large"),
    ],
)
def test_a_bad_request_for_a_token_is_answered_as_a_problem(
    client: httpx2.Client, body: bytes, status: int, code: str
) -> None:
    answer = client.post("/sign-in/token", content=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


# ---- the way to a service ------------------------------------------------------------------------------------------


def test_a_request_reaches_the_service_as_it_was_sent(client: httpx2.Client) -> None:
    answer = client.post(
        "/intake/cases/%2e%2e/a%20b?x=1&y=%C3%BC", content=b"body", headers={"idempotency-key": "k", "if-match": '"3"'}
    )
    seen = answer.json()
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"7"'
    assert (seen["method"], seen["body"]) == ("POST", "body")
    assert seen["target"] == "/intake/cases/%2e%2e/a%20b?x=1&y=%C3%BC"
    assert (seen["headers"]["idempotency-key"], seen["headers"]["if-match"]) == ("k", '"3"')
    assert seen["headers"]["host"] == client.base_url.netloc.decode()


def test_headers_of_one_connection_stay_on_it(client: httpx2.Client) -> None:
    answer = client.get(
        "/intake/x", headers={"connection": "x-mine", "x-mine": "1", "te": "trailers", "upgrade": "h2c"}
    )
    assert not {"x-mine", "te", "upgrade"} & answer.json()["headers"].keys()
    assert not {"x-inner", "keep-alive"} & answer.headers.keys()


def test_what_a_client_claims_about_itself_is_not_passed_on(client: httpx2.Client) -> None:
    claims = {"x-forwarded-host": "evil.example", "forwarded": "for=1", "foerderstrom-display-name": "Chef"}
    seen = client.get("/intake/x", headers=claims).json()["headers"]
    assert seen["x-forwarded-host"] == client.base_url.netloc.decode()
    assert "forwarded" not in seen
    assert "foerderstrom-display-name" not in seen


def test_an_answer_streams_while_the_service_still_writes(front: House, client: httpx2.Client) -> None:
    with client.stream("GET", "/intake/stream") as answer:
        parts = answer.iter_raw()
        assert next(parts) == b"first"
        front.services["intake"].first_part_read.set()
        assert b"".join(parts) == b"second"


def test_a_large_body_is_passed_on_in_parts(client: httpx2.Client) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(64):
            yield b"x" * 65_536

    assert len(client.post("/intake/documents", content=parts()).json()["body"]) == 64 * 65_536


def test_redirects_and_several_cookies_come_through_untouched(client: httpx2.Client) -> None:
    answer = client.get("/intake/cookies")
    assert (answer.status_code, answer.headers["location"]) == (303, "/intake/there")
    assert len(answer.headers.get_list("set-cookie")) == 2


def test_a_service_that_is_down_is_said_to_be_in_german(client: httpx2.Client) -> None:
    answer = client.get("/payout/x")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Der Dienst payout ist gerade nicht erreichbar."
    page = client.get("/payout/x", headers={"accept": "text/html,*/*"})
    assert page.status_code == 503
    assert "<h1>Der Dienst payout ist gerade nicht erreichbar.</h1>" in page.text
    assert client.get("/health/ready").json() == {"services": {"intake": True, "review": True, "payout": False}}


def test_a_service_that_dies_while_answering_leaves_the_outcome_open(tmp_path: Path) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.close()

    with raw_server(hang_up) as upstream:
        settings = FrontSettings(
            bind="127.0.0.1", port=0, issuer="i", key_file=tmp_path / "k.pem", upstreams={"intake": upstream}
        )
        with serving(app(settings)) as url:
            answer = httpx2.post(f"{url}/intake/cases", trust_env=False)
    assert (answer.status_code, answer.json()["code"]) == (502, "service-broken-off")
    assert "Idempotency-Key" in answer.json()["detail"]


@contextmanager
def raw_server(handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> Generator[str]:
    loop, port = asyncio.new_event_loop(), free_port()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(handle, "127.0.0.1", port), loop).result(5)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def test_what_nobody_serves_is_a_problem_too(client: httpx2.Client) -> None:
    for path in ("/nothing", "/intakes/x"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert client.get("/static/icons/favicon.svg").status_code == 200


# ---- the calendar --------------------------------------------------------------------------------------------------


def _as(house: House, person: str) -> dict[str, str]:
    return {"authorization": f"Bearer {house.token(person)}"}


def _advance(house: House, to: str) -> httpx2.Response:
    with house.client() as client:
        return client.post("/calendar", json={"to": to}, headers=_as(house, "p-y6w4"))


def test_only_the_operator_sees_and_moves_the_calendar(front: House, client: httpx2.Client) -> None:
    assert client.get("/calendar").status_code == 401
    assert client.get("/calendar", headers={"authorization": "Bearer x.y.z"}).status_code == 401
    assert client.get("/calendar", headers=_as(front, "p-b8v4")).status_code == 403
    assert client.get("/calendar", headers=_as(front, "p-y6w4")).json()["simulated"] is True


def test_the_calendar_moves_forwards_and_a_restart_continues_it(tmp_path: Path) -> None:
    with house(tmp_path) as it:
        told = datetime.fromisoformat(_advance(it, "2025-03-03T09:00:00+01:00").json()["now"])
        assert abs(told - datetime(2025, 3, 3, 8, tzinfo=UTC)) < timedelta(seconds=5)
        assert set(json.loads(it.calendar.read_bytes())) == {"offset_seconds"}
        back = _advance(it, "2025-03-01T09:00:00+01:00")
        assert (back.status_code, back.json()["code"]) == (409, "calendar-not-forwards")
    with house(tmp_path) as it:
        assert simulated_calendar.now(it.calendar) >= told


@pytest.mark.parametrize("to", [None, 7, "tomorrow", "", "9999-99-99"])
def test_a_calendar_is_not_moved_to_nonsense(front: House, client: httpx2.Client, to: object) -> None:
    answer = client.post("/calendar", json={"to": to}, headers=_as(front, "p-y6w4"))
    assert (answer.status_code, answer.json()["field"]) == (422, "to")


def test_the_calendar_waits_until_two_rounds_in_a_row_say_the_same(tmp_path: Path) -> None:
    with house(tmp_path) as it:
        waiting: list[dict[str, object]] = [
            {"idle": True, "position": 1},
            {"idle": False, "position": 1},
            {"idle": True, "position": 2},
            {"idle": True, "position": 3},
            {"idle": True, "position": 3},
        ]
        it.services["review"].idle = waiting
        assert _advance(it, "2025-02-01T00:00:00Z").status_code == 200
        assert len(waiting) == 1


def test_the_calendar_stands_while_somebody_works_or_does_not_answer(tmp_path: Path) -> None:
    with house(tmp_path, down=("payout",), patience=0.5) as it:
        it.services["review"].idle = [{"idle": False}]
        before = it.calendar.read_bytes()
        answer = _advance(it, "2025-02-01T00:00:00Z")
        assert (answer.status_code, answer.json()["code"]) == (503, "still-busy")
        assert "review, payout" in answer.json()["detail"]
        assert it.calendar.read_bytes() == before


def test_the_real_calendar_cannot_be_moved(tmp_path: Path) -> None:
    with house(tmp_path, simulated=False) as it:
        answer = _advance(it, "2099-01-01T00:00:00Z")
        assert (answer.status_code, answer.json()["code"]) == (409, "calendar-is-real")
