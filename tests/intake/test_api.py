"""Intake over HTTP: the road of d1, what is refused and how, and that asking twice does once."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from deploy.people import Person
from deploy.sign_in import TokenDesk
from services.intake.api.acts import actions
from services.intake.wiring import openapi
from shared.identity import Role
from shared.refusals import attempts
from tests.conftest import StartNats
from tests.intake.builders import ARNSTADT, PDF, PERSONAL, STADTILM, a_body, an_early_start, attached, with_changed
from tests.intake.offices import Desk, Place, blueprint, serving
from tests.intake.test_fit_connect import envelope
from tests.servers import wait_until
from tests.service import ISSUER


def problem(answer: httpx2.Response) -> tuple[int, str, str]:
    """Status, code and first field of a problem; every problem has a German title."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told["title"].strip()
    assert told["status"] == answer.status_code
    return answer.status_code, told["code"], next((it["field"] for it in told.get("errors", ())), "")


def alone(title: str) -> dict[str, Any]:
    """An application that resembles no other of the town: another title for another item."""
    return {"title": title, "item": "information-security"}


def _part(it: dict[str, str]) -> str:
    return urlsafe_b64encode(json.dumps(it).encode()).decode().rstrip("=")


# ---- The road ------------------------------------------------------------------------------------------------------


def test_d1_travels_from_submission_to_money_received(
    start_nats: StartNats, tmp_path: Path, store_setting: str
) -> None:
    place = Place(folder=tmp_path / "place", nats=start_nats(), store=store_setting)
    place.turn_to(datetime(2025, 5, 12, 9, tzinfo=UTC))
    told: list[str] = []
    with serving(blueprint, place) as service:
        desk = Desk(service)
        answer = desk.submits()
        assert answer.status_code == 201
        assert answer.json()["file_number"] == "EG-2025-00001"
        assert answer.json()["warnings"] == []
        case = answer.json()["case"]
        assert answer.headers["location"] == f"/intake/cases/{case}"
        told.append(desk.status(case)["code"])
        assert desk.completes(case).json()["version"] == 3
        told.append(desk.status(case)["code"])
        for step in (desk.is_assessed, desk.is_awarded, desk.is_final):
            step(case)
            told.append(desk.status(case)["code"])
        for year, due, requested, accepted in (
            (2025, 24_000_00, 19_200_00, 19_200_00),
            (2025, 40_000_00, 12_800_00, 10_800_00),
            (2026, 56_000_00, 14_800_00, 14_800_00),
        ):
            asked = desk.draws(case, year, due, requested)
            assert asked.status_code == 202
            told.append(desk.status(case)["code"])
            drawdown = asked.json()["drawdown"]
            reason = "" if accepted == requested else "Die Mittel des Haushaltsjahres sind ausgeschöpft."
            desk.is_examined(case, drawdown, requested, accepted, reason)
            desk.is_paid(case, drawdown, year, accepted)
            told.append(desk.status(case)["code"])
            found = desk.town.get(asked.headers["location"]).json()
            assert (found["accepted_cents"], found["state"], found["reason"]) == (accepted, "settled", reason)
        drawn = ["drawdown-requested", "partly-paid"]
        assert told == [
            "submitted", "complete", "under-review", "awarded", "final", *drawn, *drawn, "drawdown-requested", "paid"
        ]  # fmt: skip
        status = desk.status(case)
        assert (status["applied_cents"], status["granted_cents"]) == (44_800_00, 44_800_00)
        assert (status["ordered_cents"], status["settled_cents"]) == (44_800_00, 44_800_00)
        (entry,) = desk.town.get("/intake/applications", params={"status": "paid"}).json()["items"]
        assert (entry["case"], entry["settled_cents"]) == (case, 44_800_00)


def test_the_case_tells_what_can_be_done_next_and_by_whom(desk: Desk) -> None:
    case = desk.case()

    def offered(client: httpx2.Client) -> list[str]:
        return [it["name"] for it in client.get(f"/intake/cases/{case}").json()["actions"]]

    assert offered(desk.clerk) == ["declare-complete", "request-documents", "scan-paper-document"]
    assert offered(desk.town) == ["request-early-start", "withdraw-application"]
    desk.requests(case)
    assert offered(desk.clerk) == ["declare-complete", "request-documents", "extend-deadline", "scan-paper-document"]
    assert offered(desk.town) == ["supply-documents", "request-early-start", "withdraw-application"]
    desk.supplies(case)
    desk.completes(case)
    assert (offered(desk.clerk), offered(desk.auditor)) == (["scan-paper-document"], [])
    desk.is_awarded(case)
    desk.is_final(case)
    assert offered(desk.town) == ["request-drawdown", "request-change", "submit-proof"]
    desk.draws(case, 2025, 100, 80)
    assert offered(desk.town) == ["request-change", "submit-proof"]


