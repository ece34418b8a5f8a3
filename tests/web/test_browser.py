"""The pages in a real browser under the policy they are sent with: without faults, by keyboard alone, down to 320 px, printed."""

import re
import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.rendering import CONTENT_SECURITY_POLICY, STATIC, environment
from tests.web.samples import PAGES

playwright = pytest.importorskip(
    "playwright.sync_api", reason="Playwright fehlt: die Seiten wurden nicht im Browser geprüft"
)
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe fehlt: die Seiten wurden nicht geprüft")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium fehlt: die Seiten wurden NICHT im Browser geprüft"),
]

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
posted: list[tuple[str, str, dict[str, list[str]]]] = []
pages = environment()


class Pages(BaseHTTPRequestHandler):
    """The samples and the static files, with the policy; remembers what was posted."""

    def log_message(self, format: str, *args: Any) -> None:
        return

    def answer(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        file = STATIC / path.removeprefix("/static/")
        if path.startswith("/static/") and file.is_file():
            self.answer(file.read_bytes(), TYPES[file.suffix])
        elif path.strip("/") in PAGES:
            template, context = PAGES[path.strip("/")]
            self.answer(pages.get_template(template).render(context).encode(), "text/html; charset=utf-8")
        else:
            self.answer(b"", "text/plain", 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        posted.append((self.path, self.headers["Content-Type"], parse_qs(body)))
        self.answer(b"<!doctype html><title>da</title>", "text/html; charset=utf-8")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as engine:
        chromium = engine.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


def opened(browser: Any, url: str, width: int = 1280, **options: Any) -> Any:
    """A page in a context of its own, with its complaints in `page.complaints`."""
    page = browser.new_context(viewport={"width": width, "height": 900}, locale="de-DE", **options).new_page()
    page.complaints = []
    page.on("console", lambda it: page.complaints.append(it.text) if it.type in ("error", "warning") else None)
    page.on("pageerror", lambda it: page.complaints.append(str(it)))
    page.goto(url)
    return page


def faults(page: Any) -> list[str]:
    violations: list[dict[str, Any]] = axe.Axe().run(page).response["violations"]
    return [f"{it['id']}: {it['nodes'][0]['target']}" for it in violations]


@pytest.fixture(scope="module", params=[("light", 1280), ("dark", 390)], ids=lambda it: f"{it[0]}-{it[1]}")
def window(request: Any, browser: Any, address: str) -> Iterator[Any]:
    scheme, width = request.param
    page = opened(browser, address + "queue", width, color_scheme=scheme)
    yield page
    page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_fault_and_the_policy_is_never_broken(window: Any, address: str, name: str) -> None:
    window.complaints.clear()
    window.goto(address + name)
    window.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true })")
    assert faults(window) == []
    assert window.complaints == []


def test_axe_would_have_found_a_fault(browser: Any, address: str) -> None:
    page = opened(browser, address + "queue")
    page.evaluate("document.querySelector('label').remove()")
    assert any(it.startswith("label") for it in faults(page))
    page.context.close()


def test_the_policy_would_have_stopped_an_inline_script(browser: Any, address: str) -> None:
    page = opened(browser, address + "queue")
    page.evaluate(
        "const it = document.createElement('script'); it.textContent = 'window.ran = 1'; document.body.append(it)"
    )
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in it for it in page.complaints)
    page.context.close()


@pytest.mark.parametrize("width", [320, 768, 900, 1024])
def test_no_page_and_no_table_scrolls_sideways(browser: Any, address: str, width: int) -> None:
    page = opened(browser, address + "queue", width)
    for name in PAGES:
        page.goto(address + name)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        wide = page.evaluate(
            "[...document.querySelectorAll('.fs-table-wrap')].filter(it => it.scrollWidth > it.clientWidth).length"
        )
        assert wide == 0, name
    page.context.close()


def focused(page: Any) -> str:
    return page.evaluate("document.activeElement.textContent.trim()")


def test_the_first_tab_offers_to_skip_to_the_content(browser: Any, address: str) -> None:
    page = opened(browser, address + "queue")
    page.keyboard.press("Tab")
    assert focused(page) == "Zum Inhalt springen"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "inhalt"
    page.context.close()


