"""Payout's pages: what a person sees, the forms they are given, and what happens when a form is not accepted."""

import re
from datetime import date, datetime
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from services.payout import batch as batches
from services.payout import claim as claims
from services.payout import collection
from services.payout import disbursement as disbursements
from services.payout import payment as payments
from services.payout import recall as recalls
from services.payout.clearing import ClearingKind, Direction, kind_of
from services.payout.pages import wording
from services.review.award import Annulment
from shared.contracts import YearAmount
from shared.contracts.review import ReductionRequested
from shared.decider import DomainError
from shared.identity import Role
from shared.rendering import german_date, spaced_iban
from tests.payout.builders import IBAN
from tests.payout.road import Road

HTML = {"Accept": "text/html,application/xhtml+xml"}


class Forms(HTMLParser):
    """The forms of a page: where each is sent, with which hidden values."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._current: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: it or "" for name, it in attrs}
        if tag == "form":
            self._current = self.found.setdefault(named.get("action", ""), {})
        if tag == "input" and "name" in named:
            self._current[named["name"]] = named.get("value", "")


def page(road: Road, person: str, path: str, status: int = 200) -> str:
    answer = road.ask(person, path, headers=HTML)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert (
        "script-src" in answer.headers["content-security-policy"]
        or "default-src 'self'" in (answer.headers["content-security-policy"])
    )
    assert answer.headers["cache-control"] == "no-store"
    return answer.text


def send(road: Road, person: str, seen: str, path: str, **changed: str) -> httpx2.Response:
    """Press the button of a form that a page showed."""
    hidden = Forms(seen).found[path]
    return road.clients[person].post(path, data=hidden | changed, headers=HTML, follow_redirects=False)


def test_a_drawdown_is_paid_with_the_forms_alone(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    address = f"/payout/cases/{case}"
    for person, step in (("p-examiner", "examination"), ("p-certifier", "certification"), ("p-orderer", "order")):
        form = f"/payout/forms/cases/{case}/drawdowns/d1/{step}"
        seen = page(road, person, address)
        done = send(road, person, seen, form)
        assert (done.status_code, done.headers["location"]) == (303, address)
    desk = page(road, "p-orderer", "/payout/")
    assert send(road, "p-orderer", desk, "/payout/forms/batches").status_code == 303
    payment = road.read(address)["payments"][0]
    batch = payment["batch"]
    release = f"/payout/forms/batches/{batch}/release"
    assert release in page(road, "p-cashier", "/payout/")
    assert send(road, "p-cashier", page(road, "p-cashier", f"/payout/batches/{batch}"), release).status_code == 303
    road.until(f"/payout/batches/{batch}", "status", "transmitted")
    road.answered()
    assert "gezahlt" in page(road, "p-auditor", address)
    assert payment["reference"] in page(road, "p-auditor", "/payout/?status=settled")


def test_the_same_address_is_a_page_for_people_and_json_for_programs(road: Road, case: str) -> None:
    road.assign(case)
    address = f"/payout/cases/{case}"
    assert road.ask("p-auditor", address).headers["content-type"] == "application/json"
    assert "EG-2025-00001" in page(road, "p-auditor", address)


def test_the_payee_s_account_is_shown_to_those_who_check_it_and_to_no_other(road: Road, case: str) -> None:
    road.assign(case)
    written = spaced_iban(IBAN)
    assert written in page(road, "p-certifier", f"/payout/cases/{case}")
    assert written not in page(road, "p-auditor", f"/payout/cases/{case}")
    road.service.house.keys.destroy(f"s-{case}")
    erased = page(road, "p-certifier", f"/payout/cases/{case}")
    assert written not in erased
    assert erased.count("gelöscht") == 2


def test_a_person_without_the_role_reads_who_may_and_gets_no_form(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    seen = page(road, "p-auditor", f"/payout/cases/{case}")
    assert "Zuständig: Sachbearbeitung Bewilligung." in seen
    assert not [it for it in Forms(seen).found if it.startswith("/payout/forms/")]


def test_who_certified_reads_why_they_may_not_order(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    path = f"/payout/cases/{case}/drawdowns/d1"
    road.done("p-examiner", f"{path}/examination")
    road.done("p-certifier", f"{path}/certification")
    both = road.service.client("p-certifier", Role.CERTIFIER, Role.ORDERING_OFFICER)
    assert "darf in demselben Vorgang nicht anordnen" in both.get(f"/payout/cases/{case}", headers=HTML).text


def test_a_form_that_was_overtaken_is_shown_again_with_the_reason(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    form = f"/payout/forms/cases/{case}/drawdowns/d1/examination"
    seen = page(road, "p-examiner", f"/payout/cases/{case}")
    road.request("d2", case)
    answer = send(road, "p-examiner", seen, form)
    assert answer.status_code == 412
    assert "inzwischen von jemand anderem geändert" in answer.text
    again = Forms(answer.text).found[form]
    assert again["If-Match"] == road.read(f"/payout/cases/{case}")["etag"]
    assert send(road, "p-examiner", answer.text, form).status_code == 303


def test_a_form_sent_twice_acts_once(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    form = f"/payout/forms/cases/{case}/drawdowns/d1/examination"
    seen = page(road, "p-examiner", f"/payout/cases/{case}")
    assert [send(road, "p-examiner", seen, form).status_code for _ in range(2)] == [303, 303]
    assert road.read(f"/payout/cases/{case}")["etag"] == '"3"'


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"]
)
def test_a_form_never_leads_to_a_foreign_place(road: Road, case: str, back: str) -> None:
    road.assign(case)
    road.request("d1", case)
    form = f"/payout/forms/cases/{case}/drawdowns/d1/examination"
    answer = send(road, "p-examiner", page(road, "p-examiner", f"/payout/cases/{case}"), form, back=back)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_nobody_is_sent_to_the_sign_in_and_back(road: Road, case: str) -> None:
    answer = road.service.client().get(f"/payout/cases/{case}?a=1", headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next=/payout/cases/{case}%3Fa%3D1"


def test_what_does_not_exist_or_is_not_allowed_is_told_as_a_page(road: Road) -> None:
    assert "Diesen Vorgang gibt es hier nicht." in page(road, "p-auditor", f"/payout/cases/{'f' * 32}", 404)
    assert "Diesen Zahlungslauf gibt es nicht." in page(road, "p-auditor", f"/payout/batches/{'f' * 32}", 404)
    applicant = road.service.client("p-a", Role.APPLICANT, keys=("16070048",))
    assert applicant.get("/payout/", headers=HTML).status_code == 403
    assert road.ask("p-auditor", "/payout/?status=nonsense", headers=HTML).status_code == 422


def test_what_others_wrote_never_becomes_markup(road: Road) -> None:
    case = uuid4().hex
    told: dict[str, Any] = {"holder": '<img src=x onerror="alert(1)">'}
    road.assign(case, **told)
    seen = page(road, "p-certifier", f"/payout/cases/{case}")
    assert "<img" not in seen
    assert "&lt;img" in seen


def test_lists_are_turned_page_by_page(road: Road) -> None:
    for _ in range(26):
        case = uuid4().hex
        road.assign(case)
        road.request("d1", case)
        road.ordered("d1", case)
    seen = page(road, "p-auditor", "/payout/?status=ordered")
    (onward,) = re.findall(r'rel="next" href="([^"]+)"', seen)
    assert page(road, "p-auditor", onward.replace("&amp;", "&"))


def test_why_money_goes_back_is_said_in_german_with_its_amount(road: Road, case: str) -> None:
    road.assign(case)
    by_year = (YearAmount(year=2025, cents=1_000_00),)
    told: dict[str, Any] = {"by_year": by_year, "eligible_cents": 0, "requested_on": date(2025, 6, 3), "acted": ()}
    road.service.tell("review", case, ReductionRequested(reduction=1, freeze=False, reason="amendment", **told))
    frozen: dict[str, Any] = told | {"by_year": ()}
    road.service.tell("review", case, ReductionRequested(reduction=2, freeze=True, reason="lawsuit", **frozen))
    road.service.tell("review", case, ReductionRequested(reduction=3, freeze=False, reason="lawsuit-ended", **frozen))
    seen = page(road, "p-auditor", f"/payout/cases/{case}")
    assert "1.000,00 €. Der Bescheid ist geändert." in seen
    assert "Bewilligungsstelle sperrt die Auszahlung" in seen
    assert "Gegen den Bescheid ist geklagt." in seen
    assert "Bewilligungsstelle gibt die Auszahlung frei" in seen
    told_to_people = re.findall(r'class="fs-timeline__why">([^<]*)<', seen)
    assert not {"amendment", "lawsuit", "lawsuit-ended"} & set(told_to_people)


def test_every_way_in_which_an_award_falls_away_has_its_words() -> None:
    assert {str(it) for it in Annulment} <= set(wording.PLAN_CHANGES)


ANSWER_REFUSED = (
    batches.NotReleased, batches.NotSubmitted, batches.BatchIsDiscarded, payments.NotInBatch, payments.PaymentIsCancelled,
    payments.RejectedAfterSettlement, payments.RecallNotRequested, payments.RecallContradicted, recalls.RecallNotApproved,
    disbursements.NotThisPayment, collection.CollectionElsewhere, collection.CollectionAnsweredOtherwise,
)  # fmt: skip
BOOKING_REFUSED = (
    payments.AmountDiffers, payments.DebitedTwice, payments.SettledAfterRejection, payments.ReturnedAfterRejection,
    payments.ReturnedTwice, claims.ClaimIsSettled, claims.ClaimDateNotValid, claims.MoreThanOwed, claims.RepaymentDiffers,
    claims.ReceiptListed,
)  # fmt: skip


@pytest.mark.parametrize("refusal", [*ANSWER_REFUSED, *BOOKING_REFUSED])
def test_why_the_house_does_not_follow_what_the_treasury_told_is_said_in_words(refusal: type[DomainError]) -> None:
    assert wording.reason(refusal.code) != refusal.code


@pytest.mark.parametrize("refusal", ANSWER_REFUSED)
def test_an_answer_that_our_books_do_not_bear_out_is_a_contradiction_and_nothing_unknown(
    refusal: type[DomainError],
) -> None:
    assert kind_of(refusal.code, Direction.NONE) == ClearingKind.CONTRADICTION


def test_who_confirms_another_account_compares_both_and_reads_why(road: Road, case: str) -> None:
    road.assign(case)
    typed = {"account_holder": "Kämmerei", "iban": "DE02120300000000202051", "reason": "Die Bank wurde gewechselt."}
    address = f"/payout/cases/{case}"
    seen = page(road, "p-examiner", address)
    assert send(road, "p-examiner", seen, f"/payout/forms/cases/{case}/accounts", **typed).status_code == 303
    told = page(road, "p-examiner", address)
    assert f"Neu: Kämmerei, {spaced_iban(typed['iban'])}. Bisher: {spaced_iban(IBAN)}." in told
    assert "Anlass: Die Bank wurde gewechselt. Fragen Sie vorher bei der Kommune nach" in told
    assert told.count("Vier-Augen-Prinzip") == 1


def test_a_batch_says_in_words_when_it_was_made_and_from_which_account_it_pays(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    batch = road.transmitted(road.ordered("d1", case))
    seen = page(road, "p-cashier", f"/payout/batches/{batch}")
    made = datetime.fromisoformat(road.read(f"/payout/batches/{batch}")["created_at"])
    assert f"<h1>Zahlungslauf {batch[:12]} vom {german_date(made)}</h1>" in seen
    assert "Freistaat Thüringen, DE" in seen
    assert "freistaat-thueringen" not in seen
    recall = {"grounds": "AC03", "text": "Das Konto ist falsch.", "references": "TH25FREMD"}
    answer = send(road, "p-cashier", seen, f"/payout/forms/batches/{batch}/recalls", **recall)
    assert "Zahlungskennungen: TH25FREMD gehört nicht dazu." in answer.text
    assert 'value="Das Konto ist falsch."' in answer.text