def test_the_municipality_can_recompute_the_hash_of_its_submission(desk: Desk) -> None:
    body = a_body()
    answer = desk.submits(key="kept-by-the-town")
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    expected = sha256(f"intake:p-stadtilm:kept-by-the-town\n{canonical}".encode()).hexdigest()
    assert answer.json()["submission_sha256"] == expected
    assert desk.town.get(answer.headers["location"]).json()["submission_sha256"] == expected


def test_whoever_kept_what_was_sent_can_prove_it_and_a_changed_cent_is_noticed(desk: Desk) -> None:
    answer = desk.submits(key="kept-for-later")
    path, told = f"{answer.headers['location']}/receipt-check", answer.json()

    def asked(client: httpx2.Client, **kept: Any) -> httpx2.Response:
        return client.post(path, json=kept)

    kept = {"submission": a_body(), "idempotency_key": "kept-for-later"}
    assert asked(desk.town, **kept).json()["matches"] is True
    assert asked(desk.clerk, **kept).json() == {
        "matches": True, "file_number": told["file_number"], "submitted_on": "2025-05-12",
        "recorded_sha256": told["submission_sha256"], "computed_sha256": told["submission_sha256"],
    }  # fmt: skip
    assert asked(desk.town, submission_sha256=told["submission_sha256"]).json()["matches"] is True
    altered = {**kept, "submission": with_changed("financing.own_cents", 19_700_01)}
    assert asked(desk.town, **altered).json()["matches"] is False
    assert asked(desk.town, **{**kept, "idempotency_key": "another"}).json()["matches"] is False
    assert asked(desk.town, submission_sha256=64 * "0").json()["matches"] is False
    assert problem(asked(desk.town)) == (422, "nothing-to-compare", "submission")
    assert problem(asked(desk.town, submission={"title": 1}))[:2] == (422, "invalid-request")
    assert problem(asked(desk.other_town, **kept))[:2] == (404, "unknown-case")


def test_a_refused_application_is_told_all_its_errors_and_what_else_was_found(desk: Desk) -> None:
    body = with_changed("lines.0.year", 2031) | {"starts_on": "2025-05-11", "attachments": []}
    answer = desk.town.post("/intake/applications", json=body, headers={"Idempotency-Key": (key := str(uuid4()))})
    assert problem(answer) == (422, "project-begun", "starts_on")
    told = [(it["field"], it["code"], it.get("severity", "")) for it in answer.json()["errors"]]
    assert told[:2] == [("starts_on", "project-begun", ""), ("lines.0.year", "line-outside-period", "")]
    assert ("financing.own_cents", "own-share-unproven", "missing") in told
    again = desk.town.post("/intake/applications", json=body, headers={"Idempotency-Key": key})
    assert again.json()["errors"] == answer.json()["errors"]


def test_an_application_like_an_earlier_one_is_taken_with_a_hint_at_it(desk: Desk) -> None:
    first = desk.submits(title="Zweimal dasselbe", item="digital-strategy").json()["file_number"]
    desk.service.settled()
    again = desk.submits(title="zweimal  DASSELBE", item="e-invoicing")
    like = desk.submits(title="Etwas anderes", item="digital-strategy")
    other = desk.submits(
        title="Später", item="digital-strategy", starts_on="2026-05-01", ends_on="2026-12-01", **later()
    )
    found = {it["code"]: it["message"] for it in again.json()["warnings"]}
    assert first in found["same-title"]
    assert "same-period" in {it["code"] for it in like.json()["warnings"]}
    assert other.json()["warnings"] == []


def later() -> dict[str, Any]:
    lines = [{"category": "consulting", "description": "Beratung", "year": 2026, "cents": 64_500_00}]
    return {"lines": lines, "by_year": [{"year": 2026, "cents": 44_800_00}]}


