"""Intake's pages, as a browser without script meets them."""

import json
import re
from typing import Any
from uuid import uuid4

import httpx2

from services.intake.vocabulary import ITEM_CODES, ITEMS
from shared.identity import Role
from shared.policy import read
from shared.rendering import CONTENT_SECURITY_POLICY
from shared.shipped_policies import FILES
from tests.intake.builders import ARNSTADT, PDF, PERSONAL, STADTILM, a_body
from tests.intake.offices import Desk

TYPED = {
    "applicant_key": STADTILM,
    "item": "2c",
    "title": "Schnittstelle <script>alert(1)</script>",
    "lines.0.category": "development",
    "lines.0.description": "Schnittstelle",
    "lines.0.year": "2025",
    "lines.0.cents": "38.000,00",
    "lines.1.category": "",
    "lines.1.description": "",
    "lines.1.year": "",
    "lines.1.cents": "",
    "lines.3.category": "training",
    "lines.3.description": "Einweisung",
    "lines.3.year": "2026",
    "lines.3.cents": "6000",
    "financing.own_cents": "8.800,00 €",
    "financing.third_party_cents": "",
    "financing.grant_cents": "35.200,00",
    "by_year.0.year": "2025",
    "by_year.0.cents": "30.000",
    "by_year.2.year": "2026",
    "by_year.2.cents": "5.200",
    "starts_on": "2025-06-02",
    "ends_on": "2026-04-30",
    "contact_name": PERSONAL[0],
    "contact_mail": PERSONAL[1],
    "account_holder": "Stadt Stadtilm",
    "iban": "DE89 3704 0044 0532 0130 00",
    "attachments.0.kind": "offer",
    "declarations.not_started": "yes",
    "declarations.complete": "yes",
    "declarations.data_protection": "yes",
    "back": "/intake/cases/{id}?done=submitted",
}


def page(client: httpx2.Client, path: str) -> httpx2.Response:
    return client.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})


def hidden(html: str, form: str) -> dict[str, str]:
    """The hidden fields of the form that posts to this address."""
    part = re.search(rf'<form[^>]*action="{re.escape(form)}".*?</form>', html, re.DOTALL)
    assert part, f"kein Formular {form}"
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', part[0])
    return {name: text.replace("&#34;", '"') for name, text in found}


def sent(desk: Desk, *, key: str = "", **changes: str) -> httpx2.Response:
    typed = {**TYPED, **changes, "Idempotency-Key": key or str(uuid4())}
    files: Any = {"attachments.0": ("angebot.pdf", PDF, "application/pdf"), "attachments.1": ("", b"", "")}
    return desk.town.post("/intake/forms/applications", data=typed, files=files)


def test_an_application_is_handed_in_through_the_form(desk: Desk) -> None:
    form = page(desk.town, "/intake/new")
    assert form.status_code == 200
    assert "Stadt Stadtilm (16070048)" in form.text
    answer = sent(desk, **hidden(form.text, "/intake/forms/applications"))
    assert answer.status_code == 303
    shown = page(desk.town, answer.headers["location"])
    assert "Ihr Antrag ist eingegangen." in shown.text
    case = answer.headers["location"].removeprefix("/intake/cases/").partition("?")[0]
    told = desk.town.get(f"/intake/cases/{case}").json()
    assert [(it["line"], it["cents"]) for it in told["lines"]] == [(1, 38_000_00), (2, 6_000_00)]
    assert told["by_year"] == [{"year": 2025, "cents": 30_000_00}, {"year": 2026, "cents": 5_200_00}]
    assert desk.town.get(told["documents"][0]["url"]).content == PDF
    assert told["submission_sha256"] in shown.text
    assert "Wo steht mein Antrag?" in shown.text


def test_what_a_field_smuggles_in_is_shown_as_text(desk: Desk) -> None:
    location = sent(desk).headers["location"]
    for client in (desk.town, desk.clerk):
        shown = page(client, location)
        assert "<script>alert" not in shown.text
        assert "&lt;script&gt;alert" in shown.text
        assert shown.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert shown.headers["cache-control"] == "no-store"


