"""What the front itself answers: pages, and when something is wrong problem+json for programs (RFC 9457), a page for people."""

from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from shared.rendering import CONTENT_SECURITY_POLICY, environment

_pages = environment(Path(__file__).parent / "pages")

GUARDS: Mapping[str, str] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}
"""Headers of every page and answer the front makes itself."""


def page(name: str, facts: Mapping[str, object], status: int = 200, headers: Mapping[str, str] = GUARDS) -> Response:
    """A rendered page of deploy/pages or shared/templates."""
    return HTMLResponse(_pages.get_template(name).render(facts), status, dict(headers))


def problem(
    request: Request, status: int, code: str, title: str, detail: str = "", *, field: str = "", retry_after: int = 0
) -> Response:
    """A refusal with a stable code and a German title; a page when the browser asks for one. `retry_after` in seconds.

    `request.state.frame` holds what a page's frame shows of the visitor, where it is known.
    """
    headers = {**GUARDS, **({"retry-after": str(retry_after)} if retry_after else {})}
    if "text/html" in request.headers.get("accept", ""):
        told = {"title": title, "detail": detail, "code": code}
        return page("trouble.html", {**getattr(request.state, "frame", {}), **told}, status, headers)
    body = {"type": f"urn:foerderstrom:problem:{code}", "title": title, "status": status, "code": code}
    body |= {key: text for key, text in (("detail", detail), ("field", field)) if text}
    return JSONResponse(body, status, headers, media_type="application/problem+json")