def test_an_account_abroad_or_of_somebody_else_is_taken_with_a_warning(desk: Desk) -> None:
    answer = desk.submits(iban="AT61 1904 3002 3457 3201", account_holder="Verein der Freunde", **alone("Konto"))
    assert answer.status_code == 201
    codes = {(it["field"], it["code"]) for it in answer.json()["warnings"]}
    assert codes == {("iban", "iban-foreign"), ("account_holder", "account-holder-differs")}


def test_fifty_applications_at_once_get_fifty_numbers_without_a_gap(desk: Desk) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: desk.submits(), range(50)))
    numbers = sorted(int(it.json()["file_number"].rpartition("-")[2]) for it in answers)
    assert numbers == list(range(numbers[0], numbers[0] + 50))


def test_of_two_drawdowns_at_once_one_is_taken(desk: Desk) -> None:
    case = desk.case()
    desk.completes(case)
    desk.is_awarded(case)
    desk.is_final(case)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: desk.draws(case, 2025, 24_000_00, 100), range(2)))
    assert sorted(it.status_code for it in answers) == [202, 409]
    refused = next(it for it in answers if it.status_code == 409)
    assert problem(refused)[1] == "another-drawdown-open"


# ---- Asking twice --------------------------------------------------------------------------------------------------


def test_the_same_key_and_body_get_the_same_answer_also_after_a_restart(
    start_nats: StartNats, tmp_path: Path, store_setting: str
) -> None:
    place = Place(folder=tmp_path / "place", nats=start_nats(), store=store_setting)
    place.turn_to(datetime(2025, 5, 12, 9, tzinfo=UTC))
    with serving(blueprint, place) as service:
        first = Desk(service).submits(key="once")
        again = Desk(service).submits(key="once")
    with serving(blueprint, place) as service:
        desk = Desk(service)
        later = desk.submits(key="once")
        other = desk.submits(key="once", title="Ein anderes Vorhaben")
        assert (first.status_code, first.text) == (again.status_code, again.text) == (later.status_code, later.text)
        assert problem(other) == (422, "idempotency-key-reused", "")
        service.settled()
        assert len(desk.clerk.get("/intake/applications").json()["items"]) == 1
    documents = [it for it in (tmp_path / "place" / "documents").rglob("*") if it.is_file()]
    assert len(documents) == 1


def test_the_key_belongs_to_the_person(desk: Desk) -> None:
    desk.submits(key="shared-key")
    body = a_body(applicant_key=ARNSTADT, account_holder="Stadt Arnstadt")
    answer = desk.other_town.post("/intake/applications", json=body, headers={"Idempotency-Key": "shared-key"})
    assert answer.status_code == 201
    assert answer.json()["case"]


def test_a_repeated_key_is_answered_before_the_version_is_looked_at(desk: Desk) -> None:
    case = desk.case()
    path, headers = f"/intake/cases/{case}/completeness", {"If-Match": desk.etag(case), "Idempotency-Key": str(uuid4())}
    first = desk.clerk.post(path, json={}, headers=headers)
    stale = desk.clerk.post(path, json={}, headers={"If-Match": headers["If-Match"]})
    again = desk.clerk.post(path, json={}, headers=headers)
    assert (first.status_code, again.status_code, again.text) == (200, 200, first.text)
    assert problem(stale) == (412, "stale-version", "")


def test_a_refusal_is_repeated_too(desk: Desk) -> None:
    case, key = desk.case(), str(uuid4())
    first = desk.draws(case, 2025, 100, 100, key)
    again = desk.draws(case, 2025, 100, 100, key)
    assert problem(first) == problem(again) == (409, "funds-not-assigned", "")


# ---- Who may -------------------------------------------------------------------------------------------------------


def bodies_of_the_register() -> dict[str, Any]:
    """A body for each action of the register: well formed, and nothing that could be entered."""
    file, seen = {"file": {"file_name": "list.csv", "content_base64": "YQ=="}}, {"sha256": 64 * "a"}
    change = {
        "reference": "16/2027/0009-R", "kind": "name-change", "effective_on": "2027-01-01", "old_key": "16999999",
        "old_name": "Nirgendwo", "new_key": "16999999", "new_name": "Nirgends",
    }  # fmt: skip
    nobody = {"key": "16999-zv-nirgends", "name": "Zweckverband Nirgends", "begins_on": "2025-01-01"}
    return {
        "preview-directory": file,
        "import-territorial-changes": file,
        "accept-directory": seen,
        "discard-directory": seen,
        "record-territorial-change": change,
        "register-special-purpose-association": nobody,
    }