def test_a_form_with_mistakes_comes_back_with_all_that_was_typed(desk: Desk) -> None:
    answer = sent(desk, **{"lines.3.cents": "viel", "iban": "DE89 3704"})
    assert answer.status_code == 422
    assert "Betrag: Hier wird ein Betrag in Euro erwartet, zum Beispiel 1.234,50." in answer.text
    # The third row was the second that counts: its error stands at the row that shows it.
    assert 'id="antrag-lines.1.cents-error"' in answer.text
    assert 'value="viel"' in answer.text
    assert f'value="{PERSONAL[0]}"' in answer.text
    again = sent(desk, iban="DE89 3704 0044 0532 0130 01")
    assert again.status_code == 422
    assert "Diese IBAN stimmt nicht" in again.text
    gap = sent(desk, **{"financing.own_cents": "1"})
    assert gap.status_code == 422
    assert 'href="#antrag-financing"' in gap.text
    assert 'id="antrag-financing"' in gap.text
    undeclared = sent(desk, **{"declarations.complete": ""})
    assert 'id="antrag-declarations.complete-error"' in undeclared.text


def test_a_form_sent_twice_makes_one_application(desk: Desk) -> None:
    key = str(uuid4())
    first, second = sent(desk, key=key), sent(desk, key=key)
    assert first.headers["location"] == second.headers["location"]


def test_a_clerk_works_through_the_queue(desk: Desk) -> None:
    case = desk.case()
    desk.service.settled()
    queue = page(desk.clerk, "/intake/?status=submitted")
    number = desk.clerk.get(f"/intake/cases/{case}").json()["file_number"]
    while number not in queue.text:
        onward = re.search(r'rel="next" href="([^"]+)"', queue.text)
        assert onward, "der Vorgang steht nicht im Arbeitsvorrat"
        queue = page(desk.clerk, "/intake/" + onward[1].replace("&amp;", "&"))
    shown = page(desk.clerk, f"/intake/cases/{case}")
    assert "Antrag eingegangen" in shown.text
    assert PERSONAL[0] in shown.text
    form = f"/intake/forms/cases/{case}/completeness"
    fields = hidden(shown.text, form)
    done = desk.clerk.post(form, data=fields)
    assert done.status_code == 303
    assert "Die Vollständigkeit ist festgestellt." in page(desk.clerk, done.headers["location"]).text
    assert desk.status(case)["code"] == "complete"
    other = {**fields, "Idempotency-Key": str(uuid4())}
    stale = desk.clerk.post(form, data=other)
    assert stale.status_code == 412
    assert "inzwischen von jemand anderem geändert" in stale.text


def test_a_recipient_draws_money_on_the_status_page(desk: Desk) -> None:
    case = desk.case()
    desk.completes(case)
    desk.is_awarded(case)
    desk.is_final(case)
    shown = page(desk.town, f"/intake/cases/{case}")
    form = f"/intake/forms/cases/{case}/drawdowns"
    fields = hidden(shown.text, form)
    wrong = {**fields, "year": "2025", "eligible_due_cents": "24.000,00", "requested_cents": "99.999,00"}
    refused = desk.town.post(form, data=wrong)
    assert refused.status_code == 422
    assert "übersteigt, was von der Zuwendung noch abgerufen werden kann" in refused.text
    assert 'value="99.999,00"' in refused.text
    right = {**wrong, "requested_cents": "19.200,00", "Idempotency-Key": hidden(refused.text, form)["Idempotency-Key"]}
    assert desk.town.post(form, data=right).status_code == 303
    later = page(desk.town, f"/intake/cases/{case}")
    assert "1. Abruf für 2025" in later.text
    assert desk.town.get(f"/intake/cases/{case}").json()["drawdowns"][0]["requested_cents"] == 19_200_00


