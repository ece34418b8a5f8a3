"""Holds: while one binds a case, its payee or its programme, nothing is certified, ordered, sealed or released."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.payout import batch as batches
from services.payout import disbursement as disbursements
from services.payout import hold, municipal_tie, payee
from services.payout.hold import (
    Concerned,
    ExpireHold,
    HoldDiffers,
    HoldExpired,
    HoldKind,
    HoldLifted,
    HoldPlaced,
    HoldReason,
    LiftHold,
    PaymentIsHeld,
    PlaceHold,
    UnknownHold,
    binding,
    holding,
)
from shared.contracts import Acted
from shared.decider import RefusedAttempt, replace
from shared.identity import Role
from tests.conftest import StartNats
from tests.payout.builders import BATCH, CASE, OTHER_CASE, House, certifier, drawdown, examiner, orderer, plan, system
from tests.payout.road import MONDAY, Road, on_the_road
from tests.scenario import Scenario, acting
from tests.servers import wait_until
from tests.service import Place

DAY = date(2025, 8, 4)
PLACE = PlaceHold(
    hold="h1", case=CASE, kind=HoldKind.CASE, target=CASE, reason=HoldReason.AUDIT, text="Prüfung läuft", ends_on=None
)
OF_PAYEE = replace(PLACE, hold="h2", kind=HoldKind.PAYEE, target="16070048")
OF_PROGRAMME = replace(PLACE, hold="h3", kind=HoldKind.PROGRAMME, target="thueregovrl")


def given(*history: Any) -> Scenario[Any, Any, Any]:
    return Scenario(hold.decider, history)


def placed(command: PlaceHold = PLACE) -> HoldPlaced:
    return given().when(command, certifier()).then_one(HoldPlaced)


def examined_house() -> House:
    """d1's first drawdown, examined, in a plan that names its programme."""
    house = House()
    house.disbursement(replace(plan(), programme="thueregovrl"), system())
    house.disbursement(drawdown(), system())
    house.disbursement(disbursements.ExamineDrawdown(drawdown="d1"), examiner())
    return house


def hold_it(house: House, command: Any, on: date = DAY) -> None:
    house.tell(hold.decider, hold.REGISTER, command, certifier(on))


def certify(house: House, on: date = DAY) -> list[Any]:
    return house.record(disbursements.certify(CASE, "d1"), certifier(on))


# ---- One hold --------------------------------------------------------------------------------------------------------


def test_a_hold_is_placed_once_and_another_under_its_name_is_refused() -> None:
    given(placed()).when(PLACE, orderer()).then()
    with pytest.raises(HoldDiffers):
        given(placed()).when(replace(PLACE, target=OTHER_CASE), certifier())


def test_a_hold_is_lifted_once_with_a_reason() -> None:
    lifted = given(placed()).when(LiftHold(hold="h1", reason="geklärt"), examiner()).then_one(HoldLifted)
    given(placed(), lifted).when(LiftHold(hold="h1", reason="geklärt"), examiner()).then()
    with pytest.raises(hold.HoldReasonMissing):
        given(placed()).when(LiftHold(hold="h1", reason=" "), examiner())
    with pytest.raises(UnknownHold):
        given().when(LiftHold(hold="h1", reason="geklärt"), examiner())


def test_its_last_day_binds_and_the_day_after_ends_it() -> None:
    until = placed(replace(PLACE, ends_on=DAY))
    given(until).when(ExpireHold(hold="h1"), system(DAY)).then()
    late = given(until).when(ExpireHold(hold="h1"), system(DAY + timedelta(days=9)))
    late.then(HoldExpired(hold="h1", case=CASE, ended_on=DAY))
    given(placed()).when(ExpireHold(hold="h1"), system(DAY + timedelta(days=999))).then()


def test_a_hold_of_yesterday_is_not_placed() -> None:
    with pytest.raises(hold.HoldEndsInPast):
        given().when(replace(PLACE, ends_on=DAY - timedelta(days=1)), certifier())


