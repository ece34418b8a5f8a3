"""Steps that stories share: an application on its way through intake and review, as far as a story needs it."""

from typing import Any

from tests.intake.builders import a_body
from tests.review.builders import TITLE
from tests.review.road import D1_PROPOSAL, DISPENSATION, opinion_on
from tests.stories.ministry import APPROVER, BUDGET, CLERK, EXPERT, OFFICER, Ministry
from tests.web.test_letters import words

NOTE = D1_PROPOSAL["note"]


def a_project(year: int, eligible_cents: int = 56_000_00, **changes: Any) -> dict[str, Any]:
    """An application whose expenditure and grant, 80 %, fall into one year."""
    grant = eligible_cents * 8 // 10
    line = {"category": "development", "description": "Entwicklung", "year": year, "cents": eligible_cents}
    body: dict[str, Any] = {
        "lines": [line],
        "financing": {"own_cents": eligible_cents - grant, "third_party_cents": 0, "grant_cents": grant},
        "by_year": [{"year": year, "cents": grant}],
        "starts_on": f"{year}-03-01",
        "ends_on": f"{year}-12-31",
    }
    return a_body(**body | changes)


def in_review(house: Ministry, town: str, body: dict[str, Any]) -> str:
    """An application that was submitted and found complete."""
    case = house.act("intake/submit-application", town, body | {"applicant_key": town})["case"]
    house.act("intake/declare-complete", CLERK, case=case)
    return case


def assessed(house: Ministry, case: str, eligible_cents: tuple[int, ...] = ()) -> None:
    """The opinion, and the expenditure, all of it eligible unless told otherwise."""
    file = house.read(f"/review/cases/{case}")
    house.act("review/record-expert-opinion", EXPERT, opinion_on(file["item"]), case=case)
    applied = file["lines"]
    eligible = eligible_cents or tuple(it["applied_cents"] for it in applied)
    lines = [
        {"line": it["line"], "eligible_cents": cents}
        | (
            {}
            if cents == it["applied_cents"]
            else {"reason": "not-part-of-item", "text": "Nicht Teil des Gegenstands."}
        )
        for it, cents in zip(applied, eligible, strict=True)
    ]
    house.act("review/assess-expenditure", OFFICER, {"lines": lines}, case=case)


def proposed(house: Ministry, case: str, **changes: Any) -> None:
    """The grant is proposed as it was applied for, unless told otherwise."""
    file = house.read(f"/review/cases/{case}")
    if any(it["severity"] == "warning" for it in file["application"]["findings"]):
        house.act("review/acknowledge-warnings", OFFICER, {"consideration": "Geprüft."}, case=case)
    told = {it: file[it] for it in ("by_year", "starts_on", "ends_on")} | {"note": NOTE}
    house.act("review/propose-award", OFFICER, told | changes, case=case)


def reserved(house: Ministry, case: str, year: int) -> None:
    house.act("review/reserve-funds", BUDGET, {"title": TITLE, "year": year}, case=case)


def refused(house: Ministry, case: str, reasons: str = "Das Vorhaben war bereits begonnen.") -> None:
    """The application is refused, without a hearing because the reason follows from what it says itself."""
    house.act("review/propose-refusal", OFFICER, {"reasons": [reasons]}, case=case)
    house.act("review/dispense-with-hearing", OFFICER, DISPENSATION, case=case)
    house.act("review/refuse-grant", APPROVER, case=case)


def dispatched(house: Ministry, case: str) -> tuple[str, str]:
    """The notice goes out; the day it counts as served, and the last day for an action."""
    house.act("review/dispatch-notice", OFFICER, case=case)
    told = house.facts("review", case, "notice-dispatched")
    return told["deemed_served_on"], told["remedy_ends_on"]


def letter_of(house: Ministry, case: str, name: str = "") -> str:
    """What the award's letter says, or the one of this name, without its line breaks and what they make of words."""
    path = f"/review/cases/{case}/letters/{name}" if name else f"/review/cases/{case}/letter"
    answer = house.person("review", OFFICER).get(path)
    assert answer.status_code == 200, answer.text
    return "".join(it for it in words(answer.content) if it.isalnum())


def committed(house: Ministry, year: int) -> dict[int, int]:
    """What is committed for each year in the title's budget of a year."""
    return _cents(house, year, "committed_cents")


def reserved_cents(house: Ministry, year: int) -> dict[int, int]:
    return _cents(house, year, "reserved_cents")


def paid(house: Ministry, year: int) -> dict[int, int]:
    return _cents(house, year, "paid_cents")


def _cents(house: Ministry, year: int, name: str) -> dict[int, int]:
    told = house.read(f"/review/budgets/{TITLE}/{year}")
    return {it["year"]: it[name] for it in told["years"] if it[name]}
