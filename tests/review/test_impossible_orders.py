"""Every action of review, sent to a case in every state that does not offer it: refused by name, and told what is possible now."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from services.review import budget as budgets
from services.review.api import actions
from services.review.budget_steps import steps_of_budget
from services.review.pages.budget_forms import forms_of
from services.review.wiring import blueprint
from services.review.words.handling import OF_HANDLING
from shared.contracts.intake import ApplicationWithdrawn, ChangeRequested
from shared.identity import Role
from tests.conftest import StartNats
from tests.orders import answer_to, what_is_wrong
from tests.review.builders import D1_SPLIT, TITLE, budget_officer
from tests.review.road import D1_PROPOSAL, DISPENSATION, PROCEEDING, Road
from tests.review.test_api import BODIES, place
from tests.service import serving

REFUSAL = {"reasons": ["Das Vorhaben war bereits begonnen."]}
AWARD_ACTIONS: Mapping[str, tuple[str, Role]] = {
    "award-hearing": ("p-officer", Role.CASE_OFFICER),
    "award-hearing/statement": ("p-officer", Role.CASE_OFFICER),
    "amendment": ("p-officer", Role.CASE_OFFICER),
    "amendment/approval": ("p-approver", Role.APPROVER),
    "annulment": ("p-officer", Role.CASE_OFFICER),
    "annulment/decision": ("p-approver", Role.APPROVER),
    "payout-freeze": ("p-officer", Role.CASE_OFFICER),
}
AMENDMENT = {
    "by_year": [{"year": 2025, "cents": 20_000_00}, {"year": 2026, "cents": 24_800_00}],
    "eligible_cents": 56_000_00,
    "ends_on": "2026-06-30",
    "reasons": "Umplanung",
}


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Road]:
    with serving(blueprint, place(tmp_path_factory.mktemp("orders"), start_nats)) as service:
        road = Road(service)
        road.open_budget()
        yield road


def today(road: Road) -> str:
    return road.service.house.now().date().isoformat()


def on_award(road: Road, case: str, step: str, body: Any = None) -> None:
    headers = {"If-Match": road.read(case)["etags"]["award"]}
    answer = road.person(*AWARD_ACTIONS[step]).post(f"/review/cases/{case}/{step}", json=body or {}, headers=headers)
    assert answer.status_code == 200, answer.text


def opined(road: Road) -> str:
    case = road.receive()
    road.do(case, "opinion", BODIES["record-expert-opinion"])
    return case


def assessed(road: Road) -> str:
    case = opined(road)
    road.do(case, "expenditure", BODIES["assess-expenditure"])
    return case


def on_hold(road: Road) -> str:
    case = road.propose()
    road.do(case, "hold", PROCEEDING["put-on-hold"])
    return case


def to_be_refused(road: Road) -> str:
    case = road.receive()
    road.do(case, "refusal-proposal", REFUSAL)
    return case


def heard(road: Road) -> str:
    case = to_be_refused(road)
    road.do(case, "hearing", PROCEEDING["open-hearing"])
    return case


def not_to_be_heard(road: Road) -> str:
    case = to_be_refused(road)
    road.do(case, "hearing/dispensation", DISPENSATION)
    return case


def refused(road: Road) -> str:
    case = not_to_be_heard(road)
    road.do(case, "refusal")
    return case


def told_of_refusal(road: Road) -> str:
    case = refused(road)
    road.do(case, "notice")
    return case


def finally_refused(road: Road) -> str:
    case = told_of_refusal(road)
    road.do(case, "waiver", {"declared_on": today(road)})
    return case


def to_be_rejected(road: Road) -> str:
    case = road.receive()
    road.do(case, "rejection-proposal", PROCEEDING["propose-formal-rejection"])
    return case


def rejected(road: Road) -> str:
    case = to_be_rejected(road)
    road.do(case, "rejection")
    return case


def withdrawn(road: Road) -> str:
    case = road.receive()
    road.service.tell("intake", case, ApplicationWithdrawn(withdrawn_on=road.service.house.now().date()))
    return case


def assigned(road: Road) -> str:
    case = road.receive()
    road.do(case, "assignment", {"person": "p-approver"}, by=road.person("p-approver", Role.APPROVER))
    return case


def contested(road: Road) -> str:
    case = road.dispatch()
    road.do(case, "lawsuit", {"filed_on": today(road), "court_reference": "3 K 815/25 We"})
    return case


def taken_away(road: Road) -> str:
    case = contested(road)
    road.do(case, "lawsuit/outcome", {"outcome": "upheld", "concluded_on": today(road)})
    return case


def final(road: Road) -> str:
    case = road.dispatch()
    road.do(case, "waiver", {"declared_on": today(road)})
    return case


def frozen(road: Road) -> str:
    case = final(road)
    on_award(road, case, "payout-freeze", {"reason": "Verdacht"})
    return case


def heard_on_award(road: Road) -> str:
    case = final(road)
    on_award(road, case, "award-hearing", BODIES["open-award-hearing"])
    return case


def answered_on_award(road: Road) -> str:
    case = heard_on_award(road)
    on_award(road, case, "award-hearing/statement", {"received_on": today(road)})
    return case


def to_be_annulled(road: Road) -> str:
    case = final(road)
    on_award(road, case, "annulment", BODIES["propose-annulment"] | {"effective_on": today(road)})
    return case


def gone(road: Road) -> str:
    case = to_be_annulled(road)
    on_award(road, case, "annulment/decision")
    return case


def to_be_amended(road: Road) -> str:
    case = road.dispatch()
    on_award(road, case, "amendment", AMENDMENT)
    return case


def change_asked(road: Road) -> str:
    case = final(road)
    asked = ChangeRequested(
        change=uuid4().hex, kind="shift-between-years", by_year=D1_SPLIT, eligible_cents=0, ends_on=None,
        reason="später", requested_on=road.service.house.now().date(), acted=(),
    )  # fmt: skip
    road.service.tell("intake", case, asked)
    return case


STATES: Mapping[str, Callable[[Road], str]] = {
    "opened": Road.receive,
    "assigned": assigned,
    "opined": opined,
    "assessed": assessed,
    "proposed": Road.propose,
    "on hold": on_hold,
    "reserved": Road.reserve,
    "to be refused": to_be_refused,
    "heard": heard,
    "not to be heard": not_to_be_heard,
    "refused": refused,
    "told of the refusal": told_of_refusal,
    "finally refused": finally_refused,
    "to be rejected": to_be_rejected,
    "rejected": rejected,
    "withdrawn": withdrawn,
    "approved": Road.approve,
    "notified": Road.dispatch,
    "contested": contested,
    "taken away": taken_away,
    "final": final,
    "frozen": frozen,
    "heard on the award": heard_on_award,
    "answered on the award": answered_on_award,
    "to be annulled": to_be_annulled,
    "gone": gone,
    "to be amended": to_be_amended,
    "a change is asked for": change_asked,
}
FREE = frozenset(
    {"acknowledge-warnings", "record-succession", "dispatch-letter", "open-hearing", "dispense-with-hearing"}
)
"""They hang on something else than the state: warnings, the register, a letter that is named; a hearing is possible before
every decision, and offered when it is needed."""
_BODIES = BODIES | {
    "propose-award": D1_PROPOSAL,
    "propose-amendment": AMENDMENT,
    "record-lawsuit": {"filed_on": "2025-05-28", "court_reference": "3 K 815/25 We"},
    "conclude-lawsuit": {"outcome": "dismissed", "concluded_on": "2025-05-28"},
    "record-receipt": {"received_on": "2025-05-28"},
    "record-waiver": {"declared_on": "2025-05-28"},
    "record-award-statement": {"received_on": "2025-05-28"},
    "propose-annulment": BODIES["propose-annulment"] | {"effective_on": "2025-05-28"},
}


@pytest.mark.parametrize("state", STATES)
def test_what_a_case_does_not_offer_is_refused_and_told_what_it_offers(road: Road, state: str) -> None:
    case = STATES[state](road)
    told = road.read(case)
    offered = [it["name"] for it in told["actions"]]
    of_case = [it for it in actions(road.service.house) if it.path.startswith("/review/cases/{case}/")]
    impossible = [
        it for it in of_case
        if it.name not in {*offered, *FREE, *OF_HANDLING} and "early_start" not in it.path
    ]  # fmt: skip
    assert len(impossible) > 15
    wrong = dict[str, str]()
    for action in impossible:
        head = road.service.house.writer.head
        versions = tuple(told["etags"].values())
        answer = answer_to(road.service, action, _BODIES.get(action.name, {}), {"case": case}, versions)
        if answer.is_success and road.service.house.writer.head == head:
            continue  # done already, and not done again
        if complaint := what_is_wrong(answer, offered):
            wrong[action.name] = complaint
    assert not wrong, "\n".join(f"{name}: {it}" for name, it in wrong.items())


def test_who_works_on_a_case_is_a_question_of_its_own(road: Road) -> None:
    case = road.receive()
    body = {"person": "p-substitute", "ends_on": "2025-06-30"}
    answer = road.act(case, "substitution", body, by=road.person("p-officer", Role.CASE_OFFICER))
    assert what_is_wrong(answer, {"assign-reviewer", "declare-conflict-of-interest"}) == ""


def test_a_budget_says_what_is_possible_with_it(road: Road) -> None:
    def proclaimed(year: int) -> httpx2.Response:
        body, headers = {"appropriation_cents": 1, "reference": "GVBl. 1"}, {"Idempotency-Key": uuid4().hex}
        client = road.person("p-budget", Role.BUDGET_OFFICER)
        return client.post(f"/review/budgets/{TITLE}/{year}/proclamation", json=body, headers=headers)

    assert proclaimed(2025).json()["code"] == "budget-not-provisional"
    assert what_is_wrong(proclaimed(2025), {"freeze-funds", "reallocate-funds", "record-repayment"}) == ""
    assert what_is_wrong(proclaimed(2031), {"open-budget"}) == ""


@pytest.mark.parametrize(
    ("provisional", "year", "more"),
    [
        (False, 2025, {"record-repayment"}),
        (True, 2025, {"record-repayment", "proclaim-budget", "allow-despite-provisional"}),
        (False, 2026, {"close-budget"}),
    ],
)
def test_the_budgets_page_has_a_form_for_whatever_is_possible(provisional: bool, year: int, more: set[str]) -> None:
    command = budgets.OpenBudget(
        title=TITLE, year=2025, appropriation_cents=100, authorisations=(), provisional=provisional
    )
    fund = budgets.decider.fold(budgets.decide(command, budgets.decider.initial, budget_officer(date(2025, 1, 2))))
    assert isinstance(fund, budgets.Open)
    today, some = date(year, 6, 30), ({"value": "c", "text": "c"},)
    assert set(steps_of_budget(fund, today)) == {"freeze-funds", "reallocate-funds"} | more
    assert list(forms_of(fund, today, waiting=some, standing=some)) == list(steps_of_budget(fund, today))
    without = set(forms_of(fund, today, waiting=(), standing=()))
    assert set(steps_of_budget(fund, today)) - without == {"record-repayment", "allow-despite-provisional"} & more


def test_a_form_that_comes_too_late_says_it_on_the_page_too(road: Road) -> None:
    case = road.receive()
    form = {"If-Match": road.read(case)["etags"]["assessment"], "back": f"/review/cases/{case}"}
    client = road.person("p-approver", Role.APPROVER)
    page = client.post(f"/review/forms/cases/{case}/approval", data=form)
    assert page.status_code == 409
    assert "Jetzt möglich: „Fachliches Votum abgeben“" in page.text