@drawn(
    st.lists(st.tuples(st.sampled_from(HoldKind), st.booleans(), st.none() | st.integers(0, 5)), max_size=6),
    st.integers(0, 7),
)
def test_a_payment_is_held_exactly_while_a_hold_of_its_case_payee_or_programme_binds(
    wanted: list[tuple[HoldKind, bool, int | None]], after: int
) -> None:
    targets = {HoldKind.CASE: CASE, HoldKind.PAYEE: "16070048", HoldKind.PROGRAMME: "p"}
    state = hold.decider.fold(
        placed(
            replace(
                PLACE, hold=f"h{number}", kind=kind, target=targets[kind] if hits else "another",
                ends_on=None if days is None else DAY + timedelta(days=days),
            )
        )
        for number, (kind, hits, days) in enumerate(wanted)
    )  # fmt: skip
    about = Concerned(case=CASE, payees=("16070048",), programme="p")
    expected = [hits and (days is None or after <= days) for _, hits, days in wanted]
    assert len(holding(state, about, DAY + timedelta(days=after))) == sum(expected)


# ---- What it stops ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [PLACE, OF_PAYEE, OF_PROGRAMME], ids=lambda it: it.kind)
def test_each_kind_stops_certification_order_and_file_and_says_which(command: PlaceHold) -> None:
    house = examined_house()
    hold_it(house, command)
    with pytest.raises(PaymentIsHeld, match=r"seit 04\.08\.2025: Eine Prüfung ist abzuwarten"):
        certify(house)
    hold_it(house, LiftHold(hold=command.hold, reason="geklärt"))
    assert certify(house)
    again = replace(command, hold="h9")
    hold_it(house, again)
    with pytest.raises(PaymentIsHeld):
        house.order("d1", "p1")
    hold_it(house, LiftHold(hold="h9", reason="geklärt"))
    assert house.order("d1", "p1")
    hold_it(house, replace(command, hold="h10"))
    with pytest.raises(PaymentIsHeld):
        house.seal("p1")


def test_a_hold_after_the_sealing_stops_the_release() -> None:
    house = examined_house()
    certify(house)
    house.order("d1", "p1")
    house.seal("p1")
    hold_it(house, OF_PAYEE)
    release = batches.release(BATCH, [house.payment("p1").order])
    cashier = replace(orderer(), actor="p-cashier")
    with pytest.raises(PaymentIsHeld):
        house.record(release, cashier)
    hold_it(house, LiftHold(hold="h2", reason="geklärt"))
    assert house.record(release, cashier)


def test_a_hold_on_the_successor_and_on_the_predecessor_both_bind() -> None:
    for target in ("16070048", "16070099"):
        house = examined_house()
        succeed = payee.SucceedPayee(
            reference="r", old_key="16070048", new_key="16070099", new_name="Neustadt", effective_on=DAY
        )
        house.tell(payee.decider, CASE, succeed, system())
        hold_it(house, replace(OF_PAYEE, target=target))
        with pytest.raises(PaymentIsHeld):
            certify(house)


def test_who_declared_a_conflict_in_the_case_neither_holds_it_nor_lifts_the_hold() -> None:
    house = examined_house()
    hold_it(house, PLACE)
    act = Acted(person="p-officer", role=Role.CASE_OFFICER, action="declare-conflict-of-interest")
    house.disbursement(disbursements.NoteConflict(acted=(act,), declared_on=DAY), system())
    biased, other = (acting(person, Role.CASE_OFFICER, DAY) for person in ("p-officer", "p-other"))
    place = disbursements.place_hold(CASE, "h7", HoldKind.CASE, HoldReason.AUDIT, "Prüfung", None)
    lift = disbursements.lift_hold(placed(), "geklärt")
    for decided in (place, lift):
        with pytest.raises(RefusedAttempt) as refused:
            house.record(decided, biased)
        assert refused.value.rule == "conflict-of-interest"
        assert house.record(decided, other)
    assert house.record(lift, biased) == [], "what is lifted already decides nothing"


def test_a_hold_on_a_programme_is_lifted_by_whoever_is_excluded_from_one_case_and_one_on_a_payee_by_nobody_tied_to_it() -> (
    None
):
    house = examined_house()
    act = Acted(person="p-tied", role=Role.CASE_OFFICER, action="declare-municipal-tie")
    house.tell(
        municipal_tie.decider,
        "register",
        municipal_tie.NoteTie(acted=(act,), key="16070048", declared_on=DAY),
        system(),
    )
    tied = acting("p-tied", Role.CASE_OFFICER, DAY)
    for command in (OF_PAYEE, OF_PROGRAMME):
        hold_it(house, command)
    with pytest.raises(RefusedAttempt):
        house.record(disbursements.lift_hold(placed(OF_PAYEE), "geklärt"), tied)
    assert house.record(disbursements.lift_hold(placed(OF_PROGRAMME), "geklärt"), tied)