def test_the_form_asks_for_the_need_and_after_a_payment_for_what_was_spent_line_by_line(desk: Desk) -> None:
    case = desk.case()
    desk.completes(case)
    desk.is_awarded(case)
    desk.is_final(case, drawdown_months=2)
    form = f"/intake/forms/cases/{case}/drawdowns"
    shown = page(desk.town, f"/intake/cases/{case}")
    assert "innerhalb von 2 Monaten" in shown.text
    assert "Bisher ausgegeben für" not in shown.text
    asked = {
        **hidden(shown.text, form),
        "year": "2025",
        "eligible_due_cents": "24.000,00",
        "requested_cents": "19.200,00",
    }
    late = desk.town.post(form, data={**asked, "needed_on": "2099-12-31", "purpose": "Rechnung"})
    assert late.status_code == 422
    assert "wird erst später gebraucht" in late.text
    soon = {**asked, **hidden(late.text, form), "needed_on": "2025-07-12", "purpose": "Erste Rechnung"}
    done = desk.town.post(form, data=soon)
    assert done.status_code == 303
    drawdown = desk.town.get(f"/intake/cases/{case}").json()["drawdowns"][0]["drawdown"]
    desk.is_examined(case, drawdown, 19_200_00, 19_200_00)
    desk.is_paid(case, drawdown, 2025, 19_200_00)
    again = page(desk.town, f"/intake/cases/{case}")
    assert "Bisher ausgegeben für" in again.text
    more = {
        **hidden(again.text, form),
        "year": "2025",
        "eligible_due_cents": "40.000,00",
        "requested_cents": "1.000,00",
    }
    more |= {"needed_on": "2025-07-12", "purpose": "Zweite Rechnung", "spent.0.cents": "41.000,00"}
    refused = desk.town.post(form, data=more)
    assert refused.status_code == 422
    assert "mehr sein, als bisher fällig war" in refused.text
    more |= {**hidden(refused.text, form), "spent.0.cents": "24.000,00"}
    assert desk.town.post(form, data=more).status_code == 303
    assert len(desk.town.get(f"/intake/cases/{case}").json()["drawdowns"]) == 2


def test_the_applicants_page_names_no_person_of_the_authority(desk: Desk) -> None:
    case = desk.case()
    desk.completes(case)
    assert "p-clerk" in page(desk.clerk, f"/intake/cases/{case}").text
    assert "p-clerk" not in page(desk.town, f"/intake/cases/{case}").text


def test_an_auditor_sees_the_case_without_contact_and_account(desk: Desk) -> None:
    case = desk.case()
    shown = page(desk.auditor, f"/intake/cases/{case}")
    assert shown.status_code == 200
    assert not any(it in shown.text for it in PERSONAL)


def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(desk: Desk) -> None:
    answer = page(desk.nobody, "/intake/?status=all")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/intake/%3Fstatus%3Dall"


def test_what_is_not_there_or_not_allowed_is_told_on_a_page(desk: Desk) -> None:
    unknown = page(desk.clerk, f"/intake/cases/{32 * '0'}")
    assert (unknown.status_code, "Diesen Vorgang gibt es hier nicht." in unknown.text) == (404, True)
    foreign = page(desk.other_town, f"/intake/cases/{desk.case()}")
    assert foreign.status_code == 404
    forbidden = page(desk.clerk, "/intake/new")
    assert (forbidden.status_code, "Ihre Rolle erlaubt diese Handlung nicht." in forbidden.text) == (403, True)
    assert page(desk.clerk, "/intake/?status=nonsense").status_code == 422


def test_one_address_is_a_page_for_people_and_json_for_programs(desk: Desk) -> None:
    path = f"/intake/cases/{desk.case()}"
    assert page(desk.town, path).headers["content-type"].startswith("text/html")
    assert desk.town.get(path, headers={"Accept": "application/json"}).headers["content-type"] == "application/json"
    assert desk.town.get("/intake/").headers["content-type"].startswith("text/html")


def test_a_form_sent_from_a_foreign_site_with_the_cookie_is_refused(desk: Desk) -> None:
    case = desk.case()
    form = f"/intake/forms/cases/{case}/withdrawal"
    token = desk.service.place.token("p-stadtilm", Role.APPLICANT, keys=(STADTILM,))
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        cookie = {"Cookie": f"foerderstrom_token={token}"}
        answer = desk.nobody.post(form, data={"If-Match": desk.etag(case)}, headers={**headers, **cookie})
        assert answer.status_code == 403
    assert desk.status(case)["code"] == "submitted"


def test_a_form_leads_back_to_this_house_only(desk: Desk) -> None:
    for back in ("https://evil.example/", "//evil.example/"):
        case = desk.case()
        data = {"If-Match": desk.etag(case), "back": back}
        answer = desk.town.post(f"/intake/forms/cases/{case}/withdrawal", data=data)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/", back


def test_odd_form_fields_are_an_error_of_the_form_not_of_the_server(desk: Desk) -> None:
    for odd in (
        {"lines": "x"},
        {"lines.0": "x"},
        {"title.deep.er": "x"},
        {"lines.x.cents": "1"},
        {"by_year.٣.year": "2"},
    ):
        answer = sent(desk, **odd)
        assert answer.status_code in (303, 422), odd