def test_every_action_is_denied_to_every_role_that_is_not_listed(desk: Desk) -> None:
    bodies = {
        "submit-application": a_body(),
        "request-drawdown": {"year": 2025, "eligible_due_cents": 1, "requested_cents": 1},
        "request-documents": {"documents": [{"text": "Beschluss"}]},
        "supply-documents": {"attachments": [{**attached(), "number": 1}]},
        "extend-deadline": {"ends_on": "2025-07-01", "reason": "Ferien"},
        "scan-paper-document": {"attachments": [attached()], "received_on": "2025-05-12"},
        "request-early-start": an_early_start(),
        "deliver-submission": envelope(),
        "begin-draft": {"fields": {}},
        "save-draft": {"fields": {}},
        "submit-draft": a_body(),
        "request-change": {"kind": "purpose", "reason": "Anderes Fachverfahren"},
        "submit-proof": {"kind": "final", "lines": [{"line": 1, "cents": 0}], "report": "erledigt"},
        "name-successor": {"new_key": ARNSTADT},
        **bodies_of_the_register(),
    }
    case, seen, expected = desk.case(), 0, 0
    for action in actions(desk.service.house):
        for role in set(Role) - {Role.SYSTEM}:
            client = desk.service.client(f"p-{role}", role, keys=(STADTILM,))
            headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"999"'}
            path = action.path.format(case=case, draft=case, file="d")
            answer = client.request(action.method, path, json=bodies.get(action.name, {}), headers=headers)
            denied = answer.status_code == 403 and answer.json()["code"] == "role-not-allowed"
            assert denied == (role not in action.roles), (action.name, role, answer.text)
            seen += denied
            expected += role not in action.roles
    assert seen == expected >= 10 * 11


def test_a_person_may_not_take_the_role_of_the_system(desk: Desk) -> None:
    client = desk.service.client("p-mallory", Role.SYSTEM)
    assert problem(client.get("/intake/applications"))[:2] == (403, "role-not-allowed")


def test_no_address_answers_without_a_good_token(desk: Desk, tmp_path: Path) -> None:
    case, now = desk.case(), datetime.now(UTC)
    place = desk.service.place
    forger = TokenDesk(tmp_path / "forged.pem", ISSUER)
    somebody_elses = TokenDesk(place.folder / "sign-in.pem", "https://elsewhere.example")
    person = Person(id="p-clerk", name="", roles=(Role.INTAKE_CLERK,))
    good = place.token("p-clerk", Role.INTAKE_CLERK)
    head, claims, signature = good.split(".")
    unsigned = f"{_part({'alg': 'none', 'typ': 'at+jwt'})}.{claims}."
    bad = {
        "": "not-signed-in",
        forger.issue(person, now)[0]: "invalid-token",
        somebody_elses.issue(person, now)[0]: "invalid-token",
        f"{head}.{claims[:-2]}AA.{signature}": "invalid-token",
        unsigned: "invalid-token",
        "nonsense": "invalid-token",
        place.token("p-clerk", Role.INTAKE_CLERK, now=now - timedelta(minutes=20)): "expired-token",
    }
    paths = [it for it, methods in openapi()["paths"].items() if "get" in methods]
    assert len(paths) >= 8
    for path in paths:
        for token, code in bad.items():
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            answer = desk.nobody.get(
                path.format(case=case, sha256=64 * "a", id="d", key=STADTILM, submission="s", draft="d", file="d"),
                headers=headers,
            )
            assert problem(answer)[:2] == (401, code), (path, answer.text)
            assert answer.headers["www-authenticate"] == "Bearer"


def test_a_foreign_case_is_as_if_unknown(desk: Desk) -> None:
    case, sha = desk.case(), sha256(PDF).hexdigest()
    for path in ("", "/status", f"/documents/{sha}", "/drawdowns/d1"):
        foreign = desk.other_town.get(f"/intake/cases/{case}{path}")
        unknown = desk.other_town.get(f"/intake/cases/{32 * '0'}{path}")
        assert problem(foreign) == problem(unknown) == (404, "unknown-case", "case")
    desk.service.settled()
    assert desk.other_town.get("/intake/applications").json()["items"] == [] or all(
        it["applicant_key"] == ARNSTADT for it in desk.other_town.get("/intake/applications").json()["items"]
    )


