"""The road walked by hand: eleven people at their browsers take one application from the form to the paid money, by forms alone."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded import Embedded
from tests.review.road import TYPED_CRITERIA

playwright = pytest.importorskip(
    "playwright.sync_api", reason="Playwright fehlt: niemand ist den Weg im Browser gegangen"
)
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe fehlt: die Seiten wurden nicht geprüft")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium fehlt: niemand ist den Weg im Browser gegangen"),
]

MONDAY = datetime.fromisoformat("2025-05-05T08:00:00+02:00")
PATIENCE = 20.0
"""Seconds a person reloads a page for: another service has to hear of the case first."""
PSEUDONYM = re.compile(r"\bp-[a-z0-9]{4}\b")


class Desk:
    """One person at a browser of their own. Everything the browser complains of is kept."""

    def __init__(self, browser: Any, address: str, name: str, *, width: int = 1280, script: bool = True) -> None:
        self._address = address
        self.complaints: list[str] = []
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="de-DE", java_script_enabled=script, base_url=address
        )
        self.page: Any = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda it: self.complaints.append(str(it)))
        self.page.goto("/sign-in")
        self.page.get_by_role("button", name=re.compile(f"^{re.escape(name)}")).first.click()
        self.page.wait_for_url(address + "/")

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def until(self, path: str, seen: Callable[[Any], bool]) -> Any:
        """The page at a path, loaded again and again until it shows what is waited for."""
        deadline = time.monotonic() + PATIENCE
        while True:
            self.page.goto(path)
            if seen(self.page):
                return self.page
            if time.monotonic() > deadline:
                raise AssertionError(f"{path} zeigt es nicht:\n{self.page.inner_text('main')[:3000]}")
            time.sleep(0.1)

    def form(self, path: str, action: str) -> Any:
        """The form of an action on a page, opened by a click on its heading."""
        page = self.until(path, lambda it: it.locator(f"details[id^='{action}'] form").count() > 0)
        found = page.locator(f"details[id^='{action}']").first
        if found.get_attribute("open") is None:
            found.locator("summary").first.click()
        return found

    def act(self, path: str, action: str, fields: dict[str, str] | None = None) -> None:
        """Fill an action's form and send it; nothing on the next page may be wrong."""
        found = self.form(path, action)
        for name, text in (fields or {}).items():
            field = found.locator(f"[name='{name}']")
            if field.first.get_attribute("type") == "radio":
                found.locator(f"[name='{name}'][value='{text}']").check()
            elif field.evaluate("it => it.tagName") == "SELECT":
                field.select_option(text)
            else:
                field.fill(text)
        with self.page.expect_navigation():
            found.locator("form button[type=submit]").click()
        assert self.page.locator(".fs-errors, .fs-notice--danger").count() == 0, self.page.inner_text("main")[:2000]

    def close(self) -> None:
        self.page.context.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Embedded(tmp_path_factory.mktemp("road") / "house", calendar=MONDAY) as it:
        it.wait_ready()
        yield it.url


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as engine:
        chromium = engine.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


def faults(page: Any) -> list[str]:
    """What axe finds, with every part of the page unfolded, and whether it needs scrolling sideways at 320 px."""
    page.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true })")
    violations: list[dict[str, Any]] = axe.Axe().run(page).response["violations"]
    found = [f"{page.url}: {it['id']}: {it['nodes'][0]['target']}" for it in violations]
    size = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 900})
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{page.url}: scrolls sideways at 320 px")
    page.set_viewport_size(size)
    return found


APPLICATION = {
    "contact_name": "Hedwig Mustermann",
    "contact_mail": "hedwig.mustermann@suhl.example",
    "title": "Schnittstelle vom Dokumentenmanagement zum Fachverfahren",
    "starts_on": "2025-06-01",
    "ends_on": "2025-12-31",
    "lines.0.description": "Entwicklung der Schnittstelle",
    "lines.0.cents": "40.000",
    "lines.1.description": "Schulung",
    "lines.1.cents": "10.000,00",
    "financing.own_cents": "10.000,00",
    "financing.grant_cents": "40.000,00",
    "by_year.0.cents": "40.000,00 €",
    "account_holder": "Stadtkasse Suhl",
    "iban": "DE02 1203 0000 0000 2020 51",
}
CHOSEN = {
    "lines.0.category": "development",
    "lines.0.year": "2025",
    "lines.1.category": "training",
    "lines.1.year": "2025",
    "by_year.0.year": "2025",
    "attachments.0.kind": "offer",
}
NOTE = "Antragsprüfvermerk: drei Angebote liegen vor; die Gesamtfinanzierung ist durch Beschluss des Rates gesichert."