def test_every_item_that_can_be_applied_for_is_known_to_the_guideline() -> None:
    text = (FILES / "thueregovrl-guideline-2024-07.toml").read_text()
    items = read(text).items
    codes, letters = {it.code for it in items}, {it.letter for it in items if it.letter}
    assert {it for it in ITEMS if it not in letters} | set(ITEM_CODES) == codes
    assert set(ITEM_CODES.values()) == letters


def test_a_cooperation_with_measures_is_handed_in_through_the_form_and_shown_with_its_shares(desk: Desk) -> None:
    answer = sent(
        desk, **{
            "title": "Gemeinsame Schnittstelle", "representative_name": "Karl Beispiel", "representative_office": "mayor",
            "measures.1.title": "Anbindung", "measures.1.details.linked-systems": "DMS und Bauverfahren",
            "cooperation.cost_key": "agreed", "cooperation.lead_share_bp": "62,5", "cooperation.partners.2.key": ARNSTADT,
            "cooperation.partners.2.share_bp": "37,5", "cooperation.forwards_grant": "no",
            "declarations.budget_safeguarding": "no", "declarations.other_funding": "yes",
        }
    )  # fmt: skip
    assert answer.status_code == 303
    case = answer.headers["location"].removeprefix("/intake/cases/").partition("?")[0]
    told = desk.town.get(f"/intake/cases/{case}").json()
    assert [(it["name"], it["share_bp"], it["own_cents"]) for it in told["cooperation"]["participants"]] == [
        ("Stadt Stadtilm", 62_50, 5_500_00),
        ("Stadt Arnstadt", 37_50, 3_300_00),
    ]
    assert told["measures"] == [
        {"title": "Anbindung", "details": [{"code": "linked-systems", "text": "DMS und Bauverfahren"}]}
    ]
    assert {("B12", "agreement-missing"), ("B11", "double-funding"), ("B14", "answer-missing")} <= {
        (it["rule"], it["code"]) for it in told["findings"]
    }
    for client in (desk.town, desk.clerk):
        shown = page(client, answer.headers["location"])
        assert "wie vereinbart" in shown.text
        assert "3.300,00" in shown.text
        assert "Bitte reichen Sie die Vereinbarung über die Zusammenarbeit nach." in shown.text
        assert "Karl Beispiel" in shown.text
    assert "Karl Beispiel" not in page(desk.auditor, f"/intake/cases/{case}").text


def test_a_form_with_mistakes_in_the_new_parts_comes_back_with_them_and_says_what_else_can_be_done(desk: Desk) -> None:
    answer = sent(
        desk, **{
            "cooperation.cost_key": "agreed", "cooperation.lead_share_bp": "60", "cooperation.partners.3.key": ARNSTADT,
            "cooperation.partners.3.share_bp": "30", "representative_name": "Karl Beispiel",
        }
    )  # fmt: skip
    assert answer.status_code == 422
    assert "Der Kostenschlüssel ergibt nicht 100 Prozent." in answer.text
    assert 'id="antrag-cooperation.lead_share_bp-error"' in answer.text
    assert f'name="cooperation.partners.0.key" type="text" value="{ARNSTADT}"' in answer.text
    assert 'value="Karl Beispiel"' in answer.text
    assert "Das können Sie gleich mit erledigen" in answer.text
    assert "Bitte beantworten Sie noch: Ist die Kommune in der Haushaltssicherung?" in answer.text


def test_a_receipt_is_checked_on_a_page(desk: Desk) -> None:
    answer = desk.submits(key="kept-on-paper")
    path = answer.headers["location"]
    assert f'href="{path}/receipt"' in page(desk.town, path).text
    form = f"/intake/forms{path.removeprefix('/intake')}/receipt-check"
    assert page(desk.town, f"{path}/receipt").status_code == 200
    kept = {"submission": json.dumps(a_body()), "idempotency_key": "kept-on-paper"}
    assert "Stimmt überein" in desk.town.post(form, data=kept).text
    assert "Stimmt nicht überein" in desk.town.post(form, data={"submission_sha256": 64 * "0"}).text
    wrong = desk.town.post(form, data={**kept, "submission": '{"title": '})
    assert wrong.status_code in (400, 422)
    assert "kept-on-paper" in wrong.text