def test_who_acts_on_a_foreign_case_is_refused_and_the_attempt_recorded(desk: Desk) -> None:
    case = desk.case()
    before = desk.etag(case)
    headers = {"If-Match": before, "Idempotency-Key": str(uuid4())}
    answer = desk.other_town.post(f"/intake/cases/{case}/withdrawal", json={}, headers=headers)
    assert problem(answer)[:2] == (403, "attempt-refused")
    (recorded,) = desk.service.house.store.history(attempts.stream(case))
    assert (recorded.event.action, recorded.event.rule) == ("withdraw-application", "foreign-case")
    assert recorded.context.actor == "p-arnstadt"
    assert desk.etag(case) == before


def test_who_applies_for_a_municipality_that_is_not_theirs_is_refused(desk: Desk) -> None:
    answer = desk.submits(applicant_key=ARNSTADT)
    assert problem(answer)[:2] == (403, "attempt-refused")


def test_nobody_declares_their_own_application_complete(desk: Desk) -> None:
    both = desk.service.client("p-both", Role.APPLICANT, Role.INTAKE_CLERK, keys=(STADTILM,))
    case = both.post("/intake/applications", json=a_body(), headers={"Idempotency-Key": str(uuid4())}).json()["case"]
    answer = both.post(f"/intake/cases/{case}/completeness", json={}, headers={"If-Match": desk.etag(case)})
    assert problem(answer)[:2] == (403, "attempt-refused")
    (recorded,) = desk.service.house.store.history(attempts.stream(case))
    assert recorded.event.rule == "own-application"


