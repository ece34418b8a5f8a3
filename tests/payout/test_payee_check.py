"""Empfängerüberprüfung: held for a person within a business day, decided by two, and whatever the treasury says next is stronger."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.payout import clearing
from services.payout import payment as payments
from services.payout.clearing import Resolution, ResolutionIncomplete
from services.payout.payment import (
    DecidePayeeCheck,
    MissPayeeCheck,
    NotHeld,
    PayeeCheckDecided,
    PayeeCheckMissed,
    PayeeCheckReported,
    PayeeDecision,
    decider,
    held_until,
)
from services.payout.report import Answer, Booking, Status, StatusReport, approve
from services.payout.treasury.iso20022 import read
from services.payout.views import status_of
from shared.decider import RefusedAttempt
from tests.payout.builders import (
    BATCH,
    CASE,
    House,
    accepted,
    bookings,
    cashier,
    debit,
    rejected,
    statuses,
    system,
    transmitted_house,
)
from tests.payout.messages import information, pain_002, transaction
from tests.payout.road import on_the_road
from tests.payout.test_clearing import agree, listed, person, propose
from tests.payout.test_desk import lay, reference
from tests.payout.test_report import two_payments
from tests.servers import NatsServer, wait_until
from tests.service import Place

MONDAY, TUESDAY, FRIDAY = date(2025, 8, 4), date(2025, 8, 5), date(2025, 8, 8)


def questioned(
    house: House, answer: Answer = Answer.PAYEE_DIFFERS, sha: str = "a" * 64, message: str = "S-1"
) -> list[Any]:
    status = Status(answer=answer, status="RVNM", reference=house.reference("p1"))
    return house.answered(statuses(status, message=message), sha)


def held_house(answer: Answer = Answer.PAYEE_DIFFERS) -> House:
    house = transmitted_house()
    questioned(house, answer)
    return house


def item_of(house: House) -> tuple[str, int]:
    return next((name, number) for name, number, one in listed(house) if one.item.reason.startswith("payee-"))


def decided(house: House, resolution: Resolution, by: str = "p-two") -> list[Any]:
    """One person proposes, another agrees, as the API does it."""
    name, number = item_of(house)
    propose(house, name, number, resolution)
    return house.record(approve(name, number, f"r-{number}", held=house.payment("p1").order), person(by))


# ---- Reported --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [Answer.PAYEE_CLOSE, Answer.PAYEE_DIFFERS, Answer.PAYEE_UNCHECKED])
def test_a_payee_whom_the_bank_questions_holds_the_payment_until_the_next_business_day(answer: Answer) -> None:
    house = held_house(answer)
    state = house.payment("p1")
    assert (status_of(state), held_until(state)) == ("held", TUESDAY)
    assert isinstance(state, payments.Batched), "neither acceptance nor refusal"
    reported = next(it for it in house.events["payment-p1"] if isinstance(it, PayeeCheckReported))
    assert (reported.finding, reported.reported_on, reported.due_on) == (answer.value, MONDAY, TUESDAY)
    assert [one.item.reason for _, _, one in listed(house)] == [answer.value]
    assert not any(isinstance(it, PayeeCheckReported) for it in questioned(house, answer, "c" * 64, "S-2"))


@pytest.mark.parametrize("level", ["file", "group"])
def test_that_some_payees_of_a_file_are_questioned_holds_those_that_are_named(level: str) -> None:
    house = two_payments()
    group = f"{BATCH}-01"
    listed_below = information(
        group, transaction(house.reference("p2"), "RVMC"), status="RVCM" if level == "group" else ""
    )
    raw = pain_002(listed_below, batch=BATCH, status="RVCM" if level == "file" else "")
    counted = b"<NbOfTxsPerSts><DtldNbOfTxs>1</DtldNbOfTxs><DtldSts>RCVC</DtldSts></NbOfTxsPerSts></OrgnlGrpInfAndSts>"
    report = read(raw.replace(b"</OrgnlGrpInfAndSts>", counted))
    assert isinstance(report, StatusReport)
    house.answered(report)
    assert [status_of(house.payment(it)) for it in ("p1", "p2")] == ["batched", "held"]


def test_where_nobody_is_named_all_of_them_are_held() -> None:
    house = two_payments()
    house.answered(statuses(Status(answer=Answer.PAYEE_CLOSE, status="RVMC")))
    assert [status_of(house.payment(it)) for it in ("p1", "p2")] == ["held", "held"]


def test_over_a_weekend_there_is_time_until_monday() -> None:
    house = transmitted_house()
    command = payments.ReportPayeeCheck(batch=BATCH, finding="payee-no-match")
    (reported,) = decider.decide(command, house.payment("p1"), system(FRIDAY))
    assert isinstance(reported, PayeeCheckReported)
    assert reported.due_on == date(2025, 8, 11)


def test_in_whatever_order_its_answers_come_the_treasurys_stronger_one_ends_the_hold() -> None:
    for order in permutations(range(3)):
        house = transmitted_house()
        steps: tuple[Callable[[House], Any], ...] = (
            questioned,
            lambda it: it.answered(statuses(accepted(it.reference("p1")), message="S-2"), "b" * 64),
            lambda it: it.booked(bookings(debit(Booking(reference=it.reference("p1"), cents=19_200_00)))),
        )
        for step in order:
            steps[step](house)
        assert status_of(house.payment("p1")) == "settled"
    house = held_house()
    house.answered(statuses(rejected(house.reference("p1")), message="S-2"), "b" * 64)
    assert status_of(house.payment("p1")) == "rejected"


# ---- Missed ----------------------------------------------------------------------------------------------------------


def test_a_day_without_a_decision_is_told_once_by_the_clock_and_not_before_it_is_over() -> None:
    house = held_house()
    assert house.tell(decider, "p1", MissPayeeCheck(), system(TUESDAY)) == []
    (missed,) = house.tell(decider, "p1", MissPayeeCheck(), system(date(2025, 8, 6)))
    assert missed == PayeeCheckMissed(case=CASE, due_on=TUESDAY)
    assert house.tell(decider, "p1", MissPayeeCheck(), system(FRIDAY)) == []
    assert status_of(house.payment("p1")) == "held", "it waits for its decision all the same"


# ---- Decided by two --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resolution", "decision"),
    [
        (Resolution.PAYEE_CONFIRMED, PayeeDecision.RELEASED),
        (Resolution.PAYEE_WITHDRAWN, PayeeDecision.WITHDRAWN),
    ],
)
def test_two_persons_decide_and_both_are_named(resolution: Resolution, decision: PayeeDecision) -> None:
    house = held_house()
    told = next(it for it in decided(house, resolution) if isinstance(it, PayeeCheckDecided))
    assert (told.decision, told.proposed_by, told.approved_by) == (decision, "p-one", "p-two")
    assert held_until(house.payment("p1")) is None
    assert house.tell(decider, "p1", MissPayeeCheck(), system(FRIDAY)) == []


def test_one_person_alone_decides_nothing() -> None:
    house = held_house()
    with pytest.raises(RefusedAttempt):
        decided(house, Resolution.PAYEE_CONFIRMED, by="p-one")
    assert status_of(house.payment("p1")) == "held"


def test_what_is_no_longer_held_is_not_decided_and_the_item_stays_open() -> None:
    house = held_house()
    house.booked(bookings(debit(Booking(reference=house.reference("p1"), cents=19_200_00))))
    with pytest.raises(NotHeld) as refused:
        decided(house, Resolution.PAYEE_WITHDRAWN)
    assert refused.value.code == "payment-not-held"
    name, number = item_of(house)
    assert clearing.decider.fold(house.events[f"clearing-{name}"]).items[str(number)].resolved is None


def test_a_decision_without_its_payment_is_refused() -> None:
    house = held_house()
    name, number = item_of(house)
    propose(house, name, number, Resolution.PAYEE_CONFIRMED)
    with pytest.raises(ResolutionIncomplete):
        agree(house, name, number)


def test_the_same_decision_again_decides_nothing_and_another_one_is_refused() -> None:
    house = held_house()
    decided(house, Resolution.PAYEE_CONFIRMED)
    again = DecidePayeeCheck(batch=BATCH, decision=PayeeDecision.RELEASED, proposed_by="p-one")
    assert decider.decide(again, house.payment("p1"), cashier()) == []
    other = DecidePayeeCheck(batch=BATCH, decision=PayeeDecision.WITHDRAWN, proposed_by="p-one")
    with pytest.raises(NotHeld):
        decider.decide(other, house.payment("p1"), cashier())


# ---- Over the service ------------------------------------------------------------------------------------------------


def test_a_payment_is_held_told_of_by_the_clock_and_released_by_two_over_the_api(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    place = Place(folder=tmp_path, nats=nats_server)
    with on_the_road(place) as road:
        road.assign(case := uuid4().hex)
        road.request("d1", case)
        payment = road.ordered("d1", case)
        batch = road.transmitted(payment)
        lay(
            road,
            "s.xml",
            pain_002(information(f"{batch}-01", transaction(reference(road, payment), "RVNM")), batch=batch),
        )
        told = road.read(f"/payout/payments/{payment}")
        assert (told["status"], told["decide_by_on"]) == ("held", "2025-08-05")
        assert [it["payment"] for it in road.read("/payout/payments?status=held")["items"]] == [payment]
        desk = road.ask("p-cashier", "/payout/", headers={"Accept": "text/html"}).text
        assert "Empfänger fraglich" in desk
        place.turn_to(datetime(2025, 8, 6, 9, tzinfo=UTC))

        def topics() -> list[str]:
            return [it["topic"] for it in road.read(f"/payout/cases/{case}/history")["events"]]

        wait_until(lambda: "payout.payee-check-missed.v1" in topics(), "die verstrichene Frist")
        alarm = "foerderstrom_payee_checks_missed 1.0"
        wait_until(lambda: alarm in road.ask("p-operator", "/metrics").text, "der Alarm")
        (item,) = road.read("/payout/clearing")["items"]
        path = f"/payout/clearing/{item['clearing']}/items/{item['number']}"
        asked = {"resolution": "payee-confirmed", "reason": "Die Stadt hat das Konto bestätigt."}
        road.done("p-cashier", f"{path}/proposals", asked, etag='"0"')
        proposal = road.read(path)["proposal"]
        alone = road.act("p-cashier", f"{path}/proposals/{proposal}/approval", etag='"0"')
        assert (alone.status_code, alone.json()["code"]) == (403, "attempt-refused")
        road.done("p-orderer", f"{path}/proposals/{proposal}/approval", etag='"0"')
        assert road.read(f"/payout/payments/{payment}")["status"] == "batched"
        assert "payout.payee-check-decided.v1" in topics()
        none = "foerderstrom_payee_checks_missed 0.0"
        wait_until(lambda: none in road.ask("p-operator", "/metrics").text, "kein Alarm mehr")
        shown = road.ask("p-auditor", f"/payout/cases/{case}", headers={"Accept": "text/html"}).text
        assert "Über den Empfänger der Zahlung entschieden" in shown
