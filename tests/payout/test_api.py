"""Payout over HTTP: who may do what, what is told, what is refused with which code, and nothing done twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from services.payout.api.acts import actions
from services.payout.wiring import blueprint
from shared.identity import Role
from tests.payout.builders import IBAN
from tests.payout.road import PEOPLE, Road, on_the_road
from tests.servers import NatsServer, wait_until
from tests.service import ISSUER, Place

NAMES = (
    "examine-drawdown",
    "certify-drawdown",
    "order-payment",
    "seal-batch",
    "release-batch",
    "record-entry",
    "discard-batch",
    "place-hold",
    "lift-hold",
    "propose-account",
    "confirm-account",
    "discard-account",
    "take-clearing",
    "propose-resolution",
    "approve-resolution",
    "decline-resolution",
    "close-day",
    "propose-day-difference",
    "seal-year",
    "acknowledge-overdue-file",
    "book-repayment",
    "assess-interest",
    "waive-interest",
    "defer-claim",
    "suspend-claim",
    "resume-claim",
    "remit-claim",
    "order-collection",
    "request-recall",
    "approve-recall",
    "drop-recall",
    "record-recall-answer",
)
READS = (
    "/payout/cases", "/payout/payments", "/payout/batches", "/payout/reports", "/payout/clearing", "/payout/open", "/payout/holds",
    "/payout/days", "/payout/days/2025-08-06", "/payout/expected-files", "/payout/recalls", "/payout/collections", "/payout/claims-to-order",
)  # fmt: skip
NOBODY = "f" * 32
BODIES = {
    "record-entry": {"cash_reference": "KZ 2025/17"},
    "place-hold": {"kind": "case", "reason": "audit", "text": "Prüfung"},
    "lift-hold": {"reason": "geklärt"},
    "propose-account": {"account_holder": "Stadt Stadtilm", "iban": IBAN, "reason": "neue Bank"},
    "propose-resolution": {"resolution": "noted", "reason": "geklärt"},
    "request-recall": {"grounds": "DUPL", "text": "doppelt"},
    "record-recall-answer": {"outcome": "granted", "told_on": "2025-08-04", "evidence": "Telefonat"},
    "drop-recall": {"reason": "Irrtum"},
    "close-day": {"closed_on": "2025-08-06"},
    "propose-day-difference": {"cause": "budget-entry-missing", "reason": "X"},
    "seal-year": {"title": "1605-63371", "year": 2025},
    "acknowledge-overdue-file": {"reason": "Bei der Bank nachgefragt"},
    "decline-resolution": {"reason": "nicht belegt"},
    "book-repayment": {"cents": 1, "received_on": "2025-08-04", "voucher": "K 1"},
    "waive-interest": {"reason": "Härte"},
    "defer-claim": {"until_on": "2025-12-31", "reason": "Härte"},
    "suspend-claim": {"reason": "erfolglos"},
    "resume-claim": {"reason": "wieder Mittel"},
    "remit-claim": {"cents": 1, "reason": "Härte"},
}


def problem(answer: httpx2.Response) -> tuple[int, str]:
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["status"] == answer.status_code
    assert body["title"].endswith(".")
    return answer.status_code, body["code"]


def drawdown_path(case: str, name: str = "d1") -> str:
    return f"/payout/cases/{case}/drawdowns/{name}"


# ---- The road --------------------------------------------------------------------------------------------------------


def test_the_worked_example_is_paid_to_the_cent(store_setting: str, nats_server: NatsServer, tmp_path: Path) -> None:
    place = Place(folder=tmp_path, nats=nats_server, store=store_setting)
    with on_the_road(place) as road:
        road.assign(case := uuid4().hex)
        for name, due, cents, paid in (
            ("d1", 24_000_00, 19_200_00, 19_200_00),
            ("d2", 40_000_00, 12_800_00, 10_800_00),
        ):
            road.request(name, case, due=due, cents=cents)
            payment = road.ordered(name, case)
            assert road.read(f"/payout/payments/{payment}")["cents"] == paid
            road.transmitted(payment)
            road.answered()
            assert road.read(f"/payout/payments/{payment}")["status"] == "settled"
        place.turn_to(datetime(2026, 2, 2, 9, tzinfo=UTC))
        road.request("d3", case, year=2026, due=56_000_00, cents=14_800_00)
        road.transmitted(road.ordered("d3", case))
        road.answered()
        told = road.read(f"/payout/cases/{case}")
        assert [(it["year"], it["settled_cents"], it["remaining_cents"]) for it in told["years"]] == [
            (2025, 30_000_00, 0),
            (2026, 14_800_00, 0),
        ]
        assert told["drawdowns"][1]["reason"] == "year-exhausted"
        assert road.book()["cents"]["settled"] == 44_800_00
        assert road.book()["totals"] == {"ordered": 3, "settled": 3, "rejected": 0, "duplicate": 0}
        assert road.read("/payout/open")["awaiting_treasury"] == 0


def test_a_drawdown_that_comes_before_its_plan_waits_and_tells_so(road: Road, case: str) -> None:
    road.request("d1", case)
    told = road.read(f"/payout/cases/{case}")
    assert (told["open"], told["drawdowns"][0]["next"]) == (False, None)
    assert case in [it["case"] for it in road.read("/payout/cases?status=plan")["items"]]
    assert problem(road.act("p-examiner", f"{drawdown_path(case)}/examination")) == (409, "plan-not-open")
    road.assign(case)
    assert road.read(f"/payout/cases/{case}")["drawdowns"][0]["payable_cents"] == 19_200_00


def test_a_batch_sealed_on_a_saturday_is_executed_on_the_next_target_day(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    place = Place(folder=tmp_path, nats=nats_server)
    place.turn_to(datetime(2025, 8, 9, 9, tzinfo=UTC))
    with on_the_road(place) as road:
        road.assign()
        road.request()
        road.ordered()
        batch = road.sealed()
        assert road.read(f"/payout/batches/{batch}")["execution_on"] == "2025-08-11"


def test_the_file_can_be_seen_again_byte_for_byte_by_those_who_need_it(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    batch = road.transmitted(road.ordered("d1", case))
    told = road.read(f"/payout/batches/{batch}")
    lying = next((road.treasury / "to-treasury").glob(f"{batch}.*.xml"))
    seen = road.ask("p-cashier", f"/payout/batches/{batch}/file")
    assert seen.content == lying.read_bytes()
    assert IBAN.encode() in seen.content
    assert told["file_sha256"][:12] in lying.name
    assert seen.headers["cache-control"] == "no-store"
    assert problem(road.ask("p-auditor", f"/payout/batches/{batch}/file")) == (403, "role-not-allowed")


def test_a_batch_takes_the_listed_payments_or_all_that_lie_in_none(road: Road) -> None:
    payments: list[str] = []
    for _ in range(3):
        road.assign(case := uuid4().hex)
        road.request("d1", case)
        payments.append(road.ordered("d1", case))
    listed = road.sealed(payments[1])
    assert [it["payment"] for it in road.read(f"/payout/batches/{listed}")["entries"]] == [payments[1]]
    rest = road.read(f"/payout/batches/{road.sealed()}")
    assert {payments[0], payments[2]} <= {it["payment"] for it in rest["entries"]}
    assert payments[1] not in {it["payment"] for it in rest["entries"]}
    assert rest["sum_cents"] == sum(it["cents"] for it in rest["entries"])
    assert road.read("/payout/payments?status=ordered")["items"] == []
    assert problem(road.act("p-orderer", "/payout/batches")) == (409, "batch-empty")
    assert problem(road.act("p-orderer", "/payout/batches", {"payments": [payments[0]]})) == (
        409,
        "payment-already-batched",
    )


def test_an_erased_payee_keeps_a_payment_out_of_every_file_and_others_are_paid(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    with on_the_road(Place(folder=tmp_path, nats=nats_server)) as road:
        payments: list[str] = []
        for case in (lost := uuid4().hex, uuid4().hex):
            road.assign(case)
            road.request("d1", case)
            payments.append(road.ordered("d1", case))
        road.service.house.keys.destroy(f"s-{lost}")
        answer = road.act("p-orderer", "/payout/batches", {"payments": payments})
        assert problem(answer) == (409, "batch-payee-unknown")
        assert road.read(f"/payout/payments/{payments[0]}")["reference"] in answer.json()["detail"]
        sealed = road.read(f"/payout/batches/{road.sealed()}")
        assert [it["payment"] for it in sealed["entries"]] == payments[1:]
        assert road.read(f"/payout/payments/{payments[0]}")["status"] == "ordered"
        assert problem(road.act("p-orderer", "/payout/batches")) == (409, "batch-empty")


@pytest.mark.parametrize(
    ("told", "code"),
    [({"iban": "CH9300762011623852957"}, "batch-payee-too-far"), ({"holder": "Город"}, "batch-bad-name")],
)
def test_a_payee_whom_no_file_can_pay_keeps_a_payment_out_and_others_are_paid(
    road: Road, told: dict[str, str], code: str
) -> None:
    payments: list[str] = []
    for case, more in ((uuid4().hex, told), (uuid4().hex, {})):
        road.assign(case, **more)
        road.request("d1", case)
        payments.append(road.ordered("d1", case))
    assert problem(road.act("p-orderer", "/payout/batches", {"payments": payments})) == (409, code)
    sealed = road.read(f"/payout/batches/{road.sealed()}")
    assert [it["payment"] for it in sealed["entries"]] == payments[1:]
    assert road.read(f"/payout/payments/{payments[0]}")["status"] == "ordered"


# ---- Who may ---------------------------------------------------------------------------------------------------------


def test_every_act_is_known_to_the_tests(road: Road) -> None:
    assert tuple(it.name for it in actions(road.service.house)) == NAMES
    assert {"p-examiner", "p-certifier", "p-orderer", "p-cashier"} <= set(PEOPLE)


@pytest.mark.parametrize("role", [it for it in Role if it != Role.SYSTEM])
@pytest.mark.parametrize("name", NAMES)
def test_an_unlisted_role_is_denied(road: Road, name: str, role: Role) -> None:
    action = next(it for it in actions(road.service.house) if it.name == name)
    path = action.path.format(
        case=NOBODY,
        drawdown="d1",
        batch=NOBODY,
        hold=NOBODY,
        change=NOBODY,
        clearing=NOBODY,
        number=1,
        proposal=NOBODY,
        claim=NOBODY,
        recall=NOBODY,
        expectation=NOBODY,
        day="2025-08-06",
    )
    client = road.service.client("p-somebody", role, keys=("16070048",))
    answer = client.post(path, json=BODIES.get(name, {}), headers={"If-Match": '"1"', "Idempotency-Key": uuid4().hex})
    if role in action.roles:
        assert answer.status_code in (404, 409)
    else:
        assert problem(answer) == (403, "role-not-allowed")


@pytest.mark.parametrize("path", READS)
def test_the_house_reads_and_applicants_do_not(road: Road, path: str) -> None:
    for role in Role:
        if role == Role.SYSTEM:
            continue
        answer = road.service.client("p-somebody", role, keys=("16070048",)).get(path)
        assert answer.status_code == (403 if role == Role.APPLICANT else 200), role


def test_a_token_cannot_claim_to_be_the_system(road: Road) -> None:
    answer = road.service.client("system", Role.SYSTEM).get("/payout/cases")
    assert answer.status_code in (401, 403)


def forged(place: Place) -> str:
    now = int(datetime.now(UTC).timestamp())
    claims = {
        "iss": ISSUER, "aud": "foerderstrom", "sub": "p-orderer", "iat": now, "exp": now + 300,
        "roles": ["ordering-officer"],
    }  # fmt: skip
    return jwt.encode({"alg": "ES256", "typ": "at+jwt"}, claims, ECKey.generate_key("P-256"))


TOKENS: dict[str, Callable[[Place], str]] = {
    "nobody's": lambda _place: "",
    "rubbish": lambda _place: "abc.def.ghi",
    "forged": forged,
    "expired": lambda place: place.token(
        "p-orderer", Role.ORDERING_OFFICER, now=datetime.now(UTC) - timedelta(hours=2)
    ),
}


@pytest.mark.parametrize("kind", TOKENS)
def test_without_a_good_token_nothing_is_told_or_done(road: Road, kind: str) -> None:
    token = TOKENS[kind](road.service.place)
    client = road.service.client()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    head = road.service.house.writer.head.position
    for answer in (
        client.get("/payout/cases", headers=headers),
        client.get(f"/payout/cases/{NOBODY}", headers=headers),
        client.post("/payout/batches", json={}, headers={**headers, "Idempotency-Key": "k"}),
    ):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    assert road.service.house.writer.head.position == head


def test_who_certified_may_not_order_and_the_attempt_is_on_record(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    road.done("p-examiner", f"{drawdown_path(case)}/examination")
    road.done("p-certifier", f"{drawdown_path(case)}/certification")
    etag = road.read(f"/payout/cases/{case}")["etag"]
    both = road.service.client("p-certifier", Role.CERTIFIER, Role.ORDERING_OFFICER)
    answer = both.post(f"{drawdown_path(case)}/order", json={}, headers={"If-Match": etag, "Idempotency-Key": "k1"})
    assert problem(answer) == (403, "attempt-refused")
    road.service.settled()
    assert road.read(f"/payout/cases/{case}")["etag"] == etag
    past = road.read(f"/payout/cases/{case}/history")["events"]
    assert past[-1]["topic"].startswith("house.attempt-refused")
    assert (past[-1]["actor"], past[-1]["facts"]["rule"]) == ("p-certifier", "certifier-may-not-order")


def test_who_took_part_may_not_release_and_the_attempt_is_on_record(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    batch = road.sealed(road.ordered("d1", case))
    etag = road.read(f"/payout/batches/{batch}")["etag"]
    for person in ("p-certifier", "p-orderer"):
        also = road.service.client(person, Role.TREASURY)
        answer = also.post(f"/payout/batches/{batch}/release", json={}, headers={"If-Match": etag})
        assert problem(answer) == (403, "attempt-refused")
    recorded = road.service.house.store.history(f"attempts-batch-{batch}")
    assert [it.context.actor for it in recorded] == ["p-certifier", "p-orderer"]
    assert road.read(f"/payout/batches/{batch}")["status"] == "sealed"
    road.released(batch)


# ---- What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [NOBODY, "ÄÖ", "a" * 64, "A-B", "%00", "..", "x%2Fy"])
def test_what_does_not_exist_is_not_found(road: Road, wrong: str) -> None:
    for path in ("cases", "payments", "batches"):
        assert road.ask("p-auditor", f"/payout/{path}/{wrong}").status_code in (404, 307)
    for person, path in (
        ("p-examiner", f"/payout/cases/{wrong}/drawdowns/d1/examination"),
        ("p-certifier", f"/payout/cases/{wrong}/drawdowns/d1/certification"),
        ("p-orderer", f"/payout/cases/{wrong}/drawdowns/d1/order"),
        ("p-cashier", f"/payout/batches/{wrong}/release"),
    ):
        assert road.act(person, path, etag='"1"').status_code in (404, 405)


def test_a_drawdown_that_does_not_exist_is_not_found(road: Road, case: str) -> None:
    road.assign(case)
    assert problem(road.act("p-examiner", f"{drawdown_path(case, 'd9')}/examination")) == (404, "drawdown-unknown")


def test_an_act_out_of_turn_is_a_conflict(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    path = drawdown_path(case)
    assert problem(road.act("p-certifier", f"{path}/certification")) == (409, "drawdown-not-examined")
    road.done("p-examiner", f"{path}/examination")
    assert problem(road.act("p-orderer", f"{path}/order")) == (409, "drawdown-not-certified")
    road.done("p-certifier", f"{path}/certification")
    road.done("p-orderer", f"{path}/order")
    assert problem(road.act("p-orderer", f"{path}/order")) == (409, "drawdown-already-ordered")


def test_next_year_s_money_is_not_ordered_this_year(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case, year=2026, cents=10_000_00)
    path = drawdown_path(case)
    road.done("p-examiner", f"{path}/examination")
    road.done("p-certifier", f"{path}/certification")
    assert problem(road.act("p-orderer", f"{path}/order")) == (409, "budget-year-not-open")


def test_an_act_names_the_state_it_saw(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    path, client = f"{drawdown_path(case)}/examination", road.clients["p-examiner"]
    assert problem(client.post(path, json={})) == (428, "if-match-missing")
    assert problem(client.post(path, json={}, headers={"If-Match": '"x"'})) == (400, "malformed-if-match")
    assert problem(road.act("p-examiner", path, etag='"1"')) == (412, "stale-version")
    assert problem(road.act("p-examiner", path, etag='"99"')) == (412, "stale-version")
    done = road.act("p-examiner", path)
    assert done.headers["etag"] == '"3"'
    assert road.ask("p-auditor", f"/payout/cases/{case}").headers["etag"] == '"3"'


MALFORMED: list[tuple[Any, str]] = [
    ({"payments": "p1"}, "payments"),
    ({"payments": [1]}, "payments.0"),
    ({"payments": ["Ä"]}, "payments.0"),
    ({"payments": [""]}, "payments.0"),
    ({"payments": ["a"] * 20_001}, "payments"),
    ({"cents": -1}, "cents"),
    ([], ""),
]


@pytest.mark.parametrize(("body", "field"), MALFORMED)
def test_a_wrong_body_names_the_field(road: Road, body: Any, field: str) -> None:
    answer = road.clients["p-orderer"].post("/payout/batches", json=body, headers={"Idempotency-Key": uuid4().hex})
    assert problem(answer) == (422, "invalid-request")
    assert answer.json()["errors"][0]["field"] == field


def test_a_body_that_is_no_json_is_refused(road: Road) -> None:
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = road.clients["p-orderer"].post("/payout/batches", content=b'{"payments": [', headers=headers)
    assert problem(answer) == (400, "malformed-json")


def test_a_payment_that_was_never_ordered_is_named(road: Road) -> None:
    answer = road.act("p-orderer", "/payout/batches", {"payments": [NOBODY]})
    assert problem(answer) == (404, "payment-unknown")
    assert answer.json()["errors"][0]["field"] == "payments.0"


def test_a_payment_named_twice_is_refused(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    payment = road.ordered("d1", case)
    answer = road.act("p-orderer", "/payout/batches", {"payments": [payment, payment]})
    assert answer.status_code == 409
    road.sealed(payment)


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "status=nonsense"])
def test_a_wrong_query_is_refused(road: Road, query: str) -> None:
    assert problem(road.ask("p-auditor", f"/payout/payments?{query}")) == (422, "invalid-request")


def test_a_wrong_cursor_is_refused(road: Road) -> None:
    assert problem(road.ask("p-auditor", f"/payout/cases?after={'x' * 500}")) == (400, "malformed-cursor")


# ---- Once ------------------------------------------------------------------------------------------------------------


def test_a_repeated_order_is_answered_as_the_first_also_with_an_old_version(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    path = drawdown_path(case)
    road.done("p-examiner", f"{path}/examination")
    road.done("p-certifier", f"{path}/certification")
    etag = road.read(f"/payout/cases/{case}")["etag"]
    first = road.act("p-orderer", f"{path}/order", etag=etag, key="once")
    again = road.act("p-orderer", f"{path}/order", etag=etag, key="once")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert len(road.read(f"/payout/cases/{case}")["payments"]) == 1
    other = road.act("p-orderer", f"{drawdown_path(case, 'd2')}/order", etag=etag, key="once")
    assert problem(other) == (422, "idempotency-key-reused")


def test_a_batch_needs_a_key(road: Road) -> None:
    answer = road.clients["p-orderer"].post("/payout/batches", json={})
    assert problem(answer) == (400, "idempotency-key-missing")


def test_a_repeated_batch_is_the_same_batch_also_after_a_restart(nats_server: NatsServer, tmp_path: Path) -> None:
    place = Place(folder=tmp_path, nats=nats_server)
    first_case, second_case = uuid4().hex, uuid4().hex
    with on_the_road(place) as road:
        road.assign(first_case)
        road.request("d1", first_case)
        payment = road.ordered("d1", first_case)
        first = road.act("p-orderer", "/payout/batches", key="once")
        assert first.status_code == 201
        assert first.headers["location"] == f"/payout/batches/{first.json()['batch']}"
        # By now other payments are open: the same request still means what it meant.
        road.assign(second_case)
        road.request("d1", second_case)
        later = road.ordered("d1", second_case)
        again = road.act("p-orderer", "/payout/batches", key="once")
        assert (again.status_code, again.json()) == (201, first.json())
    with on_the_road(place) as road:
        again = road.act("p-orderer", "/payout/batches", key="once")
        assert (again.status_code, again.json()) == (201, first.json())
        other = road.act("p-orderer", "/payout/batches", {"payments": [payment]}, key="once")
        assert problem(other) == (422, "idempotency-key-reused")
        assert road.read(f"/payout/payments/{later}")["status"] == "ordered"
        assert len(road.read("/payout/batches")["items"]) == 1


def test_a_key_whose_first_answer_was_forgotten_still_seals_nothing_else(road: Road, case: str) -> None:
    other_case = uuid4().hex
    for it in (case, other_case):
        road.assign(it)
        road.request("d1", it)
    payment, other = road.ordered("d1", case), road.ordered("d1", other_case)
    first = road.act("p-orderer", "/payout/batches", {"payments": [payment]}, key="forgotten")
    road.service.forget_first_answers()
    answer = road.act("p-orderer", "/payout/batches", {"payments": [other]}, key="forgotten")
    assert problem(answer) == (422, "idempotency-key-reused")
    assert road.read(f"/payout/payments/{other}")["status"] == "ordered"
    again = road.act("p-orderer", "/payout/batches", {"payments": [payment]}, key="forgotten")
    assert (again.status_code, again.json()["batch"]) == (201, first.json()["batch"])
    road.sealed(other)


# ---- Lists -----------------------------------------------------------------------------------------------------------


def test_pages_hold_everything_once_and_in_order(road: Road) -> None:
    cases: list[str] = []
    for _ in range(5):
        road.assign(case := uuid4().hex)
        road.request("d1", case)
        cases.append(case)
    seen: list[str] = []
    after = ""
    while True:
        page = road.ask(
            "p-auditor", "/payout/cases", params={"status": "examination", "limit": 2, "after": after}
        ).json()
        assert len(page["items"]) <= 2
        seen += [it["case"] for it in page["items"]]
        after = page["next"]
        if not after:
            break
    assert len(seen) == len(set(seen))
    assert [it for it in seen if it in cases] == cases


def test_a_reader_can_wait_for_what_was_just_recorded(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    done = road.act("p-examiner", f"{drawdown_path(case)}/examination")
    headers = {"Foerderstrom-Position": done.headers["foerderstrom-position"]}
    page = road.ask("p-auditor", "/payout/cases?status=certification&limit=200", headers=headers).json()
    assert case in [it["case"] for it in page["items"]]


def test_views_made_again_say_the_same(road: Road, case: str) -> None:
    road.assign(case)
    road.request("d1", case)
    road.transmitted(road.ordered("d1", case))
    placing = {"kind": "case", "reason": "audit", "text": "Die Prüfung dauert an."}
    road.done("p-examiner", f"/payout/cases/{case}/holds", placing)
    lists = ("cases", "payments", "batches", "holds")
    paths = (*(f"/payout/{it}?limit=200" for it in lists), "/payout/open")
    # What the treasury owes of the batch is expected a moment after it was handed over.
    wait_until(lambda: road.read("/health/idle")["idle"], "die Ruhe")
    before = [road.read(it) for it in paths]
    assert road.clients["p-operator"].post("/payout/operations/rebuild").is_success
    road.service.settled()
    assert [road.read(it) for it in paths] == before


def test_no_personal_value_is_told_by_a_list_or_lies_in_the_store(road: Road, case: str) -> None:
    road.assign(case, holder="Kassenverwalterin Rosamunde Beispiel")
    road.request("d1", case)
    road.transmitted(road.ordered("d1", case))
    told = [road.ask("p-auditor", it).text for it in (*READS, f"/payout/cases/{case}", f"/payout/cases/{case}/history")]
    stores = [it.read_bytes() for it in (road.service.place.folder / "stores").rglob("*") if it.is_file()]
    for secret in (IBAN, "Rosamunde"):
        assert not any(secret in it for it in told)
        assert not any(secret.encode() in it for it in stores)
    assert blueprint.name == "payout"
