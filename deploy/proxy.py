"""The way from the front to a service: one streaming reverse proxy, and what it says when nobody is there."""

from collections.abc import AsyncIterator, Iterable, Mapping

import httpx2
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from deploy.answers import problem

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_CLAIMED = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"})
"""What a client says about the way it came is not believed."""
_TIMEOUT = httpx2.Timeout(connect=2.0, read=60.0, write=30.0, pool=5.0)
_UNKNOWN = "Ob die Anfrage bearbeitet wurde, ist offen. Mit demselben Idempotency-Key darf sie wiederholt werden."


def end_to_end(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers without those that belong to one connection (RFC 9110, 7.6.1), named or listed under Connection."""
    kept = [(name.lower(), text) for name, text in headers]
    listed = {part.strip().lower() for name, text in kept if name == "connection" for part in text.split(",")}
    return [(name, text) for name, text in kept if name not in _HOP_BY_HOP and name not in listed]


class Proxy:
    """Forwards requests to the upstreams (service name → base URL); paths are kept as they are."""

    def __init__(self, upstreams: Mapping[str, str]) -> None:
        self._upstreams = {name: httpx2.URL(url) for name, url in upstreams.items()}
        self._client = httpx2.AsyncClient(
            timeout=_TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            limits=httpx2.Limits(max_connections=400, max_keepalive_connections=100, keepalive_expiry=3.0),
        )

    @property
    def services(self) -> Iterable[str]:
        return self._upstreams

    async def close(self) -> None:
        await self._client.aclose()

    async def get(self, service: str, path: str) -> httpx2.Response:
        """Ask a service something for the front itself; httpx2.HTTPError when it does not answer within 5 s."""
        return await self._client.get(self._upstreams[service].copy_with(path=path), timeout=5.0)

    async def forward(self, service: str, request: Request, own: Mapping[str, str]) -> Response:
        """The service's answer as it comes, or 502, 503 or 504 from the front.

        The headers in `own` are the front's: a client's are replaced, or dropped where the front's is empty.
        """
        try:
            answer = await self._client.send(self._outgoing(service, request, own), stream=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            title = f"Der Dienst {service} ist gerade nicht erreichbar."
            return problem(
                request, 503, "service-unavailable", title, "Bitte gleich noch einmal versuchen.", retry_after=1
            )
        except httpx2.TimeoutException:
            title = f"Der Dienst {service} hat nicht rechtzeitig geantwortet."
            return problem(request, 504, "service-timeout", title, _UNKNOWN, retry_after=2)
        except httpx2.TransportError:
            title = f"Der Dienst {service} hat die Verbindung abgebrochen."
            return problem(request, 502, "service-broken-off", title, _UNKNOWN, retry_after=1)
        except ClientDisconnect:
            return Response(status_code=499)
        response = StreamingResponse(_body(answer), status_code=answer.status_code)
        response.raw_headers = [
            (name.encode("latin-1"), text.encode("latin-1"))
            for name, text in end_to_end(answer.headers.multi_items())
            if name not in {"date", "server"}
        ]
        return response

    def _outgoing(self, service: str, request: Request, own: Mapping[str, str]) -> httpx2.Request:
        path: bytes = request.scope["raw_path"]
        query: bytes = request.scope["query_string"]
        url = self._upstreams[service].copy_with(raw_path=path + (b"?" + query if query else b""))
        claimed = _CLAIMED | own.keys()
        headers = [(name, text) for name, text in end_to_end(request.headers.items()) if name not in claimed]
        headers += [("x-forwarded-host", request.headers.get("host", "")), ("x-forwarded-proto", request.url.scheme)]
        headers += [(name, text) for name, text in own.items() if text]
        has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
        return self._client.build_request(
            request.method, url, headers=headers, content=request.stream() if has_body else None
        )


async def _body(answer: httpx2.Response) -> AsyncIterator[bytes]:
    try:
        async for part in answer.aiter_raw():
            yield part
    finally:
        await answer.aclose()
