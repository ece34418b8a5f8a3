"""Who is excluded stays out of a case in every service: tied to its municipality, in conflict, or acting for the other side."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from services.intake.progress import InvolvementNoted
from services.intake.wiring import blueprint as intake
from services.payout.wiring import blueprint as payout
from services.review import involvement
from services.review.wiring import blueprint as review
from shared.identity import Role
from tests.conftest import StartNats
from tests.intake.builders import STADTILM, a_body, an_early_start
from tests.payout.road import settings_at
from tests.review.builders import TITLE
from tests.review.road import D1_EXPENDITURE, OPINION
from tests.service import Place, Running, serving
from tests.system.test_succession import Three


@pytest.fixture(scope="module")
def house(start_nats: StartNats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Three]:
    place = Place(folder=tmp_path_factory.mktemp("exclusion"), nats=start_nats())
    place.turn_to(datetime(2025, 5, 12, 9, tzinfo=UTC))
    with (
        serving(intake, place) as at_intake,
        serving(review, place) as at_review,
        serving(payout, place, settings_at(place)) as at_payout,
    ):
        yield Three(place, at_intake, at_review, at_payout)


def took_part(house: Three, case: str, action: str) -> bool:
    """Whether intake has heard that somebody did this at review."""
    past = house.intake.house.store.history(f"application-{case}")
    return any(act.action == action for it in past if isinstance(it.event, InvolvementNoted) for act in it.event.acted)


def tied(house: Three, person: str, role: Role) -> None:
    """The person declares, at review, to sit in the municipality's council."""
    client = house.review.client(person, role)
    house.post(client, "/review/municipal-ties", {"key": STADTILM, "ground": "council"})


def knows(service: Running, person: str) -> bool:
    """Whether the tie of this person has been heard there."""
    return any(it.event.person == person for it in service.house.store.history("tie-register"))


def assert_refused(answer: httpx2.Response) -> None:
    assert (answer.status_code, answer.json().get("code")) == (403, "attempt-refused"), answer.text


def applied(house: Three, **changes: Any) -> str:
    town = house.intake.client("p-stadtilm", Role.APPLICANT, keys=(STADTILM,))
    return house.post(town, "/intake/applications", a_body(**changes))["case"]


def completed(house: Three, case: str, client: httpx2.Client) -> httpx2.Response:
    etag = client.get(f"/intake/cases/{case}").headers["etag"]
    headers = {"If-Match": etag, "Idempotency-Key": uuid4().hex}
    return client.post(f"/intake/cases/{case}/completeness", json={}, headers=headers)


def test_whoever_is_excluded_is_refused_at_intake_review_and_payout(house: Three) -> None:
    # A clerk's tie is told before there is any application.
    tied(house, "p-tied-clerk", Role.INTAKE_CLERK)
    house.until("die Bindung im Antragseingang", lambda: knows(house.intake, "p-tied-clerk"))
    case = applied(house)
    assert_refused(completed(house, case, house.intake.client("p-tied-clerk", Role.INTAKE_CLERK)))
    assert completed(house, case, house.clerk).is_success
    house.until("den Vorgang in der Prüfung", lambda: house.officer.get(f"/review/cases/{case}").is_success)

    # The award is granted; a person of the budget enters something for the case.
    house.turn_to(date(2025, 7, 25))
    house.road.open_budget()
    house.road.dispatch(case)
    house.road.do(case, "waiver", {"declared_on": "2025-07-25"})
    budget = house.review.client("p-both-sides", Role.BUDGET_OFFICER)
    entry = {"case": case, "repayment": "K 1", "cents": 1_00, "received_on": "2025-07-25"}
    house.post(budget, f"/review/budgets/{TITLE}/2025/repayments", entry)
    house.until("die Zuweisung", lambda: house.examiner.get(f"/payout/cases/{case}").json().get("open"))
    town = house.intake.client("p-stadtilm", Role.APPLICANT, keys=(STADTILM,))
    house.until("die Mittel bei der Stadt", lambda: town.get(f"/intake/cases/{case}").json()["assigned"])
    assert_takes_no_money_for_the_town(house, case)
    call = {
        "year": 2025,
        "eligible_due_cents": 24_000_00,
        "requested_cents": 19_200_00,
        "needed_on": "2025-08-01",
        "purpose": "x",
    }
    house.post(town, f"/intake/cases/{case}/drawdowns", call)
    house.until("den Abruf in der Auszahlung", lambda: house.examiner.get(f"/payout/cases/{case}").json()["drawdowns"])

    # An examiner's tie is told after the case has come to payout.
    tied(house, "p-tied-examiner", Role.CASE_OFFICER)
    house.until("die Bindung in der Auszahlung", lambda: knows(house.payout, "p-tied-examiner"))
    assert_refused(examined(house, case, house.payout.client("p-tied-examiner", Role.CASE_OFFICER)))
    assert examined(house, case, house.examiner).is_success


def assert_takes_no_money_for_the_town(house: Three, case: str) -> None:
    """Who acted for the budget in the case calls nothing for the municipality in it."""
    house.until("die Mitwirkung im Antragseingang", lambda: took_part(house, case, "record-repayment"))
    both = house.intake.client("p-both-sides", Role.APPLICANT, keys=(STADTILM,))
    call: dict[str, Any] = {
        "year": 2025,
        "eligible_due_cents": 24_000_00,
        "requested_cents": 19_200_00,
        "needed_on": "2025-08-01",
        "purpose": "x",
    }
    assert_refused(both.post(f"/intake/cases/{case}/drawdowns", json=call, headers={"Idempotency-Key": uuid4().hex}))


def examined(house: Three, case: str, client: httpx2.Client) -> httpx2.Response:
    read = client.get(f"/payout/cases/{case}").json()
    drawdown = read["drawdowns"][0]["drawdown"]
    headers = {"If-Match": read["etag"], "Idempotency-Key": uuid4().hex}
    return client.post(f"/payout/cases/{case}/drawdowns/{drawdown}/examination", json={}, headers=headers)


def test_who_examines_at_review_does_not_ask_to_begin_early_for_the_town_and_who_asks_does_not_examine(
    house: Three,
) -> None:
    today = house.intake.house.now().date().isoformat()
    case = applied(house, title="Ein anderes Vorhaben", starts_on=today)
    assert completed(house, case, house.clerk).is_success
    house.until("den Vorgang in der Prüfung", lambda: house.officer.get(f"/review/cases/{case}").is_success)
    house.road.do(case, "opinion", OPINION, by=house.review.client("p-expert-of-the-town", Role.EXPERT))
    house.until("das Votum im Antragseingang", lambda: took_part(house, case, "record-expert-opinion"))
    path = f"/intake/cases/{case}/early-starts"
    wish = an_early_start(contract_on=today)
    expert = house.intake.client("p-expert-of-the-town", Role.APPLICANT, keys=(STADTILM,))
    assert_refused(expert.post(path, json=wish, headers={"Idempotency-Key": uuid4().hex}))
    house.post(house.intake.client("p-two-hats", Role.APPLICANT, keys=(STADTILM,)), path, wish)
    seen = involvement.decider.stream(case)
    house.until("den Wunsch in der Prüfung", lambda: "p-two-hats" in acting_in(house, seen))
    both = house.review.client("p-two-hats", Role.CASE_OFFICER)
    assert_refused(house.road.act(case, "expenditure", D1_EXPENDITURE, by=both))


def acting_in(house: Three, stream: str) -> set[str]:
    return {act.person for it in house.review.house.store.history(stream) for act in it.event.acted}
