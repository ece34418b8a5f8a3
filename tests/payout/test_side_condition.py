"""Side conditions that payments wait for: nothing is certified or ordered before review found them fulfilled or waived."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.payout import disbursement
from services.payout.disbursement import (
    CertifyDrawdown,
    ExamineDrawdown,
    NoteSideCondition,
    Open,
    OrderDrawdown,
    SideConditionNoted,
    SideConditionOpen,
    decider,
    deciding,
)
from services.payout.disbursement.events import DrawdownCertified, DrawdownOrdered
from services.payout.wiring import blueprint
from shared.contracts import Acted, SideCondition
from shared.contracts.review import SideConditionAssessed
from shared.decider import RefusedAttempt, replace
from shared.identity import Role
from tests.conftest import StartNats
from tests.payout.builders import CASE, certifier, drawdown, examiner, orderer, plan, system
from tests.payout.road import MONDAY, Road, settings_at
from tests.scenario import Scenario
from tests.service import Place, serving

FIRST = SideCondition(
    number=1, kind="suspensive-condition", text="Ausgezahlt wird erst, wenn der Beschluss vorliegt.", law="§ 36 VwVfG",
    bars="first-payment",
)  # fmt: skip
EVERY = replace(FIRST, number=2, kind="requirement", text="Die Vergabe ist nachgewiesen.", bars="every-payment")


def assessed(outcome: str, number: int = 1, revision: int = 1, *acted: Acted) -> NoteSideCondition:
    return NoteSideCondition(
        number=number, outcome=outcome, revision=revision, text="", assessed_on=date(2025, 8, 1), acted=acted
    )


def case(*commands: tuple[Any, Any], conditions: tuple[SideCondition, ...] = (FIRST,)) -> list[Any]:
    """The history of a plan with these conditions, a first drawdown that was examined, and what else happened."""
    history: list[Any] = []
    for command, context in (
        (replace(plan(), side_conditions=conditions), system()),
        (drawdown(), system()),
        (ExamineDrawdown(drawdown="d1"), examiner()),
        *commands,
    ):
        history += decider.decide(command, decider.fold(history), context)
    return history


def given(*history: Any) -> Scenario[disbursement.Command, disbursement.Event, disbursement.Disbursement]:
    return Scenario(decider, history)


CERTIFY, ORDER = CertifyDrawdown(drawdown="d1"), OrderDrawdown(drawdown="d1", payment="p1")


@pytest.mark.parametrize("outcome", ["", "overdue", "violated"])
def test_nothing_is_certified_while_a_condition_is_not_met(outcome: str) -> None:
    noted = [(assessed(outcome), system())] if outcome else []
    with pytest.raises(SideConditionOpen, match="Ausgezahlt wird erst"):
        given(*case(*noted)).when(CERTIFY, certifier())


@pytest.mark.parametrize("outcome", ["fulfilled", "waived"])
def test_a_fulfilment_or_a_waiver_opens_the_way(outcome: str) -> None:
    done = case((assessed(outcome), system()), (CERTIFY, certifier()))
    given(*done).when(ORDER, orderer()).then_one(DrawdownOrdered)


def test_what_is_violated_after_the_certification_stops_the_order() -> None:
    done = case((assessed("fulfilled"), system()), (CERTIFY, certifier()), (assessed("violated", 1, 2), system()))
    with pytest.raises(SideConditionOpen):
        given(*done).when(ORDER, orderer())


def test_a_condition_before_the_first_payment_binds_the_first_only_and_one_for_every_payment_each() -> None:
    second = drawdown("d2", due=40_000_00, cents=5_000_00)
    first_paid = (
        (assessed("fulfilled"), system()),
        (assessed("fulfilled", 2, 2), system()),
        (CERTIFY, certifier()),
        (ORDER, orderer()),
        (second, system()),
        (ExamineDrawdown(drawdown="d2"), examiner()),
    )
    later = CertifyDrawdown(drawdown="d2")
    done = case(*first_paid, (assessed("violated", 1, 3), system()), conditions=(FIRST, EVERY))
    given(*done).when(later, certifier()).then_one(DrawdownCertified)
    done = case(*first_paid, (assessed("violated", 2, 3), system()), conditions=(FIRST, EVERY))
    with pytest.raises(SideConditionOpen, match="Die Vergabe"):
        given(*done).when(later, certifier())


def test_who_found_a_condition_fulfilled_does_not_order() -> None:
    acted = Acted(person="p-orderer", role=Role.CASE_OFFICER, action="record-fulfilment")
    done = case((assessed("fulfilled", 1, 1, acted), system()), (CERTIFY, certifier()))
    with pytest.raises(RefusedAttempt):
        given(*done).when(ORDER, orderer())


@drawn(st.permutations(["fulfilled", "overdue", "violated", "waived"]), st.permutations(range(1, 5)))
def test_in_whatever_order_it_is_heard_the_last_word_of_review_holds(outcomes: list[str], heard: list[int]) -> None:
    said = {revision: outcomes[revision - 1] for revision in range(1, 5)}
    done = case(*((assessed(said[it], 1, it), system()) for it in (*heard, *heard)))
    assert sum(isinstance(it, SideConditionNoted) for it in done) == 4
    state = decider.fold(done)
    assert isinstance(state, Open)
    assert (disbursement.open_condition(state) is None) == (said[4] in {"fulfilled", "waived"})


def test_without_the_check_money_would_go_out_although_the_condition_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "open_condition", lambda _state: None)
    done = case((CERTIFY, certifier()))
    given(*done).when(ORDER, orderer()).then_one(DrawdownOrdered)


def test_the_house_says_which_condition_is_open_and_pays_when_review_found_it_fulfilled(
    tmp_path: Any, start_nats: StartNats
) -> None:
    place = Place(folder=tmp_path, nats=start_nats())
    place.turn_to(MONDAY)
    with serving(blueprint, place, settings_at(place)) as service:
        road = Road(service, tmp_path / "treasury")
        road.assign(CASE, side_conditions=(FIRST,))
        road.request()
        service.settled()
        path = f"/payout/cases/{CASE}/drawdowns/d1"
        road.done("p-examiner", f"{path}/examination")
        refused = road.act("p-certifier", f"{path}/certification")
        assert (refused.status_code, refused.json()["code"]) == (409, "side-condition-open")
        told = road.read(f"/payout/cases/{CASE}")
        assert told["side_conditions"][0]["outcome"] == "open"
        assert "Nr. 1" in told["drawdowns"][0]["next"]["hindrance"]
        service.tell(
            "review", CASE,
            SideConditionAssessed(
                number=1, outcome="fulfilled", revision=1, text="", assessed_on=date(2025, 8, 4), acted=()
            ),
        )  # fmt: skip
        service.settled()
        road.done("p-certifier", f"{path}/certification")
        road.done("p-orderer", f"{path}/order")