# ---- Bad input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "sent", "code", "field"),
    [
        ("title", ..., "invalid-request", "title"),
        ("title", "   ", "invalid-request", "title"),
        ("title", "x\x00y", "invalid-request", "title"),
        ("title", 7, "invalid-request", "title"),
        ("lines", [], "invalid-request", "lines"),
        ("lines.0.cents", -1, "invalid-request", "lines.0.cents"),
        ("lines.0.cents", 1.5, "invalid-request", "lines.0.cents"),
        ("lines.0.cents", "100", "invalid-request", "lines.0.cents"),
        ("lines.0.cents", True, "invalid-request", "lines.0.cents"),
        ("lines.0.cents", 10**30, "invalid-request", "lines.0.cents"),
        ("lines.0.cents", 0, "amount-not-positive", "lines.0.cents"),
        ("lines.0.year", 2031, "line-outside-period", "lines.0.year"),
        ("lines.0.surprise", 1, "invalid-request", "lines.0.surprise"),
        ("financing.grant_cents", 44_800_01, "financing-gap", "financing"),
        ("by_year.0.cents", 29_999_99, "years-differ", "by_year"),
        ("by_year.1.year", 2025, "year-repeated", "by_year.1.year"),
        ("starts_on", "2025-05-11", "project-begun", "starts_on"),
        ("starts_on", "12.05.2025", "invalid-request", "starts_on"),
        ("starts_on", 20_000, "invalid-request", "starts_on"),
        ("ends_on", "2025-06-02", "period-reversed", "ends_on"),
        ("applicant_key", "99999999", "unknown-applicant", "applicant_key"),
        ("applicant_key", "Stadtilm", "invalid-request", "applicant_key"),
        ("item", "2z", "unknown-item", "item"),
        ("iban", "DE89370400440532013001", "iban-invalid", "iban"),
        ("iban", "CH9300762011623852957", "iban-too-far", "iban"),
        ("account_holder", "\u00ad...", "invalid-request", "account_holder"),
        ("contact_mail", "keine Adresse", "invalid-request", "contact_mail"),
        ("declarations.not_started", False, "declaration-missing", "declarations.not_started"),
        ("declarations.complete", "yes", "invalid-request", "declarations.complete"),
        ("attachments.0.content_base64", "§", "attachment-unreadable", "attachments.0.content_base64"),
        ("attachments.0.media_type", "image/png", "attachment-of-other-type", "attachments.0.media_type"),
        ("attachments.0.media_type", "text/html", "invalid-request", "attachments.0.media_type"),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_is_refused_with_its_field(
    desk: Desk, path: str, sent: Any, code: str, field: str
) -> None:
    head = desk.service.house.writer.head
    answer = desk.town.post(
        "/intake/applications", json=with_changed(path, sent), headers={"Idempotency-Key": str(uuid4())}
    )
    assert problem(answer) == (422, code, field)
    assert desk.service.house.writer.head == head
    if isinstance(sent, str) and sent.strip():
        assert sent not in answer.text


def test_a_dissolved_municipality_is_told_its_successor(desk: Desk) -> None:
    former = desk.service.client("p-former", Role.APPLICANT, keys=("16061007",))
    body = a_body(applicant_key="16061007")
    answer = former.post("/intake/applications", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert problem(answer) == (422, "dissolved-applicant", "applicant_key")
    assert "16061119" in answer.json()["detail"]


@pytest.mark.parametrize("raw", [b"{", b"", b"[]", b'"x"', b"\xff\xfe", b'{"title": 1e999}', b"[" * 100_000])
def test_a_body_that_is_no_application_is_a_clear_error(desk: Desk, raw: bytes) -> None:
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    answer = desk.town.post("/intake/applications", content=raw, headers=headers)
    assert problem(answer)[0] in (400, 422)


def test_safeguards_that_are_missing_or_malformed_are_named(desk: Desk) -> None:
    case = desk.case()
    path = f"/intake/cases/{case}/completeness"
    assert problem(desk.clerk.post(path, json={})) == (428, "if-match-missing", "")
    assert problem(desk.clerk.post(path, json={}, headers={"If-Match": "abc"})) == (400, "malformed-if-match", "")
    assert problem(desk.clerk.post(path, json={}, headers={"If-Match": '"1"'})) == (412, "stale-version", "")
    assert problem(desk.town.post("/intake/applications", json=a_body())) == (400, "idempotency-key-missing", "")


def test_an_unknown_or_malformed_case_is_not_found(desk: Desk) -> None:
    for case in (32 * "0", "EG-2025-00001", "x" * 70, "%2e%2e", "a b"):
        for client in (desk.clerk, desk.town):
            assert problem(client.get(f"/intake/cases/{case}"))[0] == 404
        headers = {"If-Match": '"1"', "Idempotency-Key": str(uuid4())}
        assert problem(desk.clerk.post(f"/intake/cases/{case}/completeness", json={}, headers=headers))[0] == 404


def test_what_a_state_does_not_allow_is_a_conflict_with_a_code(desk: Desk) -> None:
    case = desk.case()
    assert problem(desk.draws(case, 2025, 1, 1)) == (409, "funds-not-assigned", "")
    desk.completes(case)
    desk.is_awarded(case)
    assert problem(desk.withdraws(case)) == (409, "already-decided", "")
    desk.is_final(case)
    assert problem(desk.draws(case, 2027, 1, 1)) == (422, "year-not-granted", "year")
    assert problem(desk.draws(case, 2025, 1, 44_800_01)) == (422, "above-remaining", "requested_cents")
    assert problem(desk.draws(case, 2025, 0, 1)) == (422, "amount-not-positive", "eligible_due_cents")


def test_a_withdrawn_application_cannot_be_declared_complete(desk: Desk) -> None:
    case = desk.case()
    assert desk.withdraws(case).status_code == 200
    assert problem(desk.completes(case)) == (409, "already-withdrawn", "")
    assert desk.status(case)["code"] == "withdrawn"


# ---- Reading -------------------------------------------------------------------------------------------------------


def _walked(client: httpx2.Client, **params: Any) -> Sequence[str]:
    found: list[str] = []
    after = ""
    while True:
        page = client.get("/intake/applications", params={**params, "after": after, "limit": 3}).json()
        assert len(page["items"]) <= 3
        found += [it["case"] for it in page["items"]]
        after = page["next"]
        if not after:
            return found


def test_pages_of_a_list_tell_every_application_once_in_order_of_receipt(desk: Desk) -> None:
    both = desk.service.client("p-both-towns", Role.APPLICANT, keys=(STADTILM, ARNSTADT, STADTILM))
    submitted = [desk.case() for _ in range(4)]
    body = a_body(applicant_key=ARNSTADT)
    headers = {"Idempotency-Key": str(uuid4())}
    other = desk.other_town.post("/intake/applications", json=body, headers=headers).json()["case"]
    submitted += [other, desk.case()]
    desk.service.settled()
    everything = _walked(desk.clerk)
    assert everything[-6:] == submitted
    assert len(set(everything)) == len(everything)
    assert list(_walked(both)) == list(everything)
    assert [it for it in _walked(desk.town) if it in submitted] == [it for it in submitted if it != other]
    assert set(_walked(desk.clerk, status="submitted")) < set(everything)


def test_a_person_sees_their_own_act_when_they_name_its_position(desk: Desk) -> None:
    answer = desk.submits()
    headers = {"Foerderstrom-Position": answer.headers["foerderstrom-position"]}
    page = desk.town.get("/intake/applications", params={"limit": 200}, headers=headers).json()
    assert answer.json()["case"] in {it["case"] for it in page["items"]}


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "status=nonsense"])
def test_a_list_asked_wrongly_is_a_clear_error(desk: Desk, query: str) -> None:
    assert problem(desk.clerk.get(f"/intake/applications?{query}"))[0] == 422
    assert desk.clerk.get("/intake/applications?after=%00%1fxyz").status_code < 500


