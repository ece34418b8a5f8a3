"""What the municipality sees of its side conditions: what the notice demands, what review found, what payments wait for."""

from datetime import date
from itertools import permutations

import pytest

from services.intake.application import decider
from services.intake.conditions import conditions
from services.intake.progress import Fact, Progress, SideConditionAssessed
from services.intake.status import status
from shared.contracts import SideCondition, review
from shared.records import replace
from tests.intake.builders import AWARD, BEGUN, FINAL, FUNDS, UNTIL_COMPLETE
from tests.intake.offices import Desk
from tests.intake.test_pages import page

FIRST = SideCondition(
    number=1, kind="suspensive-condition", text="Ausgezahlt wird erst, wenn der Beschluss vorliegt.",
    law="§ 36 Absatz 2 Nummer 2 ThürVwVfG", bars="first-payment", due_on=date(2025, 10, 27), proof="Beschluss",
)  # fmt: skip
RESERVED = SideCondition(
    number=2, kind="requirement-reserved", text="Spätere Auflagen bleiben vorbehalten.", law="§ 36 VwVfG"
)
DEMANDING = replace(AWARD, side_conditions=(FIRST, RESERVED))
OVERDUE = SideConditionAssessed(number=1, outcome="overdue", revision=1, text="", assessed_on=date(2025, 10, 27))
VIOLATED = replace(OVERDUE, outcome="violated", revision=2, text="Der Beschluss wurde aufgehoben.")
FULFILLED = replace(OVERDUE, outcome="fulfilled", revision=3, text="Beschluss 12/2025")


def known(*facts: Fact) -> Progress:
    found = Progress()
    for it in facts:
        for news in found.news(it):
            found = found.with_fact(news)
    return found


def test_before_review_found_anything_a_demand_is_open_and_a_reservation_asks_for_nothing() -> None:
    assert [(it.number, it.outcome, it.due_on) for it in conditions(known(DEMANDING))] == [
        (1, "open", date(2025, 10, 27)), (2, "nothing-to-do", None),
    ]  # fmt: skip
    assert conditions(known(AWARD)) == []


@pytest.mark.parametrize("order", list(permutations((DEMANDING, OVERDUE, VIOLATED, FULFILLED))))
def test_the_last_word_of_review_holds_in_whatever_order_it_is_heard(order: tuple[Fact, ...]) -> None:
    first, _ = conditions(known(*order, OVERDUE))
    assert (first.outcome, first.text) == ("fulfilled", "Beschluss 12/2025")


def test_who_may_draw_money_down_is_told_what_a_payment_waits_for() -> None:
    def step(*facts: Fact) -> str:
        return status(decider.fold([*UNTIL_COMPLETE, BEGUN, DEMANDING, FINAL, FUNDS, *facts])).next_step

    assert "Vor der Auszahlung sind Nebenbestimmungen zu erfüllen: Nr. 1: Ausgezahlt wird erst" in step()
    assert "Nebenbestimmungen" in step(VIOLATED)
    assert "Nebenbestimmungen" not in step(FULFILLED)


def test_the_page_and_the_interface_show_them_with_how_it_stands(desk: Desk) -> None:
    case = desk.case()
    desk.completes(case)
    desk.is_assessed(case)
    desk.service.tell(
        "review", case,
        review.AwardNotified(
            granted_cents=44_800_00, by_year=AWARD.by_year, cut_cents=0, dispatched_on=date(2025, 7, 25),
            letter_sha256=64 * "b", remedy_ends_on=date(2025, 8, 29), side_conditions=(FIRST, RESERVED),
        ),
    )  # fmt: skip
    desk.service.tell(
        "review", case,
        review.SideConditionAssessed(
            number=1, outcome="fulfilled", revision=1, text="Beschluss 12/2025", assessed_on=date(2025, 8, 1), acted=()
        ),
    )  # fmt: skip
    desk.service.settled()
    told = desk.town.get(f"/intake/cases/{case}").json()["side_conditions"]
    assert [(it["number"], it["outcome"]) for it in told] == [(1, "fulfilled"), (2, "nothing-to-do")]
    shown = page(desk.town, f"/intake/cases/{case}").text
    assert "Nebenbestimmungen des Bescheids" in shown
    assert "Nr. 1 erfüllt" in shown
