"""Die Schnittstelle der Prüfung, in earnest: a real broker, a real store, HTTP on a real port, signed tokens."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.review.api import actions
from services.review.standing import Status
from services.review.wiring import blueprint
from shared.contracts.intake import ApplicationWithdrawn, ExpenditureLine
from shared.contracts.payout import PaymentSettled
from shared.identity import Role
from shared.shipped_policies import shipped
from tests.conftest import StartNats
from tests.review.builders import GUIDELINE, TITLE, application, cents
from tests.review.road import BUDGET_2025, D1_EXPENDITURE, D1_PROPOSAL, DISPENSATION, OPINION, PROCEEDING, Road
from tests.servers import wait_until
from tests.service import Place, serving

OPENED = datetime(2025, 5, 28, 9, tzinfo=UTC)
PEOPLE_ROLES = [it for it in Role if it != Role.SYSTEM]


def place(folder: Path, start_nats: StartNats, store: str = "") -> Place:
    found = Place(folder=folder, nats=start_nats(), store=store)
    found.turn_to(OPENED)
    return found


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Road]:
    with serving(blueprint, place(tmp_path_factory.mktemp("review"), start_nats)) as service:
        told = Road(service)
        assert told.open_budget().status_code == 201
        yield told


# ---- The road -------------------------------------------------------------------------------------------------------


def test_example_d1_walks_from_the_application_to_the_assigned_funds_to_the_day_and_the_cent(
    store_setting: str, tmp_path: Path, start_nats: StartNats
) -> None:
    where = place(tmp_path / "place", start_nats, store_setting)
    with serving(blueprint, where) as service:
        road = Road(service)
        road.open_budget()
        case = road.receive()
        walked: list[str] = []
        for on, step, body in (
            (date(2025, 6, 23), "opinion", OPINION),
            (date(2025, 6, 30), "expenditure", D1_EXPENDITURE),
            (date(2025, 6, 30), "proposal", D1_PROPOSAL),
            (date(2025, 7, 21), "reservation", {}),
            (date(2025, 7, 25), "approval", {}),
            (date(2025, 7, 25), "notice", {}),
            (date(2025, 7, 31), "waiver", {"declared_on": "2025-07-31"}),
        ):
            road.turn_to(on)
            walked.append(road.read(case)["status"])
            road.do(case, step, body)
            service.settled()
            # The queue, a view, says the same as the folded streams.
            listed = road.auditor.get("/review/cases", params={"limit": 200}).json()["items"]
            assert next(it["status"] for it in listed if it["case"] == case) == road.read(case)["status"]
        found = road.read(case)
        assert walked == [
            "awaiting-opinion", "awaiting-expenditure", "awaiting-proposal", "awaiting-reservation",
            "awaiting-approval", "awaiting-notice", "awaiting-finality",
        ]  # fmt: skip
        assert (found["status"], found["eligible_cents"], found["award"]["granted_cents"]) == (
            "final",
            56_000_00,
            44_800_00,
        )
        assert found["award"]["notice"]["deemed_served_on"] == "2025-07-29"
        assert found["award"]["notice"]["remedy_ends_on"] == "2025-08-29"
        assert (found["award"]["final_on"], found["award"]["by_waiver"]) == ("2025-07-31", True)
        assert [it["name"] for it in found["actions"]] == [
            "propose-amendment", "propose-annulment", "open-award-hearing", "freeze-payout", "propose-repayment",
        ]  # fmt: skip
        topics = road.topics(case)
        assert topics[-4:] == ["notice-dispatched", "remedy-waived", "decision-became-final", "funds-assigned"]
        assert {"funds-reserved", "funds-committed"} <= set(topics)

    with serving(blueprint, where) as again:
        road = Road(again)
        assert road.read(case) == found
        assert len(again.house.store.recorder.rows_of(["programme-thueregovrl"])) == len(shipped()["thueregovrl"]), (
            "each policy once, not at every start"
        )


def test_approval_turns_the_reservation_into_a_commitment_in_the_same_transaction(road: Road) -> None:
    budget = f"/review/budgets/{TITLE}/2025"
    case = road.reserve()
    before = road.auditor.get(budget).json()["years"]
    road.do(case, "approval")
    after = road.auditor.get(budget).json()["years"]
    for year, cents_ in ((0, 30_000_00), (1, 14_800_00)):
        assert after[year]["reserved_cents"] == before[year]["reserved_cents"] - cents_
        assert after[year]["committed_cents"] == before[year]["committed_cents"] + cents_
        assert after[year]["free_cents"] == before[year]["free_cents"]


def test_what_payout_settled_is_paid_in_the_budget(road: Road) -> None:
    case = road.dispatch()
    road.do(case, "waiver", {"declared_on": road.service.house.now().date().isoformat()})
    before = road.auditor.get(f"/review/budgets/{TITLE}/2025").json()["years"][0]["paid_cents"]
    settled = PaymentSettled(
        payment=uuid4().hex, drawdown=uuid4().hex, title=TITLE, year=2025, cents=19_200_00, settled_on=date(2025, 8, 8)
    )
    road.service.tell("payout", case, settled)
    assert road.auditor.get(f"/review/budgets/{TITLE}/2025").json()["years"][0]["paid_cents"] == before + 19_200_00


def test_a_refusal_is_proposed_by_one_person_and_decided_by_another(road: Road) -> None:
    case = road.receive()
    road.do(case, "refusal-proposal", {"reasons": ["Das Vorhaben war bereits begonnen."]})
    road.do(case, "hearing/dispensation", DISPENSATION)
    road.do(case, "refusal")
    found = road.read(case)
    assert found["status"] == "awaiting-refusal-notice"
    assert found["refusal"]["decided"]
    assert found["refusal"]["reasons"] == ["Das Vorhaben war bereits begonnen."]


def test_a_refusal_goes_out_is_served_and_final_by_the_clock(tmp_path: Path, start_nats: StartNats) -> None:
    with serving(blueprint, place(tmp_path, start_nats)) as service:
        road = Road(service)
        case = road.receive()
        road.do(case, "refusal-proposal", {"reasons": ["Das Vorhaben war bereits begonnen."]})
        road.do(case, "hearing/dispensation", DISPENSATION)
        road.do(case, "refusal")
        assert road.auditor.get(f"/review/cases/{case}/letter").content.startswith(b"%PDF")
        road.do(case, "notice", {"channel": "post"})
        sent = road.read(case)
        notice = sent["refusal"]["notice"]
        assert (sent["status"], notice["channel"], notice["served"]) == ("refused", "post", False)
        assert (notice["deemed_served_on"], notice["remedy_ends_on"]) == ("2025-06-01", "2025-07-01")
        for day, topic in ((date(2025, 6, 2), "notice-deemed-served"), (date(2025, 7, 9), "decision-became-final")):
            road.turn_to(day)
            wait_until(lambda topic=topic: road.topics(case)[-1] == topic, topic)
        assert road.read(case)["refusal"]["final_on"] == "2025-07-02"


def test_a_lawsuit_keeps_an_award_from_becoming_final_until_it_ends(road: Road) -> None:
    case = road.approve()
    road.do(case, "notice", {"channel": "electronic", "instructed": True})
    opened = OPENED.date()
    road.do(case, "lawsuit", {"filed_on": str(opened), "court_reference": "3 K 815/25 We"})
    contested = road.read(case)
    assert contested["status"] == "contested"
    assert contested["actions"][0]["name"] == "conclude-lawsuit"
    answer = road.act(case, "finality")
    assert (answer.status_code, answer.json()["code"]) == (409, "lawsuit-pending")
    road.do(case, "lawsuit/outcome", {"outcome": "withdrawn", "concluded_on": str(opened)})
    assert road.read(case)["status"] == "awaiting-finality"


def test_a_withdrawal_before_the_decision_frees_the_reserved_money(road: Road) -> None:
    case = road.reserve()
    before = road.auditor.get(f"/review/budgets/{TITLE}/2025").json()["years"][0]
    road.service.tell("intake", case, ApplicationWithdrawn(withdrawn_on=date(2025, 6, 2)))
    after = road.auditor.get(f"/review/budgets/{TITLE}/2025").json()["years"][0]
    assert road.read(case)["status"] == "withdrawn"
    assert after["free_cents"] == before["free_cents"] + 30_000_00


def test_a_released_reservation_can_be_made_again(road: Road) -> None:
    case = road.reserve()
    road.do(case, "reservation/release", {"reason": "falscher Titel"})
    assert road.read(case)["status"] == "awaiting-reservation"
    road.do(case, "reservation")
    assert road.read(case)["status"] == "awaiting-approval"


def test_finality_without_a_waiver_waits_for_the_end_of_the_period(tmp_path: Path, start_nats: StartNats) -> None:
    with serving(blueprint, place(tmp_path, start_nats)) as service:
        road = Road(service)
        road.open_budget()
        case = road.dispatch()
        early = road.act(case, "finality")
        assert (early.status_code, early.json()["code"]) == (409, "remedy-period-running")
        road.turn_to(date.fromisoformat(road.read(case)["award"]["notice"]["remedy_ends_on"]) + timedelta(days=1))
        road.do(case, "finality")
        found = road.read(case)["award"]
        assert found["assigned"]
        assert not found["by_waiver"]


# ---- The letter -----------------------------------------------------------------------------------------------------


def test_the_letter_that_was_previewed_is_the_letter_that_is_dispatched(road: Road) -> None:
    case = road.approve()
    preview = road.auditor.get(f"/review/cases/{case}/letter")
    assert preview.headers["content-type"] == "application/pdf"
    assert preview.content.startswith(b"%PDF")
    road.do(case, "notice")
    sent = road.auditor.get(f"/review/cases/{case}/letter").content
    assert sent == preview.content
    assert road.read(case)["award"]["notice"]["letter_sha256"] == sha256(sent).hexdigest()


def test_the_applicant_reads_their_own_letter_once_it_is_dispatched_and_nobody_elses(road: Road) -> None:
    case = road.approve()
    own = road.person("p-a-16070048", Role.APPLICANT, keys=("16070048",))
    foreign = road.person("p-a-16051000", Role.APPLICANT, keys=("16051000",))
    assert own.get(f"/review/cases/{case}/letter").status_code == 404
    road.do(case, "notice")
    assert own.get(f"/review/cases/{case}/letter").status_code == 200
    assert foreign.get(f"/review/cases/{case}/letter").json()["code"] == "unknown-case"
    assert own.get(f"/review/cases/{case}").status_code == 403, "the file itself is the ministry's"


def test_a_letter_goes_with_the_person_it_was_stored_for(road: Road) -> None:
    case = road.dispatch()
    road.service.house.keys.destroy(f"s-{case}")
    gone = road.auditor.get(f"/review/cases/{case}/letter")
    assert (gone.status_code, gone.json()["code"]) == (410, "document-erased")


def test_without_an_award_there_is_no_letter(road: Road) -> None:
    case = road.propose()
    assert road.auditor.get(f"/review/cases/{case}/letter").json()["code"] == "no-letter"
    answer = road.act(case, "notice")
    assert (answer.status_code, answer.json()["code"]) == (409, "not-approved")


# ---- Who may --------------------------------------------------------------------------------------------------------

BODIES: dict[str, Any] = {
    "open-budget": BUDGET_2025,
    "record-expert-opinion": OPINION,
    "assess-expenditure": D1_EXPENDITURE,
    "propose-award": D1_PROPOSAL,
    "propose-refusal": {"reasons": ["keine Mittel"]},
    "publish-policy": {"texts": [GUIDELINE]},
    "propose-early-start": {"consent": True, "reasons": "keine Förderzusage"},
    "refuse-early-start": {"reasons": "begonnen"},
    "release-reservation": {"reason": "keiner"},
    "record-waiver": {"declared_on": "2025-07-31"},
    "proclaim-budget": {"appropriation_cents": 1, "reference": "GVBl. 1"},
    "freeze-funds": {"reference": "FM 1", "year": 2025, "cents": 1, "reason": "Sperre"},
    "lift-freeze": {"freeze": "FM 1", "reason": "frei"},
    "reallocate-funds": {"taker": "x", "cents": 1, "reference": "U", "reason": "Bedarf", "authority": "Vermerk"},
    "close-budget": {},
    "record-succession": {"new_key": "16070004"},
    "hand-over-remainder": {"origin": 2025, "cents": 1, "consent": "FM 2"},
    **PROCEEDING,
    "dispatch-letter": {"letter": "hearing-1"},
    "record-letter-failure": {"letter": "hearing-1", "reason": "returned"},
    "record-receipt": {"received_on": "2025-07-31"},
    "record-service-failure": {"reason": "returned"},
    "record-lawsuit": {"filed_on": "2025-07-31", "court_reference": "3 K 815/25 We"},
    "conclude-lawsuit": {"outcome": "dismissed", "concluded_on": "2025-07-31"},
    "open-award-hearing": {"annulment": "revocation", "legal_basis": "vwvfg-49-3-1", "facts": "Zweck verfehlt"},
    "record-award-statement": {"received_on": "2025-07-31"},
    "close-award-hearing": {"reason": "geklärt"},
    "propose-annulment": {
        "annulment": "lapse",
        "legal_basis": "vwvfg-43-2",
        "effective_on": "2025-07-31",
        "reasons": "Verzicht",
        "discretion": "keines",
    },
    "propose-repayment": {"cents": 1, "reasons": "zu viel gezahlt"},
    "drop-repayment": {"reason": "Härte"},
    "drop-proposal": {"reason": "anders entschieden"},
    "propose-amendment": {
        "by_year": [{"year": 2025, "cents": 1}],
        "eligible_cents": 1,
        "ends_on": "2026-06-30",
        "reasons": "Umplanung",
    },
    "refuse-change": {"reasons": "zu spät"},
    "freeze-payout": {"reason": "Verdacht"},
    "lift-payout-freeze": {"reason": "geklärt"},
    "declare-municipal-tie": {"key": "16055000", "ground": "council"},
    "record-fulfilment": {"number": 1, "evidence": "Beschluss", "fulfilled_on": "2025-05-28"},
    "find-violation": {"number": 1, "findings": "fehlt"},
    "waive-side-condition": {"number": 1, "reason": "entbehrlich"},
    "check-proof": {
        "proof": "a" * 32,
        "lines": [{"line": 1, "cents": 1}],
        "complete": True,
        "plausible": True,
        "purpose_reached": True,
    },
    "check-proof-in-depth": {"proof": "a" * 32, "lines": [{"line": 1, "cents": 1}], "findings": "gesehen"},
    "accept-proof": {"proof": "a" * 32, "note": "Zweck erreicht"},
    "accept-interim-proof": {"proof": "a" * 32, "note": "wie geplant"},
    "send-back-proof": {"proof": "a" * 32, "reasons": "unvollständig"},
    "write-closing-note": {"note": "Zweck erreicht"},
}


def test_every_action_is_denied_to_every_role_that_is_not_listed_for_it(road: Road) -> None:
    case = road.receive()
    of_a_case = {
        "assign-cases": {"cases": [case], "person": "p-case-officer"},
        "allow-despite-provisional": {"case": case, "reason": "Pflicht"},
        "record-repayment": {"case": case, "repayment": "K 1", "cents": 1, "received_on": "2025-07-31"},
    }
    denied = allowed = 0
    offered = actions(road.service.house)
    for action in offered:
        path, body = (
            action.path.format(case=case, title="nicht-da", year="2025", early_start=case),
            (BODIES | of_a_case).get(action.name),
        )
        for role in PEOPLE_ROLES:
            client = road.person(f"p-{role}", role, keys=("16070048",))
            headers = {"Idempotency-Key": uuid4().hex} if action.creates else {"If-Match": '"99"'}
            answer = client.post(path, json=body or {}, headers=headers)
            if role in action.roles:
                allowed += 1
                assert answer.status_code in (201, 404, 409, 412), (action.name, role, answer.text)
            else:
                denied += 1
                assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed"), (action.name, role)
    assert allowed == sum(len(it.roles) for it in offered)
    assert denied == len(PEOPLE_ROLES) * len(offered) - allowed


@pytest.mark.parametrize("path", ["/review/cases", "/review/budgets", f"/review/budgets/{TITLE}/2025"])
def test_everybody_of_the_house_reads_and_an_applicant_does_not(road: Road, path: str) -> None:
    for role in PEOPLE_ROLES:
        expected = 403 if role == Role.APPLICANT else 200
        assert road.person(f"p-{role}", role, keys=("16070048",)).get(path).status_code == expected, role


def test_without_a_good_token_nothing_is_told(road: Road) -> None:
    old = road.service.place.token("p-x", Role.AUDITOR, now=datetime.now(UTC) - timedelta(hours=2))
    good = road.service.place.token("p-x", Role.AUDITOR)
    head, claims, signature = good.split(".")
    forged = f"{head}.{claims}.{signature[::-1]}"
    for header, code in (
        ("", "not-signed-in"),
        (old, "expired-token"),
        (forged, "invalid-token"),
        ("x", "invalid-token"),
    ):
        client = road.service.client()
        headers = {"Authorization": f"Bearer {header}"} if header else {}
        answer = client.get("/review/cases", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert client.post("/review/budgets", json=BUDGET_2025, headers=headers).status_code == 401


def test_who_prepared_does_not_approve_and_the_attempt_is_an_event(road: Road) -> None:
    case = road.receive()
    both = road.person("p-both", Role.CASE_OFFICER, Role.APPROVER)
    road.do(case, "opinion", OPINION)
    road.do(case, "expenditure", D1_EXPENDITURE, by=both)
    road.do(case, "proposal", D1_PROPOSAL)
    road.do(case, "reservation")
    before = road.read(case)["etags"]
    told = both.get(f"/review/cases/{case}").json()["actions"][0]
    assert (told["name"], told["allowed"]) == ("approve-grant", False)
    assert "Vier-Augen-Prinzip" in told["reason"]

    answer = road.act(case, "approval", by=both)

    assert (answer.status_code, answer.json()["code"]) == (403, "attempt-refused")
    assert road.read(case)["etags"] == before, "the case itself is untouched"
    assert road.topics(case)[-1] == "house.attempt-refused"


def test_above_the_signing_limit_two_different_persons_sign(road: Road) -> None:
    line = ExpenditureLine(line=1, category="development", description="Fachverfahren", year=2025, cents=300_000_00)
    seals: dict[str, Any] = {
        it: road.sealed("x", it, "big") for it in ("contact_name", "contact_mail", "account_holder", "iban")
    }
    big = application((line,), grant_cents=240_000_00, by_year=cents(y2025=240_000_00), **seals)
    case = road.receive(it=big)
    road.do(case, "opinion", OPINION)
    road.do(case, "expenditure", {"lines": [{"line": 1, "eligible_cents": 300_000_00}]})
    road.do(case, "proposal", D1_PROPOSAL | {"by_year": [{"year": 2025, "cents": 240_000_00}]})
    road.do(case, "reservation")
    road.do(case, "approval")
    assert road.read(case)["status"] == "awaiting-second-signature"
    again = road.act(case, "approval")
    assert (again.status_code, again.json()["code"]) == (403, "attempt-refused")
    road.do(case, "approval", by=road.person("p-second", Role.APPROVER))
    found = road.read(case)
    assert found["status"] == "awaiting-notice"
    assert found["award"]["approved_by"] == ["p-approver", "p-second"]


# ---- Versions and repetition ----------------------------------------------------------------------------------------


def test_a_decision_names_the_version_it_was_made_on(road: Road) -> None:
    case = road.receive()
    expert, url = road.person("p-expert", Role.EXPERT), f"/review/cases/{case}/opinion"
    without = expert.post(url, json=OPINION)
    assert (without.status_code, without.json()["code"]) == (428, "if-match-missing")
    nonsense = expert.post(url, json=OPINION, headers={"If-Match": "gestern"})
    assert (nonsense.status_code, nonsense.json()["code"]) == (400, "malformed-if-match")
    stale = expert.post(url, json=OPINION, headers={"If-Match": '"0"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    assert stale.json()["title"] == "Der Vorgang wurde inzwischen von jemand anderem geändert."
    answer = expert.post(
        url, json=OPINION, headers={"If-Match": road.auditor.get(f"/review/cases/{case}").headers["etag"]}
    )
    assert answer.status_code == 200
    assert answer.headers["etag"] == road.read(case)["etags"]["assessment"]


def test_notice_and_waiver_go_by_the_version_of_the_award(road: Road) -> None:
    case = road.approve()
    told = road.read(case)
    assert told["actions"][0]["name"] == "dispatch-notice"
    assert {(it["primary"], it["if_match"]) for it in told["actions"]} == {("award", told["etags"]["award"])}
    officer = road.person("p-officer", Role.CASE_OFFICER)
    wrong = officer.post(f"/review/cases/{case}/notice", json={}, headers={"If-Match": told["etags"]["assessment"]})
    assert wrong.status_code == 412


def test_the_same_request_again_is_answered_alike_even_after_a_restart(tmp_path: Path, start_nats: StartNats) -> None:
    where = place(tmp_path, start_nats)
    key = {"Idempotency-Key": "einmal"}
    with serving(blueprint, where) as service:
        client = service.client("p-budget", Role.BUDGET_OFFICER)
        first = client.post("/review/budgets", json=BUDGET_2025, headers=key)
        assert (first.status_code, first.headers["location"]) == (201, f"/review/budgets/{TITLE}/2025")
        road = Road(service)
        case = road.dispatch()
        notice = {"Idempotency-Key": "bescheid", "If-Match": '"0"'}
        officer = service.client("p-officer", Role.CASE_OFFICER)
        late = officer.post(f"/review/cases/{case}/notice", json={}, headers=notice)
        assert late.status_code == 412
    with serving(blueprint, where) as service:
        client = service.client("p-budget", Role.BUDGET_OFFICER)
        again = client.post("/review/budgets", json=BUDGET_2025, headers=key)
        assert (again.status_code, again.json()) == (201, first.json())
        other = client.post("/review/budgets", json=BUDGET_2025 | {"appropriation_cents": 1}, headers=key)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
        missing = client.post("/review/budgets", json=BUDGET_2025)
        assert (missing.status_code, missing.json()["code"]) == (400, "idempotency-key-missing")


def test_a_key_that_was_used_is_looked_up_before_the_version_is_compared(road: Road) -> None:
    case = road.receive()
    expert = road.person("p-expert", Role.EXPERT)
    headers = {"If-Match": road.read(case)["etags"]["assessment"], "Idempotency-Key": uuid4().hex}
    first = expert.post(f"/review/cases/{case}/opinion", json=OPINION, headers=headers)
    again = expert.post(f"/review/cases/{case}/opinion", json=OPINION, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert road.topics(case).count("expert-opinion-recorded") == 1


# ---- Bad input ------------------------------------------------------------------------------------------------------


def test_what_the_budget_cannot_give_is_refused_and_the_refusal_is_an_event(
    tmp_path: Path, start_nats: StartNats
) -> None:
    with serving(blueprint, place(tmp_path, start_nats)) as service:
        road = Road(service)
        road.open_budget(appropriation_cents=29_999_99)
        case = road.propose()
        answer = road.act(case, "reservation")
        assert (answer.status_code, answer.json()["code"]) == (409, "funds-not-available")
        assert road.read(case)["status"] == "awaiting-reservation"
        assert road.topics(case)[-1] == "funds-reservation-refused"
        assert (
            service.client("p-a", Role.AUDITOR)
            .get(f"/review/budgets/{TITLE}/2025")
            .json()["years"][0]["reserved_cents"]
            == 0
        )


@pytest.mark.parametrize(
    ("step", "body", "status", "code", "field"),
    [
        ("opinion", {"opinion": "great", "reasons": "x"}, 422, "enum", "opinion"),
        ("opinion", {"opinion": "positive", "reasons": " "}, 422, "string-too-short", "reasons"),
        ("opinion", OPINION | {"surprise": 1}, 422, "extra-forbidden", "surprise"),
        ("opinion", OPINION | {"conditions": ["x"]}, 422, "reason-missing", "conditions"),
        ("opinion", OPINION | {"reasons": "\x00"}, 422, "value-error", "reasons"),
        ("expenditure", {"lines": [{"line": 1, "eligible_cents": -1}]}, 422, "greater-than-equal", "lines.0.eligible_cents"),
        ("expenditure", {"lines": [{"line": 1, "eligible_cents": 0.5}]}, 422, "int-type", "lines.0.eligible_cents"),
        ("expenditure", {"lines": [{"line": 1, "eligible_cents": True}]}, 422, "int-type", "lines.0.eligible_cents"),
        ("waiver", {"declared_on": "31.07.2025"}, 422, "date-from-datetime-parsing", "declared_on"),
        ("reservation", {"title": "../x"}, 422, "value-error", "title"),
    ],
)  # fmt: skip
def test_a_wrong_body_is_told_with_field_code_and_a_german_sentence(
    road: Road, step: str, body: Any, status: int, code: str, field: str
) -> None:
    case = road.receive()
    answer = road.act(case, step, body)
    told = answer.json()
    assert answer.status_code == status, told
    assert answer.headers["content-type"] == "application/problem+json"
    assert code in (told["code"], *(it["code"] for it in told["errors"]))
    assert [it["field"] for it in told["errors"]] == [field]
    assert told["title"][0].isupper()


def test_a_cut_without_a_reason_is_refused_at_its_line(road: Road) -> None:
    case = road.receive()
    road.do(case, "opinion", OPINION)
    lines = [*D1_EXPENDITURE["lines"][:3], {"line": 4, "eligible_cents": 1}]
    answer = road.act(case, "expenditure", {"lines": lines})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "lines.3.reason")
    twice = road.act(case, "expenditure", {"lines": [*D1_EXPENDITURE["lines"], D1_EXPENDITURE["lines"][0]]})
    assert twice.json()["code"] == "lines-not-matching"


def test_a_split_that_does_not_sum_to_the_grant_is_refused(road: Road) -> None:
    case = road.receive()
    road.do(case, "opinion", OPINION)
    road.do(case, "expenditure", D1_EXPENDITURE)
    answer = road.act(case, "proposal", D1_PROPOSAL | {"by_year": [{"year": 2025, "cents": 1}]})
    assert (answer.status_code, answer.json()["code"]) == (422, "split-not-matching")
    assert answer.json()["errors"][0]["field"] == "by_year"


def test_what_is_no_json_and_what_is_no_id_never_is_a_fault_of_the_house(road: Road) -> None:
    case, officer = road.receive(), road.person("p-officer", Role.CASE_OFFICER)
    answer = officer.post(
        f"/review/cases/{case}/waiver", content=b"{", headers={"If-Match": '"0"', "Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-json")
    for odd in ("Ö", "UPPER", "a b", "%00", "x" * 300, "..%2f..", "'; --"):
        for path in (
            f"/review/cases/{odd}",
            f"/review/cases/{odd}/letter",
            f"/review/budgets/{odd}/2025",
            f"/review/budgets/{TITLE}/{odd}",
        ):
            assert road.auditor.get(path).status_code == 404, path
        assert officer.post(f"/review/cases/{odd}/notice", json={}, headers={"If-Match": '"0"'}).status_code == 404
    unknown = officer.post(f"/review/cases/{uuid4().hex}/notice", json={}, headers={"If-Match": '"0"'})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-case")


def test_a_step_out_of_turn_is_told_what_is_missing(road: Road) -> None:
    case = road.receive()
    for step, body, code in (
        ("expenditure", D1_EXPENDITURE, "opinion-missing"),
        ("proposal", D1_PROPOSAL, "opinion-missing"),
        ("reservation", {}, "opinion-missing"),
        ("approval", {}, "opinion-missing"),
        ("refusal", {}, "opinion-missing"),
        ("waiver", {"declared_on": "2025-07-31"}, "not-approved"),
    ):
        answer = road.act(case, step, body)
        assert (answer.status_code, answer.json()["code"]) == (409, code), step


# ---- Lists ----------------------------------------------------------------------------------------------------------


def test_the_queue_is_read_page_by_page_and_by_status(road: Road) -> None:
    received = [road.receive() for _ in range(5)]
    seen: list[str] = []
    after, pages_read = "", 0
    while True:
        answer = road.auditor.get(
            "/review/cases", params={"status": "awaiting-opinion", "after": after, "limit": 2}
        ).json()
        assert all(it["status"] == Status.AWAITING_OPINION for it in answer["items"])
        seen += [it["case"] for it in answer["items"]]
        after, pages_read = answer["next"], pages_read + 1
        if not after:
            break
    assert len(seen) == len(set(seen))
    assert [it for it in seen if it in received] == received
    assert pages_read >= 3
    assert road.auditor.get("/review/cases", params={"status": "unheard-of"}).status_code == 422
    assert road.auditor.get("/review/cases", params={"limit": 0}).status_code == 422
    assert road.auditor.get("/review/cases", params={"after": "x" * 500}).status_code == 400


def test_who_waits_for_their_own_act_finds_it_in_the_list(road: Road) -> None:
    case = road.receive()
    position = road.do(case, "opinion", OPINION)["position"]
    answer = road.auditor.get("/review/cases", params={"limit": 200}, headers={"Foerderstrom-Position": str(position)})
    assert next(it["status"] for it in answer.json()["items"] if it["case"] == case) == "awaiting-expenditure"


def test_no_personal_value_of_the_applicant_is_in_what_the_api_tells(road: Road) -> None:
    case = road.dispatch()
    told = road.auditor.get(f"/review/cases/{case}").text + road.auditor.get(f"/review/cases/{case}/history").text
    for value in ("Mustermann", "DE02120300000000202051", "kaemmerei@"):
        assert value not in told