def test_everything_that_works_with_the_mouse_is_reached_with_the_tab_key_and_shows_it(
    browser: Any, address: str
) -> None:
    page = opened(browser, address + "case")
    wanted = page.evaluate(
        "[...document.querySelectorAll('a[href], button, summary, input:not([type=hidden]), select, textarea')]"
        ".filter(it => it.checkVisibility({contentVisibilityAuto: true})).length"
    )
    reached: set[str] = set()
    for _ in range(wanted + 20):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("(it => it.outerHTML.slice(0, 200) + it.getBoundingClientRect().top)(document.activeElement)")
        )
        visible = page.evaluate(
            "(it => getComputedStyle(it).outlineStyle !== 'none' || getComputedStyle(it).boxShadow !== 'none')(document.activeElement)"
        )
        assert visible or page.evaluate("document.activeElement === document.body")
    assert len(reached) >= wanted - 1  # the two radios are one stop
    page.context.close()


def test_a_decision_is_made_with_the_keyboard_and_without_script(browser: Any, address: str) -> None:
    posted.clear()
    page = opened(browser, address + "case", java_script_enabled=False)
    page.locator("#bescheid textarea").focus()
    page.keyboard.type("Zweck erfüllt & Mittel da")
    page.keyboard.press("Tab")
    page.locator("#bescheid button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/dispatch")
    path, kind, body = posted[-1]
    assert (path, kind) == ("/review/cases/0017/dispatch", "application/x-www-form-urlencoded")
    assert body["reason"] == ["Zweck erfüllt & Mittel da"]
    assert body["If-Match"] == ['"31"']
    assert len(body["Idempotency-Key"][0]) == 36
    page.context.close()


def test_a_filter_exchanges_the_list_without_a_new_page_and_keeps_the_focus(browser: Any, address: str) -> None:
    page = opened(browser, address + "queue")
    page.evaluate("window.here = 1")
    page.locator("#filter-1-2").focus()
    with page.expect_response("**/queue?mine=0"):
        page.keyboard.press("Enter")
    page.wait_for_url("**/queue?mine=0")
    assert page.evaluate("window.here") == 1
    assert page.evaluate("document.activeElement.id") == "filter-1-2"
    assert page.locator("main #liste").count() == 1
    assert page.complaints == []
    page.context.close()


def luminance(color: str) -> float:
    parts = [int(it) / 255 for it in re.findall(r"\d+", color)[:3]]
    linear = [it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_bar_of_the_money_stands_out_from_its_track(browser: Any, address: str, scheme: str) -> None:
    page = opened(browser, address + "case", color_scheme=scheme)
    colors = page.evaluate(
        """() => {
          const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
          const seen = it => { canvas.fillStyle = getComputedStyle(it).fill; canvas.fillRect(0, 0, 1, 1);
                               return canvas.getImageData(0, 0, 1, 1).data.slice(0, 3).join(' '); };
          return [...document.querySelectorAll('.fs-moneybar svg')].map(it =>
            [...it.querySelectorAll('rect')].map(seen));
        }"""
    )
    assert len(colors) == 4
    for track, fill in colors:
        high, low = sorted((luminance(track), luminance(fill)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 3, (scheme, track, fill)
    page.context.close()


def test_amounts_stand_right_and_under_each_other(browser: Any, address: str) -> None:
    page = opened(browser, address + "queue")
    edges = page.evaluate(
        "[...document.querySelectorAll('tbody .fs-money')].map(it => Math.round(it.getBoundingClientRect().right))"
    )
    assert len(edges) > 10
    assert len(set(edges)) == 1
    page.context.close()


def test_on_paper_there_is_the_case_and_not_the_machine(browser: Any, address: str) -> None:
    page = opened(browser, address + "case", 680)
    page.emulate_media(media="print")
    assert not page.locator(".fs-nav").is_visible()
    assert not page.locator(".fs-decisions").is_visible()
    assert page.locator(".fs-timeline").is_visible()
    assert page.locator(".fs-band__title").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.fs-table td')).display") == "table-cell"
    page.context.close()


def test_in_forced_colours_states_keep_their_marks(browser: Any, address: str) -> None:
    page = opened(browser, address + "queue", forced_colors="active")
    assert faults(page) == []
    chosen = "getComputedStyle(document.querySelector('.fs-chip[aria-current]')).outlineStyle"
    assert page.evaluate(chosen) == "solid"
    page.context.close()