def test_the_register_is_searched_by_name_and_key(desk: Desk) -> None:
    def found(**params: Any) -> Any:
        return desk.town.get("/intake/municipalities", params=params).json()

    (stadtilm,) = found(q="stadtilm")["items"]
    assert (stadtilm["key"], stadtilm["full_name"], stadtilm["inhabitants"]) == (STADTILM, "Stadt Stadtilm", 8_408)
    assert found(q=STADTILM)["items"] == [stadtilm]
    first = found(limit=2)
    second = found(limit=2, after=first["next"])
    keys = [it["key"] for it in (*first["items"], *second["items"])]
    assert keys == sorted(set(keys))
    assert len(keys) == 4


def test_an_attachment_is_downloaded_as_a_file_and_never_shown(desk: Desk) -> None:
    case = desk.case()
    (document,) = desk.clerk.get(f"/intake/cases/{case}").json()["documents"]
    answer = desk.clerk.get(document["url"])
    assert answer.content == PDF
    assert document["sha256"] == sha256(PDF).hexdigest()
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.headers["x-content-type-options"] == "nosniff"
    unknown = desk.clerk.get(f"/intake/cases/{case}/documents/{64 * '0'}")
    assert problem(unknown) == (404, "unknown-document", "sha256")
    operator = desk.service.client("p-operator", Role.OPERATOR)
    assert problem(operator.get(document["url"]))[:2] == (403, "role-not-allowed")


def test_contact_and_account_are_shown_to_intake_and_the_applicant_only(desk: Desk) -> None:
    case = desk.case()
    for client in (desk.clerk, desk.town):
        assert client.get(f"/intake/cases/{case}").json()["personal"]["contact_name"] == PERSONAL[0]
    told = desk.auditor.get(f"/intake/cases/{case}")
    assert told.json()["personal"] is None
    assert not any(it in told.text for it in PERSONAL)


def test_an_erased_person_is_gone_and_the_case_stays(desk: Desk) -> None:
    case = desk.case()
    state: Any = desk.service.house.store.load(
        desk.service.house.store.nouns["application"], f"application-{case}"
    ).state
    for it in (state.form.contact_name.subject, state.form.documents[0].subject):
        desk.service.house.keys.destroy(it)
    told = desk.clerk.get(f"/intake/cases/{case}").json()
    assert told["personal"]["contact_name"] == told["personal"]["contact_mail"] == "gelöscht"
    assert told["personal"]["account_holder"] == "Stadt Stadtilm"
    assert problem(desk.clerk.get(told["documents"][0]["url"])) == (410, "document-erased", "")
    assert desk.completes(case).status_code == 200


def test_no_personal_value_lies_anywhere_in_clear(desk: Desk) -> None:
    desk.case()
    desk.service.settled()
    files = [it for it in desk.service.place.folder.rglob("*") if it.is_file()]
    files += [it for it in desk.service.place.nats.data.rglob("*") if it.is_file()]
    content = b"".join(it.read_bytes() for it in files)
    assert b"Dokumentenmanagement" in content  # the search finds what lies there
    for text in PERSONAL:
        assert text.encode() not in content, text


def test_the_lists_made_again_from_the_log_are_the_same(desk: Desk) -> None:
    desk.service.settled()
    house = desk.service.house
    before = desk.clerk.get("/intake/applications", params={"limit": 200}).json()
    operator = desk.service.client("p-operator", Role.OPERATOR)
    assert operator.post("/intake/operations/rebuild").status_code == 200
    wait_until(lambda: house.view_follower.position >= house.writer.head.position, "die neuen Sichten")
    desk.service.settled()
    assert before["items"]
    assert desk.clerk.get("/intake/applications", params={"limit": 200}).json() == before