def test_an_expired_hold_stops_nothing_although_the_clock_is_late() -> None:
    house = examined_house()
    hold_it(house, replace(PLACE, ends_on=DAY))
    with pytest.raises(PaymentIsHeld):
        certify(house)
    assert certify(house, DAY + timedelta(days=1))


def test_what_is_done_already_is_not_held() -> None:
    house = examined_house()
    certify(house)
    hold_it(house, PLACE)
    assert certify(house) == []


def test_without_the_check_money_would_go_out_although_it_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "_binds", lambda _it, _today: False)
    house = examined_house()
    hold_it(house, PLACE)
    assert certify(house)
    assert house.order("d1", "p1")
    assert house.seal("p1")


# ---- The house -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory, start_nats: StartNats) -> Iterator[Road]:
    with on_the_road(Place(folder=tmp_path_factory.mktemp("holds"), nats=start_nats())) as road:
        yield road


def place_at(road: Road, case: str, **more: Any) -> str:
    body = {"kind": "case", "reason": "audit", "text": "Prüfung läuft", **more}
    return road.done("p-certifier", f"/payout/cases/{case}/holds", body) and _last(road)


def _last(road: Road) -> str:
    return road.read("/payout/holds?limit=1")["items"][0]["hold"]


def test_the_house_names_the_hold_tells_it_in_the_history_and_pays_when_it_is_lifted(road: Road) -> None:
    road.assign(case := uuid4().hex)
    road.request("d1", case)
    road.done("p-examiner", path := f"/payout/cases/{case}/drawdowns/d1/examination")
    placed_hold = place_at(road, case)
    path = f"/payout/cases/{case}/drawdowns/d1"
    refused = road.act("p-certifier", f"{path}/certification")
    assert (refused.status_code, refused.json()["code"]) == (409, "payment-on-hold")
    assert "Eine Prüfung ist abzuwarten" in refused.json()["detail"]
    told = road.read(f"/payout/cases/{case}")
    assert [it["hold"] for it in told["holds"]] == [placed_hold]
    assert told["drawdowns"][0]["next"]["hindrance"].startswith("Gesperrt ist dieser Vorgang")
    page = road.ask("p-examiner", f"/payout/cases/{case}", headers={"Accept": "text/html"}).text
    assert "Zahlungssperre gesetzt" in page
    assert "Zahlungssperre aufheben" in page
    desk = road.ask("p-examiner", "/payout/", headers={"Accept": "text/html"}).text
    assert "Zahlungssperren" in desk
    road.done("p-examiner", f"/payout/holds/{placed_hold}/lifting", {"reason": "geklärt"}, etag='"0"')
    assert road.read("/payout/holds?status=lifted")["items"][0]["lifted_by"] == "p-examiner"
    road.done("p-certifier", f"{path}/certification")
    road.done("p-orderer", f"{path}/order")


def test_a_held_order_stays_out_of_the_file_and_the_others_are_paid(road: Road) -> None:
    payments: list[str] = []
    cases = [uuid4().hex for _ in range(2)]
    for case in cases:
        road.assign(case)
        road.request("d1", case)
        payments.append(road.ordered("d1", case))
    place_at(road, cases[1])
    listed = road.act("p-orderer", "/payout/batches", {"payments": payments})
    assert (listed.status_code, listed.json()["code"]) == (409, "payment-on-hold")
    sealed = road.read(f"/payout/batches/{road.sealed()}")
    assert payments[0] in {it["payment"] for it in sealed["entries"]}
    assert payments[1] not in {it["payment"] for it in sealed["entries"]}


def test_the_clock_ends_a_hold_on_the_day_after_its_last(start_nats: StartNats, tmp_path: Any) -> None:
    place = Place(folder=tmp_path, nats=start_nats())
    with on_the_road(place) as road:
        road.assign(case := uuid4().hex)
        place_at(road, case, ends_on="2025-08-05")
        place.turn_to(MONDAY + timedelta(days=2))
        wait_until(lambda: road.read("/payout/holds")["items"][0]["status"] == "expired", "die Sperre läuft ab")
        assert road.read(f"/payout/cases/{case}")["holds"] == []
