"""Who is paid after a succession: told before the plan or after it, the name is the successor's and the account is untouched."""

from datetime import date
from typing import Any
from uuid import uuid4

from services.payout import payee
from services.payout.payee import PayeeSucceeded, SucceedPayee
from services.payout.reactions import react
from shared.contracts import review
from tests.payout.road import Road
from tests.scenario import A_MONDAY, Scenario

BERGA: dict[str, Any] = {
    "reference": "16/2024/0013-R", "old_key": "16076004", "new_key": "16076094", "new_name": "Stadt Berga-Wünschendorf",
    "effective_on": date(2024, 1, 1),
}  # fmt: skip
SUCCEEDED = PayeeSucceeded(**BERGA)
GREIZ: dict[str, Any] = {
    **BERGA,
    "reference": "16/2027/0001-R",
    "old_key": "16076094",
    "new_key": "16076022",
    "new_name": "Stadt Greiz",
}


def given(*history: PayeeSucceeded) -> Scenario[Any, PayeeSucceeded, Any]:
    return Scenario(payee.decider, history)


def test_the_successor_is_noted_once() -> None:
    given().when(SucceedPayee(**BERGA)).then(SUCCEEDED)
    given(SUCCEEDED).when(SucceedPayee(**BERGA)).then()


def test_the_last_successor_is_paid() -> None:
    second = given(SUCCEEDED).when(SucceedPayee(**GREIZ)).then_one(PayeeSucceeded)
    state = payee.decider.fold([SUCCEEDED, second])
    assert (state.key, state.name) == ("16076022", "Stadt Greiz")


def test_what_review_tells_becomes_the_note() -> None:
    told = review.RecipientSucceeded(**BERGA, old_name="Stadt Berga/Elster", recorded_on=date(2024, 1, 15), acted=())
    asked = react(told, "c1")
    assert asked
    assert asked.judge([payee.decider.initial], A_MONDAY) == {"payee-c1": [SUCCEEDED]}


def test_whether_told_before_the_plan_or_after_it_case_and_lists_name_the_successor(road: Road) -> None:
    told = review.RecipientSucceeded(**BERGA, old_name="Stadt Berga/Elster", recorded_on=date(2025, 8, 4), acted=())
    before, after = uuid4().hex, uuid4().hex
    road.service.tell("review", before, told)
    road.assign(before)
    road.assign(after)
    paid_before = road.read(f"/payout/cases/{after}")["applicant_name"]
    road.service.tell("review", after, told)
    road.service.settled()
    for case in (before, after):
        read = road.read(f"/payout/cases/{case}")
        assert (read["applicant_key"], read["applicant_name"]) == ("16076094", "Stadt Berga-Wünschendorf")
    listed = {it["case"]: it["applicant_name"] for it in road.read("/payout/cases?limit=200")["items"]}
    assert (listed[before], listed[after]) == ("Stadt Berga-Wünschendorf", "Stadt Berga-Wünschendorf")
    assert paid_before != "Stadt Berga-Wünschendorf"
