"""Die Seiten der Prüfung: what a person reads there, and that a form is the same act as the JSON, with nothing typed lost."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx2
import pytest

from services.review.wiring import blueprint
from shared.identity import Role
from tests.conftest import StartNats
from tests.review.builders import TITLE
from tests.review.road import D1_EXPENDITURE, OPINION, TYPED_CRITERIA, Road
from tests.review.test_api import place
from tests.service import serving

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Road]:
    with serving(blueprint, place(tmp_path_factory.mktemp("pages"), start_nats)) as service:
        told = Road(service)
        told.open_budget()
        yield told


def read(client: httpx2.Client, path: str, status: int = 200) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    return unescape(answer.text).replace("\N{NO-BREAK SPACE}", " ")


def form(text: str, action: str) -> dict[str, str]:
    """The fields of the form that posts to an address, as a browser would send it unchanged."""
    found = re.search(rf'<form method="post" action="{re.escape(action)}">(.*?)</form>', text, re.DOTALL)
    assert found, f"kein Formular {action}"
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", found[1]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        ticked = " checked" in tag or not re.search(r'type="(radio|checkbox)"', tag)
        if name and ticked:
            fields[name[1]] = value[1] if value else ""
    fields |= dict(re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', found[1], re.DOTALL))
    for name, body in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', found[1], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        fields[name] = chosen[1] if chosen else ""
    return {name: unescape(value) for name, value in fields.items()}


def shown(client: httpx2.Client, path: str, action: str) -> dict[str, str]:
    """The form as the page shows it to this person."""
    return form(client.get(path, headers=HTML).text, action)


def send(client: httpx2.Client, path: str, fields: dict[str, Any]) -> httpx2.Response:
    return client.post(path, data=fields, headers=HTML)


def test_the_queue_shows_first_what_the_person_has_to_do(road: Road) -> None:
    case = road.receive()
    text = read(road.person("p-expert", Role.EXPERT), "/review/?status=awaiting-opinion")
    assert "Für Sie zu tun" in text
    assert f'href="/review/cases/{case}"' in text
    assert "Votum fehlt" in text
    others = read(road.person("p-officer", Role.CASE_OFFICER), "/review/?status=awaiting-opinion")
    assert "Für Sie zu tun" not in others


def test_the_queue_shows_what_is_open_and_the_finished_when_asked(road: Road) -> None:
    case = road.dispatch()
    officer = road.person("p-officer", Role.CASE_OFFICER)
    listed = f'href="/review/cases/{case}"'
    road.service.settled()
    assert listed in read(officer, "/review/")
    road.do(case, "waiver", {"declared_on": road.service.house.now().date().isoformat()})
    road.service.settled()
    assert listed not in read(officer, "/review/")
    assert listed in read(officer, "/review/?status=all")
    assert listed in read(officer, "/review/?status=final")


def test_the_case_has_one_address_for_people_and_programs(road: Road) -> None:
    case = road.receive()
    assert "<h1" in read(road.auditor, f"/review/cases/{case}")
    assert road.auditor.get(f"/review/cases/{case}").json()["case"] == case


def test_a_whole_award_is_decided_in_forms_with_what_they_suggest(road: Road) -> None:
    case = road.receive()
    page = f"/review/cases/{case}"

    def fill(step: str, person: str, role: Role, **typed: str) -> None:
        client, action = road.person(person, role), f"/review/forms/cases/{case}/{step}"
        answer = send(client, action, shown(client, page, action) | typed)
        assert (answer.status_code, answer.headers.get("location")) == (303, page), answer.text

    fill(
        "opinion",
        "p-expert",
        Role.EXPERT,
        opinion="positive-with-conditions",
        reasons="gut",
        **TYPED_CRITERIA,
        **{"conditions.0": "Nachnutzung ermöglichen"},
    )
    fill(
        "expenditure", "p-officer", Role.CASE_OFFICER,
        **{"lines.3.eligible_cents": "0,00", "lines.3.reason": "not-part-of-item", "lines.3.text": "gehört nicht zu 2c"},
    )  # fmt: skip
    topics = ("necessity", "other_offices", "eligible_extent", "financing_type", "secured_financing", "later_budgets")
    fill("proposal", "p-officer", Role.CASE_OFFICER, **{f"note.{it}": "geprüft" for it in topics})
    fill("reservation", "p-budget", Role.BUDGET_OFFICER)
    fill("approval", "p-approver", Role.APPROVER)
    fill("notice", "p-officer", Role.CASE_OFFICER)
    fill("waiver", "p-officer", Role.CASE_OFFICER)

    found = road.read(case)
    assert (found["status"], found["award"]["granted_cents"]) == ("final", 44_800_00)
    text = read(road.auditor, page)
    for expected in (
        "7 von 7 erledigt", "44.800,00 €", "Nachnutzung ermöglichen", "nicht Teil des Fördergegenstands",
        "Nachnutzbarkeit durch andere Kommunen", "2 von 3", "Gewichtete Bewertung", "80 %",
        "gehört nicht zu 2c", "Mittel der Auszahlung zugewiesen", "review.funds-assigned.v1", "HÜL Nr.",
    ):  # fmt: skip
        assert expected in text, expected


def test_a_form_that_is_refused_comes_back_with_what_was_typed_and_why(road: Road) -> None:
    case = road.receive()
    road.do(case, "opinion", OPINION)
    officer, action = road.person("p-officer", Role.CASE_OFFICER), f"/review/forms/cases/{case}/expenditure"
    typed = shown(officer, f"/review/cases/{case}", action)
    answer = send(
        officer, action, typed | {"lines.1.eligible_cents": "11.999,99", "lines.2.text": "Sehr <b>wichtig</b>"}
    )
    text = answer.text
    assert answer.status_code == 422
    assert "Jede Kürzung braucht einen Grund" in text or "Die Begründung fehlt." in text
    assert 'href="#assess-expenditure-lines.1.reason"' in text
    assert 'value="11.999,99"' in text
    assert "Sehr &lt;b&gt;wichtig&lt;/b&gt;" in text
    assert road.read(case)["eligible_cents"] is None


def test_a_form_on_a_case_that_moved_on_says_so_and_can_be_sent_again(road: Road) -> None:
    case = road.receive()
    expert, action = road.person("p-expert", Role.EXPERT), f"/review/forms/cases/{case}/opinion"
    old = shown(expert, f"/review/cases/{case}", action)
    road.do(case, "opinion", OPINION, by=road.person("p-expert-2", Role.EXPERT))
    typed = old | TYPED_CRITERIA | {"opinion": "negative", "reasons": "doch nicht"}
    answer = send(expert, action, typed)
    assert answer.status_code == 412
    assert "inzwischen von jemand anderem geändert" in answer.text
    fresh = form(answer.text, action)
    assert fresh["reasons"] == "doch nicht"
    assert fresh["If-Match"] != old["If-Match"]
    assert send(expert, action, fresh | {"opinion": "negative"}).status_code == 303


def test_who_may_not_sign_reads_why_and_gets_no_form(road: Road) -> None:
    case = road.receive()
    both = road.person("p-both", Role.CASE_OFFICER, Role.APPROVER)
    road.do(case, "opinion", OPINION)
    road.do(case, "expenditure", D1_EXPENDITURE, by=both)
    road.do(case, "refusal-proposal", {"reasons": ["keine Mittel"]}, by=both)
    text = read(both, f"/review/cases/{case}")
    assert "Warum Sie das hier nicht tun können" in text
    assert "Vier-Augen-Prinzip" in text
    assert f'action="/review/forms/cases/{case}/refusal"' not in text
    forced = send(both, f"/review/forms/cases/{case}/refusal", {"If-Match": road.read(case)["etags"]["assessment"]})
    assert forced.status_code == 403
    assert "Versuch zurückgewiesen" in unescape(forced.text)


def test_the_contact_is_named_to_the_case_officer_only_until_they_are_erased(road: Road) -> None:
    case = road.receive()
    officer = road.person("p-officer", Role.CASE_OFFICER)
    assert "Erika Mustermann" in read(officer, f"/review/cases/{case}")
    assert "Mustermann" not in read(road.auditor, f"/review/cases/{case}")
    road.service.house.keys.destroy(f"s-{case}")
    assert "gelöscht" in read(officer, f"/review/cases/{case}")


def test_the_budget_is_shown_per_title_and_year_and_opened_in_a_form(road: Road) -> None:
    officer = road.person("p-budget", Role.BUDGET_OFFICER)
    road.reserve()
    text = read(officer, "/review/budgets")
    assert f'href="/review/budgets/{TITLE}/2025"' in text
    filled = shown(officer, "/review/budgets", "/review/forms/budgets") | {
        "title": "1605-63372", "appropriation_cents": "1.000,50", "authorisations.0.year": "2026", "authorisations.0.cents": "500",
    }  # fmt: skip
    assert send(officer, "/review/forms/budgets", filled).status_code == 303
    sheet = read(officer, "/review/budgets/1605-63372/2025")
    assert "1.000,50 €" in sheet
    assert "Verpflichtungsermächtigung" in sheet
    again = send(officer, "/review/forms/budgets", filled | {"Idempotency-Key": "x", "appropriation_cents": "abc"})
    assert again.status_code == 422
    assert 'value="abc"' in again.text
    own = read(road.auditor, f"/review/budgets/{TITLE}/2025")
    assert "EG-2025-00001" in own
    assert "30.000,00 €" in own


def test_who_is_not_signed_in_is_shown_the_way_and_comes_back(road: Road) -> None:
    stranger = road.service.client()
    answer = stranger.get("/review/?status=final", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/review/%3Fstatus%3Dfinal")
    posted = stranger.post("/review/forms/budgets", data={"title": "x"}, headers=HTML)
    assert posted.status_code == 303


def test_a_problem_is_a_page_with_the_same_status(road: Road) -> None:
    read(road.auditor, "/review/cases/unknown", 404)
    read(road.auditor, "/review/cases/UN%20KNOWN", 404)
    read(road.auditor, "/review/budgets/x/2025", 404)
    read(road.auditor, "/review/?status=unheard-of", 422)
    read(road.person("p-a", Role.APPLICANT), "/review/", 403)


def test_a_form_from_a_foreign_site_changes_nothing(road: Road) -> None:
    case = road.receive()
    token = road.service.place.token("p-expert", Role.EXPERT)
    client = road.service.client()
    headers = HTML | {"Cookie": f"foerderstrom_token={token}", "Sec-Fetch-Site": "cross-site"}
    fields = {"If-Match": road.read(case)["etags"]["assessment"], "opinion": "negative", "reasons": "x"}
    answer = client.post(f"/review/forms/cases/{case}/opinion", data=fields, headers=headers)
    assert answer.status_code == 403
    assert road.read(case)["opinion"] is None