def apply(municipality: Desk, tmp_path: Path) -> str:
    """Fill in the application with one mistake, mend it, and send it; the case's path."""
    offer = tmp_path / "angebot.pdf"
    offer.write_bytes(b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer <</Root 1 0 R>>\n%%EOF\n")
    page = municipality.page
    page.goto("/intake/")
    page.get_by_role("link", name="Neue Zuwendung beantragen").click()
    for name, text in {**APPLICATION, "financing.own_cents": "9.000,00"}.items():
        page.locator(f"[name='{name}']").fill(text)
    for name, value in CHOSEN.items():
        page.locator(f"[name='{name}']").select_option(value)
    page.locator("[name=item][value='2c']").check()
    page.locator("[name='attachments.0']").set_input_files(offer)
    for name in ("not_started", "complete", "data_protection"):
        page.locator(f"[name='declarations.{name}']").check()
    page.get_by_role("button", name="Antrag verbindlich absenden").click()

    assert page.locator(".fs-errors").is_visible()
    assert page.input_value("[name=title]") == APPLICATION["title"]
    assert page.input_value("[name='lines.1.cents']") == "10.000,00"
    assert page.is_checked("[name='declarations.complete']")
    assert faults(page) == []
    page.locator("[name='financing.own_cents']").fill("10.000,00")
    page.locator("[name='attachments.0']").set_input_files(offer)
    page.get_by_role("button", name="Antrag verbindlich absenden").click()
    page.wait_for_url("**/intake/cases/**")
    assert "Ihr Antrag ist eingegangen." in page.inner_text("[role=status]")
    return page.url.split("?")[0].removeprefix(municipality._address)


def approve_by_keyboard(approver: Desk, path: str) -> None:
    """The approval without a mouse: opened and sent with Tab and Enter alone."""
    page = approver.until(path, lambda it: it.locator("#approve-grant form").count() > 0)
    _tab_to(page, "#approve-grant > summary")
    page.keyboard.press("Enter")
    _tab_to(page, "#approve-grant form button")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _tab_to(page: Any, selector: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("it => document.activeElement.matches(it)", selector):
            return
    raise AssertionError(f"the Tab key never reaches {selector}")


def test_what_is_typed_is_saved_by_itself_and_two_windows_do_not_overwrite_each_other(house: str, browser: Any) -> None:
    """The second window is on another machine; who is behind is told, and sees both."""
    here, there = (Desk(browser, house, "Bürgermeisteramt Stadt Suhl") for _ in range(2))
    here.page.goto("/intake/new")
    here.page.locator("[name=title]").fill("Breitband im Rathaus")
    here.page.wait_for_url("**/intake/drafts/*")
    here.page.get_by_text("Entwurf gespeichert um").wait_for()
    assert faults(here.page) == []
    listed = there.until("/intake/drafts", lambda it: it.get_by_role("link", name="Breitband im Rathaus").count() > 0)
    assert faults(listed) == []
    listed.get_by_role("link", name="Breitband im Rathaus").click()
    assert listed.input_value("[name=title]") == "Breitband im Rathaus"
    listed.locator("[name=title]").fill("Breitband im Rathaus und im Bauhof")
    listed.get_by_text("Entwurf gespeichert um").wait_for()
    here.page.locator("[name=title]").fill("Breitband überall")
    here.page.get_by_text("inzwischen anderswo gespeichert").wait_for()
    here.page.get_by_role("button", name="Entwurf speichern").click()
    here.page.get_by_text("Hier sehen Sie beide Stände").wait_for()
    assert "Breitband im Rathaus und im Bauhof" in here.page.inner_text("main")
    assert here.page.input_value("[name=title]") == "Breitband überall"
    assert faults(here.page) == []
    here.page.get_by_role("button", name="Entwurf speichern").click()
    here.page.wait_for_url("**/intake/drafts/*?done=saved")
    here.act(here.page.url.removeprefix(house).partition("?")[0], "discard-draft")
    assert here.page.get_by_text("Der Entwurf ist verworfen und gelöscht.").count() == 1
    assert (here.complaints, there.complaints) == ([], [])
    here.close()
    there.close()


def test_a_file_goes_into_the_draft_with_a_button_and_out_again(house: str, browser: Any, tmp_path: Path) -> None:
    """What was typed just before is saved with either button."""
    offer = tmp_path / "angebot.pdf"
    offer.write_bytes(b"%PDF-1.7\nAngebot\n%%EOF\n")
    here = Desk(browser, house, "Bürgermeisteramt Stadt Suhl")
    here.page.goto("/intake/new")
    here.page.locator("[name='attachments.0']").set_input_files(offer)
    here.page.get_by_text("kommen mit „Entwurf speichern“ in den Entwurf").last.wait_for()
    here.page.locator("[name='attachments.0.kind']").select_option("offer")
    here.page.locator("[name=title]").fill("Breitband mit Angebot")
    here.page.get_by_role("button", name="Entwurf speichern").click()
    here.page.wait_for_url("**/intake/drafts/*?done=saved")
    assert here.page.get_by_role("link", name="angebot.pdf (Angebot, 1 kB)").count() == 1
    assert faults(here.page) == []
    path = here.page.url.removeprefix(house).partition("?")[0]
    here.page.goto(path)
    here.page.locator("[name=title]").fill("Breitband ohne Angebot")
    out = here.page.locator("details[id^='remove-draft-file']")
    out.locator("summary").click()
    out.get_by_role("button", name="Datei entfernen").click()
    here.page.wait_for_url("**/intake/drafts/*?done=saved")
    assert here.page.get_by_role("link", name="angebot.pdf").count() == 0
    assert here.page.input_value("[name=title]") == "Breitband ohne Angebot"
    here.act(path, "discard-draft")
    assert here.complaints == []
    here.close()


def test_people_take_an_application_to_its_money_by_forms_alone(house: str, browser: Any, tmp_path: Path) -> None:
    desks: dict[str, Desk] = {}

    def at(name: str, **more: Any) -> Desk:
        if name not in desks:
            desks[name] = Desk(browser, house, name, **more)
        return desks[name]

    def look(desk: Desk, *paths: str) -> None:
        for path in paths:
            desk.page.goto(path)
            assert faults(desk.page) == []

    budget_officer, suhl = at("Gudrun Apfelstedt"), at("Bürgermeisteramt Stadt Suhl")
    budget_officer.act(
        "/review/budgets", "open-budget",
        {"year": "2025", "appropriation_cents": "1.000.000", "authorisations.0.year": "2026", "authorisations.0.cents": "500.000"},
    )  # fmt: skip
    assert "1.000.000,00\N{NO-BREAK SPACE}€" in budget_officer.page.inner_text("main")
    intake = apply(suhl, tmp_path)
    case = intake.rpartition("/")[2]
    review, payout = f"/review/cases/{case}", f"/payout/cases/{case}"

    clerk = at("Anneliese Grünwald")
    clerk.page.goto("/intake/")
    clerk.page.get_by_role("link", name="EG-2025-00001").click()
    clerk.page.get_by_role("heading", name=APPLICATION["title"]).first.wait_for()
    clerk.act(intake, "declare-complete", {"reason": "Alles Nötige steht im Angebot."})

    at("Dr. Mirjam Sauerbrey", script=False).act(
        review, "record-expert-opinion",
        {"opinion": "positive", "reasons": "Standardisiert und nachnutzbar.", **TYPED_CRITERIA},
    )  # fmt: skip
    officer = at("Yasemin Bürgel")
    officer.act(
        review, "assess-expenditure",
        {"lines.1.eligible_cents": "5.000,00", "lines.1.reason": "not-necessary", "lines.1.text": "Zwei Tage genügen."},
    )  # fmt: skip
    topics = ("necessity", "other_offices", "eligible_extent", "financing_type", "secured_financing", "later_budgets")
    officer.act(review, "propose-award", {f"note.{topic}": NOTE for topic in topics})
    budget_officer.act(review, "reserve-funds")
    approver = at("Dr. Friederike Stahn")
    look(approver, review)
    approve_by_keyboard(approver, review)
    assert "Bescheid zu versenden" in approver.page.inner_text(".fs-band")
    officer.act(review, "dispatch-notice")
    suhl.until(intake, lambda it: it.get_by_role("link", name="Zuwendungsbescheid").count() == 1)
    letter = suhl.page.request.get(f"{house}{review}/letter")
    assert letter.body().startswith(b"%PDF-")
    officer.act(review, "record-waiver")

    suhl.act(
        intake, "request-drawdown",
        {
            "year": "2025", "eligible_due_cents": "20.000,00", "requested_cents": "16.000,00",
            "needed_on": "2025-01-31", "purpose": "Erste Rechnung",
        },
    )  # fmt: skip
    look(suhl, intake)
    officer.act(payout, "examine-drawdown")
    at("Sieglinde Wutha").act(payout, "certify-drawdown")
    orderer, cashier = at("Henriette Tambach"), at("Ottilie Kassner")
    orderer.act(payout, "order-payment")
    orderer.act("/payout/", "seal-batch")
    look(orderer, "/payout/")
    cashier.act("/payout/", "release-batch")

    paid = suhl.until(intake, lambda it: "Teilweise ausgezahlt" in it.inner_text(".fs-band"))
    assert paid.locator("dt:has-text('gezahlt') ~ dd.fs-num").inner_text() == "16.000,00\N{NO-BREAK SPACE}€"
    officer.until(payout, lambda it: "gezahlt" in it.inner_text("main"))
    look(
        officer,
        payout,
        intake,
        "/review/",
        "/review/budgets/1605-63371/2025",
        "/ledger/",
        "/review/nowhere",
        "/nowhere",
    )
    assert {name: it.complaints for name, it in desks.items() if it.complaints} == {}
    for name, desk in desks.items():
        shown = desk.page.inner_text("header")
        assert name.split()[-1] in shown
        assert not PSEUDONYM.search(shown)
    for desk in desks.values():
        desk.close()
